//! Reads and writes the stored session. A write succeeds only if what stands there is what this tab believes;
//! else what stands there decides.

use alloc::rc::Rc;
use alloc::string::String;

use super::record::{Ended, Record, Stored, read};
use super::{changed, ended, renewal, view};
use crate::client::Context;
use crate::effect::{Area, Effect, Event, Failure, Outcome};
use crate::error::{Code, Error};
use crate::wire::{decimal, text};

/// How often other tabs may come in between before this one goes on alone.
const TRIES: usize = 50;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// It stands.
    Done,
    /// Another tab wrote something newer of the same session; that is what counts now.
    Superseded,
    /// The session ended, or another one began, while this write was on its way.
    Ended,
}

/// The key of the record and the name of the lock. The issuer's length keeps two pairs from meeting in one key.
pub(crate) fn key(cx: &Context) -> String {
    let issuer = cx.config.issuer.as_str();
    let suffix = &cx.config.session_key;
    text(&[
        "oxidc:session:",
        &decimal(issuer.len() as i64),
        ":",
        issuer,
        ":",
        &cx.config.client_id,
        if suffix.is_empty() { "" } else { ":" },
        suffix,
    ])
}

/// Reads the record if this tab has not done so.
pub(crate) async fn load(cx: &Rc<Context>) {
    if !cx.sessions.loaded.get() {
        reload(cx).await;
    }
}

/// Reads the record and adopts it if it is news.
pub(crate) async fn reload(cx: &Rc<Context>) {
    let outcome = cx.shell.perform(Effect::Load { area: Area::Session, key: key(cx) }).await;
    let first = !cx.sessions.loaded.replace(true);
    match outcome {
        Outcome::Record(text) => adopt(cx, text, first),
        other => degraded(cx, other),
    }
}

/// Takes what stands in the storage. Its absence ends nothing: only a mark does.
fn adopt(cx: &Rc<Context>, text: Option<String>, first: bool) {
    let sessions = &cx.sessions;
    if *sessions.stored.borrow() == text && !first {
        return;
    }
    *sessions.stored.borrow_mut() = text.clone();
    sessions.alone.set(false);
    let Some(text) = text else { return };
    match read(cx, &text) {
        Stored::Session(record) => {
            let known = sessions.record.borrow().as_ref().map(|r| (r.id.clone(), r.generation));
            // A record that somebody put back is not news (a later one of the same session is in this tab).
            if known.is_some_and(|(id, generation)| id == record.id && generation > record.generation) {
                return;
            }
            let before = view(cx);
            sessions.generation.set(record.generation);
            sessions.signed_out.set(None);
            *sessions.record.borrow_mut() = Some(record);
            if first || view(cx) == before {
                renewal::plan(cx);
            } else {
                changed(cx, "other_tab");
            }
        }
        Stored::Ended { generation, wanted } => {
            sessions.generation.set(generation);
            sessions.signed_out.set(wanted);
            if sessions.record.borrow_mut().take().is_some() {
                ended(cx, "signed_out");
            }
        }
        Stored::Newer => {
            sessions.alone.set(true);
            report(cx, Code::SessionNewer.into());
        }
        Stored::Damaged => report(cx, Code::SessionCorrupt.into()),
    }
}

/// Writes the next generation of the session that this tab knows.
pub(crate) async fn commit(cx: &Rc<Context>, mut record: Record) -> Commit {
    let base = cx.sessions.record();
    for _ in 0..TRIES {
        record.generation = cx.sessions.generation.get() + 1;
        let stands = swap(cx, record.to_text(cx)).await;
        let Some(stands) = stands else {
            cx.sessions.generation.set(record.generation);
            *cx.sessions.record.borrow_mut() = Some(record);
            return Commit::Done;
        };
        match stands.as_deref().map(|text| read(cx, text)) {
            // Deleted by somebody, or unreadable: written anew.
            None | Some(Stored::Damaged) => *cx.sessions.stored.borrow_mut() = stands,
            Some(Stored::Session(other)) if other.id == record.id => {
                let rotated = base
                    .as_ref()
                    .is_none_or(|b| other.refresh_token.as_ref().map(|t| t.expose()) != b.refresh_token.as_ref().map(|t| t.expose()));
                if rotated {
                    adopt(cx, stands, false);
                    return Commit::Superseded;
                }
                cx.sessions.generation.set(other.generation);
                *cx.sessions.stored.borrow_mut() = stands;
            }
            Some(Stored::Session(_) | Stored::Ended { .. } | Stored::Newer) => {
                adopt(cx, stands, false);
                return Commit::Ended;
            }
        }
    }
    Commit::Superseded
}

/// Puts a new session or the mark of an end in place of whatever stands there; a `polite` one only in place of what this
/// tab knew, else it takes over what stands there and says false.
pub(crate) async fn replace(cx: &Rc<Context>, with: Result<Record, Ended>, polite: bool) -> bool {
    for _ in 0..TRIES {
        let generation = cx.sessions.generation.get() + 1;
        let text = match &with {
            Ok(record) => Record { generation, ..record.clone() }.to_text(cx),
            Err(ended) => ended.to_text(generation),
        };
        let Some(stands) = swap(cx, text).await else {
            cx.sessions.generation.set(generation);
            break;
        };
        if polite {
            adopt(cx, stands, false);
            return false;
        }
        if let Some(Stored::Session(Record { generation, .. }) | Stored::Ended { generation, .. }) = stands.as_deref().map(|t| read(cx, t))
        {
            cx.sessions.generation.set(generation.max(cx.sessions.generation.get()));
        }
        *cx.sessions.stored.borrow_mut() = stands;
    }
    cx.sessions.signed_out.set(with.as_ref().err().and_then(Ended::wanted));
    *cx.sessions.record.borrow_mut() = with.ok().map(|record| Record { generation: cx.sessions.generation.get(), ..record });
    true
}

/// One conditional write. Gives back what stands there instead, if something does. A storage that fails leaves the
/// session to this tab alone.
async fn swap(cx: &Rc<Context>, text: String) -> Option<Option<String>> {
    if cx.sessions.alone.get() {
        return None;
    }
    let expected = cx.sessions.stored.borrow().clone();
    let effect = Effect::Swap { area: Area::Session, key: key(cx), expected, value: Some(text.clone()) };
    match cx.shell.perform(effect).await {
        Outcome::Swapped => {
            *cx.sessions.stored.borrow_mut() = Some(text);
            cx.sessions.reported.set(false);
            cx.shell.tell(Effect::Broadcast);
            None
        }
        Outcome::Record(stands) => Some(stands),
        other => {
            degraded(cx, other);
            None
        }
    }
}

/// Says once that the storage does not work.
fn degraded(cx: &Context, outcome: Outcome) {
    let detail = match outcome {
        Outcome::Failed { failure: Failure::Quota, .. } => "the storage is full".into(),
        Outcome::Failed { detail, .. } => detail,
        _ => String::new(),
    };
    report(cx, Error::new(Code::StorageDegraded).detail(detail));
}

fn report(cx: &Context, error: Error) {
    if !cx.sessions.reported.replace(true) {
        cx.publish(Event::Error(error));
    }
}
