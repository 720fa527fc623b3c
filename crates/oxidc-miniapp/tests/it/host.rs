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

fn token_request(id: &str) -> Object {
    oxidc_miniapp::message::of("token.request").with("id", id)
}

fn shut(effects: &[Effect]) -> Vec<u32> {
    effects.iter().filter_map(|effect| if let Effect::Shut(id) = effect { Some(*id) } else { None }).collect()
}

fn posted(effects: &[Effect]) -> Vec<(u32, String)> {
    effects.iter().filter_map(|effect| if let Effect::Post(frame, to, _) = effect { Some((*frame, to.clone())) } else { None }).collect()
}

/// The job of the only question for a token, and whether a new token is needed.
fn asked(effects: &[Effect]) -> Option<(u32, bool)> {
    let job = |effect: &Effect| if let Effect::Token { job, force, .. } = effect { Some((*job, *force)) } else { None };
    let jobs: Vec<_> = effects.iter().filter_map(job).collect();
    assert!(jobs.len() < 2, "{effects:?}");
    jobs.first().copied()
}

fn code(effects: &[Effect]) -> Option<String> {
    let said = said(effects);
    let code = said.first()?.1.get("code")?.as_str()?;
    Some(code.to_owned())
}

fn later(moment: Moment, millis: i64) -> Moment {
    let now = oxidc_core::effect::Now { wall: moment.now.wall + millis, monotonic: moment.now.monotonic + millis };
    Moment { now, ..moment }
}

const ONE: &str = "https://one.example";
const TWO: &str = "https://two.example";

#[test]
fn an_offer_that_nobody_accepts_is_withdrawn_without_a_word() {
    let (mut host, moment) = two();
    let (connection, accept) = offered(&mut host, moment, 1, ONE);
    assert_eq!(host.wake(), Some(15_000));
    assert!(host.feed(Input::Timer, later(moment, 14_999)).is_empty());
    let effects = host.feed(Input::Timer, later(moment, 15_000));
    assert_eq!((shut(&effects), published(&effects)), (vec![connection], vec![]));
    assert!(host.feed(Input::Port(connection, Value::from(accept).to_text()), later(moment, 15_000)).is_empty());
}

#[test]
fn a_port_that_is_up_waits_for_nothing_until_it_is_asked() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    let two = connected(&mut host, moment, 2, TWO);
    assert_eq!(host.wake(), None);
    assert!(host.feed(Input::Timer, later(moment, 100_000)).is_empty());
    // A frame that loads is asked, and no other.
    let asked = host.feed(Input::Loaded(1), later(moment, 100_000));
    assert_eq!(
        said(&asked).iter().map(|(to, what)| (*to, what.get("type").and_then(Value::as_str))).collect::<Vec<_>>(),
        [(one, Some("ping"))]
    );
    let effects = host.feed(Input::Timer, later(moment, 105_000));
    assert_eq!((shut(&effects), published(&effects)), (vec![one], vec![("lost", 1)]));
    // A page that comes back asks everybody; who answers stays.
    host.feed(Input::Shown, later(moment, 200_000));
    ask(&mut host, later(moment, 200_000), two, 2, oxidc_miniapp::message::of("pong"));
    assert!(host.feed(Input::Timer, later(moment, 300_000)).is_empty());
    host.feed(Input::Shown, later(moment, 300_000));
    assert_eq!(shut(&host.feed(Input::Timer, later(moment, 305_000))), [two]);
}

#[test]
fn a_page_that_asks_who_is_there_leaves_what_is_only_offered_its_time() {
    let (mut host, moment) = two();
    let (connection, _) = offered(&mut host, moment, 1, ONE);
    assert!(said(&host.feed(Input::Shown, moment)).is_empty());
    assert!(shut(&host.feed(Input::Timer, later(moment, 14_999))).is_empty());
    assert_eq!(shut(&host.feed(Input::Timer, later(moment, 15_000))), [connection]);
}

#[test]
fn two_programs_in_one_document_have_a_port_each() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    let effects = host.feed(Input::Window(Some(1), ONE.into(), READY.replace("\"f\"", "\"g\"")), moment);
    let (other, offer) = offers(&effects).remove(0);
    assert_eq!(json(&offer).get("frame").and_then(Value::as_str), Some("g"));
    let nonce = json(&offer).get("hostNonce").cloned().unwrap();
    let accept = oxidc_miniapp::message::of("accept").with("hostNonce", nonce).with("frameNonce", "n").with("hostVersions", json("[1]"));
    let effects = ask(&mut host, moment, other, 1, accept.with("frameVersions", json("[1]")));
    assert_eq!((published(&effects), shut(&effects)), (vec![("connected", 1)], vec![]));
    assert_eq!(said(&ask(&mut host, moment, one, 2, oxidc_miniapp::message::of("ping"))).len(), 1);
}

#[test]
fn an_offer_that_is_accepted_leaves_a_newer_one_open() {
    let (mut host, moment) = two();
    let (older, accept_older) = offered(&mut host, moment, 1, ONE);
    let (newer, accept_newer) = offered(&mut host, moment, 1, ONE);
    let effects = host.feed(Input::Port(older, Value::from(accept_older).to_text()), moment);
    assert_eq!((published(&effects), shut(&effects)), (vec![("connected", 1)], vec![]));
    let effects = host.feed(Input::Port(newer, Value::from(accept_newer).to_text()), moment);
    assert_eq!((published(&effects), shut(&effects)), (vec![("connected", 1)], vec![older]));
}

#[test]
fn t353_a_nonce_is_good_for_its_own_port_only() {
    let (mut host, moment) = two();
    let (_, first) = offered(&mut host, moment, 1, ONE);
    let (second, _) = offered(&mut host, moment, 1, ONE);
    let effects = host.feed(Input::Port(second, Value::from(first).to_text()), moment);
    assert_eq!((published(&effects), shut(&effects)), (vec![("refused", 1)], vec![second]));
}

