//! The mark of a use of the refresh token: who waits for whom, for how long, and what is said of a failure.

use std::cell::RefCell;
use std::rc::Rc;

use oxidc_core::command::{Command, TokenOptions};
use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::error::Code;
use oxidc_core::wire::http::Response;
use serde_json::{Value as Json, json};

use crate::page::{Page, Records, answer, failed, with};

/// A page that finds such a mark. Times are milliseconds from now.
fn marked(flight: Json, since: i64, until: i64) -> Page {
    let mut page = Page::expired();
    let mut whole = json!({ "open": false, "locked": false, "failures": 0, "refusals": 0, "asked": false, "lost": false });
    flight.as_object().unwrap().iter().for_each(|(name, value)| whole[name] = value.clone());
    whole["since"] = (page.now.wall + since).into();
    whole["until"] = (page.now.wall + until).into();
    page.rewrite(&json!({ "flight": whole }));
    page
}

/// How many milliseconds a call took, and what it brought.
fn call(page: &mut Page) -> (i64, Result<Json, oxidc_core::error::Error>) {
    let began = page.now.monotonic;
    let result = page.get_tokens();
    (page.now.monotonic - began, result)
}

fn too_busy(seconds: &str) -> Outcome {
    Outcome::Http(Response { status: 429, retry_after: Some(seconds.into()), ..Response::default() })
}

#[test]
fn a_mark_that_ran_out_while_all_slept_is_taken_over_a_second_later() {
    for (ago, took) in [(0, 0), (1, 0), (999, 0), (1_000, 1_000), (5_000, 1_000), (86_400_000, 1_000)] {
        let mut page = marked(json!({ "open": true }), -90_000_000, -ago);
        let (time, result) = call(&mut page);
        result.unwrap();
        assert_eq!((time, page.count("/token")), (took, 1), "{ago} ms ago");
        assert_eq!(page.stored()["flight"], Json::Null);
    }
}

#[test]
fn a_mark_whose_owner_held_the_lock_is_an_orphan_for_the_next_who_has_it() {
    let mut page = marked(json!({ "open": true, "locked": true }), -1_000, 9_000);
    let (time, result) = call(&mut page);
    result.unwrap();
    assert_eq!((time, page.count("/token")), (0, 1));
    // A pause after a failure is nobody's.
    let mut page = marked(json!({ "locked": true }), -1_000, 9_000);
    assert_eq!(call(&mut page).1.unwrap_err().code(), Code::RenewalPaused);
    assert_eq!(page.count("/token"), 0);
}

#[test]
fn a_call_waits_twelve_seconds_for_another_page_and_says_when_to_ask_again() {
    let mut page = marked(json!({ "open": true }), 0, 60_000);
    let (time, result) = call(&mut page);
    let error = result.unwrap_err();
    assert_eq!((time, error.code(), error.retry_after()), (12_250, Code::RefreshOutcomeUnknown, Some(48)));
    assert_eq!(page.count("/token"), 0);
}

#[test]
fn a_mark_from_the_future_is_waited_for_no_longer_than_a_call_waits() {
    // The clock was put back: nobody knows how old it is.
    let mut page = marked(json!({ "open": true }), 3_600_000, 3_609_000);
    let (time, result) = call(&mut page);
    result.unwrap();
    assert_eq!((time, page.count("/token")), (12_250, 1));
    let mut page = marked(json!({}), 3_600_000, 3_609_000);
    let (time, result) = call(&mut page);
    result.unwrap();
    assert_eq!((time, page.count("/token")), (0, 1), "it prolongs no pause");
}

#[test]
fn during_a_pause_a_call_says_whether_an_answer_was_lost() {
    for (flight, code) in [(json!({ "lost": true }), Code::RefreshOutcomeUnknown), (json!({}), Code::RenewalPaused)] {
        let mut page = marked(flight, -1_000, 9_500);
        let (time, result) = call(&mut page);
        let error = result.unwrap_err();
        assert_eq!((time, error.code(), error.retry_after()), (0, code, Some(10)));
        assert_eq!(page.count("/token"), 0);
    }
    let mut page = marked(json!({}), -1_000, 0);
    call(&mut page).1.unwrap();
}

