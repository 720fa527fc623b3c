//! A token that is read consists of what was read. The text is a token, or header, payload and signature in three lines.

use oxidc_core::wire::base64url::{decode, encode};
use oxidc_core::wire::jose::Jws;

/// Runs the target.
pub fn check(text: &str) {
    check_one(text);
    let encoded: Vec<String> = text.splitn(3, '\n').map(|part| encode(part.as_bytes())).collect();
    check_one(&encoded.join("."));
}

fn check_one(text: &str) {
    let Ok(jws) = Jws::parse(text) else { return };
    assert_eq!(format!("{}.{}", jws.signing_input, encode(&jws.signature)), text);
    let parts: Vec<Vec<u8>> = jws.signing_input.split('.').map(|part| decode(part).unwrap_or_default()).collect();
    let [header, payload] = parts.as_slice() else { panic!("{text}") };
    let read = |part: &[u8]| serde_json::from_slice::<serde_json::Value>(part);
    // A number that no double holds is refused by serde_json only.
    let Ok(header) = read(header) else { return };
    assert_eq!(header["alg"], *jws.header.alg);
    assert_eq!(header.get("kid").and_then(|kid| kid.as_str()), jws.header.kid.as_deref());
    assert_eq!(header.get("typ").and_then(|typ| typ.as_str()), jws.header.typ.as_deref());
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    if let Ok(payload) = read(payload) {
        assert_eq!(serde_json::from_str::<serde_json::Value>(&jws.payload.to_text()).ok(), Some(payload));
    }
}
