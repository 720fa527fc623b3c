//! A page with a real client in it, whose effects are answered at once: by what a test says, else by a provider that makes no mistakes.
//! Signatures are taken for good unless a test says otherwise.

#[cfg(feature = "extended")]
use std::collections::BTreeSet;
use std::collections::{BTreeMap, VecDeque};

use oxidc_core::command::{Command, SignInOptions, TokenOptions};
use oxidc_core::config::client::ClientConfig;
#[cfg(feature = "extended")]
use oxidc_core::effect::Signing;
use oxidc_core::effect::{Area, Effect, EffectId, Event, Failure, Now, Outcome, TaskId};
use oxidc_core::error::{Code, Error, SessionEffect};
use oxidc_core::wire::form;
use oxidc_core::wire::http::{Request, Response};
use oxidc_core::wire::json::Value;
use oxidc_core::{Client, Frame, Page as Place};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256, Sha384, Sha512};
use url::Url;

use crate::support::token;

pub(crate) const APP: &str = "https://app.example";
pub(crate) const ISSUER: &str = "https://login.example";
pub(crate) const CLIENT: &str = "app";
/// When every story begins, in seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;
/// The access and refresh token of the first answer.
pub(crate) const ACCESS: &str = "access-1";
pub(crate) const REFRESH: &str = "refresh-1";

/// What the tabs of a browser share.
pub(crate) type Records = BTreeMap<(bool, String), String>;

pub(crate) struct Page {
    pub(crate) options: Json,
    pub(crate) client: Client,
    pub(crate) now: Now,
    pub(crate) records: Records,
    /// Requests to the provider, in their order.
    pub(crate) requests: Vec<Request>,
    /// What went along with the application's own requests.
    pub(crate) sent: Vec<Option<String>>,
    /// The application's API answers with these, then with 200.
    pub(crate) api: VecDeque<Response>,
    pub(crate) events: Vec<Event>,
    /// The addresses that the page was sent to.
    pub(crate) left_for: Vec<String>,
    /// The addresses that were put into the address bar.
    pub(crate) shown: Vec<String>,
    /// The verdicts on the next signatures; then all are good.
    pub(crate) verdicts: VecDeque<Outcome>,
    pub(crate) verified: usize,
    /// What the storage holds after the next request for tokens, or to the API: another tab was faster.
    pub(crate) swap_when_asked: Option<Records>,
    pub(crate) swap_when_sent: Option<Records>,
    /// The next random octets; then counted ones.
    pub(crate) random: VecDeque<Vec<u8>>,
    /// What another tab does to the storage just before this one writes; or what the storage says instead.
    pub(crate) before_write: Option<Box<dyn FnMut(&mut Records) -> Option<Outcome>>>,
    /// Requests and writes in their order: paths and keys.
    pub(crate) done: Vec<String>,
    /// What the application's functions answer, and what they were asked.
    pub(crate) hooks: VecDeque<Outcome>,
    pub(crate) hooked: Vec<String>,
    /// The queries with which the next windows and frames come back, `STATE` for that of the request; then they are refused.
    pub(crate) windows: VecDeque<String>,
    /// The frames of the provider that are watched: who asked, address, origin and message.
    pub(crate) watched: Vec<(EffectId, String, String, String)>,
    /// The locks that are held.
    pub(crate) locks: Vec<(EffectId, String)>,
    /// The browser has no locks.
    pub(crate) lockless: bool,
    /// The keys that were made and not deleted.
    #[cfg(feature = "extended")]
    pub(crate) signing_keys: BTreeSet<String>,
    /// The type of the tokens that the provider gives out.
    pub(crate) token_type: &'static str,
    /// With some, time stands still, and these are the waits: who waits, and for how many milliseconds.
    pub(crate) timers: Option<Vec<(EffectId, u32)>>,
    /// The records that were handed over to the other tabs.
    pub(crate) told: Vec<String>,
    /// What another tab does to the storage just before this one writes its session, for the which time.
    pub(crate) before_session_write: Option<Box<dyn FnMut(usize, &mut Records)>>,
    session_writes: usize,
    /// What another tab does to the storage while the next request for tokens is under way.
    pub(crate) when_asked: Option<Box<dyn FnOnce(&mut Records)>>,
    /// How long a write and a request for tokens take, in milliseconds of the wall clock and of the other.
    pub(crate) write_takes: (i64, i64),
    pub(crate) answer_takes: i64,
    /// What happens while a window or frame is at the provider, with the locks that are held and the storage.
    pub(crate) on_visit: Option<Box<dyn FnMut(&[(EffectId, String)], &mut Records)>>,
    /// Who is at the provider.
    pub(crate) subject: &'static str,
    /// In what the next page lives.
    pub(crate) frame: Frame,
    scripts: BTreeMap<&'static str, VecDeque<Outcome>>,
    results: BTreeMap<TaskId, Result<Value, Error>>,
    drawn: u8,
}

