//! Exclusive locks by name over all tabs, as the Web Locks API has them: first come, first served, and freed when the
//! page that holds one goes away.

use std::collections::{BTreeMap, VecDeque};

use oxidc_core::effect::EffectId;

use crate::tab::PageId;

type Holder = (PageId, EffectId);

/// The locks of the origin.
#[derive(Debug)]
pub struct Locks {
    /// Whether the browser has locks at all.
    pub available: bool,
    locks: BTreeMap<String, VecDeque<Holder>>,
}

impl Default for Locks {
    fn default() -> Self {
        Self { available: true, locks: BTreeMap::new() }
    }
}

impl Locks {
    /// Stands in line. True if nobody was before.
    pub(crate) fn request(&mut self, name: &str, holder: Holder) -> bool {
        let line = self.locks.entry(name.into()).or_default();
        line.push_back(holder);
        line.len() == 1
    }

    /// Whether somebody still waits.
    pub(crate) fn is_waiting(&self, holder: Holder) -> bool {
        self.locks.values().any(|line| line.iter().skip(1).any(|waiting| *waiting == holder))
    }

    /// Takes every lock away. Gives back who had one, and who comes first now.
    pub(crate) fn steal(&mut self) -> (Vec<Holder>, Vec<Holder>) {
        let held: Vec<Holder> = self.locks.values().filter_map(VecDeque::front).copied().collect();
        let next = self.release(|holder| held.contains(holder));
        (held, next)
    }

    /// Leaves every line that `leaves` names. Gives back who comes first now.
    pub(crate) fn release(&mut self, leaves: impl Fn(&Holder) -> bool) -> Vec<Holder> {
        let mut next = Vec::new();
        for line in self.locks.values_mut() {
            let before = line.front().copied();
            line.retain(|holder| !leaves(holder));
            if line.front().copied() != before {
                next.extend(line.front().copied());
            }
        }
        next
    }
}
