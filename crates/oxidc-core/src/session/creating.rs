//! The application's say when a session begins: it may add to the session, or refuse it. Nothing is stored before it agrees.

use super::record::Record;
use super::view_of;
use crate::client::Context;
use crate::config::options::has;
use crate::effect::{Effect, Outcome};
use crate::error::{Code, Error, Result};
use crate::wire::json::{Object, Value};

/// The function that is asked.
const HOOK: &str = "sessionCreating";

/// Lets the application's function complete a session that is about to begin. It can change the user's claims, but not
/// who the user is, and add members; the members that oxidc makes itself stay as they are.
pub(crate) async fn ask(cx: &Context, record: &mut Record, app_state: Option<&Value>) -> Result<()> {
    if !has(&cx.config.hooks, HOOK) {
        return Ok(());
    }
    let draft = view_of(cx, record);
    let value = Object::new().with("session", draft.clone()).with_some("appState", app_state.cloned()).into();
    let answer = match cx.shell.perform(Effect::Ask { hook: HOOK, value }).await {
        Outcome::Text(text) => Value::parse(&text).ok(),
        Outcome::Failed { detail, .. } => return Err(Error::new(Code::SessionHookFailed).detail(detail)),
        _ => None,
    };
    let Some(Value::Object(session)) = answer else { return Err(Code::SessionHookFailed.into()) };
    match session.get("user").and_then(Value::as_object) {
        Some(user) if user.get("sub") == record.user.get("sub") => record.user = user.clone(),
        _ => return Err(Error::new(Code::SessionHookFailed).detail("user")),
    }
    for (name, value) in session.iter() {
        if draft.get(name).is_none() {
            record.extra.insert(name, value.clone());
        }
    }
    Ok(())
}
