//! Performs the effects of a page in virtual time. Whatever takes time here takes a time that the seed chooses.

use oxidc_core::command::Notice;
use oxidc_core::effect::{Area, Effect, EffectId, Failure, Outcome};
use oxidc_core::wire::http::{Request, Response};
use sha2::{Digest, Sha256, Sha384, Sha512};
use url::Url;

use crate::broken::Broken;
use crate::early::Kept;
use crate::network::{Asked, Fate, Sent};
use crate::provider::{self, ISSUER, Provider};
use crate::steps::Step;
use crate::storage::Written;
use crate::story::describe;
use crate::tab::{PageId, Tab};
use crate::world::{APP, World};

/// A request on its way.
pub(crate) struct Asking {
    page: PageId,
    effect: EffectId,
    what: What,
    back: Back,
    /// When the page stops waiting, in true time.
    deadline: i64,
}

enum What {
    Protocol(Request),
    Api(Option<String>),
}

/// What becomes of an answer.
enum Back {
    After(i64),
    Lost,
    TooLate,
    Altered(Box<dyn FnOnce(&mut Response)>),
}

/// What a page will learn of its request.
enum Coming {
    /// It arrives, and something becomes of the answer.
    Back(Back),
    /// After a while, something else.
    Else(i64, Outcome),
}

