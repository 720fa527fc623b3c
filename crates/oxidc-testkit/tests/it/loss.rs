//! Answers that are lost after the provider acted, and what is done about it.

use oxidc_core::effect::Failure;
use oxidc_core::error::{Code, SessionEffect};
use oxidc_testkit::{Asked, Fate, Rotation};

use crate::{expired, quiet};

#[test]
fn t224_an_answer_that_is_lost_after_rotation_is_asked_for_again_within_the_grace() {
    for grace in [10_000, 60_000] {
        let (mut world, tab) = expired(224);
        world.provider.rotation = Rotation::Grace(grace);
        world.network.next(Asked::Refresh, Fate::AnswerLost);
        world.get_tokens(tab).unwrap();
        assert_eq!(world.network.count(Asked::Refresh), 2);
        assert!(world.provider.grant_is_good());
    }
}

#[test]
fn t224_without_a_grace_a_lost_answer_ends_the_session_and_says_why() {
    let (mut world, tab) = expired(224);
    world.network.next(Asked::Refresh, Fate::AnswerLost);
    let error = world.get_tokens(tab).unwrap_err();
    assert_eq!(error.session(), SessionEffect::Ended);
    assert_eq!(world.network.count(Asked::Refresh), 2);
    assert!(error.to_string().contains("lost"), "{error}");
}

#[test]
fn t224_without_a_grace_a_lost_answer_is_made_good_by_a_sign_in_without_anything_shown() {
    let (mut world, tab) = expired(224);
    let other = world.tab();
    world.frames = true;
    let before = world.stored_session();
    world.network.next(Asked::Refresh, Fate::AnswerLost);
    let tokens = world.get_tokens(tab).unwrap();
    let after = world.stored_session();
    assert_ne!(after["refreshToken"], before["refreshToken"]);
    assert_eq!(after["subject"], before["subject"]);
    assert!(world.provider.grant_is_good());
    assert_eq!(world.get_tokens(other).unwrap()["accessToken"], tokens["accessToken"]);
    assert_eq!(world.network.count(Asked::Refresh), 2, "nobody sends the lost token again");
}

#[test]
fn t233_a_try_after_a_sleep_is_the_first_of_its_kind() {
    for nap in [11_000, 3_600_000] {
        let (mut world, tab) = expired(233);
        world.provider.rotation = Rotation::Grace(10_000);
        world.network.next(Asked::Refresh, Fate::RequestLost);
        world.network.next(Asked::Refresh, Fate::AnswerLost);
        let call = world.ask_for_tokens(tab);
        world.run_until("the first try is lost", |world| world.network.count(Asked::Refresh) == 1);
        world.run_for(500);
        world.sleep(nap);
        world.finish(call).unwrap();
        assert_eq!(world.network.count(Asked::Refresh), 3, "the lost answer is asked for again");
        assert!(world.provider.grant_is_good());
    }
}

#[test]
fn t224_a_sign_in_without_anything_shown_brings_no_other_person() {
    let (mut world, tab) = expired(224);
    world.frames = true;
    world.provider.signed_in = Some("bob".into());
    world.network.next(Asked::Refresh, Fate::AnswerLost);
    let error = world.get_tokens(tab).unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::UserChanged, SessionEffect::Ended));
}

#[test]
fn t224_who_is_not_signed_in_at_the_provider_is_asked_to_sign_in_again() {
    let (mut world, tab) = expired(224);
    world.frames = true;
    world.provider.signed_in = None;
    world.network.next(Asked::Refresh, Fate::AnswerLost);
    let error = world.get_tokens(tab).unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::RefreshLost, SessionEffect::Ended));
}

