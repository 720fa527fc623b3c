//! Key sets (RFC 7517) and the choice of a key.

use alloc::vec::Vec;

use super::Algorithm;
use crate::wire::base64url;
use crate::wire::json::{Object, Value};

/// The largest set.
const MOST: usize = 100;
/// How many keys are tried for a token that names none.
const MOST_CANDIDATES: usize = 4;
/// The shortest RSA modulus, in bits (RFC 7518 section 3.3).
const RSA_BITS: usize = 2_048;
/// Members that only a private or symmetric key has.
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Members that matter.
const MEMBERS: &[&str] = &["kty", "crv", "x", "y", "n", "e", "kid", "use", "key_ops", "alg"];

/// The public keys of an issuer. Entries that cannot verify anything are left out.
#[derive(Clone, Debug)]
pub struct KeySet(Vec<Value>);

/// The document is no key set, or too large a one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySetError;

impl core::fmt::Display for KeySetError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("no key set, or one of more than 100 keys")
    }
}

impl core::error::Error for KeySetError {}

impl KeySet {
    /// Reads a key set.
    ///
    /// # Errors
    ///
    /// When `keys` is missing, is no list, is empty or has more than 100 entries.
    pub fn parse(document: &Value) -> Result<Self, KeySetError> {
        let keys = document.list("keys").ok_or(KeySetError)?;
        if keys.is_empty() || keys.len() > MOST {
            return Err(KeySetError);
        }
        let mut public = Vec::new();
        for key in keys {
            if let Some(key) = key.as_object()
                && PRIVATE.iter().all(|name| key.get(name).is_none())
            {
                public.push(reduced(key, MEMBERS));
            }
        }
        Ok(Self(public))
    }

    /// The keys that may have made a signature. One that names its key by a `kid` has at most one.
    #[must_use]
    pub fn select(&self, algorithm: Algorithm, kid: Option<&str>) -> Vec<Value> {
        let mut fitting = Vec::new();
        for key in &self.0 {
            if (kid.is_none() || key.text("kid") == kid)
                && fits(key, algorithm)
                && let Some(key) = key.as_object()
            {
                fitting.push(reduced(key, &["kty", "crv", "x", "y", "n", "e"]));
            }
        }
        let most = if kid.is_some() { 1 } else { MOST_CANDIDATES };
        if fitting.len() > most { Vec::new() } else { fitting }
    }

    /// The set as a document, for the cache.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Object::new().with("keys", self.0.clone()).into()
    }
}

fn reduced(key: &Object, names: &[&str]) -> Value {
    key.only(names).into()
}

/// RFC 8725 section 3.1: a key is used with the one algorithm that it is for.
fn fits(key: &Value, algorithm: Algorithm) -> bool {
    let text = |name: &str| key.text(name);
    let (kty, curve) = algorithm.key();
    let may_verify = key.get("use").is_none_or(|usage| usage.as_str() == Some("sig"))
        && key.get("alg").is_none_or(|alg| alg.as_str().and_then(Algorithm::parse) == Some(algorithm))
        && key.get("key_ops").is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op.as_str() == Some("verify"))));
    if !may_verify || text("kty") != Some(kty) {
        return false;
    }
    match curve {
        Some((name, octets)) => {
            let coordinate = |name| text(name).and_then(base64url::decode).is_some_and(|c| c.len() == octets);
            text("crv") == Some(name) && coordinate("x") && (kty == "OKP" || coordinate("y"))
        }
        None => text("n").and_then(base64url::decode).is_some_and(|n| bits(&n) >= RSA_BITS) && text("e").is_some_and(is_exponent),
    }
}

fn bits(number: &[u8]) -> usize {
    let mut bits = 0;
    for octet in number {
        bits += if bits > 0 { 8 } else { 8 - octet.leading_zeros() as usize };
    }
    bits
}

/// Odd and greater than one.
fn is_exponent(text: &str) -> bool {
    base64url::decode(text).is_some_and(|e| e.last().is_some_and(|last| last % 2 == 1) && bits(&e) > 1)
}
