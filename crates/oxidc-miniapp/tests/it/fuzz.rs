//! Messages that nobody would send, in sequences that nobody would expect.

use oxidc_core::wire::json::Value;
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::guest::{Effect, Guest, Input};
use oxidc_miniapp::host::{self, Host};
use proptest::prelude::*;

use crate::pair::{APP, HOST, json, options, registration};
use crate::random::Random;

#[path = "../../../../fuzz/src/altered.rs"]
mod altered;
#[path = "../../../../fuzz/src/miniapp.rs"]
mod target;

#[test]
fn t478_miniapp() {
    altered::run("miniapp", target::check);
}

const TYPES: &[&str] = &[
    "ready", "hello", "offer", "accept", "confirm", "token.request", "token.response", "token.error", "call.request", "call.response",
    "call.error", "context", "event", "session.ended", "ping", "pong", "error", "exec", "",
];
const MEMBERS: &[&str] = &[
    "id", "code", "frame", "versions", "frameVersions", "hostVersions", "hostNonce", "frameNonce", "epoch", "context", "access_token",
    "token_type", "expires_in", "scope", "audience", "token_id", "retry_after", "reason", "rejected", "client_id", "method", "params",
    "result", "name", "data", "__proto__",
];
const VALUES: &[&str] = &[
    "null", "true", "-1", "0", "1", "1e400", "9223372036854775808", "\"\"", "\"x\"", "\"Bearer\"", "[]", "[1]", "[1,2]", "{}",
    "{\"a\":[{}]}", "\"a\\nb\"",
];

/// A message with members that may be there, in a form that may be right.
fn message(random: &mut Random) -> String {
    let mut text = format!(r#"{{"oxidc":"miniapp","type":"{}""#, random.one_of(TYPES));
    if random.chance(800) {
        text.push_str(&format!(r#","v":{},"seq":{}"#, 1 + u64::from(random.chance(50)), random.below(10_000)));
    }
    for member in MEMBERS {
        if random.chance(250) {
            text.push_str(&format!(r#","{member}":{}"#, random.one_of(VALUES)));
        }
    }
    text.push('}');
    text
}

#[test]
fn t387_generated_messages_bring_no_token_to_anybody_and_no_trap() {
    // What no source has given must never be handed out as a token by the host; what no question asked for must never be taken by the frame.
    let mut random = Random::new(387);
    for round in 0..1_000_u64 {
        let mut guest = Guest::new(options(""));
        let mut host = Host::new(HOST, &[1], true);
        host.register(&registration()).unwrap();
        host.add(1, "orders", &Value::Null).unwrap();
        guest.feed(Input::Start { framed: true, ancestor: None }, Moment { random: random.octets(), ..Moment::default() });
        for _ in 0..250 {
            let moment = Moment { random: random.octets(), ..Moment::default() };
            let text = message(&mut random);
            let connection = u32::try_from(random.below(4)).unwrap();
            let origin = if random.chance(500) { HOST } else { "https://evil.example" };
            let input = match random.below(3) {
                0 => Input::Port { connection, text: text.clone() },
                _ => Input::Window {
                    origin: origin.into(),
                    from_parent: random.chance(700),
                    ports: usize::try_from(random.below(3)).unwrap(),
                    connection,
                    text: text.clone(),
                },
            };
            for effect in guest.feed(input, moment) {
                assert!(
                    !matches!(effect, Effect::Publish(oxidc_miniapp::guest::Event::Tokens(..)) | Effect::Send(..)),
                    "round {round}: {text}"
                );
                if let Effect::Post(to, _) = &effect {
                    assert!(to == HOST || to == "https://staging.example.com");
                }
            }
            let input = match random.below(3) {
                0 => host::Input::Port(connection, text.clone()),
                _ => host::Input::Window(Some(connection), if random.chance(500) { APP.into() } else { "null".into() }, text.clone()),
            };
            for effect in host.feed(input, moment) {
                match effect {
                    host::Effect::Offer { frame, origin, .. } => assert_eq!((frame, origin.as_str()), (1, APP)),
                    host::Effect::Say(..) | host::Effect::Token { .. } | host::Effect::Call { .. } => {
                        panic!("round {round}: an answer to {text}")
                    }
                    _ => (),
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn t387_arbitrary_texts_are_ignored(text in "\\PC{0,200}", tail in "\\PC{0,60}") {
        let mut guest = Guest::new(options(""));
        let mut host = Host::new(HOST, &[1], true);
        host.register(&registration()).unwrap();
        host.add(1, "orders", &Value::Null).unwrap();
        for text in [text, format!("{{\"oxidc\":\"miniapp\"{tail}}}")] {
            guest.feed(Input::Window { origin: HOST.into(), from_parent: true, ports: 1, connection: 1, text: text.clone() }, Moment::default());
            guest.feed(Input::Port { connection: 1, text: text.clone() }, Moment::default());
            host.feed(host::Input::Window(Some(1), APP.into(), text.clone()), Moment::default());
            host.feed(host::Input::Port(1, text), Moment::default());
        }
    }
}

#[test]
fn options_that_are_nonsense_are_refused_without_a_trap() {
    for value in VALUES.iter().filter_map(|text| Value::parse(text).ok()) {
        for member in ["hosts", "allowedOrigins", "versions", "timeout", "automaticRenewal"] {
            let options = oxidc_core::wire::json::Object::new()
                .with("hosts", json(r#"["https://platform.example.com"]"#))
                .with(member, value.clone());
            let _ = oxidc_miniapp::guest::GuestOptions::from_value(&options.into(), APP);
        }
        let mut host = Host::new(HOST, &[1], true);
        for member in ["id", "origin", "audiences", "context", "methods", "requests"] {
            let Value::Object(app) = registration() else { panic!("no object") };
            let _ = host.register(&app.with(member, value.clone()).into());
        }
    }
}
