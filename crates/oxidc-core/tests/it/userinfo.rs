//! User information at a sign-in and later: about the right person, as JSON, and never more than data.

use oxidc_core::command::Command;
use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::error::{Code, SessionEffect};
use oxidc_core::wire::http::Response;
use serde_json::{Value as Json, json};

use crate::page::{ACCESS, APP, ISSUER, Page, answer, failed, text};

/// Reads user information again; a refusal leaves the person's claims as they were.
#[track_caller]
fn refused(outcome: Outcome, code: Code) {
    let mut page = Page::signed_in();
    let before = (page.get_session(), page.stored());
    page.next("/userinfo", outcome);
    let error = page.call(Command::RefetchUserInfo).unwrap_err();
    assert_eq!((error.code(), error.session()), (code, SessionEffect::Kept), "{error}");
    assert_eq!((page.get_session(), page.stored()), before);
    assert!(page.heard().is_empty());
    assert_eq!(page.count("/userinfo"), 1);
}

#[test]
fn t091_t092_information_about_somebody_else_is_refused() {
    for sub in ["aliceinvalid", "Alice", "alice ", ""] {
        refused(answer(200, &json!({ "sub": sub, "name": "x" })), Code::UserInfoSubjectMismatch);
    }
    for sub in [Json::Null, json!(1), json!(["alice"])] {
        refused(answer(200, &json!({ "sub": sub, "name": "x" })), Code::UserInfoInvalid);
    }
    refused(answer(200, &json!({ "name": "x" })), Code::UserInfoInvalid);
}

#[test]
fn t091_at_a_sign_in_it_begins_no_session() {
    let mut page = Page::with(json!({ "fetchUserinfo": true }));
    page.next("/userinfo", answer(200, &json!({ "sub": "mallory" })));
    let query = page.away();
    assert_eq!(page.callback(&format!("{APP}/callback?{query}")).unwrap_err().code(), Code::UserInfoSubjectMismatch);
    assert_eq!((page.get_session(), page.stored(), page.heard()), (Json::Null, Json::Null, vec![]));
}

#[test]
fn t093_t094_t097_what_is_not_declared_as_json_or_is_no_object_is_refused() {
    let good = r#"{"sub":"alice","name":"x"}"#;
    for (content_type, body) in [
        ("text/html", good),
        ("application/jwt", "a.b.c"),
        ("application/jwt", good),
        ("application/json", "[]"),
        ("application/json", r#"{"sub":"alice","sub":"alice"}"#),
        ("application/json", r#"{"sub":"alice","name":"x","n\u0061me":"y"}"#),
    ] {
        refused(text(200, content_type, body), Code::AnswerNotJson);
    }
    refused(Outcome::Http(Response { status: 200, body: good.into(), ..Response::default() }), Code::AnswerNotJson);
}

#[test]
fn t096_t097_t100_claims_are_data_and_cannot_be_those_of_the_protocol() {
    let mut page = Page::signed_in();
    let before = page.get_session()["claims"].clone();
    let sources = json!({ "src": { "endpoint": "https://evil.example/claims", "access_token": "x" } });
    let body = json!({
        "sub": "alice", "iss": "https://evil.example", "aud": "other", "exp": 1, "iat": 1, "nonce": "n", "acr": "high", "auth_time": 1,
        "__proto__": { "admin": true }, "constructor": "c", "_claim_names": { "age": "src" }, "_claim_sources": sources,
    });
    page.next("/userinfo", answer(200, &body));
    let session = page.call(Command::RefetchUserInfo).unwrap();
    assert_eq!(session["claims"], before, "what the ID token says stands");
    for name in ["iss", "aud", "exp", "iat", "nonce", "acr", "auth_time"] {
        assert_eq!(session["user"].get(name), None, "{name}");
    }
    assert_eq!((&session["user"]["__proto__"]["admin"], &session["user"]["_claim_sources"]), (&json!(true), &sources));
    assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)), "no source is asked");
}

#[test]
fn t098_a_refused_token_is_renewed_once() {
    for (second, good) in [(answer(200, &json!({ "sub": "alice" })), true), (text(401, "text/html", ""), false)] {
        let mut page = Page::signed_in();
        page.pass(60);
        page.next("/userinfo", text(401, "application/json", "{}"));
        page.next("/userinfo", second);
        let result = page.call(Command::RefetchUserInfo);
        assert_eq!(result.map_err(|error| error.code()).err(), (!good).then_some(Code::UserInfoRefused));
        assert_eq!((page.count("/userinfo"), page.count("/token")), (2, 1));
        assert_eq!(page.get_session()["subject"], "alice");
    }
}

#[test]
fn t099_a_redirect_is_not_followed() {
    refused(failed(Failure::Redirected), Code::Redirected);
}

#[test]
fn t496_the_request_carries_its_token_in_the_header_only() {
    let mut page = Page::signed_in();
    page.call(Command::RefetchUserInfo).unwrap();
    let request = page.requests.last().unwrap();
    assert_eq!((request.method, request.url.as_str(), request.body.as_deref()), ("GET", "https://login.example/userinfo", None));
    assert!(request.headers.contains(&("authorization", format!("Bearer {ACCESS}"))));
    assert_eq!(format!("{request:?}"), "GET https://login.example/userinfo", "t409: what is printed holds no token");
}
