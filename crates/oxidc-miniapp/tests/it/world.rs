//! A world for two machines: several frames in one page, a source of tokens, a network of messages, people who sign in and out, and an attacker. One
//! seed decides everything that happens.

use std::collections::{BTreeMap, BTreeSet};

use oxidc_core::effect::Now;
use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::guest::{self, Answer, Call, Event, Fetch, Guest, Want};
use oxidc_miniapp::host::{self, Host};

use crate::pair::{API, HOST, json, options};
use crate::random::Random;

pub const EVIL: &str = "https://evil.example";

/// How much goes wrong, in thousandths.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    pub lose: u64,
    pub twice: u64,
    pub late: u64,
    pub fail: u64,
}

impl Faults {
    pub const NONE: Self = Self { lose: 0, twice: 0, late: 0, fail: 0 };
}

/// What happens at an instant.
#[derive(Clone, Debug)]
enum Happening {
    /// To the host's window, from a frame or from a stranger's window.
    HostWindow(Option<u32>, String, String),
    HostPort(u32, String),
    HostLost(u32),
    /// To a document's window: frame, generation, origin, whether from the parent, connection, text.
    GuestWindow(u32, u32, String, bool, u32, String),
    GuestPort(u32, u32, u32, String),
    GuestLost(u32, u32, u32),
    Source(u32, u32, String, bool, String),
    Answer(u32, u32, u32, u16),
}

/// A document in a frame.
struct Document {
    guest: Guest,
    generation: u32,
    app: String,
    open: BTreeSet<u32>,
    calls: u32,
    sends: BTreeMap<u32, u32>,
    waiting: BTreeMap<u32, i64>,
    ended: u32,
    /// Who is signed in, as far as this document was told.
    person: Option<String>,
}

pub struct World {
    pub time: i64,
    random: Random,
    pub faults: Faults,
    host: Host,
    host_generation: u32,
    documents: BTreeMap<u32, Document>,
    generations: u32,
    /// Connections of the host: frame, generation of the document.
    ends: BTreeMap<u32, (u32, u32)>,
    queue: Vec<(i64, u64, Happening)>,
    number: u64,
    person: Option<String>,
    people: u32,
    tokens: u32,
    /// Tokens that the interface refuses.
    revoked: BTreeSet<String>,
    /// Everything that was seen on the way, for the attacker.
    seen: Vec<String>,
    pub log: Vec<String>,
    pub granted: u32,
    pub connected: u32,
}

fn app_of(frame: u32) -> String {
    format!("app{}", frame % 2)
}

fn origin_of(frame: u32) -> String {
    format!("https://app{}.example.net", frame % 2)
}

impl World {
    pub fn new(seed: u64, frames: u32, faults: Faults) -> Self {
        let mut world = Self {
            time: 1_000_000,
            random: Random::new(seed),
            faults,
            host: Host::new(HOST, &[1], false),
            host_generation: 0,
            documents: BTreeMap::new(),
            generations: 0,
            ends: BTreeMap::new(),
            queue: Vec::new(),
            number: 0,
            person: None,
            people: 0,
            tokens: 0,
            revoked: BTreeSet::new(),
            seen: Vec::new(),
            log: Vec::new(),
            granted: 0,
            connected: 0,
        };
        world.make_host(frames);
        for frame in 1..=frames {
            world.reload(frame);
        }
        world.sign_in();
        world
    }

