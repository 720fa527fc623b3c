//! Requests with everything that the extended features add: the client's authentication, and proofs of possession of the
//! key that tokens are bound to (RFC 9449). Every attempt has a proof of its own; a nonce or a corrected clock is tried once.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use super::answer::failed;
use super::base64url;
use super::dpop::{self, Claims, PublicKey, htu, is_nonce};
use super::form::Form;
use super::http::{Request, Response, is_json};
use super::jose::{Algorithm, sign};
use super::json::{Object, Value};
use crate::client::Context;
use crate::command::FetchOptions;
use crate::config::extended::Dpop;
use crate::config::provider::Metadata;
use crate::effect::{Effect, Outcome, Signing};
use crate::error::{Code, Error, Result};
use crate::login::exchange::{LIMIT, post as to};
use crate::secret::Secret;
use crate::session::{self, challenge};

pub(crate) use super::client_auth::authenticated;
pub(crate) use crate::session::userinfo_jwt::signed_userinfo;

/// A difference of clocks below this explains no refused proof, in seconds.
const NOT_THE_CLOCK: i64 = 5;

/// What is kept between requests.
#[derive(Default)]
pub(crate) struct State {
    /// The last nonce of each origin (RFC 9449 section 8).
    nonces: RefCell<Vec<(String, String)>>,
    /// How far the servers' clocks are before this device's, in seconds.
    skew: Cell<i64>,
    /// Public keys by name.
    keys: RefCell<Vec<(String, PublicKey)>>,
}

/// What tokens are bound to: a key of the platform, or nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding(Option<Bound>);

#[derive(Clone, Debug)]
struct Bound {
    /// The key's name in the shell.
    key: String,
    /// `jkt` (RFC 9449 section 6).
    thumbprint: String,
    /// A bound token came: from now on there are no others.
    settled: bool,
}

impl Binding {
    /// Makes the key of a sign-in, if there is to be one. Its name is as unique as the `state`.
    pub(crate) async fn make(cx: &Context, metadata: &Metadata, state: &str) -> Result<Self> {
        let supported = metadata.offers("dpop_signing_alg_values_supported", Algorithm::Es256.name());
        match cx.config.extended.dpop {
            Dpop::Off => return Ok(Self::default()),
            Dpop::Optional if !supported => return Ok(Self::default()),
            Dpop::Required if !supported => return Err(Code::DpopUnsupported.into()),
            _ => (),
        }
        let name = String::from("oxidc:dpop:") + state;
        let key = find(cx, &name, true).await?.ok_or(Code::CryptoUnavailable)?;
        let thumbprint = thumbprint(cx, &key).await?;
        Ok(Self(Some(Bound { key: name, thumbprint, settled: false })))
    }

    pub(crate) fn thumbprint(&self) -> Option<&str> {
        self.0.as_ref().map(|bound| bound.thumbprint.as_str())
    }

    pub(crate) fn to_value(&self) -> Option<Value> {
        let bound = self.0.as_ref()?;
        let value = Object::new().with("key", bound.key.as_str()).with("jkt", bound.thumbprint.as_str());
        Some(value.with("settled", bound.settled).into())
    }

    pub(crate) fn from_value(value: Option<&Value>) -> Self {
        let text = |name: &str| value?.get(name)?.as_str().map(String::from);
        let settled = value.and_then(|value| value.get("settled")?.as_bool()).unwrap_or(false);
        Self(text("key").zip(text("jkt")).map(|(key, thumbprint)| Bound { key, thumbprint, settled }))
    }

    /// Whether there is a key.
    pub(crate) fn is_bound(&self) -> bool {
        self.0.is_some()
    }

