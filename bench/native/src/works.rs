//! The works of the core that are measured by time (`benches/core.rs`) and by instructions (`src/bin/counted.rs`).

use std::hint::black_box;

use oxidc_core::command::{Command, SignInOptions, TokenOptions};
use oxidc_core::config::client::ClientConfig;
use oxidc_core::effect::{Effect, EffectId, Now, Outcome};
use oxidc_core::error::Error;
use oxidc_core::login::id_token::{self, Expected};
use oxidc_core::wire::http::Response;
use oxidc_core::wire::jose::{Algorithm, KeySet};
use oxidc_core::wire::json::Value;
use oxidc_core::wire::{base64url, form};
use oxidc_core::{Client, Frame, Page};

use crate::signer::{CLIENT, ISSUER, NONCE, Signed, now};

/// A work: what is done once before, and what is counted.
pub type Work = Box<dyn FnMut()>;

pub const NAMES: &[&str] = &[
    "id_token/parse", "id_token/claims", "jwks/select", "json/parse", "json/write", "base64url/decode", "callback/parse", "authorize/url",
    "cache/hit",
];

pub fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        trusted_audiences: &[],
        algorithms: &[Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa],
        nonce: Some(NONCE),
        max_age: None,
        now: now(),
        tolerance: 60,
        login: true,
    }
}

fn text(value: &serde_json::Value) -> String {
    value.to_string()
}

/// A key set as its issuer would publish it.
pub fn key_set(jwks: &serde_json::Value) -> KeySet {
    Value::parse(&text(jwks)).ok().and_then(|document| KeySet::parse(&document).ok()).expect("a key set")
}

/// Prepares a work. The token is signed with RS256; the client gets one that says ES256.
pub fn work(name: &str, [signed, es256, _]: &[Signed; 3]) -> Work {
    let token = signed.token.clone();
    match name {
        "id_token/parse" => Box::new(move || drop(black_box(id_token::parse(black_box(&token))))),
        "id_token/claims" => {
            let jws = id_token::parse(token.leak()).expect("a token");
            let expected = expected();
            id_token::claims(&jws, &expected).expect("good claims");
            Box::new(move || drop(black_box(id_token::claims(black_box(&jws), &expected))))
        }
        "jwks/select" => {
            let set = key_set(&signed.jwks);
            let kid = signed.jwks["keys"][0]["kid"].as_str().map(String::from);
            Box::new(move || drop(black_box(set.select(Algorithm::Rs256, black_box(kid.as_deref())))))
        }
        "json/parse" => {
            let document = text(&crate::signer::payload());
            Box::new(move || drop(black_box(Value::parse(black_box(&document)))))
        }
        "json/write" => {
            let value = Value::parse(&text(&crate::signer::payload())).ok().expect("JSON");
            Box::new(move || drop(black_box(black_box(&value).to_text())))
        }
        "base64url/decode" => {
            let part = token.split('.').nth(1).expect("a payload").to_owned();
            Box::new(move || drop(black_box(base64url::decode(black_box(&part)))))
        }
        "callback/parse" => {
            let query = format!("code=SplxlOBeZQQYbYS6WxSbIA&state={NONCE}&iss=https%3A%2F%2Faccounts.example.com&session_state=a.b");
            Box::new(move || drop(black_box(form::parse(black_box(&query)))))
        }
        // From the call to the address of the provider: attempt, PKCE, record, everything but the outside.
        "authorize/url" => {
            let jwks = es256.jwks.clone();
            Box::new(move || drop(black_box(Machine::new(&jwks).sign_in())))
        }
        "cache/hit" => {
            let mut machine = Machine::new(&es256.jwks);
            machine.complete_sign_in();
            assert!(machine.get_tokens().is_some(), "no token");
            Box::new(move || drop(black_box(machine.get_tokens())))
        }
        _ => panic!("there is no work `{name}`"),
    }
}

