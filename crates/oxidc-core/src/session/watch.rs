//! A frame of the provider says that the person's session there changed (OpenID Connect Session Management 1.0).

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use super::flight::{lock_of, wait};
use super::store::{self, Commit};
use super::{end, record::Record};
use crate::client::Context;
use crate::command::SignInOptions;
use crate::config::discovery;
use crate::effect::{Effect, Outcome, TaskId};
use crate::error::{Code, Error, Result};
use crate::login::{authorize, window};
use crate::operations::{CodeExchange, authorization_response, code_exchange};
use crate::time::{Millis, SECOND};
use crate::wire::json::Value;
use crate::wire::sender::Binding;
use crate::wire::text;
use crate::wire::url::Endpoint;

/// How long the frame is left alone after it said so: a provider that says it again and again is not asked again and again.
const PAUSE: Millis = 60 * SECOND;
/// The longest ID token that goes into an address, in characters.
const LONGEST_HINT: usize = 6_144;

/// The session state that is watched, and the flow that does.
pub(crate) type Watching = Option<(String, TaskId)>;

/// Keeps the `session_state` of the response that began the session (section 2).
pub(crate) async fn keep(cx: &Rc<Context>, session_state: Option<&str>) {
    if let Some(record) = cx.sessions.record().filter(|_| cx.config.extended.check_session) {
        note(cx, &record, session_state).await;
        plan(cx);
    }
}

/// Watches what there is to watch. Called whenever the session may have changed.
pub(crate) fn plan(cx: &Rc<Context>) {
    let record = cx.sessions.record();
    let state =
        record.as_ref().filter(|_| cx.config.extended.check_session).and_then(|record| record.facts.text("sessionState").map(String::from));
    if cx.sessions.watching.borrow().as_ref().map(|(watched, _)| watched) == state.as_ref() {
        return;
    }
    let watching = state.map(|state| {
        let (work, watched) = (cx.clone(), state.clone());
        (state, cx.shell.spawn(Box::pin(async move { run(&work, &watched).await })))
    });
    // A flow that planned its own successor ends by itself.
    if let Some((_, previous)) = cx.sessions.watching.replace(watching).filter(|(_, previous)| *previous != cx.shell.current()) {
        cx.shell.stop(previous);
    }
}

async fn run(cx: &Rc<Context>, state: &str) {
    let Some(frame) = frame(cx).await else { return };
    let message = text(&[&cx.config.client_id, " ", state]);
    loop {
        let watch = Effect::Watch { url: frame.as_str().into(), origin: frame.origin(), message: message.clone() };
        // Section 3.1: to ask again after `error` would go on for ever. A frame that cannot be shown says nothing.
        let Outcome::Text(word) = cx.shell.perform(watch).await else { return };
        if !matches!(word.as_str(), "changed" | "unknown") || look(cx, state, word == "changed").await {
            return;
        }
        wait(cx, PAUSE).await;
    }
}

/// The provider's frame, if it is one of the issuer's own origin.
async fn frame(cx: &Rc<Context>) -> Option<Endpoint> {
    let frame = discovery::metadata(cx).await.ok()?.endpoint("check_session_iframe").ok()?;
    let issuer = Endpoint::parse(cx.config.issuer.as_str()).ok()?;
    (frame.origin() == issuer.origin()).then_some(frame)
}

/// Looks once who is signed in at the provider. Says whether this session state need not be watched any more. `sees`: the frame saw the session
/// before. One that never did may be a frame without its cookies (section 5.1), to which everybody seems to be gone: it signs nobody out.
async fn look(cx: &Rc<Context>, state: &str, sees: bool) -> bool {
    // All tabs hear it; the first one looks for all.
    let name = text(&["oxidc:watch:", &store::key(cx)]);
    let _turn = lock_of(cx, name, cx.config.silent_timeout.saturating_add(cx.config.request_timeout)).await;
    store::reload(cx).await;
    let Some(record) = cx.sessions.record().filter(|record| record.facts.text("sessionState") == Some(state)) else { return true };
    let reason = match ask(cx, &record).await {
        Ok((subject, session_state)) if subject == record.subject() => {
            note(cx, &record, session_state.as_deref()).await;
            plan(cx);
            return session_state.as_deref() != Some(state);
        }
        Ok(_) => "user_changed",
        Err(error) if error.code() == Code::LoginRequired && sees => "provider_signed_out",
        Err(error) if error.code() == Code::LoginRequired => return true,
        // Trouble says nothing of the person.
        Err(_) => return false,
    };
    // A refresh in between changes nothing of that.
    while let Some(there) = cx.sessions.record().filter(|there| there.id() == record.id()) {
        if end(cx, &there, reason).await {
            break;
        }
    }
    true
}

/// Writes another session state into the session.
async fn note(cx: &Rc<Context>, of: &Record, session_state: Option<&str>) {
    // Section 2: it holds no space. What a server sends otherwise cannot be asked for.
    let session_state = session_state.filter(|state| !state.is_empty() && state.bytes().all(|b| b.is_ascii_graphic()));
    let edit = |record: &mut Record| {
        match session_state {
            Some(state) => record.facts.insert("sessionState", state),
            None => drop(record.facts.remove("sessionState")),
        }
        true
    };
    while let Some(there) = cx.sessions.record().filter(|there| there.id() == of.id()) {
        if there.facts.text("sessionState") == session_state || store::commit(cx, &there, &edit).await != Commit::Superseded {
            return;
        }
    }
}

/// An authentication without anything shown. Who it is, and the new session state. Its tokens are thrown away, and not revoked: for a provider they
/// may be of the same grant as the session's.
async fn ask(cx: &Rc<Context>, record: &Record) -> Result<(String, Option<String>)> {
    window::is_possible(cx, &cx.config.redirect_uri)?;
    let mut options = SignInOptions { scopes: alloc::vec!["openid".into()], ..SignInOptions::default() };
    if record.text("idToken").len() <= LONGEST_HINT {
        options.extra_parameters.push(("id_token_hint".into(), record.text("idToken").into()));
    }
    let request = authorize::sign_in(cx, &options, true, true).await?;
    let text = |name: &str| String::from(request.text(name).unwrap_or_default());
    let binding = request.get("binding").cloned();
    let answered = async {
        let visit = Effect::Visit {
            task: cx.shell.current(),
            url: text("url"),
            relay: text("state"),
            frame: true,
            timeout: cx.config.silent_timeout,
        };
        let Outcome::Text(answer) = cx.shell.perform(visit).await else { return Err(Error::from(Code::FrameFailed)) };
        let response = authorization_response(cx, &answer, &text("state")).await?;
        let exchange = CodeExchange {
            code: response.text("code").unwrap_or_default().into(),
            code_verifier: text("codeVerifier").into(),
            redirect_uri: text("redirectUri"),
            nonce: text("nonce"),
            max_age: None,
            binding: None,
        };
        let tokens = code_exchange(cx, &exchange, &Binding::from_value(binding.as_ref())).await?;
        let subject = tokens.get("claims").and_then(|claims| claims.text("sub")).unwrap_or_default();
        Ok((subject.into(), response.get("sessionState").and_then(Value::as_str).map(String::from)))
    }
    .await;
    Binding::from_value(binding.as_ref()).forget(cx);
    answered
}
