//! Renewal before anybody asks: when, for what, and when not.

use oxidc_core::command::{Command, SignOutOptions, TokenOptions};
use oxidc_core::effect::Failure;
use serde_json::{Value as Json, json};

use crate::page::{APP, Page, answer, failed, with};

/// A page that has just read a session whose token lives so many seconds, and draws these octets next.
fn renewing(lifetime: i64, octets: &[u8], more: Json) -> Page {
    let mut page = Page::with(more);
    page.options["automaticRenewal"] = true.into();
    page.timers = Some(Vec::new());
    let query = page.away();
    page.next("/token", answer(200, &with(page.tokens(), "expires_in", lifetime.into())));
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    page.load();
    page.requests.clear();
    page.timers = Some(Vec::new());
    page.random.extend(octets.iter().map(|octet| vec![*octet]));
    page.get_session();
    page
}

#[test]
fn a_token_is_renewed_a_fifth_of_its_life_before_its_end_at_a_moment_that_differs_from_page_to_page() {
    for (lifetime, octet, wait) in [
        (300, 0, 240_000),
        (300, 128, 240_000 - 2_750),
        (60, 0, 30_000),
        (60, 255, 30_000 - 2_490),
        (20, 0, 10_000),
        (10, 0, 5_000),
        (4, 0, 2_000),
        (4, 128, 2_000 + 150),
        (2_000, 0, 600_000),
    ] {
        assert_eq!(renewing(lifetime, &[octet], json!({})).running(), [wait], "{lifetime} {octet}");
    }
}

#[test]
fn it_is_renewed_when_the_time_has_come_and_then_again() {
    let mut page = renewing(300, &[0, 0], json!({}));
    page.ring();
    assert_eq!(page.count("/token"), 1);
    assert_eq!(page.running(), [600_000], "the next is due in 55 minutes: the clocks are looked at in between");
    page.random.extend([vec![0], vec![0], vec![0], vec![0], vec![0]]);
    for _ in 0..4 {
        page.ring();
        assert_eq!((page.count("/token"), page.running().len()), (1, 1));
    }
    page.ring();
    page.ring();
    assert_eq!(page.count("/token"), 2);
}

#[test]
fn after_a_failure_it_is_tried_again_and_not_at_once() {
    let mut page = renewing(300, &[0; 20], json!({}));
    for failures in 1..4 {
        page.next("/token", failed(Failure::Offline));
        page.ring();
        assert_eq!((page.count("/token"), page.running()), (failures, vec![failures as u32 * 1_000]));
    }
    page.ring();
    assert_eq!((page.count("/token"), page.running()), (4, vec![600_000]));
}

#[test]
fn after_a_failure_that_leaves_no_pause_in_the_record_it_is_tried_again_and_not_at_once() {
    // The request was wrong, not the refresh token: other pages need not wait.
    for (octet, pauses) in [(0, [1_000, 2_000, 3_000]), (128, [2_000, 4_000, 7_000])] {
        let mut page = renewing(300, &[0], json!({}));
        for (failures, pause) in (1..).zip(pauses) {
            page.random.extend([vec![0], vec![octet]]);
            page.next("/token", answer(400, &json!({ "error": "invalid_scope" })));
            page.ring();
            assert_eq!((page.count("/token"), page.running(), &page.stored()["flight"]), (failures, vec![pause], &Json::Null));
        }
    }
}

#[test]
fn the_token_that_ends_first_is_renewed_first_whichever_was_asked_for_first() {
    let resources = ["https://one.example/", "https://two.example/"];
    for (default, others, first) in [(300, [3_000, 2_000], None), (2_000, [300, 3_000], Some(0)), (2_000, [3_000, 300], Some(1))] {
        let mut page = renewing(default, &[0; 20], json!({ "resources": resources }));
        for (resource, lifetime) in resources.into_iter().zip(others) {
            page.next("/token", answer(200, &json!({ "access_token": "at", "token_type": "Bearer", "expires_in": lifetime })));
            page.call(Command::GetTokens(TokenOptions { resources: vec![resource.into()], ..TokenOptions::default() })).unwrap();
        }
        assert_eq!(page.running(), [240_000], "{first:?}");
        page.ring();
        assert_eq!(page.form("/token").get("resource").map(String::as_str), first.map(|at: usize| resources[at]));
    }
}

