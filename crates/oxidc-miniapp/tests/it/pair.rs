//! A frame and a host side by side, whose messages a test carries by hand.

use std::collections::VecDeque;

use oxidc_core::effect::Now;
use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::fault::Failure;
use oxidc_miniapp::guest::{self, Answer, Call, Event, Fetch, Guest, GuestOptions, Want};
use oxidc_miniapp::host::{self, Host};

use crate::random::Random;

pub const HOST: &str = "https://platform.example.com";
pub const APP: &str = "https://orders.example.net";
pub const API: &str = "https://api.example.com";

pub fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

pub fn registration() -> Value {
    json(
        r#"{"id": "orders", "origin": "https://orders.example.net",
        "audiences": [{"audience": "https://api.example.com/", "scopes": ["read", "write"]}, {"audience": "https://files.example.com/", "scopes": "files"}],
        "context": {"https": true, "domain": "api.example.com", "auth": {"access_token": "never"}, "ratelimit": {"limit": 100}}, "methods": ["toast.show"]}"#,
    )
}

pub fn options(more: &str) -> GuestOptions {
    let text = format!(r#"{{"hosts": ["{HOST}", "https://staging.example.com"]{more}}}"#);
    GuestOptions::from_value(&json(&text), APP).unwrap()
}

pub fn fetch(origin: &str) -> Fetch {
    Fetch { origin: origin.into(), authorization: false, no_cors: false, replayable: true, limited: false }
}

/// What is on its way.
#[derive(Debug)]
pub enum Letter {
    ToHostWindow(String),
    Offer(u32, String),
    Hello(String),
    ToHost(u32, String),
    ToGuest(u32, String),
    Shut,
}

pub struct Pair {
    pub guest: Guest,
    pub host: Host,
    pub time: i64,
    random: Random,
    pub letters: VecDeque<Letter>,
    pub jobs: Vec<(u32, String, String, bool)>,
    pub calls: Vec<(u32, String, Value)>,
    pub finished: Vec<(u32, Result<Value, Failure>)>,
    pub sent: Vec<(u32, Option<String>)>,
    pub events: Vec<Event>,
    pub published: Vec<(&'static str, String)>,
    pub said: Vec<String>,
    /// Whether letters to the host arrive, and whether those to the guest do.
    pub deaf: (bool, bool),
}

impl Pair {
    pub fn new() -> Self {
        Self::with(options(""), true)
    }

    pub fn with(options: GuestOptions, session: bool) -> Self {
        Self::versions(options, session, &[1])
    }

    pub fn versions(options: GuestOptions, session: bool, versions: &[i64]) -> Self {
        let mut host = Host::new(HOST, versions, session);
        host.register(&registration()).unwrap();
        host.add(1, "orders", &json(r#"{"placement": {"id": "p1"}}"#)).unwrap();
        Self {
            guest: Guest::new(options),
            host,
            time: 1_000_000,
            random: Random::new(1),
            letters: VecDeque::new(),
            jobs: Vec::new(),
            calls: Vec::new(),
            finished: Vec::new(),
            sent: Vec::new(),
            events: Vec::new(),
            published: Vec::new(),
            said: Vec::new(),
            deaf: (false, false),
        }
    }

    fn moment(&mut self) -> Moment {
        Moment { now: Now { wall: self.time, monotonic: self.time }, random: self.random.octets() }
    }

    pub fn feed(&mut self, input: guest::Input) {
        let moment = self.moment();
        for effect in self.guest.feed(input, moment) {
            match effect {
                guest::Effect::Post(origin, text) if origin == HOST => self.letters.push_back(Letter::ToHostWindow(text)),
                guest::Effect::Say(connection, text) => self.letters.push_back(Letter::ToHost(connection, text)),
                guest::Effect::Finish(task, result) => self.finished.push((task, result)),
                guest::Effect::Send(task, header) => self.sent.push((task, header.map(|header| header.expose().into()))),
                guest::Effect::Publish(event) => self.events.push(event),
                _ => (),
            }
        }
    }

    pub fn feed_host(&mut self, input: host::Input) {
        let moment = self.moment();
        for effect in self.host.feed(input, moment) {
            match effect {
                host::Effect::Offer { connection, text, origin, frame } => {
                    assert_eq!((origin.as_str(), frame), (APP, 1));
                    self.letters.push_back(Letter::Offer(connection, text));
                }
                host::Effect::Post(1, origin, text) if origin == APP => self.letters.push_back(Letter::Hello(text)),
                host::Effect::Say(connection, text) => {
                    self.said.push(text.clone());
                    self.letters.push_back(Letter::ToGuest(connection, text));
                }
                host::Effect::Token { job, audience, scope, force, .. } => self.jobs.push((job, audience, scope, force)),
                host::Effect::Call { job, method, params, .. } => self.calls.push((job, method, params)),
                host::Effect::Publish(what, _, _, detail) => self.published.push((what, detail)),
                host::Effect::Shut(_) => self.letters.push_back(Letter::Shut),
                host::Effect::Post(..) => panic!("posted to a stranger"),
            }
        }
    }

    /// Carries all letters.
    pub fn carry(&mut self) {
        while let Some(letter) = self.letters.pop_front() {
            let (host_deaf, guest_deaf) = self.deaf;
            match letter {
                Letter::ToHostWindow(_) | Letter::ToHost(..) if host_deaf => (),
                Letter::Offer(..) | Letter::Hello(_) | Letter::ToGuest(..) if guest_deaf => (),
                Letter::ToHostWindow(text) => self.feed_host(host::Input::Window(Some(1), APP.into(), text)),
                Letter::ToHost(connection, text) => self.feed_host(host::Input::Port(connection, text)),
                Letter::Offer(connection, text) => self.window(HOST, true, 1, connection, &text),
                Letter::Hello(text) => self.window(HOST, true, 0, 0, &text),
                Letter::ToGuest(connection, text) => self.feed(guest::Input::Port { connection, text }),
                Letter::Shut => (),
            }
        }
    }

    pub fn window(&mut self, origin: &str, from_parent: bool, ports: usize, connection: u32, text: &str) {
        self.feed(guest::Input::Window { origin: origin.into(), from_parent, ports, connection, text: text.into() });
    }

    /// Starts the frame and shakes hands.
    pub fn connect(&mut self) {
        self.feed(guest::Input::Start { framed: true, ancestor: None });
        self.carry();
        assert!(self.connected(), "{:?}", self.events);
    }

    pub fn connected(&self) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Connected(..)))
    }

    pub fn ended(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::Ended)).count()
    }

    pub fn call(&mut self, task: u32, call: Call) {
        self.feed(guest::Input::Call(task, call));
        self.carry();
    }

    pub fn tokens(&mut self, task: u32) {
        self.call(task, Call::Tokens { want: Want::default(), min_ttl: 0, force: false });
    }

    pub fn force(&mut self, task: u32) {
        self.call(task, Call::Tokens { want: Want::default(), min_ttl: 0, force: true });
    }

    /// The source answers its oldest job.
    pub fn grant(&mut self, token: &str, expires_in: i64) {
        let (job, ..) = self.jobs.remove(0);
        let answer = Object::new()
            .with("accessToken", token)
            .with("expiresIn", expires_in)
            .with("refreshToken", "the-refresh-token")
            .with("idToken", "the-id-token");
        self.feed_host(host::Input::Done(job, Ok(answer.into())));
        self.carry();
    }

    pub fn refuse(&mut self, code: &str) {
        let (job, ..) = self.jobs.remove(0);
        self.feed_host(host::Input::Done(job, Err(Object::new().with("code", code).into())));
        self.carry();
    }

    pub fn answer(&mut self, task: u32, status: u16) {
        self.feed(guest::Input::Sent(task, Answer { status, ..Answer::default() }));
        self.carry();
    }

    /// Lets time pass, waking both machines when they want to be.
    pub fn pass(&mut self, millis: i64) {
        let end = self.time + millis;
        loop {
            let wake = [self.guest.wake(), self.host.wake()].into_iter().flatten().min();
            let next = wake.map_or(end, |wake| (self.time + wake.max(1)).min(end));
            self.time = next;
            self.feed(guest::Input::Timer);
            self.feed_host(host::Input::Timer);
            self.carry();
            if next >= end {
                return;
            }
        }
    }

    /// What became of a call: the access token or the code.
    pub fn outcome(&self, task: u32) -> Option<String> {
        let results: Vec<_> = self.finished.iter().filter(|(id, _)| *id == task).collect();
        assert!(results.len() < 2, "task {task} ended twice");
        results.first().map(|(_, result)| match result {
            Ok(value) => value.get("accessToken").and_then(Value::as_str).map_or_else(|| value.to_text(), String::from),
            Err(failure) => failure.code().name().into(),
        })
    }
}