/// A JSON answer.
pub(crate) fn answer(status: u16, body: &Json) -> Outcome {
    text(status, "application/json", &body.to_string())
}

pub(crate) fn text(status: u16, content_type: &str, body: &str) -> Outcome {
    Outcome::Http(Response { status, content_type: Some(content_type.into()), body: body.into(), ..Response::default() })
}

pub(crate) fn failed(failure: Failure) -> Outcome {
    Outcome::Failed { failure, detail: String::new() }
}

pub(crate) fn metadata() -> Json {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/authorize"),
        "token_endpoint": format!("{ISSUER}/token"),
        "jwks_uri": format!("{ISSUER}/jwks"),
        "userinfo_endpoint": format!("{ISSUER}/userinfo"),
        "end_session_endpoint": format!("{ISSUER}/end"),
        "revocation_endpoint": format!("{ISSUER}/revoke"),
    })
}

pub(crate) fn keys(kids: &[&str]) -> Json {
    let coordinate = oxidc_core::wire::base64url::encode(&[1; 32]);
    let key = |kid: &&str| json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": coordinate, "y": coordinate });
    json!({ "keys": kids.iter().map(key).collect::<Vec<_>>() })
}

pub(crate) fn id_token(claims: &Json) -> String {
    id_token_of("k1", claims)
}

pub(crate) fn id_token_of(kid: &str, claims: &Json) -> String {
    token(json!({ "alg": "ES256", "kid": kid }).to_string(), claims.to_string())
}

/// Changes a member of a JSON object; null takes it away.
pub(crate) fn with(mut object: Json, name: &str, value: Json) -> Json {
    match value {
        Json::Null => drop(object.as_object_mut().unwrap().remove(name)),
        value => object[name] = value,
    }
    object
}

impl Page {
    pub(crate) fn new() -> Self {
        Self::with(json!({}))
    }

    /// A page whose client has these options beside the usual ones.
    pub(crate) fn with(more: Json) -> Self {
        let mut options = json!({
            "issuer": ISSUER, "clientId": CLIENT, "redirectUri": format!("{APP}/callback"), "scopes": "openid",
            "fetchUserinfo": false, "automaticRenewal": false, "idTokenAlgorithms": ["ES256"], "allowedOrigins": ["https://api.example"],
        });
        more.as_object().unwrap().iter().for_each(|(name, value)| options[name] = value.clone());
        Self {
            client: client(&options, Frame::None),
            options,
            now: Now { wall: NOW * 1_000, monotonic: 0 },
            records: Records::new(),
            requests: Vec::new(),
            sent: Vec::new(),
            api: VecDeque::new(),
            events: Vec::new(),
            left_for: Vec::new(),
            shown: Vec::new(),
            verdicts: VecDeque::new(),
            verified: 0,
            swap_when_asked: None,
            swap_when_sent: None,
            random: VecDeque::new(),
            before_write: None,
            done: Vec::new(),
            hooks: VecDeque::new(),
            hooked: Vec::new(),
            windows: VecDeque::new(),
            watched: Vec::new(),
            locks: Vec::new(),
            lockless: false,
            #[cfg(feature = "extended")]
            signing_keys: BTreeSet::new(),
            token_type: "Bearer",
            timers: None,
            told: Vec::new(),
            before_session_write: None,
            session_writes: 0,
            when_asked: None,
            write_takes: (0, 0),
            answer_takes: 0,
            on_visit: None,
            subject: "alice",
            frame: Frame::None,
            scripts: BTreeMap::new(),
            results: BTreeMap::new(),
            drawn: 0,
        }
    }