#[test]
fn t362_a_frame_that_wants_many_ports_takes_none_from_another() {
    let (mut host, moment) = two();
    let other = connected(&mut host, moment, 2, TWO);
    let mut shut_ports = Vec::new();
    for number in 0..10 {
        let effects = host.feed(Input::Window(Some(1), ONE.into(), READY.into()), moment);
        assert_eq!(offers(&effects).len(), 1, "{number}");
        shut_ports.extend(shut(&effects));
    }
    assert!(!shut_ports.contains(&other) && shut_ports.len() == 2);
    assert!(offers(&host.feed(Input::Window(Some(1), ONE.into(), READY.into()), later(moment, 9_999))).is_empty());
    assert_eq!(offers(&host.feed(Input::Window(Some(1), ONE.into(), READY.into()), later(moment, 10_000))).len(), 1);
}

#[test]
fn t362_a_port_may_bring_two_hundred_messages_in_ten_seconds() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    // The acceptance was the first.
    for seq in 2..=200 {
        assert_eq!(said(&ask(&mut host, moment, one, seq, oxidc_miniapp::message::of("ping"))).len(), 1, "{seq}");
    }
    assert_eq!(said(&ask(&mut host, later(moment, 10_000), one, 201, oxidc_miniapp::message::of("ping"))).len(), 1);
    // What is no message counts as well.
    for _ in 0..199 {
        assert!(host.feed(Input::Port(one, "nothing".into()), later(moment, 10_000)).is_empty());
    }
    let effects = host.feed(Input::Port(one, "nothing".into()), later(moment, 10_000));
    assert_eq!((published(&effects), shut(&effects)), (vec![("flooded", 1)], vec![one]));
}

#[test]
fn a_word_of_a_stranger_is_published_without_control_characters_and_short() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    let kind = format!("a\n\u{7f}\u{85}b{}", "x".repeat(200));
    let effects = ask(&mut host, moment, one, 2, oxidc_miniapp::message::of(&kind).with("id", "q"));
    let detail =
        effects.iter().find_map(|effect| if let Effect::Publish("refused", app, 1, detail) = effect { Some((app, detail)) } else { None });
    assert_eq!(detail, Some((&"one".to_owned(), &format!("ab{}", "x".repeat(98)))));
}

#[test]
fn a_context_is_no_longer_than_a_third_of_a_message() {
    let context = |length: usize| Value::from(Object::new().with("a", "x".repeat(length - 8)));
    let app = |length: usize| Object::new().with("id", "big").with("origin", "https://big.example").with("context", context(length)).into();
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    for (length, fits) in [(65_536 / 3, true), (65_536 / 3 + 1, false)] {
        let code = |result: Result<(), oxidc_miniapp::fault::Failure>| result.err().map(|failure| failure.code().name());
        let expected = (!fits).then_some("message_too_large");
        assert_eq!(code(host.register(&app(length))), expected);
        assert_eq!(code(host.add(9, "one", &context(length))), expected);
        assert_eq!(code(host.set_context(1, &context(length))), expected);
        assert_eq!(said(&host.feed(Input::Timer, moment)).len(), usize::from(fits));
    }
    // What is too long to be told is not told.
    assert!(said(&host.feed(Input::Tell(Some(1), "news".into(), "x".repeat(65_536).into()), moment)).is_empty());
    assert_eq!(said(&ask(&mut host, moment, one, 2, oxidc_miniapp::message::of("ping"))).len(), 1);
}

