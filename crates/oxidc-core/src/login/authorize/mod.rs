//! The authorization request (OpenID Connect Core 1.0 section 3.1.2.1, RFC 6749 section 4.1.1).

pub(crate) mod attempt;
#[cfg(feature = "extended")]
pub(crate) mod jar;
#[cfg(feature = "extended")]
pub(crate) mod par;
pub(crate) mod pkce;

use alloc::rc::Rc;
use alloc::string::String;

use attempt::Attempt;

use crate::client::Context;
use crate::command::SignInOptions;
use crate::config::discovery;
use crate::config::options::{add, has};
use crate::config::provider::Metadata;
use crate::effect::{Effect, Event, Outcome};
use crate::error::{Code, Error, Result};
use crate::login::window;
use crate::wire::form::{Form, append_query};
#[cfg(feature = "extended")]
use crate::wire::json::Object;
use crate::wire::json::Value;
use crate::wire::sender::Binding;
use crate::wire::{base64url, decimal, words};

/// Parameters that the client sets itself; none can be replaced (RFC 9700 section 4.7).
const RESERVED: &[&str] = &[
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "request", "request_uri", "resource", "prompt", "login_hint", "max_age", "acr_values", "ui_locales", "display", "client_secret",
    "dpop_jkt",
];

/// The longest address that servers take without being told, in characters.
const LONGEST: usize = 8_192;

/// Sends the person to the provider's authorization endpoint, in this page or in a window, or only tells the `address` and what an
/// answer is checked against. `silent`: nothing is to be shown there. The session, if a window brought one, or null.
pub(crate) async fn sign_in(cx: &Rc<Context>, options: &SignInOptions, silent: bool, address: bool) -> Result<Value> {
    if let Some((name, _)) = options.extra_parameters.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
        return Err(Error::new(Code::ParameterReserved).detail(name.as_str()));
    }
    if options.window {
        window::is_possible(cx, &cx.config.redirect_uri)?;
    }
    let metadata = discovery::metadata(cx).await?;
    let [state, nonce, verifier] = random_texts(cx).await?;
    let challenge = pkce::challenge(cx, &verifier).await?;
    let binding = Binding::make(cx, &metadata, &state).await?;
    let return_to = match &options.return_to {
        Some(url) => own_address(cx, url).await,
        None => None,
    };
    let (mut resources, mut scopes) = (options.resources.clone(), options.scopes.clone());
    if resources.is_empty() {
        cx.config.resources.iter().for_each(|r| add(&mut resources, &r.resource));
    }
    if scopes.is_empty() {
        scopes.clone_from(&cx.config.scopes);
        cx.config.scopes_of(&resources).iter().for_each(|scope| add(&mut scopes, scope));
    }
    if !has(&scopes, "openid") {
        return Err(Error::new(Code::ScopeInvalid).detail("openid is required"));
    }

    let acr_values = words(&options.acr_values, ' ');
    let prompt = if options.sign_up { Some("create") } else { options.prompt.as_deref() };
    let mut form = Form::new()
        .with("client_id", &cx.config.client_id)
        .with("redirect_uri", &cx.config.redirect_uri)
        .with("response_type", "code")
        .with("scope", &words(&scopes, ' '))
        .with("state", &state)
        .with("nonce", &nonce)
        .with("code_challenge", &challenge)
        .with("code_challenge_method", "S256")
        .with_some("prompt", if silent { Some("none") } else { prompt })
        .with_some("login_hint", options.login_hint.as_deref())
        .with_some("max_age", options.max_age.map(decimal).as_deref())
        .with_some("acr_values", if acr_values.is_empty() { None } else { Some(&acr_values) })
        .with_some("ui_locales", some_words(&options.ui_locales).as_deref())
        .with_some("display", options.display.as_deref())
        .with_some("dpop_jkt", binding.thumbprint());
    for resource in &resources {
        form = form.with("resource", resource);
    }
    for (name, value) in &options.extra_parameters {
        form = form.with(name, value);
    }
    let url = address_of(cx, &metadata, form).await?;
    #[cfg(feature = "extended")]
    if address {
        let request = Object::new().with("url", url).with("state", state).with("nonce", nonce).with("codeVerifier", verifier);
        let request = request.with("redirectUri", cx.config.redirect_uri.as_str()).with("scopes", scopes).with("resources", resources);
        return Ok(request.with_some("maxAge", options.max_age).with_some("binding", binding.to_value()).into());
    }
    let _ = address;

    let attempt = Attempt::begin(cx, &state, return_to, options.app_state.clone(), options.window, "signIn")
        .with("redirectUri", cx.config.redirect_uri.as_str())
        .with("nonce", nonce)
        .with("verifier", verifier)
        .with("scopes", scopes.as_slice())
        .with("resources", resources.as_slice())
        .with_some("maxAge", options.max_age)
        .with("acrValues", acr_values)
        .with("sameUser", silent || options.same_user)
        .with_some("silent", if silent { Some(cx.shell.now().wall) } else { None })
        .with_some("binding", binding.to_value());
    go(cx, url, attempt.into(), silent).await
}

