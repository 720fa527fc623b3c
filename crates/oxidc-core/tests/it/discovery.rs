//! The provider's documents: what is refused before anybody is sent away, and what is kept for how long.

use oxidc_core::command::{Command, SignInOptions};
use oxidc_core::config::client::ClientConfig;
use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::error::Code;
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::Value;
use serde_json::{Value as Json, json};

use crate::page::{APP, ISSUER, Page, answer, failed, id_token_of, keys, metadata, text, with};

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// A document that is refused: nobody is sent away, nothing else is asked, nothing is kept.
#[track_caller]
fn refused(outcome: Outcome, code: Code) -> String {
    let mut page = Page::new();
    page.next(DOCUMENT, outcome);
    let error = page.call(Command::SignIn(SignInOptions::default())).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert_eq!((page.left_for.len(), page.requests.len(), page.records.len()), (0, 1, 0));
    error.to_string()
}

#[test]
fn t296_a_document_of_another_issuer_is_refused() {
    for issuer in ["https://login.exampleINVALID", "https://login.example/", "https://LOGIN.example", "http://login.example", ""] {
        refused(answer(200, &with(metadata(), "issuer", issuer.into())), Code::DiscoveryIssuerMismatch);
    }
    for issuer in [Json::Null, json!([ISSUER]), json!(1)] {
        refused(answer(200, &with(metadata(), "issuer", issuer)), Code::DiscoveryInvalid);
    }
}

#[test]
fn t297_an_issuer_is_a_secure_plain_address() {
    for (issuer, code) in [
        ("http://login.example", Code::IssuerInsecure),
        ("https://login.example?x", Code::IssuerInvalid),
        ("https://login.example/#x", Code::IssuerInvalid),
        ("https://u:p@login.example", Code::IssuerInvalid),
        ("https://", Code::IssuerInvalid),
        ("https:///x", Code::IssuerInvalid),
        ("login.example", Code::IssuerInvalid),
        ("javascript:x", Code::IssuerInvalid),
        ("", Code::IssuerInvalid),
    ] {
        let options = Value::parse(&json!({ "issuer": issuer, "clientId": "app" }).to_string()).unwrap();
        assert_eq!(ClientConfig::from_value(&options, APP).unwrap_err().code(), code, "{issuer}");
    }
}

#[test]
fn t298_exactly_one_place_is_asked() {
    for (issuer, place) in [
        ("https://login.example/a/b", "https://login.example/a/b/.well-known/openid-configuration"),
        ("https://login.example/a/b/", "https://login.example/a/b/.well-known/openid-configuration"),
    ] {
        let mut page = Page::with(json!({ "issuer": issuer }));
        page.next("/a/b/.well-known/openid-configuration", text(404, "text/html", "no"));
        let error = page.call(Command::SignIn(SignInOptions::default())).unwrap_err();
        assert_eq!(error.code(), Code::DiscoveryFailed);
        assert_eq!(page.requests.iter().map(|request| request.url.as_str()).collect::<Vec<_>>(), [place]);
    }
}

#[test]
fn t299_t300_an_answer_that_is_no_document_is_refused() {
    let good = metadata().to_string();
    let twice = good.replacen('{', r#"{"token_endpoint":"https://evil.example/token","#, 1);
    for (outcome, code) in [
        (text(200, "text/html", &good), Code::AnswerNotJson),
        (text(200, "application/json", "[]"), Code::AnswerNotJson),
        (text(200, "application/json", &good[..good.len() - 1]), Code::AnswerNotJson),
        (text(200, "application/json", &twice), Code::AnswerNotJson),
        (Outcome::Http(Response { status: 200, body: good.clone(), ..Response::default() }), Code::AnswerNotJson),
        (text(404, "application/json", &good), Code::DiscoveryFailed),
        (text(304, "application/json", ""), Code::DiscoveryFailed),
        (text(500, "application/json", &good), Code::DiscoveryFailed),
        (failed(Failure::Redirected), Code::Redirected),
        (failed(Failure::TooLarge), Code::ResponseTooLarge),
        (failed(Failure::Timeout), Code::TimedOut),
    ] {
        refused(outcome, code);
    }
    let mut page = Page::new();
    page.away();
    assert_eq!((page.requests[0].limit, page.requests[0].timeout), (256 * 1_024, 10_000));
}

#[test]
fn t301_endpoints_are_secure_addresses() {
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint", "revocation_endpoint"]
    {
        for address in
            ["http://login.example/x", "/x", "javascript:alert(1)", "data:text/html,x", "https://u:p@login.example/x", "//login.example/x"]
        {
            refused(answer(200, &with(metadata(), name, address.into())), Code::EndpointInsecure);
        }
        for value in [json!(1), json!(["https://login.example/x"]), json!("https://login.example/x#y")] {
            assert!(refused(answer(200, &with(metadata(), name, value)), Code::DiscoveryInvalid).contains(name));
        }
    }
}

#[test]
fn t303_what_is_missing_is_named() {
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        assert!(refused(answer(200, &with(metadata(), name, Json::Null)), Code::DiscoveryInvalid).contains(name));
    }
}

