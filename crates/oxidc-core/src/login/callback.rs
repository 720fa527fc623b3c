//! The authorization response (OpenID Connect Core 1.0 section 3.1.2.5, RFC 9207) and the return from a sign-out.
//!
//! The order is fixed: shape, `state`, `iss`, error, code. Nothing of the address is believed or shown before that,
//! and the address bar is clean before the first request.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorize::attempt::{self, Attempt, Found};
use super::authorize::own_address;
use super::{exchange, silent, window};
use crate::client::{Context, Frame};
use crate::config::discovery;
use crate::effect::{Effect, Outcome};
use crate::error::{Code, Error, Result};
use crate::secret::{Secret, same};
use crate::signout::front_channel;
use crate::wire::form;
use crate::wire::json::{Object, Value};
use crate::wire::url::{parts, split_query};

/// The parameters of responses; they are taken out of the address bar.
const PARAMETERS: &[&str] = &[
    "code", "state", "iss", "error", "error_description", "error_uri", "session_state", "response", "access_token", "id_token",
    "refresh_token", "token_type", "expires_in",
];
/// Parameters that make an address a response.
const TELLING: &[&str] = &["code", "error", "state", "response", "access_token", "id_token"];
/// Parameters of flows and modes that were not asked for.
const FOREIGN: &[&str] = &["response", "access_token", "id_token", "refresh_token"];
/// The longest value and the largest number of parameters.
const LONGEST: usize = 8_192;
const MOST: usize = 64;

pub(crate) type Parameters = Vec<(String, String)>;

/// Completes what an address answers, if it answers anything: that of this page, or the one that the window `awaited` by
/// this page brought.
pub(crate) async fn process(cx: &Rc<Context>, url: &str, awaited: Option<Attempt>) -> Result<Value> {
    let (base, query, fragment) = split_query(url);
    let query = query.unwrap_or("");
    let own = awaited.is_none();
    if own
        && let Some(address) = &cx.config.front_channel_logout_uri
        && is_at(cx, address, base).await
    {
        return Ok(front_channel::process(cx, query).await);
    }
    let parameters = form::parse(query);
    let in_fragment = fragment.and_then(form::parse).is_some_and(|p| (tells(&p) && p.len() > 1) || has_token(&p));
    // A query that cannot be read, on a callback's address, may be half of an answer.
    #[cfg(feature = "extended")]
    let signed = super::jarm::response(cx, query, fragment);
    #[cfg(feature = "extended")]
    let in_fragment = in_fragment || signed.as_ref().is_some_and(|response| response.in_fragment);
    if !in_fragment && !parameters.as_ref().is_none_or(tells) {
        return Ok(nothing());
    }
    if !is_ours(cx, base).await {
        return Ok(nothing());
    }
    let clean = clean(base, query, if in_fragment { None } else { fragment });
    // A window's answer has nothing to do with this page's address.
    let scrub = || {
        if own {
            cx.shell.tell(Effect::ReplaceAddress { url: clean.clone() });
        }
    };

    #[cfg(feature = "extended")]
    let is_signed = signed.is_some();
    #[cfg(feature = "extended")]
    let (parameters, in_fragment) = match signed {
        Some(response) if super::jarm::is_others(cx, &response).await => return Ok(nothing()),
        Some(response) => {
            scrub();
            (Some(super::jarm::open(cx, &response).await?), false)
        }
        None => (parameters, in_fragment),
    };

    // Shape.
    let Some(parameters) = parameters.filter(|p| !in_fragment && is_well_formed(p)) else {
        scrub();
        return Err(Code::CallbackMalformed.into());
    };
    let get = |name: &str| parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let answers = get("code").is_some() || get("error").is_some();

    // State.
    let Some(state) = get("state").filter(|state| !state.is_empty()) else {
        scrub();
        return Err(Code::StateMissing.into());
    };
    if own && cx.page.frame == Frame::Foreign {
        scrub();
        return Err(Code::ForeignFrame.into());
    }
    let found = match awaited {
        Some(attempt) if same(attempt.text("state"), state) => Ok(Found::Ours(attempt)),
        Some(_) => Ok(Found::Others),
        None => attempt::take(cx, state, false).await,
    };
    if matches!(found, Ok(Found::Awaited | Found::Unknown))
        && let Some(relayed) = window::relay(cx, state, url, matches!(found, Ok(Found::Awaited))).await
    {
        scrub();
        return Ok(relayed);
    }
    if (own && matches!(found, Ok(Found::Others))) || (matches!(found, Ok(Found::Unknown)) && !answers) {
        return Ok(nothing());
    }
    scrub();
    let attempt = match found? {
        Found::Ours(attempt) => attempt,
        Found::Used => return Err(Code::AlreadyProcessed.into()),
        Found::Expired => return Err(Code::TransactionExpired.into()),
        Found::Unknown | Found::Others | Found::Awaited => return Err(Code::StateUnknown.into()),
    };
    let result = if attempt.text("purpose") == "signOut" {
        Object::new().with("handled", "signOut")
    } else {
        #[cfg(feature = "extended")]
        super::jarm::demand(cx, is_signed)?;
        match code(cx, &get).await {
            Ok(code) => {
                let session = exchange::sign_in(cx, code, &attempt).await?;
                #[cfg(feature = "extended")]
                crate::session::watch::keep(cx, get("session_state")).await;
                Object::new().with("handled", "signIn").with("session", session)
            }
            Err(error) if attempt.integer("silent").is_some() => silent::refused(cx, error, attempt.flag("window")).await?,
            Err(error) => return Err(error),
        }
    };
    // The record lay in a storage that others can write to, so its address is checked again.
    let return_to = match attempt.get("returnTo").and_then(Value::as_str) {
        Some(url) => own_address(cx, url).await,
        None => None,
    };
    Ok(result.with_some("returnTo", return_to).with_some("appState", attempt.get("appState").cloned()).into())
}

