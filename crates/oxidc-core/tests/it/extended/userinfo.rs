//! Signed user information (OpenID Connect Core 1.0 section 5.3.2).

use oxidc_core::command::Command;
use oxidc_core::error::{Code, Error};
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::{Object, Value};

use super::world::{ISSUER, World, json, jwt};

fn information() -> Object {
    Object::new().with("iss", ISSUER).with("aud", "app").with("sub", "alice").with("name", "Alice").with("nonce", "evil")
}

fn refetch(options: &str, answer: impl Fn() -> Response + 'static) -> Result<Value, Error> {
    let mut world = World::new(options);
    world.sign_in().unwrap();
    world.answer = Box::new(move |sent| sent.url.ends_with("/userinfo").then(&answer));
    world.run(Command::RefetchUserInfo)
}

fn signed(header: &str, claims: Object) -> Response {
    Response {
        status: 200,
        content_type: Some("application/jwt; charset=utf-8".into()),
        body: jwt(header, &claims.into()),
        ..Response::default()
    }
}

const SIGNED: &str = r#"{"signedUserinfo": true}"#;

#[test]
fn signed_information_is_laid_over_the_persons_claims() {
    let session = refetch(SIGNED, || signed(r#"{"alg":"RS256"}"#, information())).unwrap();
    let user = session.get("user").unwrap();
    assert_eq!(user.get("name").and_then(Value::as_str), Some("Alice"));
    assert_eq!(user.get("nonce"), None);
}

#[test]
fn t094_the_kind_of_answer_is_the_one_that_was_agreed_upon() {
    let plain = || json(200, r#"{"sub": "alice"}"#);
    assert_eq!(refetch(SIGNED, plain).unwrap_err().code(), Code::UserInfoNotSigned);
    assert_eq!(refetch("{}", || signed(r#"{"alg":"RS256"}"#, information())).unwrap_err().code(), Code::AnswerNotJson);
    assert!(refetch("{}", plain).is_ok());
}

#[test]
fn t095_issuer_audience_and_signature_are_checked() {
    for (claims, code) in [
        (information().with("iss", "https://evil.example"), Code::UserInfoInvalid),
        (information().with("aud", "other"), Code::UserInfoInvalid),
        (information().with("sub", "mallory"), Code::UserInfoSubjectMismatch),
    ] {
        assert_eq!(refetch(SIGNED, move || signed(r#"{"alg":"RS256"}"#, claims.clone())).unwrap_err().code(), code);
    }
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#] {
        assert_eq!(refetch(SIGNED, || signed(header, information())).unwrap_err().code(), Code::UserInfoSignature);
    }
    let mut world = World::new(SIGNED);
    world.sign_in().unwrap();
    world.signatures_are_good = false;
    world.answer = Box::new(|sent| sent.url.ends_with("/userinfo").then(|| signed(r#"{"alg":"RS256"}"#, information())));
    assert_eq!(world.run(Command::RefetchUserInfo).unwrap_err().code(), Code::UserInfoSignature);
}

#[test]
fn signed_information_is_asked_for() {
    let mut world = World::new(r#"{"signedUserinfo": true, "fetchUserinfo": true}"#);
    world.sign_in().unwrap();
    let sent = world.sent.iter().find(|sent| sent.url.ends_with("/userinfo")).unwrap();
    assert_eq!(sent.header("accept"), Some("application/jwt"));
}