impl World {
    pub(crate) fn perform(&mut self, tab: Tab, page: PageId, id: EffectId, mut effect: Effect) {
        if let Some(broken) = self.broken_machine {
            let Some(altered) = broken.alter(effect) else { return };
            effect = altered;
            if broken.pretends(&effect) {
                return self.answer_later(1, page, id, Outcome::Swapped);
            }
            if matches!(effect, Effect::Load { area: Area::Session, .. }) && broken.looks_away(self.invariants.is_blind(page)) {
                let known = self.told.get(&page).cloned().flatten();
                return self.answer_later(1, page, id, Outcome::Record(known));
            }
        }
        self.tell(tab, || format!("{id:>4} {}", describe(&effect)));
        if self.storage.was_tampered_with(Area::Session) {
            self.invariants.scatter();
        }
        self.invariants.performs(page, id, &effect, &self.provider, self.clock.time());
        let soon = self.random.between(0, 1);
        let now = |world: &mut Self, outcome| world.answer_later(soon, page, id, outcome);
        match effect {
            Effect::Http(request) => {
                let asked = Provider::asked(&request);
                if self.broken_machine == Some(Broken::EndlessRetry) && asked == Asked::Refresh {
                    self.repeated.insert((page, id), request.clone());
                }
                let timeout = i64::from(request.timeout);
                self.ask(tab, page, id, asked, What::Protocol(request), timeout);
            }
            Effect::Send { authorization, .. } => {
                let authorization = authorization.map(|secret| secret.expose().to_owned());
                self.ask(tab, page, id, Asked::Api, What::Api(authorization), 30_000);
            }
            Effect::Random { octets } => {
                let octets = self.random.octets(usize::from(octets));
                now(self, Outcome::Bytes(octets));
            }
            Effect::Digest { bits, data } => {
                let digest = match bits {
                    256 => Sha256::digest(&data).to_vec(),
                    384 => Sha384::digest(&data).to_vec(),
                    _ => Sha512::digest(&data).to_vec(),
                };
                now(self, Outcome::Bytes(digest));
            }
            Effect::Verify { algorithm, key, data, signature } => {
                let verdict = if algorithm.name() == "ES256" { provider::verify(&key, &data, &signature) } else { None };
                now(self, verdict.map_or_else(|| failed(Failure::Unsupported, "this key"), Outcome::Flag));
            }
            Effect::Resolve { url } => {
                let base = Url::parse(&self.tabs[tab.0].address).ok();
                let outcome = match Url::options().base_url(base.as_ref()).parse(&url) {
                    Ok(url) => Outcome::Address { origin: url.origin().ascii_serialization(), href: url.into() },
                    Err(_) => failed(Failure::Denied, "no address"),
                };
                now(self, outcome);
            }
            Effect::Load { .. } | Effect::Swap { .. } => {
                self.open(page, id);
                let delay = self.random.between(0, 3);
                let delay = self.in_turn(page, delay, false);
                match (self.copy_for(tab, &effect), effect) {
                    (Some(guessed), Effect::Load { area, key }) => {
                        self.invariants.guesses(page, id);
                        self.answer_later(0, page, id, Outcome::Record(Some(guessed.clone())));
                        self.plan(delay, Step::Look { page, area, key, guessed });
                    }
                    (_, act) => self.plan(delay, Step::Store { page, effect: id, act }),
                }
            }
            Effect::Lock { name, wait } => {
                if !self.locks.available {
                    return now(self, failed(Failure::Unsupported, "no locks"));
                }
                self.open(page, id);
                if self.locks.request(&name, (page, id)) {
                    self.grant(vec![(page, id)]);
                } else {
                    self.plan(i64::from(wait), Step::LockTimeout { page, effect: id });
                }
            }
            Effect::Unlock { lock } => self.release((page, lock)),
            Effect::Wait { duration } => self.answer_later(i64::from(duration), page, id, Outcome::Done),
            Effect::Navigate { url, .. } => {
                now(self, Outcome::Done);
                self.plan(2, Step::Go { page, url });
            }
            Effect::Visit { url, frame: true, .. } if self.frames && !self.network.offline => {
                let stored = self.provider.signed_in.as_deref() == self.stored_session()["subject"].as_str();
                // Where tabs live apart, this one may hold the session of anybody who signed in here.
                if !stored || (self.invariants.scattered && self.provider.knows_others()) {
                    self.invariants.somebody_else();
                }
                let back = self.provider.authorize(self.clock.time(), &Url::parse(&url).expect("an address"));
                let delay = self.random.between(50, 500);
                self.answer_later(delay, page, id, Outcome::Text(back));
            }
            Effect::Visit { frame: true, timeout, .. } if self.frames => {
                self.answer_later(i64::from(timeout), page, id, failed(Failure::Timeout, "nothing came back"));
            }
            // Nobody opened these pages, and their application has no windows and no hooks.
            Effect::Relay { .. } => now(self, failed(Failure::Timeout, "nobody waits")),
            Effect::Visit { .. } | Effect::Ask { .. } => now(self, failed(Failure::Unsupported, "no windows, no hooks")),
            Effect::ReplaceAddress { url } => self.tabs[tab.0].address = url,
            Effect::Broadcast { record } => self.broadcast(page, record.map_or(Notice::Stored, Notice::HandedOver)),
            Effect::Publish(event) => {
                if let Some(page) = &mut self.tabs[tab.0].page {
                    page.events.push(event);
                }
            }
            Effect::Cancel { effect } => {
                if let Some(page) = &mut self.tabs[tab.0].page {
                    page.open.remove(&effect);
                }
                self.release((page, effect));
            }
            Effect::Finish { task, result } => {
                if let Some(page) = &mut self.tabs[tab.0].page {
                    page.calls.remove(&task);
                    page.results.insert(task, result);
                }
            }
            // Nobody here can do what only some features ask for.
            _ => self.answer(page, id, Outcome::Failed { failure: Failure::Unsupported, detail: String::new() }),
        }
    }

    fn open(&mut self, page: PageId, id: EffectId) {
        if let Some(page) = self.tab_of(page).and_then(|tab| self.tabs[tab.0].page.as_mut()) {
            page.open.insert(id);
        }
    }

    fn answer_later(&mut self, delay: i64, page: PageId, effect: EffectId, outcome: Outcome) {
        self.open(page, effect);
        self.plan(delay, Step::Answer { page, effect, outcome });
    }

