//! The provider says in a frame that a session ended elsewhere (OpenID Connect Front-Channel Logout 1.0).

use alloc::rc::Rc;

use crate::client::{Context, Frame};
use crate::session::{self, store};
use crate::wire::form;
use crate::wire::json::{Object, Value};

/// Ends the session that the request names. What came of it is the result; the provider reads nothing of it.
pub(crate) async fn process(cx: &Rc<Context>, query: &str) -> Value {
    let outcome = end(cx, query).await;
    Object::new().with("handled", "frontChannelLogout").with("outcome", outcome).into()
}

async fn end(cx: &Rc<Context>, query: &str) -> &'static str {
    let Some(parameters) = form::parse(query) else { return "ignored" };
    let (mut iss, mut sid) = (None, None);
    for (name, value) in &parameters {
        let place = match name.as_str() {
            "iss" => &mut iss,
            "sid" => &mut sid,
            _ => continue,
        };
        if place.replace(value.as_str()).is_some() {
            return "ignored";
        }
    }
    // Section 2: both or none; whoever merely opens the address is not the provider.
    match (iss, sid) {
        (Some(iss), Some(_)) if iss == cx.config.issuer.as_str() => (),
        (None, None) if !cx.config.front_channel_session_required => (),
        _ => return "ignored",
    }
    if cx.page.frame == Frame::None {
        return "ignored";
    }
    store::load(cx).await;
    let Some(record) = cx.sessions.record() else {
        // In a frame that has a storage of its own nothing can be seen, and so nothing be said.
        return if cx.sessions.knows() { "ignored" } else { "unsupported" };
    };
    if sid.is_some() && record.object("claims").and_then(|claims| claims.text("sid")) != sid {
        return "ignored";
    }
    // A refresh in between changes nothing of what was asked for.
    while let Some(there) = cx.sessions.record().filter(|there| there.id() == record.id()) {
        if session::end(cx, &there, "provider_signed_out").await {
            break;
        }
    }
    "signedOut"
}