#[test]
fn what_is_said_of_a_failure() {
    for (before, after, answered) in [
        (json!({}), json!({ "failures": 1, "asked": true }), too_busy("5")),
        (
            json!({ "failures": 2, "refusals": 1, "asked": true, "lost": true }),
            json!({ "failures": 3, "refusals": 1, "lost": true, "asked": true }),
            too_busy("5"),
        ),
        // Whoever was taken over from may have been heard.
        (json!({ "open": true, "lost": true }), json!({ "failures": 1, "lost": true, "asked": true }), too_busy("5")),
        (json!({ "open": true }), json!({ "failures": 1, "lost": true, "asked": true }), too_busy("5")),
        (json!({ "failures": 1, "asked": true }), json!({ "failures": 2 }), failed(Failure::Offline)),
        (json!({ "failures": 1 }), json!({ "failures": 2, "lost": true }), failed(Failure::TooLarge)),
        (json!({ "failures": 1 }), json!({ "failures": 2, "refusals": 1 }), answer(400, &json!({ "error": "invalid_request" }))),
    ] {
        let mut page = marked(before.clone(), -10_000, 0);
        page.next("/token", answered.clone());
        let asked = matches!(answered, Outcome::Http(Response { status: 429, .. }));
        page.random.push_back(vec![0]);
        page.get_tokens().unwrap_err();
        let mut expected = json!({ "open": false, "locked": false, "failures": 0, "refusals": 0, "asked": false, "lost": false });
        after.as_object().unwrap().iter().for_each(|(name, value)| expected[name] = value.clone());
        expected["since"] = page.now.wall.into();
        let pause = if asked { 5_000 } else { after["failures"].as_i64().unwrap() * 1_000 };
        expected["until"] = (page.now.wall + pause).into();
        assert_eq!(page.stored()["flight"], expected, "{before} {answered:?}");
    }
}

#[test]
fn pauses_grow_with_the_failures_and_end_at_a_minute() {
    for (failures, octet, pause) in [
        (0, 0, 1_000),
        (0, 128, 1_000 + 1_000),
        (1, 128, 2_000 + 2_000),
        (2, 64, 3_000 + 2_000),
        (4, 255, 5_000 + 31_875),
        (5, 128, 6_000 + 32_000),
        (5, 255, 60_000),
        (900, 0, 6_000),
    ] {
        let mut page = marked(json!({ "failures": failures }), -10_000, 0);
        page.random.push_back(vec![octet]);
        page.next("/token", failed(Failure::Offline));
        page.get_tokens().unwrap_err();
        let flight = page.stored()["flight"].clone();
        assert_eq!(flight["until"].as_i64().unwrap() - page.now.wall, pause, "{failures} {octet}");
    }
}

#[test]
fn a_mark_lasts_as_long_as_the_request_may_take() {
    for (before, lasts, tries) in [(None, [7_000 + 2_000, 10_000 + 2_000], [7_000, 10_000]), (Some(()), [60_000, 60_000], [7_000, 10_000])]
    {
        let mut page = match before {
            None => Page::expired(),
            Some(()) => marked(json!({ "open": true }), -10_000, 0),
        };
        let marks: Rc<RefCell<Vec<Json>>> = Rc::default();
        let seen = marks.clone();
        page.before_write = Some(Box::new(move |records| {
            let text = records.iter().find(|((device, _), _)| !device).unwrap().1;
            seen.borrow_mut().push(serde_json::from_str::<Json>(text).unwrap()["flight"].clone());
            None
        }));
        page.next("/token", failed(Failure::Timeout));
        page.get_tokens().unwrap();
        assert_eq!(
            page.requests.iter().filter(|request| request.url.ends_with("/token")).map(|request| request.timeout).collect::<Vec<_>>(),
            tries
        );
        // What stood there before the second mark is the first, and before the answer was written the second.
        let marks = marks.borrow();
        let [first, second] = [&marks[1], &marks[2]];
        for (mark, lasts) in [(first, lasts[0]), (second, lasts[1])] {
            assert_eq!(mark["until"].as_i64().unwrap() - mark["since"].as_i64().unwrap(), lasts, "{mark}");
            assert_eq!((&mark["open"], &mark["locked"]), (&json!(true), &json!(true)));
        }
        assert_eq!((&first["lost"], &second["lost"]), (&json!(before.is_some()), &json!(true)), "the second try is after a loss");
    }
}

