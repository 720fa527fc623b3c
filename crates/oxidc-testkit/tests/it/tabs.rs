//! Many callers and many tabs, one refresh.

use oxidc_core::command::{Notice, SignInOptions};
use oxidc_core::error::Code;
use oxidc_testkit::{Asked, Fate, Rotation, Weather, World};

use crate::{expired, quiet};

#[test]
fn t211_fifty_callers_in_one_tab_need_one_refresh() {
    let (mut world, tab) = expired(211);
    let calls: Vec<_> = (0..50).map(|_| world.ask_for_tokens(tab)).collect();
    let tokens: Vec<_> = calls.into_iter().map(|call| world.finish(call).unwrap()["accessToken"].clone()).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t212_a_renewal_in_one_tab_reaches_the_others_within_a_second() {
    let mut world = quiet(212);
    let tabs = world.signed_in_tabs(4);
    world.expire();
    let token = world.get_tokens(tabs[0]).unwrap()["accessToken"].clone();
    world.run_for(1_000);
    assert!(tabs[1..].iter().all(|tab| world.events(*tab).contains(&"session other_tab".into())));
    assert_eq!(world.get_tokens(tabs[3]).unwrap()["accessToken"], token);
}

#[test]
fn t213_a_tab_that_waited_for_the_lock_adopts_what_the_other_stored() {
    let mut world = quiet(213);
    world.broadcasts = false;
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.network.next(Asked::Refresh, Fate::Slow { there: 1_000, back: 1_000 });
    let first = world.ask_for_tokens(tabs[0]);
    world.run_for(100);
    let second = world.ask_for_tokens(tabs[1]);
    let token = world.finish(second).unwrap()["accessToken"].clone();
    assert_eq!(world.finish(first).unwrap()["accessToken"], token);
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t218_a_page_without_locks_works_alone() {
    let (mut world, tab) = expired(218);
    world.locks.available = false;
    world.get_tokens(tab).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t223_a_failure_inside_the_lock_frees_it() {
    for weather in [
        Weather { request_lost: 1_000, ..Weather::default() },
        Weather { timeout: 1_000, ..Weather::default() },
        Weather { broken: 1_000, ..Weather::default() },
        Weather { throttled: 1_000, ..Weather::default() },
        Weather { html: 1_000, ..Weather::default() },
    ] {
        let mut world = quiet(223);
        let tabs = world.signed_in_tabs(2);
        world.expire();
        world.provider.rotation = Rotation::None;
        world.network.weather = weather;
        world.get_tokens(tabs[0]).unwrap_err();
        world.network.weather = Weather::default();
        // What became of the request may be unknown; until that is past, no other tab sends one.
        world.run_for(20_000);
        let (before, began) = (world.network.count(Asked::Refresh), world.clock.time());
        world.get_tokens(tabs[1]).unwrap();
        assert_eq!(world.network.count(Asked::Refresh) - before, 1);
        assert!(world.clock.time() - began < 5_000, "it waited for the lock");
    }
}

#[test]
fn t222_the_lock_of_a_closed_tab_is_free() {
    let mut world = quiet(222);
    world.provider.rotation = Rotation::Grace(10_000);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.ask_for_tokens(tabs[0]);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.crash(tabs[0]);
    let began = world.clock.elapsed();
    world.get_tokens(tabs[1]).unwrap();
    assert!(world.clock.elapsed() - began < 10_000);
}

#[test]
fn t238_t440_a_page_from_the_back_forward_cache_reads_what_is_stored() {
    let mut world = quiet(238);
    let tabs = world.signed_in_tabs(2);
    world.freeze(tabs[0]);
    world.sign_out(tabs[1]).unwrap();
    world.run_for(3_600_000);
    world.thaw(tabs[0]);
    world.run_for(1_000);
    assert!(world.events(tabs[0]).contains(&"signedOut signed_out".into()));
    world.notice(tabs[0], Notice::Visible);
    world.run_for(1_000);
    assert!(world.get_session(tabs[0]).is_null());
}

#[test]
fn t215_a_refused_refresh_token_signs_every_tab_out_with_one_request() {
    let mut world = quiet(215);
    let tabs = world.signed_in_tabs(3);
    world.provider.end_everything();
    world.expire();
    assert_eq!(world.get_tokens(tabs[0]).unwrap_err().code(), Code::RefreshRejected);
    world.run_for(1_000);
    for tab in tabs {
        assert_eq!(world.events(tab).iter().filter(|event| *event == "signedOut refresh_rejected").count(), 1);
    }
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t212_twenty_tabs_that_wake_at_once_need_one_refresh() {
    for locks in [true, false] {
        let mut world = quiet(212);
        world.locks.available = locks;
        let tabs = world.signed_in_tabs(20);
        world.expire();
        let calls: Vec<_> = tabs.iter().map(|tab| world.ask_for_tokens(*tab)).collect();
        let tokens: Vec<_> = calls.into_iter().map(|call| world.finish(call).unwrap()["accessToken"].clone()).collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]), "locks: {locks}");
        assert_eq!(world.network.count(Asked::Refresh), 1, "locks: {locks}");
        assert_eq!(world.provider.reused, 0);
    }
}

#[test]
fn t219_a_tab_frozen_with_the_lock_does_not_block_the_others_for_long() {
    let mut world = quiet(219);
    world.provider.rotation = Rotation::Grace(60_000);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.network.next(Asked::Refresh, Fate::Slow { there: 50, back: 50 });
    world.ask_for_tokens(tabs[0]);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.freeze(tabs[0]);
    let began = world.clock.elapsed();
    world.get_tokens(tabs[1]).unwrap();
    assert!(world.clock.elapsed() - began < 25_000);
    assert_eq!(world.network.count(Asked::Refresh), 2);
}

#[test]
fn t220_the_late_answer_of_a_frozen_tab_does_not_replace_a_newer_token() {
    let mut world = quiet(220);
    world.provider.rotation = Rotation::Grace(60_000);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.ask_for_tokens(tabs[0]);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.freeze(tabs[0]);
    let token = world.get_tokens(tabs[1]).unwrap()["accessToken"].clone();
    world.thaw(tabs[0]);
    world.run_for(1_000);
    assert_eq!(world.get_tokens(tabs[0]).unwrap()["accessToken"], token);
    assert_eq!(world.get_tokens(tabs[1]).unwrap()["accessToken"], token);
}

#[test]
fn t221_whoever_takes_over_is_not_taken_over_from_within_a_minute() {
    let mut world = quiet(221);
    world.locks.available = false;
    world.provider.rotation = Rotation::Grace(600_000);
    let tabs = world.signed_in_tabs(3);
    world.expire();
    for (at, tab) in tabs.iter().enumerate().take(2) {
        world.ask_for_tokens(*tab);
        world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == at + 1);
        world.freeze(*tab);
    }
    let error = world.get_tokens(tabs[2]).unwrap_err();
    assert!(error.retryable() && error.retry_after().is_some());
    assert_eq!(world.network.count(Asked::Refresh), 2);
    world.run_for(60_000);
    world.get_tokens(tabs[2]).unwrap();
}

