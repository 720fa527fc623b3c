//! Copies of records in each tab, with which its next page begins while the database still opens; as the browser's side keeps them.

use oxidc_core::command::{Command, Notice};
use oxidc_core::effect::{Area, Effect};

use crate::broken::Broken;
use crate::steps::Step;
use crate::tab::{PageId, Tab};
use crate::world::World;

/// What a page keeps once it knows what stands in the storage.
pub(crate) struct Kept {
    pub(crate) key: String,
    pub(crate) text: Option<String>,
    /// What the page was told before it was known.
    pub(crate) guessed: Option<String>,
}

impl World {
    /// The tab's copy for the first read of a page, if no write made it useless.
    pub(crate) fn copy_for(&mut self, tab: Tab, effect: &Effect) -> Option<String> {
        if !self.copies {
            return None;
        }
        let always = self.broken_machine == Some(Broken::OldCopies);
        let state = &mut self.tabs[tab.0];
        match effect {
            Effect::Load { key, .. } if state.page.as_mut()?.read.insert(key.clone()) || always => {
                state.copies.get(key).filter(|copy| self.storage.marks.get(key) == Some(copy)).cloned()
            }
            _ => None,
        }
    }

    /// When a page's act on the storage, or what came of it, has its turn: a database does one after the other.
    pub(crate) fn in_turn(&mut self, page: PageId, delay: i64, done: bool) -> i64 {
        let now = self.clock.time();
        let Some(page) = self.tab_of(page).filter(|_| self.copies).and_then(|tab| self.tabs[tab.0].page.as_mut()) else { return delay };
        let turn = &mut page.turns[usize::from(done)];
        *turn = (now + delay).max(*turn);
        *turn - now
    }

    /// The read that follows on one from a copy.
    pub(crate) fn look(&mut self, page: PageId, area: Area, key: String, guessed: String) {
        if let Ok(text) = self.storage.load(area, &key) {
            let delay = self.random.between(0, 2);
            let delay = self.in_turn(page, delay, true);
            self.plan(delay, Step::Keep { page, kept: Kept { key, text, guessed: Some(guessed) } });
        }
    }

    fn copy(&mut self, tab: Tab, key: String, text: Option<String>) {
        match text {
            Some(text) => self.tabs[tab.0].copies.insert(key, text),
            None => self.tabs[tab.0].copies.remove(&key),
        };
    }

    /// A page writes: in the same step copies of anything else become of no use.
    pub(crate) fn mark(&mut self, page: PageId, key: String, text: Option<String>) {
        match text.clone() {
            Some(text) => self.storage.marks.insert(key.clone(), text),
            None => self.storage.marks.remove(&key),
        };
        if let Some(tab) = self.tab_of(page) {
            self.copy(tab, key, text);
        }
    }

    /// The page learns what stands in the storage.
    pub(crate) fn keep(&mut self, page: PageId, kept: Kept) {
        let Some(tab) = self.tab_of(page) else { return };
        let Kept { key, text, guessed } = kept;
        let is_news = guessed.is_some() && guessed != text;
        self.copy(tab, key, text);
        if is_news {
            self.tell(tab, || "was told what does not stand there".into());
            self.feed(page, |page, at| _ = page.client.start(Command::Notice(Notice::Stored), at));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::storage::Fault;

    /// A world in which tabs keep copies, and a person is signed in.
    fn signed_in(seed: u64) -> (World, Tab) {
        let mut world = World::of_seed(seed);
        world.copies = true;
        let tab = world.tab();
        world.sign_in(tab);
        (world, tab)
    }

    /// The page of a tab is gone while another one signs out.
    fn signed_out_elsewhere(world: &mut World, tab: Tab) {
        world.crash(tab);
        let other = world.tab();
        world.get_session(other);
        world.sign_out(other).expect("signed out");
    }

    #[test]
    fn a_page_begins_with_the_copy_of_its_tab() {
        let (mut world, tab) = signed_in(1);
        world.load(tab);
        // It is the copy that answers: the storage answers nobody.
        world.storage.set_fault(Area::Session, Fault::Refuses);
        assert_eq!(world.get_session(tab)["subject"], "alice");
        world.load(tab);
        world.storage.marks.clear();
        assert_eq!(world.get_session(tab), Json::Null);
    }

    #[test]
    fn a_copy_of_before_a_write_of_another_tab_is_of_no_use() {
        let (mut world, tab) = signed_in(1);
        signed_out_elsewhere(&mut world, tab);
        world.load(tab);
        assert_eq!(world.get_session(tab), Json::Null);
    }

    #[test]
    fn a_wrong_copy_that_nothing_tells_from_a_right_one_is_found_out_at_once() {
        for seed in 1..=50 {
            let (mut world, tab) = signed_in(seed);
            let marks = world.storage.marks.clone();
            signed_out_elsewhere(&mut world, tab);
            world.storage.marks = marks;
            world.load(tab);
            assert_eq!(world.get_session(tab)["subject"], "alice");
            world.run_for(20);
            assert_eq!(world.get_session(tab), Json::Null);
        }
    }
}