#[test]
fn t304_t326_members_that_are_not_needed_do_no_harm() {
    let mut document = metadata();
    for (name, value) in [
        ("__proto__", json!({ "token_endpoint": "https://evil.example" })),
        ("constructor", json!(1)),
        ("scopes_supported", json!("none")),
        ("grant_types_supported", json!(7)),
        ("mtls_endpoint_aliases", json!({ "token_endpoint": "https://evil.example/token" })),
    ] {
        document[name] = value;
    }
    let mut page = Page::new();
    page.next(DOCUMENT, answer(200, &document));
    let query = page.away();
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)));
}

#[test]
fn t306_a_stored_document_is_checked_like_one_from_the_network() {
    let mut good = Page::new();
    let query = good.away();
    good.callback(&format!("{APP}/callback?{query}")).unwrap();
    let key = good.records.keys().find(|(_, key)| key.contains("provider")).unwrap().clone();
    let stored: Json = serde_json::from_str(&good.records[&key]).unwrap();
    let at = stored["metadataAt"].as_i64().unwrap();
    type Damage = fn(Json) -> Json;
    let damages: [Damage; 6] = [
        |record| with(record, "metadataAt", i64::MIN.into()),
        |record| with(record, "metadata", json!([])),
        |mut record| {
            record["metadata"]["issuer"] = "https://evil.example".into();
            record
        },
        |mut record| {
            record["metadata"]["token_endpoint"] = "http://evil.example".into();
            record
        },
        |record| with(record, "metadataAt", "soon".into()),
        |mut record| {
            record["metadataAt"] = (record["metadataAt"].as_i64().unwrap() + 1_000_000).into();
            record
        },
    ];
    for damage in damages {
        let mut page = Page::new();
        page.records.insert(key.clone(), damage(stored.clone()).to_string());
        page.away();
        assert_eq!(page.count(DOCUMENT), 1, "it is read anew");
    }
    for (age, asked) in [(0, 0), (86_399_000, 0), (86_400_000, 1)] {
        let mut page = Page::new();
        page.now.wall = at + age;
        page.records.insert(key.clone(), stored.to_string());
        page.away();
        assert_eq!(page.count(DOCUMENT), asked);
    }
}

/// A sign-in whose ID token names a key.
fn sign_in_with_key(page: &mut Page, kid: &str) -> Result<(), Code> {
    let query = page.away();
    let id_token = id_token_of(kid, &page.claims());
    page.next("/token", answer(200, &with(page.tokens(), "id_token", id_token.into())));
    page.callback(&format!("{APP}/callback?{query}")).map(drop).map_err(|error| error.code())
}

#[test]
fn t308_t309_t310_a_new_key_is_found_by_one_more_request() {
    let mut page = Page::new();
    sign_in_with_key(&mut page, "k1").unwrap();
    page.next("/jwks", answer(200, &keys(&["k1", "k2"])));
    sign_in_with_key(&mut page, "k2").unwrap();
    assert_eq!(page.count("/jwks"), 2);
    // Both requests within one sign-in: the first finds the old set.
    let mut page = Page::new();
    page.next("/jwks", answer(200, &keys(&["k1"])));
    page.next("/jwks", answer(200, &keys(&["k2"])));
    sign_in_with_key(&mut page, "k2").unwrap();
    assert_eq!(page.count("/jwks"), 2);
}

#[test]
fn t311_tokens_with_invented_keys_cause_one_request_a_minute() {
    let mut page = Page::new();
    for number in 0..20 {
        assert_eq!(sign_in_with_key(&mut page, &format!("x{number}")), Err(Code::KeyNotFound));
        page.pass(2);
    }
    assert_eq!(page.count("/jwks"), 2);
    page.pass(60);
    sign_in_with_key(&mut page, "x").unwrap_err();
    assert_eq!(page.count("/jwks"), 3);
}

#[test]
fn t312_a_second_request_that_fails_leaves_the_known_keys_in_use() {
    for outcome in [text(500, "text/html", ""), failed(Failure::Timeout), answer(200, &json!({ "keys": [] }))] {
        let mut page = Page::new();
        sign_in_with_key(&mut page, "k1").unwrap();
        page.next("/jwks", outcome);
        sign_in_with_key(&mut page, "k2").unwrap_err();
        assert_eq!(page.get_session()["subject"], "alice", "the old session is not touched");
        sign_in_with_key(&mut page, "k1").unwrap();
        assert_eq!(page.count("/jwks"), 2);
    }
}

