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
    let all = |name: &str| parameters.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect::<alloc::vec::Vec<_>>();
    // Section 2: both or none; whoever merely opens the address is not the provider.
    let sid = match (all("iss").as_slice(), all("sid").as_slice()) {
        ([iss], [sid]) if *iss == cx.config.issuer.as_str() => Some(*sid),
        ([], []) if !cx.config.front_channel_session_required => None,
        _ => return "ignored",
    };
    if cx.page.frame == Frame::None {
        return "ignored";
    }
    store::load(cx).await;
    let Some(record) = cx.sessions.record() else {
        // In a frame that has a storage of its own nothing can be seen, and so nothing be said.
        return if cx.sessions.knows() { "ignored" } else { "unsupported" };
    };
    if sid.is_some() && record.claims.get("sid").and_then(Value::as_str) != sid {
        return "ignored";
    }
    // A refresh in between changes nothing of what was asked for.
    while let Some(there) = cx.sessions.record().filter(|there| there.id == record.id) {
        if session::end(cx, &there, "provider_signed_out").await {
            break;
        }
    }
    "signedOut"
}
