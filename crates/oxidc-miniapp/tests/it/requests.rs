//! What a frame may ask, and what it believes.

use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::guest::{Call, Event, Input, Want};
use oxidc_miniapp::host::Input as HostInput;
use oxidc_miniapp::message;

use crate::pair::{API, Letter, Pair, fetch, json, options};

fn connected() -> Pair {
    let mut pair = Pair::new();
    pair.connect();
    pair
}

/// A message as the frame would number it.
fn say(pair: &mut Pair, seq: i64, kind: &str, change: impl FnOnce(Object) -> Object) -> Option<Value> {
    let message = message::text(change(message::of(kind)).with("v", 1_i64).with("seq", seq));
    let before = pair.said.len();
    pair.feed_host(HostInput::Port(1, message));
    pair.letters.clear();
    pair.said.get(before).map(|text| json(text))
}

fn want(audience: &str, scope: &str) -> Call {
    Call::Tokens { want: Want { audience: audience.into(), scope: scope.into() }, min_ttl: 0, force: false }
}

#[test]
fn t360_what_is_no_message_changes_nothing() {
    let mut pair = connected();
    let nested = format!(r#"{{"oxidc":"miniapp","type":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let long = format!(r#"{{"oxidc":"miniapp","type":"ping","v":1,"seq":50,"x":"{}"}}"#, "x".repeat(65_536));
    for text in ["", "null", "7", "[]", "{}", r#""text""#, r#"{"oxidc":"miniapp"}"#, r#"{"oxidc":"miniapp","type":7}"#, &nested, &long] {
        pair.feed_host(HostInput::Port(1, text.into()));
        pair.feed(Input::Port { connection: 1, text: text.into() });
        pair.window("https://platform.example.com", true, 1, 9, text);
    }
    assert!(pair.letters.is_empty());
    assert_eq!(say(&mut pair, 10, "ping", |m| m.with("v", 9_i64)).unwrap().get("type").and_then(Value::as_str), Some("pong"));
    // An unknown member is nothing; an unknown type without an identifier is nothing; one with an identifier is refused.
    assert!(say(&mut pair, 11, "pong", |m| m.with("more", "x")).is_none());
    assert!(say(&mut pair, 12, "exec", |m| m).is_none());
    pair.tokens(1);
    assert!(pair.jobs.is_empty(), "its numbers are behind those that this test used up");
}

#[test]
fn t361_names_that_mean_something_to_javascript_are_plain_data() {
    let mut pair = connected();
    let params = json(r#"{"__proto__": {"a": 1}, "constructor": 2, "then": 3, "toJSON": 4}"#);
    pair.call(1, Call::Host { method: "toast.show".into(), params: params.clone(), limit: None });
    let (job, method, given) = pair.calls.remove(0);
    assert_eq!((method.as_str(), &given), ("toast.show", &params));
    pair.feed_host(HostInput::Done(job, Ok(params.clone())));
    pair.carry();
    assert_eq!(pair.outcome(1).unwrap(), params.to_text());
}

#[test]
fn t362_a_port_that_floods_is_closed() {
    let mut pair = connected();
    for seq in 2..1_000 {
        say(&mut pair, seq, "ping", |m| m);
    }
    assert_eq!(pair.published.iter().filter(|(what, _)| *what == "flooded").count(), 1);
    assert!(pair.said.len() <= message::MOST_MESSAGES + 1);
}

#[test]
fn t364_an_answer_without_a_question_is_ignored() {
    let mut pair = connected();
    pair.tokens(1);
    let (job, ..) = pair.jobs[0].clone();
    pair.feed_host(HostInput::Done(job, Ok(Object::new().with("accessToken", "one").with("expiresIn", 60_u32).into())));
    let Some(Letter::ToGuest(connection, text)) = pair.letters.pop_front() else { panic!("no answer") };
    let Value::Object(good) = json(&text) else { panic!("no object") };
    let wrong = [
        good.clone().with("id", "unknown").with("seq", 10_i64),
        good.clone().with("v", 2_i64).with("seq", 11_i64),
        good.clone().with("seq", 1_i64),
        good.clone().with("epoch", "another").with("seq", 12_i64),
    ];
    for message in wrong {
        pair.feed(Input::Port { connection, text: Value::from(message.clone()).to_text() });
        assert_eq!(pair.outcome(1), None, "{message:?}");
    }
    // On another port, it is nothing.
    let renumbered = |seq: i64| Value::from(good.clone().with("seq", seq)).to_text();
    pair.feed(Input::Port { connection: 7, text: renumbered(19) });
    assert_eq!(pair.outcome(1), None);
    pair.feed(Input::Port { connection, text: renumbered(20) });
    assert_eq!(pair.outcome(1).unwrap(), "one");
    // Played again, it is ignored, and so it is with another number.
    let ignored = pair.guest.ignored();
    pair.feed(Input::Port { connection, text: renumbered(20) });
    pair.feed(Input::Port { connection, text: renumbered(21) });
    assert_eq!(pair.guest.ignored(), ignored + 2);
}

#[test]
fn t365_an_answer_of_an_earlier_epoch_is_ignored() {
    let mut pair = connected();
    pair.tokens(1);
    pair.feed_host(HostInput::Session(Some("another".into())));
    pair.carry();
    assert_eq!((pair.outcome(1).unwrap().as_str(), pair.ended()), ("signed_out", 1));
    // The source answers late: what it brings reaches nobody.
    pair.grant("of-the-first", 60);
    assert!(!pair.said.iter().any(|text| text.contains("of-the-first")));
    pair.tokens(2);
    pair.grant("of-the-second", 60);
    assert_eq!(pair.outcome(2).unwrap(), "of-the-second");
}

#[test]
fn t366_what_is_not_granted_is_refused_as_a_whole() {
    let mut pair = connected();
    for (task, audience, scope) in
        [(1, "https://bank.example/", ""), (2, "", "admin"), (3, "", "read admin"), (4, "https://files.example.com/", "read")]
    {
        pair.call(task, want(audience, scope));
        assert_eq!(pair.outcome(task).unwrap(), "scope_not_granted", "{audience} {scope}");
    }
    assert!(pair.jobs.is_empty());
    pair.call(5, want("https://files.example.com/", ""));
    pair.call(6, want("", "read"));
    assert_eq!((pair.jobs[0].1.as_str(), pair.jobs[0].2.as_str()), ("https://files.example.com/", "files"));
    assert_eq!((pair.jobs[1].1.as_str(), pair.jobs[1].2.as_str()), ("https://api.example.com/", "read"));
    // A source that gives more or less than was asked for gives nothing.
    for scopes in [r#"["read", "admin"]"#, r#"["write"]"#] {
        let mut pair = connected();
        pair.call(1, want("", "read"));
        let answer = json(&format!(r#"{{"accessToken": "wide", "scopes": {scopes}}}"#));
        let (job, ..) = pair.jobs.remove(0);
        pair.feed_host(HostInput::Done(job, Ok(answer)));
        pair.carry();
        assert_eq!(pair.outcome(1).unwrap(), "scope_not_granted");
    }
}

#[test]
fn t367_t377_there_is_nothing_to_ask_for_beside_tokens_and_calls() {
    let mut pair = connected();
    for (at, kind) in
        (2..).zip(["refresh_token", "id_token", "session", "exec", "session.ended", "confirm", "sign_out", "navigate", "open"])
    {
        let answer = say(&mut pair, at, kind, |m| m.with("id", "q")).unwrap();
        assert_eq!(answer.get("code").and_then(Value::as_str), Some("unknown_type"), "{kind}");
    }
    for (at, client) in (20..).zip(["the-host", "another-app"]) {
        let answer = say(&mut pair, at, "token.request", |m| m.with("id", "q").with("client_id", client)).unwrap();
        assert_eq!(answer.get("code").and_then(Value::as_str), Some("not_allowed"));
    }
    assert_eq!(pair.published.iter().filter(|(what, _)| *what == "refused").count(), 11);
    assert_eq!(pair.ended(), 0);
}

#[test]
fn t368_nothing_but_the_access_token_leaves_the_host() {
    let mut pair = connected();
    pair.tokens(1);
    pair.grant("one", 60);
    assert!(!pair.said.iter().any(|text| text.contains("refresh") || text.contains("the-id-token") || text.contains("never")));
    let Some((_, Ok(tokens))) = pair.finished.last() else { panic!("no token") };
    assert_eq!(tokens.get("refreshToken").and_then(Value::as_str), Some(""));
}

#[test]
fn t369_a_token_answer_is_in_order_in_every_part_or_refused() {
    for (member, value) in [
        ("access_token", json("null")),
        ("access_token", json(r#""""#)),
        ("access_token", json(r#""a\r\nb""#)),
        ("access_token", json(r#""a b""#)),
        ("access_token", json("7")),
        ("expires_in", json("-1")),
        ("expires_in", json("1790000000")),
        ("expires_in", json(r#""3600""#)),
        ("expires_in", json("true")),
        ("token_type", json(r#""mac""#)),
        ("token_type", json("null")),
        ("audience", json(r#""https://bank.example/""#)),
        ("scope", json(r#""write""#)),
    ] {
        let mut pair = connected();
        pair.call(1, want("https://api.example.com/", "read"));
        let (job, ..) = pair.jobs[0].clone();
        pair.feed_host(HostInput::Done(job, Ok(json(r#"{"accessToken": "one", "expiresIn": 60}"#))));
        let Some(Letter::ToGuest(connection, text)) = pair.letters.pop_front() else { panic!("no answer") };
        let Value::Object(mut message) = json(&text) else { panic!("no object") };
        message.insert(member, value.clone());
        pair.feed(Input::Port { connection, text: Value::from(message).to_text() });
        assert_eq!(pair.outcome(1).unwrap(), "host_answer_invalid", "{member} {value:?}");
    }
}

#[test]
fn t370_a_silent_host_is_no_sign_out() {
    let mut pair = connected();
    pair.tokens(1);
    pair.grant("one", 60);
    pair.deaf.0 = true;
    // The token is used while it lives, although it should have been renewed.
    pair.pass(30_000);
    pair.tokens(2);
    assert_eq!(pair.outcome(2).unwrap(), "one");
    pair.pass(30_000);
    pair.tokens(3);
    pair.pass(15_000);
    assert_eq!(pair.outcome(3).unwrap(), "host_unavailable");
    assert!(pair.events.iter().any(|event| matches!(event, Event::Degraded)));
    assert_eq!(pair.ended(), 0);
    pair.deaf.0 = false;
    pair.pass(60_000);
    pair.tokens(4);
    pair.grant("two", 60);
    assert_eq!(pair.outcome(4).unwrap(), "two");
}

#[test]
fn t371_refusals_are_told_apart_and_only_one_ends_the_session() {
    for (code, expected, ends) in [
        ("transient", "host_transient", 0),
        ("something new", "host_transient", 0),
        ("offline", "offline", 0),
        ("needs_interaction", "needs_interaction", 0),
        ("login_required", "needs_interaction", 0),
        ("user_cancelled", "user_cancelled", 0),
        ("disabled", "app_disabled", 0),
        ("session_ended", "signed_out", 1),
        ("no_session", "signed_out", 1),
    ] {
        let mut pair = connected();
        pair.tokens(1);
        pair.refuse(code);
        assert_eq!((pair.outcome(1).unwrap().as_str(), pair.ended()), (expected, ends), "{code}");
    }
}

#[test]
fn t372_fifty_calls_for_one_token_are_one_question() {
    let mut pair = connected();
    for task in 1..=50 {
        pair.feed(Input::Call(task, Call::Tokens { want: Want::default(), min_ttl: 0, force: false }));
    }
    assert_eq!(pair.letters.len(), 1);
    pair.carry();
    pair.grant("one", 60);
    assert!((1..=50).all(|task| pair.outcome(task).unwrap() == "one"));
}

#[test]
fn t374_a_refused_token_is_renewed_once_however_often_it_is_refused() {
    let mut pair = connected();
    for task in 1..=30 {
        pair.call(task, Call::Fetch(fetch(API)));
    }
    pair.grant("one", 600);
    assert_eq!(pair.sent.len(), 30);
    pair.sent.clear();
    for task in 1..=30 {
        pair.answer(task, 401);
    }
    assert_eq!(pair.jobs.len(), 1);
    assert!(pair.jobs[0].3, "it is the current token, so a new one is needed");
    pair.grant("two", 600);
    assert_eq!(pair.sent.len(), 30);
    assert!(pair.sent.iter().all(|(_, header)| header.as_deref() == Some("Bearer two")));
    // A request is repeated once.
    pair.answer(1, 401);
    assert_eq!(pair.outcome(1).unwrap(), "null");
    // Who was refused with an older token gets the current one, without a question.
    pair.sent.clear();
    pair.answer(2, 200);
    assert!(pair.jobs.is_empty());
}

#[test]
fn t374_a_host_that_has_nothing_better_gives_the_application_the_refusal() {
    let mut pair = connected();
    pair.call(1, Call::Fetch(fetch(API)));
    pair.grant("one", 600);
    pair.answer(1, 401);
    pair.grant("one", 600);
    assert_eq!((pair.outcome(1).unwrap().as_str(), pair.sent.len()), ("null", 1));
}

#[test]
fn t374_a_reloaded_host_finds_out_by_itself_that_its_source_gives_the_refused_token() {
    let mut pair = connected();
    pair.call(1, Call::Fetch(fetch(API)));
    pair.grant("one", 600);
    // Another host, which knows nothing; the frame keeps its token only within one epoch, so the message is made by hand.
    let mut other = connected();
    let Some(rejected) = json(pair.said.last().unwrap()).get("token_id").cloned() else { panic!("no name") };
    say(&mut other, 5, "token.request", |m| m.with("id", "q").with("reason", "rejected").with("rejected", rejected));
    assert!(!other.jobs[0].3);
    other.grant("one", 600);
    assert!(other.jobs[0].3, "the same again, so a new one is needed");
    other.grant("two", 600);
    assert!(other.said.last().unwrap().contains("two"));
}

#[test]
fn t375_a_frame_that_cries_for_refreshes_gets_one_a_minute() {
    let mut pair = connected();
    let mut forced = 0;
    for seq in 2..100 {
        say(&mut pair, seq, "token.request", |m| m.with("id", Value::from(seq).to_text()).with("reason", "forced"));
        while let Some((job, _, _, force)) = pair.jobs.pop() {
            forced += i32::from(force);
            pair.feed_host(HostInput::Done(job, Ok(json(r#"{"accessToken": "one"}"#))));
        }
    }
    assert_eq!(forced, 1);
    assert!(pair.said.iter().filter(|text| text.contains("rate_limited")).count() >= 88, "ten within ten seconds");
}

#[test]
fn t376_sign_out_ends_everything_in_the_frame() {
    let mut pair = Pair::with(options(""), false);
    pair.feed_host(HostInput::Session(Some("ann".into())));
    pair.connect();
    pair.tokens(1);
    pair.grant("ann's", 60);
    pair.force(2);
    pair.feed_host(HostInput::Session(None));
    pair.carry();
    assert_eq!((pair.outcome(2).unwrap().as_str(), pair.ended()), ("signed_out", 1));
    pair.tokens(3);
    assert_eq!(pair.outcome(3).unwrap(), "signed_out");
    pair.grant("late", 60);
    // Somebody else signs in: the frame starts anew with what is theirs.
    pair.feed_host(HostInput::Session(Some("bob".into())));
    pair.carry();
    pair.tokens(4);
    pair.grant("bob's", 60);
    assert_eq!(pair.outcome(4).unwrap(), "bob's");
    assert!(!pair.said.iter().any(|text| text.contains("late")));
}

#[test]
fn t384_a_lifetime_is_counted_from_the_question() {
    let mut pair = connected();
    pair.tokens(1);
    pair.time += 8_000;
    pair.grant("one", 60);
    let Some((_, Ok(tokens))) = pair.finished.last() else { panic!("no token") };
    let expires = tokens.get("expiresAt").and_then(Value::as_integer).unwrap();
    assert_eq!(expires, pair.time - 8_000 + 60_000);
}

#[test]
fn t385_after_a_long_sleep_the_expiry_is_seen_and_one_question_asked() {
    let mut pair = connected();
    pair.tokens(1);
    pair.grant("one", 600);
    pair.time += 3_600_000;
    pair.feed(Input::Visible(true));
    for task in 2..10 {
        pair.tokens(task);
    }
    assert_eq!(pair.jobs.len(), 1);
    pair.grant("two", 600);
    assert!((2..10).all(|task| pair.outcome(task).unwrap() == "two"));
}

#[test]
fn a_token_is_renewed_before_it_expires_while_somebody_looks() {
    let mut pair = connected();
    pair.tokens(1);
    pair.grant("one", 600);
    pair.pass(479_000);
    assert!(pair.jobs.is_empty());
    pair.pass(2_000);
    assert_eq!(pair.jobs.len(), 1);
    pair.grant("two", 600);
    pair.feed(Input::Visible(false));
    pair.pass(2_000_000);
    assert!(pair.jobs.is_empty());
}

#[test]
fn a_call_that_the_host_does_not_know_is_not_supported() {
    let mut pair = connected();
    pair.call(1, Call::Host { method: "modal.open".into(), params: Value::Null, limit: None });
    assert_eq!(pair.outcome(1).unwrap(), "not_supported_by_host");
    let huge = Value::from("x".repeat(70_000));
    pair.call(2, Call::Host { method: "toast.show".into(), params: huge, limit: None });
    assert_eq!(pair.outcome(2).unwrap(), "message_too_large");
}

#[test]
fn a_refresh_token_is_handed_over_only_where_the_host_says_so_dangerously() {
    let mut pair = Pair::new();
    let Value::Object(app) = crate::pair::registration() else { panic!("no object") };
    pair.host.register(&app.with("handRefreshToken", true).into()).unwrap();
    pair.connect();
    pair.tokens(1);
    pair.grant("one", 60);
    let Some((_, Ok(tokens))) = pair.finished.last() else { panic!("no token") };
    assert_eq!(tokens.get("refreshToken").and_then(Value::as_str), Some("the-refresh-token"));
}