#[test]
fn a_refresh_token_that_was_refused_in_unclear_words_is_not_sent_a_fourth_time() {
    let mut page = Page::expired();
    for refusals in 1..=3 {
        page.next("/token", answer(400, &json!({ "error": "invalid_request" })));
        assert_eq!(page.get_tokens().unwrap_err().code(), Code::RequestRefused);
        assert_eq!(page.stored()["flight"]["refusals"], refusals);
        assert_eq!(page.states().last() == Some(&"needsSignIn"), refusals == 3, "{:?}", page.states());
        page.pass(3_601);
    }
    assert_eq!(page.get_tokens().unwrap_err().code(), Code::RequestRefused);
    assert_eq!((page.count("/token"), page.get_session()["subject"].as_str()), (3, Some("alice")));
    // Another page reads that from the record.
    page.load();
    assert_eq!(page.get_tokens().unwrap_err().code(), Code::RequestRefused);
    assert_eq!((page.count("/token"), page.states().last()), (3, Some(&"needsSignIn")));
}

#[test]
fn a_pause_is_over_when_the_network_is_back_but_not_one_that_the_provider_asked_for() {
    for (flight, asks) in [(json!({}), 1), (json!({ "lost": true }), 1), (json!({ "asked": true }), 0), (json!({ "open": true }), 0)] {
        let mut page = marked(flight.clone(), -1_000, 60_000);
        page.get_session();
        page.say(&json!({ "do": "notice", "what": "online" })).unwrap();
        assert_eq!(page.get_tokens().is_ok(), asks == 1, "{flight}");
        assert_eq!(page.count("/token"), asks, "{flight}");
    }
    // A failure that came after that is a new one.
    let mut page = marked(json!({}), -1_000, 60_000);
    page.get_session();
    page.say(&json!({ "do": "notice", "what": "online" })).unwrap();
    page.next("/token", failed(Failure::Offline));
    page.get_tokens().unwrap_err();
    assert_eq!(page.get_tokens().unwrap_err().code(), Code::RenewalPaused);
    assert_eq!(page.count("/token"), 1);
}

#[test]
fn a_wrong_request_is_no_failure_of_the_refresh_token() {
    let mut page = Page::expired();
    page.next("/token", answer(400, &json!({ "error": "invalid_scope" })));
    page.get_tokens().unwrap_err();
    assert_eq!(page.stored()["flight"], Json::Null);
    page.next("/token", answer(200, &with(page.tokens(), "id_token", Json::Null)));
    page.get_tokens().unwrap();
}

#[test]
fn a_page_that_cannot_store_its_mark_listens_to_the_others_before_it_asks() {
    for newer in [true, false] {
        let mut page = Page::expired();
        page.get_session();
        page.before_write = Some(Box::new(|_| Some(failed(Failure::Quota))));
        page.timers = Some(Vec::new());
        let task = page.begin(Command::GetTokens(TokenOptions::default()));
        assert_eq!((page.running(), page.count("/token")), (vec![300], 0));
        if newer {
            let mut record = page.stored();
            record["generation"] = (record["generation"].as_i64().unwrap() + 9).into();
            record["refreshToken"] = "refresh-9".into();
            record["tokens"][0]["accessToken"] = "access-9".into();
            record["tokens"][0]["obtainedAt"] = page.now.wall.into();
            page.say(&json!({ "do": "notice", "what": "stored", "record": record.to_string() })).unwrap();
        }
        page.ring();
        let tokens = page.end(task).expect("the call ends").unwrap();
        assert_eq!((page.count("/token"), tokens["accessToken"] == "access-9"), (usize::from(!newer), newer));
    }
}

