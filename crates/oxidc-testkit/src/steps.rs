//! What will happen in a world, in its order.

use oxidc_core::command::{Command, Notice};
use oxidc_core::effect::{Area, Effect, EffectId, Outcome};

use crate::early::Kept;
use crate::perform::Asking;
use crate::tab::PageId;
use crate::world::World;

/// Something that will happen.
pub(crate) enum Step {
    /// An effect has its outcome.
    Answer { page: PageId, effect: EffectId, outcome: Outcome },
    /// Something happens around a page.
    Notice { page: PageId, notice: Notice },
    /// The storage acts.
    Store { page: PageId, effect: EffectId, act: Effect },
    /// The storage is read after a page was told what a copy says.
    Look { page: PageId, area: Area, key: String, guessed: String },
    /// A page learns what stands in the storage.
    Keep { page: PageId, kept: Kept },
    /// A request arrives.
    Arrive(Box<Asking>),
    /// A page has waited for a lock long enough.
    LockTimeout { page: PageId, effect: EffectId },
    /// A page goes to another address.
    Go { page: PageId, url: String },
}

impl World {
    pub(crate) fn plan(&mut self, delay: i64, step: Step) {
        self.order += 1;
        self.steps.insert((self.clock.time() + delay, self.order), step);
    }

    pub(crate) fn happen(&mut self, step: Step) {
        let page = match &step {
            Step::Answer { page, .. }
            | Step::Notice { page, .. }
            | Step::LockTimeout { page, .. }
            | Step::Go { page, .. }
            | Step::Keep { page, .. } => Some(*page),
            Step::Store { .. } | Step::Look { .. } | Step::Arrive(_) => None,
        };
        if let Some(page) = page {
            let Some(tab) = self.tab_of(page) else { return };
            if self.tabs[tab.0].frozen {
                self.tabs[tab.0].kept.push(step);
                return;
            }
        }
        match step {
            Step::Answer { page, effect, outcome } => self.answer(page, effect, outcome),
            Step::Notice { page, notice } => self.feed(page, |page, at| _ = page.client.start(Command::Notice(notice), at)),
            Step::Store { page, effect, act } => self.store(page, effect, act),
            Step::Look { page, area, key, guessed } => self.look(page, area, key, guessed),
            Step::Keep { page, kept } => self.keep(page, kept),
            Step::Arrive(asking) => self.arrive(*asking),
            Step::LockTimeout { page, effect } => self.give_up_waiting(page, effect),
            Step::Go { page, url } => self.go(page, url),
        }
    }
}
