//! The tabs, the calls of the applications in them, and the passing of time.

use std::collections::{BTreeMap, BTreeSet};

use oxidc_core::Client;
use oxidc_core::command::{Command, Notice};
use oxidc_core::config::client::ClientConfig;
use oxidc_core::effect::{EffectId, Now, Outcome};
use oxidc_core::error::Error;
use oxidc_core::wire::json::Value;
use serde_json::{Value as Json, json};

use crate::broken::Broken;
use crate::clock::Clock;
use crate::invariants::Invariants;
use crate::locks::Locks;
use crate::network::Network;
use crate::provider::{API, CLIENT_ID, ISSUER, Provider};
use crate::random::Random;
use crate::steps::Step;
use crate::storage::Storage;
use crate::story::Story;
use crate::tab::{Call, Page, PageId, State, Tab};

/// The origin of the application.
pub const APP: &str = "https://app.example.com";
/// How long a story waits for something, in milliseconds.
const PATIENCE: i64 = 86_400_000;

/// A simulated world. See the crate page.
pub struct World {
    /// The clocks.
    pub clock: Clock,
    /// The network.
    pub network: Network,
    /// What all tabs store.
    pub storage: Storage,
    /// The locks of all tabs.
    pub locks: Locks,
    /// The other side.
    pub provider: Provider,
    /// The options of the clients of pages that are loaded from now on.
    pub options: Json,
    /// Whether tabs hear of each other's writes.
    pub broadcasts: bool,
    /// Whether the provider's pages work in a frame, with the cookies that they set elsewhere.
    pub frames: bool,
    /// Whether pages begin with their tab's copies of what is stored.
    pub copies: bool,
    /// What happened so far.
    pub story: Story,
    pub(crate) tabs: Vec<State>,
    pub(crate) random: Random,
    pub(crate) invariants: Invariants,
    /// What pages with a missing rule were told last of what is stored, and what they send again.
    pub(crate) told: BTreeMap<PageId, Option<String>>,
    pub(crate) repeated: BTreeMap<(PageId, EffectId), oxidc_core::wire::http::Request>,
    pub(crate) broken_machine: Option<Broken>,
    /// Whether a broken invariant is noted only.
    pub(crate) lenient: bool,
    seed: u64,
    pub(crate) steps: BTreeMap<(i64, u64), Step>,
    pub(crate) order: u64,
    pages: u32,
}

