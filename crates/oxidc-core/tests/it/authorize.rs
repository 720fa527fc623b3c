//! The authorization request: what is in it, and what cannot be.

use std::collections::BTreeSet;

use oxidc_core::command::{Command, SignInOptions};
use oxidc_core::config::client::ClientConfig;
use oxidc_core::error::Code;
use oxidc_core::wire::base64url::decode;
use oxidc_core::wire::json::Value;
use serde_json::{Value as Json, json};

use crate::page::{APP, ISSUER, Page, answer, metadata, with};

fn configured(options: &Json) -> Result<(), Code> {
    ClientConfig::from_value(&Value::parse(&options.to_string()).unwrap(), APP).map(drop).map_err(|error| error.code())
}

/// A sign-in that fails before anybody is sent away, and keeps no attempt.
#[track_caller]
fn refused(page: &mut Page, options: &Json, code: Code) {
    let error = page.say(&json!({ "do": "signIn", "options": options })).unwrap_err();
    assert_eq!(error.code(), code, "{options}");
    assert!(page.left_for.is_empty() && !page.records.keys().any(|(_, key)| key == "oxidc:attempts"), "{options}");
}

#[test]
fn t101_the_published_verifier_gives_the_published_challenge() {
    let mut page = Page::new();
    let verifier = decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
    page.random.push_back([vec![1; 32], vec![2; 32], verifier].concat());
    assert_eq!(page.sign_in(SignInOptions::default())["code_challenge"], "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn t102_every_secret_is_32_octets_of_the_platform_and_none_is_used_twice() {
    let mut page = Page::new();
    let mut seen = BTreeSet::new();
    for number in 0..1_000_u16 {
        let [high, low] = number.to_be_bytes();
        let draw: Vec<u8> = (0..96_u8)
            .map(|at| {
                if at % 32 == 0 {
                    high
                } else if at % 32 == 1 {
                    low
                } else {
                    at
                }
            })
            .collect();
        page.random.push_back(draw.clone());
        let asked = page.sign_in(SignInOptions::default());
        for (name, part) in [("state", &draw[..32]), ("nonce", &draw[32..64])] {
            assert_eq!(decode(&asked[name]).as_deref(), Some(part));
        }
        assert_eq!(asked["code_challenge"].len(), 43);
        seen.extend([asked["state"].clone(), asked["nonce"].clone(), asked["code_challenge"].clone()]);
    }
    assert_eq!(seen.len(), 3_000);
}

#[test]
fn t103_without_randomness_nobody_is_sent_away() {
    for octets in [vec![], vec![1; 95], vec![1; 97]] {
        let mut page = Page::new();
        page.random.push_back(octets);
        refused(&mut page, &json!({}), Code::CryptoUnavailable);
    }
}

#[test]
fn t104_a_provider_that_excludes_s256_or_the_code_flow_is_refused() {
    for (name, value, code) in [
        ("code_challenge_methods_supported", json!(["plain"]), Code::PkceUnsupported),
        ("code_challenge_methods_supported", json!([]), Code::PkceUnsupported),
        ("response_types_supported", json!(["token", "id_token"]), Code::FlowUnsupported),
    ] {
        let mut page = Page::new();
        page.next("/.well-known/openid-configuration", answer(200, &with(metadata(), name, value)));
        refused(&mut page, &json!({}), code);
    }
    let asked = Page::new().sign_in(SignInOptions::default());
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked.contains_key("state") && asked.contains_key("nonce"));
}

/// A browser loads the module that can push when the options say so; without it, such a provider is refused.
#[cfg(not(feature = "extended"))]
#[test]
fn t324_a_provider_that_demands_pushed_requests_gets_no_other() {
    let mut page = Page::new();
    page.next("/.well-known/openid-configuration", answer(200, &with(metadata(), "require_pushed_authorization_requests", true.into())));
    refused(&mut page, &json!({}), Code::PushedRequestRequired);
}