#[test]
fn t214_a_refusal_counts_only_for_the_token_that_is_stored_now() {
    let mut world = quiet(214);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.network.next(Asked::Refresh, Fate::Slow { there: 15_000, back: 50 });
    let late = world.ask_for_tokens(tabs[0]);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.steal_locks();
    world.provider.rotation = Rotation::Grace(60_000);
    let token = world.get_tokens(tabs[1]).unwrap()["accessToken"].clone();
    assert_eq!(world.finish(late).unwrap()["accessToken"], token);
    assert!(world.provider.grant_is_good());
}

#[test]
fn the_state_says_what_a_user_interface_can_show_and_changes_no_more_often_than_that() {
    let states = |world: &World, tab| world.events(tab).into_iter().filter(|event| event.starts_with("state")).collect::<Vec<_>>();
    let mut world = quiet(1);
    let tabs = world.signed_in_tabs(2);
    assert_eq!(states(&world, tabs[1]), ["state signedIn"]);
    world.expire();
    world.network.next(Asked::Refresh, Fate::Status(503, None));
    world.get_tokens(tabs[1]).unwrap_err();
    world.run_for(60_000);
    world.get_tokens(tabs[1]).unwrap();
    assert_eq!(states(&world, tabs[1])[1..], ["state renewing", "state degraded", "state renewing", "state signedIn"]);
    world.provider.end_everything();
    world.expire();
    world.get_tokens(tabs[0]).unwrap_err();
    world.run_for(1_000);
    assert_eq!(states(&world, tabs[1]).last().unwrap(), "state needsSignIn");
    world.load(tabs[1]);
    world.get_session(tabs[1]);
    assert_eq!(states(&world, tabs[1]), ["state needsSignIn"]);
    world.sign_in(tabs[0]);
    world.run_for(1_000);
    assert_eq!(states(&world, tabs[1]).last().unwrap(), "state signedIn");
    world.sign_out(tabs[0]).unwrap();
    world.run_for(1_000);
    assert_eq!(states(&world, tabs[1]).last().unwrap(), "state signedOut");
}