    /// The outcome of an effect reaches the page, if it still wants it.
    pub(crate) fn answer(&mut self, page: PageId, effect: EffectId, outcome: Outcome) {
        let Some(tab) = self.tab_of(page) else { return };
        if !self.tabs[tab.0].page.as_mut().is_some_and(|page| page.open.remove(&effect)) {
            return;
        }
        self.tell(tab, || match &outcome {
            Outcome::Http(response) => format!("{effect:>4} = {response:?}"),
            Outcome::Failed { failure, .. } => format!("{effect:>4} = {failure:?}"),
            Outcome::Record(_) => format!("{effect:>4} = what stands there"),
            _ => format!("{effect:>4} = done"),
        });
        let mut outcome = outcome;
        if let Some(broken) = self.broken_machine {
            if let Some(request) = self.repeated.remove(&(page, effect))
                && matches!(outcome, Outcome::Failed { failure: Failure::Network | Failure::Timeout, .. })
            {
                return self.perform(tab, page, effect, Effect::Http(request));
            }
            let refreshes = self.invariants.is_refreshing(page, effect);
            self.invariants.answered(page, effect, &outcome, self.clock.time());
            outcome = broken.tell(outcome, refreshes);
            if let Outcome::Record(text) = &outcome {
                self.told.insert(page, text.clone());
            }
        } else {
            self.invariants.answered(page, effect, &outcome, self.clock.time());
        }
        self.feed(page, |page, at| page.client.resume(effect, outcome, at));
        self.invariants.fed(page);
    }

    fn broadcast(&mut self, from: PageId, notice: Notice) {
        if !self.broadcasts {
            return;
        }
        let others: Vec<PageId> = self.tabs.iter().filter_map(|tab| tab.page.as_ref().map(|p| p.id)).filter(|id| *id != from).collect();
        for page in others {
            let delay = self.random.between(1, 5);
            self.plan(delay, Step::Notice { page, notice: notice.clone() });
        }
    }

    pub(crate) fn grant(&mut self, holders: Vec<(PageId, EffectId)>) {
        for (page, effect) in holders {
            let delay = self.random.between(0, 1);
            self.plan(delay, Step::Answer { page, effect, outcome: Outcome::Done });
        }
    }

    fn release(&mut self, holder: (PageId, EffectId)) {
        let next = self.locks.release(|other| *other == holder);
        self.grant(next);
    }

    pub(crate) fn give_up_waiting(&mut self, page: PageId, effect: EffectId) {
        if self.locks.is_waiting((page, effect)) {
            self.release((page, effect));
            self.answer(page, effect, failed(Failure::Timeout, "others hold the lock"));
        }
    }

    /// The storage acts, whether or not the page is still there.
    pub(crate) fn store(&mut self, page: PageId, effect: EffectId, act: Effect) {
        let mut kept = None;
        let mut keep = |key, text: &Option<String>| kept = Some(Kept { key, text: text.clone(), guessed: None });
        let outcome = match act {
            Effect::Load { area, key } => match self.storage.load(area, &key) {
                Ok(text) => {
                    keep(key, &text);
                    Outcome::Record(text)
                }
                Err(failure) => failed(failure, "the storage is blocked"),
            },
            Effect::Swap { area, key, mut expected, value } => {
                if let Some(broken) = self.broken_machine.filter(|_| area == Area::Session) {
                    expected = broken.expects(expected, self.storage.records(area).get(&key));
                    self.told.insert(page, value.clone());
                }
                match self.storage.swap(area, &key, expected.as_deref(), value.as_deref()) {
                    Ok(Written::Done { before }) => {
                        if area == Area::Session {
                            self.invariants.written(page, before.as_deref(), value.as_deref(), &self.provider);
                        }
                        self.mark(page, key, value);
                        Outcome::Swapped
                    }
                    Ok(Written::Stands(stands)) => {
                        keep(key, &stands);
                        Outcome::Record(stands)
                    }
                    Err(failure) => {
                        if area == Area::Session {
                            self.invariants.write_failed(page, effect);
                        }
                        failed(failure, "the storage does not write")
                    }
                }
            }
            _ => return,
        };
        let delay = self.random.between(0, 2);
        let delay = self.in_turn(page, delay, true);
        if let Some(kept) = kept {
            self.plan(delay, Step::Keep { page, kept });
        }
        self.plan(delay, Step::Answer { page, effect, outcome });
    }

