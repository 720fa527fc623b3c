//! Functions of the application, as the host module calls them.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::{js, value_of};
use crate::StepUpChallenge;
#[cfg(feature = "extended")]
use crate::hooks::RequestObjectSigner;
use crate::hooks::{Hooks, NewSession};

/// Those that the application gave along, under the names of the boundary.
pub(super) fn of(hooks: Hooks) -> Object {
    let object = Object::new();
    let add = |name: &str, ask: Closure<dyn Fn(JsValue) -> Promise>| {
        // A new object takes every member.
        let _ = Reflect::set(&object, &name.into(), &ask.into_js_value());
    };
    if let Some(complete) = hooks.on_session_creating {
        add(
            "sessionCreating",
            Closure::new(move |value: JsValue| {
                let completed = complete(NewSession::of(&value_of(&value)));
                future_to_promise(async { js(completed.await?).map_err(|error| error.to_string().into()) })
            }),
        );
    }
    #[cfg(feature = "extended")]
    match hooks.request_object {
        Some(RequestObjectSigner::Supplied(sign)) => add(
            "requestObject",
            Closure::new(move |claims: JsValue| {
                let signed = sign(value_of(&claims).as_object().cloned().unwrap_or_default());
                future_to_promise(async { Ok(signed.await?.into()) })
            }),
        ),
        Some(RequestObjectSigner::Key(key)) => {
            let holder = Object::new();
            let _ = Reflect::set(&holder, &"key".into(), &key);
            let _ = Reflect::set(&object, &"requestObject".into(), &holder);
        }
        None => (),
    }
    if let Some(ask) = hooks.on_step_up {
        // Several requests may be refused at once; the person is asked once.
        let asked = Rc::new(RefCell::new(None::<Promise>));
        add(
            "stepUp",
            Closure::new(move |value: JsValue| {
                if let Some(asked) = &*asked.borrow() {
                    return asked.clone();
                }
                let answer = ask(StepUpChallenge::read(value_of(&value).as_object().unwrap_or(&Default::default())));
                let done = Rc::clone(&asked);
                let promise = future_to_promise(async move {
                    let answer = answer.await;
                    done.take();
                    Ok(answer.into())
                });
                asked.replace(Some(promise.clone()));
                promise
            }),
        );
    }
    object
}