#[test]
fn the_context_of_one_frame_is_not_that_of_another() {
    let (mut host, moment) = two();
    connected(&mut host, moment, 1, ONE);
    host.add(3, "one", &json(r#"{"frame": 3, "auth": {"access_token": "never"}}"#)).unwrap();
    host.set_context(3, &json(r#"{"frame": "three", "auth": {"access_token": "never"}}"#)).unwrap();
    assert!(said(&host.feed(Input::Timer, moment)).is_empty());
    let (connection, accept) = offered(&mut host, moment, 3, ONE);
    let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
    assert_eq!(said(&effects)[0].1.get("context"), Some(&json(r#"{"of": "one", "frame": "three"}"#)));
    let (connection, accept) = offered(&mut host, moment, 1, ONE);
    let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
    assert_eq!(said(&effects)[0].1.get("context"), Some(&json(r#"{"of": "one", "frame": 1}"#)));
}

#[test]
fn only_who_is_called_may_call() {
    let (mut host, moment) = two();
    assert_eq!(posted(&host.feed(Input::Loaded(1), moment)), [(1, ONE.to_owned())]);
    // The same session again is nothing new; nobody is told and no port closed.
    host.feed(Input::Session(Some("ann".into())), moment);
    connected(&mut host, moment, 1, ONE);
    assert!(host.feed(Input::Session(Some("ann".into())), moment).is_empty());
    // Another one ends the first for everybody.
    let effects = host.feed(Input::Session(Some("bob".into())), moment);
    assert_eq!(posted(&effects), [(1, ONE.to_owned()), (2, TWO.to_owned())]);
    assert_eq!(shut(&effects).len(), 1);
    host.feed(Input::Session(None), moment);
    assert!(host.feed(Input::Loaded(1), moment).is_empty());
    assert!(host.feed(Input::Window(Some(1), ONE.into(), READY.into()), moment).is_empty());
}

#[test]
fn each_session_has_a_name_of_its_own_although_nothing_else_changes() {
    let (mut host, moment) = two();
    let mut epochs = Vec::new();
    for person in ["ann", "bob", "ann"] {
        host.feed(Input::Session(Some(person.into())), moment);
        let (connection, accept) = offered(&mut host, moment, 1, ONE);
        let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
        epochs.push(said(&effects)[0].1.get("epoch").and_then(Value::as_str).unwrap().to_owned());
        let effects = ask(&mut host, moment, connection, 2, token_request("q"));
        let (job, _) = asked(&effects).unwrap();
        let effects = host.feed(Input::Done(job, Ok(json(r#"{"accessToken": "t"}"#))), moment);
        assert_eq!(said(&effects)[0].1.get("epoch").and_then(Value::as_str), epochs.last().map(String::as_str));
    }
    epochs.sort_unstable();
    epochs.dedup();
    assert_eq!(epochs.len(), 3);
}

#[test]
fn the_end_of_the_host_closes_every_port() {
    let (mut host, moment) = two();
    let ports = [connected(&mut host, moment, 1, ONE), connected(&mut host, moment, 2, TWO)];
    assert_eq!(shut(&host.feed(Input::Close, moment)), ports);
}

#[test]
fn a_mini_app_that_is_registered_anew_is_what_it_is_now() {
    let (mut host, moment) = two();
    host.register(&json(r#"{"id": "one", "origin": "https://new.example"}"#)).unwrap();
    assert!(offers(&host.feed(Input::Window(Some(1), ONE.into(), READY.into()), moment)).is_empty());
    assert_eq!(offers(&host.feed(Input::Window(Some(1), "https://new.example".into(), READY.into()), moment)).len(), 1);
    assert_eq!(offers(&host.feed(Input::Window(Some(2), TWO.into(), READY.into()), moment)).len(), 1);
}

#[test]
fn a_registration_has_its_limits_and_they_count() {
    let mut host = Host::new(HOST, &[1], true);
    let app = |member: &str, value: Value| {
        let Value::Object(app) = json(r#"{"id": "a", "origin": "https://a.example"}"#) else { panic!("no object") };
        Value::from(app.with(member, value))
    };
    for (member, value, good) in [
        ("id", Value::from("x".repeat(256)), true),
        ("id", Value::from("x".repeat(257)), false),
        ("requests", json("0"), true),
        ("requests", json("86400000"), true),
        ("requests", json("86400001"), false),
        ("forcedRefreshEvery", json("0"), true),
        ("forcedRefreshEvery", json("-1"), false),
        ("audiences", json(r#"[{"audience": ""}]"#), false),
        ("audiences", json(r#"[{"audience": "x"}]"#), true),
    ] {
        assert_eq!(host.register(&app(member, value.clone())).is_ok(), good, "{member} {value:?}");
    }
}

#[test]
fn t375_all_frames_of_a_mini_app_share_ten_requests_and_another_has_its_own() {
    let (mut host, moment) = two();
    host.add(3, "one", &Value::Null).unwrap();
    let one = connected(&mut host, moment, 1, ONE);
    let two = connected(&mut host, moment, 2, TWO);
    let (three, accept) = offered(&mut host, moment, 3, ONE);
    host.feed(Input::Port(three, Value::from(accept).to_text()), moment);
    let call = |id: &str| oxidc_miniapp::message::of("call.request").with("id", id).with("method", "one.show");
    for seq in 2..=6 {
        let id = Value::from(seq).to_text();
        assert_eq!(code(&ask(&mut host, moment, one, seq, token_request(&id))), None);
        assert_eq!(code(&ask(&mut host, moment, three, seq, call(&id))), None);
    }
    for (at, wait) in [(0, 11), (9_999, 1)] {
        for (port, request, kind) in [(one, call("late"), "call.error"), (three, token_request("late"), "token.error")] {
            let answer = said(&ask(&mut host, later(moment, at), port, 100 + at, request)).remove(0).1;
            let text = |name: &str| answer.get(name).and_then(Value::as_str);
            assert_eq!((text("type"), text("code"), text("id")), (Some(kind), Some("rate_limited"), Some("late")));
            assert_eq!(answer.get("retry_after").and_then(Value::as_integer), Some(wait));
        }
    }
    assert!(asked(&ask(&mut host, moment, two, 2, token_request("q"))).is_some());
    assert_eq!(code(&ask(&mut host, later(moment, 10_000), one, 20_000, call("again"))), None);
}

#[test]
fn t360_a_request_has_an_identifier_of_128_octets_at_most() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    for (seq, (length, heard)) in (2..).zip([(0, false), (129, false), (128, true)]) {
        let ignored = host.ignored();
        let effects = ask(&mut host, moment, one, seq, token_request(&"i".repeat(length)));
        assert_eq!((asked(&effects).is_some(), said(&effects).len(), host.ignored() - ignored), (heard, 0, u32::from(!heard)));
    }
}

#[test]
fn t364_an_identifier_that_waits_on_one_port_is_free_on_another() {
    let (mut host, moment) = two();
    let [one, two] = [(1, ONE), (2, TWO)].map(|(f, o)| connected(&mut host, moment, f, o));
    let (first, _) = asked(&ask(&mut host, moment, one, 2, token_request("same"))).unwrap();
    let (second, _) = asked(&ask(&mut host, moment, two, 2, token_request("same"))).unwrap();
    for (job, to, token) in [(second, two, "two's"), (first, one, "one's")] {
        let effects = host.feed(Input::Done(job, Ok(Object::new().with("accessToken", token).into())), moment);
        let said = said(&effects);
        assert_eq!((said.len(), said[0].0, said[0].1.get("access_token").and_then(Value::as_str)), (1, to, Some(token)));
    }
}

/// A host with a mini-app that may have the same scopes for two audiences, and its port.
fn several() -> (Host, Moment, u32) {
    let (mut host, moment) = two();
    let app = r#"{"id": "one", "origin": "https://one.example", "audiences": [{"audience": "a", "scopes": "x y"}, {"audience": "b", "scopes": "x y"}],
        "context": {"of": "one"}, "requests": 1000}"#;
    host.register(&json(app)).unwrap();
    let one = connected(&mut host, moment, 1, ONE);
    (host, moment, one)
}

fn wanted(id: &str, audience: &str, scope: &str, reason: &str) -> Object {
    token_request(id).with("audience", audience).with("scope", scope).with("reason", reason)
}

/// The source gives a token; what is said then.
fn give(host: &mut Host, moment: Moment, job: u32, token: &str) -> Vec<Effect> {
    host.feed(Input::Done(job, Ok(Object::new().with("accessToken", token).into())), moment)
}

fn token_id(effects: &[Effect]) -> String {
    said(effects)[0].1.get("token_id").and_then(Value::as_str).unwrap().to_owned()
}

#[test]
fn t373_only_the_same_audience_and_the_same_scopes_are_one_question() {
    for reason in ["needed", "forced"] {
        let (mut host, moment, one) = several();
        // The right to a forced refresh is used up, so that what is forced may share as well.
        let (job, force) = asked(&ask(&mut host, moment, one, 2, wanted("0", "a", "x y", "forced"))).unwrap();
        assert!(force);
        give(&mut host, moment, job, "t");
        let mut jobs = Vec::new();
        for (seq, (audience, scope)) in (3..).zip([("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")]) {
            let effects = ask(&mut host, moment, one, seq, wanted(&format!("{audience}{scope}"), audience, scope, "needed"));
            jobs.push((asked(&effects).unwrap().0, format!("{audience}{scope}")));
        }
        for (seq, (audience, scope)) in (13..).zip([("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")]) {
            let effects = ask(&mut host, moment, one, seq, wanted(&format!("{audience}{scope}2"), audience, scope, reason));
            assert_eq!(asked(&effects), None);
        }
        for (job, name) in jobs {
            let to: Vec<_> = said(&give(&mut host, moment, job, "t"))
                .into_iter()
                .map(|(_, answer)| answer.get("id").and_then(Value::as_str).unwrap().to_owned())
                .collect();
            assert_eq!(to, [name.clone(), format!("{name}2")]);
        }
    }
}

#[test]
fn t373_what_one_mini_app_waits_for_is_nothing_for_another_with_the_same_audience() {
    for (reason, force) in [("needed", false), ("forced", true)] {
        let (mut host, moment) = two();
        for (name, origin) in [("one", ONE), ("two", TWO)] {
            let app = Object::new().with("id", name).with("origin", origin).with("context", Object::new().with("of", name));
            host.register(&app.with("audiences", json(r#"[{"audience": "a", "scopes": "x"}]"#)).into()).unwrap();
        }
        let [one, two] = [(1, ONE), (2, TWO)].map(|(f, o)| connected(&mut host, moment, f, o));
        assert_eq!(asked(&ask(&mut host, moment, one, 2, wanted("1", "a", "x", reason))).map(|(_, force)| force), Some(force));
        assert_eq!(asked(&ask(&mut host, moment, two, 2, wanted("2", "a", "x", reason))).map(|(_, force)| force), Some(force));
    }
}

#[test]
fn t375_a_question_for_a_new_token_is_shared_by_all_and_an_ordinary_one_not_by_who_insists() {
    let (mut host, moment, one) = several();
    let (ordinary, force) = asked(&ask(&mut host, moment, one, 2, wanted("1", "a", "x", "needed"))).unwrap();
    assert!(!force);
    let (forced, force) = asked(&ask(&mut host, moment, one, 3, wanted("2", "a", "x", "forced"))).unwrap();
    assert!(force);
    assert_eq!(asked(&ask(&mut host, moment, one, 4, wanted("3", "a", "x", "forced"))), None);
    assert_eq!(said(&give(&mut host, moment, ordinary, "old")).len(), 1);
    assert_eq!(asked(&ask(&mut host, moment, one, 5, wanted("4", "a", "x", "needed"))), None);
    assert_eq!(said(&give(&mut host, moment, forced, "new")).len(), 3);
    // Once a minute.
    for (seq, (at, force)) in (6..).zip([(59_999, false), (60_000, true), (119_999, false), (120_000, true)]) {
        let effects = ask(&mut host, later(moment, at), one, seq, wanted("5", "a", "x", "forced"));
        let (job, forced) = asked(&effects).unwrap();
        assert_eq!(forced, force, "{at}");
        give(&mut host, later(moment, at), job, "t");
    }
}

#[test]
fn t375_a_mini_app_may_be_given_another_pause_between_forced_refreshes() {
    let (mut host, moment) = two();
    host.register(&json(
        r#"{"id": "one", "origin": "https://one.example", "audiences": [{"audience": "a"}], "context": {"of": "one"}, "forcedRefreshEvery": 0}"#,
    ))
    .unwrap();
    let one = connected(&mut host, moment, 1, ONE);
    for seq in 2..5 {
        let (job, force) = asked(&ask(&mut host, moment, one, seq, wanted("1", "", "", "forced"))).unwrap();
        assert!(force);
        give(&mut host, moment, job, "t");
    }
}

#[test]
fn t374_a_token_that_was_refused_is_known_by_audience_and_scopes() {
    let (mut host, moment, one) = several();
    let mut names = Vec::new();
    for (seq, (audience, scope)) in (2..).zip([("a", "x"), ("b", "x"), ("a", "y")]) {
        let (job, _) = asked(&ask(&mut host, moment, one, seq, wanted("1", audience, scope, "needed"))).unwrap();
        names.push(token_id(&give(&mut host, moment, job, &format!("{audience}{scope}"))));
    }
    let rejected = |reason: &str, name: &str| wanted("2", "a", "x", reason).with("rejected", name);
    // That of another audience, of other scopes, or of nobody, or one that is not said to be refused: no new one is needed.
    for (seq, (reason, name)) in
        (10..).step_by(2).zip([("rejected", names[1].as_str()), ("rejected", &names[2]), ("rejected", ""), ("needed", &names[0])])
    {
        let (job, force) = asked(&ask(&mut host, moment, one, seq, rejected(reason, name))).unwrap();
        assert!(!force, "{reason} {name}");
        assert_eq!(said(&give(&mut host, moment, job, "ax2")).len(), 1);
        let (job, _) = asked(&ask(&mut host, moment, one, seq + 1, wanted("3", "a", "x", "needed"))).unwrap();
        assert_eq!(token_id(&give(&mut host, moment, job, "ax")), names[0]);
    }
    // The token that is current: a new one, at once, beside an ordinary question that is under way; who comes then shares it.
    let (ordinary, _) = asked(&ask(&mut host, moment, one, 40, wanted("4", "a", "x", "needed"))).unwrap();
    let (job, force) = asked(&ask(&mut host, moment, one, 41, rejected("rejected", &names[0]))).unwrap();
    assert!(force);
    give(&mut host, moment, ordinary, "ax");
    let answer = give(&mut host, moment, job, "new");
    assert_ne!(token_id(&answer), names[0]);
    // Refused with the former one: what is current now is the answer.
    let (job, force) = asked(&ask(&mut host, later(moment, 60_000), one, 42, rejected("rejected", &names[0]))).unwrap();
    assert!(!force);
    give(&mut host, later(moment, 60_000), job, "new");
}

#[test]
fn t374_a_source_that_repeats_the_refused_token_is_asked_for_a_new_one_within_the_limit() {
    let (mut host, moment, one) = several();
    // The host has never heard of the token, as after a reload.
    let name = {
        let (mut other, moment, port) = several();
        let (job, _) = asked(&ask(&mut other, moment, port, 2, wanted("1", "a", "x", "needed"))).unwrap();
        token_id(&give(&mut other, moment, job, "old"))
    };
    let rejected = |id: &str| wanted(id, "a", "x", "rejected").with("rejected", name.as_str());
    // Something else is an answer.
    let (job, _) = asked(&ask(&mut host, moment, one, 2, rejected("1"))).unwrap();
    assert_eq!(said(&give(&mut host, moment, job, "other")).len(), 1);
    // The same is none; the next one is, whatever it is.
    let (job, force) = asked(&ask(&mut host, moment, one, 3, rejected("2"))).unwrap();
    assert!(!force);
    let effects = give(&mut host, moment, job, "old");
    assert!(said(&effects).is_empty());
    let (job, force) = asked(&effects).unwrap();
    assert!(force);
    assert_eq!(token_id(&give(&mut host, moment, job, "old")), name);
    // Within the same minute, it is the answer at once.
    let (job, _) = asked(&ask(&mut host, moment, one, 4, wanted("3", "a", "x", "needed"))).unwrap();
    give(&mut host, moment, job, "other");
    let (job, force) = asked(&ask(&mut host, moment, one, 5, rejected("4"))).unwrap();
    assert!(!force);
    let effects = give(&mut host, moment, job, "old");
    assert_eq!((token_id(&effects), asked(&effects)), (name, None));
}

#[test]
fn what_a_source_tells_of_a_lifetime_is_passed_on_in_seconds_from_now() {
    for (told, expected) in [
        ("", None),
        (r#", "expiresIn": 60"#, Some(60)),
        (r#", "expiresIn": -5"#, Some(0)),
        (r#", "expiresAt": 1060000"#, Some(60)),
        (r#", "expiresAt": 1"#, Some(0)),
        (r#", "expiresIn": 5, "expiresAt": 1060000"#, Some(5)),
    ] {
        let (mut host, moment, one) = several();
        let moment = later(moment, 1_000_000);
        let (job, _) = asked(&ask(&mut host, moment, one, 2, token_request("1"))).unwrap();
        let effects = host.feed(Input::Done(job, Ok(json(&format!(r#"{{"accessToken": "t"{told}}}"#)))), moment);
        assert_eq!(said(&effects)[0].1.get("expires_in").and_then(Value::as_integer), expected, "{told}");
    }
}

#[test]
fn t366_a_source_may_give_all_scopes_that_are_granted_and_no_others() {
    for (scopes, expected) in
        [(r#"["x"]"#, Ok("x")), (r#"["y", "x"]"#, Ok("y x")), ("[]", Ok("x")), (r#""y""#, Err(())), (r#""x z""#, Err(()))]
    {
        let (mut host, moment, one) = several();
        let (job, _) = asked(&ask(&mut host, moment, one, 2, wanted("1", "b", "x", "needed"))).unwrap();
        let effects = host.feed(Input::Done(job, Ok(json(&format!(r#"{{"accessToken": "t", "scopes": {scopes}}}"#)))), moment);
        let answer = said(&effects).remove(0).1;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        match expected {
            Ok(scope) => assert_eq!((text("scope"), text("audience"), text("token_type")), (Some(scope), Some("b"), Some("Bearer"))),
            Err(()) => assert_eq!((text("code"), text("access_token")), (Some("scope_not_granted"), None)),
        }
    }
}

#[test]
fn t371_a_failure_of_the_source_is_one_of_the_words_and_tells_nothing_else() {
    let ended = json(r#"{"code": "whatever", "session": "ended"}"#);
    let other = json(r#"{"code": "whatever", "session": "unchanged", "retryAfter": 7, "message": "a secret"}"#);
    let of = |code: &str| Object::new().with("code", code).into();
    let mut cases: Vec<(Value, &str)> = vec![(ended, "session_ended"), (other, "transient"), (Value::Null, "transient")];
    for (word, codes) in [
        ("session_ended", &["session_ended", "no_session"][..]),
        ("offline", &["offline"]),
        ("needs_interaction", &["needs_interaction", "login_required", "interaction_required", "consent_required", "no_refresh_token"]),
        ("user_cancelled", &["user_cancelled", "access_denied"]),
        ("disabled", &["disabled"]),
        ("not_allowed", &["not_allowed"]),
        ("not_supported", &["not_supported"]),
        ("scope_not_granted", &["scope_not_granted", "scope_rejected", "resource_rejected", "resource_invalid"]),
        ("rate_limited", &["rate_limited"]),
        ("transient", &["transient", "invalid_client"]),
    ] {
        cases.extend(codes.iter().map(|code| (of(code), word)));
    }
    for (error, word) in cases {
        let (mut host, moment) = two();
        let one = connected(&mut host, moment, 1, ONE);
        let token = asked(&ask(&mut host, moment, one, 2, token_request("1"))).unwrap().0;
        let call = oxidc_miniapp::message::of("call.request").with("id", "2").with("method", "one.show");
        let effects = ask(&mut host, moment, one, 3, call);
        let Some(Effect::Call { job, .. }) = effects.first() else { panic!("{effects:?}") };
        for (job, id, kind) in [(token, "1", "token.error"), (*job, "2", "call.error")] {
            let answer = said(&host.feed(Input::Done(job, Err(error.clone())), moment)).remove(0).1;
            let after = (error.get("retryAfter").is_some()).then_some(7_i64);
            let expected = oxidc_miniapp::message::of(kind).with("id", id).with("code", word).with_some("retry_after", after);
            let Value::Object(mut answer) = answer else { panic!("no object") };
            answer.remove("v");
            answer.remove("seq");
            assert_eq!(answer, expected, "{error:?}");
        }
    }
}

#[test]
fn a_result_that_is_too_long_for_a_message_is_a_failure_for_now() {
    for (length, good) in [(60_000, true), (65_536, false)] {
        let (mut host, moment) = two();
        let one = connected(&mut host, moment, 1, ONE);
        let call = oxidc_miniapp::message::of("call.request").with("id", "i".repeat(128)).with("method", "one.show");
        let effects = ask(&mut host, moment, one, 2, call);
        let [Effect::Call { job, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        let effects = host.feed(Input::Done(*job, Ok("x".repeat(length).into())), moment);
        assert_eq!(code(&effects).as_deref(), (!good).then_some("transient"));
        assert_eq!(said(&effects)[0].1.get("result").is_some(), good);
    }
}

#[test]
fn what_is_said_to_a_frame_that_was_removed_or_has_no_mini_app_any_more_is_nothing() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    host.feed(Input::Remove(1), moment);
    assert!(ask(&mut host, moment, one, 2, token_request("1")).is_empty());
    assert!(host.feed(Input::Loaded(1), moment).is_empty());
    assert!(host.feed(Input::Tell(Some(1), "news".into(), Value::Null), moment).is_empty());
}

#[test]
fn t365_what_is_fetched_for_one_session_is_no_answer_in_the_next() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    let old = asked(&ask(&mut host, moment, one, 2, token_request("same"))).unwrap().0;
    let effects = host.feed(Input::Session(Some("bob".into())), moment);
    let ended = said(&effects);
    assert_eq!((ended.len(), ended[0].1.get("type").and_then(Value::as_str), shut(&effects)), (1, Some("session.ended"), vec![one]));
    let again = connected(&mut host, moment, 1, ONE);
    // It asks for the same before the first answer is there: it must not wait for that answer.
    let new = asked(&ask(&mut host, moment, again, 2, token_request("same"))).unwrap().0;
    assert_ne!(old, new);
    assert!(give(&mut host, moment, old, "ann's").is_empty());
    assert_eq!(said(&give(&mut host, moment, new, "bob's")).len(), 1);
    // And nobody is answered twice.
    assert!(give(&mut host, moment, new, "bob's").is_empty());
}

#[test]
fn a_port_that_is_closed_is_that_one_and_the_question_of_another_stays() {
    let (mut host, moment) = two();
    host.add(3, "one", &Value::Null).unwrap();
    let one = connected(&mut host, moment, 1, ONE);
    let two = connected(&mut host, moment, 2, TWO);
    let (three, accept) = offered(&mut host, moment, 3, ONE);
    host.feed(Input::Port(three, Value::from(accept).to_text()), moment);
    let (job, _) = asked(&ask(&mut host, moment, one, 2, token_request("1"))).unwrap();
    assert_eq!(asked(&ask(&mut host, moment, three, 2, token_request("3"))), None);
    let effects = host.feed(Input::Lost(three), moment);
    assert_eq!((shut(&effects), published(&effects)), (vec![three], vec![("lost", 3)]));
    assert!(matches!(effects.last(), Some(Effect::Publish("lost", app, 3, detail)) if app == "one" && detail.is_empty()));
    assert!(ask(&mut host, moment, three, 3, oxidc_miniapp::message::of("ping")).is_empty());
    for port in [one, two] {
        assert_eq!(said(&ask(&mut host, moment, port, 3, oxidc_miniapp::message::of("ping")))[0].0, port);
    }
    let effects = host.feed(Input::Lost(two), moment);
    assert!(matches!(effects.last(), Some(Effect::Publish("lost", app, 2, _)) if app == "two"));
    assert_eq!(said(&give(&mut host, moment, job, "t")).iter().map(|(to, _)| *to).collect::<Vec<_>>(), [one]);
    // A frame that is removed takes no other with it.
    host.feed(Input::Remove(1), moment);
    assert_eq!(offers(&host.feed(Input::Window(Some(2), TWO.into(), READY.into()), moment)).len(), 1);
    assert_eq!(host.add(4, "three", &Value::Null).unwrap_err().code().name(), "app_invalid");
}

#[test]
fn each_port_has_its_own_numbers_and_what_is_told_on_it_is_the_platforms() {
    let (mut host, moment) = two();
    let [one, two] = [(1, ONE), (2, TWO)].map(|(f, o)| connected(&mut host, moment, f, o));
    for seq in 2..4 {
        let told = said(&host.feed(Input::Tell(None, "news".into(), json("[1]")), moment));
        let expected = format!(r#"{{"oxidc":"miniapp","type":"event","name":"news","data":[1],"v":1,"seq":{seq}}}"#);
        assert_eq!(told, [(one, json(&expected)), (two, json(&expected))]);
    }
    host.set_context(1, &json(r#"{"a": 1}"#)).unwrap();
    let told = said(&host.feed(Input::Timer, moment)).remove(0).1;
    assert_eq!(told, json(r#"{"oxidc":"miniapp","type":"context","context":{"of":"one","a":1},"v":1,"seq":4}"#));
}

#[test]
fn what_a_host_ignores_is_counted_and_nothing_else() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    assert_eq!(host.ignored(), 0);
    assert!(ask(&mut host, moment, one, 2, oxidc_miniapp::message::of("pong")).is_empty());
    assert_eq!(host.ignored(), 0);
    host.feed(Input::Port(one, "nothing".into()), moment);
    assert_eq!(host.ignored(), 1);
    ask(&mut host, moment, one, 2, oxidc_miniapp::message::of("ping"));
    assert_eq!(host.ignored(), 2);
    ask(&mut host, moment, one, 3, token_request(""));
    assert_eq!(host.ignored(), 3);
}

#[test]
fn a_host_that_is_made_anew_has_another_session_from_the_beginning() {
    let epoch = |octet: u8| {
        let mut host = two().0;
        let moment = Moment { random: [octet; 16], ..Moment::default() };
        let (connection, accept) = offered(&mut host, moment, 1, ONE);
        let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
        said(&effects)[0].1.get("epoch").and_then(Value::as_str).unwrap().to_owned()
    };
    assert!(epoch(1) != epoch(2) && epoch(1).len() >= 22);
}

#[test]
fn the_time_until_a_host_wants_to_be_woken_is_what_is_left() {
    let (mut host, moment) = two();
    let moment = later(moment, 7_000);
    host.feed(Input::Timer, moment);
    offered(&mut host, later(moment, 1_000), 1, ONE);
    assert_eq!(host.wake(), Some(15_000));
    host.feed(Input::Timer, later(moment, 5_000));
    assert_eq!(host.wake(), Some(11_000));
}

#[test]
fn t367_a_mini_app_may_say_its_own_name() {
    let (mut host, moment) = two();
    let one = connected(&mut host, moment, 1, ONE);
    assert!(asked(&ask(&mut host, moment, one, 2, token_request("1").with("client_id", "one"))).is_some());
    let effects = ask(&mut host, moment, one, 3, oxidc_miniapp::message::of("exec").with("id", "2"));
    let answer = said(&effects).remove(0).1;
    assert_eq!(answer, json(r#"{"oxidc":"miniapp","type":"error","id":"2","code":"unknown_type","v":1,"seq":2}"#));
}

#[test]
fn t375_a_mini_app_with_a_limit_of_one_request_has_one_and_nothing_means_ten() {
    for (limit, most) in [(1_i64, 1), (0, 10), (3, 3)] {
        let (mut host, moment) = two();
        let app = json(r#"{"id": "one", "origin": "https://one.example", "audiences": [{"audience": "a"}], "context": {"of": "one"}}"#);
        let Value::Object(app) = app else { panic!("no object") };
        host.register(&app.with("requests", limit).into()).unwrap();
        let one = connected(&mut host, moment, 1, ONE);
        let answers: Vec<_> = (2..=12)
            .filter(|seq| code(&ask(&mut host, moment, one, *seq, token_request(&Value::from(*seq).to_text()))).is_none())
            .collect();
        assert_eq!(answers.len(), most, "{limit}");
    }
}

#[test]
fn t374_the_name_of_a_token_is_kept_while_others_are_given() {
    let (mut host, moment, one) = several();
    let mut names = Vec::new();
    for (seq, (audience, scope)) in (2..).zip([("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")]) {
        let (job, _) = asked(&ask(&mut host, moment, one, seq, wanted("1", audience, scope, "needed"))).unwrap();
        names.push(token_id(&give(&mut host, moment, job, &format!("{audience}{scope}"))));
    }
    for (number, (audience, scope)) in [("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")].into_iter().enumerate() {
        let at = later(moment, 60_000 * i64::try_from(number).unwrap());
        let question = wanted("2", audience, scope, "rejected").with("rejected", names[number].as_str());
        let (job, force) = asked(&ask(&mut host, at, one, 10 + i64::try_from(number).unwrap(), question)).unwrap();
        assert!(force, "{audience} {scope}");
        give(&mut host, at, job, "new");
    }
}

#[test]
fn t374_the_name_of_a_token_is_its_own() {
    let (mut host, moment, one) = several();
    let mut names = Vec::new();
    for number in 0..500_i64 {
        let (job, _) = asked(&ask(&mut host, later(moment, number * 1_000), one, number + 2, wanted("1", "a", "x", "needed"))).unwrap();
        names.push(token_id(&give(&mut host, later(moment, number * 1_000), job, &format!("token-{number}"))));
    }
    let first = names[0].clone();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 500);
    let (job, _) = asked(&ask(&mut host, later(moment, 600_000), one, 1_000, wanted("1", "a", "x", "needed"))).unwrap();
    assert_eq!(token_id(&give(&mut host, later(moment, 600_000), job, "token-0")), first);
}

#[test]
fn t375_a_forced_refresh_is_taken_from_the_mini_app_that_needed_it() {
    for (port, other) in [(0, 1), (1, 0)] {
        let (mut host, moment) = two();
        let ports = [(1, ONE), (2, TWO)].map(|(f, o)| connected(&mut host, moment, f, o));
        let (job, _) = asked(&ask(&mut host, moment, ports[port], 2, token_request("1"))).unwrap();
        let name = token_id(&give(&mut host, moment, job, "old"));
        let (job, _) = asked(&ask(&mut host, moment, ports[port], 3, token_request("2"))).unwrap();
        give(&mut host, moment, job, "other");
        let question = token_request("3").with("reason", "rejected").with("rejected", name);
        let (job, force) = asked(&ask(&mut host, moment, ports[port], 4, question)).unwrap();
        assert!(!force);
        let (job, force) = asked(&give(&mut host, moment, job, "old")).unwrap();
        assert!(force);
        give(&mut host, moment, job, "new");
        for (port, free) in [(port, false), (other, true)] {
            let (_, force) = asked(&ask(&mut host, moment, ports[port], 9, token_request("4").with("reason", "forced"))).unwrap();
            assert_eq!(force, free, "{port}");
        }
    }
}

#[test]
fn what_is_no_token_or_too_long_is_a_failure_for_now() {
    let (mut host, moment) = two();
    host.register(&json(
        r#"{"id": "one", "origin": "https://one.example", "audiences": [{"audience": "a"}], "methods": ["show"], "context": {"of": "one"}, "handRefreshToken": true}"#,
    ))
    .unwrap();
    let one = connected(&mut host, moment, 1, ONE);
    let (job, _) = asked(&ask(&mut host, moment, one, 2, token_request("1"))).unwrap();
    let answer = said(&host.feed(Input::Done(job, Ok(json(r#"{"accessToken": ""}"#))), moment)).remove(0).1;
    assert_eq!(answer, json(r#"{"oxidc":"miniapp","type":"token.error","id":"1","code":"transient","v":1,"seq":2}"#));
    let call = oxidc_miniapp::message::of("call.request").with("id", "2").with("method", "show");
    let effects = ask(&mut host, moment, one, 3, call);
    let [Effect::Call { job, params, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(params, &Value::Null);
    let answer = said(&host.feed(Input::Done(*job, Ok("x".repeat(70_000).into())), moment)).remove(0).1;
    assert_eq!(answer, json(r#"{"oxidc":"miniapp","type":"call.error","id":"2","code":"transient","v":1,"seq":3}"#));
    // Where refresh tokens are handed over, one that is not there is not handed over either.
    let (job, _) = asked(&ask(&mut host, moment, one, 4, token_request("3"))).unwrap();
    let answer = said(&host.feed(Input::Done(job, Ok(json(r#"{"accessToken": "t", "refreshToken": ""}"#))), moment)).remove(0).1;
    let Value::Object(answer) = answer else { panic!("no object") };
    assert!(answer.get("refresh_token").is_none() && answer.get("access_token").is_some());
}

#[test]
fn t360_a_host_says_nothing_that_is_longer_than_a_message() {
    let (mut host, moment) = two();
    connected(&mut host, moment, 1, ONE);
    // With a number of one digit each time.
    let mut told = |length: usize| {
        let effects = host.feed(Input::Tell(Some(1), "news".into(), "x".repeat(length).into()), moment);
        effects.first().map(|effect| if let Effect::Say(_, text) = effect { text.len() } else { 0 })
    };
    let rest = told(100).unwrap() - 100;
    assert_eq!(told(65_536 - rest), Some(65_536));
    assert_eq!(told(65_537 - rest), None);
    // What is an answer keeps 256 octets for identifier, version and number: here they have 9 and 14.
    for (length, expected) in [(65_280, Some(65_280 + 9 + 14)), (65_281, None)] {
        let (mut host, moment) = self::two();
        let one = connected(&mut host, moment, 1, ONE);
        let rest = json(r#"{"oxidc":"miniapp","type":"call.response","epoch":"","result":""}"#).to_text().len() + 24;
        let call = oxidc_miniapp::message::of("call.request").with("id", "2").with("method", "one.show");
        let effects = ask(&mut host, moment, one, 2, call);
        let [Effect::Call { job, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        let effects = host.feed(Input::Done(*job, Ok("x".repeat(length - rest).into())), moment);
        let said = effects.first().map(|effect| if let Effect::Say(_, text) = effect { text.len() } else { 0 });
        assert_eq!(said.filter(|length| *length > 1_000), expected);
    }
}

#[test]
fn the_platform_is_told_who_is_there_and_nothing_more() {
    let (mut host, moment) = two();
    let (connection, accept) = offered(&mut host, moment, 2, TWO);
    let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
    assert!(matches!(effects.last(), Some(Effect::Publish("connected", app, 2, detail)) if app == "two" && detail.is_empty()));
    assert!(
        matches!(host.feed(Input::Lost(connection), moment).last(), Some(Effect::Publish("lost", app, 2, detail)) if app == "two" && detail.is_empty())
    );
}

#[test]
fn t376_the_end_of_a_session_is_said_before_the_ports_close_and_the_next_one_after() {
    let (mut host, moment) = two();
    let [one, two] = [(1, ONE), (2, TWO)].map(|(f, o)| connected(&mut host, moment, f, o));
    let effects = host.feed(Input::Session(Some("bob".into())), moment);
    let [Effect::Say(a, first), Effect::Say(b, second), Effect::Shut(c), Effect::Shut(d), Effect::Post(1, ..), Effect::Post(2, ..)] =
        effects.as_slice()
    else {
        panic!("{effects:?}")
    };
    assert_eq!(([*a, *b], [*c, *d]), ([one, two], [one, two]));
    assert!(first.contains("session.ended") && second.contains("session.ended"));
    // A port is offered and answered in one go each; nobody is published before it is confirmed.
    let (connection, accept) = offered(&mut host, moment, 1, ONE);
    let effects = host.feed(Input::Port(connection, Value::from(accept).to_text()), moment);
    assert!(matches!(effects.as_slice(), [Effect::Say(..), Effect::Publish("connected", ..)]), "{effects:?}");
}

#[test]
fn a_call_that_a_host_does_not_take_is_counted() {
    let (mut host, moment) = two();
    for (number, (frame, origin, text)) in (1..).zip([
        (Some(1), TWO, READY.to_owned()),
        (Some(3), ONE, READY.to_owned()),
        (None, ONE, READY.to_owned()),
        (Some(1), ONE, READY.replace("ready", "accept")),
        (Some(1), ONE, READY.replace("\"f\"", "\"\"")),
    ]) {
        assert!(host.feed(Input::Window(frame, origin.into(), text), moment).is_empty());
        assert_eq!(host.ignored(), number);
    }
    for _ in 0..10 {
        host.feed(Input::Window(Some(1), ONE.into(), READY.into()), moment);
    }
    assert_eq!(host.ignored(), 5);
    assert!(host.feed(Input::Window(Some(1), ONE.into(), READY.into()), moment).is_empty());
    assert_eq!(host.ignored(), 6);
    host.feed(Input::Session(None), moment);
    assert!(host.feed(Input::Window(Some(2), TWO.into(), READY.into()), moment).is_empty());
    assert_eq!(host.ignored(), 7);
    // What is no message of the protocol is not even that.
    host.feed(Input::Window(Some(1), ONE.into(), "{}".into()), moment);
    assert_eq!(host.ignored(), 7);
}
