//! What is decoded is encoded as the same text.

use oxidc_core::wire::base64url::{decode, encode};

/// Runs the target.
pub fn check(text: &str) {
    if let Some(octets) = decode(text) {
        assert_eq!(encode(&octets), text);
    }
    assert_eq!(decode(&encode(text.as_bytes())).as_deref(), Some(text.as_bytes()));
}
