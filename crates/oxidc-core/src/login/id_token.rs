//! The checks of an ID token that need nothing but the token (OpenID Connect Core 1.0 section 3.1.3.7), in the order
//! of the specification. The signature is verified in between, in `verify`.

use alloc::string::String;

use crate::error::{Code, Error, Result, printable};
use crate::secret::same;
use crate::wire::jose::{Algorithm, Jws, JwsError};
use crate::wire::json::Value;
use crate::wire::{base64url, decimal, text as words};

/// How long before a sign-in's answer its token may have been issued, in seconds.
const WINDOW: i64 = 600;

/// What a token is checked against.
pub struct Expected<'a> {
    /// The issuer, as it was discovered or described.
    pub issuer: &'a str,
    /// This client.
    pub client_id: &'a str,
    /// Further audiences that the token may name.
    pub trusted_audiences: &'a [String],
    /// The algorithms that are accepted.
    pub algorithms: &'a [Algorithm],
    /// The nonce of the sign-in.
    pub nonce: Option<&'a str>,
    /// The oldest acceptable authentication, in seconds.
    pub max_age: Option<i64>,
    /// Seconds since 1970.
    pub now: i64,
    /// Slack for all times, in seconds.
    pub tolerance: i64,
    /// Whether the token comes from a sign-in: then the nonce is required and the token must be new. A token from a
    /// refresh may leave the nonce out (section 12.2).
    pub login: bool,
}

/// Reads a token's shape. Step 1: what is encrypted was not agreed upon.
///
/// # Errors
///
/// [`Code::IdTokenEncrypted`] or [`Code::IdTokenMalformed`].
pub fn parse(token: &str) -> Result<Jws<'_>> {
    Jws::parse(token).map_err(|error| match error {
        JwsError::Encrypted => Code::IdTokenEncrypted.into(),
        JwsError::TooLong => Error::new(Code::IdTokenMalformed).detail("longer than 64 KiB"),
        JwsError::Critical => Error::new(Code::IdTokenMalformed).detail("crit"),
        JwsError::NotThreeParts | JwsError::Malformed => Code::IdTokenMalformed.into(),
    })
}

/// The algorithm of the signature. Steps 7 and 8: it is one of those that are accepted; symmetric ones never are.
///
/// # Errors
///
/// [`Code::IdTokenType`] or [`Code::IdTokenAlgorithm`].
pub fn algorithm(jws: &Jws<'_>, expected: &Expected<'_>) -> Result<Algorithm> {
    // RFC 8725 section 3.11: a JWT of another kind is no ID token.
    if let Some(typ) = &jws.header.typ
        && !["JWT", "application/jwt"].iter().any(|kind| typ.eq_ignore_ascii_case(kind))
    {
        return Err(Error::new(Code::IdTokenType).detail(printable(typ, 64)));
    }
    let accepted = Algorithm::parse(&jws.header.alg).filter(|a| expected.algorithms.contains(a));
    let good_size = |a: &Algorithm| a.signature_octets().map_or(!jws.signature.is_empty(), |octets| octets == jws.signature.len());
    let algorithm = accepted.ok_or_else(|| Error::new(Code::IdTokenAlgorithm).detail(printable(&jws.header.alg, 64)))?;
    if good_size(&algorithm) { Ok(algorithm) } else { Err(Code::IdTokenSignature.into()) }
}

/// Checks the claims of a token whose signature is good.
///
/// # Errors
///
/// One code for each step.
pub fn claims(jws: &Jws<'_>, expected: &Expected<'_>) -> Result<()> {
    let claim = |name: &str| jws.payload.get(name);
    let text = |name: &str| claim(name).and_then(Value::as_str);

    // Step 2: issued by whom we asked, character by character.
    if text("iss") != Some(expected.issuer) {
        let named = text("iss").unwrap_or("missing");
        return Err(Error::new(Code::IdTokenIssuer).detail(words(&["expected \"", expected.issuer, "\", got \"", named, "\""])));
    }
    audience(jws, expected)?;

    // Section 2: the subject.
    if !text("sub").is_some_and(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii()) {
        return Err(Code::IdTokenSubject.into());
    }
    times(jws, expected)?;

    // Step 11: the nonce of this sign-in, and none where none was sent.
    let nonce = match claim("nonce") {
        None => None,
        Some(nonce) => Some(nonce.as_str().ok_or(Code::IdTokenNonce)?),
    };
    let belongs = match (expected.nonce, nonce) {
        (Some(sent), Some(got)) => same(sent, got),
        (Some(_), None) => !expected.login,
        (None, got) => got.is_none(),
    };
    if belongs { Ok(()) } else { Err(Code::IdTokenNonce.into()) }
}

