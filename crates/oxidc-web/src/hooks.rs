//! Functions of the application that are asked.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::json::{Object, Value};
use crate::{ReturnTarget, StepUpChallenge};

/// What a function of the application answers in time.
pub type HookFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// What the application gave along.
#[derive(Clone, Default)]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(crate) struct Hooks {
    /// Called when a sign-in or sign-out returns.
    pub(crate) on_return: Option<Rc<dyn Fn(ReturnTarget)>>,
    /// Asked before a session begins.
    pub(crate) on_session_creating: Option<Rc<dyn Fn(NewSession) -> HookFuture<Result<Object, String>>>>,
    /// Asked when an API wants a stronger sign-in.
    pub(crate) on_step_up: Option<Rc<dyn Fn(StepUpChallenge) -> HookFuture<bool>>>,
    /// Signs request objects.
    #[cfg(feature = "extended")]
    pub(crate) request_object: Option<RequestObjectSigner>,
}

/// How request objects are signed: by a function that makes the JWT from the claims, or with a key.
#[cfg(feature = "extended")]
#[derive(Clone)]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(crate) enum RequestObjectSigner {
    Supplied(Rc<dyn Fn(Object) -> HookFuture<Result<String, String>>>),
    Key(web_sys::CryptoKey),
}

/// A session that is about to begin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewSession {
    /// The session as JSON, with the names of the npm package (`user`, `claims`, `issuer`, `clientId`, `subject`, `scopes`, …): give it
    /// back, changed or not.
    pub session: Object,
    /// What the application gave along at the sign-in.
    pub app_state: Option<Value>,
}

impl NewSession {
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn of(value: &Value) -> Self {
        let session = value.get("session").and_then(Value::as_object).cloned().unwrap_or_default();
        Self { session, app_state: value.get("appState").cloned() }
    }
}