    fn make_host(&mut self, frames: u32) {
        self.host_generation += 1;
        self.host = Host::new(HOST, &[1], false);
        for frame in 1..=frames {
            let app = app_of(frame);
            let registration = Object::new()
                .with("id", app.as_str())
                .with("origin", origin_of(frame))
                .with("audiences", json(r#"[{"audience": "https://api.example.com/", "scopes": "read"}]"#))
                .with("context", json(r#"{"domain": "api.example.com", "ratelimit": {"limit": 50}}"#));
            self.host.register(&registration.into()).unwrap();
            self.host.add(frame, &app, &Value::Null).unwrap();
        }
    }

    fn moment(&mut self) -> Moment {
        Moment { now: Now { wall: self.time, monotonic: self.time }, random: self.random.octets() }
    }

    fn note(&mut self, text: String) {
        self.log.push(format!("{} {text}", self.time));
    }

    /// Sends something on its way, with what may go wrong there.
    fn send(&mut self, happening: Happening) {
        if self.random.chance(self.faults.lose) {
            return;
        }
        let copies = if self.random.chance(self.faults.twice) { 2 } else { 1 };
        for _ in 0..copies {
            let late = if self.random.chance(self.faults.late) { self.random.below(20_000) } else { self.random.below(5) };
            self.number += 1;
            self.queue.push((self.time + i64::try_from(late).unwrap() + 1, self.number, happening.clone()));
        }
    }

    pub fn sign_in(&mut self) {
        self.people += 1;
        self.person = Some(format!("person{}", self.people));
        let key = self.person.clone();
        self.note(format!("sign in {key:?}"));
        self.feed_host(host::Input::Session(key));
    }

    pub fn sign_out(&mut self) {
        self.person = None;
        self.note("sign out".into());
        self.feed_host(host::Input::Session(None));
    }

    /// A frame loads its document anew. The old one and its ports are gone; the host may or may not hear of that.
    pub fn reload(&mut self, frame: u32) {
        self.generations += 1;
        let generation = self.generations;
        self.note(format!("reload {frame}"));
        let gone: Vec<u32> = self.ends.iter().filter(|(_, end)| end.0 == frame).map(|(connection, _)| *connection).collect();
        for connection in gone {
            self.ends.remove(&connection);
            if self.random.chance(500) {
                self.send(Happening::HostLost(connection));
            }
        }
        let document = Document {
            guest: Guest::new(options("")),
            generation,
            app: app_of(frame),
            open: BTreeSet::new(),
            calls: 0,
            sends: BTreeMap::new(),
            waiting: BTreeMap::new(),
            ended: 0,
            person: None,
        };
        self.documents.insert(frame, document);
        self.feed(frame, guest::Input::Start { framed: true, ancestor: None });
        self.feed_host(host::Input::Loaded(frame));
    }

    /// The page makes its host anew under the frames that go on.
    pub fn reload_host(&mut self) {
        self.note("reload host".into());
        for (connection, (frame, generation)) in std::mem::take(&mut self.ends) {
            if self.random.chance(500) {
                self.send(Happening::GuestLost(frame, generation, connection));
            }
        }
        let frames = u32::try_from(self.documents.len()).unwrap();
        self.make_host(frames);
        let key = self.person.clone();
        self.feed_host(host::Input::Session(key));
    }

    pub fn revoke(&mut self) {
        self.note("revoke".into());
        for number in 0..=self.tokens {
            self.revoked.insert(number.to_string());
        }
    }

    pub fn call(&mut self, frame: u32) {
        let Some(document) = self.documents.get_mut(&frame) else { return };
        document.calls += 1;
        let task = document.calls;
        document.waiting.insert(task, self.time);
        let call = match self.random.below(4) {
            0 => Call::Ready,
            1 => Call::Tokens { want: Want::default(), min_ttl: 0, force: self.random.chance(200) },
            _ => Call::Fetch(Fetch { origin: API.into(), authorization: false, no_cors: false, replayable: true, limited: true }),
        };
        self.feed(frame, guest::Input::Call(task, call));
    }

    pub fn cancel(&mut self, frame: u32) {
        let task = self.documents.get(&frame).and_then(|document| document.waiting.keys().next().copied());
        if let Some(task) = task {
            self.feed(frame, guest::Input::Cancel(task));
        }
    }

    pub fn look(&mut self, frame: u32, visible: bool) {
        self.feed(frame, if visible { guest::Input::Shown } else { guest::Input::Visible(false) });
        self.feed(frame, guest::Input::Visible(true));
    }

    /// Somebody replays what passed by, or makes something up, from a window or an origin that is not the right one.
    pub fn attack(&mut self) {
        let Some(text) = Some(&self.seen).filter(|seen| !seen.is_empty()).map(|seen| self.random.one_of(seen).clone()) else { return };
        let frame = 1 + u32::try_from(self.random.below(self.documents.len() as u64)).unwrap();
        let Some(document) = self.documents.get(&frame) else { return };
        let generation = document.generation;
        let (origin, from_parent) =
            *self.random.one_of(&[(EVIL, true), (HOST, false), ("null", true), ("https://platform.example.com.evil", true)]);
        self.send(Happening::GuestWindow(frame, generation, origin.into(), from_parent, 4_000_000, text.clone()));
        let stranger = *self.random.one_of(&[(None, HOST), (None, EVIL), (Some(frame), EVIL), (Some(frame), "null"), (Some(99), HOST)]);
        self.send(Happening::HostWindow(stranger.0, stranger.1.into(), text));
    }

    /// The next thing that is due, or a timer, but not beyond `end`.
    pub fn step(&mut self, end: i64) -> bool {
        let due = self.queue.iter().map(|(at, number, _)| (*at, *number)).min();
        let wakes = self.documents.values().filter_map(|document| document.guest.wake()).chain(self.host.wake());
        let wake = wakes.min().map(|wake| self.time + wake.max(1));
        let next = due.map(|(at, _)| at).into_iter().chain(wake).min().filter(|at| *at <= end);
        let Some(next) = next else {
            self.time = end;
            return false;
        };
        self.time = self.time.max(next);
        if let Some((at, number)) = due.filter(|(at, _)| *at <= self.time) {
            let at = self.queue.iter().position(|(a, n, _)| *a == at && *n == number).unwrap();
            let (_, _, happening) = self.queue.remove(at);
            self.happen(happening);
        } else {
            for frame in self.documents.keys().copied().collect::<Vec<_>>() {
                self.feed(frame, guest::Input::Timer);
            }
            self.feed_host(host::Input::Timer);
        }
        true
    }

    fn is_current(&self, frame: u32, generation: u32) -> bool {
        self.documents.get(&frame).is_some_and(|document| document.generation == generation)
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::HostWindow(frame, origin, text) => self.feed_host(host::Input::Window(frame, origin, text)),
            // Ports of an earlier host reach nobody.
            Happening::HostPort(connection, text) => {
                if connection / 1_000_000 == self.host_generation {
                    self.feed_host(host::Input::Port(connection % 1_000_000, text));
                }
            }
            Happening::HostLost(connection) => {
                if connection / 1_000_000 == self.host_generation {
                    self.feed_host(host::Input::Lost(connection % 1_000_000));
                }
            }
            Happening::GuestWindow(frame, generation, origin, from_parent, connection, text) => {
                if self.is_current(frame, generation) {
                    let ports = usize::from(connection > 0);
                    self.feed(frame, guest::Input::Window { origin, from_parent, ports, connection, text });
                }
            }
            Happening::GuestPort(frame, generation, connection, text) => {
                if self.is_current(frame, generation) && self.documents[&frame].open.contains(&connection) {
                    self.feed(frame, guest::Input::Port { connection, text });
                }
            }
            Happening::GuestLost(frame, generation, connection) => {
                if self.is_current(frame, generation) {
                    self.feed(frame, guest::Input::Lost { connection });
                }
            }
            Happening::Source(job, host_generation, app, force, person) => {
                if host_generation != self.host_generation {
                    return;
                }
                let result = if self.random.chance(self.faults.fail) {
                    Err(Object::new().with("code", *self.random.one_of(&["transient", "offline", "needs_interaction"])).into())
                } else {
                    if force || self.tokens == 0 || self.random.chance(200) {
                        self.tokens += 1;
                    }
                    let token = format!("at.{}.{app}.{person}", self.tokens);
                    Ok(Object::new().with("accessToken", token).with("expiresIn", 30_i64).with("refreshToken", "rt-secret").into())
                };
                self.feed_host(host::Input::Done(job, result));
            }
            Happening::Answer(frame, generation, task, status) => {
                if self.is_current(frame, generation) {
                    let answer = Answer { status, retry_after: (status == 429).then(|| "1".into()), ..Answer::default() };
                    self.feed(frame, guest::Input::Sent(task, answer));
                }
            }
        }
    }

    fn feed_host(&mut self, input: host::Input) {
        let moment = self.moment();
        let generation = self.host_generation;
        let global = |connection: u32| generation * 1_000_000 + connection;
        for effect in self.host.feed(input, moment) {
            match effect {
                host::Effect::Offer { frame, connection, origin, text } => {
                    assert_eq!(origin, origin_of(frame), "an offer to somebody else");
                    self.seen.push(text.clone());
                    let document = &self.documents[&frame];
                    self.ends.insert(global(connection), (frame, document.generation));
                    self.send(Happening::GuestWindow(frame, document.generation, HOST.into(), true, global(connection), text));
                }
                host::Effect::Post(frame, origin, text) => {
                    assert_eq!(origin, origin_of(frame));
                    if let Some(document) = self.documents.get(&frame) {
                        self.send(Happening::GuestWindow(frame, document.generation, HOST.into(), true, 0, text));
                    }
                }
                host::Effect::Say(connection, text) => {
                    assert!(!text.contains("rt-secret"), "a refresh token leaves the host");
                    self.seen.push(text.clone());
                    if let Some((frame, generation)) = self.ends.get(&global(connection)) {
                        let (frame, generation) = (*frame, *generation);
                        if text.contains("\"at.") {
                            assert!(text.contains(&format!(".{}.", app_of(frame))), "a token of another mini-app: {text}");
                            let person = self.person.as_ref().expect("nobody is signed in, so nobody gets a token");
                            assert!(text.contains(&format!(".{person}\"")), "a token of somebody else: {text}");
                        }
                        self.send(Happening::GuestPort(frame, generation, global(connection), text));
                    }
                }
                host::Effect::Shut(connection) => {
                    if let Some((frame, generation)) = self.ends.remove(&global(connection)) {
                        // What was said before arrives before the end, where it arrives at all.
                        self.send(Happening::GuestLost(frame, generation, global(connection)));
                    }
                }
                host::Effect::Token { job, app, force, .. } => {
                    let person = self.person.clone().unwrap_or_default();
                    self.send(Happening::Source(job, generation, app, force, person));
                }
                host::Effect::Call { .. } => panic!("nobody calls"),
                host::Effect::Publish(what, app, frame, _) => self.note(format!("host {what} {app} {frame}")),
            }
        }
    }

    fn feed(&mut self, frame: u32, input: guest::Input) {
        let moment = self.moment();
        let mut document = self.documents.remove(&frame).unwrap();
        let generation = document.generation;
        let mut taken = 0;
        if let guest::Input::Window { connection, .. } = &input {
            taken = *connection;
        }
        for effect in document.guest.feed(input, moment) {
            match effect {
                guest::Effect::Post(origin, text) => {
                    assert!(origin == HOST || origin == "https://staging.example.com");
                    self.seen.push(text.clone());
                    if origin == HOST {
                        self.send(Happening::HostWindow(Some(frame), origin_of(frame), text));
                    }
                }
                guest::Effect::Open(connection) => {
                    assert_eq!(connection, taken);
                    assert_ne!(connection, 4_000_000, "the attacker's port was taken");
                    document.open.insert(connection);
                }
                guest::Effect::Drop => (),
                guest::Effect::Say(connection, text) => {
                    self.seen.push(text.clone());
                    self.send(Happening::HostPort(connection, text));
                }
                guest::Effect::Shut(connection) => {
                    document.open.remove(&connection);
                    self.send(Happening::HostLost(connection));
                }
                guest::Effect::Ask(..) => panic!("there is no other transport"),
                guest::Effect::Send(task, header) => {
                    let sends = document.sends.entry(task).or_default();
                    *sends += 1;
                    assert!(*sends <= 2 + 3, "a request was repeated too often");
                    let header = header.expect("the platform gets a token");
                    let token = header.expose().strip_prefix("Bearer ").unwrap();
                    assert!(token.contains(&format!(".{}.", document.app)));
                    let person = document.person.clone();
                    match &person {
                        // The session may have changed already without this document knowing.
                        Some(person) => assert!(token.ends_with(person.as_str()), "a token of {token} for {person}"),
                        None => document.person = token.rsplit('.').next().map(String::from),
                    }
                    let number = token.split('.').nth(1).unwrap();
                    let status = match self.random.below(20) {
                        0 => 429,
                        _ if self.revoked.contains(number) => 401,
                        _ => 200,
                    };
                    self.number += 1;
                    self.queue.push((self.time + 20, self.number, Happening::Answer(frame, generation, task, status)));
                }
                guest::Effect::Publish(event) => match event {
                    Event::Connected(..) => {
                        document.person = None;
                        self.connected += 1;
                    }
                    Event::Ended => {
                        document.person = None;
                        document.ended += 1;
                    }
                    Event::Tokens(token, _) => {
                        let token = token.get("accessToken").and_then(Value::as_str).unwrap().to_owned();
                        let person = token.rsplit('.').next().unwrap().to_owned();
                        let known = document.person.get_or_insert(person.clone());
                        assert_eq!(*known, person, "the person changed within a session");
                        self.granted += 1;
                    }
                    _ => (),
                },
                guest::Effect::Finish(task, result) => {
                    assert!(document.waiting.remove(&task).is_some(), "call {task} ended twice");
                    let outcome = result.map_or_else(|failure| failure.code().name().to_owned(), |_| "ok".into());
                    self.note(format!("{frame} {task} {outcome}"));
                }
            }
        }
        self.documents.insert(frame, document);
    }

    /// Calls that have not ended, oldest first.
    pub fn unfinished(&self) -> Vec<(u32, u32, i64)> {
        let of =
            |(frame, document): (&u32, &Document)| document.waiting.iter().map(|(task, since)| (*frame, *task, *since)).collect::<Vec<_>>();
        self.documents.iter().flat_map(of).collect()
    }

    pub fn frames(&self) -> u32 {
        u32::try_from(self.documents.len()).unwrap()
    }

    pub fn pick(&mut self, limit: u64) -> u64 {
        self.random.below(limit)
    }

    /// Whether every frame gets a token when nothing goes wrong any more.
    pub fn heals(&mut self) -> Result<(), String> {
        self.faults = Faults::NONE;
        self.sign_in();
        let end = self.time + 150_000;
        while self.step(end) {}
        for frame in 1..=self.frames() {
            let document = self.documents.get_mut(&frame).unwrap();
            document.calls += 1;
            let task = document.calls;
            document.waiting.insert(task, self.time);
            self.feed(frame, guest::Input::Call(task, Call::Tokens { want: Want::default(), min_ttl: 0, force: false }));
            let end = self.time + 20_000;
            while self.documents[&frame].waiting.contains_key(&task) && self.step(end) {}
            let wanted = format!(" {frame} {task} ok");
            if !self.log.iter().any(|line| line.ends_with(&wanted)) {
                return Err(format!("frame {frame} gets no token: {:?}", self.log.iter().rev().take(20).collect::<Vec<_>>()));
            }
        }
        Ok(())
    }
}