#[test]
fn t316_no_name_of_a_key_means_anything_else() {
    let long = "x".repeat(20_000);
    for kid in ["../../x", "'; DROP TABLE keys", "__proto__", "constructor", "", "https://evil.example/k", &long] {
        let mut page = Page::new();
        assert_eq!(sign_in_with_key(&mut page, kid), Err(Code::KeyNotFound), "{kid:.20}");
        assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)));
        let mut page = Page::new();
        page.next("/jwks", answer(200, &keys(&[kid])));
        assert_eq!(sign_in_with_key(&mut page, kid), Ok(()), "{kid:.20}");
    }
}

#[test]
fn t040_t041_keys_and_addresses_in_a_header_are_neither_used_nor_asked() {
    for (name, value) in [
        ("jwk", json!({ "kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ" })),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["AQ"])),
    ] {
        for (kid, result) in [("evil", Err(Code::KeyNotFound)), ("k1", Ok(()))] {
            let mut page = Page::new();
            let query = page.away();
            let token = crate::support::token(json!({ "alg": "ES256", "kid": kid, name: value }).to_string(), page.claims().to_string());
            page.next("/token", answer(200, &with(page.tokens(), "id_token", token.into())));
            assert_eq!(page.callback(&format!("{APP}/callback?{query}")).map(drop).map_err(|error| error.code()), result, "{name}");
            assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)), "{name}");
        }
    }
}

#[test]
fn t319_t320_an_answer_that_is_no_key_set_is_refused() {
    let many: Vec<String> = (0..101).map(|number| format!("k{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let good = keys(&["k1"]).to_string();
    for (outcome, code) in [
        (text(200, "text/html", &good), Code::AnswerNotJson),
        (failed(Failure::Redirected), Code::Redirected),
        (failed(Failure::TooLarge), Code::ResponseTooLarge),
        (answer(200, &json!({})), Code::KeysInvalid),
        (answer(200, &json!({ "keys": {} })), Code::KeysInvalid),
        (answer(200, &json!({ "keys": [] })), Code::KeysInvalid),
        (answer(200, &keys(&many)), Code::KeysInvalid),
        (text(500, "application/json", &good), Code::KeysFailed),
    ] {
        let mut page = Page::new();
        page.next("/jwks", outcome);
        assert_eq!(sign_in_with_key(&mut page, "k1"), Err(code));
        assert_eq!((page.get_session(), page.verified), (Json::Null, 0));
    }
    let mut page = Page::new();
    page.next("/jwks", text(200, "application/jwk-set+json; charset=utf-8", &good));
    sign_in_with_key(&mut page, "k1").unwrap();
}

#[test]
fn t321_a_key_that_was_withdrawn_is_forgotten_after_ten_minutes() {
    let mut page = Page::new();
    sign_in_with_key(&mut page, "k1").unwrap();
    page.pass(599);
    sign_in_with_key(&mut page, "k1").unwrap();
    page.pass(2);
    page.next("/jwks", answer(200, &keys(&["k2"])));
    page.next("/jwks", answer(200, &keys(&["k2"])));
    assert_eq!(sign_in_with_key(&mut page, "k1"), Err(Code::KeyNotFound));
}

#[test]
fn t322_keys_of_one_issuer_do_not_serve_another() {
    let mut page = Page::new();
    sign_in_with_key(&mut page, "k1").unwrap();
    // The same browser, another issuer with a key of the same name.
    page.load_with(&json!({ "issuer": "https://other.example" }));
    let other: Json = serde_json::from_str(&metadata().to_string().replace(ISSUER, "https://other.example")).unwrap();
    page.next(DOCUMENT, answer(200, &other));
    page.next("/jwks", answer(200, &keys(&["k9"])));
    page.next("/jwks", answer(200, &keys(&["k9"])));
    assert_eq!(sign_in_with_key(&mut page, "k1"), Err(Code::KeyNotFound));
    assert!(page.requests.iter().skip(3).all(|request| request.url.starts_with("https://other.example")));
}

#[test]
fn requests_take_as_long_as_the_application_allows() {
    let mut page = Page::with(json!({ "timeouts": { "request": 700, "keys": 300 } }));
    sign_in_with_key(&mut page, "k1").unwrap();
    let limit = |path: &str| page.requests.iter().find(|request| request.url.ends_with(path)).map(|request| request.timeout);
    assert_eq!((limit(DOCUMENT), limit("/token"), limit("/jwks")), (Some(700), Some(700), Some(300)));
}
