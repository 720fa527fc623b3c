//! The checks of an ID token that need the outside: keys and signature, and the hash of the access token. The rest is
//! in [`id_token`](super::id_token).

use alloc::rc::Rc;

use super::id_token::{self, Expected};
use crate::client::Context;
use crate::config::keys;
use crate::effect::{Effect, Outcome};
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::wire::jose::{Algorithm, Jws};
use crate::wire::json::{Object, Value};

/// What this token is checked against beside the configuration.
pub(crate) struct Checks<'a> {
    /// The nonce of the sign-in.
    pub(crate) nonce: Option<&'a str>,
    /// Seconds.
    pub(crate) max_age: Option<i64>,
    /// Whether it comes from a sign-in, not from a refresh.
    pub(crate) login: bool,
    /// The access token that came with it.
    pub(crate) access_token: Option<&'a Secret>,
}

/// Checks an ID token (OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8) and gives out its claims.
pub(crate) async fn id_token(cx: &Rc<Context>, token: &str, checks: Checks<'_>) -> Result<Object> {
    let jws = id_token::parse(token)?;
    // A refresh comes straight from the provider: its token is held against its own time of issue, not against a clock of this
    // device that may have been put right or wrong since the sign-in.
    let issued = jws.payload.integer("iat").filter(|_| !checks.login);
    let expected = Expected {
        issuer: cx.config.issuer.as_str(),
        client_id: &cx.config.client_id,
        trusted_audiences: &cx.config.trusted_audiences,
        algorithms: &cx.config.algorithms,
        nonce: checks.nonce,
        max_age: checks.max_age,
        now: issued.unwrap_or_else(|| cx.seconds()),
        tolerance: cx.config.tolerance,
        login: checks.login,
    };
    let algorithm = id_token::algorithm(&jws, &expected)?;
    signature(cx, &jws, algorithm, Code::IdTokenSignature).await?;
    id_token::claims(&jws, &expected)?;
    let claims = jws.payload.as_object().cloned().unwrap_or_default();
    match (claims.get("at_hash"), checks.access_token) {
        (None | Some(Value::Null), _) | (_, None) => (),
        (Some(hash), Some(access_token)) => {
            let digest = cx.digest(algorithm.digest_bits(), access_token.expose().as_bytes()).await?;
            if !hash.as_str().is_some_and(|hash| id_token::access_token_hash(hash, &digest)) {
                return Err(Code::IdTokenAccessTokenHash.into());
            }
        }
    }
    Ok(claims)
}

/// Whether the check of an ID token can do without a request: its keys are here, or it is wrong anyway.
pub(crate) fn has_keys(cx: &Context, token: &str) -> bool {
    let Ok(jws) = id_token::parse(token) else { return true };
    let Some(algorithm) = Algorithm::parse(&jws.header.alg) else { return true };
    keys::known(cx, |keys| !keys.select(algorithm, jws.header.kid.as_deref()).is_empty()).unwrap_or(false)
}

/// Verifies a signature of the provider; `wrong` where no key of it made that.
pub(crate) async fn signature(cx: &Rc<Context>, jws: &Jws<'_>, algorithm: Algorithm, wrong: Code) -> Result<()> {
    let mut verdict = Err(wrong.into());
    for key in keys::candidates(cx, algorithm, jws.header.kid.as_deref()).await? {
        let verify = Effect::Verify { algorithm, key, data: jws.signing_input.as_bytes().into(), signature: jws.signature.clone() };
        match cx.shell.perform(verify).await {
            Outcome::Flag(true) => {
                verdict = Ok(());
                break;
            }
            Outcome::Flag(false) => (),
            _ => verdict = Err(Error::new(Code::CryptoUnavailable).detail(algorithm.name())),
        }
    }
    verdict
}
