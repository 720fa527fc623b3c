//! The operations one by one.

use oxidc_core::command::Command;
use oxidc_core::error::Code;
use oxidc_core::operations::{Operation, Refresh};
use oxidc_core::wire::form;
use oxidc_core::wire::json::Value;

use super::world::{APP, ISSUER, TOKEN, World, json, refused, value};

fn text<'a>(result: &'a Value, name: &str) -> &'a str {
    result.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn a_whole_sign_in_leaves_no_session_and_no_record_of_itself() {
    let mut world = World::new(r#"{"dpop": true}"#);
    world.token_type = "DPoP";
    let request = world.operation("authorizationRequest", r#"{"prompt": "login"}"#).unwrap();
    assert!(world.navigated.is_empty());
    let carried = form::parse(text(&request, "url").split_once('?').unwrap().1).unwrap();
    assert_eq!(
        (value(&carried, "state"), value(&carried, "nonce"), value(&carried, "prompt")),
        (text(&request, "state"), text(&request, "nonce"), "login")
    );
    world.nonce = text(&request, "nonce").into();
    let callback =
        format!(r#"{{"url": "{APP}/?code=c&state={0}&iss=https%3A%2F%2Flogin.example.com", "state": "{0}"}}"#, text(&request, "state"));
    let response = world.operation("authorizationResponse", &callback).unwrap();
    assert_eq!(text(&response, "code"), "c");
    let binding = request.get("binding").unwrap().to_text();
    let exchange = format!(
        r#"{{"code": "c", "codeVerifier": "{}", "nonce": "{}", "binding": {binding}}}"#,
        text(&request, "codeVerifier"),
        text(&request, "nonce")
    );
    let tokens = world.operation("codeExchange", &exchange).unwrap();
    assert_eq!(text(&tokens, "tokenType"), "DPoP");
    assert_eq!(tokens.get("claims").unwrap().get("sub").and_then(Value::as_str), Some("alice"));
    assert!(world.requests(TOKEN)[0].proof().is_some());
    let about = format!(r#"{{"accessToken": "{}", "subject": "alice", "binding": {binding}}}"#, text(&tokens, "accessToken"));
    assert_eq!(text(&world.operation("userInfo", &about).unwrap(), "name"), "Alice");
    let refresh = Operation::Refresh(Refresh {
        refresh_token: text(&tokens, "refreshToken").into(),
        subject: Some("alice".into()),
        binding: request.get("binding").cloned(),
        ..Refresh::default()
    });
    world.nonce = String::new();
    assert_ne!(text(&world.perform_operation(refresh).unwrap(), "accessToken"), text(&tokens, "accessToken"));
    assert_eq!(world.run(Command::GetSession).unwrap(), Value::Null);
    assert!(world.records.keys().all(|key| key.contains("provider")), "{:?}", world.records.keys());
}

#[test]
fn a_response_is_checked_like_a_callback() {
    for (query, code) in [
        ("code=c&state=other", Code::StateUnknown),
        ("code=c", Code::StateMissing),
        ("code=c&code=d&state=s", Code::CallbackMalformed),
        ("code=c&state=s&iss=https%3A%2F%2Fevil.example", Code::IssuerMismatch),
        ("error=access_denied&state=s", Code::AccessDenied),
        ("error=access_denied&state=s&iss=https%3A%2F%2Fevil.example", Code::IssuerMismatch),
        ("state=s", Code::CodeMissing),
        ("access_token=t&state=s", Code::CallbackMalformed),
    ] {
        let mut world = World::new("{}");
        let result = world.operation("authorizationResponse", &format!(r#"{{"url": "{APP}/?{query}", "state": "s"}}"#));
        assert_eq!(refused(result), code, "{query}");
    }
}

#[test]
fn nothing_is_given_out_of_an_answer_whose_id_token_fails() {
    let mut world = World::new("{}");
    world.nonce = "another".into();
    let exchange = r#"{"code": "c", "codeVerifier": "v", "nonce": "n"}"#;
    assert_eq!(refused(world.operation("codeExchange", exchange)), Code::IdTokenNonce);
    world.answer = Box::new(|sent| (sent.url == TOKEN).then(|| json(200, r#"{"access_token": "a", "token_type": "Bearer"}"#)));
    assert_eq!(refused(world.operation("codeExchange", exchange)), Code::IdTokenMissing);
    world.answer = Box::new(|sent| (sent.url == TOKEN).then(|| json(400, r#"{"error": "invalid_grant"}"#)));
    assert_eq!(refused(world.operation("codeExchange", exchange)), Code::GrantRejected);
    assert_eq!(refused(world.operation("refresh", r#"{"refreshToken": "r"}"#)), Code::GrantRejected);
}

#[test]
fn an_id_token_is_checked_alone() {
    let mut world = World::new("{}");
    world.nonce = "n".into();
    let token = world.id_token();
    let claims = world.operation("idToken", &format!(r#"{{"idToken": "{token}", "nonce": "n"}}"#)).unwrap();
    assert_eq!(text(&claims, "sub"), "alice");
    assert_eq!(refused(world.operation("idToken", &format!(r#"{{"idToken": "{token}", "nonce": "m"}}"#))), Code::IdTokenNonce);
    assert_eq!(refused(world.operation("idToken", &format!(r#"{{"idToken": "{token}"}}"#))), Code::IdTokenNonce);
    world.signatures_are_good = false;
    assert_eq!(refused(world.operation("idToken", &format!(r#"{{"idToken": "{token}", "nonce": "n"}}"#))), Code::IdTokenSignature);
}

#[test]
fn the_rest_of_the_operations_do_what_they_say() {
    let mut world = World::new("{}");
    assert_eq!(text(&world.operation("metadata", "{}").unwrap(), "token_endpoint"), TOKEN);
    assert_eq!(world.operation("keys", "{}").unwrap().get("keys").unwrap().as_array().unwrap().len(), 2);
    let url = world
        .operation("endSessionRequest", r#"{"idToken": "i", "postLogoutRedirectUri": "https://app.example.com/", "state": "s"}"#)
        .unwrap();
    assert!(url.as_str().unwrap().starts_with(&format!("{ISSUER}/end?id_token_hint=i&client_id=app&post_logout_redirect_uri=")));
    assert_eq!(world.operation("revocation", r#"{"token": "t", "tokenTypeHint": "refresh_token"}"#).unwrap(), Value::Null);
    world.answer = Box::new(|sent| sent.url.ends_with("/revoke").then(|| json(503, "")));
    assert_eq!(refused(world.operation("revocation", r#"{"token": "t"}"#)), Code::ProviderUnavailable);
}

#[test]
fn what_an_operation_does_not_know_or_lacks_is_refused() {
    let mut world = World::new("{}");
    for (name, options, code) in [
        ("introspection", "{}", Code::OptionUnknown),
        ("codeExchange", r#"{"code": "c", "codeVerifier": "v", "nonce": "n", "password": "p"}"#, Code::OptionUnknown),
        ("codeExchange", r#"{"code": "c", "codeVerifier": "v"}"#, Code::OptionInvalid),
        ("codeExchange", r#"{"code": "", "codeVerifier": "v", "nonce": "n"}"#, Code::OptionInvalid),
        ("userInfo", r#"{"accessToken": "a"}"#, Code::OptionInvalid),
        ("refresh", r#"{"refreshToken": 1}"#, Code::OptionInvalid),
        ("authorizationResponse", r#"{"url": "https://app.example.com/"}"#, Code::OptionInvalid),
        ("tokenExchange", r#"{"subjectToken": "s", "resource": "relative"}"#, Code::ResourceInvalid),
    ] {
        assert_eq!(refused(world.operation(name, options)), code, "{name} {options}");
    }
    assert!(world.sent.is_empty());
}

#[test]
fn an_answer_without_content_says_that_a_token_is_revoked() {
    let mut world = World::new("{}");
    world.answer = Box::new(|sent| {
        sent.url
            .ends_with("/revoke")
            .then(|| oxidc_core::wire::http::Response { status: 200, ..oxidc_core::wire::http::Response::default() })
    });
    assert_eq!(world.operation("revocation", r#"{"token": "t"}"#).unwrap(), Value::Null);
}
