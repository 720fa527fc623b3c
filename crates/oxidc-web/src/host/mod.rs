//! Drives the browser host module, with the core in this same WebAssembly module.

mod driver;
mod hooks;
pub(crate) mod miniapp;
mod storage;

use std::rc::Rc;

use js_sys::{Function, JSON};
use oxidc_wasm::Core;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, Response};

use self::driver::{Call, Driver, create_driver};
use crate::error::error_of;
use crate::event::NAMES;
use crate::json::{Object, Value};
use crate::{AuthClientOptions, Error, Event, ReturnTarget};

/// What becomes of a call whose future is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Abort,
    GoOn,
}

pub(crate) struct Host {
    driver: Driver,
    on_return: Option<Function>,
}

impl Host {
    pub(crate) fn new(options: AuthClientOptions) -> Self {
        let make_core = |options: String, page: String, wall: f64, monotonic: f64| {
            Core::new(&options, &page, wall, monotonic).map(JsValue::from).map_err(|error| JSON::parse(&error).unwrap_or_default())
        };
        let make_core = Closure::<dyn Fn(String, String, f64, f64) -> Result<JsValue, JsValue>>::new(make_core).into_js_value();
        let on_return = options.hooks.on_return.clone().map(|go| {
            let go = move |target: JsValue| go(ReturnTarget::of(&value_of(&target)));
            Closure::<dyn Fn(JsValue)>::new(go).into_js_value().unchecked_into()
        });
        let (storage, hooks) = (storage::of(&options.storage), hooks::of(options.hooks));
        let options = Value::from(options.members).to_text();
        Self { driver: create_driver(&options, &storage, make_core.unchecked_ref(), &hooks), on_return }
    }

    pub(crate) async fn run(&self, command: Object, then: Then) -> Result<Value, Error> {
        let command = js(command)?;
        let mut abort = Abort::new(then)?;
        let call = Call::new();
        if let Some(controller) = &abort.0 {
            call.set_signal(&controller.signal());
        }
        let result = JsFuture::from(self.driver.run(&command, &call)).await;
        abort.0 = None;
        result.map(|value| value_of(&value)).map_err(|error| refused(&error))
    }

    /// Opens a window for a call, before this returns.
    pub(crate) fn show(
        &self,
        command: Object,
        place: Object,
        insist: bool,
        then: Then,
    ) -> impl Future<Output = Result<Value, Error>> + use<> {
        let opened = Abort::new(then).and_then(|abort| {
            let signal = abort.0.as_ref().map(AbortController::signal);
            let shown = self.driver.show(&js(command)?, &js(place)?, insist, signal.as_ref());
            Ok((JsFuture::from(shown), abort))
        });
        async move {
            let (shown, mut abort) = opened?;
            let result = shown.await;
            abort.0 = None;
            result.map(|value| value_of(&value)).map_err(|error| refused(&error))
        }
    }

    /// The page's address.
    pub(crate) fn href(&self) -> String {
        web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default()
    }

    pub(crate) async fn process_callback(&self) -> Result<Value, Error> {
        let result = JsFuture::from(self.driver.process_callback(self.on_return.as_ref())).await;
        result.map(|value| value_of(&value)).map_err(|error| refused(&error))
    }

    pub(crate) async fn fetch<T: ?Sized>(&self, input: &T, init: Option<&RequestInit>) -> Result<Response, Error>
    where
        for<'a> &'a T: Into<JsValue>,
    {
        fetch(init, |init| self.driver.fetch(&input.into(), init)).await
    }

    pub(crate) fn state(&self) -> String {
        self.driver.state()
    }

    pub(crate) fn on(&self, handler: Rc<dyn Fn(Event)>) -> Option<Listening> {
        let listen = |name: &'static str| {
            let handler = Rc::clone(&handler);
            listener(move |first, second| handler(Event::of(name, &value_of(&first), &value_of(&second))))
        };
        Some(Listening(NAMES.map(|name| self.driver.on(name, &listen(name))).into()))
    }

    pub(crate) async fn close(&self) {
        // Closing cannot fail.
        let _ = JsFuture::from(self.driver.close()).await;
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _goes_on = self.driver.close();
    }
}

/// Handlers that listen, by the functions that stop them.
#[derive(Debug)]
pub(crate) struct Listening(Vec<Function>);

impl Listening {
    pub(crate) fn stop(self) {
        for stop in self.0 {
            // Stopping cannot fail.
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }
}

/// A handler of two values, as JavaScript calls it.
fn listener(told: impl Fn(JsValue, JsValue) + 'static) -> Function {
    Closure::<dyn Fn(JsValue, JsValue)>::new(told).into_js_value().unchecked_into()
}

/// Sends a request of the application, which is aborted when its future is dropped.
async fn fetch(init: Option<&RequestInit>, send: impl FnOnce(&RequestInit) -> js_sys::Promise) -> Result<Response, Error> {
    let mut abort = Abort::new(Then::Abort)?;
    let copy = RequestInit::new();
    if let Some(init) = init {
        js_sys::Object::<JsValue>::assign(copy.unchecked_ref(), init.unchecked_ref());
    }
    // A signal of the application's own stays in charge.
    let own = js_sys::Reflect::has(&copy, &"signal".into()).unwrap_or(false);
    if let (Some(controller), false) = (&abort.0, own) {
        copy.set_signal(Some(&controller.signal()));
    }
    let result = JsFuture::from(send(&copy)).await;
    abort.0 = None;
    result.map(Response::unchecked_from_js).map_err(|error| refused(&error))
}

/// Aborts a call whose future is dropped.
struct Abort(Option<AbortController>);

impl Abort {
    fn new(then: Then) -> Result<Self, Error> {
        let controller = (then == Then::Abort).then(AbortController::new).transpose();
        controller.map(Self).map_err(|error| refused(&error))
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// JSON as JavaScript holds it.
fn js(value: Object) -> Result<JsValue, Error> {
    JSON::parse(&Value::from(value).to_text()).map_err(|error| refused(&error))
}

/// What JavaScript holds, as JSON; what JSON cannot hold is null.
fn value_of(value: &JsValue) -> Value {
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
    text.and_then(|text| Value::parse(&text).ok()).unwrap_or(Value::Null)
}

/// The error for what a promise was rejected with.
fn refused(error: &JsValue) -> Error {
    let facts = value_of(error);
    match error.dyn_ref::<js_sys::Error>() {
        // The errors of mini-apps are errors of JavaScript too, but tell their facts.
        Some(foreign) if facts.get("code").is_none() => error_of(&Value::from(String::from(foreign.to_string()))),
        _ => error_of(&facts),
    }
}
