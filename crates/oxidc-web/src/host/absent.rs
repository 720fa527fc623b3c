//! What stands in for the browser where there is none: every call says so.

use std::future::{Future, ready};
use std::rc::Rc;

use web_sys::{RequestInit, Response};

use crate::json::{Object, Value};
use crate::{AuthClientOptions, Code, Error, Event};

/// What becomes of a call whose future is dropped.
#[derive(Clone, Copy)]
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

    pub(crate) fn show(&self, _: Object, _: Object, _: bool, _: Then) -> impl Future<Output = Result<Value, Error>> + use<> {
        ready(Err(Code::NoBrowser.into()))
    }

    pub(crate) fn href(&self) -> String {
        String::new()
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

/// Both sides of mini-apps: none can be made, so there is nothing that they could be asked.
#[allow(clippy::unused_async)]
pub(crate) mod miniapp {
    use std::rc::Rc;

    use web_sys::{HtmlIFrameElement, RequestInit, Response};

    use super::Listening;
    use crate::json::{Object, Value};
    use crate::miniapp::{FrameEvent, HostEvent, HostOptions};
    use crate::{Code, Error};

    pub(crate) enum Frame {}

    impl Frame {
        pub(crate) async fn connect(_: Object) -> Result<Self, Error> {
            Err(Code::NoBrowser.into())
        }

        pub(crate) fn context(&self) -> Value {
            match *self {}
        }

        pub(crate) fn origin(&self) -> String {
            match *self {}
        }

        pub(crate) async fn get_tokens(&self, _: Object) -> Result<Value, Error> {
            match *self {}
        }

        pub(crate) async fn fetch<T: ?Sized>(&self, _: &T, _: Option<&RequestInit>) -> Result<Response, Error> {
            match *self {}
        }

        pub(crate) async fn call(&self, _: &str, _: &Value, _: Object) -> Result<Value, Error> {
            match *self {}
        }

        pub(crate) fn on(&self, _: Rc<dyn Fn(FrameEvent)>) -> Option<Listening> {
            match *self {}
        }

        pub(crate) async fn close(&self) {
            match *self {}
        }
    }

    pub(crate) enum Host {}

    impl Host {
        pub(crate) async fn new(_: HostOptions) -> Result<Self, Error> {
            Err(Code::NoBrowser.into())
        }

        pub(crate) fn register(&self, _: &str) -> Result<(), Error> {
            match *self {}
        }

        pub(crate) fn add(&self, _: &HtmlIFrameElement, _: &str, _: &Value) -> Result<Hosted, Error> {
            match *self {}
        }

        pub(crate) fn signed_in(&self, _: &str) {
            match *self {}
        }

        pub(crate) fn signed_out(&self) {
            match *self {}
        }

        pub(crate) fn tell(&self, _: &str, _: &Value, _: Option<&Hosted>) -> Result<(), Error> {
            match *self {}
        }

        pub(crate) fn on(&self, _: Rc<dyn Fn(HostEvent)>) -> Option<Listening> {
            match *self {}
        }

        pub(crate) fn ignored(&self) -> u32 {
            match *self {}
        }

        pub(crate) fn close(&self) {
            match *self {}
        }
    }

    pub(crate) enum Hosted {}

    impl Hosted {
        pub(crate) fn set_context(&self, _: &Value) -> Result<(), Error> {
            match *self {}
        }

        pub(crate) fn close(&self) {
            match *self {}
        }
    }
}
