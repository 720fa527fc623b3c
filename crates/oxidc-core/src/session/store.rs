//! Reads and writes the stored session. A write succeeds only if what stands there is what this tab believes;
//! else what stands there decides.

use alloc::rc::Rc;
use alloc::string::String;

use super::record::{Ended, Record, SIGNED_OUT, Stored, read};
use super::{changed, ended, renewal, view};
use crate::client::Context;
use crate::effect::{Area, Effect, Event, Failure, Outcome};
use crate::error::{Code, Error};
use crate::wire::{decimal, text};

/// How often a provider may refuse a refresh token in unclear words before it counts as refused.
pub(crate) const MOST_REFUSALS: i64 = 3;
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

/// Reads the record if this tab knows of no session: another one may have begun one, and nobody need have told this tab.
pub(crate) async fn load(cx: &Rc<Context>) {
    if cx.sessions.record().is_none() {
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
    sessions.stored.borrow_mut().clone_from(&text);
    sessions.alone.set(false);
    if let Some(text) = text {
        consider(cx, read(cx, &text), first);
    }
}

fn consider(cx: &Rc<Context>, news: Stored, first: bool) {
    let sessions = &cx.sessions;
    match news {
        Stored::Session(record) => {
            sessions.saw(record.generation);
            // A record that somebody put back is not news (a later one of the same session is in this tab).
            if sessions.record().is_some_and(|known| known.id() == record.id() && known.generation > record.generation) {
                return;
            }
            if sessions.gone.borrow().as_deref() == Some(record.id()) {
                return;
            }
            let before = view(cx);
            sessions.signed_out.set(None);
            sessions.needs_sign_in.set(record.flight.as_ref().is_some_and(|f| f.refusals >= MOST_REFUSALS));
            *sessions.record.borrow_mut() = Some(Rc::new(record));
            if first || view(cx) == before {
                renewal::plan(cx);
            } else {
                changed(cx, "other_tab");
            }
        }
        Stored::Ended { generation, reason, at } => {
            sessions.saw(generation);
            sessions.signed_out.set(Ended { reason, at }.wanted());
            sessions.needs_sign_in.set(reason != SIGNED_OUT);
            if sessions.forget() {
                ended(cx, reason);
            }
        }
        Stored::Newer => {
            sessions.alone.set(true);
            report(cx, Code::SessionNewer.into());
        }
        Stored::Damaged => report(cx, Code::SessionCorrupt.into()),
    }
}

/// Takes what another tab could not store. It may be late, or from anybody of this origin: only what follows on the known counts.
pub(crate) fn receive(cx: &Rc<Context>, text: &str) {
    let known = cx.sessions.record();
    let news = read(cx, text);
    let counts = match (&news, &known) {
        (Stored::Session(news), Some(known)) if news.id() == known.id() => {
            if news.generation < known.generation {
                // The other one does not know what this tab could not store.
                hand_over(cx, known.to_text());
            }
            news.generation > known.generation
        }
        (Stored::Session(news), Some(known)) => news.authenticated_at() > known.authenticated_at(),
        (Stored::Session(Record { generation, .. }) | Stored::Ended { generation, .. }, _) => *generation > cx.sessions.generation.get(),
        _ => false,
    };
    if counts {
        consider(cx, news, false);
    }
}

fn hand_over(cx: &Context, text: String) {
    cx.shell.tell(Effect::Broadcast { record: Some(text.into()) });
}

/// Changes the session that a flow began with, as it stands now, and writes it, unless `edit` finds that it came too late. Others may have changed other things of it; a newer
/// refresh token or another session is not touched.
pub(crate) async fn commit(cx: &Rc<Context>, of: &Record, edit: &dyn Fn(&mut Record) -> bool) -> Commit {
    for _ in 0..TRIES {
        let Some(known) = cx.sessions.record().filter(|known| known.id() == of.id()) else { return Commit::Ended };
        let mut record = Record::clone(&known);
        if !record.continues(of) || !edit(&mut record) {
            return Commit::Superseded;
        }
        record.generation = cx.sessions.generation.get() + 1;
        let expected = cx.sessions.stored.borrow().clone();
        match swap(cx, expected, record.to_text(), !record.continues(of)).await {
            Some(stands) => adopt(cx, stands, false),
            None => {
                cx.sessions.saw(record.generation);
                // The session may have ended in this tab while the write was on its way: then the mark of that comes after it.
                if cx.sessions.record().is_none_or(|known| known.id() != of.id()) {
                    return Commit::Ended;
                }
                *cx.sessions.record.borrow_mut() = Some(Rc::new(record));
                return Commit::Done;
            }
        }
    }
    Commit::Superseded
}

/// Puts a new session or the mark of an end in place of whatever stands there, or only of what still continues `of`, or
/// (`polite`) only of what this tab knew; what stands there instead is then known. Says whether it did.
pub(crate) async fn replace(cx: &Rc<Context>, with: Result<Record, Ended>, of: Option<&Record>, polite: bool) -> bool {
    // What other flows of this tab believe stays as it is until they have seen for themselves.
    let mut expected = cx.sessions.stored.borrow().clone();
    for _ in 0..TRIES {
        if of.is_some_and(|of| !cx.sessions.record().is_some_and(|known| known.continues(of))) {
            return false;
        }
        let generation = cx.sessions.generation.get() + 1;
        let text = match &with {
            Ok(record) => Record { generation, ..record.clone() }.to_text(),
            Err(ended) => ended.to_text(generation),
        };
        let Some(stands) = swap(cx, expected.clone(), text, true).await else {
            cx.sessions.saw(generation);
            break;
        };
        if of.is_some() || polite {
            adopt(cx, stands.clone(), false);
            if polite {
                return false;
            }
            expected = stands;
            continue;
        }
        if let Some(Stored::Session(Record { generation, .. }) | Stored::Ended { generation, .. }) = stands.as_deref().map(|t| read(cx, t))
        {
            cx.sessions.saw(generation);
        }
        expected = stands;
    }
    // A read may have brought the new session before the answer to this write: that one has not ended.
    if cx.sessions.record().as_ref().map(|known| known.id()) != with.as_ref().ok().map(Record::id) {
        cx.sessions.forget();
    }
    cx.sessions.signed_out.set(with.as_ref().err().and_then(Ended::wanted));
    *cx.sessions.record.borrow_mut() = with.ok().map(|record| Rc::new(Record { generation: cx.sessions.generation.get(), ..record }));
    true
}

/// One conditional write. Gives back what stands there instead, if something does. A storage that fails leaves the
/// session to this tab, which hands it over to the others; what stands there is removed if it is of no use any more.
async fn swap(cx: &Rc<Context>, expected: Option<String>, text: String, replaces: bool) -> Option<Option<String>> {
    if cx.sessions.alone.get() {
        return None;
    }
    let write = |value| Effect::Swap { area: Area::Session, key: key(cx), expected: expected.clone(), value };
    match cx.shell.perform(write(Some(text.clone()))).await {
        Outcome::Swapped => {
            *cx.sessions.stored.borrow_mut() = Some(text);
            cx.sessions.reported.set(false);
            cx.shell.tell(Effect::Broadcast { record: None });
            None
        }
        Outcome::Record(stands) => Some(stands),
        other => {
            degraded(cx, other);
            hand_over(cx, text);
            // A storage that is full can still remove.
            if replaces && expected.is_some() && matches!(cx.shell.perform(write(None)).await, Outcome::Swapped) {
                *cx.sessions.stored.borrow_mut() = None;
            }
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
