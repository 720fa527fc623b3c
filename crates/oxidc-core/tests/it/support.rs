//! What several modules need.

use std::path::PathBuf;

use oxidc_core::wire::base64url::encode;
use oxidc_core::wire::json::Value;

/// A file or folder among the vectors of others.
pub(crate) fn vector(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path)
}

/// A JSON document among the vectors of others.
pub(crate) fn document(path: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(vector(path)).unwrap()).unwrap()
}

/// The core's value of a JSON document.
pub(crate) fn value(document: &serde_json::Value) -> Value {
    Value::parse(&document.to_string()).unwrap()
}

/// A token in compact form with a signature of 64 octets, which nobody made.
pub(crate) fn token(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    [encode(header.as_ref()), encode(payload.as_ref()), encode(&[7; 64])].join(".")
}
