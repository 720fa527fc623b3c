//! Bad networks and providers in trouble: the session is kept.

use oxidc_core::effect::Failure;
use oxidc_core::error::{Code, SessionEffect};
use oxidc_testkit::{Asked, Fate, World};

use crate::expired;

#[test]
fn t231_offline_at_expiry_keeps_the_session_and_asks_once_when_it_is_over() {
    let mut world = World::new(231);
    let tab = world.signed_in_tabs(1)[0];
    world.set_offline(true);
    world.expire();
    let error = world.get_tokens(tab).unwrap_err();
    // The page had tried by itself a moment ago.
    assert!(matches!(error.code(), Code::Offline | Code::RenewalPaused), "{error}");
    assert_eq!(error.session(), SessionEffect::Kept);
    assert!(!world.get_session(tab).is_null());
    world.set_offline(false);
    let before = world.provider.refreshed;
    world.run_for(60_000);
    assert_eq!(world.provider.refreshed, before + 1);
    world.get_tokens(tab).unwrap();
}

#[test]
fn t204_a_provider_in_trouble_keeps_the_session() {
    for status in [500, 502, 503, 504] {
        let (mut world, tab) = expired(204);
        world.network.next(Asked::Refresh, Fate::Status(status, None));
        let error = world.get_tokens(tab).unwrap_err();
        assert_eq!((error.code(), error.session(), error.retryable()), (Code::ProviderUnavailable, SessionEffect::Kept, true));
        world.run_for(60_000);
        world.get_tokens(tab).unwrap();
    }
}

#[test]
fn t205_retry_after_is_obeyed() {
    let (mut world, tab) = expired(205);
    world.network.next(Asked::Refresh, Fate::Status(429, Some("30".into())));
    assert_eq!(world.get_tokens(tab).unwrap_err().retry_after(), Some(30));
    world.run_for(20_000);
    assert!(world.get_tokens(tab).unwrap_err().retry_after().is_some());
    assert_eq!(world.network.count(Asked::Refresh), 1);
    world.run_for(11_000);
    world.get_tokens(tab).unwrap();
}

#[test]
fn t206_a_network_that_fails_keeps_the_session() {
    let (mut world, tab) = expired(206);
    for _ in 0..2 {
        world.network.next(Asked::Refresh, Fate::Failed(Failure::Network));
    }
    let error = world.get_tokens(tab).unwrap_err();
    assert_ne!(error.session(), SessionEffect::Ended);
    world.run_for(60_000);
    world.get_tokens(tab).unwrap();
}

#[test]
fn t183_a_captive_portal_keeps_the_session() {
    let (mut world, tab) = expired(183);
    world.network.next(Asked::Refresh, Fate::Html);
    let error = world.get_tokens(tab).unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::AnswerNotJson, SessionEffect::Kept));
    world.run_for(60_000);
    world.get_tokens(tab).unwrap();
}

#[test]
fn t233_a_network_that_comes_late_after_sleep_does_not_sign_out() {
    let mut world = World::new(233);
    let tab = world.signed_in_tabs(1)[0];
    world.sleep(12 * 3_600_000);
    world.network.weather.request_lost = 1_000;
    world.run_for(90_000);
    world.network.weather.request_lost = 0;
    world.run_for(61_000);
    world.get_tokens(tab).unwrap();
    assert!(!world.get_session(tab).is_null());
}

#[test]
fn t485_a_refresh_token_outlives_a_failed_renewal_byte_for_byte() {
    let (mut world, tab) = expired(485);
    let before = world.stored_session()["refreshToken"].clone();
    world.set_offline(true);
    world.get_tokens(tab).unwrap_err();
    assert_eq!(world.stored_session()["refreshToken"], before);
}

#[test]
fn t481_a_server_that_says_invalid_request_is_asked_three_times_and_nobody_is_signed_out() {
    let (mut world, tab) = expired(481);
    world.provider.says_invalid_request = true;
    world.provider.end_everything();
    for _ in 0..5 {
        let error = world.get_tokens(tab).unwrap_err();
        assert_eq!(error.session(), SessionEffect::Kept);
        world.run_for(60_000);
    }
    assert_eq!(world.network.count(Asked::Refresh), 3);
    assert!(!world.get_session(tab).is_null());
    assert_eq!(world.events(tab).last().unwrap(), "state needsSignIn");
    world.sign_in(tab);
    world.get_tokens(tab).unwrap();
}

#[test]
fn t241_an_outage_costs_one_request_for_each_pause_of_the_browser_and_ends_within_a_minute() {
    let mut world = World::new(241);
    let tabs = world.signed_in_tabs(20);
    world.network.weather.broken = 1_000;
    world.expire();
    let before = world.network.count(Asked::Refresh);
    for _ in 0..60 {
        let calls: Vec<_> = tabs.iter().map(|tab| world.ask_for_tokens(*tab)).collect();
        calls.into_iter().for_each(|call| assert_eq!(world.finish(call).unwrap_err().session(), SessionEffect::Kept));
        world.run_for(10_000);
    }
    let asked = world.network.count(Asked::Refresh) - before;
    assert!(asked <= 30, "{asked} requests in ten minutes");
    world.network.weather.broken = 0;
    world.run_for(61_000);
    world.get_tokens(tabs[7]).unwrap();
}

#[test]
fn t232_what_the_browser_says_about_the_network_is_a_hint_only() {
    use oxidc_core::command::Notice;
    let (mut world, tab) = expired(232);
    // It says that the network is back, and it is not.
    for _ in 0..3 {
        world.network.next(Asked::Refresh, Fate::RequestLost);
        world.network.next(Asked::Refresh, Fate::RequestLost);
        world.notice(tab, Notice::Online);
        world.run_for(10);
        assert_eq!(world.get_tokens(tab).unwrap_err().session(), oxidc_core::error::SessionEffect::Kept);
    }
    assert!(world.network.count(Asked::Refresh) <= 6);
    // It says nothing, and the network works.
    world.run_for(3_600_000);
    world.get_tokens(tab).unwrap();
}

#[test]
fn t483_one_failed_renewal_asks_nothing_of_the_person() {
    let mut world = World::new(483);
    let tab = world.signed_in_tabs(1)[0];
    world.network.next(Asked::Refresh, Fate::Status(500, None));
    world.run_for(world.provider.lifetime * 1_000);
    assert!(world.network.count(Asked::Refresh) >= 2, "it was tried again");
    let events = world.events(tab);
    assert!(!events.iter().any(|event| event == "state needsSignIn" || event.starts_with("signedOut")), "{events:?}");
    world.get_tokens(tab).unwrap();
}
