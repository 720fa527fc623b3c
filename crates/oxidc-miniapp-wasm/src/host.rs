//! The machine in the platform's page.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::host::{Effect, Host, Input};
use oxidc_miniapp::version;

use crate::{Side, answer, any, effect, flag, number, refused, text};

/// The machine of a host that speaks JSON.
pub struct Boundary {
    machine: Host,
}

impl Side for Boundary {
    /// Makes the machine from `session` (whether there is a session from the beginning) and `own`, the origin of its page.
    ///
    /// # Errors
    ///
    /// None; the frame's side has some.
    fn new(value: &Value) -> Result<Self, Value> {
        Ok(Self { machine: Host::new(&text(value, "own"), version::SPOKEN, flag(value, "session")) })
    }

    /// Feeds an input; gives back effects and when to come again. `register`, `add` and `context` answer with `{"error": …}` where they are refused.
    fn feed(&mut self, value: &Value, moment: Moment) -> Value {
        let frame = number(value, "frame");
        let done = match text(value, "do").as_str() {
            "state" => return Object::new().with("ignored", self.machine.ignored()).into(),
            "register" => self.machine.register(&any(value, "app")),
            "add" => self.machine.add(frame, &text(value, "app"), &any(value, "context")),
            "context" => self.machine.set_context(frame, &any(value, "context")),
            _ => Ok(()),
        };
        if let Err(failure) = done {
            return refused(&failure);
        }
        let mut effects = Vec::new();
        for done in self.machine.feed(read(value), moment) {
            effects.push(write(done));
        }
        answer(effects, self.machine.wake())
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
        "tell" => Input::Tell(one, text(value, "name"), any(value, "data")),
        "done" => {
            let result = value.get("error").map_or_else(|| Ok(any(value, "ok")), |error| Err(error.clone()));
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
