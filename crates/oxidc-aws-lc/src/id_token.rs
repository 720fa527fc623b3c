//! A whole check of an ID token, in the order of the core.

use oxidc_core::error::{Code, Result};
use oxidc_core::login::id_token::{Expected, access_token_hash, algorithm, claims, parse};
use oxidc_core::wire::json::{Object, Value};

use crate::Keys;
use crate::shell::digest;

/// Checks an ID token (OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8) and gives out its claims.
///
/// `access_token` is the one that came with it: where the token has an `at_hash`, it must be that one's. Without an access token,
/// `at_hash` is not looked at.
///
/// # Errors
///
/// One code for each distinct wrong thing; [`Code::KeyNotFound`] may mean that the issuer has new keys.
pub fn id_token(token: &str, keys: &Keys, expected: &Expected<'_>, access_token: Option<&str>) -> Result<Object> {
    let jws = parse(token)?;
    let algorithm = algorithm(&jws, expected)?;
    keys.verify(&jws, algorithm)?;
    claims(&jws, expected)?;
    let Value::Object(claims) = jws.payload else { return Err(Code::IdTokenMalformed.into()) };
    if let (Some(access_token), Some(hash)) = (access_token, claims.get("at_hash").filter(|hash| **hash != Value::Null)) {
        let digest = digest(algorithm.digest_bits(), access_token.as_bytes());
        if !hash.as_str().is_some_and(|hash| access_token_hash(hash, digest.as_ref())) {
            return Err(Code::IdTokenAccessTokenHash.into());
        }
    }
    Ok(claims)
}