impl World {
    /// A world with no tab. `OXIDC_SEED` in the environment replaces the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let replay = std::env::var("OXIDC_SEED").ok().and_then(|text| text.parse().ok());
        Self::of_seed(replay.unwrap_or(seed))
    }

    /// A world of exactly this seed.
    pub(crate) fn of_seed(seed: u64) -> Self {
        Self {
            clock: Clock::default(),
            network: Network::default(),
            storage: Storage::default(),
            locks: Locks::default(),
            provider: Provider::new(seed),
            options: json!({
                "issuer": ISSUER,
                "clientId": CLIENT_ID,
                "redirectUri": format!("{APP}/callback"),
                "postLogoutRedirectUri": format!("{APP}/goodbye"),
                "scopes": ["openid", "profile", "offline_access", "api"],
                "resources": [{ "resource": API, "scopes": ["api"] }],
                "allowedOrigins": [API],
                "fetchUserinfo": false,
            }),
            broadcasts: true,
            frames: false,
            copies: false,
            story: Story::default(),
            tabs: Vec::new(),
            random: Random::new(seed),
            invariants: Invariants::default(),
            told: BTreeMap::new(),
            repeated: BTreeMap::new(),
            broken_machine: None,
            lenient: false,
            seed,
            steps: BTreeMap::new(),
            order: 0,
            pages: 0,
        }
    }

    /// Opens a tab at the application's start page.
    pub fn tab(&mut self) -> Tab {
        let tab = Tab(self.tabs.len());
        self.tabs.push(State::new(format!("{APP}/")));
        self.load(tab);
        tab
    }

    /// Loads the page of a tab anew, at the address where it stands.
    pub fn load(&mut self, tab: Tab) {
        self.unload(tab);
        self.pages += 1;
        let id = PageId(self.pages);
        let options = Value::parse(&self.options.to_string()).expect("JSON");
        let config = ClientConfig::from_value(&options, APP).expect("good options");
        let state = &mut self.tabs[tab.0];
        let page = oxidc_core::Page { href: state.address.clone(), origin: APP.into(), ..oxidc_core::Page::default() };
        state.page = Some(Page {
            id,
            client: Client::new(config, page),
            born: self.clock.monotonic(),
            open: BTreeSet::new(),
            read: BTreeSet::new(),
            turns: [i64::MIN; 2],
            calls: BTreeMap::new(),
            results: BTreeMap::new(),
            events: Vec::new(),
        });
        let address = self.tabs[tab.0].address.clone();
        self.tell(tab, || format!("loads {}", address.split('?').next().unwrap_or("")));
    }

    /// The page of a tab goes away at once: closed, crashed or left. What it asked of others may still happen.
    pub fn crash(&mut self, tab: Tab) {
        self.tell(tab, || "is gone".into());
        self.unload(tab);
    }

    fn unload(&mut self, tab: Tab) {
        let state = &mut self.tabs[tab.0];
        state.kept.clear();
        state.frozen = false;
        let Some(page) = state.page.take() else { return };
        let (steps, random) = (&mut self.steps, &mut self.random);
        // A transaction that was begun may be carried out without the page.
        steps.retain(|_, step| !matches!(step, Step::Store { page: of, .. } if *of == page.id) || random.chance(500));
        self.invariants.gone(page.id);
        self.invariants.losses.stops(self.clock.time(), Some(page.id), true);
        let next = self.locks.release(|(holder, _)| *holder == page.id);
        self.grant(next);
    }

    /// The browser stops a page.
    pub fn freeze(&mut self, tab: Tab) {
        self.tell(tab, || "freezes".into());
        if let Some(page) = &self.tabs[tab.0].page {
            self.invariants.losses.stops(self.clock.time(), Some(page.id), true);
        }
        self.tabs[tab.0].frozen = true;
    }

    /// The browser lets a page go on, and says so.
    pub fn thaw(&mut self, tab: Tab) {
        self.tell(tab, || "thaws".into());
        let now = self.clock.monotonic();
        let state = &mut self.tabs[tab.0];
        state.frozen = false;
        let kept = std::mem::take(&mut state.kept);
        if let Some(page) = &mut state.page {
            page.calls.values_mut().for_each(|since| *since = now);
            self.invariants.losses.stops(self.clock.time(), Some(page.id), false);
        }
        kept.into_iter().for_each(|step| self.plan(0, step));
        self.notice(tab, Notice::Shown);
    }

    /// Tells a page what happened around it.
    pub fn notice(&mut self, tab: Tab, notice: Notice) {
        match notice {
            Notice::Visible => self.tabs[tab.0].visible = true,
            Notice::Hidden => self.tabs[tab.0].visible = false,
            _ => (),
        }
        if let Some(page) = self.tabs[tab.0].page.as_ref().map(|page| page.id) {
            self.plan(0, Step::Notice { page, notice });
        }
    }

    /// The device loses its network, or has it back and says so.
    pub fn set_offline(&mut self, offline: bool) {
        self.network.offline = offline;
        self.invariants.losses.stops(self.clock.time(), None, offline);
        for tab in (0..self.tabs.len()).map(Tab) {
            self.tell(tab, || if offline { "is offline".into() } else { "is online".into() });
            if !offline {
                self.notice(tab, Notice::Online);
            }
        }
    }

    /// The device sleeps for so many milliseconds. Timers and the monotonic clock stand still; connections break.
    pub fn sleep(&mut self, milliseconds: i64) {
        self.invariants.losses.stops(self.clock.time(), None, true);
        self.clock.sleep(milliseconds);
        self.invariants.losses.stops(self.clock.time(), None, self.network.offline);
        let steps = std::mem::take(&mut self.steps);
        for ((at, order), mut step) in steps {
            if let Step::Answer { outcome: outcome @ Outcome::Http(_), .. } = &mut step
                && self.random.chance(500)
            {
                *outcome = Outcome::Failed { failure: oxidc_core::effect::Failure::Network, detail: "the connection broke".into() };
            }
            self.steps.insert((at + milliseconds, order), step);
        }
        (0..self.tabs.len()).for_each(|tab| self.tell(Tab(tab), || format!("slept for {milliseconds} ms")));
    }

    /// Puts the device's wall clock forward or back.
    pub fn jump_wall(&mut self, milliseconds: i64) {
        if milliseconds > 0 {
            self.invariants.jumped(self.clock.time());
        }
        self.clock.jump_wall(milliseconds);
        self.tell(Tab(0), || format!("and all: the wall clock jumps by {milliseconds} ms"));
    }

    /// Somebody takes every lock away from its holder, who does not notice.
    pub fn steal_locks(&mut self) {
        self.tell(Tab(0), || "and all: locks are stolen".into());
        let (robbed, next) = self.locks.steal();
        robbed.into_iter().for_each(|(page, _)| self.invariants.robbed(page));
        self.grant(next);
    }

    /// Begins a call of the application.
    pub fn start(&mut self, tab: Tab, command: Command) -> Call {
        self.tell(tab, || format!("calls {}", format!("{command:?}").split([' ', '(', '{']).next().unwrap_or("")));
        let page = self.page(tab).id;
        if matches!(command, Command::SignOut(_)) {
            self.invariants.signs_out(page, self.stored_session()["id"].as_str());
        }
        let now = self.clock.monotonic();
        let mut task = 0;
        self.feed(page, |page, at| {
            task = page.client.start(command, at);
            page.calls.insert(task, now);
        });
        Call { tab, page, task }
    }

    /// The application gives a call up.
    pub fn cancel(&mut self, call: Call) {
        self.feed(call.page, |page, at| page.client.cancel(call.task, at));
    }

    /// The result of a call, if it has one.
    #[must_use]
    pub fn result(&self, call: Call) -> Option<Result<Json, Error>> {
        let page = self.tabs[call.tab.0].page.as_ref().filter(|page| page.id == call.page)?;
        page.results.get(&call.task).map(|result| result.as_ref().map(to_json).map_err(Clone::clone))
    }

    /// Lets time pass until a call has ended.
    ///
    /// # Errors
    ///
    /// That of the call.
    pub fn finish(&mut self, call: Call) -> Result<Json, Error> {
        self.run_until("the call ends", |world| world.result(call).is_some());
        self.result(call).expect("it ended")
    }

    /// Lets time pass until something is true.
    pub fn run_until(&mut self, what: &str, mut is: impl FnMut(&Self) -> bool) {
        let limit = self.clock.time() + PATIENCE;
        while !is(self) {
            assert!(self.step() && self.clock.time() < limit, "it never happened: {what}");
        }
    }

    /// Lets so many milliseconds pass.
    pub fn run_for(&mut self, milliseconds: i64) {
        let until = self.clock.time() + milliseconds;
        while self.steps.first_key_value().is_some_and(|((at, _), _)| *at <= until) {
            self.step();
        }
        self.clock.advance_to(until);
    }

    /// Does what comes next, if it comes until then; else lets the time pass.
    pub(crate) fn step_before(&mut self, until: i64) -> bool {
        if self.steps.first_key_value().is_some_and(|((at, _), _)| *at <= until) {
            return self.step();
        }
        if until < i64::MAX {
            self.clock.advance_to(until);
        }
        false
    }

    /// Does what comes next. False if nothing does.
    pub fn step(&mut self) -> bool {
        let Some(((at, _), step)) = self.steps.pop_first() else { return false };
        self.clock.advance_to(at);
        self.happen(step);
        if let Some(broken) = self.broken() {
            assert!(self.lenient, "{broken}");
        }
        true
    }

    /// The invariant that was broken first, if one was.
    #[must_use]
    pub fn broken(&self) -> Option<String> {
        self.invariants.check(self)
    }

    /// Feeds one input to a client and performs what it wants done.
    pub(crate) fn feed(&mut self, page: PageId, input: impl FnOnce(&mut Page, Now)) {
        let Some(tab) = self.tab_of(page) else { return };
        let Some(state) = self.tabs[tab.0].page.as_mut() else { return };
        let now = self.clock.seen_since(state.born);
        input(state, now);
        for (id, effect) in state.client.effects() {
            self.perform(tab, page, id, effect);
        }
    }

    pub(crate) fn tell(&mut self, tab: Tab, what: impl FnOnce() -> String) {
        if self.story.untold {
            return;
        }
        let elapsed = self.clock.elapsed();
        self.story.tell(elapsed, &format!("tab {}", tab.0), &what());
    }
}

pub(crate) fn to_json(value: &Value) -> Json {
    serde_json::from_str(&value.to_text()).expect("JSON")
}

impl Drop for World {
    /// The story of a test that fails.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}:\n{}", self.seed, self.story.lines().join("\n"));
        }
    }
}
