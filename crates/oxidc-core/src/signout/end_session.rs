//! Sign-out here and at the provider (OpenID Connect RP-Initiated Logout 1.0). The local session ends first: whatever
//! happens on the way to the provider, nobody stays signed in here.

use alloc::rc::Rc;

use super::revoke;
use crate::client::Context;
use crate::command::SignOutOptions;
use crate::config::discovery;
use crate::effect::Event;
use crate::error::{Code, Error, Result};
use crate::login::authorize::attempt::Attempt;
use crate::login::authorize::{go, navigate, own_address, random_texts};
use crate::login::window;
use crate::session::{self, store};
use crate::wire::form::{Form, append_query};
use crate::wire::json::{Object, Value};

/// The longest hint that goes into an address, in characters: servers take addresses of about 8 KiB.
const LONGEST_HINT: usize = 6_144;

/// Ends the session.
pub(crate) async fn sign_out(cx: &Rc<Context>, options: &SignOutOptions) -> Result<Value> {
    store::load(cx).await;
    let record = cx.sessions.record();
    session::sign_out(cx).await;
    let revoked = match &record {
        Some(record) if options.revoke => revoke::session(cx, record).await,
        _ => "notRequested",
    };
    let navigated = match record {
        Some(record) if options.federated => match at_the_provider(cx, record.text("idToken"), options).await {
            Ok(navigated) => navigated,
            // The person is signed out here; that the provider was not reached is news, not a failure of the call.
            Err(error) => tell(cx, error),
        },
        _ => false,
    };
    Ok(Object::new().with("navigated", navigated).with("revoked", revoked).into())
}

fn tell(cx: &Context, error: Error) -> bool {
    cx.publish(Event::Error(error));
    false
}

/// Sends the person to the provider's end-session endpoint, if it has one.
async fn at_the_provider(cx: &Rc<Context>, id_token: &str, options: &SignOutOptions) -> Result<bool> {
    let metadata = discovery::metadata(cx).await?;
    let Some(endpoint) = metadata.address("end_session_endpoint") else { return Ok(false) };
    let return_to = match &options.return_to {
        Some(url) => own_address(cx, url).await,
        None => None,
    };
    if options.window {
        // Without a page to come back to, a window would stay open for ever.
        window::is_possible(cx, cx.config.post_logout_redirect_uri.as_deref().unwrap_or_default())?;
    }
    // Without the hint the provider asks the person, who would otherwise see the error of a server.
    let hint = if id_token.len() <= LONGEST_HINT { Some(id_token) } else { None };
    let mut form = Form::new().with_some("id_token_hint", hint).with("client_id", &cx.config.client_id);
    let Some(address) = &cx.config.post_logout_redirect_uri else {
        if options.return_to.is_some() || options.app_state.is_some() {
            tell(cx, Error::new(Code::OptionInvalid).detail("nobody comes back without postLogoutRedirectUri"));
        }
        return navigate(cx, append_query(endpoint, &form.finish())).await.map(|()| true);
    };
    let [state] = random_texts(cx).await?;
    form = form.with("post_logout_redirect_uri", address).with("state", &state);
    let url = append_query(endpoint, &form.finish());
    let attempt = Attempt::begin(cx, &state, return_to, options.app_state.clone(), options.window, "signOut");
    go(cx, url, attempt.into(), false).await?;
    Ok(true)
}
