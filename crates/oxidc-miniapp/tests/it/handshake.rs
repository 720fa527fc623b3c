//! Who may shake hands, and what ends it.

use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::guest::{Call, Event, Input};
use oxidc_miniapp::host::Input as HostInput;

use crate::pair::{APP, HOST, Letter, Pair, json, options, registration};

/// A frame that calls, and the offer that it is about to get.
fn offered() -> (Pair, u32, String) {
    let mut pair = Pair::new();
    pair.feed(Input::Start { framed: true, ancestor: None });
    let Some(Letter::ToHostWindow(ready)) = pair.letters.pop_front() else { panic!("no call") };
    pair.feed_host(HostInput::Window(Some(1), APP.into(), ready));
    let Some(Letter::Offer(connection, text)) = pair.letters.pop_front() else { panic!("no offer") };
    (pair, connection, text)
}

fn changed(text: &str, change: impl FnOnce(Object) -> Object) -> String {
    let Value::Object(message) = json(text) else { panic!("no object") };
    Value::from(change(message)).to_text()
}

#[test]
fn t347_an_offer_from_an_origin_that_is_not_on_the_list_is_dropped() {
    let (mut pair, connection, text) = offered();
    pair.window("https://evil.example", true, 1, connection, &text);
    assert!(pair.letters.is_empty());
    assert_eq!(pair.guest.ignored(), 1);
    pair.window(HOST, true, 1, connection, &text);
    pair.carry();
    assert!(pair.connected());
}

#[test]
fn t348_origins_are_equal_character_by_character() {
    for origin in [
        "https://platform.example.com.evil.net", "https://evil-platform.example.com", "https://sub.platform.example.com",
        "https://Platform.example.com", "https://platform.example.com/", "https://platform.example.com:443",
        "https://platform.example.com:8443", "http://platform.example.com", "https://platformXexample.com",
        "https://xn--pltform-kxa.example.com",
    ] {
        let (mut pair, connection, text) = offered();
        pair.window(origin, true, 1, connection, &text);
        assert!(pair.letters.is_empty(), "{origin}");
    }
}

#[test]
fn t349_the_right_origin_from_another_window_is_ignored() {
    let (mut pair, connection, text) = offered();
    pair.window(HOST, false, 1, connection, &text);
    assert!(pair.letters.is_empty());
}

#[test]
fn t350_opaque_origins_are_nobody_on_both_sides() {
    for origin in ["null", ""] {
        let (mut pair, connection, text) = offered();
        pair.window(origin, true, 1, connection, &text);
        assert!(pair.letters.is_empty());
        pair.feed_host(HostInput::Window(
            Some(1),
            origin.into(),
            r#"{"oxidc":"miniapp","type":"ready","frame":"x","versions":[1]}"#.into(),
        ));
        assert!(pair.letters.is_empty());
    }
}