    /// Another page of the same browser.
    pub(crate) fn load(&mut self) {
        self.client = client(&self.options, self.frame);
        self.events.clear();
        self.results.clear();
        self.watched.clear();
        self.locks.clear();
    }

    /// Another page of the same browser, whose client has these options too.
    pub(crate) fn load_with(&mut self, more: &Json) {
        more.as_object().unwrap().iter().for_each(|(name, value)| self.options[name] = value.clone());
        self.load();
    }

    /// The next answer of an endpoint.
    pub(crate) fn next(&mut self, path: &'static str, outcome: Outcome) {
        self.scripts.entry(path).or_default().push_back(outcome);
    }

    /// From now on all answers are good.
    pub(crate) fn repair(&mut self) {
        self.scripts.clear();
    }

    pub(crate) fn call(&mut self, command: Command) -> Result<Json, Error> {
        let task = self.begin(command);
        self.end(task).expect("the call ends")
    }

    /// Calls, and goes on until somebody else has to do something.
    pub(crate) fn begin(&mut self, command: Command) -> TaskId {
        let task = self.client.start(command, self.now);
        self.settle();
        task
    }

    /// What came of a call, if it has ended.
    pub(crate) fn end(&mut self, task: TaskId) -> Option<Result<Json, Error>> {
        // A number that no double holds is nothing for serde_json.
        Some(self.results.remove(&task)?.map(|value| serde_json::from_str(&value.to_text()).unwrap_or_default()))
    }

    /// Calls with the words that cross the boundary.
    pub(crate) fn say(&mut self, command: &Json) -> Result<Json, Error> {
        let command = Command::from_value(&Value::parse(&command.to_string()).unwrap())?;
        self.call(command)
    }

    pub(crate) fn get_tokens(&mut self) -> Result<Json, Error> {
        self.call(Command::GetTokens(TokenOptions::default()))
    }

    pub(crate) fn get_session(&mut self) -> Json {
        self.call(Command::GetSession).unwrap()
    }

    pub(crate) fn callback(&mut self, url: &str) -> Result<Json, Error> {
        self.call(Command::ProcessCallback { url: url.into() })
    }

    /// Goes to the provider; the parameters of the request.
    pub(crate) fn sign_in(&mut self, options: SignInOptions) -> BTreeMap<String, String> {
        self.call(Command::SignIn(options)).unwrap();
        self.asked()
    }

    /// The parameters of the last visit to the provider.
    pub(crate) fn asked(&self) -> BTreeMap<String, String> {
        let url = Url::parse(self.left_for.last().expect("a visit")).unwrap();
        url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// Goes to the provider; the query of a good callback.
    pub(crate) fn away(&mut self) -> String {
        let state = self.sign_in(SignInOptions::default())["state"].clone();
        format!("code=c0de&state={state}")
    }

    pub(crate) fn signed_in() -> Self {
        Self::signed_in_with(json!({}))
    }

    pub(crate) fn signed_in_with(more: Json) -> Self {
        let mut page = Self::with(more);
        let query = page.away();
        page.callback(&format!("{APP}/callback?{query}")).unwrap();
        page.requests.clear();
        page.events.clear();
        page.shown.clear();
        page
    }

    /// The same with an expired access token.
    pub(crate) fn expired() -> Self {
        let mut page = Self::signed_in();
        page.pass(3_700);
        page
    }

    /// Lets seconds pass.
    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now.wall += seconds * 1_000;
        self.now.monotonic += seconds * 1_000;
    }

