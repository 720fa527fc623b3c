//! The keys of an issuer, each parsed once for each algorithm that it may be used with.

use aws_lc_rs::signature::ParsedPublicKey;
use oxidc_core::error::{Code, Result};
use oxidc_core::wire::jose::{Algorithm, Jws, KeySet};
use oxidc_core::wire::json::Value;

use crate::key;

/// The keys of an issuer, ready to verify.
///
/// Which of them may have made a signature is the core's choice ([`KeySet::select`]); it is made here, once for each pair of
/// algorithm and `kid`, and looked up for each token. Make a new value when the issuer's key set changes.
#[derive(Debug)]
pub struct Keys(Vec<Choice>);

#[derive(Debug)]
struct Choice {
    algorithm: Algorithm,
    kid: Option<String>,
    keys: Vec<ParsedPublicKey>,
}

impl Keys {
    /// Parses the keys of a set. Those that the library refuses are left out.
    #[must_use]
    pub fn new(set: &KeySet) -> Self {
        let document = set.to_value();
        let mut kids: Vec<Option<&str>> = vec![None];
        for jwk in document.get("keys").and_then(Value::as_array).unwrap_or_default() {
            let kid = jwk.get("kid").and_then(Value::as_str);
            if !kids.contains(&kid) {
                kids.push(kid);
            }
        }
        let mut choices = Vec::new();
        for algorithm in Algorithm::ALL.iter().copied() {
            for kid in &kids {
                let keys: Vec<_> = set.select(algorithm, *kid).iter().filter_map(|jwk| key::parse(jwk, algorithm)).collect();
                if !keys.is_empty() {
                    choices.push(Choice { algorithm, kid: kid.map(String::from), keys });
                }
            }
        }
        Self(choices)
    }

    /// Verifies the signature of a token with the keys that may have made it.
    ///
    /// # Errors
    ///
    /// [`Code::KeyNotFound`] where none may have: fetch the key set again, but not more often than once a minute, since anybody can
    /// write such a token. [`Code::IdTokenSignature`] when it is not theirs.
    pub fn verify(&self, jws: &Jws<'_>, algorithm: Algorithm) -> Result<()> {
        let kid = jws.header.kid.as_deref();
        let choice = self.0.iter().find(|choice| choice.algorithm == algorithm && choice.kid.as_deref() == kid);
        let keys = &choice.ok_or(Code::KeyNotFound)?.keys;
        let good = |key: &ParsedPublicKey| key.verify_sig(jws.signing_input.as_bytes(), &jws.signature).is_ok();
        if keys.iter().any(good) { Ok(()) } else { Err(Code::IdTokenSignature.into()) }
    }
}
