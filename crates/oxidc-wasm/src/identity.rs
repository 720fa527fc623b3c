//! The checks of an ID token by themselves (OpenID Connect Core 1.0 section 3.1.3.7), as a module of its own: for who has a token, keys and no
//! session. It speaks like [`Core`](crate::Core) does, with one task.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::effect::Outcome;
use oxidc_core::error::{Code, Error, Result};
use oxidc_core::login::id_token::{self, Expected};
use oxidc_core::wire::base64url;
use oxidc_core::wire::jose::{Algorithm, Jws, KeySet};
use oxidc_core::wire::json::{Object, Value};

use crate::{effects, outcomes};

/// The only task.
const TASK: u32 = 1;
/// The effect that hashes the access token; those before it verify.
const DIGEST: u32 = 100;

/// A token and what it is checked against.
pub struct Check {
    token: String,
    issuer: String,
    client_id: String,
    trusted_audiences: Vec<String>,
    algorithms: Vec<Algorithm>,
    nonce: Option<String>,
    max_age: Option<i64>,
    tolerance: i64,
    login: bool,
    access_token: Option<String>,
    keys: KeySet,
    /// The keys that may have made the signature.
    candidates: Vec<Value>,
}

impl Check {
    /// Reads the options: `idToken`, `issuer`, `clientId`, `trustedAudiences`, `algorithm`, `nonce`, `maxAge` and `tolerance` in seconds, `login`
    /// (whether the token answers a sign-in: then the nonce is required and the token must be new), `accessToken` (whose hash must be in
    /// the token, if there is one in it) and `jwks`.
    ///
    /// # Errors
    ///
    /// The JSON text of an error when something is missing.
    pub fn new(options: &str, _page: &str, _wall: f64, _monotonic: f64) -> Result<Self, String> {
        Self::read(options).map_err(|error| error.facts().to_text())
    }

    fn read(options: &str) -> Result<Self> {
        let options = Value::parse(options).map_err(|_| Error::new(Code::OptionInvalid))?;
        let needed = |name: &str| options.string(name).ok_or_else(|| Error::new(Code::OptionInvalid).detail(name));
        let algorithm = Algorithm::parse(&needed("algorithm")?).ok_or(Code::AlgorithmRefused)?;
        let jwks = options.get("jwks").cloned().unwrap_or(Value::Null);
        let texts = options.list("trustedAudiences").unwrap_or_default().iter().filter_map(Value::as_str);
        Ok(Self {
            token: needed("idToken")?,
            issuer: needed("issuer")?,
            client_id: needed("clientId")?,
            trusted_audiences: texts.map(String::from).collect(),
            algorithms: alloc::vec![algorithm],
            nonce: options.string("nonce"),
            max_age: options.integer("maxAge"),
            tolerance: options.integer("tolerance").unwrap_or(0),
            login: options.flag("login").unwrap_or(true),
            access_token: options.string("accessToken"),
            keys: KeySet::parse(&jwks).map_err(|_| Error::new(Code::KeysInvalid))?,
            candidates: Vec::new(),
        })
    }

    /// Begins the check, whatever the command; gives back the task and the first effects.
    pub fn start(&mut self, _command: &str, wall: f64, _monotonic: f64) -> String {
        let effect = self.begin(seconds(wall)).unwrap_or_else(|error| effects::finish(0, TASK, Err(error.facts())));
        Value::from(Object::new().with("task", TASK).with("effects", alloc::vec![effect])).to_text()
    }

    /// Answers an effect; gives back the next ones.
    pub fn resume(&mut self, effect: u32, outcome: &str, wall: f64, _monotonic: f64) -> String {
        let next = self
            .advance(effect, &outcomes::read(outcome), seconds(wall))
            .unwrap_or_else(|error| effects::finish(0, TASK, Err(error.facts())));
        Value::from(alloc::vec![next]).to_text()
    }

    /// There is nothing to give up.
    pub fn cancel(&mut self, _task: u32, _wall: f64, _monotonic: f64) -> String {
        String::from("[]")
    }

    fn expected(&self, now: i64) -> Expected<'_> {
        Expected {
            issuer: &self.issuer,
            client_id: &self.client_id,
            trusted_audiences: &self.trusted_audiences,
            algorithms: &self.algorithms,
            nonce: self.nonce.as_deref(),
            max_age: self.max_age,
            now,
            tolerance: self.tolerance,
            login: self.login,
        }
    }

    fn begin(&mut self, now: i64) -> Result<Value> {
        let jws = id_token::parse(&self.token)?;
        let algorithm = id_token::algorithm(&jws, &self.expected(now))?;
        let candidates = self.keys.select(algorithm, jws.header.kid.as_deref());
        let first = candidates.first().ok_or(Code::KeyNotFound)?;
        let effect = verify(0, &jws, algorithm, first);
        self.candidates = candidates;
        Ok(effect)
    }

    fn advance(&self, effect: u32, outcome: &Outcome, now: i64) -> Result<Value> {
        let jws = id_token::parse(&self.token)?;
        let algorithm = id_token::algorithm(&jws, &self.expected(now))?;
        let hash = jws.payload.text("at_hash");
        match outcome {
            Outcome::Flag(true) if effect != DIGEST => {
                id_token::claims(&jws, &self.expected(now))?;
                match (&self.access_token, jws.payload.get("at_hash")) {
                    (Some(access_token), Some(_)) => Ok(digest(algorithm, access_token)),
                    _ => Ok(effects::finish(0, TASK, Ok(jws.payload.clone()))),
                }
            }
            Outcome::Bytes(octets) if effect == DIGEST => match hash.is_some_and(|hash| id_token::access_token_hash(hash, octets)) {
                true => Ok(effects::finish(0, TASK, Ok(jws.payload.clone()))),
                false => Err(Code::IdTokenAccessTokenHash.into()),
            },
            Outcome::Flag(false) => match self.candidates.get(effect as usize + 1) {
                Some(next) => Ok(verify(effect + 1, &jws, algorithm, next)),
                None => Err(Code::IdTokenSignature.into()),
            },
            _ => Err(Error::new(Code::CryptoUnavailable).detail(algorithm.name())),
        }
    }
}

