//! Reads the provider's configuration document, once for everybody, and keeps it across page loads.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use super::provider::Metadata;
use crate::client::Context;
use crate::effect::{Area, Effect, Outcome};
use crate::error::{Code, Result};
use crate::time::{Millis, SECOND};
use crate::wire::answer;
use crate::wire::http::Request;
use crate::wire::jose::KeySet;
use crate::wire::json::{Object, Value};

/// How long a document is used.
const LIFETIME: Millis = 24 * 3_600 * SECOND;
/// The largest document that is read, in octets.
pub(super) const LIMIT: u32 = 256 * 1024;

/// The extended features read more members, so they keep a record of their own.
const PREFIX: &str = if cfg!(feature = "extended") { "oxidc:provider-extended:" } else { "oxidc:provider:" };

/// The provider's documents as far as they are known.
#[derive(Default)]
pub(crate) struct Documents {
    pub(super) metadata: Option<(Rc<Metadata>, Millis)>,
    pub(super) keys: Option<(KeySet, Millis)>,
    /// When keys were last fetched because a token named an unknown one.
    pub(super) forced: Option<Millis>,
    stored: Option<String>,
    loaded: bool,
}

/// The provider's metadata: described by hand, remembered, stored, or fetched.
pub(crate) async fn metadata(cx: &Rc<Context>) -> Result<Rc<Metadata>> {
    if let Some((metadata, _)) = &cx.config.provider {
        return Ok(metadata.clone());
    }
    load(cx).await;
    if let Some(metadata) = fresh(cx) {
        return Ok(metadata);
    }
    let work = cx.clone();
    cx.flights.join(&cx.shell, "discovery", Box::pin(async move { fetch(&work).await })).await?;
    fresh(cx).ok_or_else(|| Code::DiscoveryFailed.into())
}

fn fresh(cx: &Context) -> Option<Rc<Metadata>> {
    let documents = cx.documents.borrow();
    let (metadata, at) = documents.metadata.as_ref()?;
    is_fresh(cx, *at, LIFETIME).then(|| metadata.clone())
}

/// A time of fetching that lies in the future says nothing.
pub(super) fn is_fresh(cx: &Context, at: Millis, lifetime: Millis) -> bool {
    (0..lifetime).contains(&cx.shell.now().wall.saturating_sub(at))
}

async fn fetch(cx: &Rc<Context>) -> Result<()> {
    let request = get(cx.config.issuer.configuration(), cx.config.request_timeout);
    let document = answer::document(cx.shell.perform(Effect::Http(request)).await, Code::DiscoveryFailed)?;
    let metadata = Rc::new(Metadata::parse(&document, &cx.config.issuer)?);
    cx.documents.borrow_mut().metadata = Some((metadata, cx.shell.now().wall));
    save(cx).await;
    Ok(())
}

pub(super) fn get(url: String, timeout: u32) -> Request {
    Request { method: "GET", url, headers: alloc::vec![("accept", "application/json".into())], body: None, timeout, limit: LIMIT }
}

fn key(cx: &Context) -> String {
    String::from(PREFIX) + cx.config.issuer.as_str()
}

/// Reads what an earlier page kept. It is checked like an answer from the network; what does not pass is not there.
async fn load(cx: &Rc<Context>) {
    if cx.documents.borrow().loaded {
        return;
    }
    let outcome = cx.shell.perform(Effect::Load { area: Area::Device, key: key(cx) }).await;
    let mut documents = cx.documents.borrow_mut();
    if documents.loaded {
        return;
    }
    documents.loaded = true;
    let Outcome::Record(Some(text)) = outcome else { return };
    if let Ok(record) = Value::parse(&text) {
        let at = |name| record.integer(name);
        let metadata = record.get("metadata").and_then(|m| Metadata::parse(m, &cx.config.issuer).ok().map(Rc::new));
        documents.metadata = metadata.zip(at("metadataAt"));
        let keys = record.get("keys").and_then(|k| KeySet::parse(k).ok());
        documents.keys = keys.zip(at("keysAt"));
    }
    documents.stored = Some(text);
}

/// Keeps the documents for later pages. A storage that fails costs only time.
pub(super) async fn save(cx: &Rc<Context>) {
    let (expected, text) = {
        let documents = cx.documents.borrow();
        let mut record = Object::new();
        if let Some((metadata, at)) = &documents.metadata {
            record = record.with("metadata", metadata.to_value()).with("metadataAt", *at);
        }
        if let Some((keys, at)) = &documents.keys {
            record = record.with("keys", keys.to_value()).with("keysAt", *at);
        }
        (documents.stored.clone(), Value::from(record).to_text())
    };
    let swap = Effect::Swap { area: Area::Device, key: key(cx), expected, value: Some(text.clone()) };
    let stands = match cx.shell.perform(swap).await {
        Outcome::Swapped => Some(text),
        // Another tab was faster with the same public documents.
        Outcome::Record(other) => other,
        _ => return,
    };
    cx.documents.borrow_mut().stored = stands;
}
