//! The checks of an ID token that need nothing but the token.

use oxidc_core::error::{Code, Error};
use oxidc_core::login::id_token::{self, Expected};
use oxidc_core::wire::base64url::encode;
use oxidc_core::wire::jose::Algorithm;
use oxidc_core::wire::json::{Object, Value};
use proptest::prelude::*;

use crate::support::token;

const ISSUER: &str = "https://login.example.com/tenant";
const CLIENT: &str = "client-1";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: i64 = 1_800_000_000;
const TOLERANCE: i64 = 60;

fn login() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        trusted_audiences: &[],
        algorithms: &[Algorithm::Rs256],
        nonce: Some(NONCE),
        max_age: None,
        now: NOW,
        tolerance: TOLERANCE,
        login: true,
    }
}

fn refresh() -> Expected<'static> {
    Expected { login: false, ..login() }
}

fn good() -> Object {
    Object::new()
        .with("iss", ISSUER)
        .with("aud", CLIENT)
        .with("sub", "user-1")
        .with("exp", NOW + 300)
        .with("iat", NOW - 5)
        .with("nonce", NONCE)
}

fn without(name: &str) -> Object {
    let mut claims = good();
    claims.remove(name);
    claims
}

fn check(claims: Object, expected: &Expected<'_>) -> Result<(), Error> {
    let token = token(r#"{"alg":"RS256"}"#, Value::from(claims).to_text());
    let jws = id_token::parse(&token)?;
    id_token::claims(&jws, expected)
}

#[track_caller]
fn accepted(claims: Object, expected: &Expected<'_>) {
    let text = Value::from(claims.clone()).to_text();
    if let Err(error) = check(claims, expected) {
        panic!("{text}: {error}");
    }
}

#[track_caller]
fn refused(claims: Object, expected: &Expected<'_>, code: Code) -> String {
    let text = Value::from(claims.clone()).to_text();
    let error = check(claims, expected).expect_err(&text);
    assert_eq!(error.code(), code, "{text}");
    error.to_string()
}

/// A claim as JSON text, for what has no type in Rust.
fn raw(name: &str, json: &str) -> Object {
    good().with(name, Value::parse(json).unwrap())
}

#[track_caller]
fn all_refused(name: &str, values: &[&str], expected: &Expected<'_>, code: Code) {
    for json in values {
        refused(raw(name, json), expected, code);
    }
}

fn algorithm(header: &str, expected: &Expected<'_>) -> Result<Algorithm, Code> {
    let token = token(header, "{}");
    let jws = id_token::parse(&token).map_err(|error| error.code())?;
    id_token::algorithm(&jws, expected).map_err(|error| error.code())
}

#[test]
fn a_good_token_is_accepted_at_a_sign_in_and_at_a_refresh() {
    accepted(good(), &login());
    accepted(good(), &refresh());
}

#[test]
fn what_is_wrong_with_the_shape_has_a_code() {
    for (text, code) in [
        ("", Code::IdTokenMalformed),
        ("a.b", Code::IdTokenMalformed),
        ("a.b.c", Code::IdTokenMalformed),
        ("....", Code::IdTokenEncrypted),
        (&"A".repeat(70_000), Code::IdTokenMalformed),
    ] {
        assert_eq!(id_token::parse(text).err().map(|error| error.code()), Some(code));
    }
    assert_eq!(
        id_token::parse(&token(r#"{"alg":"RS256","crit":["exp"]}"#, "{}")).err().map(|error| error.code()),
        Some(Code::IdTokenMalformed)
    );
}

#[test]
fn t001_t002_t007_t008_only_configured_algorithms_are_accepted() {
    assert_eq!(algorithm(r#"{"alg":"RS256"}"#, &login()), Ok(Algorithm::Rs256));
    for alg in ["none", "None", "nOnE", "NONE", "none ", "", "HS256", "HS384", "HS512", "rs256", "PS256", "ES256", "EdDSA", "RS256 "] {
        assert_eq!(algorithm(&format!(r#"{{"alg":"{alg}"}}"#), &login()), Err(Code::IdTokenAlgorithm), "{alg}");
    }
    assert_eq!(algorithm(r#"{"alg":"RS256"}"#, &Expected { algorithms: &[], ..login() }), Err(Code::IdTokenAlgorithm));
    for name in ["EdDSA", "Ed25519"] {
        assert_eq!(
            algorithm(&format!(r#"{{"alg":"{name}"}}"#), &Expected { algorithms: &[Algorithm::EdDsa], ..login() }),
            Ok(Algorithm::EdDsa),
            "{name}"
        );
    }
}

#[test]
fn t001_t022_a_token_without_a_signature_is_refused_whatever_is_configured() {
    let unsigned = |alg: &str| [encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes()), encode(b"{}"), String::new()].join(".");
    let verdict = |alg: &str| {
        let expected = Expected { algorithms: Algorithm::ALL, ..login() };
        id_token::parse(&unsigned(alg)).and_then(|jws| id_token::algorithm(&jws, &expected)).map_err(|error| error.code())
    };
    for algorithm in Algorithm::ALL {
        assert_eq!(verdict(algorithm.name()), Err(Code::IdTokenSignature), "{}", algorithm.name());
    }
    for alg in ["none", "None", "nOnE", "NONE", "none ", "HS256", ""] {
        assert_eq!(verdict(alg), Err(Code::IdTokenAlgorithm), "{alg}");
    }
}

#[test]
fn t016_t017_t018_signatures_of_another_size_than_the_algorithm_s_are_refused() {
    for (alg, octets) in [("ES256", 64), ("ES384", 96), ("ES512", 132), ("EdDSA", 64)] {
        for length in [1, 63, 64, 65, 70, 72, 95, 96, 97, 131, 132, 133] {
            let text = [encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes()), encode(b"{}"), encode(&vec![48; length])].join(".");
            let found = id_token::algorithm(&id_token::parse(&text).ok().unwrap(), &Expected { algorithms: Algorithm::ALL, ..login() });
            assert_eq!(found.map_err(|error| error.code()).err(), (length != octets).then_some(Code::IdTokenSignature), "{alg} {length}");
        }
    }
}

#[test]
fn t043_t045_t046_other_kinds_of_jwt_are_refused() {
    for typ in [
        "at+jwt", "application/at+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "oauth-authz-req+jwt", "", "JWT ", "jwt+",
        "application/", "application/application/jwt", "JWS", "text/jwt",
    ] {
        assert_eq!(algorithm(&format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#), &login()), Err(Code::IdTokenType), "{typ}");
    }
}

#[test]
fn t044_a_type_that_is_absent_or_jwt_is_accepted() {
    for header in [
        r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","typ":"JWT"}"#, r#"{"alg":"RS256","typ":"jwt"}"#,
        r#"{"alg":"RS256","typ":"Application/JWT"}"#, r#"{"alg":"RS256","typ":"application/jwt"}"#,
    ] {
        assert_eq!(algorithm(header, &login()), Ok(Algorithm::Rs256), "{header}");
    }
}

#[test]
fn t051_t052_an_issuer_that_differs_in_anything_is_refused() {
    for issuer in [
        "https://login.example.com/tenant1", "https://login.example.com/tenant/", "https://LOGIN.example.com/tenant",
        "https://login.example.com:443/tenant", "http://login.example.com/tenant", "https://login.example.com/%74enant",
        "https://login.example.com./tenant", "https://login.example.com/Tenant", "https://login.example.com/tenan", "",
        " https://login.example.com/tenant",
    ] {
        let message = refused(good().with("iss", issuer), &login(), Code::IdTokenIssuer);
        assert!(message.contains(&format!("\"{ISSUER}\"")) && message.contains(&format!("\"{issuer}\"")), "{message}");
    }
}

#[test]
fn t053_an_issuer_that_is_missing_or_no_text_is_refused() {
    refused(without("iss"), &login(), Code::IdTokenIssuer);
    all_refused("iss", &["null", "1", r#"["https://login.example.com/tenant"]"#, "{}", "true"], &login(), Code::IdTokenIssuer);
}

#[test]
fn t054_t055_t056_a_token_for_others_is_refused() {
    refused(without("aud"), &login(), Code::IdTokenAudience);
    all_refused(
        "aud",
        &[
            r#""client-11""#, r#""client-""#, r#""CLIENT-1""#, "null", r#""""#, "[]", "[1]", "{}", r#"{"client-1":1}"#, "1", "true",
            r#"["a","b"]"#, r#"[["client-1"]]"#, "[null]",
        ],
        &login(),
        Code::IdTokenAudience,
    );
    assert!(refused(good().with("aud", "somebody"), &login(), Code::IdTokenAudience).contains(CLIENT));
}

#[test]
fn what_a_stranger_wrote_is_cut_and_made_harmless_in_a_message() {
    let evil = format!("https://evil.example/\u{202e}\r\n{}", "x".repeat(20_000));
    let audiences = vec![CLIENT.to_owned(), evil.clone()];
    for (claims, code) in [(good().with("iss", evil), Code::IdTokenIssuer), (good().with("aud", audiences), Code::IdTokenAudience)] {
        let message = refused(claims, &login(), code);
        assert!(message.contains("https://evil.example/") && message.chars().count() < 1_500, "{} characters", message.len());
        assert!(!message.contains(['\u{202e}', '\r', '\n']), "{message}");
    }
}

#[test]
fn t057_this_client_alone_in_a_list_is_accepted() {
    accepted(good().with("aud", vec![CLIENT]), &login());
}

#[test]
fn t058_a_further_audience_that_is_not_trusted_is_refused() {
    for audiences in [vec![CLIENT, "stranger"], vec!["stranger", CLIENT]] {
        for claims in [good().with("aud", audiences.clone()), good().with("aud", audiences.clone()).with("azp", CLIENT)] {
            assert!(refused(claims, &login(), Code::IdTokenAudience).contains("stranger"));
        }
    }
    all_refused("aud", &[r#"["client-1",1]"#, r#"["client-1",null]"#, r#"["client-1",{}]"#], &login(), Code::IdTokenAudience);
}

#[test]
fn t059_a_trusted_further_audience_needs_an_authorized_party() {
    let trusted = [String::from("trusted")];
    let expected = Expected { trusted_audiences: &trusted, ..login() };
    let claims = good().with("aud", vec![CLIENT, "trusted"]);
    accepted(claims.clone().with("azp", CLIENT), &expected);
    refused(claims.clone(), &expected, Code::IdTokenAuthorizedParty);
    refused(claims.with("azp", "trusted"), &expected, Code::IdTokenAuthorizedParty);
    // Trust in others does not replace this client.
    refused(good().with("aud", "trusted").with("azp", CLIENT), &expected, Code::IdTokenAudience);
    refused(good().with("aud", vec![CLIENT, "trusted", "stranger"]).with("azp", CLIENT), &expected, Code::IdTokenAudience);
}

#[test]
fn t060_t061_an_authorized_party_other_than_this_client_is_refused() {
    all_refused(
        "azp",
        &[r#""other""#, r#""""#, r#""Client-1""#, "1", r#"["client-1"]"#, "{}", "false"],
        &login(),
        Code::IdTokenAuthorizedParty,
    );
    accepted(good().with("azp", CLIENT), &login());
    accepted(raw("azp", "null"), &login());
}

#[test]
fn t062_a_subject_has_1_to_255_ascii_characters() {
    refused(without("sub"), &login(), Code::IdTokenSubject);
    let long = format!("\"{}\"", "x".repeat(256));
    all_refused(
        "sub",
        &["null", r#""""#, "1", "[]", r#"["user-1"]"#, &long, r#""é""#, r#""user\u00a0""#, r#""😀""#],
        &login(),
        Code::IdTokenSubject,
    );
    accepted(good().with("sub", "x".repeat(255)), &login());
}

#[test]
fn t063_an_expiry_that_is_missing_or_no_time_is_refused() {
    refused(without("exp"), &login(), Code::IdTokenExpired);
    all_refused("exp", &["null", r#""1800000300""#, "-1", "-1e308", "[1800000300]", "{}", "true"], &login(), Code::IdTokenExpired);
}

#[test]
fn t064_t065_t066_a_token_is_good_before_its_expiry_and_for_the_tolerance() {
    for late in [1, 300, 360] {
        refused(good().with("exp", NOW - TOLERANCE - late), &login(), Code::IdTokenExpired);
    }
    refused(good().with("exp", NOW - TOLERANCE), &login(), Code::IdTokenExpired);
    accepted(good().with("exp", NOW - TOLERANCE + 1), &login());
    let strict = Expected { tolerance: 0, ..login() };
    refused(good().with("exp", NOW), &strict, Code::IdTokenExpired);
    accepted(good().with("exp", NOW + 1), &strict);
    refused(good().with("exp", NOW - TOLERANCE), &refresh(), Code::IdTokenExpired);
}

#[test]
fn t067_an_expiry_of_any_finite_size_is_accepted_and_an_infinite_one_is_refused() {
    for json in ["1e308", "9007199254740993", "9999999999999", "9223372036854775807", "123456789012345678901234567890"] {
        accepted(raw("exp", json), &login());
    }
    all_refused("exp", &["1e400", "-1e400"], &login(), Code::IdTokenExpired);
}

#[test]
fn t068_a_fraction_of_a_second_is_rounded_down() {
    accepted(raw("exp", "1800000300.9"), &login());
    accepted(raw("iat", "1799999995.5"), &login());
    let strict = Expected { tolerance: 0, ..login() };
    refused(raw("exp", "1800000000.999"), &strict, Code::IdTokenExpired);
    accepted(raw("exp", "1800000001.0"), &strict);
    accepted(raw("exp", "1.8000003e9"), &login());
}

#[test]
fn t069_a_time_of_issue_that_is_missing_or_no_time_is_refused() {
    for expected in [login(), refresh()] {
        refused(without("iat"), &expected, Code::IdTokenIssuedAt);
        all_refused("iat", &["null", r#""1799999995""#, "[]", "-5", "1e400", "{}"], &expected, Code::IdTokenIssuedAt);
    }
}

#[test]
fn t070_a_time_of_issue_in_the_future_is_refused() {
    for expected in [login(), refresh()] {
        refused(good().with("iat", NOW + TOLERANCE + 1), &expected, Code::IdTokenIssuedAt);
        refused(good().with("iat", 4_102_444_800_i64).with("exp", 4_102_444_900_i64), &expected, Code::IdTokenIssuedAt);
        all_refused("iat", &["1e308", "9223372036854775807"], &expected, Code::IdTokenIssuedAt);
        accepted(good().with("iat", NOW + TOLERANCE), &expected);
    }
}

#[test]
fn t071_at_a_sign_in_an_old_token_is_refused() {
    for age in [601 + TOLERANCE, 3_600, 7 * 86_400, NOW] {
        refused(good().with("iat", NOW - age), &login(), Code::IdTokenIssuedAt);
        accepted(good().with("iat", NOW - age), &refresh());
    }
    accepted(good().with("iat", NOW - 600 - TOLERANCE), &login());
}

#[test]
fn t072_a_token_that_is_not_valid_yet_is_refused() {
    refused(good().with("nbf", NOW + TOLERANCE + 1), &login(), Code::IdTokenNotBefore);
    all_refused("nbf", &[r#""1""#, "[]", "-1", "1e400", "1e308"], &login(), Code::IdTokenNotBefore);
    accepted(good().with("nbf", NOW + TOLERANCE), &login());
    accepted(good().with("nbf", 0_i64), &login());
    accepted(raw("nbf", "null"), &login());
}

#[test]
fn t073_t074_t075_a_nonce_that_is_missing_or_another_is_refused() {
    refused(without("nonce"), &login(), Code::IdTokenNonce);
    for nonce in [
        format!("{NONCE}1"),
        NONCE.to_uppercase(),
        format!("{NONCE} "),
        format!(" {NONCE}"),
        NONCE[1..].into(),
        String::new(),
        "another".into(),
    ] {
        let message = refused(good().with("nonce", nonce), &login(), Code::IdTokenNonce);
        assert!(!message.contains(NONCE), "a nonce is a secret: {message}");
    }
    all_refused("nonce", &["null", "1", "{}", "true", r#"["n-0S6_WzA2Mj"]"#], &login(), Code::IdTokenNonce);
}

#[test]
fn t076_a_nonce_that_was_not_sent_is_refused() {
    for expected in [Expected { nonce: None, ..login() }, Expected { nonce: None, ..refresh() }] {
        refused(good(), &expected, Code::IdTokenNonce);
        refused(good().with("nonce", ""), &expected, Code::IdTokenNonce);
        all_refused("nonce", &["1", "{}"], &expected, Code::IdTokenNonce);
        accepted(without("nonce"), &expected);
        accepted(raw("nonce", "null"), &expected);
    }
}

#[test]
fn t078_the_hash_of_the_access_token_is_compared_strictly() {
    let digest: Vec<u8> = (0..32).collect();
    let right = encode(&digest[..16]);
    assert!(id_token::access_token_hash(&right, &digest));
    for wrong in [
        format!("{right}1"),
        format!("{right}="),
        format!("{right}=="),
        encode(&digest[16..]),
        encode(&digest),
        right[1..].into(),
        right.to_lowercase(),
        String::new(),
        format!(" {right}"),
    ] {
        assert!(!id_token::access_token_hash(&wrong, &digest), "{wrong}");
    }
    let other: Vec<u8> = (1..33).collect();
    assert!(!id_token::access_token_hash(&right, &other));
}

#[test]
fn t078_the_hash_of_openid_connect_s_own_example_is_right() {
    // The access token jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y, SHA-256.
    let digest = [
        0xef, 0xb4, 0x26, 0x50, 0xfb, 0x63, 0x3d, 0xfc, 0xd6, 0xb4, 0x5d, 0x80, 0x9e, 0x92, 0xbd, 0x45, 0x6a, 0x57, 0xad, 0x69, 0x6b, 0x79,
        0xc7, 0x5b, 0x2d, 0x4c, 0x89, 0x0c, 0x86, 0xfb, 0x4b, 0xa4,
    ];
    assert!(id_token::access_token_hash("77QmUPtjPfzWtF2AnpK9RQ", &digest));
}

#[test]
fn t080_the_hash_for_ed25519_is_half_of_sha_512() {
    let digest: Vec<u8> = (0..64).collect();
    assert!(id_token::access_token_hash(&encode(&digest[..32]), &digest));
    assert!(!id_token::access_token_hash(&encode(&digest[..16]), &digest));
}

#[test]
fn t082_with_a_maximum_age_the_authentication_must_be_recent() {
    let expected = Expected { max_age: Some(300), ..login() };
    refused(good(), &expected, Code::IdTokenAuthTime);
    all_refused("auth_time", &["null", r#""1799999990""#, "{}", "-1", "1e400"], &expected, Code::IdTokenAuthTime);
    refused(good().with("auth_time", NOW - 300 - TOLERANCE - 1), &expected, Code::IdTokenAuthTime);
    accepted(good().with("auth_time", NOW - 300 - TOLERANCE), &expected);
    accepted(good().with("auth_time", NOW), &Expected { max_age: Some(0), ..login() });
    for (max_age, auth_time) in [(i64::MAX, 0), (i64::MAX, NOW), (0, NOW)] {
        accepted(good().with("auth_time", auth_time), &Expected { max_age: Some(max_age), ..login() });
    }
}

#[test]
fn t083_an_authentication_in_the_future_is_refused() {
    for expected in [login(), refresh(), Expected { max_age: Some(300), ..login() }] {
        refused(good().with("auth_time", NOW + TOLERANCE + 1), &expected, Code::IdTokenAuthTime);
        all_refused("auth_time", &["1e308", "9223372036854775807"], &expected, Code::IdTokenAuthTime);
    }
    accepted(good().with("auth_time", NOW - 86_400), &login());
}

#[test]
fn t084_t085_unknown_claims_of_any_kind_are_ignored() {
    let nested = Value::parse(r#"{"__proto__":{"admin":true},"constructor":[1,{"prototype":null}]}"#).unwrap();
    accepted(
        good()
            .with("__proto__", nested.clone())
            .with("toString", "x")
            .with("hasOwnProperty", nested)
            .with("big", "😀\u{2028}".repeat(4_000)),
        &login(),
    );
}

#[test]
fn t087_a_refreshed_token_of_another_issuer_or_audience_is_refused() {
    refused(good().with("iss", "https://other.example"), &refresh(), Code::IdTokenIssuer);
    refused(good().with("aud", "other"), &refresh(), Code::IdTokenAudience);
}

#[test]
fn t088_a_refreshed_token_has_no_nonce_or_the_original_one() {
    accepted(without("nonce"), &refresh());
    accepted(raw("nonce", "null"), &refresh());
    accepted(good(), &refresh());
    refused(good().with("nonce", "other"), &refresh(), Code::IdTokenNonce);
}

#[test]
fn the_steps_are_taken_in_the_order_of_the_specification() {
    let mut claims = Object::new().with("azp", "other").with("nbf", NOW + 9_999).with("auth_time", NOW + 9_999).with("nonce", "other");
    let repairs: [(Code, &str, Value); 9] = [
        (Code::IdTokenIssuer, "iss", ISSUER.into()),
        (Code::IdTokenAudience, "aud", CLIENT.into()),
        (Code::IdTokenAuthorizedParty, "azp", CLIENT.into()),
        (Code::IdTokenSubject, "sub", "user-1".into()),
        (Code::IdTokenExpired, "exp", (NOW + 300).into()),
        (Code::IdTokenIssuedAt, "iat", NOW.into()),
        (Code::IdTokenNotBefore, "nbf", NOW.into()),
        (Code::IdTokenAuthTime, "auth_time", NOW.into()),
        (Code::IdTokenNonce, "nonce", NONCE.into()),
    ];
    for (code, name, value) in repairs {
        refused(claims.clone(), &login(), code);
        claims.insert(name, value);
    }
    accepted(claims, &login());
}

const CHECKED: [&str; 9] = ["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "auth_time", "nonce"];

#[test]
fn a_checked_claim_of_a_wrong_type_is_refused_even_where_it_may_be_absent() {
    for name in CHECKED {
        for json in ["true", "[]", "[null]", "[[]]", "{}", r#"{"a":1}"#, "1e999", "-1", r#""""#] {
            for expected in [login(), refresh(), Expected { max_age: Some(1), ..login() }] {
                assert!(check(raw(name, json), &expected).is_err(), "{name} {json}");
            }
        }
    }
}

#[test]
fn a_message_never_shows_a_token_or_a_nonce() {
    for name in CHECKED {
        let text = token(r#"{"alg":"RS256"}"#, Value::from(raw(name, r#""""#)).to_text());
        let error = id_token::claims(&id_token::parse(&text).ok().unwrap(), &login()).unwrap_err();
        let message = format!("{error} {error:?} {}", error.to_value().to_text());
        assert!(!message.contains(NONCE) && text.split('.').all(|part| !message.contains(part)), "{message}");
    }
}

proptest! {
    #[test]
    fn times_of_any_size_do_not_overflow(now: i64, tolerance in 0..i64::MAX, exp: i64, iat: i64, nbf: i64, auth_time: i64, max_age: Option<i64>, login in any::<bool>()) {
        let expected = Expected { now, tolerance, max_age, login, ..refresh() };
        let claims = good().with("exp", exp).with("iat", iat).with("nbf", nbf).with("auth_time", auth_time);
        let negative = [exp, iat, nbf, auth_time].iter().any(|time| *time < 0);
        let verdict = check(claims, &expected);
        if negative || i128::from(exp) <= i128::from(now) - i128::from(tolerance) || [iat, nbf, auth_time].iter().any(|at| i128::from(*at) > i128::from(now) + i128::from(tolerance)) {
            prop_assert!(verdict.is_err());
        }
    }
}

#[test]
fn t490_one_tolerance_governs_all_times() {
    for tolerance in [0, 1, 60, 300] {
        let expected = Expected { tolerance, max_age: Some(100), ..login() };
        let at = |name: &str, time: i64| good().with("auth_time", NOW).with(name, time);
        for (name, last_good, first_bad, code) in [
            ("exp", NOW - tolerance + 1, NOW - tolerance, Code::IdTokenExpired),
            ("iat", NOW + tolerance, NOW + tolerance + 1, Code::IdTokenIssuedAt),
            ("iat", NOW - 600 - tolerance, NOW - 601 - tolerance, Code::IdTokenIssuedAt),
            ("nbf", NOW + tolerance, NOW + tolerance + 1, Code::IdTokenNotBefore),
            ("auth_time", NOW + tolerance, NOW + tolerance + 1, Code::IdTokenAuthTime),
            ("auth_time", NOW - 100 - tolerance, NOW - 101 - tolerance, Code::IdTokenAuthTime),
        ] {
            accepted(at(name, last_good), &expected);
            refused(at(name, first_bad), &expected, code);
        }
    }
}
