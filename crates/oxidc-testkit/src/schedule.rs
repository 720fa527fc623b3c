//! Schedules: what a seed makes of tabs, networks, clocks, storages and people who click. Every invariant is checked after every
//! step; at the end the trouble stops, and whoever is still signed in must get a token.

use std::collections::BTreeMap;
use std::fmt;

use oxidc_core::command::{Command, Notice, SignInOptions, SignOutOptions, TokenOptions};
use oxidc_core::effect::Area;
use oxidc_core::error::Code;
use serde_json::Value as Json;

use crate::broken::Broken;
use crate::losses::Loss;
use crate::network::Weather;
use crate::provider::Rotation;
use crate::random::Random;
use crate::storage::Fault;
use crate::tab::Tab;
use crate::world::World;

/// The weather of a bad network: one request in seven suffers.
const BAD: Weather = Weather { request_lost: 50, answer_lost: 20, timeout: 20, broken: 50, throttled: 10, html: 10 };
/// Nothing gets through.
const OUTAGE: Weather = Weather { request_lost: 300, answer_lost: 0, timeout: 100, broken: 600, throttled: 0, html: 0 };
/// How long a person waits for a sign-in, in milliseconds.
const PATIENCE: i64 = 60_000;
/// How long it may take until all is well after the trouble stopped, in milliseconds.
const RECOVERY: i64 = 90_000;

/// What came of schedules.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Schedules that ran.
    pub runs: u64,
    /// Steps that happened in them.
    pub steps: u64,
    /// Refresh requests that were sent.
    pub refreshes: u64,
    /// Sessions that people ended.
    pub sign_outs: u64,
    /// Sessions that nobody could have kept, by the provider's grace and the reason.
    pub losses: BTreeMap<(String, Loss), u64>,
    /// Seeds of schedules in which an invariant was broken, and which.
    pub broken: Vec<(u64, String)>,
}

impl Summary {
    /// Adds what came of others.
    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.steps += other.steps;
        self.refreshes += other.refreshes;
        self.sign_outs += other.sign_outs;
        for (loss, number) in other.losses {
            *self.losses.entry(loss).or_default() += number;
        }
        self.broken.extend(other.broken);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, steps, refreshes, sign_outs, losses, broken } = self;
        writeln!(f, "{runs} schedules, {steps} steps, {refreshes} refresh requests, {sign_outs} sign-outs by people")?;
        writeln!(f, "{} broken invariants or sessions lost that could have been kept", broken.len())?;
        for ((rotation, loss), number) in losses {
            writeln!(f, "{number:>9} sessions that no client could have kept, {rotation}: {}", loss.sentence())?;
        }
        Ok(())
    }
}

/// Runs the schedules of so many seeds, on so many threads.
#[must_use]
pub fn run(first: u64, number: u64, threads: u64, broken: Option<Broken>) -> Summary {
    let part = |thread: u64| {
        let mut summary = Summary::default();
        for seed in (first + thread..first + number).step_by(usize::try_from(threads).unwrap_or(1)) {
            let mut schedule = Schedule::new(seed, broken);
            schedule.world.story.untold = true;
            summary.add(schedule.play());
            if broken.is_some() && !summary.broken.is_empty() {
                break;
            }
        }
        summary
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
        let mut summary = Summary::default();
        threads.into_iter().for_each(|thread| summary.add(thread.join().expect("a schedule does not panic")));
        summary
    })
}

/// The story of one seed, and the invariant that it breaks, if it breaks one.
#[must_use]
pub fn story(seed: u64, broken: Option<Broken>) -> (String, Option<String>) {
    let mut schedule = Schedule::new(seed, broken);
    let summary = schedule.play();
    (schedule.world.story.lines().join("\n"), summary.broken.into_iter().next().map(|(_, what)| what))
}

struct Schedule {
    seed: u64,
    world: World,
    random: Random,
    tabs: Vec<Tab>,
    weather: Weather,
    faulty: bool,
    /// The wall clock jumped: together with sleep, no page can know the time any more.
    jumped: bool,
    sign_outs: u64,
    steps: u64,
}

