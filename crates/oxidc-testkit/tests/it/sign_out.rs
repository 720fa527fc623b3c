//! Sign-out beats everything that began before it.

use oxidc_core::command::{Command, SignInOptions, SignOutOptions};
use oxidc_core::error::Code;
use oxidc_testkit::{Asked, Fate};

use crate::quiet;

#[test]
fn t229_t434_a_sign_out_beats_a_refresh_in_flight() {
    let mut world = quiet(229);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.network.next(Asked::Refresh, Fate::Slow { there: 500, back: 500 });
    let refresh = world.ask_for_tokens(tabs[1]);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.sign_out(tabs[0]).unwrap();
    assert_eq!(world.finish(refresh).unwrap_err().code(), Code::SignedOut);
    assert!(!world.provider.grant_is_good(), "the new tokens are revoked");
    world.load(tabs[1]);
    assert!(world.get_session(tabs[1]).is_null());
}

#[test]
fn t425_every_tab_hears_of_a_sign_out_within_a_second_and_once() {
    let mut world = quiet(425);
    let tabs = world.signed_in_tabs(5);
    world.sign_out(tabs[2]).unwrap();
    world.run_for(1_000);
    for tab in tabs {
        assert_eq!(world.events(tab).iter().filter(|event| *event == "signedOut signed_out").count(), 1);
        assert!(world.get_session(tab).is_null());
    }
}

#[test]
fn t426_a_sign_out_without_a_network_is_complete_here() {
    let mut world = quiet(426);
    let tab = world.signed_in_tabs(1)[0];
    world.set_offline(true);
    let call = world.start(tab, Command::SignOut(SignOutOptions { revoke: true, federated: false, ..SignOutOptions::default() }));
    let result = world.finish(call).unwrap();
    assert_eq!(result["revoked"], "failed");
    assert!(world.get_session(tab).is_null());
}

#[test]
fn t427_revocation_ends_the_grant_and_says_so() {
    let mut world = quiet(427);
    let tab = world.signed_in_tabs(1)[0];
    let call = world.start(tab, Command::SignOut(SignOutOptions { revoke: true, federated: false, ..SignOutOptions::default() }));
    assert_eq!(world.finish(call).unwrap()["revoked"], "done");
    assert!(!world.provider.grant_is_good());
}

#[test]
fn t427_a_provider_without_revocation_is_no_failure() {
    let mut world = quiet(427);
    world.provider.revocation = false;
    let tab = world.signed_in_tabs(1)[0];
    let call = world.start(tab, Command::SignOut(SignOutOptions { revoke: true, federated: false, ..SignOutOptions::default() }));
    assert_eq!(world.finish(call).unwrap()["revoked"], "unsupported");
}

#[test]
fn t429_a_provider_without_an_end_session_endpoint_is_signed_out_of_here_only() {
    let mut world = quiet(429);
    world.provider.end_session = false;
    let tab = world.signed_in_tabs(1)[0];
    let call = world.start(tab, Command::SignOut(SignOutOptions::default()));
    assert_eq!(world.finish(call).unwrap()["navigated"], false);
    assert!(world.get_session(tab).is_null());
}

#[test]
fn t431_the_return_from_a_sign_out_is_completed_once() {
    let mut world = quiet(431);
    let tab = world.signed_in_tabs(1)[0];
    world.start(tab, Command::SignOut(SignOutOptions::default()));
    world.run_until("the provider sends the person back", |world| world.provider.signed_in.is_none());
    world.load(tab);
    assert_eq!(world.process_callback(tab).unwrap()["handled"], "signOut");
    assert_eq!(world.process_callback(tab).unwrap()["handled"], "none");
}

#[test]
fn t433_two_sign_outs_at_once_are_one() {
    let mut world = quiet(433);
    let tabs = world.signed_in_tabs(2);
    let calls =
        tabs.iter().map(|tab| world.start(*tab, Command::SignOut(SignOutOptions { federated: false, ..SignOutOptions::default() })));
    for call in calls.collect::<Vec<_>>() {
        world.finish(call).unwrap();
    }
    world.run_for(1_000);
    for tab in tabs {
        assert_eq!(world.events(tab).iter().filter(|event| event.starts_with("signedOut")).count(), 1);
    }
}

#[test]
fn t442_what_comes_late_for_one_person_does_not_touch_the_next() {
    let mut world = quiet(442);
    let tabs = world.signed_in_tabs(2);
    world.freeze(tabs[1]);
    world.sign_out(tabs[0]).unwrap();
    world.provider.user = "bob".into();
    world.go_to_sign_in(tabs[0], SignInOptions::default());
    world.load(tabs[0]);
    world.process_callback(tabs[0]).unwrap();
    world.thaw(tabs[1]);
    world.run_for(1_000);
    assert_eq!(world.get_session(tabs[1])["subject"], "bob");
    assert_eq!(world.get_session(tabs[0])["subject"], "bob");
}

#[test]
fn t267_after_a_sign_out_the_storage_holds_nothing_of_the_person() {
    let mut world = quiet(267);
    let tab = world.signed_in_tabs(1)[0];
    world.sign_out(tab).unwrap();
    let text = world.stored_session().to_string();
    assert!(!["alice", "at_", "rt_", "eyJ"].iter().any(|secret| text.contains(secret)), "{text}");
}

#[test]
fn t230_a_refresh_of_the_old_session_is_not_written_over_the_new_one() {
    let mut world = quiet(230);
    let tabs = world.signed_in_tabs(2);
    world.expire();
    world.network.next(Asked::Refresh, Fate::Slow { there: 500, back: 5_000 });
    let refresh = world.ask_for_tokens(tabs[1]);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    world.provider.user = "bob".into();
    world.sign_in(tabs[0]);
    assert!(world.finish(refresh).is_err());
    world.run_for(1_000);
    assert_eq!(world.get_session(tabs[1])["subject"], "bob");
    assert_eq!(world.stored_session()["subject"], "bob");
}