#[test]
fn t217_without_locks_tabs_hardly_collide_and_a_collision_ends_nothing() {
    for seed in 0..20 {
        let mut world = quiet(seed);
        world.locks.available = false;
        world.provider.rotation = Rotation::Grace(10_000);
        let tabs = world.signed_in_tabs(10);
        world.expire();
        let calls: Vec<_> = tabs.iter().map(|tab| world.ask_for_tokens(*tab)).collect();
        for call in calls {
            world.finish(call).unwrap();
        }
        assert_eq!(world.network.count(Asked::Refresh), 1, "the mark in the record is enough");
    }
}

#[test]
fn t402_a_caller_who_gives_up_does_not_stop_the_others() {
    let (mut world, tab) = expired(402);
    let calls: Vec<_> = (0..3).map(|_| world.ask_for_tokens(tab)).collect();
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.cancel(calls[0]);
    assert_eq!(world.finish(calls[0]).unwrap_err().code(), Code::Aborted);
    for call in &calls[1..] {
        world.finish(*call).unwrap();
    }
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t403_not_even_the_only_caller_stops_a_refresh_that_was_sent() {
    let (mut world, tab) = expired(403);
    let before = world.stored_session()["refreshToken"].clone();
    let call = world.ask_for_tokens(tab);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.cancel(call);
    assert_eq!(world.finish(call).unwrap_err().code(), Code::Aborted);
    world.run_for(5_000);
    assert_ne!(world.stored_session()["refreshToken"], before, "its result is stored");
    world.get_tokens(tab).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t487_t488_after_a_sign_out_no_other_tab_gets_a_token_or_goes_to_the_provider() {
    let mut world = World::new(487);
    let tabs = world.signed_in_tabs(3);
    world.expire();
    world.sign_out(tabs[0]).unwrap();
    world.run_for(1_000);
    let before = (world.network.sent.len(), world.story.lines().iter().filter(|line| line.contains("navigate")).count());
    for tab in &tabs {
        let error = world.get_tokens(*tab).unwrap_err();
        assert!(matches!(error.code(), Code::NoSession | Code::SignedOut), "{error}");
    }
    world.run_for(3_600_000);
    let after = (world.network.sent.len(), world.story.lines().iter().filter(|line| line.contains("navigate")).count());
    assert_eq!(after, before);
}

#[test]
fn a_sign_in_that_is_read_before_its_write_is_answered_is_no_session_that_ended() {
    for seed in 0..50 {
        let mut world = quiet(seed);
        let tabs = world.signed_in_tabs(2);
        world.go_to_sign_in(tabs[0], SignInOptions::default());
        world.load(tabs[0]);
        let call = world.start_callback(tabs[0]);
        // The page looks what is stored all the time.
        while world.result(call).is_none() {
            world.notice(tabs[0], Notice::Visible);
            world.run_for(1);
        }
        world.expire();
        let token = world.get_tokens(tabs[1]).unwrap()["accessToken"].clone();
        world.run_for(1_000);
        assert_eq!(world.get_tokens(tabs[0]).unwrap()["accessToken"], token, "seed {seed}");
    }
}
