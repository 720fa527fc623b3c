//! A shell in one thread: storage in maps, keys that sign with a mark, hashes that are real, and a provider that is a function.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use oxidc_core::command::{Command, FetchOptions, SignInOptions};
use oxidc_core::config::client::ClientConfig;
use oxidc_core::effect::{Area, Effect, EffectId, Event, Failure, Now, Outcome, Signing};
use oxidc_core::error::{Code, Error};
use oxidc_core::operations::Operation;
use oxidc_core::wire::base64url;
use oxidc_core::wire::form;
use oxidc_core::wire::http::{Request, Response};
use oxidc_core::wire::json::{Object, Value};
use oxidc_core::{Client, Page};
use sha2::{Digest, Sha256, Sha512};

pub const ISSUER: &str = "https://login.example.com";
pub const APP: &str = "https://app.example.com";
pub const TOKEN: &str = "https://login.example.com/token";

/// A request as it was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<(String, String)>,
}

impl Sent {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.body.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Header and payload of its proof.
    pub fn proof(&self) -> Option<(Value, Value)> {
        self.header("dpop").map(decoded)
    }
}

/// Header and payload of a JWT.
pub fn decoded(token: &str) -> (Value, Value) {
    let part =
        |at: usize| Value::parse(&String::from_utf8(base64url::decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()).unwrap();
    (part(0), part(1))
}

pub fn jwt(header: &str, payload: &Value) -> String {
    format!(
        "{}.{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(payload.to_text().as_bytes()),
        base64url::encode(b"signature")
    )
}

pub fn object(text: &str) -> Value {
    Value::parse(text).unwrap()
}

pub fn json(status: u16, body: &str) -> Response {
    Response { status, content_type: Some("application/json".into()), body: body.into(), ..Response::default() }
}

/// What a server answers; nothing: the usual.
pub type Answer = Box<dyn FnMut(&Sent) -> Option<Response>>;
/// What the application makes of the claims of a request object.
pub type Signer = Box<dyn FnMut(&Value) -> Option<String>>;

pub struct World {
    client: Client,
    pub now: Now,
    /// What a server answers; `None`: the usual.
    pub answer: Answer,
    pub metadata: Object,
    pub sent: Vec<Sent>,
    pub records: BTreeMap<String, String>,
    /// Names of keys, and their public parts.
    pub keys: BTreeMap<String, String>,
    /// The keys that signed.
    pub signed: Vec<String>,
    pub navigated: Vec<String>,
    pub addresses: Vec<String>,
    pub events: Vec<Event>,
    /// What the application answers to a request for a request object.
    pub request_object: Signer,
    pub signatures_are_good: bool,
    /// What the platform answers when it shall sign; `None`: a signature.
    pub signing: Option<Outcome>,
    pub waits: Vec<u32>,
    /// The nonce of the last authorization request.
    pub nonce: String,
    /// What the provider says of the type of its tokens.
    pub token_type: &'static str,
    /// The proofs that were sent, of which none may come twice.
    proofs: BTreeSet<String>,
    drawn: u64,
}

impl World {
    pub fn new(options: &str) -> Self {
        Self::with_page(options).unwrap()
    }

    pub fn with_page(options: &str) -> Result<Self, Error> {
        let mut all = object(&format!(r#"{{"issuer": "{ISSUER}", "clientId": "app", "fetchUserinfo": false, "automaticRenewal": false}}"#))
            .as_object()
            .unwrap()
            .clone();
        for (name, value) in object(options).as_object().unwrap().iter() {
            all.insert(name, value.clone());
        }
        let page = Page { href: format!("{APP}/"), origin: APP.into(), ..Page::default() };
        let config = ClientConfig::from_value(&all.into(), APP)?;
        let endpoint = |path: &str| format!("{ISSUER}{path}");
        let metadata = Object::new()
            .with("issuer", ISSUER)
            .with("authorization_endpoint", endpoint("/auth"))
            .with("token_endpoint", TOKEN)
            .with("jwks_uri", endpoint("/jwks"))
            .with("userinfo_endpoint", endpoint("/userinfo"))
            .with("revocation_endpoint", endpoint("/revoke"))
            .with("end_session_endpoint", endpoint("/end"))
            .with("pushed_authorization_request_endpoint", endpoint("/par"))
            .with("device_authorization_endpoint", endpoint("/device"));
        Ok(Self {
            client: Client::new(config, page),
            now: Now { wall: 1_700_000_000_000, monotonic: 0 },
            answer: Box::new(|_| None),
            metadata,
            sent: Vec::new(),
            records: BTreeMap::new(),
            keys: BTreeMap::new(),
            signed: Vec::new(),
            navigated: Vec::new(),
            addresses: Vec::new(),
            events: Vec::new(),
            request_object: Box::new(|_| None),
            signatures_are_good: true,
            signing: None,
            waits: Vec::new(),
            nonce: String::new(),
            token_type: "Bearer",
            proofs: BTreeSet::new(),
            drawn: 0,
        })
    }

    /// Performs a call to its end.
    pub fn run(&mut self, command: Command) -> Result<Value, Error> {
        let task = self.client.start(command, self.now);
        let mut queue: VecDeque<(EffectId, Effect)> = self.client.effects().into();
        let mut result = None;
        while let Some((id, effect)) = queue.pop_front() {
            if let Effect::Finish { task: ended, result: end } = effect {
                if ended == task {
                    result = Some(end);
                }
                continue;
            }
            if let Some(outcome) = self.perform(effect) {
                self.client.resume(id, outcome, self.now);
                queue.extend(self.client.effects());
            }
        }
        result.expect("the call came to no end")
    }

    /// Carries out one operation.
    pub fn operation(&mut self, name: &str, options: &str) -> Result<Value, Error> {
        let command = Object::new().with("do", "operation").with("operation", name).with("options", object(options));
        self.run(Command::from_value(&command.into())?)
    }

    pub fn perform_operation(&mut self, operation: Operation) -> Result<Value, Error> {
        self.run(Command::Operation(operation))
    }

    /// Goes to the provider; the parameters that the person carries.
    pub fn begin(&mut self) -> Result<Vec<(String, String)>, Error> {
        self.run(Command::SignIn(SignInOptions::default()))?;
        let url = self.navigated.last().unwrap().clone();
        Ok(form::parse(url.split_once('?').unwrap().1).unwrap())
    }

    /// Goes to the provider and comes back with a code.
    pub fn sign_in(&mut self) -> Result<Value, Error> {
        let parameters = self.begin()?;
        let state = value(&parameters, "state").to_owned();
        self.callback(&format!("code=c&state={state}"))
    }

    pub fn callback(&mut self, query: &str) -> Result<Value, Error> {
        self.run(Command::ProcessCallback { url: format!("{APP}/?{query}") })
    }

    pub fn fetch(&mut self, url: &str, replayable: bool) -> Result<Value, Error> {
        self.fetch_by("GET", url, replayable)
    }

    pub fn fetch_by(&mut self, method: &str, url: &str, replayable: bool) -> Result<Value, Error> {
        let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
        self.run(Command::Fetch(FetchOptions {
            method: method.into(),
            url: url.into(),
            origin,
            no_cors: false,
            authorization: false,
            replayable,
        }))
    }

    pub fn requests(&self, url: &str) -> Vec<&Sent> {
        self.sent.iter().filter(|sent| sent.url == url).collect()
    }

    /// An ID token of the provider for this client.
    pub fn id_token(&self) -> String {
        let now = self.now.wall / 1_000;
        let claims = Object::new().with("iss", ISSUER).with("aud", "app").with("sub", "alice").with("iat", now).with("exp", now + 600);
        let claims = if self.nonce.is_empty() { claims } else { claims.with("nonce", self.nonce.as_str()) };
        jwt(r#"{"alg":"RS256"}"#, &claims.into())
    }

    fn usual(&mut self, sent: &Sent) -> Response {
        match sent.url.strip_prefix(ISSUER).unwrap_or(&sent.url) {
            "/.well-known/openid-configuration" => json(200, &Value::from(self.metadata.clone()).to_text()),
            "/jwks" => json(
                200,
                &format!(
                    r#"{{"keys": [{{"kty": "RSA", "n": "{}", "e": "AQAB"}}, {{"kty": "EC", "crv": "P-256", "x": "{1}", "y": "{1}"}}]}}"#,
                    base64url::encode(&[255; 256]),
                    base64url::encode(&[1; 32])
                ),
            ),
            "/token" => {
                let number = self.sent.len();
                let (kind, id_token) = (self.token_type, self.id_token());
                json(
                    200,
                    &format!(
                        r#"{{"access_token": "at{number}", "token_type": "{kind}", "expires_in": 60, "refresh_token": "rt{number}", "id_token": "{id_token}"}}"#
                    ),
                )
            }
            "/par" => json(201, r#"{"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60}"#),
            "/userinfo" => json(200, r#"{"sub": "alice", "name": "Alice"}"#),
            _ => json(200, "{}"),
        }
    }

    fn respond(&mut self, sent: Sent) -> Outcome {
        for (name, found) in &sent.body {
            if name == "nonce" {
                self.nonce.clone_from(found);
            }
        }
        if let Some(proof) = sent.header("dpop") {
            assert!(self.proofs.insert(proof.into()), "a proof was sent twice");
        }
        self.sent.push(sent.clone());
        let answer = (self.answer)(&sent);
        Outcome::Http(answer.unwrap_or_else(|| self.usual(&sent)))
    }

    fn perform(&mut self, effect: Effect) -> Option<Outcome> {
        Some(match effect {
            Effect::Http(Request { method, url, headers, body, .. }) => {
                let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let body = form::parse(&body.unwrap_or_default()).unwrap();
                self.respond(Sent { method: method.into(), url, headers, body })
            }
            Effect::Send { authorization, dpop, .. } => {
                let mut headers: Vec<(String, String)> = Vec::new();
                headers.extend(authorization.map(|value| ("authorization".into(), value.expose().into())));
                headers.extend(dpop.map(|value| ("dpop".into(), value)));
                self.respond(Sent { method: "GET".into(), url: "the application's".into(), headers, body: Vec::new() })
            }
            Effect::Random { octets } => Outcome::Bytes((0..octets).map(|_| self.draw()).collect()),
            Effect::Digest { bits: 256, data } => Outcome::Bytes(Sha256::digest(&data).to_vec()),
            Effect::Digest { data, .. } => Outcome::Bytes(Sha512::digest(&data).to_vec()),
            Effect::Verify { .. } => Outcome::Flag(self.signatures_are_good),
            Effect::Signing(Signing::Key { name, make }) => {
                if make {
                    let coordinates = [self.draw(); 32];
                    let coordinate = base64url::encode(&coordinates);
                    self.keys
                        .insert(name.clone(), format!(r#"{{"kty":"EC","crv":"P-256","x":"{coordinate}","y":"{coordinate}","d":"never"}}"#));
                }
                Outcome::Record(self.keys.get(&name).cloned())
            }
            Effect::Signing(Signing::Sign { key, .. }) => {
                self.signed.push(key);
                self.signing.clone().unwrap_or_else(|| Outcome::Bytes(vec![7; 64]))
            }
            Effect::Signing(Signing::Forget { name }) => {
                self.keys.remove(&name);
                return None;
            }
            Effect::Signing(Signing::RequestObject { claims }) => Outcome::Record((self.request_object)(&claims)),
            Effect::Resolve { url } => {
                let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
                Outcome::Address { href: url, origin }
            }
            Effect::Load { area, key } => Outcome::Record(self.records.get(&place(area, &key)).cloned()),
            Effect::Swap { area, key, expected, value } => {
                let key = place(area, &key);
                let stands = self.records.get(&key).cloned();
                if stands != expected {
                    Outcome::Record(stands)
                } else {
                    match value {
                        Some(value) => self.records.insert(key, value),
                        None => self.records.remove(&key),
                    };
                    Outcome::Swapped
                }
            }
            Effect::Lock { .. } => Outcome::Done,
            Effect::Wait { duration } => {
                self.waits.push(duration);
                self.now.wall += i64::from(duration);
                self.now.monotonic += i64::from(duration);
                Outcome::Done
            }
            Effect::Navigate { url, .. } => {
                let carried = form::parse(url.split_once('?').map_or("", |(_, query)| query)).unwrap();
                if carried.iter().any(|(name, _)| name == "nonce") {
                    self.nonce = value(&carried, "nonce").into();
                }
                self.navigated.push(url);
                Outcome::Done
            }
            Effect::ReplaceAddress { url } => {
                self.addresses.push(url);
                return None;
            }
            Effect::Publish(event) => {
                self.events.push(event);
                return None;
            }
            Effect::Unlock { .. } | Effect::Broadcast { .. } | Effect::Cancel { .. } | Effect::Finish { .. } => return None,
            // There is no window here.
            _ => Outcome::Failed { failure: Failure::Unsupported, detail: String::new() },
        })
    }

    fn draw(&mut self) -> u8 {
        self.drawn = self.drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.drawn >> 56) as u8
    }
}

fn place(area: Area, key: &str) -> String {
    format!("{area:?} {key}")
}

pub fn value<'a>(parameters: &'a [(String, String)], name: &str) -> &'a str {
    parameters.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
}

/// The code of a call that must fail.
pub fn refused(result: Result<Value, Error>) -> Code {
    result.expect_err("it did not fail").code()
}