    /// The type of a token that came: one that can be used. A token that is bound to nothing is a downgrade (RFC 9449
    /// section 5) unless the application left it open.
    pub(crate) fn accept(&self, cx: &Context, token_type: &str) -> Result<&'static str> {
        let is = |name: &str| token_type.eq_ignore_ascii_case(name);
        let settled = self.0.as_ref().is_some_and(|bound| bound.settled);
        match (self.is_bound(), cx.config.extended.dpop) {
            (true, _) if is("dpop") => Ok("DPoP"),
            (_, Dpop::Optional) | (false, Dpop::Off) if is("bearer") && !settled => Ok("Bearer"),
            _ if is("bearer") => Err(Code::DpopDowngrade.into()),
            _ => Err(Error::new(Code::TokenTypeUnsupported).detail(token_type)),
        }
    }

    /// What the tokens of an answer turn out to be bound to.
    pub(crate) fn settle(self, cx: &Context, token_type: &str) -> Self {
        if token_type == "DPoP" {
            return Self(self.0.map(|bound| Bound { settled: true, ..bound }));
        }
        self.forget(cx);
        Self::default()
    }

    /// Sees to it that the key is there before anything is sent that cannot succeed without it. Tokens whose key is gone are of
    /// no use, so their session ends.
    pub(crate) async fn check(&self, cx: &Rc<Context>) -> Result<()> {
        if !self.is_bound() && cx.config.extended.dpop == Dpop::Required {
            // The session began before the application required this.
            if let Some(record) = cx.sessions.record() {
                session::end(cx, &record, "key_lost").await;
            }
            return Err(Code::KeyLost.into());
        }
        self.key(cx).await.map(drop)
    }

    /// Deletes the key.
    pub(crate) fn forget(&self, cx: &Context) {
        if let Some(bound) = &self.0 {
            cx.sender.keys.borrow_mut().retain(|(name, _)| *name != bound.key);
            cx.shell.tell(Effect::Signing(Signing::Forget { name: bound.key.clone() }));
        }
    }

    async fn key(&self, cx: &Rc<Context>) -> Result<Option<(&str, PublicKey)>> {
        let Some(bound) = &self.0 else { return Ok(None) };
        let known = cx.sender.keys.borrow().iter().find(|(name, _)| *name == bound.key).map(|(_, key)| key.clone());
        if let Some(key) = known {
            return Ok(Some((&bound.key, key)));
        }
        if let Some(key) = find(cx, &bound.key, false).await?
            && thumbprint(cx, &key).await? == bound.thumbprint
        {
            cx.sender.keys.borrow_mut().push((bound.key.clone(), key.clone()));
            return Ok(Some((&bound.key, key)));
        }
        Err(self.lost(cx, bound).await)
    }

    async fn lost(&self, cx: &Rc<Context>, bound: &Bound) -> Error {
        let bound_so = |record: &Rc<session::record::Record>| record.binding.0.as_ref().is_some_and(|b| b.key == bound.key);
        if let Some(record) = cx.sessions.record().filter(bound_so) {
            session::end(cx, &record, "key_lost").await;
        } else {
            self.forget(cx);
        }
        Code::KeyLost.into()
    }

    /// A proof for one request (RFC 9449 section 4), where there is a key.
    async fn proof(&self, cx: &Rc<Context>, method: &str, url: &str, access_token: Option<&Secret>) -> Result<Option<String>> {
        let Some((name, key)) = self.key(cx).await? else { return Ok(None) };
        let htu = htu(url).ok_or_else(|| Error::new(Code::OptionInvalid).detail("url"))?;
        let jti = base64url::encode(&cx.random(16).await?);
        let ath = match access_token {
            Some(token) => Some(base64url::encode(&cx.digest(256, token.expose().as_bytes()).await?)),
            None => None,
        };
        let nonce = nonce_of(cx, &htu);
        let iat = cx.seconds().saturating_add(cx.sender.skew.get());
        let claims = Claims { jti: &jti, htm: method, htu: &htu, iat, ath: ath.as_deref(), nonce: nonce.as_deref() };
        match sign(cx, &dpop::header(&key), &claims.to_value(), name, Algorithm::Es256).await {
            Ok(proof) => Ok(Some(proof)),
            Err(error) => {
                // The key may have been deleted since it was found; the next proof looks for it anew.
                cx.sender.keys.borrow_mut().retain(|(known, _)| known != name);
                Err(error)
            }
        }
    }
}

