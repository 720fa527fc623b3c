//! Signed authorization responses (JARM).

use oxidc_core::command::Command;
use oxidc_core::error::Code;
use oxidc_core::wire::json::{Object, Value};

use super::world::{APP, ISSUER, TOKEN, World, jwt, refused, value};

const QUERY: &str = r#"{"responseMode": "query.jwt"}"#;

fn response(world: &World, state: &str) -> Object {
    let now = world.now.wall / 1_000;
    Object::new().with("iss", ISSUER).with("aud", "app").with("exp", now + 60).with("code", "c").with("state", state)
}

fn begun(options: &str) -> (World, String) {
    let mut world = World::new(options);
    let carried = world.begin().unwrap();
    (world, value(&carried, "state").to_owned())
}

fn token(header: &str, payload: Object) -> String {
    jwt(header, &payload.into())
}

/// The callback is refused before any token request, and the address is clean.
fn rejected(world: &mut World, query: &str) -> Code {
    let code = refused(world.callback(query));
    assert!(world.requests(TOKEN).is_empty(), "{query}");
    assert_eq!(world.addresses.last().map(String::as_str), Some("https://app.example.com/"), "{query}");
    assert_eq!(world.run(Command::GetSession).unwrap(), Value::Null);
    code
}

#[test]
fn a_signed_response_in_the_query_signs_in() {
    let (mut world, state) = begun(QUERY);
    assert!(world.navigated[0].contains("response_mode=query.jwt"));
    let token = token(r#"{"alg":"RS256"}"#, response(&world, &state));
    let result = world.callback(&format!("response={token}")).unwrap();
    assert_eq!(result.get("handled").and_then(Value::as_str), Some("signIn"));
    assert_eq!(world.addresses.last(), Some(&format!("{APP}/")));
    // It can be used once.
    assert_eq!(refused(world.callback(&format!("response={token}"))), Code::AlreadyProcessed);
}

#[test]
fn a_signed_response_in_the_fragment_signs_in() {
    let (mut world, state) = begun(r#"{"responseMode": "fragment.jwt"}"#);
    let token = token(r#"{"alg":"RS256","typ":"JWT"}"#, response(&world, &state));
    let result = world.run(Command::ProcessCallback { url: format!("{APP}/?keep=1#response={token}") }).unwrap();
    assert_eq!(result.get("handled").and_then(Value::as_str), Some("signIn"));
    assert_eq!(world.addresses.last(), Some(&format!("{APP}/?keep=1")));
}

#[test]
fn t448_iss_aud_and_exp_must_be_there() {
    for (name, code) in [("iss", Code::IssuerMissing), ("aud", Code::ResponseAudience), ("exp", Code::ResponseExpired)] {
        let (mut world, state) = begun(QUERY);
        let mut claims = response(&world, &state);
        claims.remove(name);
        let token = token(r#"{"alg":"RS256"}"#, claims);
        assert_eq!(rejected(&mut world, &format!("response={token}")), code, "{name}");
    }
}

#[test]
fn t449_iss_aud_exp_and_signature_must_be_right() {
    for (name, wrong, code) in [
        ("iss", Value::from("https://evil.example"), Code::IssuerMismatch),
        ("aud", Value::from("other"), Code::ResponseAudience),
        ("aud", Value::from(vec!["other"]), Code::ResponseAudience),
        ("exp", Value::from(1_699_999_000_i64), Code::ResponseExpired),
        ("exp", Value::from("soon"), Code::ResponseExpired),
    ] {
        let (mut world, state) = begun(QUERY);
        let token = token(r#"{"alg":"RS256"}"#, response(&world, &state).with(name, wrong));
        assert_eq!(rejected(&mut world, &format!("response={token}")), code, "{name}");
    }
    for (header, code) in [
        (r#"{"alg":"none"}"#, Code::ResponseSignature),
        (r#"{"alg":"HS256"}"#, Code::ResponseSignature),
        (r#"{"alg":"ES256"}"#, Code::ResponseSignature),
        (r#"{"alg":"RS256","typ":"at+jwt"}"#, Code::ResponseMalformed),
        (r#"{"alg":"RS256","crit":["x"]}"#, Code::ResponseMalformed),
    ] {
        let (mut world, state) = begun(QUERY);
        let token = token(header, response(&world, &state));
        assert_eq!(rejected(&mut world, &format!("response={token}")), code, "{header}");
    }
    let (mut world, state) = begun(QUERY);
    world.signatures_are_good = false;
    let token = token(r#"{"alg":"RS256"}"#, response(&world, &state));
    assert_eq!(rejected(&mut world, &format!("response={token}")), Code::ResponseSignature);
}

#[test]
fn t449_an_issuer_is_checked_before_a_signature_and_an_expiry_to_the_second() {
    let (mut world, state) = begun(QUERY);
    world.signatures_are_good = false;
    let foreign = token(r#"{"alg":"RS256"}"#, response(&world, &state).with("iss", "https://evil.example"));
    assert_eq!(rejected(&mut world, &format!("response={foreign}")), Code::IssuerMismatch);
    for (age, code) in [(60, Some(Code::ResponseExpired)), (59, None)] {
        let (mut world, state) = begun(QUERY);
        let expires = world.now.wall / 1_000 - age;
        let token = token(r#"{"alg":"RS256"}"#, response(&world, &state).with("exp", expires));
        assert_eq!(world.callback(&format!("response={token}")).err().map(|error| error.code()), code);
    }
}

#[test]
fn t449_an_algorithm_that_is_good_but_not_configured_is_refused() {
    let options = r#"{"responseMode": "query.jwt", "idTokenAlgorithms": ["RS256"]}"#;
    let (mut world, state) = begun(options);
    let token = token(r#"{"alg":"RS512"}"#, response(&world, &state));
    assert_eq!(rejected(&mut world, &format!("response={token}")), Code::ResponseSignature);
}

#[test]
fn one_of_several_audiences_is_enough() {
    let (mut world, state) = begun(QUERY);
    let token = token(r#"{"alg":"RS256"}"#, response(&world, &state).with("aud", vec!["other", "app"]));
    assert!(world.callback(&format!("response={token}#part")).is_ok());
    assert_eq!(world.addresses.last(), Some(&format!("{APP}/#part")));
}

#[test]
fn an_empty_response_is_malformed_where_a_signed_one_was_asked_for() {
    let (mut world, _) = begun(r#"{"responseMode": "fragment.jwt"}"#);
    let result = world.run(Command::ProcessCallback { url: format!("{APP}/#response=") });
    assert_eq!(refused(result), Code::ResponseMalformed);
}

#[test]
fn t450_the_state_inside_counts_and_none_may_stand_outside() {
    let (mut world, state) = begun(QUERY);
    let wrong = token(r#"{"alg":"RS256"}"#, response(&world, "other"));
    assert_eq!(rejected(&mut world, &format!("response={wrong}")), Code::StateUnknown);
    let mut without = response(&world, &state);
    without.remove("state");
    let without = token(r#"{"alg":"RS256"}"#, without);
    assert_eq!(rejected(&mut world, &format!("response={without}")), Code::StateMissing);
    let good = token(r#"{"alg":"RS256"}"#, response(&world, &state));
    for beside in ["state=other", "code=c", "error=access_denied", "response=x"] {
        assert_eq!(rejected(&mut world, &format!("response={good}&{beside}")), Code::ResponseMalformed, "{beside}");
    }
    assert!(world.callback(&format!("response={good}")).is_ok());
}

#[test]
fn t451_the_issuers_inside_and_outside_must_agree() {
    let (mut world, state) = begun(QUERY);
    let good = token(r#"{"alg":"RS256"}"#, response(&world, &state));
    assert_eq!(rejected(&mut world, &format!("response={good}&iss=https%3A%2F%2Fevil.example")), Code::IssuerMismatch);
    assert!(world.callback(&format!("response={good}&iss=https%3A%2F%2Flogin.example.com")).is_ok());
}

#[test]
fn t452_a_signed_error_is_typed() {
    let (mut world, state) = begun(QUERY);
    let mut claims = response(&world, &state).with("error", "access_denied").with("error_description", "no");
    claims.remove("code");
    let token = token(r#"{"alg":"RS256"}"#, claims);
    let error = world.callback(&format!("response={token}")).unwrap_err();
    assert_eq!((error.code(), error.provider_error()), (Code::AccessDenied, Some("access_denied")));
}

#[test]
fn a_plain_response_is_refused_where_a_signed_one_was_asked_for() {
    let (mut world, state) = begun(QUERY);
    assert_eq!(rejected(&mut world, &format!("code=c&state={state}")), Code::ResponseNotSigned);
}

#[test]
fn a_response_in_another_mode_than_asked_for_is_refused() {
    let (mut world, state) = begun("{}");
    let token = token(r#"{"alg":"RS256"}"#, response(&world, &state));
    assert_eq!(rejected(&mut world, &format!("response={token}")), Code::CallbackMalformed);
}

#[test]
fn a_response_for_another_client_of_the_page_is_left_to_it() {
    let (mut world, _) = begun(QUERY);
    let mut other = World::new(r#"{"clientId": "other", "responseMode": "query.jwt"}"#);
    other.records = world.records.clone();
    // The first draw of both is the same.
    other.begin().unwrap();
    let state = value(&other.begin().unwrap(), "state").to_owned();
    world.records = other.records.clone();
    let token = token(r#"{"alg":"RS256"}"#, response(&world, &state).with("aud", "other"));
    let result = world.callback(&format!("response={token}")).unwrap();
    assert_eq!(result.get("handled").and_then(Value::as_str), Some("none"));
    assert!(world.addresses.is_empty());
}