/// A client with a shell that has an answer for everything. Its token endpoint gives what the last sign-in wants.
struct Machine {
    client: Client,
    at: Now,
    records: Vec<(String, String)>,
    navigated: Option<String>,
    token_answer: String,
}

impl Machine {
    fn new(jwks: &serde_json::Value) -> Self {
        let provider = serde_json::json!({
            "authorization_endpoint": format!("{ISSUER}/auth"), "token_endpoint": format!("{ISSUER}/token"), "jwks": jwks,
        });
        let options = serde_json::json!({ "issuer": ISSUER, "clientId": CLIENT, "automaticRenewal": false, "provider": provider });
        let page = Page { href: "https://app.example.com/".into(), origin: "https://app.example.com".into(), frame: Frame::None };
        let options = Value::parse(&text(&options)).ok().expect("JSON");
        let config = ClientConfig::from_value(&options, &page.origin).expect("good options");
        let at = Now { wall: now() * 1000, monotonic: 0 };
        Self { client: Client::new(config, page), at, records: Vec::new(), navigated: None, token_answer: String::new() }
    }

    /// Runs a call to its end.
    fn run(&mut self, command: Command) -> Result<Value, Error> {
        let task = self.client.start(command, self.at);
        loop {
            let effects = self.client.effects();
            assert!(!effects.is_empty(), "a call without an end");
            for (id, effect) in effects {
                match effect {
                    Effect::Finish { task: ended, result } if ended == task => return result,
                    other => self.perform(id, other),
                }
            }
        }
    }

    fn sign_in(&mut self) -> Option<String> {
        self.run(Command::SignIn(SignInOptions::default())).expect("a sign-in");
        self.navigated.take()
    }

    fn complete_sign_in(&mut self) {
        let address = self.sign_in().expect("an address");
        let parameters = form::parse(address.split_once('?').expect("a query").1).expect("parameters");
        let sent = |name: &str| parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).expect("it was sent");
        let mut claims = crate::signer::payload();
        claims["nonce"] = sent("nonce").into();
        claims.as_object_mut().expect("an object").remove("at_hash");
        let part = |value: &serde_json::Value| base64url::encode(text(value).as_bytes());
        let id_token = format!("{}.{}.{}", part(&serde_json::json!({ "alg": "ES256" })), part(&claims), base64url::encode(&[7; 64]));
        self.token_answer =
            text(&serde_json::json!({ "access_token": "SlAV32hkKG", "token_type": "Bearer", "expires_in": 3600, "id_token": id_token }));
        let url = format!("https://app.example.com/?code=SplxlOBeZQQYbYS6WxSbIA&state={}", sent("state"));
        self.run(Command::ProcessCallback { url }).expect("a session");
    }

    fn get_tokens(&mut self) -> Option<Value> {
        self.run(Command::GetTokens(TokenOptions::default())).ok()
    }

    fn perform(&mut self, id: EffectId, effect: Effect) {
        let outcome = match effect {
            Effect::Random { octets } => Outcome::Bytes(vec![7; usize::from(octets)]),
            Effect::Digest { bits, .. } => Outcome::Bytes(vec![7; usize::from(bits / 8)]),
            Effect::Verify { .. } => Outcome::Flag(true),
            Effect::Load { key, .. } => Outcome::Record(self.records.iter().find(|(k, _)| *k == key).map(|(_, value)| value.clone())),
            Effect::Swap { key, value, .. } => {
                self.records.retain(|(k, _)| *k != key);
                self.records.extend(value.map(|value| (key, value)));
                Outcome::Swapped
            }
            Effect::Lock { .. } => Outcome::Done,
            Effect::Resolve { url } => Outcome::Address { href: url, origin: "https://app.example.com".into() },
            Effect::Navigate { url, .. } => {
                self.navigated = Some(url);
                Outcome::Done
            }
            Effect::Http(_) => Outcome::Http(Response {
                status: 200,
                content_type: Some("application/json".into()),
                body: self.token_answer.clone(),
                ..Response::default()
            }),
            _ => return,
        };
        self.client.resume(id, outcome, self.at);
    }
}