#[test]
fn nobody_looks_or_nothing_is_there_and_no_timer_runs() {
    let mut page = renewing(300, &[0], json!({}));
    page.say(&json!({ "do": "notice", "what": "hidden" })).unwrap();
    assert_eq!(page.running().len(), 0);
    page.say(&json!({ "do": "notice", "what": "visible" })).unwrap();
    assert_eq!(page.running().len(), 1);
    page.call(Command::SignOut(SignOutOptions { federated: false, ..SignOutOptions::default() })).unwrap();
    assert_eq!(page.running().len(), 0);

    let mut page = renewing(300, &[0], json!({}));
    page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
    page.ring();
    assert_eq!((page.get_session(), page.running().len()), (Json::Null, 0));

    let mut page = renewing(300, &[0], json!({}));
    page.load_with(&json!({ "automaticRenewal": false }));
    page.timers = Some(Vec::new());
    page.get_session();
    assert_eq!(page.running().len(), 0);

    let mut page = renewing(300, &[0], json!({}));
    page.rewrite(&json!({ "refreshToken": null }));
    page.load();
    page.timers = Some(Vec::new());
    assert_eq!((page.get_session()["subject"].as_str(), page.running().len()), (Some("alice"), 0));
}

#[test]
fn a_refresh_token_that_is_of_no_use_is_not_sent_by_timers() {
    let mut page = renewing(300, &[0; 20], json!({}));
    for _ in 0..3 {
        page.next("/token", answer(400, &json!({ "error": "invalid_request" })));
        page.ring();
    }
    assert_eq!((page.count("/token"), page.running().len(), page.states().last()), (3, 0, Some(&"needsSignIn")));
}

#[test]
fn the_tokens_of_this_page_are_renewed_but_not_those_of_whoever_was_here_before() {
    let api = "https://api.example/";
    let mut page = renewing(3_000, &[0], json!({ "resources": [api] }));
    page.next("/token", answer(200, &json!({ "access_token": "at-2", "token_type": "Bearer", "expires_in": 300 })));
    page.random.extend([vec![0], vec![0]]);
    page.call(Command::GetTokens(TokenOptions { resources: vec![api.into()], ..TokenOptions::default() })).unwrap();
    assert_eq!(page.running(), [240_000], "the one that ends first");
    page.ring();
    assert_eq!((page.count("/token"), page.form("/token")["resource"].as_str()), (2, api));

    page.call(Command::SignOut(SignOutOptions { federated: false, ..SignOutOptions::default() })).unwrap();
    let query = page.away();
    page.next("/token", answer(200, &with(page.tokens(), "expires_in", 300.into())));
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    page.next("/token", answer(200, &json!({ "access_token": "at-3", "token_type": "Bearer", "expires_in": 300 })));
    page.ring();
    assert_eq!(page.form("/token").get("resource"), None);
    assert_eq!(page.stored()["tokens"].as_array().unwrap().len(), 1);
}

#[test]
fn a_pause_of_another_page_is_a_pause_of_this_one() {
    let mut page = renewing(300, &[0], json!({}));
    let until = page.now.wall + 500_000;
    let flight = json!({ "open": false, "locked": false, "since": page.now.wall, "until": until, "failures": 1, "refusals": 0, "asked": true, "lost": false });
    page.rewrite(&json!({ "flight": flight }));
    page.random.push_back(vec![0]);
    page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
    assert_eq!(page.running(), [500_000]);
}

#[test]
fn a_clock_that_jumps_ahead_makes_no_storm() {
    for (lifetime, wait) in [(300, 10_000), (20, 10_000), (8, 4_000), (2, 1_000), (1, 10_000)] {
        let mut page = renewing(lifetime, &[0, 0], json!({}));
        page.now.wall += 3_600_000;
        page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
        assert_eq!(page.running(), [wait], "{lifetime}");
    }
}

#[test]
fn a_mark_from_the_future_is_waited_for_as_long_as_it_was_made_for() {
    let mut page = renewing(60, &[0, 0], json!({}));
    page.pass(55);
    let since = page.now.wall + 3_600_000;
    let flight = json!({ "open": true, "locked": false, "since": since, "until": since + 9_000, "failures": 0 });
    page.rewrite(&json!({ "flight": flight }));
    page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
    assert_eq!(page.running(), [9_000]);
}
