//! Reads the provider's keys (RFC 7517), once for everybody, and again when a token names a new one.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::discovery::{get, is_fresh, metadata, save};
use crate::client::Context;
use crate::effect::Effect;
use crate::error::{Code, Result};
use crate::time::{Millis, SECOND};
use crate::wire::answer;
use crate::wire::jose::{Algorithm, KeySet};
use crate::wire::json::Value;

/// How long keys are used.
const LIFETIME: Millis = 600 * SECOND;
/// How long a token with an unknown key cannot make us ask again.
const COOL_DOWN: Millis = 60 * SECOND;

/// Sees to it that keys are there.
pub(crate) async fn ensure(cx: &Rc<Context>) -> Result<()> {
    if known(cx, |_| ()).is_some() { Ok(()) } else { fetch(cx).await }
}

/// The keys that may have made a signature. Where none fits, the keys are fetched once more, at most once a minute.
pub(crate) async fn candidates(cx: &Rc<Context>, algorithm: Algorithm, kid: Option<&str>) -> Result<Vec<Value>> {
    ensure(cx).await?;
    let select = |cx: &Context| known(cx, |keys| keys.select(algorithm, kid)).unwrap_or_default();
    let found = select(cx);
    if !found.is_empty() {
        return Ok(found);
    }
    let now = cx.shell.now().monotonic;
    let just_asked = cx.documents.borrow().forced.is_some_and(|at| now - at < COOL_DOWN);
    if !just_asked && cx.config.provider.as_ref().is_none_or(|(_, keys)| keys.is_none()) {
        cx.documents.borrow_mut().forced = Some(now);
        fetch(cx).await?;
    }
    let found = select(cx);
    if found.is_empty() { Err(Code::KeyNotFound.into()) } else { Ok(found) }
}

/// What somebody makes of the keys, if they are here.
pub(crate) fn known<T>(cx: &Context, use_them: impl FnOnce(&KeySet) -> T) -> Option<T> {
    if let Some((_, Some(keys))) = &cx.config.provider {
        return Some(use_them(keys));
    }
    let documents = cx.documents.borrow();
    let (keys, at) = documents.keys.as_ref()?;
    is_fresh(cx, *at, LIFETIME).then(|| use_them(keys))
}

/// The keys as a document.
#[cfg(feature = "extended")]
pub(crate) fn document(cx: &Context) -> Option<Value> {
    known(cx, KeySet::to_value)
}

async fn fetch(cx: &Rc<Context>) -> Result<()> {
    let work = cx.clone();
    cx.flights.join(&cx.shell, "keys", Box::pin(async move { read(&work).await })).await
}

async fn read(cx: &Rc<Context>) -> Result<()> {
    let metadata = metadata(cx).await?;
    let address = metadata.address("jwks_uri").ok_or(Code::EndpointMissing)?;
    let mut request = get(address.into(), cx.config.keys_timeout);
    request.headers = alloc::vec![("accept", "application/json, application/jwk-set+json".into())];
    let document = answer::document(cx.shell.perform(Effect::Http(request)).await, Code::KeysFailed)?;
    let keys = KeySet::parse(&document).map_err(|_| Code::KeysInvalid)?;
    cx.documents.borrow_mut().keys = Some((keys, cx.shell.now().wall));
    save(cx).await;
    Ok(())
}
