//! Storages as the host module takes them: a name, or an object with three methods.

use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::driver::{Place, Remote};
use crate::{CustomStorage, ScriptUrl, Storage, StorageFailure, StorageFuture, WorkerStorage};

/// The host module's word for a storage.
pub(super) fn of(storage: &Storage) -> JsValue {
    match storage {
        Storage::IndexedDb => "indexeddb".into(),
        Storage::Local => "local".into(),
        Storage::Session => "session".into(),
        Storage::Memory => "memory".into(),
        Storage::Worker(WorkerStorage { url: ScriptUrl::Text(url) }) => Remote::new(&Place::new(&url.into())).into(),
        Storage::Worker(WorkerStorage { url: ScriptUrl::Trusted(url) }) => Remote::new(&Place::new(url)).into(),
        Storage::Custom(storage) => custom(storage),
    }
}

fn custom(storage: &Rc<dyn CustomStorage>) -> JsValue {
    let (get, set, remove) = (Rc::clone(storage), Rc::clone(storage), Rc::clone(storage));
    let get = Closure::<dyn Fn(String) -> Promise>::new(move |key: String| promise(get.get_item(&key)));
    let set = Closure::<dyn Fn(String, String) -> Promise>::new(move |key: String, value: String| promise(set.set_item(&key, &value)));
    let remove = Closure::<dyn Fn(String) -> Promise>::new(move |key: String| promise(remove.remove_item(&key)));
    let object = Object::new();
    for (name, method) in [("getItem", get.into_js_value()), ("setItem", set.into_js_value()), ("removeItem", remove.into_js_value())] {
        // A new object takes every member.
        let _ = Reflect::set(&object, &name.into(), &method);
    }
    object.into()
}

fn promise<T: Into<Kept> + 'static>(answer: StorageFuture<T>) -> Promise {
    future_to_promise(async move {
        match answer.await {
            Ok(kept) => Ok(kept.into().0),
            Err(failure) => Err(thrown(failure).into()),
        }
    })
}

/// What a storage answers, as JavaScript has it.
struct Kept(JsValue);

impl From<()> for Kept {
    fn from((): ()) -> Self {
        Self(JsValue::UNDEFINED)
    }
}

impl From<Option<String>> for Kept {
    fn from(text: Option<String>) -> Self {
        Self(text.map_or(JsValue::NULL, JsValue::from))
    }
}

/// The host module tells failures apart by their names.
fn thrown(failure: StorageFailure) -> js_sys::Error {
    let error = js_sys::Error::new("the storage of the application failed");
    error.set_name(match failure {
        StorageFailure::Denied => "NotAllowedError",
        StorageFailure::Full => "QuotaExceededError",
    });
    error
}
