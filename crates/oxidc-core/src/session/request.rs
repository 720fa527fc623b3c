//! The application's own requests: which carry a token, and what happens when an API refuses it (RFC 6750).

use alloc::rc::Rc;

use super::challenge::asks_for_token;
use super::record::Want;
use super::{refresh, step_up, store};
use crate::client::Context;
use crate::command::{FetchOptions, TokenOptions};
use crate::error::{Code, Result};
use crate::secret::Secret;
use crate::time::{Millis, SECOND};
use crate::wire::sender::{self, send};

/// A token that is younger was refused for another reason than its age.
const YOUNG: Millis = 5 * SECOND;

/// Has the application's request sent, with a token if its origin is allowed to see one. A token that is refused is
/// renewed once and the request repeated once, where it can be sent again.
pub(crate) async fn fetch(cx: &Rc<Context>, request: &FetchOptions) -> Result<()> {
    let Some(resources) = cx.config.token_for(&request.origin) else {
        return send(cx, request, None).await.map(drop);
    };
    if request.authorization {
        return Err(Code::AuthorizationHeaderSet.into());
    }
    if request.no_cors {
        return Err(Code::NoCorsRefused.into());
    }
    let options = TokenOptions { resources: resources.to_vec(), ..TokenOptions::default() };
    let used = token(cx, &options).await?;
    let mut response = send(cx, request, Some(&used)).await?;
    let asks = response.status == 401 && request.replayable && asks_for_token(response.www_authenticate.as_deref(), sender::scheme(cx));
    if asks && let Some(token) = another(cx, &options, &used).await? {
        response = send(cx, request, Some(&token)).await?;
    }
    match step_up::demand(&response) {
        Some(demand) => step_up::fetch(cx, request, &options, demand).await,
        None => Ok(()),
    }
}

/// Another token than the one that was refused. None where that one is too young to be refused for its age.
async fn another(cx: &Rc<Context>, options: &TokenOptions, used: &Secret) -> Result<Option<Secret>> {
    // Somebody may have renewed it while this request was on its way.
    store::reload(cx).await;
    let current = token(cx, options).await?;
    if !current.matches(used.expose()) {
        return Ok(Some(current));
    }
    if is_young(cx, options) {
        return Ok(None);
    }
    token(cx, &TokenOptions { force_refresh: true, ..options.clone() }).await.map(Some)
}

pub(super) async fn token(cx: &Rc<Context>, options: &TokenOptions) -> Result<Secret> {
    let tokens = refresh::get_tokens(cx, options).await?;
    Ok(tokens.text("accessToken").unwrap_or_default().into())
}

fn is_young(cx: &Context, options: &TokenOptions) -> bool {
    let Some(record) = cx.sessions.record() else { return false };
    let want = match options.resources.is_empty() {
        true => record.default_want(),
        false => Want { resources: options.resources.clone(), scopes: cx.config.scopes_of(&options.resources) },
    };
    record.find(&want).is_some_and(|token| token.age(cx.shell.now()) < YOUNG)
}