    /// The claims of a good ID token for the last visit.
    pub(crate) fn claims(&self) -> Json {
        let seconds = self.now.wall / 1_000;
        let claims = json!({ "iss": ISSUER, "aud": CLIENT, "sub": self.subject, "iat": seconds, "exp": seconds + 3_600 });
        if self.left_for.is_empty() { claims } else { with(claims, "nonce", self.asked()["nonce"].clone().into()) }
    }

    /// A good ID token for the last visit, exactly so many characters long.
    pub(crate) fn id_token_of_length(&self, length: usize) -> String {
        // Two members fill it up: not every length can be had with one.
        let padded = |header: usize, payload: usize| {
            let header = json!({ "alg": "ES256", "kid": "k1", "x": "x".repeat(header) });
            token(header.to_string(), with(self.claims(), "x", "x".repeat(payload).into()).to_string())
        };
        let fits = |header| (4_000..4_400).map(move |payload| (header, payload));
        (0..3).flat_map(fits).map(|(header, payload)| padded(header, payload)).find(|token| token.len() == length).unwrap()
    }

    /// A good token answer.
    pub(crate) fn tokens(&self) -> Json {
        let refreshed = self.count("/token");
        json!({
            "access_token": if refreshed < 2 { ACCESS.into() } else { format!("access-{refreshed}") },
            "token_type": self.token_type, "expires_in": 3_600,
            "refresh_token": if refreshed < 2 { REFRESH.into() } else { format!("refresh-{refreshed}") },
            "id_token": id_token(&self.claims()),
        })
    }

