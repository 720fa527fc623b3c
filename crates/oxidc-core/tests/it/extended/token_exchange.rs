//! Token exchange (RFC 8693).

use oxidc_core::command::Command;
use oxidc_core::error::{Code, SessionEffect};
use oxidc_core::wire::json::Value;

use super::world::{TOKEN, World, json};

const OPTIONS: &str = r#"{"subjectToken": "at1", "audience": "mini", "scopes": "orders:read"}"#;
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

fn exchange(options: &str, status: u16, body: &str) -> Result<Value, oxidc_core::error::Error> {
    let mut world = World::new("{}");
    let body = body.to_owned();
    world.answer = Box::new(move |sent| (sent.url == TOKEN).then(|| json(status, &body)));
    world.operation("tokenExchange", options)
}

#[test]
fn the_request_names_both_kinds_of_token() {
    let mut world = World::new("{}");
    world.answer = Box::new(|sent| {
        (sent.url == TOKEN).then(|| {
            json(200, &format!(r#"{{"access_token": "x", "issued_token_type": "{ACCESS}", "token_type": "Bearer", "expires_in": 60}}"#))
        })
    });
    let result = world.operation("tokenExchange", OPTIONS).unwrap();
    assert_eq!(result.get("accessToken").and_then(Value::as_str), Some("x"));
    assert_eq!(result.get("issuedTokenType").and_then(Value::as_str), Some(ACCESS));
    let sent = world.requests(TOKEN)[0];
    assert_eq!(sent.get("grant_type"), Some("urn:ietf:params:oauth:grant-type:token-exchange"));
    assert_eq!((sent.get("subject_token"), sent.get("subject_token_type")), (Some("at1"), Some(ACCESS)));
    assert_eq!((sent.get("audience"), sent.get("scope"), sent.get("client_id")), (Some("mini"), Some("orders:read"), Some("app")));
}

#[test]
fn t457_the_kind_of_the_issued_token_is_checked() {
    let jwt = "urn:ietf:params:oauth:token-type:jwt";
    for (body, code) in [
        (r#"{"access_token": "x", "token_type": "Bearer"}"#.to_owned(), Some(Code::TokenResponseInvalid)),
        (format!(r#"{{"access_token": "x", "issued_token_type": "{ACCESS}", "token_type": "N_A"}}"#), Some(Code::TokenTypeUnsupported)),
        (format!(r#"{{"access_token": "x", "issued_token_type": "{jwt}", "token_type": "N_A"}}"#), None),
        (
            format!(
                r#"{{"access_token": "x", "issued_token_type": "{ACCESS}", "token_type": "Bearer", "scope": "orders:read orders:write"}}"#
            ),
            Some(Code::TokenResponseInvalid),
        ),
        (format!(r#"{{"access_token": "x", "issued_token_type": "{ACCESS}", "token_type": "mac"}}"#), Some(Code::TokenTypeUnsupported)),
        (format!(r#"{{"issued_token_type": "{ACCESS}", "token_type": "Bearer"}}"#), Some(Code::TokenResponseInvalid)),
    ] {
        let result = exchange(OPTIONS, 200, &body);
        if code.is_none() {
            let result = result.as_ref().unwrap();
            assert_eq!((result.get("token").and_then(Value::as_str), result.get("accessToken")), (Some("x"), None));
        }
        assert_eq!(result.err().map(|error| error.code()), code, "{body}");
    }
    let requested = format!(r#"{{"subjectToken": "t", "requestedTokenType": "{jwt}"}}"#);
    let other = format!(r#"{{"access_token": "x", "issued_token_type": "{ACCESS}", "token_type": "Bearer"}}"#);
    assert_eq!(exchange(&requested, 200, &other).unwrap_err().code(), Code::TokenResponseInvalid);
}

#[test]
fn an_id_token_that_comes_along_unchecked_is_not_given_out() {
    let id_token = "eyJhbGciOiJub25lIn0.e30.";
    for kind in ["Bearer", "N_A"] {
        let issued = if kind == "N_A" { "urn:ietf:params:oauth:token-type:jwt" } else { ACCESS };
        let body = format!(r#"{{"access_token": "x", "issued_token_type": "{issued}", "token_type": "{kind}", "id_token": "{id_token}"}}"#);
        let result = exchange(OPTIONS, 200, &body).unwrap();
        assert!(!result.to_text().contains(id_token), "{kind}: {}", result.to_text());
    }
}

#[test]
fn t454_t458_a_refusal_leaves_the_session_alone() {
    for (error, code) in [("invalid_grant", Code::GrantRejected), ("invalid_target", Code::ResourceRejected)] {
        let mut world = World::new("{}");
        world.sign_in().unwrap();
        world.answer = Box::new(move |sent| (sent.url == TOKEN).then(|| json(400, &format!(r#"{{"error": "{error}"}}"#))));
        let refused = world.operation("tokenExchange", OPTIONS).unwrap_err();
        assert_eq!((refused.code(), refused.session()), (code, SessionEffect::Kept));
        assert_ne!(world.run(Command::GetSession).unwrap(), Value::Null);
    }
}
