//! Request objects (RFC 9101).

use oxidc_core::command::Command;
use oxidc_core::error::Code;
use oxidc_core::wire::form;
use oxidc_core::wire::json::{Object, Value};

use super::world::{ISSUER, World, decoded, jwt, object, refused, value};

const SIGNED: &str =
    r#"{"requestObject": {"key": "mine", "algorithm": "ES256", "keyId": "k1"}, "resources": ["https://a.example/", "https://b.example/"]}"#;

#[test]
fn the_request_travels_in_a_jwt_of_its_own_type() {
    let mut world = World::new(SIGNED);
    world.keys.insert("mine".into(), String::new());
    let carried = world.begin().unwrap();
    let outside: Vec<_> = carried.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(outside, ["client_id", "response_type", "scope", "request"]);
    let (header, claims) = decoded(value(&carried, "request"));
    assert_eq!(header, object(r#"{"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": "k1"}"#));
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    assert_eq!((text("iss"), text("aud"), text("client_id")), ("app", ISSUER, "app"));
    assert_eq!(value(&carried, "client_id"), "app");
    assert_eq!(claims.get("sub"), None);
    assert_eq!(claims.get("request_uri"), None);
    assert_eq!(claims.get("exp"), Some(&Value::from(1_700_000_300_i64)));
    assert_eq!(claims.get("resource").unwrap().as_array().unwrap().len(), 2);
    for name in ["state", "nonce", "code_challenge", "redirect_uri", "jti"] {
        assert!(!text(name).is_empty(), "{name}");
    }
    assert_eq!(world.signed, ["mine"]);
}

#[test]
fn further_parameters_do_not_become_claims_of_the_jwt_itself() {
    let mut world = World::new(SIGNED);
    world.keys.insert("mine".into(), String::new());
    let further = r#"{"iss": "other", "aud": "https://evil.example", "exp": "9", "jti": "1", "foo": "bar"}"#;
    let options = Object::new().with("extraParameters", object(further)).with("maxAge", 60_i64);
    let command = Object::new().with("do", "signIn").with("options", options);
    world.run(Command::from_value(&command.into()).unwrap()).unwrap();
    let carried = form::parse(world.navigated[0].split_once('?').unwrap().1).unwrap();
    let (_, claims) = decoded(value(&carried, "request"));
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    assert_eq!((text("iss"), text("aud"), text("foo")), (Some("app"), Some(ISSUER), Some("bar")));
    assert_eq!(claims.get("exp"), Some(&Value::from(1_700_000_300_i64)));
    assert!(text("jti").is_some_and(|id| id.len() > 16));
    assert_eq!(claims.get("max_age"), Some(&Value::from(60_i64)));
}

#[test]
fn a_pushed_request_object_leaves_the_reference_alone() {
    let mut world = World::new(r#"{"par": true, "requestObject": {"key": "mine", "algorithm": "PS256"}}"#);
    let carried = world.begin().unwrap();
    assert_eq!(carried.len(), 2);
    let sent = world.sent.iter().find(|sent| sent.url.ends_with("/par")).unwrap();
    assert_eq!(sent.get("state"), None);
    assert_eq!(decoded(sent.get("request").unwrap()).0.get("alg").and_then(Value::as_str), Some("PS256"));
}

#[test]
fn t447_the_application_may_add_claims_to_its_request_object_and_change_none() {
    type Change = fn(Object) -> Object;
    let changes: [(Change, Option<Code>); 8] = [
        (|claims| claims, None),
        (|claims| claims.with("claims", object(r#"{"id_token": {"acr": null}}"#)).with("exp", 1_700_000_030_i64), None),
        (|claims| claims.with("client_id", "other"), Some(Code::RequestObjectInvalid)),
        (|claims| claims.with("state", "other"), Some(Code::RequestObjectInvalid)),
        (|claims| claims.with("redirect_uri", "https://evil.example/"), Some(Code::RequestObjectInvalid)),
        (|claims| claims.with("request_uri", "https://evil.example/"), Some(Code::RequestObjectInvalid)),
        (|claims| claims.with("request", "a.b.c"), Some(Code::RequestObjectInvalid)),
        (|claims| claims.with("sub", "app"), Some(Code::RequestObjectInvalid)),
    ];
    for (number, (change, code)) in changes.into_iter().enumerate() {
        let mut world = World::new(r#"{"requestObject": "supplied"}"#);
        world.request_object = Box::new(move |claims| {
            Some(jwt(r#"{"alg":"RS256","typ":"oauth-authz-req+jwt"}"#, &change(claims.as_object().unwrap().clone()).into()))
        });
        let result = world.begin();
        assert_eq!(result.err().map(|error| error.code()), code, "change {number}");
        assert_eq!(world.navigated.is_empty(), code.is_some());
    }
}

#[test]
fn t447_a_request_object_that_is_not_signed_or_none_at_all_is_refused() {
    let unsigned = |claims: &Value| Some(jwt(r#"{"alg":"none"}"#, claims));
    let bare = |claims: &Value| Some(jwt(r#"{"alg":"RS256"}"#, claims).trim_end_matches(|c| c != '.').into());
    let none = |_: &Value| None;
    let garbage = |_: &Value| Some("a.b".into());
    let answers: [fn(&Value) -> Option<String>; 4] = [unsigned, bare, none, garbage];
    for answer in answers {
        let mut world = World::new(r#"{"requestObject": "supplied"}"#);
        world.request_object = Box::new(answer);
        assert_eq!(refused(world.begin().map(|_| Value::Null)), Code::RequestObjectInvalid);
    }
}

#[test]
fn t447_request_and_request_uri_cannot_be_set_by_hand() {
    for name in ["request", "request_uri", "dpop_jkt", "response_mode"] {
        let mut world = World::new("{}");
        let result = world.operation("authorizationRequest", &format!(r#"{{"extraParameters": {{"{name}": "x"}}}}"#));
        assert_eq!(refused(result), Code::ParameterReserved, "{name}");
    }
}
