//! Drives the browser module of mini-apps, with the machines in this same WebAssembly module: `packages/oxidc/src/miniapp`, built and copied by
//! `cargo xtask npm`.

use std::future::Future;
use std::rc::Rc;

use js_sys::{Function, JSON, Promise};
use oxidc_miniapp_wasm::{Instance, Side, guest, host};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortController, AbortSignal, HtmlIFrameElement, RequestInit, Response};

use super::driver::Call;
use super::{Abort, Listening, listener, refused, value_of};
use crate::Error;
use crate::json::{Object, Value};
use crate::miniapp::{CallFuture, FrameEvent, HOST_NAMES, HostCall, HostEvent, HostOptions, NAMES, TokenRequest};

#[wasm_bindgen(module = "/js/miniapp.js")]
extern "C" {
    type MiniAppFrame;
    type MiniAppHost;
    type HostedFrame;

    #[wasm_bindgen(js_name = createFrame)]
    fn create_frame(options: &str, feed: &Function, signal: &AbortSignal) -> Promise;

    #[wasm_bindgen(method, getter)]
    fn context(this: &MiniAppFrame) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &MiniAppFrame) -> String;

    #[wasm_bindgen(method, js_name = getTokens)]
    fn get_tokens(this: &MiniAppFrame, options: &Call) -> Promise;

    #[wasm_bindgen(method)]
    fn fetch(this: &MiniAppFrame, input: &JsValue, init: &RequestInit) -> Promise;

    #[wasm_bindgen(method)]
    fn call(this: &MiniAppFrame, method: &str, params: &JsValue, options: &Call) -> Promise;

    #[wasm_bindgen(method)]
    fn on(this: &MiniAppFrame, event: &str, handler: &Function) -> Function;

    #[wasm_bindgen(method)]
    fn close(this: &MiniAppFrame) -> Promise;

    #[wasm_bindgen(js_name = createHost)]
    fn create_host(feed: &Function, get_token: &Function, handlers: &js_sys::Object) -> Promise;

    #[wasm_bindgen(method, catch)]
    fn register(this: &MiniAppHost, app: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn add(this: &MiniAppHost, element: &HtmlIFrameElement, app: &str, context: &JsValue) -> Result<HostedFrame, JsValue>;

    #[wasm_bindgen(method, js_name = signedIn)]
    fn signed_in(this: &MiniAppHost, key: &str);

    #[wasm_bindgen(method, js_name = signedOut)]
    fn signed_out(this: &MiniAppHost);

    #[wasm_bindgen(method)]
    fn tell(this: &MiniAppHost, name: &str, data: &JsValue, to: Option<&HostedFrame>);

    #[wasm_bindgen(method, js_name = on)]
    fn on_host(this: &MiniAppHost, event: &str, handler: &Function) -> Function;

    #[wasm_bindgen(method, getter)]
    fn ignored(this: &MiniAppHost) -> u32;

    #[wasm_bindgen(method, js_name = close)]
    fn close_host(this: &MiniAppHost);

    #[wasm_bindgen(method, catch, js_name = setContext)]
    fn set_context(this: &HostedFrame, context: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, js_name = close)]
    fn close_frame(this: &HostedFrame);
}

/// What feeds a machine of its own.
fn feed<S: Side + 'static>() -> Function {
    let mut machine = Instance::<S>::new();
    let feed = move |text: String, wall: f64, monotonic: f64, random: Vec<u32>| {
        machine.feed(&text, wall, monotonic, random.try_into().unwrap_or_default())
    };
    Closure::<dyn FnMut(String, f64, f64, Vec<u32>) -> String>::new(feed).into_js_value().unchecked_into()
}

fn parse(text: &str) -> Result<JsValue, Error> {
    JSON::parse(text).map_err(|error| refused(&error))
}

pub(crate) struct Frame(MiniAppFrame);

impl Frame {
    pub(crate) async fn connect(options: Object) -> Result<Self, Error> {
        let options = Value::from(options).to_text();
        let made = run(|signal| create_frame(&options, &feed::<guest::Boundary>(), signal)).await;
        made.map(|frame| Self(frame.unchecked_into()))
    }

    pub(crate) fn context(&self) -> Value {
        value_of(&self.0.context())
    }

    pub(crate) fn origin(&self) -> String {
        self.0.origin()
    }

    pub(crate) async fn get_tokens(&self, options: Object) -> Result<Value, Error> {
        let options = call_of(options)?;
        run(|signal| self.0.get_tokens(options.with(signal))).await.map(|tokens| value_of(&tokens))
    }

    pub(crate) async fn fetch<T: ?Sized>(&self, input: &T, init: Option<&RequestInit>) -> Result<Response, Error>
    where
        for<'a> &'a T: Into<JsValue>,
    {
        super::fetch(init, |init| self.0.fetch(&input.into(), init)).await
    }

    pub(crate) async fn call(&self, method: &str, params: &Value, options: Object) -> Result<Value, Error> {
        let (params, options) = (parse(&params.to_text())?, call_of(options)?);
        run(|signal| self.0.call(method, &params, options.with(signal))).await.map(|result| value_of(&result))
    }

