//! The application's own requests: which get a token, and what an API's refusal leads to.

use oxidc_core::config::client::ClientConfig;
use oxidc_core::error::Code;
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::Value;
use serde_json::json;

use crate::page::{ACCESS, APP, ISSUER, Page, answer};

const API: &str = "https://api.example";

fn fetch(page: &mut Page, origin: &str) -> Result<(), Code> {
    page.say(&json!({ "do": "fetch", "origin": origin, "replayable": true })).map(drop).map_err(|error| error.code())
}

fn refusal(status: u16, challenge: Option<&str>) -> Response {
    Response { status, www_authenticate: challenge.map(Into::into), ..Response::default() }
}

/// How often the application's request and a token request were sent.
fn after(challenge: Option<&str>, status: u16) -> (usize, usize) {
    let mut page = Page::signed_in();
    page.pass(60);
    page.api.push_back(refusal(status, challenge));
    fetch(&mut page, API).unwrap();
    assert!(!page.get_session().is_null(), "no refusal of an API ends a session");
    (page.sent.len(), page.count("/token"))
}

#[test]
fn t389_only_the_exact_origin_gets_a_token() {
    let bearer = Some(format!("Bearer {ACCESS}"));
    for (origin, token) in [
        (API, bearer),
        ("https://api.example.evil.com", None),
        ("https://evil.com", None),
        ("https://api.example:8443", None),
        ("https://api.example.", None),
        ("http://api.example", None),
        ("null", None),
        ("", None),
        (APP, None),
        (ISSUER, None),
    ] {
        let mut page = Page::signed_in();
        fetch(&mut page, origin).unwrap();
        assert_eq!(page.sent, [token], "{origin}");
    }
}

#[test]
fn a_challenge_is_read_up_to_its_limit_and_a_longer_one_is_unreadable() {
    for (length, sent) in [(8_191, (1, 0)), (8_192, (1, 0)), (8_193, (2, 1))] {
        let challenge = format!("Basic realm=\"{}\"", "x".repeat(length - 14));
        assert_eq!((challenge.len(), after(Some(&challenge), 401)), (length, sent));
    }
}

#[test]
fn t392_t407_the_list_has_whole_origins_with_one_token_each() {
    let configured = |origins: serde_json::Value, resources: serde_json::Value| {
        let options = json!({ "issuer": ISSUER, "clientId": "app", "allowedOrigins": origins, "resources": resources });
        ClientConfig::from_value(&Value::parse(&options.to_string()).unwrap(), APP).map(drop).map_err(|error| error.code())
    };
    for origin in [
        "*", "https://*", "https://*.com", "https://api.example/", "https://api.example/v1", "http://api.example", "null", "",
        "https://API.example", "https://api.example:443",
    ] {
        assert_eq!(configured(json!([origin]), json!([])), Err(Code::AllowedOriginInvalid), "{origin}");
    }
    let two = json!(["https://api.example/a", "https://api.example/b"]);
    assert_eq!(configured(json!([API]), two.clone()), Err(Code::AllowedOriginInvalid));
    assert_eq!(configured(json!([{ "origin": API, "resource": "https://api.example/a" }]), two), Ok(()));
    let mut page = Page::signed_in_with(json!({ "allowedOrigins": [] }));
    fetch(&mut page, API).unwrap();
    assert_eq!(page.sent, [None]);
}

#[test]
fn t394_t396_a_request_that_has_or_cannot_have_the_header_is_refused_unsent() {
    for (member, code) in [("authorization", Code::AuthorizationHeaderSet), ("mode", Code::NoCorsRefused)] {
        let mut page = Page::signed_in();
        let value = if member == "mode" { json!("no-cors") } else { json!(true) };
        let error = page.say(&json!({ "do": "fetch", "origin": API, member: value })).unwrap_err();
        assert_eq!((error.code(), page.sent.len()), (code, 0));
        // Elsewhere that is the application's own affair.
        page.say(&json!({ "do": "fetch", "origin": "https://other.example", member: value })).unwrap();
        assert_eq!(page.sent, [None]);
    }
}

#[test]
fn t397_a_body_that_can_be_sent_once_is_not_sent_twice() {
    let mut page = Page::signed_in();
    page.pass(60);
    page.api.push_back(refusal(401, Some("Bearer error=\"invalid_token\"")));
    page.say(&json!({ "do": "fetch", "origin": API, "replayable": false })).unwrap();
    assert_eq!((page.sent.len(), page.count("/token")), (1, 0));
}

