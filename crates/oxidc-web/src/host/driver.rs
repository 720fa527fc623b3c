//! The host module as it is called: `packages/oxidc/src/host`, built and copied by `cargo xtask npm`.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, RequestInit};

#[wasm_bindgen(module = "/js/host.js")]
extern "C" {
    pub(crate) type Driver;

    /// `storage` is a name or an object; `make_core` makes the core, or throws the facts of an error.
    /// `functions` are those of the application, under the names of the boundary and `requestObject`.
    #[wasm_bindgen(js_name = createDriver)]
    pub(crate) fn create_driver(options: &str, storage: &JsValue, make_core: &Function, functions: &Object) -> Driver;

    #[wasm_bindgen(method)]
    pub(crate) fn run(this: &Driver, command: &JsValue, call: &Call) -> Promise;

    /// A window opens before this returns.
    #[wasm_bindgen(method)]
    pub(crate) fn show(this: &Driver, command: &JsValue, place: &JsValue, insist: bool, signal: Option<&AbortSignal>) -> Promise;

    #[wasm_bindgen(method, js_name = processCallback)]
    pub(crate) fn process_callback(this: &Driver, on_return: Option<&Function>) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn fetch(this: &Driver, input: &JsValue, init: &RequestInit) -> Promise;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn state(this: &Driver) -> String;

    #[wasm_bindgen(method)]
    pub(crate) fn on(this: &Driver, event: &str, handler: &Function) -> Function;

    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Driver) -> Promise;

    /// A storage in a worker.
    #[wasm_bindgen(js_name = WorkerStorage)]
    pub(crate) type Remote;

    #[wasm_bindgen(constructor, js_class = "WorkerStorage")]
    pub(crate) fn new(place: &Place) -> Remote;
}

#[wasm_bindgen]
extern "C" {
    /// What a call brings along.
    #[wasm_bindgen(extends = js_sys::Object)]
    pub(crate) type Call;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_signal(this: &Call, signal: &AbortSignal);

    /// Where the worker's script is.
    #[wasm_bindgen(extends = js_sys::Object)]
    pub(crate) type Place;

    #[wasm_bindgen(method, setter)]
    fn set_url(this: &Place, url: &JsValue);
}

impl Place {
    pub(crate) fn new(url: &JsValue) -> Self {
        let place: Self = js_sys::Object::new().unchecked_into();
        place.set_url(url);
        place
    }
}

impl Call {
    pub(crate) fn new() -> Self {
        js_sys::Object::new().unchecked_into()
    }
}
