//! What stands in for the browser where there is none: every call says so.

use std::rc::Rc;

use web_sys::{RequestInit, Response};

use crate::json::{Object, Value};
use crate::{AuthClientOptions, Code, Error, Event};

/// What becomes of a call whose future is dropped.
pub(crate) enum Then {
    Abort,
    GoOn,
}

pub(crate) struct Host;

#[derive(Debug)]
pub(crate) struct Listening;

impl Listening {
    pub(crate) fn stop(self) {}
}

#[allow(clippy::unused_async, clippy::unused_self)]
impl Host {
    pub(crate) fn new(_: AuthClientOptions) -> Self {
        Self
    }

    pub(crate) async fn run(&self, _: Object, _: Then) -> Result<Value, Error> {
        Err(Code::NoBrowser.into())
    }

    pub(crate) async fn process_callback(&self) -> Result<Value, Error> {
        Err(Code::NoBrowser.into())
    }

    pub(crate) async fn fetch<T: ?Sized>(&self, _: &T, _: Option<&RequestInit>) -> Result<Response, Error> {
        Err(Code::NoBrowser.into())
    }

    pub(crate) fn state(&self) -> String {
        String::new()
    }

    pub(crate) fn on(&self, _: Rc<dyn Fn(Event)>) -> Option<Listening> {
        None
    }

    pub(crate) async fn close(&self) {}
}