async fn find(cx: &Context, name: &str, make: bool) -> Result<Option<PublicKey>> {
    match cx.shell.perform(Effect::Signing(Signing::Key { name: name.into(), make })).await {
        // A key of another kind is not the one that was made.
        Outcome::Record(jwk) => Ok(jwk.as_deref().and_then(PublicKey::parse)),
        Outcome::Failed { detail, .. } => Err(Error::new(Code::CryptoUnavailable).detail(detail)),
        _ => Err(Code::CryptoUnavailable.into()),
    }
}

async fn thumbprint(cx: &Context, key: &PublicKey) -> Result<String> {
    Ok(base64url::encode(&cx.digest(256, key.thumbprint_input().as_bytes()).await?))
}

fn origin_of(url: &str) -> String {
    let (scheme, rest) = super::url::cut(url, b':');
    let (authority, _) = super::url::cut(rest.and_then(|rest| rest.strip_prefix("//")).unwrap_or(""), b'/');
    super::text(&[scheme, "://", authority])
}

fn nonce_of(cx: &Context, htu: &str) -> Option<String> {
    let origin = origin_of(htu);
    cx.sender.nonces.borrow().iter().find(|(of, _)| *of == origin).map(|(_, nonce)| nonce.clone())
}

/// Keeps the nonce of an answer, whatever its status (RFC 9449 section 8.2). Whether there was one.
fn note(cx: &Context, url: &str, response: &Response) -> bool {
    let (Some(nonce), Some(htu)) = (response.dpop_nonce.as_deref().filter(|nonce| is_nonce(nonce)), htu(url)) else { return false };
    let origin = origin_of(&htu);
    let mut nonces = cx.sender.nonces.borrow_mut();
    nonces.retain(|(of, _)| *of != origin);
    nonces.push((origin, nonce.into()));
    true
}

/// What a server that does not take a proof wants instead.
#[derive(PartialEq)]
enum Wants {
    Nonce,
    OtherProof,
}

/// The trouble with a proof, as an endpoint that speaks OAuth tells it, or one that is protected (RFC 9449 sections 7.1, 8 and 9).
fn trouble(response: &Response) -> Option<Wants> {
    let word = |error: &str| match error {
        "use_dpop_nonce" => Some(Wants::Nonce),
        "invalid_dpop_proof" => Some(Wants::OtherProof),
        _ => None,
    };
    let in_body = is_json(response.content_type.as_deref()).then(|| Value::parse(&response.body).ok()).flatten();
    if let Some(error) = in_body.as_ref().and_then(|body| body.get("error")?.as_str()) {
        return word(error);
    }
    let challenges = challenge::parse(response.www_authenticate.as_deref()?)?;
    challenges.iter().filter(|challenge| challenge.scheme == "dpop").find_map(|challenge| word(challenge.get("error")?))
}

/// What was tried already for one request.
#[derive(Default)]
struct Tried {
    nonce: bool,
    clock: bool,
}

impl Tried {
    /// Whether the request is to be sent once more, with a new proof.
    fn again(&mut self, cx: &Context, url: &str, response: &Response) -> Result<bool> {
        let fresh = note(cx, url, response);
        match trouble(response) {
            None => Ok(false),
            Some(Wants::Nonce) if self.nonce => Err(Code::DpopNonceLoop.into()),
            Some(Wants::Nonce) if !fresh => Err(Code::DpopNonceMissing.into()),
            Some(Wants::Nonce) => {
                self.nonce = true;
                Ok(true)
            }
            Some(Wants::OtherProof) if self.clock => Err(Code::ClockSkew.into()),
            Some(Wants::OtherProof) => {
                let here = cx.seconds().saturating_add(cx.sender.skew.get());
                let there = response.date.as_deref().and_then(super::answer::http_date);
                match there.map(|there| there - here).filter(|difference| difference.abs() > NOT_THE_CLOCK) {
                    Some(difference) => {
                        cx.sender.skew.set(cx.sender.skew.get().saturating_add(difference));
                        self.clock = true;
                        Ok(true)
                    }
                    None => Err(Code::DpopProofRefused.into()),
                }
            }
        }
    }
}