    fn ask(&mut self, tab: Tab, page: PageId, effect: EffectId, asked: Asked, what: What, timeout: i64) {
        self.open(page, effect);
        self.network.sent.push(Sent { asked, tab, at: self.clock.elapsed() });
        let (there, back) = (self.random.between(5, 60), self.random.between(5, 60));
        let deadline = self.clock.time() + timeout;
        let fate = self.network.fate(asked, &mut self.random);
        let response = |response| Coming::Else(there + back, Outcome::Http(response));
        let (there, what_comes) = match fate {
            Fate::Answered => (there, Coming::Back(Back::After(back))),
            Fate::Slow { there, back } => (there, Coming::Back(Back::After(back))),
            Fate::AnswerLost => (there, Coming::Back(Back::Lost)),
            Fate::AnswerTooLate => (there, Coming::Back(Back::TooLate)),
            Fate::Altered(edit) => (there, Coming::Back(Back::Altered(edit))),
            Fate::RequestLost => (there, Coming::Else(there, failed(Failure::Network, "lost"))),
            Fate::Silence => (there, Coming::Else(timeout, failed(Failure::Timeout, "no answer"))),
            Fate::Failed(failure) => (there, Coming::Else(0, failed(failure, "as the story says"))),
            Fate::Status(status, retry_after) => (there, response(Response { status, retry_after, ..Response::default() })),
            Fate::Html => {
                let body = "<html>Sign in to the network</html>".into();
                (there, response(Response { status: 200, content_type: Some("text/html".into()), body, ..Response::default() }))
            }
            Fate::Instead(instead) => (there, response(instead)),
        };
        match what_comes {
            Coming::Back(back) => self.plan(there, Step::Arrive(Box::new(Asking { page, effect, what, back, deadline }))),
            Coming::Else(delay, outcome) => self.plan(delay, Step::Answer { page, effect, outcome }),
        }
    }

    /// A request arrives at the provider or the application's API.
    pub(crate) fn arrive(&mut self, asking: Asking) {
        let Asking { page, effect, what, back, deadline } = asking;
        let now = self.clock.time();
        self.invariants.losses.arrived(page, effect, now);
        let response = match &what {
            What::Protocol(request) => self.provider.answer(now, request),
            What::Api(authorization) => self.provider.api(now, authorization.as_deref()),
        };
        let (delay, outcome) = match back {
            Back::After(delay) => (delay, Outcome::Http(response)),
            Back::Lost => (5, failed(Failure::Network, "the answer broke off")),
            Back::TooLate => (i64::MAX, failed(Failure::Timeout, "no answer")),
            Back::Altered(edit) => {
                let mut altered = response;
                edit(&mut altered);
                (5, Outcome::Http(altered))
            }
        };
        let left = (deadline - now).max(0);
        let (delay, outcome) = if delay < left { (delay, outcome) } else { (left, failed(Failure::Timeout, "no answer in time")) };
        self.plan(delay, Step::Answer { page, effect, outcome });
    }

    /// The page goes to another address. Beyond the provider's pages nobody follows it.
    pub(crate) fn go(&mut self, page: PageId, url: String) {
        let Some(tab) = self.tab_of(page) else { return };
        self.crash(tab);
        let address = Url::parse(&url).expect("an address");
        let now = self.clock.time();
        self.tabs[tab.0].address = match address.path() {
            "/authorize" if url.starts_with(ISSUER) => self.provider.authorize(now, &address),
            "/end" if url.starts_with(ISSUER) => self.provider.sign_out(&address).unwrap_or(url),
            _ => {
                assert!(url.starts_with(APP), "nobody goes there: {url}");
                url
            }
        };
    }
}

fn failed(failure: Failure, detail: &str) -> Outcome {
    Outcome::Failed { failure, detail: detail.into() }
}
