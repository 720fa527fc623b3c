//! The machine in the platform's page.

use alloc::string::String;

use oxidc_core::wire::json::Value;
use oxidc_miniapp::host::{Effect, Host as Machine, Input};
use oxidc_miniapp::version;
use wasm_bindgen::prelude::*;

use crate::{answer, effect, flag, moment, number, text, thrown};

/// The machine of a host that speaks JSON.
#[wasm_bindgen]
pub struct Host {
    machine: Machine,
}

#[wasm_bindgen]
impl Host {
    /// Makes the machine from its options (`session`: whether there is a session from the beginning; `versions`) and the origin of its page.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, own: &str) -> Host {
        let options = Value::parse(options).unwrap_or(Value::Null);
        let versions = version::read(options.get("versions")).unwrap_or_else(|| version::SPOKEN.to_vec());
        Self { machine: Machine::new(own, &versions, flag(&options, "session")) }
    }

    /// Registers a mini-app.
    ///
    /// # Errors
    ///
    /// The JSON text of an error when the registration is wrong.
    pub fn register(&mut self, app: &str) -> Result<(), String> {
        self.machine.register(&Value::parse(app).unwrap_or(Value::Null)).map_err(|failure| thrown(&failure))
    }

    /// Adds a frame with an application in it.
    ///
    /// # Errors
    ///
    /// The JSON text of an error.
    pub fn add(&mut self, frame: u32, app: &str, context: &str) -> Result<(), String> {
        self.machine.add(frame, app, &Value::parse(context).unwrap_or(Value::Null)).map_err(|failure| thrown(&failure))
    }

    /// Changes the context of a frame.
    ///
    /// # Errors
    ///
    /// The JSON text of an error.
    pub fn set_context(&mut self, frame: u32, context: &str) -> Result<(), String> {
        self.machine.set_context(frame, &Value::parse(context).unwrap_or(Value::Null)).map_err(|failure| thrown(&failure))
    }

    /// Feeds an input, with both clocks and four random numbers; gives back effects and when to come again.
    #[allow(clippy::too_many_arguments)]
    pub fn feed(&mut self, input: &str, wall: f64, monotonic: f64, a: u32, b: u32, c: u32, d: u32) -> String {
        let input = Value::parse(input).map_or(Input::Timer, |value| read(&value));
        let effects = self.machine.feed(input, moment(wall, monotonic, a, b, c, d));
        answer(effects.into_iter().map(write).collect(), self.machine.wake())
    }

    /// How many messages were ignored.
    pub fn ignored(&self) -> u32 {
        self.machine.ignored()
    }
}

fn read(value: &Value) -> Input {
    let frame = number(value, "frame");
    let one = Some(frame).filter(|frame| *frame > 0);
    let connection = number(value, "connection");
    match text(value, "do").as_str() {
        "window" => Input::Window(one, text(value, "origin"), text(value, "text")),
        "loaded" => Input::Loaded(frame),
        "port" => Input::Port(connection, text(value, "text")),
        "lost" => Input::Lost(connection),
        "remove" => Input::Remove(frame),
        "session" => Input::Session(value.get("key").and_then(Value::as_str).map(String::from)),
        "tell" => Input::Tell(one, text(value, "name"), value.get("data").cloned().unwrap_or(Value::Null)),
        "done" => {
            let result = value.get("error").map_or_else(|| Ok(value.get("ok").cloned().unwrap_or(Value::Null)), |error| Err(error.clone()));
            Input::Done(number(value, "job"), result)
        }
        "shown" => Input::Shown,
        "close" => Input::Close,
        _ => Input::Timer,
    }
}

fn write(done: Effect) -> Value {
    match done {
        Effect::Offer { frame, connection, origin, text } => {
            effect("offer").with("frame", frame).with("connection", connection).with("origin", origin).with("text", text)
        }
        Effect::Post(frame, origin, text) => effect("post").with("frame", frame).with("origin", origin).with("text", text),
        Effect::Say(connection, text) => effect("say").with("connection", connection).with("text", text),
        Effect::Shut(connection) => effect("shut").with("connection", connection),
        Effect::Token { job, app, audience, scope, force } => {
            effect("token").with("job", job).with("app", app).with("audience", audience).with("scope", scope).with("force", force)
        }
        Effect::Call { job, app, frame, method, params } => {
            effect("call").with("job", job).with("app", app).with("frame", frame).with("method", method).with("params", params)
        }
        Effect::Publish(event, app, frame, detail) => {
            effect("publish").with("event", event).with("app", app).with("frame", frame).with("detail", detail)
        }
    }
    .into()
}