    /// How many requests an endpoint got.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests.iter().filter(|request| path_of(request) == path).count()
    }

    /// The parameters of the last request to an endpoint.
    pub(crate) fn form(&self, path: &str) -> BTreeMap<String, String> {
        let request = self.requests.iter().rfind(|request| path_of(request) == path).expect("a request");
        form::parse(request.body.as_deref().unwrap()).unwrap().into_iter().collect()
    }

    /// The stored session.
    pub(crate) fn stored(&self) -> Json {
        let record = self.records.iter().find(|((device, _), _)| !device);
        record.map_or(Json::Null, |(_, text)| serde_json::from_str(text).unwrap_or_default())
    }

    /// The codes of the errors that were published, and the reasons for which sessions changed.
    pub(crate) fn heard(&self) -> Vec<String> {
        let words = |event: &Event| match event {
            Event::Session { reason, .. } | Event::SignedOut { reason } => Some((*reason).to_owned()),
            Event::Error(error) => Some(error.code().name().to_owned()),
            _ => None,
        };
        self.events.iter().filter_map(words).collect()
    }

    /// A sign-in whose token answer is this fails with the code and leaves nothing behind.
    #[track_caller]
    pub(crate) fn exchange_refused(&mut self, tokens: Outcome, code: Code) -> Error {
        self.next("/token", tokens);
        let query = self.away();
        let error = self.callback(&format!("{APP}/callback?{query}")).unwrap_err();
        assert_eq!((error.code(), error.session()), (code, SessionEffect::Kept), "{error}");
        assert_eq!(self.get_session(), Json::Null, "no session");
        assert_eq!(self.stored(), Json::Null, "nothing stored");
        assert!(self.heard().is_empty(), "nothing told: {:?}", self.heard());
        error
    }

    /// The one timer that there is rings.
    pub(crate) fn ring(&mut self) {
        let (id, duration) = self.timers.as_mut().and_then(Vec::pop).expect("a timer");
        self.now.wall += i64::from(duration);
        self.now.monotonic += i64::from(duration);
        self.client.resume(id, Outcome::Done, self.now);
        self.settle();
    }

    /// How long the timers run.
    pub(crate) fn running(&self) -> Vec<u32> {
        self.timers.iter().flatten().map(|(_, duration)| *duration).collect()
    }

    /// Changes members of the stored session, as another tab would.
    pub(crate) fn rewrite(&mut self, members: &Json) {
        rewrite(&mut self.records, members);
    }

    /// The states that the application was told.
    pub(crate) fn states(&self) -> Vec<&'static str> {
        self.events.iter().filter_map(|event| if let Event::State { state } = event { Some(*state) } else { None }).collect()
    }

    /// The watched frame says a word.
    #[cfg(feature = "extended")]
    pub(crate) fn frame_says(&mut self, word: &str) {
        let (id, ..) = self.watched.pop().expect("a watched frame");
        self.client.resume(id, Outcome::Text(word.into()), self.now);
        self.settle();
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            let effects = self.client.effects();
            if effects.is_empty() {
                return;
            }
            for (id, effect) in effects {
                self.perform(id, effect);
            }
        }
        panic!("no end of effects");
    }

    fn perform(&mut self, id: EffectId, effect: Effect) {
        let outcome = match effect {
            Effect::Http(request) => self.http(request),
            Effect::Send { authorization, .. } => {
                self.sent.push(authorization.map(|secret| secret.expose().into()));
                self.records = self.swap_when_sent.take().unwrap_or(core::mem::take(&mut self.records));
                Outcome::Http(self.api.pop_front().unwrap_or(Response { status: 200, ..Response::default() }))
            }
            Effect::Random { octets } => {
                let counted = |drawn: &mut u8| {
                    *drawn += 1;
                    (0..octets).map(|at| at ^ *drawn).collect()
                };
                Outcome::Bytes(self.random.pop_front().unwrap_or_else(|| counted(&mut self.drawn)))
            }
            Effect::Digest { bits, data } => Outcome::Bytes(match bits {
                256 => Sha256::digest(&data).to_vec(),
                384 => Sha384::digest(&data).to_vec(),
                _ => Sha512::digest(&data).to_vec(),
            }),
            Effect::Verify { .. } => {
                self.verified += 1;
                self.verdicts.pop_front().unwrap_or(Outcome::Flag(true))
            }
            Effect::Resolve { url } => match Url::parse(APP).unwrap().join(&url) {
                Ok(url) => Outcome::Address { origin: url.origin().ascii_serialization(), href: url.into() },
                Err(_) => failed(Failure::Denied),
            },
            Effect::Load { area, key } => Outcome::Record(self.records.get(&(area == Area::Device, key)).cloned()),
            Effect::Swap { area, key, expected, value } => {
                self.done.push(key.clone());
                self.now.wall += self.write_takes.0;
                self.now.monotonic += self.write_takes.1;
                if area == Area::Session
                    && let Some(act) = &mut self.before_session_write
                {
                    self.session_writes += 1;
                    act(self.session_writes, &mut self.records);
                }
                if let Some(refusal) = self.before_write.as_mut().and_then(|act| act(&mut self.records)) {
                    return self.client.resume(id, refusal, self.now);
                }
                let key = (area == Area::Device, key);
                let stands = self.records.get(&key).cloned();
                if stands == expected {
                    match value {
                        Some(value) => self.records.insert(key, value),
                        None => self.records.remove(&key),
                    };
                    Outcome::Swapped
                } else {
                    Outcome::Record(stands)
                }
            }
            Effect::Lock { .. } if self.lockless => failed(Failure::Unsupported),
            Effect::Lock { name, .. } => {
                self.locks.push((id, name));
                Outcome::Done
            }
            Effect::Unlock { lock } => return self.locks.retain(|(held, _)| *held != lock),
            #[cfg(feature = "extended")]
            Effect::Signing(Signing::Key { name, make }) => {
                if make {
                    self.signing_keys.insert(name.clone());
                }
                Outcome::Record(self.signing_keys.contains(&name).then(|| keys(&["k1"])["keys"][0].to_string()))
            }
            #[cfg(feature = "extended")]
            Effect::Signing(Signing::Sign { .. }) => Outcome::Bytes(vec![7; 64]),
            #[cfg(feature = "extended")]
            Effect::Signing(Signing::Forget { name }) => return self.signing_keys.retain(|kept| *kept != name),
            #[cfg(feature = "extended")]
            Effect::Watch { url, origin, message } => return self.watched.push((id, url, origin, message)),
            Effect::Cancel { effect } => {
                self.timers.iter_mut().for_each(|timers| timers.retain(|(waiting, _)| *waiting != effect));
                return self.watched.retain(|(watching, ..)| *watching != effect);
            }
            Effect::Wait { duration } if self.timers.is_some() => return self.timers.iter_mut().for_each(|t| t.push((id, duration))),
            Effect::Wait { duration } => {
                self.now.wall += i64::from(duration);
                self.now.monotonic += i64::from(duration);
                Outcome::Done
            }
            Effect::Navigate { url, .. } => {
                self.left_for.push(url);
                self.scripts.get_mut("navigate").and_then(VecDeque::pop_front).unwrap_or(Outcome::Done)
            }
            // Nobody opened this page.
            Effect::Relay { .. } => failed(Failure::Timeout),
            Effect::Visit { url, relay, .. } => match self.windows.pop_front() {
                Some(query) => {
                    self.left_for.push(url);
                    if let Some(act) = &mut self.on_visit {
                        act(&self.locks, &mut self.records);
                    }
                    Outcome::Text(format!("{APP}/callback?{}", query.replace("STATE", &relay)))
                }
                None => failed(Failure::Denied),
            },
            Effect::Ask { value, .. } => {
                self.hooked.push(value.to_text());
                self.hooks.pop_front().unwrap_or(failed(Failure::Denied))
            }
            Effect::Broadcast { record } => return self.told.extend(record.map(|record| record.expose().into())),
            Effect::ReplaceAddress { url } => return self.shown.push(url),
            Effect::Publish(event) => return self.events.push(event),
            Effect::Finish { task, result } => return drop(self.results.insert(task, result)),
            _ => return,
        };
        self.client.resume(id, outcome, self.now);
    }

    fn http(&mut self, request: Request) -> Outcome {
        let path = path_of(&request);
        self.done.push(path.clone());
        self.requests.push(request);
        if path == "/token" {
            self.records = self.swap_when_asked.take().unwrap_or(core::mem::take(&mut self.records));
            if let Some(act) = self.when_asked.take() {
                act(&mut self.records);
            }
            self.now.wall += self.answer_takes;
            self.now.monotonic += self.answer_takes;
        }
        if let Some(outcome) = self.scripts.get_mut(path.as_str()).and_then(VecDeque::pop_front) {
            return outcome;
        }
        match path.as_str() {
            "/.well-known/openid-configuration" => answer(200, &metadata()),
            "/jwks" => answer(200, &keys(&["k1"])),
            "/token" => answer(200, &self.tokens()),
            "/userinfo" => answer(200, &json!({ "sub": "alice", "name": "Alice" })),
            "/revoke" => answer(200, &json!({})),
            other => panic!("nobody answers {other}"),
        }
    }
}

fn client(options: &Json, frame: Frame) -> Client {
    let options = Value::parse(&options.to_string()).unwrap();
    let config = ClientConfig::from_value(&options, APP).unwrap();
    Client::new(config, Place { href: format!("{APP}/"), origin: APP.into(), frame })
}

/// Changes members of the stored session, as another tab would.
pub(crate) fn rewrite(records: &mut Records, members: &Json) {
    let text = records.iter_mut().find(|((device, _), _)| !device).expect("a session").1;
    let mut record: Json = serde_json::from_str(text).unwrap();
    record["generation"] = (record["generation"].as_i64().unwrap() + 1).into();
    members.as_object().unwrap().iter().for_each(|(name, value)| record[name] = value.clone());
    *text = record.to_string();
}

fn path_of(request: &Request) -> String {
    Url::parse(&request.url).unwrap().path().into()
}
