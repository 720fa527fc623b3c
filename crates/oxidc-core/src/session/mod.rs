//! A signed-in person over time.

pub(crate) mod challenge;
pub(crate) mod creating;
mod flight;
pub(crate) mod record;
pub(crate) mod refresh;
pub(crate) mod renewal;
pub(crate) mod request;
pub(crate) mod step_up;
pub(crate) mod store;
pub(crate) mod userinfo;
#[cfg(feature = "extended")]
pub(crate) mod userinfo_jwt;
#[cfg(feature = "extended")]
pub(crate) mod watch;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use record::{Ended, Record, SIGNED_OUT, Want};

use crate::client::Context;
use crate::command::Notice;
use crate::effect::{Event, TaskId};
use crate::error::{Code, Result};
use crate::time::Millis;
use crate::wire::json::{Object, Value};

/// What this tab knows of the session.
#[derive(Default)]
pub(crate) struct Sessions {
    /// The session, as it was last read or written.
    record: RefCell<Option<Rc<Record>>>,
    /// The session that ended last: nothing brings it back into this tab.
    gone: RefCell<Option<String>>,
    /// The text that stands in the storage, as far as is known.
    stored: RefCell<Option<String>>,
    /// The generation of the newest record that was seen, a tombstone too.
    generation: Cell<i64>,
    loaded: Cell<bool>,
    /// When the person signed out, if nobody signed in since.
    pub(crate) signed_out: Cell<Option<Millis>>,
    /// The storage cannot be written, or holds what this version does not understand: the session lives in this tab only.
    alone: Cell<bool>,
    /// The trouble with the storage was reported.
    reported: Cell<bool>,
    /// The generation of the record when something happened that may have brought the network back.
    eager: Cell<i64>,
    /// The session is over or of no use, and nobody asked for that.
    needs_sign_in: Cell<bool>,
    /// The state that the application was told last.
    state: Cell<Option<&'static str>>,
    renewal: Cell<Option<TaskId>>,
    #[cfg(feature = "extended")]
    watching: RefCell<watch::Watching>,
    /// The tokens that this page uses, and so are worth renewing.
    used: RefCell<Vec<Want>>,
}

impl Sessions {
    pub(crate) fn record(&self) -> Option<Rc<Record>> {
        self.record.borrow().clone()
    }

    /// Lets go of the session. Says whether there was one.
    fn forget(&self) -> bool {
        let known = self.record.borrow_mut().take();
        let was_there = known.is_some();
        if let Some(record) = known {
            *self.gone.borrow_mut() = Some(record.id().into());
        }
        was_there
    }

    /// A record of that generation was seen or written: what follows is newer.
    fn saw(&self, generation: i64) {
        self.generation.set(generation.max(self.generation.get()));
    }

    /// Whether anything stands in the storage.
    pub(crate) fn knows(&self) -> bool {
        self.stored.borrow().is_some()
    }
}

/// The session as the application sees it, or null.
pub(crate) async fn get(cx: &Rc<Context>) -> Result<Value> {
    store::load(cx).await;
    Ok(view(cx))
}

pub(crate) fn view(cx: &Context) -> Value {
    cx.sessions.record().map_or(Value::Null, |record| view_of(&record).into())
}

/// A session as the application sees it.
pub(crate) fn view_of(record: &Record) -> Object {
    let mut session = record.object("extra").cloned().unwrap_or_default();
    let own = record
        .facts
        .only(&["user", "claims", "issuer", "clientId", "subject", "authenticatedAt"])
        .with("scopes", record.find(&record.default_want()).map_or([].as_slice(), |token| &token.granted))
        .with_some("expiresAt", record.find(&record.default_want()).and_then(record::Token::expires_at));
    session.extend(own);
    session
}

/// The claims that describe the person, without those of the protocol or those that the application does not want.
pub(crate) fn user_of(cx: &Context, claims: &Object) -> Object {
    let mut user = claims.clone();
    for name in &cx.config.filtered_claims {
        user.remove(name);
    }
    user
}