/// Steps 3 to 5: issued for us, and for nobody whom we do not trust.
fn audience(jws: &Jws<'_>, expected: &Expected<'_>) -> Result<()> {
    let refused = || Error::new(Code::IdTokenAudience);
    let audiences: &[Value] = match jws.payload.get("aud") {
        Some(one @ Value::String(_)) => core::slice::from_ref(one),
        Some(Value::Array(several)) => several,
        _ => return Err(refused().detail("missing")),
    };
    let is_us = |audience: &Value| audience.as_str() == Some(expected.client_id);
    let is_trusted = |audience: &Value| audience.as_str().is_some_and(|a| expected.trusted_audiences.iter().any(|t| t == a));
    if !audiences.iter().any(is_us) {
        return Err(refused().detail(words(&["this client is \"", expected.client_id, "\""])));
    }
    if let Some(stranger) = audiences.iter().find(|audience| !is_us(audience) && !is_trusted(audience)) {
        return Err(refused().detail(words(&["also for ", &stranger.to_text()])));
    }
    match jws.payload.get("azp") {
        Some(party) if is_us(party) => Ok(()),
        None if audiences.len() == 1 => Ok(()),
        _ => Err(Code::IdTokenAuthorizedParty.into()),
    }
}

/// Steps 9, 10 and 13. One tolerance governs all times.
fn times(jws: &Jws<'_>, expected: &Expected<'_>) -> Result<()> {
    let (now, tolerance) = (expected.now, expected.tolerance);
    let time = |name: &str, code: Code| match jws.payload.get(name) {
        None => Ok(None),
        Some(value) => value.as_integer().filter(|at| *at >= 0).map(Some).ok_or_else(|| Error::new(code).detail("not a time")),
    };
    let at = |at: i64| words(&["this device's clock says ", &decimal(now), ", the token says ", &decimal(at)]);
    let in_the_future = |at: i64| at > now.saturating_add(tolerance);

    let expires = time("exp", Code::IdTokenExpired)?.ok_or(Code::IdTokenExpired)?;
    if expires <= now.saturating_sub(tolerance) {
        return Err(Error::new(Code::IdTokenExpired).detail(at(expires)));
    }
    let issued = time("iat", Code::IdTokenIssuedAt)?.ok_or(Code::IdTokenIssuedAt)?;
    if in_the_future(issued) || (expected.login && issued < now.saturating_sub(WINDOW).saturating_sub(tolerance)) {
        return Err(Error::new(Code::IdTokenIssuedAt).detail(at(issued)));
    }
    if let Some(not_before) = time("nbf", Code::IdTokenNotBefore)?.filter(|at| in_the_future(*at)) {
        return Err(Error::new(Code::IdTokenNotBefore).detail(at(not_before)));
    }
    let authenticated = time("auth_time", Code::IdTokenAuthTime)?;
    if let Some(authenticated) = authenticated.filter(|at| in_the_future(*at)) {
        return Err(Error::new(Code::IdTokenAuthTime).detail(at(authenticated)));
    }
    match (expected.max_age, authenticated) {
        (Some(_), None) => Err(Error::new(Code::IdTokenAuthTime).detail("missing")),
        (Some(age), Some(authenticated)) if authenticated.saturating_add(age) < now.saturating_sub(tolerance) => {
            Err(Error::new(Code::IdTokenAuthTime).detail(at(authenticated)))
        }
        _ => Ok(()),
    }
}

/// Whether `at_hash` is that of an access token (section 3.1.3.8): the left half of the token's hash.
#[must_use]
pub fn access_token_hash(claim: &str, digest: &[u8]) -> bool {
    let (half, _) = digest.split_at(digest.len() / 2);
    same(claim, &base64url::encode(half))
}
