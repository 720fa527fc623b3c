//! Pushed authorization requests (RFC 9126).

use oxidc_core::command::Command;
use oxidc_core::error::Code;
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::{Object, Value};

use super::world::{ISSUER, World, json, refused, value};

const PAR: &str = r#"{"par": true}"#;

fn pushed(world: &World) -> Vec<&super::world::Sent> {
    world.sent.iter().filter(|sent| sent.url == format!("{ISSUER}/par")).collect()
}

#[test]
fn t443_the_person_carries_the_client_and_the_reference_only() {
    let mut world = World::new(PAR);
    let carried = world.begin().unwrap();
    let expected = [("client_id", "app"), ("request_uri", "urn:ietf:params:oauth:request_uri:1")];
    assert_eq!(carried, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let sent = pushed(&world)[0];
    assert_eq!(sent.method, "POST");
    for name in ["client_id", "redirect_uri", "state", "nonce", "code_challenge", "scope", "response_type"] {
        assert!(sent.get(name).is_some(), "{name}");
        assert_eq!(sent.body.iter().filter(|(n, _)| n == name).count(), 1, "{name}");
    }
    assert_eq!(sent.get("request_uri"), None);
    let state = sent.get("state").unwrap().to_owned();
    assert!(world.callback(&format!("code=c&state={state}")).unwrap().get("session").is_some());
}

#[test]
fn a_provider_that_demands_it_gets_it_without_an_option() {
    let mut world = World::new("{}");
    world.metadata.insert("require_pushed_authorization_requests", true);
    assert_eq!(value(&world.begin().unwrap(), "request_uri"), "urn:ietf:params:oauth:request_uri:1");
}

#[test]
fn t444_an_answer_that_is_wrong_sends_the_person_nowhere() {
    let usual = r#"{"request_uri": "urn:x:1", "expires_in": 60}"#;
    for (status, body, code) in [
        (200, usual, None),
        (201, usual, None),
        (201, r#"{"expires_in": 60}"#, Some(Code::PushedResponseInvalid)),
        (201, r#"{"request_uri": "https://login.example.com/r/1", "expires_in": 60}"#, None),
        (201, r#"{"request_uri": "", "expires_in": 60}"#, Some(Code::PushedResponseInvalid)),
        (201, r#"{"request_uri": "javascript:alert(1)", "expires_in": 60}"#, Some(Code::PushedResponseInvalid)),
        (201, r#"{"request_uri": "urn:a b", "expires_in": 60}"#, Some(Code::PushedResponseInvalid)),
        (201, r#"{"request_uri": "urn:x:1", "expires_in": 0}"#, Some(Code::PushedResponseInvalid)),
        (201, r#"{"request_uri": "urn:x:1", "expires_in": "60"}"#, Some(Code::PushedResponseInvalid)),
        (201, r#"{"request_uri": "urn:x:1"}"#, Some(Code::PushedResponseInvalid)),
        (201, "<html>", Some(Code::AnswerNotJson)),
    ] {
        let mut world = World::new(PAR);
        world.answer = Box::new(move |sent| sent.url.ends_with("/par").then(|| json(status, body)));
        let result = world.begin();
        assert_eq!(result.as_ref().err().map(oxidc_core::error::Error::code), code, "{status} {body}");
        assert_eq!(world.navigated.is_empty(), code.is_some(), "{status} {body}");
    }
}

#[test]
fn t444_a_reference_has_a_limit() {
    for (length, code) in [(2_048, None), (2_049, Some(Code::PushedResponseInvalid))] {
        let mut world = World::new(PAR);
        let body = format!(r#"{{"request_uri": "urn:{}", "expires_in": 60}}"#, "x".repeat(length - 4));
        world.answer = Box::new(move |sent| sent.url.ends_with("/par").then(|| json(201, &body)));
        assert_eq!(world.begin().err().map(|error| error.code()), code);
    }
}

#[test]
fn t445_a_refusal_is_typed_and_never_becomes_a_plain_request() {
    for (status, body, code) in [
        (400, r#"{"error": "invalid_request"}"#, Code::RequestRefused),
        (400, r#"{"error": "invalid_scope"}"#, Code::ScopeRejected),
        (401, r#"{"error": "invalid_client"}"#, Code::ClientRejected),
        (405, "", Code::AnswerNotJson),
        (413, "", Code::AnswerNotJson),
        (429, "", Code::RateLimited),
        (503, "", Code::ProviderUnavailable),
    ] {
        let mut world = World::new(PAR);
        world.answer =
            Box::new(move |sent| sent.url.ends_with("/par").then(|| Response { retry_after: Some("7".into()), ..json(status, body) }));
        let error = world.begin().unwrap_err();
        assert_eq!(error.code(), code, "{status}");
        assert_eq!(error.retry_after(), matches!(status, 429 | 503).then_some(7));
        assert!(world.navigated.is_empty());
        assert_eq!(pushed(&world).len(), 1);
    }
}

#[test]
fn t446_each_sign_in_pushes_anew() {
    let mut world = World::new(PAR);
    world.begin().unwrap();
    world.now.wall += 120_000;
    world.begin().unwrap();
    let states: Vec<_> = pushed(&world).iter().map(|sent| sent.get("state").unwrap().to_owned()).collect();
    assert_eq!(states.len(), 2);
    assert_ne!(states[0], states[1]);
}

#[test]
fn t324_a_provider_without_the_endpoint_is_refused() {
    for demanded in [false, true] {
        let mut world = World::new(if demanded { "{}" } else { PAR });
        world.metadata.insert("require_pushed_authorization_requests", demanded);
        world.metadata.remove("pushed_authorization_request_endpoint");
        assert_eq!(refused(world.begin().map(|_| Value::Null)), Code::EndpointMissing);
        assert!(world.navigated.is_empty() && pushed(&world).is_empty());
    }
}

/// A sign-in whose address has so many characters.
fn begin_long(world: &mut World, length: usize) -> String {
    let begin = |world: &mut World, filler: usize| {
        let options = Object::new().with("extraParameters", Value::from(Object::new().with("filler", "x".repeat(filler))));
        world.run(Command::from_value(&Object::new().with("do", "signIn").with("options", options).into()).unwrap()).unwrap();
        world.navigated.pop().unwrap()
    };
    let mut measured = World::new("{}");
    let bare = begin(&mut measured, 0).len();
    begin(world, length - bare)
}

#[test]
fn t117_a_request_too_long_for_an_address_is_pushed_where_the_provider_takes_it() {
    let mut world = World::new("{}");
    assert_eq!(begin_long(&mut world, 8_192).len(), 8_192);
    assert!(pushed(&world).is_empty());
    let carried = begin_long(&mut world, 8_193);
    assert!(carried.contains("request_uri=") && !carried.contains("filler"), "{carried}");
    assert_eq!(pushed(&world)[0].get("filler").map(|filler| filler.len() > 7_000), Some(true));
    assert!(world.events.is_empty(), "{:?}", world.events);
}

#[test]
fn t117_its_length_is_told_where_the_provider_takes_none_pushed() {
    for (length, told) in [(8_192, false), (8_193, true)] {
        let mut world = World::new("{}");
        world.metadata.remove("pushed_authorization_request_endpoint");
        assert_eq!(begin_long(&mut world, length).len(), length, "the person goes there nevertheless");
        let events: Vec<_> = world.events.iter().map(|event| format!("{event:?}")).collect();
        assert_eq!(events.len(), usize::from(told), "{events:?}");
        assert!(events.iter().all(|event| event.contains("RequestTooLong") && event.contains("8193")), "{events:?}");
    }
}