/// A browser asks the module that can push, which knows what to do if the provider takes none.
#[cfg(not(feature = "extended"))]
#[test]
fn t117_a_request_too_long_for_an_address_is_not_sent_in_one() {
    let with_filler = |letters: usize| {
        let mut page = Page::new();
        let result = page.say(&json!({ "do": "signIn", "options": { "extraParameters": { "filler": "x".repeat(letters) } } }));
        (result.map_err(|error| error.code()), page.left_for.pop().map_or(0, |url| url.len()))
    };
    let bare = with_filler(0).1;
    assert_eq!(with_filler(8_192 - bare), (Ok(Json::Null), 8_192));
    assert_eq!(with_filler(8_193 - bare), (Err(Code::PushedRequestRequired), 0));
}

#[test]
fn t105_t106_t155_t462_parameters_of_the_protocol_cannot_be_set() {
    for name in [
        "state", "nonce", "redirect_uri", "client_id", "code_challenge", "code_challenge_method", "response_type", "response_mode",
        "request", "request_uri", "scope", "client_secret",
    ] {
        refused(&mut Page::new(), &json!({ "extraParameters": { name: "x" } }), Code::ParameterReserved);
    }
    for option in ["responseType", "responseMode", "grantType", "username", "password", "nonce", "state"] {
        refused(&mut Page::new(), &json!({ option: "token" }), Code::OptionUnknown);
        assert!(configured(&json!({ "issuer": ISSUER, "clientId": "app", option: "token" })).is_err(), "{option}");
    }
    let asked = Page::new().sign_in(SignInOptions { extra_parameters: vec![("foo".into(), "a b&c".into())], ..SignInOptions::default() });
    assert_eq!((asked["response_type"].as_str(), asked["foo"].as_str()), ("code", "a b&c"));
}

#[test]
fn t107_redirect_addresses_are_absolute_secure_and_plain() {
    let with_address = |address: &str| configured(&json!({ "issuer": ISSUER, "clientId": "app", "redirectUri": address }));
    for address in [
        "https://app.example/#f", "/callback", "http://app.example/", "javascript:alert(1)", "https://u:p@app.example/",
        "https://u@app.example/", "", "app.example", "https://",
    ] {
        assert_eq!(with_address(address), Err(Code::RedirectUriInvalid), "{address}");
    }
    for address in ["https://app.example/cb?tenant=1", "http://localhost:3000/", "http://127.0.0.1/cb"] {
        assert_eq!(with_address(address), Ok(()), "{address}");
    }
    let mut page = Page::with(json!({ "redirectUri": format!("{APP}/cb?tenant=1") }));
    let state = page.sign_in(SignInOptions::default())["state"].clone();
    assert_eq!(page.asked()["redirect_uri"], format!("{APP}/cb?tenant=1"));
    page.callback(&format!("{APP}/cb?tenant=1&code=c0de&state={state}")).unwrap();
    assert_eq!(page.shown, [format!("{APP}/cb?tenant=1")]);
}

#[test]
fn t108_a_query_of_the_endpoint_is_kept() {
    let mut page = Page::new();
    let document = with(metadata(), "authorization_endpoint", json!(format!("{ISSUER}/authorize?policy=b2c")));
    page.next("/.well-known/openid-configuration", answer(200, &document));
    let asked = page.sign_in(SignInOptions::default());
    assert_eq!(asked["policy"], "b2c");
    assert_eq!(page.left_for[0].matches('?').count(), 1);
}

#[test]
fn t114_the_verifier_is_in_no_address_error_or_debug_output() {
    let mut page = Page::new();
    page.away();
    let (_, attempts) = page.records.iter().find(|((device, key), _)| *device && key == "oxidc:attempts").unwrap();
    let verifier = serde_json::from_str::<Json>(attempts).unwrap()[0]["verifier"].as_str().unwrap().to_owned();
    assert!(!page.left_for[0].contains(&verifier));
    assert!(!format!("{:?} {:?}", page.events, page.requests).contains(&verifier));
}

#[test]
fn t115_scopes_are_a_set_without_odd_characters() {
    let mut page = Page::new();
    page.say(&json!({ "do": "signIn", "options": { "scopes": "openid email  email OpenID" } })).unwrap();
    assert_eq!(page.asked()["scope"], "openid email OpenID");
    for scopes in ["openid e\nmail", "openid \"x\"", "openid a\\b", "openid é", "openid a\tb"] {
        refused(&mut Page::new(), &json!({ "scopes": scopes }), Code::ScopeInvalid);
    }
    refused(&mut Page::new(), &json!({ "scopes": "email" }), Code::ScopeInvalid);
}

