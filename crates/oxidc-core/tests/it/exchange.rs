//! Answers to the exchange of a code. A refusal leaves no session, nothing stored and nothing told.

use oxidc_core::command::SignInOptions;
use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::error::Code;
use oxidc_core::wire::base64url::encode;
use oxidc_core::wire::http::Response;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256, Sha512};

use crate::page::{ACCESS, APP, CLIENT, ISSUER, Page, answer, failed, id_token, text, with};

/// A sign-in whose answer is made by the closure.
fn sign_in(make: impl Fn(&Page) -> Outcome) -> (Page, Result<Json, oxidc_core::error::Error>) {
    let mut page = Page::new();
    let query = page.away();
    let outcome = make(&page);
    page.next("/token", outcome);
    let result = page.callback(&format!("{APP}/callback?{query}"));
    (page, result)
}

#[track_caller]
fn refused(make: impl Fn(&Page) -> Outcome, code: Code) {
    let (mut page, result) = sign_in(make);
    let error = result.expect_err("refused");
    assert_eq!(error.code(), code, "{error}");
    assert!(!error.to_value().to_text().contains(ACCESS), "no token in what is said");
    assert_eq!(page.get_session(), Json::Null, "no session");
    assert_eq!((page.stored(), page.heard()), (Json::Null, vec![]), "nothing stored or told");
    assert_eq!(page.count("/token"), 1, "not tried again");
}

fn member(name: &'static str, value: Json) -> impl Fn(&Page) -> Outcome {
    move |page| answer(200, &with(page.tokens(), name, value.clone()))
}

fn claim(name: &'static str, value: Json) -> impl Fn(&Page) -> Outcome {
    move |page| answer(200, &with(page.tokens(), "id_token", id_token(&with(page.claims(), name, value.clone())).into()))
}