#[test]
fn t351_lists_hold_exact_origins_only() {
    use oxidc_miniapp::guest::GuestOptions;
    for (hosts, code) in [
        (r#"["*"]"#, "hosts_invalid"),
        (r#"["null"]"#, "hosts_invalid"),
        (r#"["http://platform.example.com"]"#, "hosts_invalid"),
        (r#"["https://platform.example.com/"]"#, "hosts_invalid"),
        (r#"["https://platform.example.com/app"]"#, "hosts_invalid"),
        (r#"["https://*.example.com"]"#, "hosts_invalid"),
        (r#"[""]"#, "hosts_invalid"),
        (r#"[7]"#, "hosts_invalid"),
        ("[]", "hosts_invalid"),
        (r#"["https://orders.example.net"]"#, "same_origin"),
    ] {
        let refused = GuestOptions::from_value(&json(&format!(r#"{{"hosts": {hosts}}}"#)), APP).unwrap_err();
        assert_eq!(refused.code().name(), code, "{hosts}");
    }
    let mut pair = Pair::new();
    for (origin, code) in
        [("*", "hosts_invalid"), ("null", "hosts_invalid"), ("http://app.example", "hosts_invalid"), (HOST, "same_origin")]
    {
        let app = Object::new().with("id", "x").with("origin", origin).into();
        assert_eq!(pair.host.register(&app).unwrap_err().code().name(), code, "{origin}");
    }
}

#[test]
fn t352_the_page_around_may_only_narrow_the_choice() {
    // A contradiction refuses.
    let mut pair = Pair::new();
    pair.feed(Input::Start { framed: true, ancestor: Some("https://evil.example".into()) });
    pair.call(1, Call::Ready);
    assert_eq!(pair.outcome(1).unwrap(), "host_not_allowed");
    // One of the list is called alone; the other is not even answered.
    let mut pair = Pair::new();
    pair.feed(Input::Start { framed: true, ancestor: Some("https://staging.example.com".into()) });
    assert!(pair.letters.is_empty());
    // A page that hides itself decides nothing.
    let mut pair = Pair::new();
    pair.feed(Input::Start { framed: true, ancestor: Some("null".into()) });
    assert_eq!(pair.letters.len(), 1);
}

#[test]
fn t353_an_offer_is_of_the_right_shape_or_nothing() {
    let (_, _, good) = offered();
    let wrong = [
        (0, good.clone()),
        (2, good.clone()),
        (1, changed(&good, |m| m.with("hostNonce", ""))),
        (1, changed(&good, |m| m.with("hostNonce", 7_u32))),
        (1, changed(&good, |m| m.with("hostNonce", "n".repeat(129)))),
        (1, changed(&good, |m| m.with("frame", "another"))),
        (1, changed(&good, |m| m.with("type", "confirm"))),
        (1, changed(&good, |m| m.with("versions", "1"))),
        (1, changed(&good, |m| m.with("versions", Vec::<Value>::new()))),
        (1, changed(&good, |m| m.with("versions", json("[0]")))),
        (1, changed(&good, |m| m.with("oxidc", "other"))),
    ];
    for (ports, text) in wrong {
        let (mut pair, connection, _) = offered();
        pair.window(HOST, true, ports, connection, &text);
        assert!(pair.letters.is_empty(), "{ports} ports: {text}");
    }
}

#[test]
fn t354_a_second_offer_is_ignored_while_the_port_lives() {
    let mut pair = Pair::new();
    pair.connect();
    let text = r#"{"oxidc":"miniapp","type":"offer","frame":"x","versions":[1],"hostNonce":"n"}"#;
    pair.window(HOST, true, 1, 99, text);
    assert!(pair.letters.is_empty());
    pair.tokens(1);
    pair.grant("one", 60);
    assert_eq!(pair.outcome(1).unwrap(), "one");
}

#[test]
fn t355_whoever_comes_late_the_handshake_completes_once() {
    // The host is not there yet.
    let mut pair = Pair::new();
    pair.deaf.0 = true;
    pair.feed(Input::Start { framed: true, ancestor: None });
    pair.carry();
    pair.pass(4_000);
    pair.deaf.0 = false;
    pair.pass(2_000);
    assert_eq!(pair.events.iter().filter(|event| matches!(event, Event::Connected(..))).count(), 1);
    // Three calls in vain are enough; the session, if there was one, is not said to be over.
    let mut pair = Pair::new();
    pair.deaf.0 = true;
    pair.feed(Input::Start { framed: true, ancestor: None });
    pair.call(1, Call::Ready);
    pair.pass(20_000);
    assert_eq!((pair.outcome(1).unwrap().as_str(), pair.ended()), ("host_unavailable", 0));
    // The host says that it is there now.
    pair.deaf.0 = false;
    pair.feed_host(HostInput::Loaded(1));
    pair.carry();
    assert!(pair.connected());
}

#[test]
fn t356_the_host_offers_only_to_its_own_frame_with_the_origin_of_its_mini_app() {
    let ready = r#"{"oxidc":"miniapp","type":"ready","frame":"x","versions":[1]}"#;
    for (frame, origin) in [(None, APP), (Some(2), APP), (Some(1), "https://evil.example"), (Some(1), HOST)] {
        let mut pair = Pair::new();
        pair.feed_host(HostInput::Window(frame, origin.into(), ready.into()));
        assert!(pair.letters.is_empty(), "{frame:?} {origin}");
        assert_eq!(pair.host.ignored(), 1);
    }
}

#[test]
fn t357_a_frame_that_reloads_gets_a_new_port_and_the_old_one_is_dead() {
    let mut pair = Pair::new();
    pair.connect();
    pair.feed_host(HostInput::Lost(1));
    assert_eq!(pair.published.last().unwrap().0, "lost");
    // Who still speaks on the old port is not heard.
    pair.tokens(1);
    assert!(pair.jobs.is_empty());
    pair.guest = oxidc_miniapp::guest::Guest::new(options(""));
    pair.events.clear();
    pair.connect();
    pair.tokens(2);
    pair.grant("two", 60);
    assert_eq!(pair.outcome(2).unwrap(), "two");
}

#[test]
fn t357_a_document_that_is_gone_is_found_out_by_asking() {
    let mut pair = Pair::new();
    pair.connect();
    pair.deaf.1 = true;
    pair.feed_host(HostInput::Loaded(1));
    pair.pass(6_000);
    assert_eq!(pair.published.last().unwrap().0, "lost");
}

#[test]
fn t358_a_host_that_is_gone_is_called_again_when_the_page_is_shown() {
    let mut pair = Pair::new();
    pair.connect();
    pair.tokens(1);
    pair.deaf.0 = true;
    pair.feed(Input::Shown);
    pair.pass(5_500);
    assert_eq!(pair.outcome(1).unwrap(), "host_unavailable");
    pair.deaf.0 = false;
    pair.pass(5_500);
    assert_eq!(pair.events.iter().filter(|event| matches!(event, Event::Connected(..))).count(), 2);
}

#[test]
fn t363_versions_are_negotiated_and_a_common_one_is_required() {
    for (frame, host, works) in [("[1]", &[1][..], true), ("[1,2]", &[2, 3], true), ("[2,3]", &[1], false), ("[1]", &[2, 3], false)] {
        let mut pair = Pair::versions(options(&format!(r#", "versions": {frame}"#)), true, host);
        pair.feed(Input::Start { framed: true, ancestor: None });
        pair.call(1, Call::Ready);
        let expected = if works { None } else { Some("bridge_version".to_owned()) };
        assert_eq!(pair.outcome(1).filter(|outcome| !outcome.starts_with('{')), expected, "{frame} {host:?}");
        assert_eq!(pair.connected(), works);
    }
}

#[test]
fn t363_a_list_that_was_shortened_on_the_way_ends_the_handshake() {
    // Somebody takes the higher version out of the offer.
    let mut pair = Pair::versions(options(r#", "versions": [1, 2]"#), true, &[1, 2]);
    pair.feed(Input::Start { framed: true, ancestor: None });
    let Some(Letter::ToHostWindow(ready)) = pair.letters.pop_front() else { panic!("no call") };
    pair.feed_host(HostInput::Window(Some(1), APP.into(), ready));
    let Some(Letter::Offer(connection, text)) = pair.letters.pop_front() else { panic!("no offer") };
    pair.window(HOST, true, 1, connection, &changed(&text, |m| m.with("versions", json("[1]"))));
    pair.carry();
    assert!(!pair.connected());
    assert_eq!(pair.published.last().unwrap().0, "refused");
    // Somebody shortens the confirmation.
    let mut pair = Pair::versions(options(r#", "versions": [1, 2]"#), true, &[1, 2]);
    pair.feed(Input::Start { framed: true, ancestor: None });
    pair.call(1, Call::Ready);
    assert!(pair.connected());
    let (mut pair, connection, text) = offered();
    pair.window(HOST, true, 1, connection, &text);
    let Some(Letter::ToHost(_, accept)) = pair.letters.pop_front() else { panic!("not accepted") };
    pair.feed_host(HostInput::Port(connection, accept));
    let Some(Letter::ToGuest(_, confirm)) = pair.letters.pop_front() else { panic!("not confirmed") };
    pair.feed(Input::Port { connection, text: changed(&confirm, |m| m.with("hostVersions", json("[1,2]"))) });
    assert!(!pair.connected());
}

#[test]
fn t379_without_a_page_around_there_is_no_host() {
    let mut pair = Pair::new();
    pair.feed(Input::Start { framed: false, ancestor: None });
    pair.tokens(1);
    assert_eq!(pair.outcome(1).unwrap(), "no_host");
    assert!(pair.letters.is_empty());
}

#[test]
fn t382_the_first_host_that_confirms_is_the_host_of_the_document() {
    let mut pair = Pair::new();
    pair.connect();
    pair.feed(Input::Lost { connection: 1 });
    let Some(Letter::ToHostWindow(ready)) = pair.letters.pop_front() else { panic!("no call") };
    pair.feed_host(HostInput::Window(Some(1), APP.into(), ready));
    let Some(Letter::Offer(connection, text)) = pair.letters.pop_front() else { panic!("no offer") };
    pair.window("https://staging.example.com", true, 1, connection, &text);
    assert!(pair.letters.is_empty());
    pair.window(HOST, true, 1, connection, &text);
    assert_eq!(pair.letters.len(), 1);
}

#[test]
fn t383_handshakes_begin_three_times_a_minute_at_most() {
    let mut pair = Pair::new();
    pair.connect();
    let mut calls = 0;
    for connection in 1..20 {
        pair.feed(Input::Lost { connection });
        calls += pair.letters.iter().filter(|letter| matches!(letter, Letter::ToHostWindow(_))).count();
        pair.carry();
    }
    assert_eq!(calls, 2, "one was used at the start");
    pair.tokens(1);
    assert_eq!(pair.outcome(1).unwrap(), "host_unavailable");
    pair.pass(60_000);
    pair.tokens(2);
    pair.grant("later", 60);
    assert_eq!(pair.outcome(2).unwrap(), "later");
}

#[test]
fn t388_a_frame_and_a_host_of_different_ages_speak_the_highest_version_that_both_know() {
    let lists: [&[i64]; 3] = [&[1], &[1, 2], &[1, 2, 3]];
    for frame in lists {
        for host in lists {
            let written = Value::from(frame.to_vec()).to_text();
            let mut pair = Pair::versions(options(&format!(r#", "versions": {written}"#)), true, host);
            pair.connect();
            pair.tokens(1);
            pair.grant("one", 60);
            assert_eq!(pair.outcome(1).unwrap(), "one", "{frame:?} {host:?}");
            let spoken = json(pair.said.last().unwrap()).get("v").and_then(Value::as_integer).unwrap();
            assert_eq!(spoken, *frame.iter().max().unwrap().min(host.iter().max().unwrap()));
        }
    }
}

#[test]
fn without_a_session_nobody_is_offered_a_port_until_there_is_one() {
    let mut pair = Pair::with(options(""), false);
    pair.feed(Input::Start { framed: true, ancestor: None });
    pair.carry();
    assert!(!pair.connected());
    pair.feed_host(HostInput::Session(Some("ann".into())));
    pair.carry();
    assert!(pair.connected());
}

#[test]
fn the_context_never_carries_tokens() {
    let mut pair = Pair::new();
    pair.connect();
    let context = pair.events.iter().find_map(|event| if let Event::Connected(context, _) = event { Some(context) } else { None }).unwrap();
    assert_eq!(context.get("auth"), None);
    assert_eq!(context.get("placement").and_then(|p| p.get("id")).and_then(Value::as_str), Some("p1"));
    let huge = Object::new().with("id", "x").with("origin", APP).with("context", Object::new().with("a", "x".repeat(70_000))).into();
    assert_eq!(pair.host.register(&huge).unwrap_err().code().name(), "message_too_large");
    pair.host.register(&registration()).unwrap();
}

#[test]
fn t351_this_machine_may_be_reached_without_tls_and_nothing_else() {
    use oxidc_miniapp::origin;
    for good in [
        "https://a.example", "https://a.example:8443", "https://xn--bcher-kva.example", "https://[2001:db8::1]", "http://localhost",
        "http://localhost:3000", "http://app.localhost", "http://app.localhost:3000", "http://127.0.0.1", "http://127.0.0.1:8080",
        "http://127.1.2.3", "http://[::1]", "http://[::1]:5173",
    ] {
        assert!(origin::check(good).is_ok(), "{good}");
    }
    for bad in [
        "https://", "http://", "https://:8443", "https://a.example:", "https://a.example:443", "http://localhost:80", "http://localhost:",
        "https://A.example", "https://a.example/", "https://u@a.example", "https://a.example?x", "https://a.example#x", "https://a b",
        "ftp://a.example", "//a.example", "http://a.example", "http://a.example:3000", "http://localhost.evil.com", "http://evillocalhost",
        "http://127.evil.com", "http://127.0.0.1.evil.com", "http://128.0.0.1", "http://[::2]", "http://[::2]:3000", "http://10.0.0.1",
    ] {
        assert!(origin::check(bad).is_err(), "{bad}");
    }
}

#[test]
fn t353_a_confirmation_is_right_in_every_part_or_it_is_none() {
    type Change = fn(Object) -> Object;
    let changes: &[(Change, bool)] = &[
        (|m| m, true),
        (|m| m.with("type", "offer"), false),
        (|m| m.with("frameNonce", "x"), false),
        (|m| m.with("frameNonce", ""), false),
        (|m| m.with("v", 2_i64), false),
        (|m| m.with("seq", 0_i64), false),
        (|m| m.with("hostVersions", json("[1,2]")), false),
        (|m| m.with("frameVersions", json("[1,2]")), false),
        (|m| m.with("frameVersions", "1"), false),
    ];
    for (number, (change, good)) in changes.iter().enumerate() {
        let (mut pair, connection, text) = offered();
        pair.window(HOST, true, 1, connection, &text);
        let Some(Letter::ToHost(_, accept)) = pair.letters.pop_front() else { panic!("not accepted") };
        pair.feed_host(HostInput::Port(connection, accept));
        let Some(Letter::ToGuest(_, confirm)) = pair.letters.pop_front() else { panic!("not confirmed") };
        // On another port it is nothing.
        pair.feed(Input::Port { connection: connection + 1, text: confirm.clone() });
        assert!(!pair.connected());
        pair.feed(Input::Port { connection, text: changed(&confirm, *change) });
        assert_eq!(pair.connected(), *good, "change {number}");
    }
}

#[test]
fn a_frame_that_was_closed_hears_no_host() {
    let (mut pair, connection, text) = offered();
    pair.feed(Input::Call(1, Call::Close));
    pair.letters.clear();
    pair.window(HOST, true, 1, connection, &text);
    assert!(pair.letters.is_empty() && !pair.connected());
}

#[test]
fn t354_an_offer_may_have_a_nonce_of_its_full_length() {
    let (mut pair, connection, text) = offered();
    pair.window(HOST, true, 1, connection, &changed(&text, |m| m.with("hostNonce", "n".repeat(128))));
    assert_eq!(pair.letters.len(), 1);
}
