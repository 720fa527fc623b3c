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

const READY: &str = r#"{"oxidc":"miniapp","type":"ready","frame":"f","versions":[1]}"#;

/// A host with two mini-apps, each in a frame of its own number, and a moment that never changes.
fn two() -> (Host, Moment) {
    let mut host = Host::new(HOST, &[1], true);
    for name in ["one", "two"] {
        let audiences = format!(r#"[{{"audience": "https://{name}.example/", "scopes": "{name}"}}]"#);
        let app = Object::new()
            .with("id", name)
            .with("origin", format!("https://{name}.example"))
            .with("audiences", json(&audiences))
            .with("methods", json(&format!(r#"["{name}.show"]"#)))
            .with("context", Object::new().with("of", name));
        host.register(&app.into()).unwrap();
    }
    host.add(1, "one", &json(r#"{"frame": 1}"#)).unwrap();
    host.add(2, "two", &json(r#"{"frame": 2}"#)).unwrap();
    (host, Moment { random: [7; 16], ..Moment::default() })
}

fn offers(effects: &[Effect]) -> Vec<(u32, String)> {
    let offer =
        |effect: &Effect| if let Effect::Offer { connection, text, .. } = effect { Some((*connection, text.clone())) } else { None };
    effects.iter().filter_map(offer).collect()
}

fn said(effects: &[Effect]) -> Vec<(u32, Value)> {
    let say = |effect: &Effect| if let Effect::Say(connection, text) = effect { Some((*connection, json(text))) } else { None };
    effects.iter().filter_map(say).collect()
}

fn published(effects: &[Effect]) -> Vec<(&'static str, u32)> {
    let publish = |effect: &Effect| if let Effect::Publish(what, _, frame, _) = effect { Some((*what, *frame)) } else { None };
    effects.iter().filter_map(publish).collect()
}

/// The port that a frame is offered, and the acceptance that it would send.
fn offered(host: &mut Host, moment: Moment, frame: u32, origin: &str) -> (u32, Object) {
    let effects = host.feed(Input::Window(Some(frame), origin.into(), READY.into()), moment);
    let (connection, offer) = offers(&effects).remove(0);
    let nonce = json(&offer).get("hostNonce").cloned().unwrap();
    let accept = oxidc_miniapp::message::of("accept").with("hostNonce", nonce).with("frameNonce", "n").with("hostVersions", json("[1]"));
    (connection, accept.with("frameVersions", json("[1]")).with("v", 1_i64).with("seq", 1_i64))
}

fn connected(host: &mut Host, moment: Moment, frame: u32, origin: &str) -> u32 {
    let (connection, accept) = offered(host, moment, frame, origin);
    let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
    assert_eq!(published(&effects), [("connected", frame)]);
    let context = said(&effects).remove(0).1.get("context").cloned().unwrap();
    let of = if frame == 1 { "one" } else { "two" };
    assert_eq!(context, json(&format!(r#"{{"of": "{of}", "frame": {frame}}}"#)));
    connection
}

fn ask(host: &mut Host, moment: Moment, connection: u32, seq: i64, message: Object) -> Vec<Effect> {
    host.feed(Input::Port(connection, Value::from(message.with("v", 1_i64).with("seq", seq)).to_text()), moment)
}

#[test]
fn t356_a_frame_with_the_origin_of_another_mini_app_is_offered_nothing() {
    let (mut host, moment) = two();
    for (frame, origin, offered) in [
        (Some(1), "https://one.example", 1),
        (Some(2), "https://two.example", 1),
        (Some(1), "https://two.example", 0),
        (Some(2), "https://one.example", 0),
        (Some(3), "https://one.example", 0),
        (None, "https://one.example", 0),
    ] {
        assert_eq!(offers(&host.feed(Input::Window(frame, origin.into(), READY.into()), moment)).len(), offered, "{frame:?} {origin}");
    }
}

#[test]
fn t353_a_call_is_of_the_right_shape_or_nothing() {
    let ready = |name: &str| READY.replace("\"f\"", &format!("\"{name}\""));
    for (text, offered) in [
        (READY.replace("ready", "offer"), 0),
        (ready(""), 0),
        (ready(&"x".repeat(128)), 1),
        (ready(&"x".repeat(129)), 0),
        (READY.replace("[1]", "[]"), 0),
        (READY.replace("[1]", "[0]"), 0),
        (READY.replace("[1]", "[-1]"), 0),
        (READY.replace("[1]", "\"1\""), 0),
        (READY.replace("[1]", &format!("[{}1]", "2,".repeat(31))), 1),
        (READY.replace("[1]", &format!("[{}1]", "2,".repeat(32))), 0),
    ] {
        let (mut host, moment) = two();
        assert_eq!(
            offers(&host.feed(Input::Window(Some(1), "https://one.example".into(), text.clone()), moment)).len(),
            offered,
            "{text:.90}"
        );
    }
}

#[test]
fn t353_an_acceptance_is_right_in_every_part_or_the_port_is_closed() {
    type Change = fn(Object) -> Object;
    let changes: &[(Change, bool)] = &[
        (|m| m, true),
        (|m| m.with("frameNonce", "n".repeat(128)), true),
        (|m| m.with("frameNonce", "n".repeat(129)), false),
        (|m| m.with("frameNonce", ""), false),
        (|m| m.with("hostNonce", "x"), false),
        (|m| m.with("hostNonce", ""), false),
        (|m| m.with("type", "confirm"), false),
        (|m| m.with("hostVersions", json("[1,2]")), false),
        (|m| m.with("hostVersions", "1"), false),
        (|m| m.with("frameVersions", json("[2]")), false),
        (|m| m.with("v", 2_i64), false),
        (|m| m.with("seq", 0_i64), false),
        (|m| m.with("seq", "1"), false),
    ];
    for (number, (change, good)) in changes.iter().enumerate() {
        let (mut host, moment) = two();
        let (connection, accept) = offered(&mut host, moment, 1, "https://one.example");
        let effects = host.feed(Input::Port(connection, Value::from(change(accept.clone())).to_text()), moment);
        assert_eq!(published(&effects), [(if *good { "connected" } else { "refused" }, 1)], "change {number}");
        assert_eq!((said(&effects).len(), effects.iter().any(|e| matches!(e, Effect::Shut(_)))), (usize::from(*good), !good));
        // A port that was closed hears nothing more.
        let again = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
        assert!(*good || again.is_empty(), "change {number}");
    }
}

#[test]
fn t366_each_mini_app_gets_what_is_its_own() {
    let (mut host, moment) = two();
    let [one, two] = [(1, "https://one.example"), (2, "https://two.example")].map(|(f, o)| connected(&mut host, moment, f, o));
    let request = |id: &str| oxidc_miniapp::message::of("token.request").with("id", id);
    let effects = ask(&mut host, moment, two, 2, request("a"));
    let [Effect::Token { job, app, audience, scope, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((app.as_str(), audience.as_str(), scope.as_str()), ("two", "https://two.example/", "two"));
    let foreign = [("audience", "https://one.example/"), ("scope", "one"), ("client_id", "one")];
    for (seq, (member, value)) in (3..).zip(foreign) {
        let foreign = request(member).with(member, value);
        let effects = ask(&mut host, moment, two, seq, foreign.clone());
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Token { .. })), "{foreign:?}");
    }
    // Two questions of one name are one question.
    assert!(said(&ask(&mut host, moment, two, 900, request("a"))).is_empty());
    let call = |method: &str| oxidc_miniapp::message::of("call.request").with("id", method).with("method", method);
    let effects = ask(&mut host, moment, two, 901, call("one.show"));
    assert_eq!(said(&effects)[0].1.get("code").and_then(Value::as_str), Some("not_supported"));
    assert!(matches!(ask(&mut host, moment, two, 902, call("two.show")).as_slice(), [Effect::Call { frame: 2, .. }]));
    // The answer goes to who asked, and to nobody whose port is closed.
    let answer = || Ok(json(r#"{"accessToken": "t", "refreshToken": "never"}"#));
    let answered = said(&host.feed(Input::Done(*job, answer()), moment));
    assert_eq!(answered.iter().map(|(to, _)| *to).collect::<Vec<_>>(), [two]);
    assert_eq!(answered[0].1.get("refresh_token"), None);
    let effects = ask(&mut host, moment, one, 2, request("e"));
    let Some(Effect::Token { job, .. }) = effects.first() else { panic!("{effects:?}") };
    let job = *job;
    host.feed(Input::Lost(one), moment);
    assert!(said(&host.feed(Input::Done(job, answer()), moment)).is_empty());
}

#[test]
fn t366_a_source_that_gives_no_bearer_token_gives_nothing() {
    for (answer, good) in [
        (r#"{"accessToken": "t"}"#, true),
        (r#"{"accessToken": "t", "tokenType": "bEARER"}"#, true),
        (r#"{"accessToken": "t", "tokenType": "DPoP"}"#, false),
        (r#"{"accessToken": ""}"#, false),
        (r#"{"accessToken": "a b"}"#, false),
        (r#"{"accessToken": "a\nb"}"#, false),
        (r#"{"accessToken": 1}"#, false),
        (r#"{"accessToken": "t", "scopes": ["one", "more"]}"#, false),
    ] {
        let (mut host, moment) = two();
        let one = connected(&mut host, moment, 1, "https://one.example");
        let effects = ask(&mut host, moment, one, 2, oxidc_miniapp::message::of("token.request").with("id", "a"));
        let Some(Effect::Token { job, .. }) = effects.first() else { panic!("{effects:?}") };
        let answered = said(&host.feed(Input::Done(*job, Ok(json(answer))), moment));
        assert_eq!(answered[0].1.get("access_token").is_some(), good, "{answer}");
    }
}

#[test]
fn what_is_for_one_frame_is_told_to_no_other() {
    let (mut host, moment) = two();
    let [one, two] = [(1, "https://one.example"), (2, "https://two.example")].map(|(f, o)| connected(&mut host, moment, f, o));
    let to = |effects: Vec<Effect>| said(&effects).into_iter().map(|(to, _)| to).collect::<Vec<_>>();
    assert_eq!(to(host.feed(Input::Tell(Some(1), "news".into(), Value::Null), moment)), [one]);
    assert_eq!(to(host.feed(Input::Tell(None, "news".into(), Value::Null), moment)), [one, two]);
    host.set_context(2, &json(r#"{"frame": "new"}"#)).unwrap();
    let told = host.feed(Input::Timer, moment);
    assert_eq!(said(&told)[0].1.get("context"), Some(&json(r#"{"of": "two", "frame": "new"}"#)));
    assert_eq!(to(told), [two]);
    // A port that was only offered is told nothing.
    let (mut host, moment) = self::two();
    offered(&mut host, moment, 1, "https://one.example");
    assert!(to(host.feed(Input::Tell(None, "news".into(), Value::Null), moment)).is_empty());
}

#[test]
fn a_frame_that_is_removed_is_a_stranger_and_the_others_stay() {
    let (mut host, moment) = two();
    let [_, two] = [(1, "https://one.example"), (2, "https://two.example")].map(|(f, o)| connected(&mut host, moment, f, o));
    let effects = host.feed(Input::Remove(1), moment);
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Shut(_))).count(), 1);
    assert!(offers(&host.feed(Input::Window(Some(1), "https://one.example".into(), READY.into()), moment)).is_empty());
    let pong = ask(&mut host, moment, two, 2, oxidc_miniapp::message::of("ping"));
    assert_eq!(said(&pong)[0].0, two);
}

#[test]
fn a_frame_that_calls_anew_closes_its_own_old_port_and_no_other() {
    let (mut host, moment) = two();
    let [one, two] = [(1, "https://one.example"), (2, "https://two.example")].map(|(f, o)| connected(&mut host, moment, f, o));
    let (again, accept) = offered(&mut host, moment, 1, "https://one.example");
    let effects = host.feed(Input::Port(again, Value::from(accept).to_text()), moment);
    let shut: Vec<u32> = effects.iter().filter_map(|effect| if let Effect::Shut(id) = effect { Some(*id) } else { None }).collect();
    assert_eq!(shut, [one]);
    assert_eq!(said(&ask(&mut host, moment, two, 2, oxidc_miniapp::message::of("ping"))).len(), 1);
}

#[test]
fn t362_a_frame_has_eight_ports_and_ten_calls_at_most() {
    let (mut host, moment) = two();
    let mut shut = 0;
    let mut offered = 0;
    for _ in 0..12 {
        let effects = host.feed(Input::Window(Some(1), "https://one.example".into(), READY.into()), moment);
        offered += offers(&effects).len();
        shut += effects.iter().filter(|effect| matches!(effect, Effect::Shut(_))).count();
    }
    assert_eq!((offered, shut), (10, 2));
}
