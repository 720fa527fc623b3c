//! Machines that are broken on purpose, to see that the invariants would notice. Each lies between the pages and the world and alters
//! what a page wants done, or what it is told, as if a rule were missing in the page.

use oxidc_core::effect::{Area, Effect, Event, Failure, Outcome};
use oxidc_core::error::Code;

use crate::network;

/// A rule that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// After the lock was got, what is stored is not read again.
    NoReread,
    /// A sign-out removes the record and leaves no mark.
    NoTombstone,
    /// Writes do not count up.
    NoGeneration,
    /// A write does not look at what it replaces: a late answer is written after a sign-out, and over a newer token.
    BlindWrites,
    /// The refresh token is sent without a mark that says so.
    NoMark,
    /// A token is handed out before it is stored.
    EarlyHandOut,
    /// A request that failed is sent again at once, without limit.
    EndlessRetry,
    /// Trouble of the network counts as a refusal.
    NetworkSignsOut,
    /// A lock is waited for without limit.
    EndlessWait,
    /// A storage that fails is not reported.
    SilentStorage,
    /// Others' requests in flight are not seen.
    NoFencing,
    /// Every read is one from the tab's copy, not only the first.
    OldCopies,
}

impl Broken {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::NoReread,
        Self::NoTombstone,
        Self::NoGeneration,
        Self::BlindWrites,
        Self::NoMark,
        Self::EarlyHandOut,
        Self::EndlessRetry,
        Self::NetworkSignsOut,
        Self::EndlessWait,
        Self::SilentStorage,
        Self::NoFencing,
        Self::OldCopies,
    ];

    /// What a page without the rule would want done. Nothing where it would want nothing.
    pub(crate) fn alter(self, effect: Effect) -> Option<Effect> {
        Some(match (self, effect) {
            (Self::NoTombstone, Effect::Swap { area: Area::Session, key, expected, value: Some(text) }) if text.contains("\"ended\"") => {
                Effect::Swap { area: Area::Session, key, expected, value: None }
            }
            (Self::NoGeneration, Effect::Swap { area: Area::Session, key, expected, value: Some(text) }) => {
                let value = Some(without_generation(&text));
                Effect::Swap { area: Area::Session, key, expected, value }
            }
            (Self::EndlessWait, Effect::Lock { name, .. }) => Effect::Lock { name, wait: u32::MAX },
            (Self::SilentStorage, Effect::Publish(Event::Error(error))) if error.code() == Code::StorageDegraded => return None,
            (_, effect) => effect,
        })
    }

    /// Whether a write is not carried out although the page is told so.
    pub(crate) fn pretends(self, effect: &Effect) -> bool {
        let Effect::Swap { area: Area::Session, value: Some(text), .. } = effect else { return false };
        let marks = text.contains("\"open\":true");
        match self {
            Self::NoMark => marks,
            Self::EarlyHandOut => !marks && !text.contains("\"ended\""),
            _ => false,
        }
    }

    /// What the storage is told that a write must replace.
    pub(crate) fn expects(self, expected: Option<String>, stands: Option<&String>) -> Option<String> {
        let unseen = stands.is_some_and(|stands| expected.as_ref() == Some(&without_flight(stands)));
        match self {
            Self::BlindWrites => stands.cloned(),
            Self::NoFencing if unseen => stands.cloned(),
            _ => expected,
        }
    }

    /// Whether a page is told what it was told before when it asks what is stored.
    pub(crate) fn looks_away(self, has_lock: bool) -> bool {
        self == Self::NoReread && has_lock
    }

    /// What a page is told, instead of what happened.
    pub(crate) fn tell(self, outcome: Outcome, refreshes: bool) -> Outcome {
        match (self, outcome) {
            (Self::NetworkSignsOut, Outcome::Failed { failure: Failure::Network | Failure::Timeout, .. }) if refreshes => {
                Outcome::Http(network::json(400, &serde_json::json!({ "error": "invalid_grant" })))
            }
            (Self::NoFencing, Outcome::Record(Some(text))) => Outcome::Record(Some(without_flight(&text))),
            (_, outcome) => outcome,
        }
    }
}

fn without_flight(text: &str) -> String {
    text.replace("\"open\":true", "\"open\":false").replace("\"until\"", "\"before\"")
}

fn without_generation(text: &str) -> String {
    let mut record: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    record["generation"] = 1.into();
    record.to_string()
}
