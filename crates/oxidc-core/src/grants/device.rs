//! The device authorization grant (RFC 8628): the person confirms on another device.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::refused;
use crate::client::Context;
use crate::config::discovery;
use crate::effect::Effect;
use crate::error::{Code, Error, Result};
use crate::login::exchange::{TokenResponse, token_request};
use crate::secret::Secret;
use crate::time::{Millis, SECOND};
use crate::wire::answer;
use crate::wire::form::Form;
use crate::wire::json::{Object, Value};
use crate::wire::sender::{self, Binding};
use crate::wire::url::Endpoint;
use crate::wire::words;

/// How often is asked where the provider does not say, in seconds (section 3.2).
const USUAL_INTERVAL: i64 = 5;
/// The longest pause between two questions, in seconds.
const LONGEST_INTERVAL: i64 = 300;
/// The longest life of a code, in seconds.
const LONGEST_LIFE: i64 = 86_400;

/// Asks for a code for the person and one for this device (section 3.1).
pub(crate) async fn authorize(cx: &Rc<Context>, scopes: &[String], resources: &[String]) -> Result<Value> {
    let metadata = discovery::metadata(cx).await?;
    let endpoint = metadata.endpoint("device_authorization_endpoint")?;
    let form = Form::new().with("scope", &words(if scopes.is_empty() { &cx.config.scopes } else { scopes }, ' '));
    let form = resources.iter().fold(form, |form, resource| form.with("resource", resource));
    let outcome = sender::post(cx, endpoint.as_str(), form, &Binding::default(), cx.config.request_timeout).await?;
    let answer = answer::read(outcome, cx.seconds()).map_err(refused)?;
    let wrong = |name: &str| Error::new(Code::DeviceResponseInvalid).detail(name);
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    // The person is sent there, by a click or by hand.
    let address = |name: &str| match text(name) {
        None => Ok(None),
        Some(uri) => {
            Endpoint::parse(uri).ok().filter(Endpoint::is_secure).map(|e| Some(String::from(e.as_str()))).ok_or_else(|| wrong(name))
        }
    };
    let life = answer.get("expires_in").and_then(Value::as_integer).filter(|s| *s > 0).ok_or_else(|| wrong("expires_in"))?;
    Ok(Object::new()
        .with("deviceCode", text("device_code").ok_or_else(|| wrong("device_code"))?)
        .with("userCode", text("user_code").ok_or_else(|| wrong("user_code"))?)
        .with("verificationUri", address("verification_uri")?.ok_or_else(|| wrong("verification_uri"))?)
        .with_some("verificationUriComplete", address("verification_uri_complete")?)
        .with("expiresIn", life.min(LONGEST_LIFE))
        .with("interval", interval(answer.get("interval").and_then(Value::as_integer)))
        .into())
}

fn interval(seconds: Option<i64>) -> i64 {
    seconds.unwrap_or(USUAL_INTERVAL).clamp(1, LONGEST_INTERVAL)
}

/// What is asked with a device's code.
#[derive(Clone, Debug, Default)]
pub struct DeviceToken {
    /// `device_code`.
    pub device_code: Secret,
    /// Seconds between two questions.
    pub interval: Option<i64>,
    /// Seconds until the code expires.
    pub expires_in: Option<i64>,
}

/// Asks until the person has confirmed or declined, or the code has expired (section 3.4).
pub(crate) async fn token(cx: &Rc<Context>, request: DeviceToken, binding: &Binding) -> Result<TokenResponse> {
    let metadata = discovery::metadata(cx).await?;
    let mut pause = interval(request.interval);
    let ends = cx.shell.now().monotonic.saturating_add(request.expires_in.unwrap_or(LONGEST_LIFE).clamp(0, LONGEST_LIFE) * SECOND);
    loop {
        let left: Millis = ends - cx.shell.now().monotonic;
        if left <= pause * SECOND {
            return Err(Code::DeviceCodeExpired.into());
        }
        let duration = u32::try_from(pause * SECOND).unwrap_or(u32::MAX);
        cx.shell.perform(Effect::Wait { duration }).await;
        let form = Form::new()
            .with("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .with("device_code", request.device_code.expose());
        match token_request(cx, &metadata, form, binding, cx.config.request_timeout).await {
            Ok(response) => return Ok(response),
            Err(error) => match error.refusal() {
                Some("authorization_pending") => (),
                // Section 3.5: for this and all further questions.
                Some("slow_down") => pause = (pause + 5).min(LONGEST_INTERVAL),
                Some("access_denied") => return Err(error.with_code(Code::AccessDenied)),
                Some("expired_token") => return Err(error.with_code(Code::DeviceCodeExpired)),
                Some(_) => return Err(refused(error)),
                None if error.retryable() => {
                    let asked = error.retry_after().map_or(0, i64::from);
                    pause = (pause * 2).max(asked).min(LONGEST_INTERVAL);
                }
                None => return Err(error),
            },
        }
    }
}

/// The scopes and resources of a device authorization request.
#[derive(Clone, Debug, Default)]
pub struct DeviceAuthorization {
    /// Scopes instead of the client's; none: the client's.
    pub scopes: Vec<String>,
    /// The APIs that the token is for (RFC 8707).
    pub resources: Vec<String>,
}
