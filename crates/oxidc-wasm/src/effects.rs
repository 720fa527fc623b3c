//! Writes effects.

use alloc::vec::Vec;

#[cfg(feature = "extended")]
use oxidc_core::effect::Signing;
use oxidc_core::effect::{Area, Effect, EffectId, Event, TaskId};
use oxidc_core::secret::Secret;
use oxidc_core::wire::base64url;
use oxidc_core::wire::json::{Object, Value};

/// An effect as it crosses the boundary.
#[must_use]
pub fn write(id: EffectId, effect: &Effect) -> Value {
    let of = |what: &str| Object::new().with("id", id).with("do", what);
    let area = |area: &Area| match area {
        Area::Session => "session",
        Area::Device => "device",
    };
    match effect {
        Effect::Http(request) => {
            let mut headers = Vec::new();
            for (name, value) in &request.headers {
                headers.push(Value::Array(alloc::vec![(*name).into(), value.as_str().into()]));
            }
            of("http")
                .with("method", request.method)
                .with("url", request.url.as_str())
                .with("headers", headers)
                .with("body", request.body.as_deref())
                .with("timeout", request.timeout)
                .with("limit", request.limit)
        }
        Effect::Send { task, authorization, dpop } => of("send")
            .with("task", *task)
            .with("authorization", authorization.as_ref().map(Secret::expose))
            .with_some("dpop", dpop.as_deref()),
        Effect::Random { octets } => of("random").with("octets", u32::from(*octets)),
        Effect::Digest { bits, data } => of("digest").with("bits", *bits).with("data", base64url::encode(data)),
        Effect::Verify { algorithm, key, data, signature } => of("verify")
            .with("algorithm", algorithm.name())
            .with("key", key.clone())
            .with("data", base64url::encode(data))
            .with("signature", base64url::encode(signature)),
        #[cfg(feature = "extended")]
        Effect::Signing(signing) => match signing {
            Signing::Key { name, make } => of("key").with("name", name.as_str()).with("make", *make),
            Signing::Sign { key, algorithm, data } => {
                of("sign").with("key", key.as_str()).with("algorithm", algorithm.name()).with("data", base64url::encode(data))
            }
            Signing::Forget { name } => of("forgetKey").with("name", name.as_str()),
            Signing::RequestObject { claims } => of("requestObject").with("claims", claims.clone()),
        },
        #[cfg(feature = "extended")]
        Effect::Watch { url, origin, message } => {
            of("watch").with("url", url.as_str()).with("origin", origin.as_str()).with("message", message.as_str())
        }
        Effect::Resolve { url } => of("resolve").with("url", url.as_str()),
        Effect::Load { area: place, key } => of("load").with("area", area(place)).with("key", key.as_str()),
        Effect::Swap { area: place, key, expected, value } => of("swap")
            .with("area", area(place))
            .with("key", key.as_str())
            .with("expected", expected.as_deref())
            .with("value", value.as_deref()),
        Effect::Lock { name, wait } => of("lock").with("name", name.as_str()).with("wait", *wait),
        Effect::Unlock { lock } => of("unlock").with("lock", *lock),
        Effect::Wait { duration } => of("wait").with("duration", *duration),
        Effect::Navigate { url, replace } => of("navigate").with("url", url.as_str()).with("replace", *replace),
        Effect::Visit { task, url, relay, frame, timeout } => of("visit")
            .with("task", *task)
            .with("url", url.as_str())
            .with("relay", relay.as_str())
            .with("frame", *frame)
            .with("timeout", *timeout),
        Effect::Relay { relay, url, wait } => of("relay").with("relay", relay.as_str()).with("url", url.as_str()).with("wait", *wait),
        Effect::Ask { hook, value } => of("ask").with("hook", *hook).with("value", value.clone()),
        Effect::ReplaceAddress { url } => of("replaceAddress").with("url", url.as_str()),
        Effect::Broadcast { record } => of("broadcast").with_some("record", record.as_ref().map(Secret::expose)),
        Effect::Publish(event) => publish(of("publish"), event),
        Effect::Cancel { effect } => of("cancel").with("effect", *effect),
        Effect::Finish { task, result: Ok(value) } => return finish(id, *task, Ok(value.clone())),
        Effect::Finish { task, result: Err(error) } => return finish(id, *task, Err(error.numbered_facts())),
        // Those of features that this module is built without.
        _ => of("unknown"),
    }
    .into()
}

/// The end of a call as it crosses the boundary, with its result or with what is told of an error.
#[must_use]
pub fn finish(id: EffectId, task: TaskId, result: Result<Value, Value>) -> Value {
    let finish = Object::new().with("id", id).with("do", "finish").with("task", task);
    match result {
        Ok(value) => finish.with("ok", value),
        Err(error) => finish.with("error", error),
    }
    .into()
}

fn publish(effect: Object, event: &Event) -> Object {
    match event {
        Event::Session { session, reason } => effect.with("event", "session").with("session", session.clone()).with("reason", *reason),
        Event::Tokens { token } => effect.with("event", "tokens").with("token", token.clone()),
        Event::SignedOut { reason } => effect.with("event", "signedOut").with("reason", *reason),
        Event::State { state } => effect.with("event", "state").with("state", *state),
        Event::Error(error) => effect.with("event", "error").with("error", error.numbered_facts()),
    }
}