impl Schedule {
    fn new(seed: u64, broken: Option<Broken>) -> Self {
        let mut random = Random::new(seed ^ 0x0005_c4ed_01e5);
        let mut world = World::of_seed(seed);
        world.lenient = true;
        world.broken_machine = broken;
        world.options["automaticRenewal"] = random.chance(500).into();
        world.provider.rotation = *random.one_of(&[Rotation::None, Rotation::Grace(0), Rotation::Grace(10_000), Rotation::Grace(60_000)]);
        world.provider.lifetime = random.between(60, 600);
        world.provider.id_token_at_refresh = random.chance(250);
        world.locks.available = random.chance(800);
        world.broadcasts = random.chance(850);
        world.frames = random.chance(500);
        world.copies = Random::new(seed ^ 0x000c_0b1e_5eed).chance(600);
        let weather = if random.chance(700) { BAD } else { Weather::default() };
        let most = *random.one_of(&[2, 3, 4, 8, 16]);
        let number = random.between(1, most);
        let faulty = random.chance(150);
        let tabs = (0..number).map(|_| world.tab()).collect();
        Self { seed, world, random, tabs, weather, faulty, jumped: false, sign_outs: 0, steps: 0 }
    }

    fn play(&mut self) -> Summary {
        self.sign_in(self.tabs[0]);
        self.tabs.clone().into_iter().for_each(|tab| _ = self.world.start(tab, Command::GetSession));
        self.pass(1_000);
        self.world.network.weather = self.weather;
        for _ in 0..self.random.between(10, 40) {
            if self.world.broken().is_some() {
                break;
            }
            self.act();
        }
        let broken = self.world.broken().or_else(|| self.recover());
        let rotation = match self.world.provider.rotation {
            Rotation::None => "no rotation".to_owned(),
            Rotation::Grace(grace) => format!("grace {} s", grace / 1_000),
        };
        let mut losses = BTreeMap::new();
        for loss in &self.world.invariants.losses.found {
            *losses.entry((rotation.clone(), *loss)).or_default() += 1;
        }
        Summary {
            runs: 1,
            steps: self.steps,
            refreshes: self.world.network.count(crate::Asked::Refresh) as u64,
            sign_outs: self.sign_outs,
            losses,
            broken: broken.map(|what| (self.seed, what)).into_iter().collect(),
        }
    }

    /// Lets time pass, and counts what happens.
    fn pass(&mut self, milliseconds: i64) {
        let until = self.world.clock.time() + milliseconds;
        while self.world.broken().is_none() && self.world.step_before(until) {
            self.steps += 1;
        }
    }

