//! Clocks that jump, sleep and throttled timers.

use oxidc_core::command::Notice;
use oxidc_core::effect::Area;
use oxidc_testkit::{Asked, Fate, Rotation, Weather, World};

use crate::quiet;

#[test]
fn t233_after_twelve_hours_of_sleep_one_refresh_is_enough_for_all_tabs() {
    let mut world = World::new(233);
    let tabs = world.signed_in_tabs(20);
    world.sleep(12 * 3_600_000);
    for tab in &tabs {
        world.notice(*tab, Notice::Visible);
    }
    let before = world.network.count(Asked::Refresh);
    let calls: Vec<_> = tabs.iter().map(|tab| world.ask_for_tokens(*tab)).collect();
    for call in calls {
        world.finish(call).unwrap();
    }
    assert_eq!(world.network.count(Asked::Refresh) - before, 1);
}

#[test]
fn t234_a_refresh_token_that_expired_during_sleep_ends_the_session_once() {
    let mut world = quiet(234);
    let tabs = world.signed_in_tabs(2);
    world.sleep(31 * 86_400_000);
    world.get_tokens(tabs[0]).unwrap_err();
    world.run_for(1_000);
    for tab in tabs {
        assert_eq!(world.events(tab).iter().filter(|event| event.starts_with("signedOut")).count(), 1);
    }
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t235_a_clock_that_is_put_right_between_mark_and_request_costs_no_try() {
    let mut world = quiet(236);
    let tab = world.signed_in_tabs(1)[0];
    world.provider.rotation = Rotation::Grace(10_000);
    world.expire();
    world.network.next(Asked::Refresh, Fate::AnswerLost);
    let call = world.ask_for_tokens(tab);
    world.run_until("the first try is lost", |world| world.network.count(Asked::Refresh) == 1);
    let marked = world.stored_session()["flight"].clone();
    world.run_until("the second try is marked", |world| world.stored_session()["flight"] != marked);
    world.jump_wall(86_400_000);
    world.finish(call).unwrap();
    assert!(world.provider.grant_is_good());
}

#[test]
fn t237_a_token_that_expired_while_timers_were_held_back_is_not_handed_out() {
    let mut world = World::new(237);
    let tab = world.signed_in_tabs(1)[0];
    world.freeze(tab);
    world.expire();
    world.thaw(tab);
    let tokens = world.get_tokens(tab).unwrap();
    let now = world.clock.time();
    assert!(world.provider.accepts(tokens["accessToken"].as_str().unwrap(), now));
}

#[test]
fn tokens_are_renewed_before_they_expire_while_somebody_looks() {
    let mut world = World::new(3);
    let tab = world.signed_in_tabs(1)[0];
    for _ in 0..10 {
        world.run_for(300_000);
        let tokens = world.get_tokens(tab).unwrap();
        let now = world.clock.time();
        assert!(world.provider.accepts(tokens["accessToken"].as_str().unwrap(), now));
    }
    let renewals = world.network.count(Asked::Refresh);
    assert!((5..=8).contains(&renewals), "{renewals} in 50 minutes of tokens that live 10");
}

#[test]
fn nothing_is_renewed_while_nobody_looks() {
    let mut world = World::new(4);
    let tab = world.signed_in_tabs(1)[0];
    world.notice(tab, Notice::Hidden);
    world.run_for(3_600_000);
    assert_eq!(world.network.count(Asked::Refresh), 0);
    world.notice(tab, Notice::Visible);
    world.run_for(60_000);
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

/// A day of tokens that live five minutes, in three tabs that somebody looks at, on a network that fails now and then.
#[test]
fn t477_a_day_of_short_tokens_and_faults_leaks_nothing() {
    const DAY: i64 = 86_400_000;
    let mut world = World::new(477);
    world.provider.lifetime = 300;
    world.provider.rotation = Rotation::Grace(60_000);
    let tabs = world.signed_in_tabs(3);
    world.network.weather = Weather { request_lost: 10, timeout: 5, broken: 10, throttled: 5, html: 5, ..Weather::default() };
    let held = |world: &World| {
        let stored: usize =
            [Area::Session, Area::Device].iter().flat_map(|area| world.storage.records(*area).values()).map(String::len).sum();
        (stored, world.pending())
    };
    world.run_for(DAY / 24);
    let (stored, pending) = held(&world);
    for hour in 2..=24 {
        world.run_for(DAY / 24);
        for tab in &tabs {
            // A call may meet a fault; whoever asks again later is served.
            let mut tokens = world.get_tokens(*tab);
            for _ in 0..3 {
                if tokens.is_err() {
                    world.run_for(20_000);
                    tokens = world.get_tokens(*tab);
                }
            }
            let (tokens, now) = (tokens.unwrap(), world.clock.time());
            assert!(world.provider.accepts(tokens["accessToken"].as_str().unwrap(), now), "hour {hour}");
        }
        let (stored_now, pending_now) = held(&world);
        assert!(stored_now <= stored + stored / 20, "hour {hour}: {stored_now} octets are stored, {stored} after the first hour");
        // Timers that were given up stand until their time. Whatever every renewal left behind would be hundreds by the evening.
        assert!(pending_now <= pending + 12, "hour {hour}: {pending_now} things are under way, {pending} after the first hour");
    }
    assert!(!tabs.iter().any(|tab| world.events(*tab).iter().any(|event| event.starts_with("signedOut"))));
    let (refreshes, answered) = (world.network.count(Asked::Refresh), world.provider.refreshed);
    // One for each life of a token, begun a little early; and one more for each that failed.
    assert!((288..=400).contains(&answered), "{answered} tokens in a day");
    assert!(refreshes <= answered + answered / 10, "{refreshes} requests for {answered} tokens");
}

#[test]
fn t235_a_wall_clock_that_jumps_causes_one_refresh_at_most_and_no_loop() {
    const DAY: i64 = 86_400_000;
    for jump in [DAY, -DAY, -3_650 * DAY, 3_600_000, -3_600_000] {
        let mut world = World::new(235);
        let tab = world.signed_in_tabs(1)[0];
        world.jump_wall(jump);
        world.notice(tab, Notice::Visible);
        world.run_for(60_000);
        let tokens = world.get_tokens(tab).unwrap();
        let now = world.clock.time();
        assert!(world.provider.accepts(tokens["accessToken"].as_str().unwrap(), now), "{jump}");
        assert!(world.network.count(Asked::Refresh) <= 2, "{jump}");
    }
}

#[test]
fn a_wall_clock_that_is_put_back_during_a_refresh_makes_nobody_send_beside_it_and_locks_nobody_out() {
    for lost in [false, true] {
        let mut world = quiet(235);
        world.locks.available = false;
        let tabs = world.signed_in_tabs(2);
        world.expire();
        if lost {
            world.network.next(Asked::Refresh, Fate::Silence);
        } else {
            world.network.next(Asked::Refresh, Fate::Slow { there: 2_000, back: 2_000 });
        }
        world.ask_for_tokens(tabs[0]);
        world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
        if lost {
            world.crash(tabs[0]);
        }
        world.jump_wall(-3_600_000);
        let began = world.clock.elapsed();
        world.get_tokens(tabs[1]).unwrap();
        assert!(world.clock.elapsed() - began < 15_000);
        assert_eq!(world.provider.reused, 0);
    }
}

#[test]
fn a_page_that_wakes_beside_the_one_that_asked_lets_it_store_its_answer() {
    for seed in 0..30 {
        let mut world = quiet(seed);
        world.locks.available = false;
        let tabs = world.signed_in_tabs(2);
        world.expire();
        world.ask_for_tokens(tabs[0]);
        world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
        world.freeze(tabs[0]);
        world.run_for(60_000);
        world.thaw(tabs[0]);
        world.get_tokens(tabs[1]).unwrap();
        assert_eq!(world.network.count(Asked::Refresh), 1, "seed {seed}");
    }
}
