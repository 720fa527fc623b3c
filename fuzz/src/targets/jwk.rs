//! A key that is selected is a public key that fits, and the cached set selects the same.

use oxidc_core::wire::base64url::decode;
use oxidc_core::wire::jose::{Algorithm, KeySet};
use oxidc_core::wire::json::{Object, Value};

/// Runs the target.
pub fn check(text: &str) {
    let Ok(document) = Value::parse(text) else { return };
    // A key alone is a set of one.
    for document in [document.clone(), Object::new().with("keys", vec![document]).into()] {
        if let Ok(keys) = KeySet::parse(&document) {
            check_one(&keys, &document);
        }
    }
}

fn check_one(keys: &KeySet, document: &Value) {
    let entries = document.get("keys").and_then(Value::as_array).unwrap_or_default();
    let kids = entries.iter().filter_map(|key| key.get("kid")).map(Value::as_str).chain([None]);
    let cached = KeySet::parse(&keys.to_value()).ok();
    for kid in kids {
        for algorithm in Algorithm::ALL {
            let selected = keys.select(*algorithm, kid);
            assert!(selected.len() <= if kid.is_some() { 1 } else { 4 });
            if let Some(cached) = &cached {
                assert_eq!(cached.select(*algorithm, kid), selected);
            }
            selected.iter().for_each(|key| assert_fits(key, *algorithm));
        }
    }
}

fn assert_fits(key: &Value, algorithm: Algorithm) {
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    let length = |name: &str| decode(text(name)).unwrap_or_default().len();
    let names: Vec<&str> = key.as_object().into_iter().flat_map(Object::iter).map(|(name, _)| name).collect();
    assert!(names.iter().all(|name| ["kty", "crv", "x", "y", "n", "e"].contains(name)), "{names:?}");
    let fits = match algorithm.name() {
        "ES256" => text("kty") == "EC" && text("crv") == "P-256" && length("x") == 32 && length("y") == 32,
        "ES384" => text("kty") == "EC" && text("crv") == "P-384" && length("x") == 48 && length("y") == 48,
        "ES512" => text("kty") == "EC" && text("crv") == "P-521" && length("x") == 66 && length("y") == 66,
        "EdDSA" => text("kty") == "OKP" && text("crv") == "Ed25519" && length("x") == 32,
        _ => text("kty") == "RSA" && length("n") >= 256 && length("e") >= 1,
    };
    assert!(fits, "{} {}", algorithm.name(), key.to_text());
}