#[test]
fn t398_t400_t401_only_a_refusal_of_the_token_leads_to_one_refresh_and_one_repetition() {
    let endless = "x".repeat(1_000_000);
    let many = "a b=c,".repeat(10_000);
    for (challenge, status, counts) in [
        (Some("Bearer"), 401, (2, 1)),
        (Some("bearer error=\"invalid_token\""), 401, (2, 1)),
        (Some("Basic realm=\"x\", Bearer error=\"invalid_token\""), 401, (2, 1)),
        (None, 401, (2, 1)),
        (Some("Bearer error=\"unterminated"), 401, (2, 1)),
        (Some(endless.as_str()), 401, (2, 1)),
        (Some(many.as_str()), 401, (2, 1)),
        (Some("Basic realm=\"x\""), 401, (1, 0)),
        (Some("Bearer error=\"insufficient_scope\""), 401, (1, 0)),
        (Some("Bearer error=\"insufficient_scope\""), 403, (1, 0)),
        (Some("Bearer error=\"invalid_request\""), 400, (1, 0)),
        (Some("Bearer error=\"invalid_token\""), 500, (1, 0)),
    ] {
        assert_eq!(after(challenge, status), counts, "{status} {:.80}", challenge.unwrap_or("no challenge"));
    }
}

#[test]
fn t401_t455_a_demand_for_a_stronger_sign_in_is_told_and_refreshes_nothing() {
    for (max_age, known) in [("300", true), ("soon", false), ("-1", false)] {
        let mut page = Page::signed_in();
        page.pass(60);
        let challenge = format!("Bearer error=\"insufficient_user_authentication\", acr_values=\"a b\", max_age=\"{max_age}\"");
        page.api.push_back(refusal(401, Some(&challenge)));
        let error = page.say(&json!({ "do": "fetch", "origin": API, "replayable": true })).unwrap_err();
        assert_eq!(error.code(), Code::StepUpRequired);
        let said = error.to_value().to_text();
        assert!(said.contains("\"a\"") && said.contains("300") == known, "{said}");
        assert_eq!((page.sent.len(), page.count("/token"), page.left_for.len()), (1, 0, 1));
        assert_eq!(page.get_session()["subject"], "alice");
    }
}

#[test]
fn t399_a_request_refused_with_an_older_token_is_repeated_with_the_current_one() {
    let mut page = Page::signed_in();
    let old = page.records.clone();
    page.pass(60);
    // Another tab refreshes; this one has not heard of it.
    let mut tab = Page::signed_in();
    tab.records = old;
    tab.now = page.now;
    tab.load();
    tab.next(
        "/token",
        answer(
            200,
            &crate::page::with(crate::page::with(tab.tokens(), "access_token", "access-9".into()), "id_token", serde_json::Value::Null),
        ),
    );
    tab.say(&json!({ "do": "refreshSession" })).unwrap();
    page.get_tokens().unwrap();
    page.swap_when_sent = Some(tab.records.clone());
    page.api.push_back(refusal(401, Some("Bearer error=\"invalid_token\"")));
    fetch(&mut page, API).unwrap();
    assert_eq!(page.sent, [Some(format!("Bearer {ACCESS}")), Some("Bearer access-9".into())]);
    assert_eq!(page.count("/token"), 0);
}

#[test]
fn the_newer_token_of_another_tab_is_sent_however_young_the_refused_one_is() {
    let mut page = Page::signed_in();
    page.get_session();
    let mut newer = Page::signed_in();
    newer.records.clone_from(&page.records);
    let mut tokens = page.stored()["tokens"].clone();
    tokens[0]["accessToken"] = "access-9".into();
    newer.rewrite(&json!({ "tokens": tokens }));
    page.swap_when_sent = Some(newer.records);
    page.api.push_back(refusal(401, Some("Bearer error=\"invalid_token\"")));
    fetch(&mut page, API).unwrap();
    assert_eq!(page.sent, [Some(format!("Bearer {ACCESS}")), Some("Bearer access-9".into())]);
}

#[test]
fn a_token_that_is_younger_than_five_seconds_is_not_renewed_for_a_refusal() {
    for (age, requests) in [(4_999, 0), (5_000, 1)] {
        let mut page = Page::signed_in();
        page.now.wall += age;
        page.now.monotonic += age;
        page.api.push_back(refusal(401, Some("Bearer error=\"invalid_token\"")));
        fetch(&mut page, API).unwrap();
        assert_eq!((page.count("/token"), page.sent.len()), (requests, requests + 1), "{age} ms");
    }
}