#[test]
fn t049_t050_an_id_token_must_be_there_and_a_text() {
    refused(member("id_token", Json::Null), Code::IdTokenMissing);
    for (json, code) in [
        ("null", Code::IdTokenMalformed),
        ("1", Code::IdTokenMalformed),
        ("{}", Code::IdTokenMalformed),
        ("\"\"", Code::IdTokenMalformed),
        (r#"{"payload":"e30","signatures":[]}"#, Code::IdTokenMalformed),
    ] {
        let body = format!(r#"{{"access_token":"{ACCESS}","token_type":"Bearer","id_token":{json}}}"#);
        refused(|_| text(200, "application/json", &body), code);
    }
}

#[test]
fn t005_t006_t007_t495_a_token_under_another_algorithm_is_refused_before_any_key_is_used() {
    for alg in ["HS256", "HS384", "HS512", "none", "RS256", "PS256", "EdDSA"] {
        let (page, result) = sign_in(|page| {
            let token = crate::support::token(json!({ "alg": alg, "kid": "k1" }).to_string(), page.claims().to_string());
            answer(200, &with(page.tokens(), "id_token", token.into()))
        });
        assert_eq!(result.unwrap_err().code(), Code::IdTokenAlgorithm, "{alg}");
        assert_eq!(page.verified, 0);
    }
}

#[test]
fn t021_t495_a_bad_signature_is_refused_whatever_else_is_right() {
    for options in [json!({}), json!({ "clockTolerance": 300 }), json!({ "fetchUserinfo": true }), json!({ "trustedAudiences": ["x"] })] {
        let mut page = Page::with(options);
        page.verdicts.push_back(Outcome::Flag(false));
        let query = page.away();
        assert_eq!(page.callback(&format!("{APP}/callback?{query}")).unwrap_err().code(), Code::IdTokenSignature);
        assert_eq!((page.get_session(), page.count("/userinfo")), (Json::Null, 0));
    }
    // A platform that cannot judge is no reason to believe.
    let mut page = Page::new();
    page.verdicts.push_back(failed(Failure::Unsupported));
    let query = page.away();
    assert_eq!(page.callback(&format!("{APP}/callback?{query}")).unwrap_err().code(), Code::CryptoUnavailable);
}

#[test]
fn wrong_claims_are_refused_through_the_whole_sign_in() {
    let cases: &[(&str, &str, Json, Code)] = &[
        ("t051_issuer", "iss", json!(format!("{ISSUER}1")), Code::IdTokenIssuer),
        ("t054_audience", "aud", json!(format!("{CLIENT}1")), Code::IdTokenAudience),
        ("t058_further_audience", "aud", json!([CLIENT, "stranger"]), Code::IdTokenAudience),
        ("t060_party", "azp", json!("other"), Code::IdTokenAuthorizedParty),
        ("t062_subject", "sub", Json::Null, Code::IdTokenSubject),
        ("t063_expiry", "exp", Json::Null, Code::IdTokenExpired),
        ("t064_expired", "exp", json!(crate::page::NOW - 360), Code::IdTokenExpired),
        ("t069_no_time_of_issue", "iat", Json::Null, Code::IdTokenIssuedAt),
        ("t071_a_week_old", "iat", json!(crate::page::NOW - 7 * 86_400), Code::IdTokenIssuedAt),
        ("t073_no_nonce", "nonce", Json::Null, Code::IdTokenNonce),
        ("t074_nonce", "nonce", json!("n1"), Code::IdTokenNonce),
        ("t078_hash", "at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), Code::IdTokenAccessTokenHash),
        ("t078_hash_that_is_no_text", "at_hash", json!(1), Code::IdTokenAccessTokenHash),
    ];
    for (name, claim_name, value, code) in cases {
        // Shown when the case fails.
        eprintln!("{name}");
        refused(claim(claim_name, value.clone()), *code);
    }
}

#[test]
fn t078_t079_t080_the_hash_of_the_access_token_is_that_of_the_signature_s_algorithm() {
    let hash = |digest: &[u8]| encode(&digest[..digest.len() / 2]);
    let right = hash(&Sha256::digest(ACCESS));
    assert!(sign_in(claim("at_hash", right.clone().into())).1.is_ok());
    assert!(sign_in(claim("at_hash", Json::Null)).1.is_ok());
    for wrong in [format!("{right}1"), format!("{right}="), hash(&Sha512::digest(ACCESS)), hash(&Sha256::digest("access-2"))] {
        refused(claim("at_hash", wrong.into()), Code::IdTokenAccessTokenHash);
    }
    for (hash, good) in [(hash(&Sha512::digest(ACCESS)), true), (right, false)] {
        let mut page = Page::with(json!({ "idTokenAlgorithms": ["EdDSA"] }));
        let query = page.away();
        let token = crate::support::token(r#"{"alg":"EdDSA"}"#, with(page.claims(), "at_hash", hash.into()).to_string());
        page.next("/token", answer(200, &with(page.tokens(), "id_token", token.into())));
        let x = encode(&[1; 32]);
        page.next("/jwks", answer(200, &json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] })));
        assert_eq!(page.callback(&format!("{APP}/callback?{query}")).is_ok(), good);
    }
}

#[test]
fn t075_t077_an_answer_to_another_sign_in_is_refused() {
    let mut page = Page::new();
    page.away();
    let earlier = page.tokens();
    page.exchange_refused(answer(200, &earlier), Code::IdTokenNonce);
}

#[test]
fn t082_with_a_maximum_age_an_old_or_missing_authentication_is_refused() {
    for (auth_time, good) in
        [(Json::Null, false), (json!("1"), false), (json!(crate::page::NOW - 400), false), (json!(crate::page::NOW), true)]
    {
        let mut page = Page::new();
        let state = page.sign_in(SignInOptions { max_age: Some(300), ..SignInOptions::default() })["state"].clone();
        assert_eq!(page.asked()["max_age"], "300");
        page.next("/token", answer(200, &with(page.tokens(), "id_token", id_token(&with(page.claims(), "auth_time", auth_time)).into())));
        let result = page.callback(&format!("{APP}/callback?code=c0de&state={state}"));
        assert_eq!(result.map_err(|error| error.code()).err(), (!good).then_some(Code::IdTokenAuthTime));
    }
}

#[test]
fn t084_t085_claims_of_any_name_and_text_reach_the_application_unchanged() {
    let long = "é😀\u{2028}".repeat(4_000);
    let odd = json!({ "__proto__": { "x": 1 }, "constructor": "c", "nested": { "__proto__": 1, "toString": "s" }, "long": long });
    let (_, result) = sign_in(|page| {
        let mut claims = page.claims();
        odd.as_object().unwrap().iter().for_each(|(name, value)| claims[name] = value.clone());
        answer(200, &with(page.tokens(), "id_token", id_token(&claims).into()))
    });
    let session = result.unwrap()["session"].clone();
    odd.as_object().unwrap().iter().for_each(|(name, value)| assert_eq!(&session["claims"][name], value, "{name}"));
}

#[test]
fn t183_t185_answers_that_are_no_json_object_are_refused() {
    for (content_type, body) in [
        ("text/html", "<html>Sign in to the network</html>"),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "\"x\""),
        ("application/json", r#"{"access_token":"a"#),
        ("application/json", r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#),
        ("application/json", "\u{feff}{}"),
        ("application/json", "{} {}"),
    ] {
        refused(|_| text(200, content_type, body), Code::AnswerNotJson);
    }
    let untyped = |page: &Page| Outcome::Http(Response { status: 200, body: page.tokens().to_string(), ..Response::default() });
    refused(untyped, Code::AnswerNotJson);
}

#[test]
fn t184_the_content_type_is_read_in_any_case_and_with_parameters() {
    for content_type in ["application/json; charset=utf-8", "application/JSON", "Application/Json ;x=y"] {
        assert!(sign_in(|page| text(200, content_type, &page.tokens().to_string())).1.is_ok(), "{content_type}");
    }
}

#[test]
fn t186_t200_t206_answers_that_are_too_large_late_redirected_or_lost_are_given_up() {
    for (failure, code) in [
        (Failure::TooLarge, Code::ResponseTooLarge),
        (Failure::Timeout, Code::TimedOut),
        (Failure::Redirected, Code::Redirected),
        (Failure::Network, Code::NetworkFailed),
        (Failure::Offline, Code::Offline),
        (Failure::Lost, Code::WorkerLost),
    ] {
        refused(|_| failed(failure), code);
    }
    let (page, _) = sign_in(|page| answer(200, &page.tokens()));
    let request = page.requests.iter().find(|request| request.url.ends_with("/token")).unwrap();
    assert_eq!((request.timeout, request.limit), (10_000, 1_048_576));
}

#[test]
fn t187_t188_t190_t192_t196_members_of_a_wrong_kind_are_refused() {
    for value in [Json::Null, json!(""), json!(1), json!("a\r\nb"), json!("a\0"), json!("a b"), json!("é")] {
        refused(member("access_token", value), Code::TokenResponseInvalid);
    }
    for (value, code) in [
        (Json::Null, Code::TokenResponseInvalid),
        (json!(1), Code::TokenResponseInvalid),
        (json!("mac"), Code::TokenTypeUnsupported),
        (json!("N_A"), Code::TokenTypeUnsupported),
        (json!(""), Code::TokenTypeUnsupported),
        (json!("DPoP"), Code::TokenTypeUnsupported),
    ] {
        refused(member("token_type", value), code);
    }
    for value in [json!(-1), json!("abc"), json!(""), json!(true), json!([3_600]), json!({})] {
        refused(member("expires_in", value), Code::TokenResponseInvalid);
    }
    refused(|page| text(200, "application/json", &page.tokens().to_string().replace("3600", "null")), Code::TokenResponseInvalid);
    for (name, value) in [("scope", json!(1)), ("refresh_token", json!(1)), ("refresh_token", json!("a\nb"))] {
        refused(member(name, value), Code::TokenResponseInvalid);
    }
}

#[test]
fn t189_the_token_type_is_read_in_any_case() {
    for value in ["bearer", "BEARER", "bEaReR"] {
        assert!(sign_in(member("token_type", value.into())).1.is_ok());
    }
}

#[test]
fn t191_t193_t195_a_lifetime_may_be_absent_fractional_huge_or_digits() {
    let expiry = |value: Json| sign_in(member("expires_in", value)).1.unwrap()["session"]["expiresAt"].as_i64();
    let after = |seconds: i64| Some((crate::page::NOW + seconds) * 1_000);
    assert_eq!(expiry(Json::Null), None);
    assert_eq!(expiry(json!("3600")), after(3_600));
    assert_eq!(expiry(json!(3599.7)), after(3_599));
    for huge in [json!(1e12), json!(9_223_372_036_854_775_807_u64), json!(1e300), json!("99999999999999999999")] {
        assert_eq!(expiry(huge), after(365 * 86_400), "cut to a year");
    }
}

#[test]
fn t196_what_was_granted_is_shown() {
    for (scope, shown) in
        [(json!("openid"), json!(["openid"])), (json!("openid more"), json!(["openid", "more"])), (Json::Null, json!(["openid"]))]
    {
        assert_eq!(sign_in(member("scope", scope)).1.unwrap()["session"]["scopes"], shown);
    }
}

#[test]
fn t198_t199_t202_t203_t204_t205_refusals_have_their_meaning_and_begin_no_session() {
    let error = |error: &str| json!({ "error": error, "error_description": ACCESS });
    for (status, body, code) in [
        (200, error("invalid_grant"), Code::CodeRejected),
        (400, error("invalid_grant"), Code::CodeRejected),
        (401, error("invalid_client"), Code::ClientRejected),
        (400, error("unauthorized_client"), Code::ClientRejected),
        (400, error("temporarily_unavailable"), Code::ProviderUnavailable),
        (500, json!({}), Code::ProviderUnavailable),
        (502, json!({}), Code::ProviderUnavailable),
        (429, json!({}), Code::RateLimited),
        (400, json!({}), Code::AnswerNotJson),
        (404, json!({}), Code::AnswerNotJson),
    ] {
        let (mut page, result) = sign_in(|_| answer(status, &body));
        assert_eq!(result.unwrap_err().code(), code, "{status} {body}");
        assert_eq!((page.get_session(), page.stored()), (Json::Null, Json::Null));
    }
    for status in [201, 400, 500] {
        let (mut page, result) = sign_in(|page| answer(status, &page.tokens()));
        result.unwrap_err();
        assert_eq!(page.get_session(), Json::Null, "tokens with status {status} are not used");
    }
}

#[test]
fn t205_how_long_to_wait_is_read_within_limits() {
    let wait = |header: Option<&str>| {
        let response = Response { status: 429, retry_after: header.map(Into::into), ..Response::default() };
        sign_in(|_| Outcome::Http(response.clone())).1.unwrap_err().retry_after().unwrap()
    };
    for (header, seconds) in [
        (Some("5"), 5),
        (Some(" 7 "), 7),
        (Some("0"), 0),
        (Some("1000000000"), 3_600),
        (Some("99999999999999999999999"), 3_600),
        // The clock says Fri, 15 Jan 2027 08:00:00 GMT.
        (Some("Fri, 15 Jan 2027 08:02:00 GMT"), 120),
        (Some("Fri, 15 Jan 2027 07:00:00 GMT"), 0),
        (Some("Fri, 15 Jan 2028 08:00:00 GMT"), 3_600),
        (Some("-5"), 60),
        (Some("soon"), 60),
        (Some(""), 60),
        (Some("Fri, 99 Foo 2027 08:00:00 GMT"), 60),
        (None, 60),
    ] {
        assert_eq!(wait(header), seconds, "{header:?}");
    }
}

#[test]
fn t493_a_token_request_has_exactly_what_it_must_have() {
    let mut page = Page::with(json!({ "clientId": "my app/ü&%+" , "redirectUri": format!("{APP}/callback?a=b%20c") }));
    let state = page.sign_in(SignInOptions::default())["state"].clone();
    page.next("/token", failed(Failure::Aborted));
    page.callback(&format!("{APP}/callback?code=a%2Bb+c&state={state}")).unwrap_err();
    let request = page.requests.iter().find(|request| request.url.ends_with("/token")).unwrap();
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://login.example/token"));
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(headers, [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")]);
    let form = page.form("/token");
    assert_eq!(form.keys().collect::<Vec<_>>(), ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]);
    assert_eq!((form["client_id"].as_str(), form["code"].as_str()), ("my app/ü&%+", "a+b c"));
    assert_eq!(form["redirect_uri"], format!("{APP}/callback?a=b%20c"));
    let body = request.body.as_deref().unwrap();
    assert!(body.contains("client_id=my+app%2F%C3%BC%26%25%2B") && body.contains("code=a%2Bb+c"), "encoded once: {body}");
}

#[test]
fn t494_an_access_token_is_never_read() {
    for access_token in ["opaque", "a.b.c", "eyJhbGciOiJub25lIn0.eyJleHAiOjEsImF1ZCI6Im90aGVyIn0.", "x".repeat(20_000).as_str()] {
        let (mut page, result) = sign_in(member("access_token", access_token.into()));
        result.unwrap();
        let tokens = page.get_tokens().unwrap();
        assert_eq!((tokens["accessToken"].as_str(), page.count("/token")), (Some(access_token), 1));
        assert_eq!(tokens["expiresAt"], (crate::page::NOW + 3_600) * 1_000);
    }
}

#[test]
fn t116_a_sign_in_that_fails_leaves_the_old_session_alone() {
    let mut page = Page::signed_in();
    let before = (page.get_session(), page.stored());
    let query = page.away();
    page.next("/token", answer(200, &with(page.tokens(), "id_token", id_token(&with(page.claims(), "aud", "other".into())).into())));
    page.callback(&format!("{APP}/callback?{query}")).unwrap_err();
    assert_eq!((page.get_session(), page.stored()), before);
    let query = page.away();
    page.next("/token", answer(200, &with(page.tokens(), "id_token", id_token(&with(page.claims(), "sub", "bob".into())).into())));
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    assert_eq!((page.get_session()["subject"].as_str(), page.heard()), (Some("bob"), vec!["signed_in".into()]));
}

#[test]
fn t236_t482_a_clock_that_is_an_hour_wrong_is_named_at_a_sign_in_and_does_not_matter_later() {
    for hours in [1, -1] {
        let mut page = Page::new();
        let right = page.now;
        page.now.wall += hours * 3_600_000;
        let query = page.away();
        let wrong = std::mem::replace(&mut page.now, right);
        let tokens = page.tokens();
        page.now = wrong;
        page.next("/token", answer(200, &tokens));
        let error = page.callback(&format!("{APP}/callback?{query}")).unwrap_err();
        assert!(error.code() == Code::IdTokenIssuedAt && error.to_string().contains("clock"), "{error}");
    }
    for hours in [1, -1] {
        let mut page = Page::expired();
        let tokens = page.tokens();
        page.now.wall += hours * 3_600_000;
        page.next("/token", answer(200, &tokens));
        page.say(&json!({ "do": "refreshSession" })).unwrap();
        assert_eq!(page.get_session()["subject"], "alice");
    }
}

#[test]
fn t188_what_is_longer_than_any_type_is_shown_to_nobody() {
    for (length, code) in [(32, Code::TokenTypeUnsupported), (33, Code::TokenResponseInvalid)] {
        let tokens = member("token_type", "x".repeat(length).into());
        let error = sign_in(tokens).1.unwrap_err();
        assert_eq!((error.code(), error.to_string().contains("xxx")), (code, length == 32));
    }
}

#[test]
fn t196_spaces_in_a_scope_grant_nothing() {
    let (mut page, result) = sign_in(member("scope", " openid  email ".into()));
    result.unwrap();
    assert_eq!(page.get_session()["scopes"], json!(["openid", "email"]));
}