/// The scheme of the challenges that are about our token.
pub(crate) fn scheme(cx: &Context) -> &'static str {
    if cx.sessions.record().is_some_and(|record| record.binding.is_bound()) { "dpop" } else { "bearer" }
}

/// Sends a form to an endpoint of the provider, with a time limit in milliseconds.
pub(crate) async fn post(cx: &Rc<Context>, endpoint: &str, form: Form, binding: &Binding, timeout: u32) -> Result<Outcome> {
    let mut tried = Tried::default();
    loop {
        let (form, authorization) = authenticated(cx, form.clone()).await?;
        let mut request = Request { timeout, ..to(cx, endpoint, form) };
        request.headers.extend(authorization.map(|value| ("authorization", value)));
        request.headers.extend(binding.proof(cx, "POST", endpoint, None).await?.map(|proof| ("dpop", proof)));
        let outcome = cx.shell.perform(Effect::Http(request)).await;
        match &outcome {
            Outcome::Http(response) if binding.is_bound() && tried.again(cx, endpoint, response)? => (),
            _ => return Ok(outcome),
        }
    }
}

/// Reads from an endpoint of the provider with an access token.
pub(crate) async fn get(cx: &Rc<Context>, endpoint: &str, access_token: &Secret, binding: &Binding) -> Result<Outcome> {
    let mut tried = Tried::default();
    loop {
        let scheme = if binding.is_bound() { "DPoP " } else { "Bearer " };
        let accept = if cx.config.extended.signed_userinfo { "application/jwt" } else { "application/json" };
        let headers = alloc::vec![("accept", accept.into()), ("authorization", String::from(scheme) + access_token.expose())];
        let (url, timeout) = (endpoint.into(), cx.config.request_timeout);
        let mut request = Request { method: "GET", url, headers, body: None, timeout, limit: LIMIT };
        request.headers.extend(binding.proof(cx, "GET", endpoint, Some(access_token)).await?.map(|proof| ("dpop", proof)));
        let outcome = cx.shell.perform(Effect::Http(request)).await;
        match &outcome {
            Outcome::Http(response) if binding.is_bound() && tried.again(cx, endpoint, response)? => (),
            _ => return Ok(outcome),
        }
    }
}

/// Sends the application's own request. An API that wants a nonce is asked once more, where the request can be sent again; else
/// its answer is the application's.
pub(crate) async fn send(cx: &Rc<Context>, request: &FetchOptions, token: Option<&Secret>) -> Result<Response> {
    let binding = match (token, cx.sessions.record()) {
        (Some(_), Some(record)) => record.binding.clone(),
        _ => Binding::default(),
    };
    let mut tried = Tried::default();
    loop {
        let scheme = if binding.is_bound() { "DPoP " } else { "Bearer " };
        let authorization = token.map(|token| Secret::from(String::from(scheme) + token.expose()));
        let dpop = binding.proof(cx, &request.method, &request.url, token).await?;
        match cx.shell.perform(Effect::Send { task: cx.shell.current(), authorization, dpop }).await {
            Outcome::Http(response) if binding.is_bound() => {
                let again = tried.again(cx, &request.url, &response).unwrap_or(false);
                if !again || !request.replayable || response.status != 401 {
                    return Ok(response);
                }
            }
            Outcome::Http(response) => return Ok(response),
            other => return Err(failed(other)),
        }
    }
}