/// The code of a response that the asked provider sent.
pub(crate) async fn code<'a>(cx: &Rc<Context>, get: &impl Fn(&str) -> Option<&'a str>) -> Result<Secret> {
    // RFC 9207 section 2.4, also for errors.
    match get("iss") {
        Some(iss) if iss == cx.config.issuer.as_str() => (),
        Some(_) => return Err(Code::IssuerMismatch.into()),
        None if discovery::metadata(cx).await?.names_itself() => return Err(Code::IssuerMissing.into()),
        None => (),
    }
    if let Some(error) = get("error") {
        let code = match error {
            "access_denied" => Code::AccessDenied,
            "login_required" => Code::LoginRequired,
            "interaction_required" => Code::InteractionRequired,
            "consent_required" => Code::ConsentRequired,
            "account_selection_required" => Code::AccountSelectionRequired,
            "temporarily_unavailable" | "server_error" => Code::ProviderUnavailable,
            "invalid_scope" => Code::ScopeRejected,
            "invalid_target" => Code::ResourceRejected,
            "unauthorized_client" => Code::ClientRejected,
            _ => Code::AuthorizationRefused,
        };
        return Err(Error::new(code).said(error, get("error_description")));
    }
    get("code").map(Secret::from).ok_or_else(|| Code::CodeMissing.into())
}

fn nothing() -> Value {
    Object::new().with("handled", "none").into()
}

fn tells(parameters: &Parameters) -> bool {
    parameters.iter().any(|(name, _)| TELLING.contains(&name.as_str()))
}

/// A lone `#code=…` may be the application's own; a token is not.
fn has_token(parameters: &Parameters) -> bool {
    parameters.iter().any(|(name, value)| FOREIGN.contains(&name.as_str()) && !value.is_empty())
}

/// RFC 6749 section 3.1: nothing is repeated. Nothing is empty, too long, contradictory or of another flow.
pub(crate) fn is_well_formed(parameters: &Parameters) -> bool {
    let ours: Vec<_> = parameters.iter().filter(|(name, _)| PARAMETERS.contains(&name.as_str())).collect();
    let has = |name: &str| ours.iter().any(|(n, _)| n == name);
    let once = |name: &str| ours.iter().filter(|(n, _)| n == name).count() == 1;
    parameters.len() <= MOST
        && ours.iter().all(|(name, value)| once(name) && value.len() <= LONGEST && !FOREIGN.contains(&name.as_str()))
        && ours.iter().all(|(name, value)| name != "code" || (!value.is_empty() && value.bytes().all(|b| matches!(b, 0x20..=0x7e))))
        && !(has("code") && has("error"))
}

/// Whether the page is one that the provider sends people back to.
async fn is_ours(cx: &Context, base: &str) -> bool {
    for address in [Some(&cx.config.redirect_uri), cx.config.post_logout_redirect_uri.as_ref()].into_iter().flatten() {
        if is_at(cx, address, base).await {
            return true;
        }
    }
    false
}

async fn is_at(cx: &Context, address: &str, base: &str) -> bool {
    let resolved = cx.shell.perform(Effect::Resolve { url: address.into() }).await;
    matches!(resolved, Outcome::Address { href, .. } if split_query(&href).0 == base)
}

/// The address without what belongs to the response; what belongs to the application stays.
fn clean(base: &str, query: &str, fragment: Option<&str>) -> String {
    let name_of = |pair: &str| form::parse(pair).and_then(|p| p.into_iter().next()).map(|(name, _)| name);
    let mut url = String::from(base);
    let mut separator = '?';
    for pair in parts(query, b'&') {
        if name_of(pair).is_some_and(|name| !PARAMETERS.contains(&name.as_str())) {
            url.push(separator);
            url.push_str(pair);
            separator = '&';
        }
    }
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}
