//! Answers of the token endpoint to a refresh.

use oxidc_core::error::{Code, SessionEffect};
use oxidc_testkit::{Asked, Fate, Rotation, World};
use serde_json::json;

use crate::{expired, quiet};

#[test]
fn t185_t187_t188_t192_an_answer_that_is_wrong_keeps_the_session() {
    let edits: [(&str, serde_json::Value); 12] = [
        ("access_token", json!(1)),
        ("access_token", json!("")),
        ("access_token", json!("a\r\nb")),
        ("token_type", json!("mac")),
        ("token_type", json!(null)),
        ("token_type", json!("DPoP")),
        ("expires_in", json!(-1)),
        ("expires_in", json!("abc")),
        ("expires_in", json!(true)),
        ("scope", json!(5)),
        ("refresh_token", json!(5)),
        ("id_token", json!("no token")),
    ];
    for (member, value) in edits {
        let (mut world, tab) = expired(185);
        world.provider.rotation = Rotation::None;
        world.network.next(Asked::Refresh, Fate::edited(move |answer| answer[member] = value));
        let error = world.get_tokens(tab).unwrap_err();
        assert_eq!(error.session(), SessionEffect::Kept, "{member}");
        assert!(!world.get_session(tab).is_null(), "{member}");
        world.run_for(60_000);
        world.get_tokens(tab).unwrap();
    }
}

#[test]
fn t191_a_token_of_unknown_life_is_not_renewed_by_a_timer() {
    let mut world = World::new(191);
    let tab = world.tab();
    world.network.next(Asked::Exchange, Fate::edited(|answer| drop(answer.as_object_mut().unwrap().remove("expires_in"))));
    world.sign_in(tab);
    world.run_for(3_600_000);
    world.get_tokens(tab).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), 0);
}

#[test]
fn t194_tokens_of_no_life_do_not_cause_a_storm() {
    for lifetime in [0, 1] {
        let mut world = World::new(194);
        world.provider.lifetime = lifetime;
        let tab = world.signed_in_tabs(1)[0];
        world.run_for(60_000);
        assert!(world.network.count(Asked::Refresh) <= 7, "{} in a minute", world.network.count(Asked::Refresh));
        assert!(!world.get_session(tab).is_null());
    }
}

#[test]
fn t195_lives_of_any_length_are_kept_within_reason() {
    for life in [json!(3599.7), json!(1e12), json!(9_223_372_036_854_775_807_u64)] {
        let mut world = World::new(195);
        let tab = world.tab();
        world.network.next(Asked::Exchange, Fate::edited(move |answer| answer["expires_in"] = life));
        world.sign_in(tab);
        world.run_for(60_000);
        world.get_tokens(tab).unwrap();
        assert_eq!(world.network.count(Asked::Refresh), 0);
    }
}

#[test]
fn t197_without_a_new_refresh_token_the_old_one_is_kept() {
    for absent in [json!(null), json!("")] {
        let (mut world, tab) = expired(197);
        world.provider.rotation = Rotation::None;
        let before = world.stored_session()["refreshToken"].clone();
        world.network.next(
            Asked::Refresh,
            Fate::edited(move |answer| {
                if absent.is_string() {
                    answer["refresh_token"] = absent;
                }
            }),
        );
        world.get_tokens(tab).unwrap();
        assert_eq!(world.stored_session()["refreshToken"], before);
    }
}

#[test]
fn t202_a_refused_client_keeps_the_session() {
    for error in ["invalid_client", "unauthorized_client"] {
        let (mut world, tab) = expired(202);
        world.network.next(Asked::Refresh, Fate::refused(401, error));
        let refused = world.get_tokens(tab).unwrap_err();
        assert_eq!((refused.code(), refused.session()), (Code::ClientRejected, SessionEffect::Kept));
        world.run_for(60_000);
        world.get_tokens(tab).unwrap();
    }
}

#[test]
fn t198_t199_an_error_with_status_200_is_an_error_and_tokens_with_an_error_status_are_not_used() {
    let (mut world, tab) = expired(198);
    world.network.next(Asked::Refresh, Fate::refused(200, "invalid_request"));
    world.get_tokens(tab).unwrap_err();
    world.run_for(60_000);
    world.provider.rotation = Rotation::None;
    for status in [400, 500] {
        world.network.next(Asked::Refresh, Fate::Altered(Box::new(move |response| response.status = status)));
        assert_eq!(world.get_tokens(tab).unwrap_err().session(), SessionEffect::Kept);
        world.run_for(60_000);
    }
    world.get_tokens(tab).unwrap();
}

#[test]
fn t243_a_refresh_that_gives_the_same_access_token_is_no_loop() {
    let (mut world, tab) = expired(243);
    let same = world.stored_session()["tokens"][0]["accessToken"].clone();
    let expected = same.clone();
    world.network.next(
        Asked::Refresh,
        Fate::edited(move |answer| {
            answer["access_token"] = same;
            answer.as_object_mut().unwrap().remove("id_token");
        }),
    );
    assert_eq!(world.get_tokens(tab).unwrap()["accessToken"], expected);
    assert_eq!(world.network.count(Asked::Refresh), 1);
}

#[test]
fn a_refresh_for_another_person_ends_the_session() {
    let mut world = quiet(5);
    let tab = world.signed_in_tabs(1)[0];
    world.expire();
    world.provider.mistaken_user = Some("mallory".into());
    assert_eq!(world.get_tokens(tab).unwrap_err().code(), Code::UserChanged);
    assert!(world.events(tab).contains(&"signedOut user_changed".into()));
}

#[test]
fn t208_an_answer_after_the_client_was_closed_is_not_written() {
    let (mut world, tab) = expired(208);
    let before = world.stored_session()["refreshToken"].clone();
    let call = world.ask_for_tokens(tab);
    world.run_until("the refresh is sent", |world| world.network.count(Asked::Refresh) == 1);
    let close = world.start(tab, oxidc_core::command::Command::Close);
    world.finish(close).unwrap();
    assert_eq!(world.finish(call).unwrap_err().code(), Code::Closed);
    world.run_for(10_000);
    assert_eq!(world.stored_session()["refreshToken"], before);
}

#[test]
fn t209_what_the_provider_says_about_a_token_is_in_no_message_of_ours() {
    let (mut world, tab) = expired(209);
    let token = world.stored_session()["refreshToken"].as_str().unwrap().to_owned();
    world.network.next(Asked::Refresh, Fate::refused(400, "invalid_scope"));
    let error = world.get_tokens(tab).unwrap_err();
    assert!(!error.to_string().contains(&token) && !world.story.lines().iter().any(|line| line.contains(&token)));
}
