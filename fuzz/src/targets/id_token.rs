//! Claims that pass the checks pass them for `serde_json`, too. The text is header and payload in two lines.

use oxidc_core::login::id_token::{self, Expected};
use oxidc_core::wire::base64url::encode;
use oxidc_core::wire::jose::Algorithm;
use serde_json::Value;

const NOW: i64 = 1_800_000_000;

/// Runs the target.
pub fn check(text: &str) {
    let (header, payload) = text.split_once('\n').unwrap_or((r#"{"alg":"RS256"}"#, text));
    let token = [encode(header.as_bytes()), encode(payload.as_bytes()), encode(&[7; 64])].join(".");
    let Ok(jws) = id_token::parse(&token) else { return };
    let trusted = [String::from("trusted")];
    for login in [true, false] {
        for max_age in [None, Some(300)] {
            let expected = Expected {
                issuer: "https://a.example",
                client_id: "us",
                trusted_audiences: &trusted,
                algorithms: &[Algorithm::Rs256, Algorithm::Es256],
                nonce: Some("n"),
                max_age,
                now: NOW,
                tolerance: 60,
                login,
            };
            if let Ok(algorithm) = id_token::algorithm(&jws, &expected) {
                assert!(expected.algorithms.contains(&algorithm));
            }
            if id_token::claims(&jws, &expected).is_ok()
                && let Ok(claims) = serde_json::from_str(payload)
            {
                assert_good(&claims, &expected);
            }
        }
    }
}

fn assert_good(claims: &Value, expected: &Expected<'_>) {
    assert_eq!(claims["iss"], expected.issuer);
    let audiences = match &claims["aud"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    assert!(audiences.iter().any(|audience| audience == "us"));
    assert!(audiences.iter().all(|audience| audience == "us" || audience == "trusted"));
    assert!(claims["azp"] == "us" || claims["azp"].is_null() && audiences.len() == 1);
    assert!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub.is_ascii() && sub.len() < 256));
    let time = |name: &str| claims[name].as_f64();
    let latest = (NOW + 60) as f64;
    assert!(time("exp").is_some_and(|exp| exp > (NOW - 60) as f64));
    assert!(time("iat").is_some_and(|iat| iat < latest + 1.0 && (!expected.login || iat >= (NOW - 660) as f64)));
    assert!(claims["nbf"].is_null() || time("nbf").is_some_and(|nbf| nbf < latest + 1.0));
    let authenticated = time("auth_time").is_some_and(|at| at < latest + 1.0 && expected.max_age.is_none_or(|_| at >= (NOW - 360) as f64));
    assert!(authenticated || claims["auth_time"].is_null() && expected.max_age.is_none());
    assert!(claims["nonce"] == "n" || claims["nonce"].is_null() && !expected.login);
}