fn verify(id: u32, jws: &Jws<'_>, algorithm: Algorithm, key: &Value) -> Value {
    Object::new()
        .with("id", id)
        .with("do", "verify")
        .with("algorithm", algorithm.name())
        .with("key", key.clone())
        .with("data", base64url::encode(jws.signing_input.as_bytes()))
        .with("signature", base64url::encode(&jws.signature))
        .into()
}

fn digest(algorithm: Algorithm, access_token: &str) -> Value {
    Object::new()
        .with("id", DIGEST)
        .with("do", "digest")
        .with("bits", algorithm.digest_bits())
        .with("data", base64url::encode(access_token.as_bytes()))
        .into()
}

// A clock that says something else than a number says nothing: `as` makes zero of it.
#[allow(clippy::cast_possible_truncation)]
fn seconds(wall: f64) -> i64 {
    (wall as i64).div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use oxidc_core::wire::base64url;

    use super::Check;

    const NOW: f64 = 1_000_000_000.0;
    const OPTIONS: &str =
        r#""issuer":"https://login.example.com","clientId":"app","algorithm":"ES256","tolerance":60,"nonce":"n","accessToken":"a""#;
    const KEY: &str =
        r#"{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    const CLAIMS: &str = r#"{"iss":"https://login.example.com","aud":"app","sub":"alice","iat":1000000,"exp":1000100,"nonce":"n","at_hash":"AAAAAAAAAAAAAAAAAAAAAA"}"#;

    fn check(claims: &str) -> Check {
        let part = |text: &str| base64url::encode(text.as_bytes());
        let token = format!("{}.{}.{}", part(r#"{"alg":"ES256"}"#), part(claims), base64url::encode(&[7; 64]));
        let options = format!(r#"{{"idToken":"{token}",{OPTIONS},"jwks":{{"keys":[{KEY},{KEY}]}}}}"#);
        Check::new(&options, "", NOW, 0.0).unwrap_or_else(|refused| panic!("{refused}"))
    }

    fn answer(check: &mut Check, effect: u32, outcome: &str) -> String {
        check.resume(effect, outcome, NOW, 0.0)
    }

    #[test]
    fn a_token_is_given_out_after_its_signature_and_the_hash_of_its_access_token() {
        let mut check = check(CLAIMS);
        assert!(check.start("", NOW, 0.0).contains(r#""do":"verify""#));
        assert!(answer(&mut check, 0, r#"{"flag":false}"#).contains(r#""id":1,"do":"verify""#));
        assert!(answer(&mut check, 1, r#"{"flag":true}"#).contains(r#""do":"digest","bits":256,"data":"YQ""#));
        let right = format!(r#"{{"bytes":"{}"}}"#, base64url::encode(&[0; 32]));
        assert!(answer(&mut check, 100, &right).contains(r#""ok":{"iss""#));
        let wrong = format!(r#"{{"bytes":"{}"}}"#, base64url::encode(&[1; 32]));
        assert!(answer(&mut check, 100, &wrong).contains("id_token_access_token_hash"));
    }

    #[test]
    fn nothing_is_given_out_that_was_not_verified() {
        for (effect, outcome, code) in [
            (0, r#"{"bytes":"AAAA"}"#, "crypto_unavailable"),
            (0, r#"{"failed":"unsupported"}"#, "crypto_unavailable"),
            (0, "no JSON", "crypto_unavailable"),
            (1, r#"{"flag":false}"#, "id_token_signature"),
            (100, r#"{"flag":true}"#, "crypto_unavailable"),
        ] {
            let mut check = check(CLAIMS);
            check.start("", NOW, 0.0);
            assert!(answer(&mut check, effect, outcome).contains(code), "{outcome}");
        }
    }

    #[test]
    fn the_claims_are_those_of_the_core() {
        let mut check = check(&CLAIMS.replace(r#""aud":"app""#, r#""aud":"other""#));
        check.start("", NOW, 0.0);
        assert!(answer(&mut check, 0, r#"{"flag":true}"#).contains("id_token_audience"));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(Check::new("{}", "", NOW, 0.0).is_err_and(|refused| refused.contains("option_invalid")));
        assert!(Check::new("no JSON", "", NOW, 0.0).is_err());
    }
}