/// Goes to an address of the provider, in this page or in a window or frame, and keeps the attempt for what comes back.
pub(crate) async fn go(cx: &Rc<Context>, url: String, attempt: Attempt, frame: bool) -> Result<Value> {
    let kept = attempt::remember(cx, &attempt).await;
    if attempt.flag("window") {
        // This page waits and remembers by itself; the stored record only tells the return page so.
        return window::visit(cx, url, attempt, frame).await;
    }
    kept?;
    navigate(cx, url).await.map(|()| Value::Null)
}

/// The address of the request, which the extended features may push or sign first.
#[cfg(not(feature = "extended"))]
async fn address_of(_: &Rc<Context>, metadata: &Metadata, form: Form) -> Result<String> {
    let url = append_query(metadata.authorization_endpoint(), &form.finish());
    if metadata.requires_pushed() || url.len() > LONGEST { Err(Code::PushedRequestRequired.into()) } else { Ok(url) }
}

#[cfg(feature = "extended")]
async fn address_of(cx: &Rc<Context>, metadata: &Metadata, form: Form) -> Result<String> {
    let form = form.with_some("response_mode", cx.config.extended.response_mode.map(|mode| mode.name()));
    let form = jar::sign(cx, form).await?;
    let address = |form: Form| append_query(metadata.authorization_endpoint(), &form.finish());
    let long = address(form.clone()).len() > LONGEST;
    let url = address(par::push(cx, metadata, form, long).await?);
    if url.len() > LONGEST {
        // The provider takes none pushed. Some servers take it nevertheless.
        cx.publish(Event::Error(Error::new(Code::RequestTooLong).detail(decimal(url.len() as i64))));
    }
    Ok(url)
}

/// Goes to an address of the provider.
pub(crate) async fn navigate(cx: &Context, url: String) -> Result<()> {
    match cx.shell.perform(Effect::Navigate { url, replace: false }).await {
        Outcome::Failed { detail, .. } => Err(Error::new(Code::NavigationRefused).detail(detail)),
        _ => Ok(()),
    }
}

/// Unguessable texts of 32 octets each (RFC 7636 section 7.1), all different uses of one draw.
pub(crate) async fn random_texts<const N: usize>(cx: &Context) -> Result<[String; N]> {
    let octets = cx.random(u8::try_from(N * 32).unwrap_or(u8::MAX)).await?;
    let mut texts = octets.chunks_exact(32).map(base64url::encode);
    Ok(core::array::from_fn(|_| texts.next().unwrap_or_default()))
}

/// An address of this page's origin in its normal form; any other is reported and dropped (RFC 9700 section 4.11.1).
pub(crate) async fn own_address(cx: &Context, url: &str) -> Option<String> {
    // The platform removes these; an address that relies on that was not written by a friend.
    let odd = url.len() > 8_192 || url.chars().any(|c| c.is_control() || c == '\\');
    if !odd
        && let Outcome::Address { href, origin } = cx.shell.perform(Effect::Resolve { url: url.into() }).await
        && origin == cx.page.origin
        // A `blob:` address has the origin of the page that made it, and leads to whatever that page put there.
        && href.starts_with(&origin)
    {
        return Some(href);
    }
    cx.publish(Event::Error(Code::ReturnToRefused.into()));
    None
}

fn some_words(list: &[String]) -> Option<String> {
    if list.is_empty() { None } else { Some(words(list, ' ')) }
}
