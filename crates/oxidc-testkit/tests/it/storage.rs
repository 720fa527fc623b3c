//! Storages that are full, blocked, emptied or filled by others.

use oxidc_core::effect::Area;
use oxidc_testkit::{Asked, Fault, World};
use serde_json::json;

use crate::{expired, quiet};

fn session_key(world: &World) -> String {
    world.storage.records(Area::Session).keys().next().unwrap().clone()
}

#[test]
fn t227_a_full_storage_at_refresh_keeps_the_session_and_says_so() {
    let (mut world, tab) = expired(227);
    world.storage.set_fault(Area::Session, Fault::Full);
    world.get_tokens(tab).unwrap();
    world.expire();
    world.get_tokens(tab).unwrap();
    assert_eq!(world.events(tab).iter().filter(|event| *event == "error storage_degraded").count(), 1);
    assert_eq!(world.provider.reused, 0);
}

#[test]
fn t251_a_full_storage_at_sign_in_keeps_the_session_in_memory() {
    let mut world = quiet(251);
    world.storage.set_fault(Area::Session, Fault::Full);
    let tab = world.tab();
    world.sign_in(tab);
    assert!(world.events(tab).contains(&"error storage_degraded".into()));
    assert_eq!(world.get_session(tab)["subject"], "alice");
    world.sign_out(tab).unwrap();
    assert!(world.get_session(tab).is_null());
}

#[test]
fn t252_a_blocked_storage_keeps_the_session_in_memory() {
    let mut world = quiet(252);
    world.storage.set_fault(Area::Session, Fault::Refuses);
    let tab = world.tab();
    assert!(world.get_session(tab).is_null());
    world.sign_in(tab);
    world.expire();
    world.get_tokens(tab).unwrap();
}

#[test]
fn t255_a_storage_that_was_emptied_ends_nothing_and_is_filled_again() {
    let (mut world, tab) = expired(255);
    world.storage.clear();
    world.get_tokens(tab).unwrap();
    assert_eq!(world.stored_session()["subject"], "alice");
}

#[test]
fn t248_a_damaged_record_is_reported_once_and_counts_as_none() {
    for damaged in ["[]", "null", "1", "\"x\"", "{\"v\":1}", "{", ""] {
        let mut world = quiet(248);
        let tab = world.signed_in_tabs(1)[0];
        let key = session_key(&world);
        world.storage.put(Area::Session, &key, damaged);
        world.load(tab);
        assert!(world.get_session(tab).is_null());
        assert!(world.get_session(tab).is_null());
        assert_eq!(world.events(tab), ["error session_corrupt"], "{damaged}");
    }
}

#[test]
fn t250_a_record_of_somebody_else_is_not_used() {
    for (member, value) in [("subject", "bob"), ("issuer", "https://other.example.com"), ("clientId", "other")] {
        let mut world = quiet(250);
        let tab = world.signed_in_tabs(1)[0];
        let key = session_key(&world);
        let mut record = world.stored_session();
        record[member] = value.into();
        world.storage.put(Area::Session, &key, record.to_string());
        world.load(tab);
        assert!(world.get_session(tab).is_null(), "{member}");
    }
}

#[test]
fn t259_a_record_of_a_newer_version_is_left_alone() {
    let mut world = quiet(259);
    let tab = world.signed_in_tabs(1)[0];
    let key = session_key(&world);
    let newer = json!({ "v": 2, "anything": true }).to_string();
    world.storage.put(Area::Session, &key, newer.clone());
    world.load(tab);
    assert!(world.get_session(tab).is_null());
    assert_eq!(world.events(tab), ["error session_newer"]);
    world.sign_in(tab);
    assert_eq!(world.storage.records(Area::Session)[&key], newer);
}

#[test]
fn t486_an_older_record_that_somebody_puts_back_is_not_believed() {
    let mut world = quiet(486);
    let tab = world.signed_in_tabs(1)[0];
    let key = session_key(&world);
    let older = world.storage.records(Area::Session)[&key].clone();
    world.expire();
    let token = world.get_tokens(tab).unwrap()["accessToken"].clone();
    world.storage.put(Area::Session, &key, older);
    assert_eq!(world.get_tokens(tab).unwrap()["accessToken"], token);
    world.expire();
    world.get_tokens(tab).unwrap();
    assert_eq!((world.network.count(Asked::Refresh), world.provider.reused), (2, 0));
}

#[test]
fn t269_a_record_from_the_future_is_renewed_first() {
    let mut world = quiet(269);
    let tab = world.signed_in_tabs(1)[0];
    world.jump_wall(-3_600_000);
    world.load(tab);
    assert!(!world.get_session(tab).is_null());
    world.get_tokens(tab).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn t227_what_could_not_be_stored_is_handed_over_to_the_other_tabs() {
    let mut world = quiet(227);
    let tabs = world.signed_in_tabs(3);
    world.storage.set_fault(Area::Session, Fault::Full);
    for tab in &tabs {
        world.expire();
        world.get_tokens(*tab).unwrap();
    }
    assert_eq!((world.network.count(Asked::Refresh), world.provider.reused), (3, 0));
    assert_eq!(world.events(tabs[1]).last().unwrap(), "state degraded");
    world.crash(tabs[2]);
    world.storage.set_fault(Area::Session, Fault::None);
    world.expire();
    world.get_tokens(tabs[0]).unwrap();
    assert_eq!(world.events(tabs[0]).last().unwrap(), "state signedIn");
    assert_eq!(world.provider.reused, 0);
}

#[test]
fn t251_a_sign_out_with_a_full_storage_leaves_nothing_for_the_next_page() {
    let mut world = quiet(251);
    let tabs = world.signed_in_tabs(2);
    world.storage.set_fault(Area::Session, Fault::Full);
    world.sign_out(tabs[0]).unwrap();
    world.run_for(1_000);
    assert!(world.get_session(tabs[1]).is_null());
    world.load(tabs[0]);
    assert!(world.get_session(tabs[0]).is_null());
}

#[test]
fn t254_t256_a_storage_that_is_gone_when_the_page_is_loaded_again_means_signed_out_without_an_error() {
    let mut world = quiet(254);
    let tab = world.signed_in_tabs(1)[0];
    world.crash(tab);
    world.storage.clear();
    let sent = world.network.sent.len();
    world.run_for(7 * 86_400_000);
    let next = world.tab();
    assert!(world.get_session(next).is_null());
    assert_eq!(world.process_callback(next).unwrap()["handled"], "none");
    assert_eq!((world.events(next), world.network.sent.len()), (Vec::new(), sent));
    world.sign_in(next);
}