#[test]
fn t453_resources_are_absolute_and_without_fragment() {
    for resource in ["api", "/api", "https://api.example/#x", "", "https://a b/"] {
        refused(&mut Page::new(), &json!({ "resources": [resource] }), Code::ResourceInvalid);
    }
    let resources: Vec<String> = (0..20).map(|number| format!("https://api{number}.example/")).collect();
    let mut page = Page::new();
    page.call(Command::SignIn(SignInOptions { resources: resources.clone(), ..SignInOptions::default() })).unwrap();
    assert!(
        resources
            .iter()
            .all(
                |resource| page.left_for[0].matches(&format!("resource={}", resource.replace(':', "%3A").replace('/', "%2F"))).count() == 1
            )
    );
}

#[test]
fn every_option_of_a_sign_in_is_its_parameter_and_none_is_there_unasked() {
    let asked = Page::new().sign_in(SignInOptions::default());
    for name in ["prompt", "acr_values", "ui_locales", "display", "login_hint", "max_age", "resource"] {
        assert!(!asked.contains_key(name), "{name}");
    }
    let options = json!({ "acrValues": ["gold", "silver"], "uiLocales": ["de", "en"], "display": "popup", "loginHint": "al", "maxAge": 0 });
    let mut page = Page::new();
    page.say(&json!({ "do": "signIn", "options": options })).unwrap();
    let asked = page.asked();
    for (name, value) in
        [("acr_values", "gold silver"), ("ui_locales", "de en"), ("display", "popup"), ("login_hint", "al"), ("max_age", "0")]
    {
        assert_eq!(asked[name], value, "{name}");
    }
    page.say(&json!({ "do": "signIn", "options": { "signUp": true } })).unwrap();
    assert_eq!(page.asked()["prompt"], "create");
}

#[test]
fn t453_resources_of_a_call_replace_those_of_the_client_and_their_scopes_come_along() {
    let resource = |name: &str| json!({ "resource": format!("https://{name}.example/"), "scopes": format!("{name}:read") });
    let options = json!({ "resources": [resource("one"), resource("two")] });
    let mut page = Page::with(options.clone());
    page.sign_in(SignInOptions::default());
    assert_eq!(page.left_for[0].matches("resource=").count(), 2);
    assert_eq!(page.asked()["scope"], "openid one:read two:read");
    let mut page = Page::with(options);
    page.say(&json!({ "do": "signIn", "options": { "resources": ["https://two.example/"] } })).unwrap();
    assert_eq!(page.left_for[0].matches("resource=").count(), 1);
    assert_eq!((page.asked()["resource"].as_str(), page.asked()["scope"].as_str()), ("https://two.example/", "openid two:read"));
}

#[test]
fn t473_options_of_a_wrong_name_or_type_are_refused() {
    for (options, code) in [
        (json!({ "issuer": ISSUER, "clientID": "app" }), Code::OptionUnknown),
        (json!({ "issuer": ISSUER, "clientId": 1 }), Code::OptionInvalid),
        (json!({ "issuer": ISSUER }), Code::ClientIdMissing),
        (json!({ "issuer": ISSUER, "clientId": "app", "clockTolerance": 301 }), Code::OptionInvalid),
        (json!({ "issuer": ISSUER, "clientId": "app", "timeouts": { "requests": 1 } }), Code::OptionUnknown),
        (json!({ "issuer": ISSUER, "clientId": "app", "fetchUserinfo": "no" }), Code::OptionInvalid),
        (json!({ "issuer": ISSUER, "clientId": "app", "idTokenAlgorithms": ["HS256"] }), Code::AlgorithmRefused),
        (json!({ "issuer": ISSUER, "clientId": "app", "idTokenAlgorithms": ["none"] }), Code::AlgorithmRefused),
    ] {
        assert_eq!(configured(&options), Err(code), "{options}");
    }
}

#[test]
fn t497_the_page_s_address_chooses_no_issuer() {
    for query in ["?issuer=https://evil.example", "?iss=https://evil.example", "?authority=https://evil.example&login_hint=x"] {
        let mut page = Page::new();
        assert_eq!(page.callback(&format!("{APP}/callback{query}")).unwrap()["handled"], "none");
        page.away();
        assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)) && page.left_for[0].starts_with(ISSUER));
    }
}
