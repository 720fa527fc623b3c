//! The device authorization grant (RFC 8628).

use oxidc_core::error::Code;
use oxidc_core::wire::json::Value;

use super::world::{ISSUER, TOKEN, World, json};

const CODES: &str = r#""device_code": "d", "user_code": "U-1", "expires_in": 600"#;

fn authorize(members: &str) -> Result<Value, oxidc_core::error::Error> {
    let mut world = World::new("{}");
    let body = format!("{{{CODES}, {members}}}");
    world.answer = Box::new(move |sent| sent.url.ends_with("/device").then(|| json(200, &body)));
    world.operation("deviceAuthorization", "{}")
}

/// Asks for the tokens; each question is answered by the next error, then with tokens.
fn ask(options: &str, errors: &'static [&'static str]) -> (Result<Value, oxidc_core::error::Error>, Vec<u32>, usize) {
    let mut world = World::new("{}");
    let mut answers = errors.iter();
    world.answer = Box::new(move |sent| {
        let error = (sent.url == TOKEN).then(|| answers.next()).flatten()?;
        let status = if error.is_empty() { 503 } else { 400 };
        Some(json(status, &if error.is_empty() { String::new() } else { format!(r#"{{"error": "{error}"}}"#) }))
    });
    let result = world.operation("deviceToken", options);
    let requests = world.requests(TOKEN).len();
    (result, world.waits, requests)
}

#[test]
fn t460_the_codes_and_where_they_are_typed_are_checked() {
    let good = r#""verification_uri": "https://login.example.com/d""#;
    for (interval, seconds) in
        [("", 5), (r#", "interval": 0"#, 1), (r#", "interval": -4"#, 1), (r#", "interval": 1e9"#, 300), (r#", "interval": 7"#, 7)]
    {
        let result = authorize(&format!("{good}{interval}")).unwrap();
        assert_eq!(result.get("interval"), Some(&Value::from(i64::from(seconds))), "{interval}");
    }
    for wrong in [
        r#""verification_uri": "http://login.example.com/d""#,
        r#""verification_uri": "javascript:alert(1)""#,
        r#""verification_uri_complete": "https://login.example.com/d""#,
        r#""verification_uri": "https://login.example.com/d", "verification_uri_complete": "javascript:alert(1)""#,
    ] {
        assert_eq!(authorize(wrong).unwrap_err().code(), Code::DeviceResponseInvalid, "{wrong}");
    }
}

#[test]
fn t459_the_provider_sets_the_pace() {
    let (result, waits, _) =
        ask(r#"{"deviceCode": "d", "interval": 2, "expiresIn": 600}"#, &["authorization_pending", "authorization_pending"]);
    assert!(result.unwrap().get("accessToken").is_some());
    assert_eq!(waits, [2_000, 2_000, 2_000]);
    // Five seconds more each time, for good.
    let (result, waits, _) = ask(r#"{"deviceCode": "d"}"#, &["slow_down", "slow_down", "slow_down", "authorization_pending"]);
    assert!(result.is_ok());
    assert_eq!(waits, [5_000, 10_000, 15_000, 20_000, 20_000]);
}

#[test]
fn t459_trouble_on_the_way_doubles_the_pause() {
    let (result, waits, _) = ask(r#"{"deviceCode": "d", "interval": 1}"#, &["", "", ""]);
    assert!(result.is_ok());
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
}

#[test]
fn t459_it_stops_when_there_is_nothing_to_wait_for() {
    for (error, code) in [
        ("access_denied", Code::AccessDenied),
        ("expired_token", Code::DeviceCodeExpired),
        ("invalid_grant", Code::GrantRejected),
        ("invalid_client", Code::ClientRejected),
    ] {
        let errors: &'static [&'static str] = match error {
            "access_denied" => &["authorization_pending", "access_denied"],
            "expired_token" => &["authorization_pending", "expired_token"],
            "invalid_grant" => &["authorization_pending", "invalid_grant"],
            _ => &["authorization_pending", "invalid_client"],
        };
        let (result, _, requests) = ask(r#"{"deviceCode": "d"}"#, errors);
        assert_eq!(result.unwrap_err().code(), code);
        assert_eq!(requests, 2);
    }
    let (result, _, requests) = ask(r#"{"deviceCode": "d", "interval": 10, "expiresIn": 25}"#, &["authorization_pending"; 9]);
    assert_eq!(result.unwrap_err().code(), Code::DeviceCodeExpired);
    assert_eq!(requests, 2);
}

#[test]
fn the_request_asks_for_the_clients_scopes() {
    let mut world = World::new(r#"{"scopes": "openid offline_access"}"#);
    let _ = world.operation("deviceAuthorization", "{}");
    let sent = world.requests(&format!("{ISSUER}/device"))[0];
    assert_eq!((sent.get("client_id"), sent.get("scope")), (Some("app"), Some("openid offline_access")));
}