    /// Something happens.
    fn act(&mut self) {
        let tab = *self.random.one_of(&self.tabs);
        let loaded = self.world.tabs[tab.0].page.is_some();
        match self.random.between(0, 99) {
            _ if !loaded => self.world.load(tab),
            0..=29 => _ = self.world.ask_for_tokens(tab),
            30..=37 => _ = self.world.start(tab, World::api_request()),
            38..=41 => _ = self.world.start(tab, Command::RefreshSession(TokenOptions::default())),
            42..=51 => {
                let lifetime = self.world.provider.lifetime * 1_000;
                self.pass(lifetime + 1_000);
                // Everybody wakes at once.
                self.tabs
                    .clone()
                    .into_iter()
                    .filter(|tab| self.world.tabs[tab.0].page.is_some())
                    .collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|tab| _ = self.world.ask_for_tokens(tab));
            }
            52..=58 => self.world.freeze(tab),
            59..=66 => self.world.thaw(tab),
            67..=73 => self.crash(tab),
            74..=77 => {
                let notice = if self.world.tabs[tab.0].visible { Notice::Hidden } else { Notice::Visible };
                self.world.notice(tab, notice);
            }
            78..=81 => self.world.set_offline(!self.world.network.offline),
            82..=83 => {
                let nap = self.random.between(1_000, 12 * 3_600_000);
                self.world.sleep(nap);
            }
            84..=85 => {
                let jump = *self.random.one_of(&[3_600_000, -3_600_000, 86_400_000, -86_400_000, 5_000, -5_000]);
                self.world.jump_wall(jump);
                self.jumped = true;
            }
            86 => self.world.steal_locks(),
            87..=89 if self.faulty => {
                let fault = *self.random.one_of(&[Fault::None, Fault::Full, Fault::Refuses]);
                self.world.storage.set_fault(Area::Session, fault);
            }
            90 if self.faulty => self.world.storage.clear(),
            91 => self.sign_out(tab),
            92..=93 => {
                self.world.provider.user = (*self.random.one_of(&["alice", "bob"])).into();
                self.sign_in(tab);
            }
            94 => self.world.provider.end_everything(),
            95..=96 => {
                self.world.network.weather = OUTAGE;
                let outage = self.random.between(5_000, 120_000);
                self.pass(outage);
                self.world.network.weather = self.weather;
            }
            _ => {
                let long = self.random.between(1_000, 90_000);
                self.pass(long);
            }
        }
        let short = if self.random.chance(300) { 0 } else { self.random.between(0, 2_000) };
        self.pass(short);
    }

    /// A page is gone at some step of what it does, and loaded anew or not.
    fn crash(&mut self, tab: Tab) {
        self.world.ask_for_tokens(tab);
        for _ in 0..self.random.between(0, 40) {
            if self.world.step_before(i64::MAX) {
                self.steps += 1;
            }
        }
        self.world.crash(tab);
        if self.random.chance(700) {
            self.world.load(tab);
        }
    }

    fn sign_out(&mut self, tab: Tab) {
        self.sign_outs += 1;
        let options = SignOutOptions { federated: false, revoke: self.random.chance(300), ..SignOutOptions::default() };
        self.world.start(tab, Command::SignOut(options));
    }

    /// A person signs in, if the network lets them.
    fn sign_in(&mut self, tab: Tab) {
        self.world.thaw(tab);
        self.world.start(tab, Command::SignIn(SignInOptions::default()));
        let until = self.world.clock.time() + PATIENCE;
        while self.world.tabs[tab.0].page.is_some() && self.world.step_before(until) {}
        if self.world.tabs[tab.0].page.is_none() {
            self.world.load(tab);
            let url = self.world.tabs[tab.0].address.clone();
            let call = self.world.start(tab, Command::ProcessCallback { url });
            while self.world.result(call).is_none() && self.world.step_before(until + PATIENCE) {}
        }
    }

    /// The trouble stops. Whoever is signed in by a grant that is still good must get a good token soon, in every tab.
    fn recover(&mut self) -> Option<String> {
        self.world.network.weather = Weather::default();
        if self.world.network.offline {
            self.world.set_offline(false);
        }
        self.world.storage.set_fault(Area::Session, Fault::None);
        for tab in self.tabs.clone() {
            if self.world.tabs[tab.0].page.is_none() {
                self.world.load(tab);
            }
            self.world.thaw(tab);
            self.world.notice(tab, Notice::Visible);
        }
        self.pass(RECOVERY);
        let calls: Vec<_> = loop {
            let before = self.world.stored_session()["id"].clone();
            let calls = self.tabs.iter().map(|tab| self.world.ask_for_tokens(*tab)).collect();
            self.pass(RECOVERY);
            // Who asked before a session took the place of one that was lost may have a token of that one.
            if self.world.broken().is_some() || self.world.stored_session()["id"] == before {
                break calls;
            }
        };
        if let Some(broken) = self.world.broken() {
            return Some(broken);
        }
        let token = self.world.stored_session()["refreshToken"].as_str().map(String::from);
        let good = token.as_ref().is_some_and(|token| self.world.provider.would_accept(token, self.world.clock.time()));
        let of = token.and_then(|token| self.world.provider.refresh_token(&token).map(|token| token.family));
        let grant = |token: &Json| token.as_str().and_then(|token| self.world.provider.family_of_access_token(token));
        let now = self.world.clock.time();
        let tampered = self.world.storage.was_tampered_with(Area::Session);
        for call in calls {
            let Some(result) = self.world.result(call) else { return Some("a call does not end although all is well".into()) };
            match result {
                Ok(tokens) if tokens["accessToken"].as_str().is_some_and(|token| self.world.provider.accepts(token, now - RECOVERY)) => (),
                // Where the storage failed or a session was lost, and tabs do not hear of each other, one may live on with the token of
                // another grant.
                Ok(tokens) if (tampered || self.world.frames) && !self.world.broadcasts && grant(&tokens["accessToken"]) != of => (),
                Ok(_) if good && !self.jumped => return Some("a token is handed out that the provider does not accept".into()),
                // A storage that was emptied is filled again by whoever knows the session, but not before.
                Err(error) if tampered && [Code::NoSession, Code::SignedOut].contains(&error.code()) => (),
                Err(error) if good => return Some(format!("no token although the session is good: {error}")),
                _ => (),
            }
        }
        None
    }
}
