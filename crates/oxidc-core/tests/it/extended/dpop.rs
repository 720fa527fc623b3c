//! DPoP (RFC 9449).

use std::collections::BTreeSet;

use oxidc_core::command::{Command, SignOutOptions, TokenOptions};
use oxidc_core::error::{Code, SessionEffect};
use oxidc_core::wire::base64url;
use oxidc_core::wire::dpop::{PublicKey, htu, is_nonce};
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::Value;
use sha2::{Digest, Sha256};

use super::world::{ISSUER, TOKEN, World, json, refused, value};

const DPOP: &str = r#"{"dpop": true, "allowedOrigins": ["https://api.example.com"]}"#;
const API: &str = "https://api.example.com/orders?page=2";

fn signed_in(options: &str) -> World {
    let mut world = World::new(options);
    world.token_type = "DPoP";
    world.sign_in().unwrap();
    world
}

fn refresh(world: &mut World) -> Result<Value, oxidc_core::error::Error> {
    world.run(Command::RefreshSession(TokenOptions::default()))
}

fn has_session(world: &mut World) -> bool {
    world.run(Command::GetSession).unwrap() != Value::Null
}

#[test]
fn t271_the_published_key_and_token_give_the_published_thumbprint_and_hash() {
    let key = PublicKey::parse(
        r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#,
    );
    let thumbprint = base64url::encode(&Sha256::digest(key.unwrap().thumbprint_input()));
    assert_eq!(thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    let hash = base64url::encode(&Sha256::digest("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"));
    assert_eq!(hash, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

#[test]
fn t272_every_proof_is_new_and_holds_nothing_private() {
    let mut world = signed_in(DPOP);
    for _ in 0..2_000 {
        world.fetch(API, true).unwrap();
    }
    let mut seen = BTreeSet::new();
    for (header, payload) in world.sent.iter().filter_map(super::world::Sent::proof) {
        let names = |value: &Value| value.as_object().unwrap().iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&header), ["typ", "alg", "jwk"]);
        assert_eq!(names(header.get("jwk").unwrap()), ["kty", "crv", "x", "y"]);
        assert_eq!(payload.get("iat").unwrap(), &Value::from(1_700_000_000_i64));
        let jti = payload.get("jti").and_then(Value::as_str).unwrap();
        assert!(base64url::decode(jti).unwrap().len() * 8 >= 96);
        assert!(seen.insert(jti.to_owned()), "{jti} came twice");
    }
    assert_eq!(seen.len(), 2_001);
}

#[test]
fn t273_htu_is_normalised() {
    for (url, normal) in [
        ("https://a.example/x?q#f", Some("https://a.example/x")),
        ("HTTPS://A.Example/X", Some("https://a.example/X")),
        ("https://a.example:443/x", Some("https://a.example/x")),
        ("http://a.example:80", Some("http://a.example/")),
        ("https://a.example:8443/x", Some("https://a.example:8443/x")),
        ("https://a.example", Some("https://a.example/")),
        ("https://a.example/a/./b/../c/.", Some("https://a.example/a/c/")),
        ("https://a.example/../../x", Some("https://a.example/x")),
        ("https://a.example/%7e%2fx%c3%a9", Some("https://a.example/~%2Fx%C3%A9")),
        ("https://a.example/%2e%2E/x", Some("https://a.example/x")),
        ("https://a.example/50%", Some("https://a.example/50%")),
        ("https://[::1]:8443/x", Some("https://[::1]:8443/x")),
        ("https://xn--bcher-kva.example/", Some("https://xn--bcher-kva.example/")),
        ("https://b\u{fc}cher.example/", None),
        ("https://user:pass@a.example/", None),
        ("ftp://a.example/", None),
        ("/x", None),
        ("https:///x", None),
    ] {
        assert_eq!(htu(url).as_deref(), normal, "{url}");
    }
}

#[test]
fn t274_the_method_is_the_one_on_the_line() {
    let mut world = signed_in(DPOP);
    let methods = ["GET", "patch", "PATCH", "Custom", "M-SEARCH"];
    for method in methods {
        world.fetch_by(method, API, true).unwrap();
    }
    let proven: Vec<_> = world.requests("the application's").iter().map(|sent| sent.proof().unwrap().1).collect();
    assert_eq!(proven.iter().map(|claims| claims.get("htm").and_then(Value::as_str).unwrap()).collect::<Vec<_>>(), methods);
}

#[test]
fn the_authorization_request_names_the_key_and_the_token_request_proves_it() {
    let mut world = World::new(DPOP);
    world.token_type = "DPoP";
    let parameters = world.begin().unwrap();
    let (name, jwk) = world.keys.iter().next().unwrap();
    let thumbprint = base64url::encode(&Sha256::digest(PublicKey::parse(jwk).unwrap().thumbprint_input()));
    assert_eq!(value(&parameters, "dpop_jkt"), thumbprint);
    assert!(name.ends_with(value(&parameters, "state")));
    world.callback(&format!("code=c&state={}", value(&parameters, "state"))).unwrap();
    let (header, payload) = world.requests(TOKEN)[0].proof().unwrap();
    assert_eq!(header.get("typ").and_then(Value::as_str), Some("dpop+jwt"));
    assert_eq!(payload.get("htm").and_then(Value::as_str), Some("POST"));
    assert_eq!(payload.get("htu").and_then(Value::as_str), Some(TOKEN));
    assert_eq!(payload.get("ath"), None);
}

#[test]
fn t275_a_demanded_nonce_is_used_once_with_the_same_code_and_a_new_proof() {
    let mut world = World::new(DPOP);
    world.token_type = "DPoP";
    let mut asked = false;
    world.answer = Box::new(move |sent| {
        let first = sent.url == TOKEN && !asked;
        asked |= first;
        first.then(|| Response { dpop_nonce: Some("n1".into()), ..json(400, r#"{"error": "use_dpop_nonce"}"#) })
    });
    world.sign_in().unwrap();
    let requests = world.requests(TOKEN);
    let [first, second] = *requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!((first.get("code"), first.get("code_verifier")), (second.get("code"), second.get("code_verifier")));
    let claims = |sent: &super::world::Sent| sent.proof().unwrap().1;
    assert_eq!(claims(first).get("nonce"), None);
    assert_eq!(claims(second).get("nonce").and_then(Value::as_str), Some("n1"));
    assert_ne!(claims(first).get("jti"), claims(second).get("jti"));
}

#[test]
fn t276_a_server_that_always_wants_another_nonce_is_asked_twice() {
    let mut world = signed_in(DPOP);
    let mut number = 0;
    world.answer = Box::new(move |sent| {
        number += 1;
        (sent.url == TOKEN).then(|| Response { dpop_nonce: Some(format!("n{number}")), ..json(400, r#"{"error": "use_dpop_nonce"}"#) })
    });
    let before = world.requests(TOKEN).len();
    let error = refresh(&mut world).unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::DpopNonceLoop, SessionEffect::Kept));
    assert_eq!(world.requests(TOKEN).len() - before, 2);
    assert!(has_session(&mut world));
}

#[test]
fn t277_a_nonce_that_cannot_be_read_is_said_to_be_missing() {
    for nonce in
        [None, Some("n1, n2".to_owned()), Some(String::new()), Some("n".repeat(10_240)), Some("a\"b".to_owned()), Some("a b".to_owned())]
    {
        let mut world = signed_in(DPOP);
        let sent = nonce.clone();
        world.answer = Box::new(move |request| {
            (request.url == TOKEN).then(|| Response { dpop_nonce: sent.clone(), ..json(400, r#"{"error": "use_dpop_nonce"}"#) })
        });
        let before = world.requests(TOKEN).len();
        assert_eq!(refused(refresh(&mut world)), Code::DpopNonceMissing, "{nonce:.20?}");
        assert_eq!(world.requests(TOKEN).len() - before, 1);
        assert!(has_session(&mut world));
    }
    assert!(is_nonce("eyJ7S_zG.eyJH0-Z.HX4w-7v"));
}

#[test]
fn t278_t279_each_origin_has_its_own_nonce_and_a_new_one_on_any_answer_replaces_it() {
    let mut world = signed_in(DPOP);
    let mut number = 0;
    world.answer = Box::new(move |sent| {
        number += 1;
        let nonce = if sent.url == TOKEN { "as" } else { "api" };
        (sent.url != TOKEN).then(|| Response { dpop_nonce: Some(format!("{nonce}{number}")), ..json(200, "{}") })
    });
    world.fetch(API, true).unwrap();
    world.fetch(API, true).unwrap();
    world.fetch(API, true).unwrap();
    let of = |sent: &super::world::Sent| sent.proof().unwrap().1.get("nonce").and_then(Value::as_str).map(String::from);
    let nonces: Vec<_> = world.requests("the application's").into_iter().map(of).collect();
    assert_eq!(nonces, [None, Some("api1".into()), Some("api2".into())]);
    refresh(&mut world).unwrap();
    assert_eq!(world.requests(TOKEN).last().map(|sent| of(sent)), Some(None));
}

#[test]
fn t280_t290_an_api_that_wants_a_nonce_is_asked_again_where_the_request_can_be_sent_again() {
    for (replayable, times) in [(true, 2), (false, 1)] {
        let mut world = signed_in(DPOP);
        let mut asked = false;
        world.answer = Box::new(move |sent| {
            let first = sent.url == "the application's" && !asked;
            asked |= first;
            first.then(|| Response {
                status: 401,
                www_authenticate: Some(r#"DPoP error="use_dpop_nonce""#.into()),
                dpop_nonce: Some("n1".into()),
                ..Response::default()
            })
        });
        world.fetch(API, replayable).unwrap();
        let requests = world.requests("the application's");
        assert_eq!(requests.len(), times);
        let ids: BTreeSet<_> = requests.iter().map(|sent| sent.proof().unwrap().1.get("jti").unwrap().to_text()).collect();
        assert_eq!(ids.len(), times, "a proof was sent twice");
    }
}

#[test]
fn t281_an_api_that_never_accepts_a_nonce_is_asked_twice_and_its_answer_handed_on() {
    let mut world = signed_in(DPOP);
    let mut number = 0;
    world.answer = Box::new(move |sent| {
        number += 1;
        (sent.url == "the application's").then(|| Response {
            status: 401,
            www_authenticate: Some(r#"DPoP error="use_dpop_nonce""#.into()),
            dpop_nonce: Some(format!("n{number}")),
            ..Response::default()
        })
    });
    world.fetch(API, true).unwrap();
    assert_eq!(world.requests("the application's").len(), 2);
    assert_eq!(world.requests(TOKEN).len(), 1);
}

#[test]
fn t282_the_nonce_of_a_sign_in_and_that_of_a_proof_are_not_confused() {
    let mut world = World::new(DPOP);
    world.token_type = "DPoP";
    let parameters = world.begin().unwrap();
    let (sent, state) = (value(&parameters, "nonce").to_owned(), value(&parameters, "state").to_owned());
    let mut first = true;
    world.answer = Box::new(move |request| {
        let wants = request.url == TOKEN && std::mem::take(&mut first);
        wants.then(|| Response { dpop_nonce: Some("of-a-proof".into()), ..json(400, r#"{"error": "use_dpop_nonce"}"#) })
    });
    // The ID token names what the server wanted in the proof instead of what the sign-in sent.
    world.nonce = "of-a-proof".into();
    assert_eq!(refused(world.callback(&format!("code=c&state={state}"))), Code::IdTokenNonce);
    assert!(!has_session(&mut world));
    let nonces: Vec<_> = world.requests(TOKEN).iter().map(|sent| sent.proof().unwrap().1.get("nonce").cloned()).collect();
    assert_eq!(nonces, [None, Some(Value::from("of-a-proof"))]);
    assert_ne!(value(&world.begin().unwrap(), "nonce"), "of-a-proof");
    assert!(!world.requests(TOKEN).iter().any(|request| request.proof().unwrap().1.to_text().contains(&sent)));
}

#[test]
fn t283_a_bearer_token_is_a_downgrade() {
    let mut world = World::new(DPOP);
    assert_eq!(refused(world.sign_in()), Code::DpopDowngrade);
    assert!(!has_session(&mut world));
    let mut world = signed_in(DPOP);
    world.token_type = "Bearer";
    assert_eq!(refused(refresh(&mut world)), Code::DpopDowngrade);
    assert!(has_session(&mut world));
}

#[test]
fn t284_where_binding_is_optional_a_bearer_token_is_used_as_one() {
    let mut world = World::new(r#"{"dpop": "optional", "allowedOrigins": ["https://api.example.com"]}"#);
    world.sign_in().unwrap();
    assert!(world.keys.is_empty());
    world.fetch(API, true).unwrap();
    let sent = world.requests("the application's")[0].clone();
    assert!(sent.header("authorization").unwrap().starts_with("Bearer "));
    assert_eq!(sent.header("dpop"), None);
    let tokens = world.run(Command::GetTokens(TokenOptions::default())).unwrap();
    assert_eq!(tokens.get("tokenType").and_then(Value::as_str), Some("Bearer"));
    // Once bound, a session does not fall back.
    let mut world = signed_in(r#"{"dpop": "optional"}"#);
    world.token_type = "Bearer";
    assert_eq!(refused(refresh(&mut world)), Code::DpopDowngrade);
}

#[test]
fn t285_t286_only_a_challenge_for_bound_tokens_leads_to_a_new_token_and_none_to_a_bearer_request() {
    for (challenge, refreshes) in
        [("Bearer error=\"invalid_token\"", 0), ("dpop error=\"invalid_token\"", 1), ("DPOP error=\"invalid_token\"", 1), ("DPoP", 1)]
    {
        let mut world = signed_in(DPOP);
        world.now.monotonic += 6_000;
        let header = challenge.to_owned();
        world.answer = Box::new(move |sent| {
            (sent.url == "the application's").then(|| Response {
                status: 401,
                www_authenticate: Some(header.clone()),
                ..Response::default()
            })
        });
        world.fetch(API, true).unwrap();
        assert_eq!(world.requests(TOKEN).len(), 1 + refreshes, "{challenge}");
        for sent in world.requests("the application's") {
            assert!(sent.header("authorization").unwrap().starts_with("DPoP "), "{challenge}");
        }
    }
}

#[test]
fn t265_t287_a_lost_or_other_key_ends_the_session_before_anything_is_sent() {
    for other in [
        None,
        Some(r#"{"kty":"RSA"}"#.to_owned()),
        Some(format!(r#"{{"kty":"EC","crv":"P-256","x":"{0}","y":"{0}"}}"#, base64url::encode(&[9; 32]))),
    ] {
        let mut world = signed_in(DPOP);
        let name = world.keys.keys().next().unwrap().clone();
        world.keys.remove(&name);
        if let Some(jwk) = other {
            world.keys.insert(name.clone(), jwk);
        }
        // A page that was loaded later knows nothing of the key yet.
        let mut later = World::new(DPOP);
        later.records = world.records.clone();
        later.keys = world.keys.clone();
        let error = refresh(&mut later).unwrap_err();
        assert_eq!((error.code(), error.session()), (Code::KeyLost, SessionEffect::Ended));
        assert_eq!(later.requests(TOKEN).len(), 0);
        assert!(!has_session(&mut later));
        assert!(!later.keys.contains_key(&name), "the orphan was left");
    }
}

#[test]
fn a_session_from_before_the_option_is_not_used_without_a_key() {
    let mut world = World::new("{}");
    world.sign_in().unwrap();
    let mut later = World::new(DPOP);
    later.records = world.records;
    assert_eq!(refused(refresh(&mut later)), Code::KeyLost);
    assert_eq!(later.requests(TOKEN).len(), 0);
}

#[test]
fn t288_no_text_of_the_client_holds_more_of_the_key_than_its_thumbprint() {
    let world = signed_in(DPOP);
    for record in world.records.values() {
        assert!(!record.contains("\"d\""), "{record}");
    }
    let session = world.records.iter().find(|(key, _)| key.contains("oxidc:session")).unwrap().1;
    let binding = Value::parse(session).unwrap().get("binding").unwrap().clone();
    assert_eq!(binding.as_object().unwrap().iter().map(|(name, _)| name).collect::<Vec<_>>(), ["key", "jkt", "settled"]);
}

#[test]
fn t289_a_wrong_clock_is_corrected_once_from_the_servers() {
    for minutes in [-10_i64, 10] {
        let mut world = World::new(DPOP);
        world.token_type = "DPoP";
        let there = 1_700_000_000 + minutes * 60;
        world.answer = Box::new(move |sent| {
            let iat = (sent.url == TOKEN).then(|| sent.proof().unwrap().1.get("iat").and_then(Value::as_integer).unwrap())?;
            let date = if minutes < 0 { "Tue, 14 Nov 2023 22:03:20 GMT" } else { "Tue, 14 Nov 2023 22:23:20 GMT" };
            ((iat - there).abs() > 60).then(|| Response { date: Some(date.into()), ..json(400, r#"{"error": "invalid_dpop_proof"}"#) })
        });
        // The clock that is wrong is this device's for proofs only: the tolerance of ID tokens is not the matter here.
        world.sign_in().unwrap();
        assert_eq!(world.requests(TOKEN).len(), 2);
    }
}

#[test]
fn t289_a_proof_that_is_refused_for_another_reason_is_not_repeated() {
    for (date, code, times) in [
        (None, Code::DpopProofRefused, 1),
        (Some("Tue, 14 Nov 2023 22:13:20 GMT"), Code::DpopProofRefused, 1),
        (Some("Tue, 14 Nov 2023 23:13:20 GMT"), Code::ClockSkew, 2),
    ] {
        let mut world = signed_in(DPOP);
        world.answer = Box::new(move |sent| {
            (sent.url == TOKEN).then(|| Response { date: date.map(String::from), ..json(400, r#"{"error": "invalid_dpop_proof"}"#) })
        });
        let before = world.requests(TOKEN).len();
        assert_eq!(refused(refresh(&mut world)), code);
        assert_eq!(world.requests(TOKEN).len() - before, times);
        assert!(has_session(&mut world));
    }
}

#[test]
fn t292_a_code_that_the_provider_refuses_for_this_key_begins_no_session() {
    let mut world = World::new(DPOP);
    world.answer = Box::new(|sent| (sent.url == TOKEN).then(|| json(400, r#"{"error": "invalid_grant"}"#)));
    assert_eq!(refused(world.sign_in()), Code::CodeRejected);
    assert!(!has_session(&mut world));
}

#[test]
fn t293_the_hash_is_that_of_the_token_that_goes_along() {
    let mut world = signed_in(DPOP);
    for _ in 0..3 {
        world.fetch(API, true).unwrap();
        refresh(&mut world).unwrap();
    }
    for sent in world.requests("the application's") {
        let token = sent.header("authorization").unwrap().strip_prefix("DPoP ").unwrap();
        let hash = base64url::encode(&Sha256::digest(token));
        assert_eq!(sent.proof().unwrap().1.get("ath").and_then(Value::as_str), Some(hash.as_str()));
        assert_eq!(sent.proof().unwrap().1.get("htu").and_then(Value::as_str), Some("https://api.example.com/orders"));
    }
}

#[test]
fn t294_a_provider_without_our_algorithm_is_refused_before_anything_is_sent() {
    for list in [r#"["RS256"]"#, r#"["none", "HS256"]"#, "[]"] {
        let mut world = World::new(DPOP);
        world.metadata.insert("dpop_signing_alg_values_supported", Value::parse(list).unwrap());
        assert_eq!(refused(world.begin().map(|_| Value::Null)), Code::DpopUnsupported);
        assert!(world.navigated.is_empty());
        let mut optional = World::new(r#"{"dpop": "optional"}"#);
        optional.metadata.insert("dpop_signing_alg_values_supported", Value::parse(list).unwrap());
        assert_eq!(value(&optional.begin().unwrap(), "dpop_jkt"), "");
    }
}

#[test]
fn t295_user_information_is_read_with_a_proof_and_a_demanded_nonce() {
    let mut world = World::new(r#"{"dpop": true, "fetchUserinfo": true}"#);
    world.token_type = "DPoP";
    let mut asked = false;
    let address = format!("{ISSUER}/userinfo");
    let url = address.clone();
    world.answer = Box::new(move |sent| {
        let first = sent.url == url && !asked;
        asked |= first;
        first.then(|| Response {
            status: 401,
            www_authenticate: Some(r#"DPoP error="use_dpop_nonce""#.into()),
            dpop_nonce: Some("n1".into()),
            ..Response::default()
        })
    });
    let result = world.sign_in().unwrap();
    assert_eq!(result.get("session").unwrap().get("user").unwrap().get("name").and_then(Value::as_str), Some("Alice"));
    let sent = world.requests(&address);
    assert_eq!(sent.len(), 2);
    let payload = sent[1].proof().unwrap().1;
    assert_eq!(payload.get("htm").and_then(Value::as_str), Some("GET"));
    assert_eq!(payload.get("nonce").and_then(Value::as_str), Some("n1"));
    assert!(payload.get("ath").is_some());
}

#[test]
fn user_information_is_read_again_with_a_proof() {
    let mut world = signed_in(DPOP);
    world.run(Command::RefetchUserInfo).unwrap();
    let [sent] = world.requests(&format!("{ISSUER}/userinfo"))[..] else { panic!("not one request") };
    assert!(sent.header("authorization").unwrap().starts_with("DPoP "));
    assert!(sent.proof().unwrap().1.get("ath").is_some());
}

#[test]
fn signing_out_and_signing_in_anew_delete_the_old_key() {
    let mut world = signed_in(DPOP);
    let old = world.keys.keys().next().unwrap().clone();
    world.sign_in().unwrap();
    assert!(!world.keys.contains_key(&old));
    assert_eq!(world.keys.len(), 1);
    world.run(Command::SignOut(SignOutOptions { federated: false, ..SignOutOptions::default() })).unwrap();
    assert!(world.keys.is_empty());
}

#[test]
fn without_a_signature_nothing_is_sent() {
    use oxidc_core::effect::{Failure, Outcome};
    for (signing, detail) in [
        (Outcome::Bytes(Vec::new()), ""),
        (Outcome::Failed { failure: Failure::Unsupported, detail: "the key is gone".into() }, "the key is gone"),
        (Outcome::Done, ""),
    ] {
        let mut world = signed_in(r#"{"dpop": true}"#);
        let sent = world.requests(TOKEN).len();
        world.signing = Some(signing);
        let error = refresh(&mut world).unwrap_err();
        assert_eq!(error.code(), Code::CryptoUnavailable);
        assert!(error.to_string().contains(detail), "{error}");
        assert_eq!(world.requests(TOKEN).len(), sent);
        assert!(has_session(&mut world));
    }
}