/// Begins a session: whatever was there before is replaced in one step. With `same_user`, another person's arrival ends the
/// session that is there. One without anything shown, which began `silent`, gives way to a sign-out and to another person's
/// sign-in that came later.
pub(crate) async fn begin(cx: &Rc<Context>, record: Record, same_user: bool, silent: Option<Millis>) -> Result<Value> {
    store::load(cx).await;
    let before = cx.sessions.record();
    if same_user {
        store::reload(cx).await;
    }
    loop {
        let there = cx.sessions.record();
        let other = there.filter(|there| same_user && there.subject() != record.subject());
        let later = other.as_ref().map(|other| other.authenticated_at()).max(cx.sessions.signed_out.get());
        if silent.is_some() && later >= silent {
            return Err(Code::SignedOut.into());
        }
        if let Some(there) = other {
            if end(cx, &there, "user_changed").await {
                return Err(Code::UserChanged.into());
            }
        } else if store::replace(cx, Ok(record.clone()), None, same_user).await {
            break;
        }
    }
    cx.sessions.needs_sign_in.set(false);
    if let Some(before) = before {
        before.binding.forget(cx);
    }
    changed(cx, "signed_in");
    announce_token(cx, None);
    Ok(view(cx))
}

/// Ends the session in this tab and, through the storage, in all others. What began before cannot bring it back.
pub(crate) async fn sign_out(cx: &Rc<Context>) {
    cx.sessions.needs_sign_in.set(false);
    let before = cx.sessions.record();
    cx.sessions.forget();
    store::replace(cx, Err(mark(cx, SIGNED_OUT)), None, false).await;
    if let Some(before) = before {
        before.binding.forget(cx);
        ended(cx, SIGNED_OUT);
    }
}

/// Ends the session that a flow began with, unless it has got a newer refresh token meanwhile: then that is what counts. Says
/// whether it ended.
pub(crate) async fn end(cx: &Rc<Context>, of: &Record, reason: &'static str) -> bool {
    let ends = store::replace(cx, Err(mark(cx, reason)), Some(of), false).await;
    if ends {
        of.binding.forget(cx);
        ended(cx, reason);
    }
    ends
}

fn mark(cx: &Context, reason: &'static str) -> Ended {
    Ended { reason, at: cx.shell.now().wall }
}

/// Tells the application that the session is there or changed, and plans its renewal.
pub(crate) fn changed(cx: &Rc<Context>, reason: &'static str) {
    cx.publish(Event::Session { session: view(cx), reason });
    renewal::plan(cx);
}

/// Tells the application that the session is gone.
pub(crate) fn ended(cx: &Rc<Context>, reason: &'static str) {
    cx.sessions.used.borrow_mut().clear();
    cx.sessions.needs_sign_in.set(reason != SIGNED_OUT);
    renewal::plan(cx);
    cx.publish(Event::Session { session: Value::Null, reason });
    cx.publish(Event::SignedOut { reason });
}

/// Tells the application that a fresh access token is there.
pub(crate) fn announce_token(cx: &Context, want: Option<&Want>) {
    let Some(record) = cx.sessions.record() else { return };
    let default = record.default_want();
    if let Some(token) = record.find(want.unwrap_or(&default)) {
        let token = Object::new()
            .with("resources", token.want.resources.as_slice())
            .with("scopes", token.granted.as_slice())
            .with_some("expiresAt", token.expires_at());
        cx.publish(Event::Tokens { token: token.into() });
    }
}

/// Something happened around the page.
pub(crate) async fn notice(cx: &Rc<Context>, notice: Notice) -> Result<()> {
    if !cx.sessions.loaded.get() {
        return Ok(());
    }
    match &notice {
        Notice::HandedOver(text) => store::receive(cx, text.expose()),
        Notice::Stored => store::reload(cx).await,
        Notice::Shown | Notice::Visible | Notice::Online => {
            store::reload(cx).await;
            cx.sessions.eager.set(cx.sessions.generation.get());
        }
        Notice::Hidden => (),
    }
    renewal::plan(cx);
    Ok(())
}

/// Tells the application what a user interface can show, if it is not what it was told last.
pub(crate) fn tell_state(cx: &Context) {
    let sessions = &cx.sessions;
    let state = match sessions.record() {
        _ if sessions.needs_sign_in.get() => "needsSignIn",
        None => "signedOut",
        Some(_) if cx.gate.is_held() => "renewing",
        Some(record) if sessions.reported.get() || record.flight.as_ref().is_some_and(|f| f.failures > 0) => "degraded",
        Some(_) => "signedIn",
    };
    if sessions.state.replace(Some(state)).unwrap_or("signedOut") != state {
        cx.publish(Event::State { state });
    }
}
