//! What is read and how much of it: each limit, one below and one above.

use oxidc_core::wire::json::Value;
use oxidc_miniapp::fault::of_refusal;
use oxidc_miniapp::guest::{Call, GuestOptions, Input};
use oxidc_miniapp::message::{LONGEST, Message};
use oxidc_miniapp::{origin, version};

use crate::pair::{APP, HOST, Letter, Pair, json};

#[test]
fn t360_a_message_has_65_536_octets_at_most() {
    let of = |length: usize| {
        let head = r#"{"oxidc":"miniapp","x":""#;
        format!("{head}{}\"}}", "x".repeat(length - head.len() - 2))
    };
    assert_eq!(LONGEST, 65_536);
    assert!(Message::read(&of(65_536)).is_some());
    assert!(Message::read(&of(65_537)).is_none());
}

#[test]
fn t360_a_message_begins_with_the_marker() {
    assert!(Message::read(r#"{"oxidc":"miniapp"}"#).is_some());
    for text in [
        r#"{"type":"ping","oxidc":"miniapp"}"#, r#" {"oxidc":"miniapp"}"#, r#"{"oxidc": "miniapp"}"#, r#"{"oxidc":"miniapp2"}"#,
        r#"{"oxidc":"miniapp","oxidc":"miniapp"}"#, r#"{"oxidc":"miniapp""#, r#"[{"oxidc":"miniapp"}]"#,
    ] {
        assert!(Message::read(text).is_none(), "{text}");
    }
}

#[test]
fn a_list_of_versions_has_positive_whole_numbers_and_32_of_them_at_most() {
    let list = |length: usize| Value::from(vec![1_i64; length]);
    assert_eq!(version::read(Some(&list(32))).map(|list| list.len()), Some(32));
    assert_eq!(version::read(Some(&list(33))), None);
    for wrong in ["[]", "[0]", "[-1]", "[1,0]", "[0.5]", r#"["1"]"#, "1", "{}", "null"] {
        assert_eq!(version::read(Some(&json(wrong))), None, "{wrong}");
    }
    assert_eq!(version::read(None), None);
}

#[test]
fn a_time_to_wait_is_a_number_of_seconds_or_nothing() {
    for (value, expected) in [("7", Some(7)), ("0", Some(0)), ("-1", None), ("4294967296", None), ("\"7\"", None), ("null", None)] {
        let message = Message::read(&format!(r#"{{"oxidc":"miniapp","retry_after":{value}}}"#)).unwrap();
        assert_eq!(message.retry_after(), expected, "{value}");
    }
}

#[test]
fn t371_each_word_of_a_refusal_means_one_error_and_an_unknown_one_is_for_now() {
    for (word, code) in [
        ("scope_not_granted", "scope_not_granted"),
        ("not_allowed", "host_refused"),
        ("unknown_type", "host_refused"),
        ("offline", "offline"),
        ("needs_interaction", "needs_interaction"),
        ("user_cancelled", "user_cancelled"),
        ("disabled", "app_disabled"),
        ("session_ended", "signed_out"),
        ("rate_limited", "rate_limited"),
        ("not_supported", "not_supported_by_host"),
        ("bridge_version", "bridge_version"),
        ("transient", "host_transient"),
        ("Session_ended", "host_transient"),
        ("", "host_transient"),
    ] {
        let failure = of_refusal(word, Some(3));
        assert_eq!((failure.code().name(), failure.to_value().get("retryAfter").and_then(Value::as_integer)), (code, Some(3)), "{word}");
        assert_eq!(oxidc_core::error::Error::from(failure).code().name(), code);
    }
}

#[test]
fn a_failure_crosses_the_boundary_like_that_of_the_core() {
    for word in ["scope_not_granted", "offline", "session_ended", "transient", "needs_interaction"] {
        for (detail, after) in [(None, None), (Some("why"), None), (None, Some(3)), (Some("why"), Some(0))] {
            let failure = of_refusal(word, after);
            let failure = detail.map_or(failure.clone(), |detail| failure.detail(detail));
            let members = |value: Value| {
                let mut members: Vec<(String, String)> =
                    value.as_object().unwrap().iter().map(|(name, value)| (name.into(), value.to_text())).collect();
                members.sort_unstable();
                members
            };
            assert_eq!(members(failure.to_value()), members(oxidc_core::error::Error::from(failure).to_value()));
        }
    }
}

#[test]
fn what_a_failure_tells_of_somebody_elses_text_is_short_and_has_no_control_characters() {
    for (detail, told) in [("x".repeat(200), true), ("x".repeat(201), false), ("a\nb".into(), false), ("a\u{7f}b".into(), false)] {
        let failure = of_refusal("offline", None).detail(&detail).to_value();
        let message = failure.get("message").and_then(Value::as_str).unwrap();
        assert_eq!(message.ends_with(&format!(" ({detail})")), told, "{message}");
        assert_eq!(message.contains('('), told);
    }
    let failure = origin::check("https://evil.example/?token=secret\n").unwrap_err().to_value();
    assert!(!failure.to_text().contains("secret"));
}

#[test]
fn options_have_their_limits() {
    for (more, code) in [
        (r#""timeout": 1"#, None),
        (r#""timeout": 600000"#, None),
        (r#""timeout": 0"#, Some("option_invalid")),
        (r#""timeout": 600001"#, Some("option_invalid")),
        (r#""timeout": "1""#, Some("option_invalid")),
        (r#""versions": []"#, Some("option_invalid")),
        (r#""versions": [1, 2]"#, None),
        (r#""allowedOrigins": ["https://a.example"]"#, None),
        (r#""allowedOrigins": ["https://a.example/"]"#, Some("allowed_origin_invalid")),
        (r#""allowedOrigins": ["http://a.example"]"#, Some("allowed_origin_invalid")),
        (r#""allowedOrigins": ["*"]"#, Some("allowed_origin_invalid")),
        (r#""allowedOrigins": ["null"]"#, Some("allowed_origin_invalid")),
        (r#""allowedOrigins": [{"audience": "https://a.example"}]"#, Some("allowed_origin_invalid")),
        (r#""allowedOrigins": ["https://a.example", {"origin": "https://*.example"}]"#, Some("allowed_origin_invalid")),
    ] {
        let result = GuestOptions::from_value(&json(&format!(r#"{{"hosts": ["{HOST}"], {more}}}"#)), APP);
        assert_eq!(result.err().map(|failure| failure.code().name()), code, "{more}");
    }
}

#[test]
fn a_call_that_fits_into_a_message_with_what_is_added_on_the_way_is_made_and_no_longer_one() {
    // The identifier has as many octets each time.
    let made = |length: usize| {
        let mut pair = Pair::new();
        pair.connect();
        pair.feed(Input::Call(1, Call::Host { method: "toast.show".into(), params: "x".repeat(length).into(), limit: None }));
        match pair.letters.pop_front() {
            Some(Letter::ToHost(_, text)) => Ok(text.len()),
            _ => Err(pair.outcome(1).unwrap()),
        }
    };
    let rest = made(10).unwrap() - 10;
    let longest = (65_300 - rest..65_536).rev().find(|length| made(*length).is_ok()).unwrap();
    // 64 octets are kept for version and number, which here have 14.
    assert_eq!(made(longest), Ok(65_536 - 64 + 14));
    assert_eq!(made(longest + 1), Err("message_too_large".into()));
}

#[test]
fn origins_of_a_list_are_all_looked_at() {
    let code = |hosts: &str| origin::list(Some(&json(hosts)), APP).map_err(|failure| failure.code().name());
    assert_eq!(code(&format!(r#"["{HOST}", "{APP}"]"#)), Err("same_origin"));
    assert_eq!(code(&format!(r#"["{HOST}", "null"]"#)), Err("hosts_invalid"));
    assert_eq!(code(&format!(r#"["{HOST}"]"#)), Ok(vec![HOST.to_owned()]));
    assert_eq!(origin::list(None, APP).unwrap_err().code().name(), "hosts_invalid");
}

#[test]
fn a_mistake_is_named() {
    let message = |failure: &oxidc_miniapp::fault::Failure| failure.to_value().get("message").and_then(Value::as_str).unwrap().to_owned();
    for (more, named) in [(r#""timeout": 0"#, "(timeout)"), (r#""versions": [0]"#, "(versions)"), (r#""allowedOrigins": ["*"]"#, "(*)")] {
        let failure = GuestOptions::from_value(&json(&format!(r#"{{"hosts": ["{HOST}"], {more}}}"#)), APP).unwrap_err();
        assert!(message(&failure).ends_with(named), "{more}");
    }
    let mut pair = Pair::new();
    for (app, named) in [
        (r#"{"origin": "https://a.example"}"#.to_owned(), "(id)"),
        (r#"{"id": "a", "origin": "https://a.example", "audiences": [{}]}"#.to_owned(), "(audiences)"),
        (r#"{"id": "a", "origin": "https://a.example", "requests": -1}"#.to_owned(), "(requests)"),
        (r#"{"id": "a", "origin": "https://a.example/"}"#.to_owned(), "(https://a.example/)"),
        (format!(r#"{{"id": "a", "origin": "https://a.example", "context": {{"a": "{}"}}}}"#, "x".repeat(30_000)), "(context)"),
    ] {
        assert!(message(&pair.host.register(&json(&app)).unwrap_err()).ends_with(named), "{named}");
    }
    for (member, value) in [("access_token", "a b"), ("token_type", "mac"), ("expires_in", "x"), ("audience", "b"), ("scope", "b")] {
        let mut pair = Pair::new();
        pair.connect();
        let want = oxidc_miniapp::guest::Want { audience: "https://api.example.com/".into(), scope: "read".into() };
        pair.call(1, Call::Tokens { want, min_ttl: 0, force: false });
        let (job, ..) = pair.jobs[0].clone();
        pair.feed_host(oxidc_miniapp::host::Input::Done(job, Ok(json(r#"{"accessToken": "one"}"#))));
        let Some(Letter::ToGuest(connection, text)) = pair.letters.pop_front() else { panic!("no answer") };
        let Value::Object(answer) = json(&text) else { panic!("no object") };
        pair.feed(Input::Port { connection, text: Value::from(answer.with(member, value)).to_text() });
        let Some((1, Err(failure))) = pair.finished.last() else { panic!("it was believed") };
        assert!(message(failure).ends_with(&format!("({member})")));
    }
}