#[test]
fn a_sign_in_without_anything_shown_gives_way_to_another_person_who_signs_in_meanwhile() {
    let (mut world, tab) = expired(224);
    let other = world.tab();
    world.frames = true;
    world.network.next(Asked::Refresh, Fate::AnswerLost);
    world.network.next(Asked::Exchange, Fate::Slow { there: 4_000, back: 1_000 });
    let call = world.ask_for_tokens(tab);
    world.run_until("the code is sent", |world| world.network.count(Asked::Exchange) == 2);
    world.provider.user = "bob".into();
    world.sign_in(other);
    let error = world.finish(call).unwrap_err();
    assert_eq!(error.code(), Code::SignedOut, "their session gave way");
    assert_eq!(world.get_session(other)["subject"], "bob");
    assert_eq!(world.get_session(tab)["subject"], "bob");
}

#[test]
fn a_refusal_without_a_lost_answer_is_believed() {
    let (mut world, tab) = expired(224);
    world.frames = true;
    world.provider.end_everything();
    world.provider.signed_in = Some("alice".into());
    let error = world.get_tokens(tab).unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::RefreshRejected, SessionEffect::Ended));
}

#[test]
fn t226_a_second_try_is_for_the_same_token_and_for_none_that_came_meanwhile() {
    let mut world = quiet(226);
    world.provider.rotation = Rotation::Grace(10_000);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    for fate in [Fate::Answered, Fate::RequestLost, Fate::AnswerLost] {
        world.network.next(Asked::Refresh, fate);
    }
    let calls = [world.ask_for_tokens(tabs[0]), world.ask_for_tokens(tabs[1])];
    world.steal_locks();
    for call in calls {
        world.finish(call).unwrap();
    }
    assert_eq!(world.network.count(Asked::Refresh), 2, "the new token is not used up as a second try of the old one");
    assert!(world.provider.grant_is_good());
}

#[test]
fn t226_one_call_sends_one_refresh_token_twice_at_most() {
    let (mut world, tab) = expired(226);
    world.provider.rotation = Rotation::Grace(60_000);
    for _ in 0..5 {
        world.network.next(Asked::Refresh, Fate::Failed(Failure::Network));
    }
    let error = world.get_tokens(tab).unwrap_err();
    assert_ne!(error.session(), SessionEffect::Ended);
    assert_eq!(world.network.count(Asked::Refresh), 2);
}

#[test]
fn t228_a_crash_between_the_answer_and_the_write_is_repaired_by_the_next_page() {
    let mut world = quiet(228);
    world.provider.rotation = Rotation::Grace(10_000);
    let tab = world.signed_in_tabs(1)[0];
    world.expire();
    world.ask_for_tokens(tab);
    world.run_until("the provider acted", |world| world.provider.refreshed == 1);
    world.crash(tab);
    world.load(tab);
    world.get_tokens(tab).unwrap();
    assert_eq!(world.provider.reused, 0);
}

#[test]
fn t210_a_page_that_goes_away_during_a_refresh_leaves_a_mark_for_the_next() {
    let (mut world, tab) = expired(210);
    world.ask_for_tokens(tab);
    world.run_until("the provider acted", |world| world.provider.refreshed == 1);
    world.crash(tab);
    world.run_for(60_000);
    world.load(tab);
    let error = world.get_tokens(tab).unwrap_err();
    assert_eq!(error.session(), SessionEffect::Ended);
    assert!(error.to_string().contains("lost"), "{error}");
}

#[test]
fn a_rotated_refresh_token_is_stored_before_the_keys_for_its_id_token_are_read() {
    let (mut world, tab) = expired(228);
    let before = world.stored_session()["refreshToken"].clone();
    for _ in 0..2 {
        world.network.next(Asked::Keys, Fate::Silence);
    }
    world.ask_for_tokens(tab);
    world.run_until("the provider acted", |world| world.provider.refreshed == 1);
    world.run_for(500);
    assert_ne!(world.stored_session()["refreshToken"], before);
    world.crash(tab);
    world.load(tab);
    assert!(world.get_tokens(tab).is_err(), "the keys are not there yet");
    world.get_tokens(tab).unwrap();
    assert_eq!(world.provider.reused, 0);
}
