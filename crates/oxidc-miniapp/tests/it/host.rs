//! The machine of the host alone: several mini-apps.

use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::guest::{Guest, Input as GuestInput};
use oxidc_miniapp::host::{Effect, Host, Input};

use crate::pair::{HOST, json, options};
use crate::random::Random;

/// A host with so many frames in which somebody shook hands and asked for a token; the effects of the questions.
fn crowd(apps: u32, frames_each: u32) -> (Host, Vec<Effect>) {
    let mut random = Random::new(7);
    let mut moment = || Moment { random: random.octets(), ..Moment::default() };
    let mut host = Host::new(HOST, &[1], true);
    let mut asked = Vec::new();
    for app in 1..=apps {
        let origin = format!("https://app{app}.example.net");
        let audiences = json(r#"[{"audience": "https://api.example.com/", "scopes": "read"}]"#);
        host.register(&Object::new().with("id", format!("app{app}")).with("origin", origin.as_str()).with("audiences", audiences).into())
            .unwrap();
        for number in 1..=frames_each {
            let frame = app * 100 + number;
            host.add(frame, &format!("app{app}"), &Value::Null).unwrap();
            let mut guest = Guest::new(options(""));
            let mut to_host = guest.feed(GuestInput::Start { framed: true, ancestor: Some(HOST.into()) }, moment());
            to_host.extend(guest.feed(
                GuestInput::Call(1, oxidc_miniapp::guest::Call::Tokens { want: Default::default(), min_ttl: 0, force: false }),
                moment(),
            ));
            while let Some(effect) = to_host.pop() {
                let input = match effect {
                    oxidc_miniapp::guest::Effect::Post(_, text) => Input::Window(Some(frame), origin.clone(), text),
                    oxidc_miniapp::guest::Effect::Say(connection, text) => Input::Port(connection, text),
                    _ => continue,
                };
                for effect in host.feed(input, moment()) {
                    match effect {
                        Effect::Offer { connection, text, .. } => {
                            let input = GuestInput::Window { origin: HOST.into(), from_parent: true, ports: 1, connection, text };
                            to_host.extend(guest.feed(input, moment()));
                        }
                        Effect::Say(connection, text) => to_host.extend(guest.feed(GuestInput::Port { connection, text }, moment())),
                        other => asked.push(other),
                    }
                }
            }
        }
    }
    let tokens = asked.into_iter().filter(|effect| matches!(effect, Effect::Token { .. })).collect();
    (host, tokens)
}

#[test]
fn t373_frames_of_one_mini_app_share_a_token_and_mini_apps_do_not() {
    let (mut host, tokens) = crowd(1, 10);
    assert_eq!(tokens.len(), 1);
    let Some(Effect::Token { job, .. }) = tokens.first() else { panic!("no job") };
    let said = host.feed(Input::Done(*job, Ok(json(r#"{"accessToken": "shared"}"#))), Moment::default());
    assert_eq!(said.iter().filter(|effect| matches!(effect, Effect::Say(_, text) if text.contains("shared"))).count(), 10);
    let (_, tokens) = crowd(10, 1);
    let mut apps: Vec<&str> = tokens.iter().map(|effect| if let Effect::Token { app, .. } = effect { app.as_str() } else { "" }).collect();
    apps.sort_unstable();
    apps.dedup();
    assert_eq!(apps.len(), 10, "each its own");
}

#[test]
fn a_registration_says_everything_that_it_must() {
    let mut host = Host::new(HOST, &[1], true);
    for app in [
        r#"{"origin": "https://a.example"}"#,
        r#"{"id": "", "origin": "https://a.example"}"#,
        r#"{"id": "a", "origin": "https://a.example", "audiences": [{}]}"#,
        r#"{"id": "a", "origin": "https://a.example", "requests": -1}"#,
        r#"{"id": "a", "origin": "https://a.example", "forcedRefreshEvery": "soon"}"#,
    ] {
        assert_eq!(host.register(&json(app)).unwrap_err().code().name(), "app_invalid", "{app}");
    }
    assert_eq!(host.add(1, "unknown", &Value::Null).unwrap_err().code().name(), "app_invalid");
}
