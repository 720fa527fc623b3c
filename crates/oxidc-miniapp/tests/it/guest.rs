//! The machine in the frame alone: the application's requests, the rate limit, another transport.

use oxidc_core::wire::json::Value;
use oxidc_miniapp::guest::{Answer, Call, Effect, Fetch, Guest, GuestOptions, Input};

use crate::pair::{API, APP, Pair, fetch, json, options};

fn limited() -> Fetch {
    Fetch { limited: true, ..fetch(API) }
}

fn connected() -> Pair {
    let mut pair = Pair::new();
    pair.connect();
    pair.tokens(1_000);
    pair.grant("one", 6_000);
    pair
}

#[test]
fn only_listed_origins_and_the_platform_get_a_token() {
    let mut pair = Pair::with(
        options(r#", "allowedOrigins": [{"origin": "https://files.example.com", "audience": "https://files.example.com/"}]"#),
        true,
    );
    pair.connect();
    pair.call(1, Call::Fetch(fetch("https://elsewhere.example")));
    pair.call(2, Call::Fetch(fetch("http://api.example.com")));
    pair.call(3, Call::Fetch(fetch("https://api.example.com.evil.net")));
    assert_eq!(pair.sent, [(1, None), (2, None), (3, None)]);
    pair.call(4, Call::Fetch(fetch("https://files.example.com")));
    assert_eq!(pair.jobs[0].1, "https://files.example.com/");
    pair.grant("files", 60);
    assert_eq!(pair.sent.last().unwrap(), &(4, Some("Bearer files".into())));
    pair.call(5, Call::Fetch(Fetch { authorization: true, ..fetch(API) }));
    pair.call(6, Call::Fetch(Fetch { no_cors: true, ..fetch(API) }));
    assert_eq!((pair.outcome(5).unwrap().as_str(), pair.outcome(6).unwrap().as_str()), ("authorization_header_set", "no_cors_refused"));
}

#[test]
fn a_request_whose_body_cannot_be_sent_again_is_not_repeated() {
    let mut pair = connected();
    pair.call(1, Call::Fetch(Fetch { replayable: false, ..fetch(API) }));
    pair.answer(1, 401);
    assert_eq!((pair.outcome(1).unwrap().as_str(), pair.jobs.len()), ("null", 0));
}

#[test]
fn a_refusal_for_another_reason_than_the_token_is_the_applications() {
    let mut pair = connected();
    pair.call(1, Call::Fetch(fetch(API)));
    let www_authenticate = Some("Bearer error=\"insufficient_scope\"".into());
    pair.feed(Input::Sent(1, Answer { status: 401, www_authenticate, ..Answer::default() }));
    assert_eq!((pair.outcome(1).unwrap().as_str(), pair.jobs.len()), ("null", 0));
}

#[test]
fn more_requests_than_the_platform_allows_stand_in_a_queue() {
    let mut pair = connected();
    assert_eq!(pair.guest.limiter().describe().get("limit").and_then(Value::as_integer), Some(-1));
    for task in 1..=250 {
        pair.call(task, Call::Fetch(limited()));
    }
    assert_eq!(pair.sent.len(), 100);
    assert_eq!(pair.guest.limiter().describe().get("processing").and_then(Value::as_integer), Some(100));
    pair.pass(1_000);
    assert_eq!(pair.sent.len(), 200);
    pair.pass(1_000);
    assert_eq!(pair.sent.len(), 250);
    assert_eq!(pair.sent.iter().map(|(task, _)| *task).collect::<Vec<_>>(), (1..=250).collect::<Vec<_>>());
    let headers = Answer { status: 200, remaining: Some("7".into()), reset: Some("2".into()), ..Answer::default() };
    pair.feed(Input::Sent(1, headers));
    let state = pair.guest.limiter().describe();
    let number = |name: &str| state.get(name).and_then(Value::as_integer).unwrap();
    assert_eq!((number("limit"), number("processing"), number("remaining"), number("reset")), (100, 249, 7, pair.time + 2_000));
    pair.feed(Input::Cancel(2));
    pair.feed(Input::NotSent(3));
    assert_eq!(pair.guest.limiter().describe().get("processing").and_then(Value::as_integer), Some(247));
}

#[test]
fn a_request_that_comes_too_early_is_repeated_when_the_platform_says() {
    let mut pair = connected();
    pair.call(1, Call::Fetch(limited()));
    let busy = || Answer { status: 429, retry_after: Some("7".into()), ..Answer::default() };
    pair.feed(Input::Sent(1, busy()));
    pair.pass(6_900);
    assert_eq!(pair.sent.len(), 1);
    pair.pass(200);
    assert_eq!(pair.sent.len(), 2);
    for _ in 0..2 {
        pair.feed(Input::Sent(1, busy()));
        pair.pass(8_000);
    }
    assert_eq!(pair.sent.len(), 4);
    pair.feed(Input::Sent(1, busy()));
    assert_eq!(pair.outcome(1).unwrap(), "null", "three repetitions are enough");
}

#[test]
fn the_end_of_a_frame_ends_its_calls() {
    let mut pair = Pair::new();
    pair.connect();
    pair.tokens(1);
    pair.call(2, Call::Close);
    assert_eq!((pair.outcome(1).unwrap().as_str(), pair.outcome(2).unwrap().as_str()), ("closed", "null"));
    pair.tokens(3);
    assert_eq!(pair.outcome(3).unwrap(), "closed");
}

#[test]
fn another_transport_is_asked_in_words_and_believed_as_little() {
    let options = GuestOptions::from_value(&json(r#"{"transport": true}"#), APP).unwrap();
    let mut guest = Guest::new(options);
    let moment = oxidc_miniapp::clock::Moment::default();
    let ask = |effects: Vec<Effect>, kind: &str| {
        let found = effects
            .into_iter()
            .find_map(|effect| if let Effect::Ask(ask, method, params) = effect { Some((ask, method, params)) } else { None });
        let (ask, method, params) = found.expect("a question");
        assert_eq!(method, kind);
        (ask, params)
    };
    let (context, _) = ask(guest.feed(Input::StartWithTransport, moment), "context");
    guest.feed(Input::Asked(context, Ok(json(r#"{"domain": "api.example.com"}"#))), moment);
    let (token, _) = ask(guest.feed(Input::Call(1, Call::Fetch(fetch(API))), moment), "token");
    let answer = json(r#"{"access_token": "one", "token_type": "Bearer", "expires_in": 60}"#);
    let effects = guest.feed(Input::Asked(token, Ok(answer)), moment);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(1, Some(header)) if header.expose() == "Bearer one")));
    let (call, params) =
        ask(guest.feed(Input::Call(2, Call::Host { method: "x".into(), params: json("[1]"), limit: None }), moment), "call");
    assert_eq!(params.to_text(), r#"{"method":"x","params":[1]}"#);
    let effects = guest.feed(Input::Asked(call, Ok(json(r#""done""#))), moment);
    assert!(matches!(&effects[..], [Effect::Finish(2, Ok(value))] if value.as_str() == Some("done")));
    let effects = guest.feed(Input::Call(3, Call::Tokens { want: Default::default(), min_ttl: 100_000, force: false }), moment);
    let (token, _) = ask(effects, "token");
    let effects = guest.feed(Input::Asked(token, Err("session_ended".into())), moment);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Publish(oxidc_miniapp::guest::Event::Ended))));
}

/// A frame with another way to its host; the names of what it asks.
fn elsewhere() -> (Guest, oxidc_miniapp::clock::Moment) {
    (Guest::new(GuestOptions::from_value(&json(r#"{"transport": true}"#), APP).unwrap()), oxidc_miniapp::clock::Moment::default())
}

fn asks(effects: &[Effect]) -> Vec<(String, &'static str, Value)> {
    let ask = |effect: &Effect| if let Effect::Ask(name, kind, body) = effect { Some((name.clone(), *kind, body.clone())) } else { None };
    effects.iter().filter_map(ask).collect()
}

fn failures(effects: &[Effect]) -> Vec<(u32, &'static str)> {
    let of = |effect: &Effect| if let Effect::Finish(task, Err(failure)) = effect { Some((*task, failure.code().name())) } else { None };
    effects.iter().filter_map(of).collect()
}

#[test]
fn an_answer_of_another_transport_is_for_its_question_and_a_refusal_too() {
    let (mut guest, moment) = elsewhere();
    let context = asks(&guest.feed(Input::StartWithTransport, moment)).remove(0).0;
    guest.feed(Input::Asked(context.clone(), Ok(json(r#"{"domain": "api.example.com"}"#))), moment);
    let token = |task: u32, scope: &str| {
        let want = oxidc_miniapp::guest::Want { audience: String::new(), scope: scope.into() };
        Input::Call(task, Call::Tokens { want, min_ttl: 0, force: false })
    };
    let one = asks(&guest.feed(token(1, "x"), moment)).remove(0);
    let two = asks(&guest.feed(token(2, "y"), moment)).remove(0);
    assert_eq!(
        (one.2.to_text(), two.2.to_text()),
        (r#"{"scope":"x","reason":"needed"}"#.into(), r#"{"scope":"y","reason":"needed"}"#.into())
    );
    let answer = |scope: &str| Ok(json(&format!(r#"{{"access_token": "for-{scope}", "token_type": "Bearer", "scope": "{scope}"}}"#)));
    for (name, result) in [("unknown", answer("x")), (&context, answer("x")), ("unknown", Err("offline".into()))] {
        assert!(guest.feed(Input::Asked(name.into(), result), moment).is_empty());
    }
    // One that has less than was asked for is believed as little as on a port.
    assert_eq!(failures(&guest.feed(Input::Asked(two.0.clone(), answer("x")), moment)), [(2, "host_answer_invalid")]);
    assert!(guest.feed(Input::Asked(two.0, answer("y")), moment).is_empty(), "it was answered");
    let effects = guest.feed(Input::Asked(one.0, answer("x")), moment);
    assert!(
        matches!(effects.last(), Some(Effect::Finish(1, Ok(token))) if token.get("accessToken").and_then(Value::as_str) == Some("for-x"))
    );
    let three = asks(&guest.feed(token(3, "z"), moment)).remove(0).0;
    assert_eq!(failures(&guest.feed(Input::Asked(three, Err("needs_interaction".into())), moment)), [(3, "needs_interaction")]);
    // What windows and ports bring is nothing here.
    let offer = r#"{"oxidc":"miniapp","type":"offer","frame":"","versions":[1],"hostNonce":"n"}"#;
    let window = Input::Window { origin: "".into(), from_parent: true, ports: 1, connection: 1, text: offer.into() };
    assert!(guest.feed(window, moment).iter().all(|effect| matches!(effect, Effect::Drop)));
    let ended = r#"{"oxidc":"miniapp","type":"session.ended","epoch":"","v":1,"seq":1}"#;
    assert!(guest.feed(Input::Port { connection: 0, text: ended.into() }, moment).is_empty());
    assert!(guest.feed(Input::Shown, moment).is_empty());
}

#[test]
fn another_transport_that_fails_at_the_start_is_told_to_who_waits_for_it() {
    for (word, code) in [("offline", "offline"), ("session_ended", "signed_out"), ("anything", "host_transient")] {
        let (mut guest, moment) = elsewhere();
        let context = asks(&guest.feed(Input::StartWithTransport, moment)).remove(0).0;
        guest.feed(Input::Call(1, Call::Ready), moment);
        let effects = guest.feed(Input::Asked(context, Err(word.into())), moment);
        assert_eq!(failures(&effects), [(1, code)], "{word}");
    }
}

#[test]
fn another_transport_is_asked_for_the_context_again_by_who_needs_it_and_once_for_all() {
    let ready = |task: u32| Input::Call(task, Call::Ready);
    let request = |task: u32| Input::Call(task, Call::Fetch(limited()));
    let (mut guest, moment) = elsewhere();
    let first = asks(&guest.feed(Input::StartWithTransport, moment)).remove(0).0;
    assert!(guest.feed(request(1), moment).is_empty(), "the question of the start is open");
    assert_eq!(failures(&guest.feed(Input::Asked(first, Err("offline".into())), moment)), [(1, "offline")]);
    for again in 0..3 {
        let asked = asks(&guest.feed(if again == 1 { ready(10 + again) } else { request(10 + again) }, moment));
        assert_eq!((asked.len(), asked[0].1), (1, "context"));
        assert!(guest.feed(ready(20 + again), moment).is_empty() && guest.feed(request(30 + again), moment).is_empty());
        let refused = guest.feed(Input::Asked(asked[0].0.clone(), Err("transient".into())), moment);
        assert_eq!(failures(&refused), [10, 20, 30].map(|task| (task + again, "host_transient")));
    }
    let asked = asks(&guest.feed(request(40), moment)).remove(0).0;
    assert!(guest.feed(ready(41), moment).is_empty());
    let effects = guest.feed(Input::Asked(asked, Ok(json(r#"{"domain": "api.example.com"}"#))), moment);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Finish(41, Ok(context)) if context.get("domain").is_some())));
    assert_eq!(asks(&effects).iter().map(|(_, kind, _)| *kind).collect::<Vec<_>>(), ["token"], "the request goes its way");
    assert!(asks(&guest.feed(ready(42), moment)).is_empty(), "the context is there");
}

#[test]
fn another_transport_that_is_silent_about_the_context_ends_who_waits_for_it() {
    let (mut guest, mut moment) = elsewhere();
    guest.feed(Input::StartWithTransport, moment);
    for round in 1..=3 {
        guest.feed(Input::Call(round, Call::Ready), moment);
        guest.feed(Input::Call(10 + round, Call::Fetch(limited())), moment);
        let wake = guest.wake().expect("somebody waits");
        moment.now.wall += wake;
        moment.now.monotonic += wake;
        assert_eq!(failures(&guest.feed(Input::Timer, moment)), [(round, "host_unavailable"), (10 + round, "host_unavailable")]);
    }
}

#[test]
fn an_answer_of_another_transport_is_none_where_there_are_ports() {
    let mut pair = connected();
    pair.call(1, Call::Tokens { want: Default::default(), min_ttl: 0, force: true });
    let request = oxidc_core::wire::json::Value::parse(r#"{"access_token": "forged", "token_type": "Bearer"}"#).unwrap();
    for word in ["session_ended", "offline"] {
        pair.feed(Input::Asked("anything".into(), Err(word.into())));
    }
    pair.feed(Input::Asked("anything".into(), Ok(request)));
    assert_eq!((pair.outcome(1), pair.ended()), (None, 0));
    pair.grant("real", 60);
    assert_eq!(pair.outcome(1).unwrap(), "real");
}

#[test]
fn answers_of_another_transport_are_told_apart_while_all_are_waited_for() {
    let want = |scope: &str| oxidc_miniapp::guest::Want { audience: String::new(), scope: scope.into() };
    let token = |task: u32, scope: &str| Input::Call(task, Call::Tokens { want: want(scope), min_ttl: 0, force: false });
    let call = |task: u32| Input::Call(task, Call::Host { method: "x".into(), params: Value::Null, limit: None });
    let answer = || Ok(json(r#"{"access_token": "one", "token_type": "Bearer", "scope": "a b"}"#));
    let finished = |effects: &[Effect]| {
        let of = |effect: &Effect| if let Effect::Finish(task, result) = effect { Some((*task, result.is_ok())) } else { None };
        effects.iter().filter_map(of).collect::<Vec<_>>()
    };
    let begin = || {
        let (mut guest, moment) = elsewhere();
        let context = asks(&guest.feed(Input::StartWithTransport, moment)).remove(0).0;
        guest.feed(Input::Call(1, Call::Ready), moment);
        let first = asks(&guest.feed(token(2, "a"), moment)).remove(0).0;
        let called = asks(&guest.feed(call(3), moment)).remove(0).0;
        let second = asks(&guest.feed(token(4, "b"), moment)).remove(0).0;
        (guest, moment, [context, first, called, second])
    };
    let context = || Ok(json(r#"{"domain": "api.example.com"}"#));
    let (mut guest, moment, [of_context, first, called, second]) = begin();
    assert_eq!(finished(&guest.feed(Input::Asked(first, answer()), moment)), [(2, true)]);
    assert_eq!(finished(&guest.feed(Input::Asked(of_context, context()), moment)), [(1, true)]);
    assert_eq!(finished(&guest.feed(Input::Asked(second, answer()), moment)), [(4, true)]);
    let effects = guest.feed(Input::Asked(called, Ok(json("[7]"))), moment);
    assert!(matches!(effects.as_slice(), [Effect::Finish(3, Ok(value))] if value.to_text() == "[7]"));
    // Each refusal is that of its question.
    let (mut guest, moment, [of_context, first, called, _]) = begin();
    assert_eq!(finished(&guest.feed(Input::Asked(first, Err("offline".into())), moment)), [(2, false)]);
    assert_eq!(finished(&guest.feed(Input::Asked(of_context, Err("offline".into())), moment)), [(1, false)]);
    assert_eq!(finished(&guest.feed(Input::Asked(called, Err("offline".into())), moment)), [(3, false)]);
}