#[test]
fn a_page_that_stood_still_with_its_mark_does_not_send() {
    for (wall, monotonic, requests) in [(2_000, 2_000, 1), (2_001, 2_001, 0), (2_001, 0, 0), (0, 2_001, 0), (-1, 0, 0), (-86_400_000, 0, 0)]
    {
        let mut page = Page::expired();
        page.get_session();
        page.write_takes = (wall, monotonic);
        let result = page.get_tokens();
        assert_eq!((page.count("/token"), result.is_ok()), (requests, requests == 1), "{wall} {monotonic}");
        assert_eq!(page.get_session()["subject"], "alice");
    }
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_within_ten_seconds() {
    for (failure, took, timeouts) in [
        (Failure::Timeout, 9_999, &[7_000, 10_000][..]),
        (Failure::Timeout, 10_000, &[7_000]),
        (Failure::Network, 9_000, &[7_000, 10_000]),
        // A second is waited first. What is sent after those ten seconds is a first try.
        (Failure::Network, 9_001, &[7_000, 7_000]),
    ] {
        let mut page = Page::expired();
        page.answer_takes = took;
        page.next("/token", failed(failure));
        let _ = page.get_tokens();
        assert_eq!(page.requests.iter().filter(|r| r.url.ends_with("/token")).map(|r| r.timeout).collect::<Vec<_>>(), timeouts, "{took}");
    }
}

/// Another tab got a newer refresh token, and the mark of this one stands beside it.
fn overtake(records: &mut Records) {
    let text = records.iter_mut().find(|((device, _), _)| !device).unwrap().1;
    let mut record: Json = serde_json::from_str(text).unwrap();
    assert_eq!(record["flight"]["open"], true);
    record["generation"] = (record["generation"].as_i64().unwrap() + 1).into();
    record["refreshToken"] = "refresh-9".into();
    *text = record.to_string();
}

#[test]
fn a_mark_is_taken_back_wherever_it_stands() {
    let late = with(with(Page::expired().tokens(), "id_token", Json::Null), "refresh_token", "late".into());
    for answered in [
        failed(Failure::Lost),
        failed(Failure::Timeout),
        answer(400, &json!({ "error": "invalid_grant" })),
        answer(400, &json!({ "error": "invalid_request" })),
        answer(503, &json!({})),
        answer(200, &late),
    ] {
        // Where there are no locks, nothing but that tells this page that the mark is nobody's any more.
        for lockless in [false, true] {
            let mut page = Page::expired();
            page.lockless = lockless;
            page.when_asked = Some(Box::new(overtake));
            page.next("/token", answered.clone());
            let (time, _) = call(&mut page);
            assert_eq!((time, page.get_session()["subject"].as_str()), (0, Some("alice")), "{answered:?} {lockless}");
            assert_ne!(page.stored()["flight"]["open"], true, "{answered:?}");
            assert_ne!(page.stored()["refreshToken"], "late");
            if page.count("/token") > 1 {
                assert_eq!(page.form("/token")["refresh_token"], "refresh-9", "{answered:?}");
            } else {
                assert_eq!(page.stored()["refreshToken"], "refresh-9", "{answered:?}");
            }
        }
    }
}

#[test]
fn a_mark_whose_answer_was_lost_is_taken_back_when_a_newer_token_became_known_before_the_second_try() {
    for lockless in [false, true] {
        let mut page = Page::expired();
        page.lockless = lockless;
        page.timers = Some(Vec::new());
        page.next("/token", failed(Failure::Network));
        let task = page.begin(Command::GetTokens(TokenOptions::default()));
        assert_eq!((page.running(), page.count("/token")), (vec![1_000], 1));
        overtake(&mut page.records);
        page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
        page.ring();
        page.end(task).expect("nobody waits for that mark").unwrap();
        assert_eq!((page.count("/token"), page.form("/token")["refresh_token"].as_str()), (2, "refresh-9"), "{lockless}");
    }
}

#[test]
fn a_page_that_cannot_write_does_not_end_a_session_that_has_a_newer_token() {
    for answered in [failed(Failure::Lost), answer(400, &json!({ "error": "invalid_grant" }))] {
        let mut page = Page::expired();
        page.get_session();
        page.before_write = Some(Box::new(|_| Some(failed(Failure::Quota))));
        page.when_asked = Some(Box::new(|records| {
            let text = records.iter_mut().find(|((device, _), _)| !device).unwrap().1;
            let mut record: Json = serde_json::from_str(text).unwrap();
            record["generation"] = (record["generation"].as_i64().unwrap() + 9).into();
            record["refreshToken"] = "refresh-9".into();
            *text = record.to_string();
        }));
        page.next("/token", answered.clone());
        page.get_tokens().unwrap();
        assert_eq!((page.count("/token"), page.form("/token")["refresh_token"].as_str()), (2, "refresh-9"), "{answered:?}");
        assert_eq!(page.get_session()["subject"], "alice");
    }
}

#[test]
fn an_answer_that_fails_a_check_is_a_failure_and_a_loss() {
    let mut page = Page::expired();
    let claims = with(page.claims(), "aud", "other".into());
    page.next("/token", answer(200, &with(page.tokens(), "id_token", crate::page::id_token(&claims).into())));
    page.get_tokens().unwrap_err();
    let flight = page.stored()["flight"].clone();
    assert_eq!((&flight["open"], &flight["lost"], &flight["failures"]), (&json!(false), &json!(true), &json!(1)));
}

#[test]
fn while_a_lost_session_is_looked_for_at_the_provider_the_others_wait() {
    for (overtaken, lockless) in [(false, false), (true, false), (true, true)] {
        let mut page = marked(json!({ "lost": true }), -10_000, 0);
        page.lockless = lockless;
        let now = page.now.wall;
        page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
        page.next("/token", answer(200, &with(page.tokens(), "id_token", Json::Null)));
        page.windows.push_back("error=login_required&state=STATE".into());
        let marks: Rc<RefCell<Vec<Json>>> = Rc::default();
        let seen = marks.clone();
        page.on_visit = Some(Box::new(move |_, records| {
            let text = records.iter().find(|((device, _), _)| !device).unwrap().1;
            seen.borrow_mut().push(serde_json::from_str::<Json>(text).unwrap()["flight"].clone());
            if overtaken {
                overtake(records);
            }
        }));
        let (time, result) = call(&mut page);
        let mark = marks.borrow()[0].clone();
        assert_eq!((&mark["open"], mark["until"].as_i64().unwrap() - now, marks.borrow().len()), (&json!(true), 22_000, 1));
        // The newer token of another tab is used at once.
        assert_eq!((result.is_ok(), time, page.count("/token")), (overtaken, 0, if overtaken { 2 } else { 1 }));
    }
}

#[test]
fn keys_that_cannot_be_had_are_no_failure_of_the_refresh_token() {
    for unavailable in [failed(Failure::Network), failed(Failure::Timeout), answer(503, &json!({})), answer(429, &json!({}))] {
        let mut page = Page::expired();
        let id_token = crate::page::id_token_of("k2", &page.claims());
        page.next("/token", answer(200, &with(with(page.tokens(), "refresh_token", "refresh-2".into()), "id_token", id_token.into())));
        for _ in 0..4 {
            page.next("/jwks", unavailable.clone());
        }
        page.get_tokens().unwrap_err();
        assert_eq!((page.stored()["refreshToken"].as_str(), &page.stored()["flight"]), (Some("refresh-2"), &Json::Null), "{unavailable:?}");
    }
}

#[test]
fn a_storage_that_is_full_does_not_keep_a_refresh_token_that_was_used_up() {
    for rotated in [true, false] {
        let mut page = Page::expired();
        page.get_session();
        let mut writes = 0;
        // The mark and the answer find no room; what removes does.
        page.before_write = Some(Box::new(move |_| {
            writes += 1;
            (writes < 3).then(|| failed(Failure::Quota))
        }));
        let tokens =
            with(with(page.tokens(), "id_token", Json::Null), "refresh_token", if rotated { "refresh-2".into() } else { Json::Null });
        page.next("/token", answer(200, &with(tokens, "access_token", "access-2".into())));
        assert_eq!(page.get_tokens().unwrap()["accessToken"], "access-2");
        assert_eq!((page.stored().is_null(), page.told.len()), (rotated, 2));
    }
}
