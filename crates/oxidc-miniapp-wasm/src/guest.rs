//! The machine in the frame.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::guest::{Answer, Call, Effect, Event, Fetch, Guest, GuestOptions, Input, Want};

use crate::{Side, answer, any, effect, flag, number, refused, text};

/// The machine of a frame that speaks JSON.
pub struct Boundary {
    machine: Guest,
}

impl Side for Boundary {
    /// Makes the machine from `options` and `own`, the origin of its page.
    ///
    /// # Errors
    ///
    /// `{"error": …}` when the options are wrong.
    fn new(value: &Value) -> Result<Self, Value> {
        let options = GuestOptions::from_value(&any(value, "options"), &text(value, "own")).map_err(|failure| refused(&failure))?;
        Ok(Self { machine: Guest::new(options) })
    }

    /// Feeds an input; gives back effects and when to come again, or for `state` what is known of the rate limit and how many messages were ignored.
    fn feed(&mut self, value: &Value, moment: Moment) -> Value {
        if text(value, "do") == "state" {
            return Object::new().with("limiter", self.machine.limiter().describe()).with("ignored", self.machine.ignored()).into();
        }
        let mut effects = Vec::new();
        for done in self.machine.feed(read(value), moment) {
            effects.push(write(done));
        }
        answer(effects, self.machine.wake())
    }
}

fn read(value: &Value) -> Input {
    let task = number(value, "task");
    let connection = number(value, "connection");
    match text(value, "do").as_str() {
        "start" if flag(value, "transport") => Input::StartWithTransport,
        "start" => Input::Start { framed: flag(value, "framed"), ancestor: Some(text(value, "ancestor")) },
        "window" => Input::Window {
            origin: text(value, "origin"),
            from_parent: flag(value, "fromParent"),
            ports: number(value, "ports") as usize,
            connection,
            text: text(value, "text"),
        },
        "port" => Input::Port { connection, text: text(value, "text") },
        "lost" => Input::Lost { connection },
        "shown" => Input::Shown,
        "visible" => Input::Visible(flag(value, "visible")),
        "call" => value.get("call").map_or(Input::Timer, |call| Input::Call(task, read_call(call))),
        "cancel" => Input::Cancel(task),
        "sent" => Input::Sent(task, read_answer(value)),
        "notSent" => Input::NotSent(task),
        "asked" => {
            let refused = value.get("refused").and_then(Value::as_str);
            let result = refused.map_or_else(|| Ok(any(value, "ok")), |word| Err(word.into()));
            Input::Asked(text(value, "ask"), result)
        }
        _ => Input::Timer,
    }
}

fn read_call(call: &Value) -> Call {
    match text(call, "do").as_str() {
        "tokens" => {
            let min_ttl = call.get("minTtl").and_then(Value::as_integer).unwrap_or(0).clamp(0, 86_400_000);
            Call::Tokens { want: Want::of(call), min_ttl, force: flag(call, "forceRefresh") }
        }
        "fetch" => Call::Fetch(Fetch {
            origin: text(call, "origin"),
            authorization: flag(call, "authorization"),
            no_cors: text(call, "mode") == "no-cors",
            replayable: flag(call, "replayable"),
            limited: flag(call, "limited"),
        }),
        "host" => Call::Host {
            method: text(call, "method"),
            params: any(call, "params"),
            limit: call.get("timeout").and_then(Value::as_integer).filter(|limit| (1..=86_400_000).contains(limit)),
        },
        "close" => Call::Close,
        _ => Call::Ready,
    }
}

fn read_answer(value: &Value) -> Answer {
    let header = |name: &str| value.get("headers").and_then(|h| h.get(name)).and_then(Value::as_str).map(String::from);
    Answer {
        status: u16::try_from(number(value, "status")).unwrap_or(0),
        retry_after: header("retry-after"),
        www_authenticate: header("www-authenticate"),
        remaining: header("x-ratelimit-remaining").or_else(|| header("ratelimit-remaining")),
        reset: header("x-ratelimit-reset").or_else(|| header("ratelimit-reset")),
    }
}

fn write(done: Effect) -> Value {
    match done {
        Effect::Post(origin, text) => effect("post").with("origin", origin).with("text", text),
        Effect::Open(connection) => effect("open").with("connection", connection),
        Effect::Drop => effect("drop"),
        Effect::Say(connection, text) => effect("say").with("connection", connection).with("text", text),
        Effect::Shut(connection) => effect("shut").with("connection", connection),
        Effect::Ask(ask, method, params) => effect("ask").with("ask", ask).with("method", method).with("params", params),
        Effect::Send(task, authorization) => {
            effect("send").with("task", task).with("authorization", authorization.map(|value| String::from(value.expose())))
        }
        Effect::Publish(event) => publish(event),
        Effect::Finish(task, Ok(value)) => effect("finish").with("task", task).with("ok", value),
        Effect::Finish(task, Err(failure)) => effect("finish").with("task", task).with("error", failure.to_value()),
    }
    .into()
}

fn publish(event: Event) -> Object {
    let of = |name: &str, value: Value| effect("publish").with("event", name).with("value", value);
    match event {
        Event::Connected(context, host) => of("connected", context).with("name", host),
        Event::Context(context) => of("context", context),
        Event::Tokens(tokens, replaced) => of("tokens", tokens).with("replaced", replaced),
        Event::Degraded => of("degraded", Value::Null),
        Event::Ended => of("ended", Value::Null),
        Event::Host(name, data) => of("host", data).with("name", name),
    }
}
