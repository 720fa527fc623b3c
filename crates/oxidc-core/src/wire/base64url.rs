//! base64url without padding (RFC 4648 section 5, RFC 7515 section 2), strict.

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};

/// Writes octets as base64url.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(octets)
}

/// Reads base64url. `None` for padding, foreign characters and unused bits that are set.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}
