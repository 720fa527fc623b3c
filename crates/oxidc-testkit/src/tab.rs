//! A tab, the page in it, and the calls of the application on that page.

use std::collections::{BTreeMap, BTreeSet};

use oxidc_core::Client;
use oxidc_core::effect::{EffectId, Event, TaskId};
use oxidc_core::error::Error;
use oxidc_core::wire::json::Value;

use crate::steps::Step;
use crate::world::World;

/// One of the tabs of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tab(pub(crate) usize);

/// A page: each load of a tab is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PageId(pub(crate) u32);

/// A call of the application that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub(crate) tab: Tab,
    pub(crate) page: PageId,
    pub(crate) task: TaskId,
}

/// What a tab is.
pub(crate) struct State {
    pub(crate) page: Option<Page>,
    /// Where the page is, or where it goes when it is loaded.
    pub(crate) address: String,
    /// The browser stopped the page; what comes for it waits.
    pub(crate) frozen: bool,
    pub(crate) visible: bool,
    /// What came while the page was stopped.
    pub(crate) kept: Vec<Step>,
    /// What its pages last read or wrote.
    pub(crate) copies: BTreeMap<String, String>,
}

/// A loaded page with its client.
pub(crate) struct Page {
    pub(crate) id: PageId,
    pub(crate) client: Client,
    /// When it was loaded, by the device's monotonic clock.
    pub(crate) born: i64,
    /// Effects whose outcome is still to come.
    pub(crate) open: BTreeSet<EffectId>,
    /// Records that it has read.
    pub(crate) read: BTreeSet<String>,
    /// When the storage has done what the page last asked for, and when the page knows.
    pub(crate) turns: [i64; 2],
    /// Calls that have not ended, and since when, by the device's monotonic clock.
    pub(crate) calls: BTreeMap<TaskId, i64>,
    pub(crate) results: BTreeMap<TaskId, Result<Value, Error>>,
    pub(crate) events: Vec<Event>,
}

impl State {
    pub(crate) fn new(address: String) -> Self {
        Self { page: None, address, frozen: false, visible: true, kept: Vec::new(), copies: BTreeMap::new() }
    }
}

impl World {
    pub(crate) fn tab_of(&self, page: PageId) -> Option<Tab> {
        self.tabs.iter().position(|tab| tab.page.as_ref().is_some_and(|p| p.id == page)).map(Tab)
    }

    pub(crate) fn page(&self, tab: Tab) -> &Page {
        self.tabs[tab.0].page.as_ref().expect("a loaded page")
    }
}