    pub(crate) fn on(&self, handler: Rc<dyn Fn(FrameEvent)>) -> Option<Listening> {
        let listen = |name: &'static str| {
            let handler = Rc::clone(&handler);
            listener(move |first, second| handler(FrameEvent::of(name, value_of(&first), value_of(&second))))
        };
        Some(Listening(NAMES.map(|name| self.0.on(name, &listen(name))).into()))
    }

    pub(crate) async fn close(&self) {
        // Closing cannot fail.
        let _ = JsFuture::from(self.0.close()).await;
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let _goes_on = self.0.close();
    }
}

/// The options of a call, to which its signal is added.
fn call_of(options: Object) -> Result<Call, Error> {
    parse(&Value::from(options).to_text()).map(JsValue::unchecked_into)
}

impl Call {
    fn with(&self, signal: &AbortSignal) -> &Self {
        self.set_signal(signal);
        self
    }
}

/// Makes a call, which is aborted when its future is dropped.
async fn run(call: impl FnOnce(&AbortSignal) -> Promise) -> Result<JsValue, Error> {
    let controller = AbortController::new().map_err(|error| refused(&error))?;
    let promise = call(&controller.signal());
    let mut abort = Abort(Some(controller));
    let result = JsFuture::from(promise).await;
    abort.0 = None;
    result.map_err(|error| refused(&error))
}

/// A promise of what a future answers in JSON.
fn settled(answer: impl Future<Output = Result<String, Error>> + 'static) -> Promise {
    future_to_promise(async move {
        match answer.await {
            Ok(text) => JSON::parse(&text),
            Err(error) => Err(JSON::parse(&error.facts().to_text())?),
        }
    })
}

pub(crate) struct Host(MiniAppHost);

impl Host {
    pub(crate) async fn new(options: HostOptions) -> Result<Self, Error> {
        let get_token = options.get_token;
        let get_token = move |request: JsValue| {
            let answer = get_token(TokenRequest::of(&value_of(&request)));
            settled(async move { answer.await.map(|grant| grant.to_text()) })
        };
        let get_token = Closure::<dyn Fn(JsValue) -> Promise>::new(get_token).into_js_value();
        let handlers = js_sys::Object::new();
        for (method, handler) in options.handlers {
            let handle = move |params: JsValue, call: JsValue| {
                let app = js_sys::Reflect::get(&call, &"app".into()).ok().and_then(|app| app.as_string()).unwrap_or_default();
                let answer: CallFuture = handler(HostCall { app, params: value_of(&params) });
                settled(async move { answer.await.map(|result| result.to_text()) })
            };
            let handle = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(handle).into_js_value();
            js_sys::Reflect::set(&handlers, &method.into(), &handle).map_err(|error| refused(&error))?;
        }
        let made = JsFuture::from(create_host(&feed::<host::Boundary>(), get_token.unchecked_ref(), &handlers)).await;
        made.map(|host| Self(host.unchecked_into())).map_err(|error| refused(&error))
    }

    pub(crate) fn register(&self, app: &str) -> Result<(), Error> {
        self.0.register(&parse(app)?).map_err(|error| refused(&error))
    }

    pub(crate) fn add(&self, element: &HtmlIFrameElement, app: &str, context: &Value) -> Result<Hosted, Error> {
        self.0.add(element, app, &parse(&context.to_text())?).map(Hosted).map_err(|error| refused(&error))
    }

    pub(crate) fn signed_in(&self, key: &str) {
        self.0.signed_in(key);
    }

    pub(crate) fn signed_out(&self) {
        self.0.signed_out();
    }

    pub(crate) fn tell(&self, name: &str, data: &Value, to: Option<&Hosted>) -> Result<(), Error> {
        self.0.tell(name, &parse(&data.to_text())?, to.map(|frame| &frame.0));
        Ok(())
    }

    pub(crate) fn on(&self, handler: Rc<dyn Fn(HostEvent)>) -> Option<Listening> {
        let listen = |name: &'static str| {
            let handler = Rc::clone(&handler);
            let text = |value: &JsValue| value.as_string().unwrap_or_default();
            let told = move |app: JsValue, _frame: JsValue, message: JsValue| handler(HostEvent::of(name, text(&app), text(&message)));
            Closure::<dyn Fn(JsValue, JsValue, JsValue)>::new(told).into_js_value().unchecked_into::<Function>()
        };
        Some(Listening(HOST_NAMES.map(|name| self.0.on_host(name, &listen(name))).into()))
    }

    pub(crate) fn ignored(&self) -> u32 {
        self.0.ignored()
    }

    pub(crate) fn close(&self) {
        self.0.close_host();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.0.close_host();
    }
}

pub(crate) struct Hosted(HostedFrame);

impl Hosted {
    pub(crate) fn set_context(&self, context: &Value) -> Result<(), Error> {
        self.0.set_context(&parse(&context.to_text())?).map_err(|error| refused(&error))
    }

    pub(crate) fn close(&self) {
        self.0.close_frame();
    }
}
