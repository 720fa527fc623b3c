//! What the provider's frame says of the person's session there (OpenID Connect Session Management 1.0).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value as Json, json};

use crate::page::{APP, ISSUER, Page, Records, answer, metadata, with};

const GONE: &str = "error=login_required&state=STATE";

fn discovered(page: &mut Page, frame: &str) {
    page.next("/.well-known/openid-configuration", answer(200, &with(metadata(), "check_session_iframe", frame.into())));
}

/// A page that came back from the provider with this session state.
fn signed_in(session_state: &str, more: Json, frame: &str) -> Page {
    let mut page = Page::with(more);
    discovered(&mut page, frame);
    let query = page.away();
    page.callback(&format!("{APP}/callback?{query}&session_state={session_state}")).unwrap();
    page.requests.clear();
    page.events.clear();
    page
}

fn watching() -> Page {
    let page = signed_in("first", json!({ "checkSession": true }), &format!("{ISSUER}/check"));
    assert_eq!(message(&page).as_deref(), Some("app first"));
    page
}

/// What the one watched frame is asked.
fn message(page: &Page) -> Option<String> {
    assert!(page.watched.len() < 2, "one frame at a time");
    page.watched.first().map(|(.., message)| message.clone())
}

fn key(page: &Page) -> (bool, String) {
    page.records.keys().find(|(device, _)| !device).unwrap().clone()
}

/// The person is still there, with another state; tokens that nobody wants come along.
fn still_there(page: &mut Page, session_state: &str) {
    let visits = page.left_for.len();
    page.windows.push_back(format!("code=c0de&state=STATE&session_state={session_state}"));
    page.frame_says("changed");
    assert_eq!((page.left_for.len(), page.windows.len()), (visits + 1, 0));
}

#[test]
fn the_frame_is_asked_about_this_client_and_this_session() {
    let page = watching();
    let (_, url, origin, message) = &page.watched[0];
    assert_eq!((url.as_str(), origin.as_str(), message.as_str()), ("https://login.example/check", ISSUER, "app first"));
    assert_eq!(page.stored()["sessionState"], "first");
}

#[test]
fn without_the_option_or_a_state_that_can_be_asked_for_nothing_is_watched() {
    let frame = format!("{ISSUER}/check");
    for (state, option) in [("first", false), ("", true), ("a%20b", true), ("%C3%A9", true), ("a%0Ab", true)] {
        let page = signed_in(state, json!({ "checkSession": option }), &frame);
        assert_eq!((message(&page), &page.stored()["sessionState"]), (None, &Json::Null), "{state:?} {option}");
    }
}

#[test]
fn a_frame_of_another_origin_is_not_shown() {
    for frame in ["https://evil.example/check", "https://login.example:8443/check", "https://login.example.evil.example/check"] {
        assert_eq!(message(&signed_in("first", json!({ "checkSession": true }), frame)), None, "{frame}");
    }
}

#[test]
fn whoever_is_still_there_keeps_the_session_and_the_new_state_is_watched() {
    let mut page = watching();
    let before = page.stored();
    still_there(&mut page, "second");
    let asked = page.asked();
    assert_eq!((asked["prompt"].as_str(), asked["scope"].as_str()), ("none", "openid"));
    assert_eq!(Some(asked["id_token_hint"].as_str()), before["idToken"].as_str());
    assert_eq!(message(&page).as_deref(), Some("app second"));
    // Nothing but the state is new: the tokens of the look are used for nothing, and not revoked.
    let after = page.stored();
    assert_eq!(after["sessionState"], "second");
    assert_eq!(
        (&after["tokens"], &after["refreshToken"], &after["idToken"]),
        (&before["tokens"], &before["refreshToken"], &before["idToken"])
    );
    assert_eq!((page.count("/token"), page.count("/revoke")), (1, 0));
    assert!(page.heard().is_empty(), "{:?}", page.heard());
}

#[test]
fn the_same_state_again_is_left_alone_for_a_minute() {
    let mut page = watching();
    let before = page.now.monotonic;
    still_there(&mut page, "first");
    assert_eq!((page.now.monotonic - before, message(&page).as_deref()), (60_000, Some("app first")));
    assert_eq!(page.locks.len(), 0, "nobody waits for it meanwhile");
}

#[test]
fn one_look_is_enough_for_all_tabs() {
    let mut page = watching();
    // Another tab looked, and wrote what it saw.
    let key = key(&page);
    let mut record = page.stored();
    record["sessionState"] = "second".into();
    record["generation"] = (record["generation"].as_i64().unwrap() + 1).into();
    page.records.insert(key, record.to_string());
    let visits = page.left_for.len();
    page.windows.push_back(GONE.into());
    page.frame_says("changed");
    assert_eq!((page.left_for.len(), page.windows.len()), (visits, 1), "nobody is asked");
    assert_eq!((page.get_session()["subject"].as_str(), message(&page).as_deref()), (Some("alice"), Some("app second")));
}

#[test]
fn the_look_is_made_under_a_lock_that_is_given_back() {
    let mut page = watching();
    let held: Rc<RefCell<Vec<String>>> = Rc::default();
    page.windows.push_back(GONE.into());
    let seen = held.clone();
    page.on_visit = Some(Box::new(move |locks, _| seen.borrow_mut().extend(locks.iter().map(|(_, name)| name.clone()))));
    page.frame_says("changed");
    assert!(held.borrow().iter().any(|name| name.starts_with("oxidc:watch:")), "{:?}", held.borrow());
    assert_eq!(page.locks.len(), 0);
}

#[test]
fn whoever_is_gone_there_is_signed_out_here() {
    let mut page = watching();
    page.windows.push_back(GONE.into());
    page.frame_says("changed");
    assert_eq!(page.heard(), ["provider_signed_out", "provider_signed_out"]);
    assert_eq!((page.get_session(), message(&page)), (Json::Null, None));
    assert_eq!(page.stored()["ended"]["reason"], "provider_signed_out");
}

#[test]
fn a_frame_that_never_saw_the_session_signs_nobody_out() {
    let mut page = watching();
    page.windows.push_back(GONE.into());
    page.frame_says("unknown");
    assert_eq!((page.windows.len(), page.get_session()["subject"].as_str()), (0, Some("alice")));
    assert_eq!((page.heard().len(), message(&page)), (0, None), "it is not asked again");
}

#[test]
fn somebody_else_ends_the_session() {
    let mut page = watching();
    page.windows.push_back("code=c0de&state=STATE&session_state=bobs".into());
    page.subject = "bob";
    page.frame_says("changed");
    assert_eq!(page.heard(), ["user_changed", "user_changed"]);
    assert_eq!((page.get_session(), message(&page)), (Json::Null, None));
}

#[test]
fn trouble_says_nothing_of_the_person_and_the_frame_is_asked_again() {
    // The window does not come back; it comes back with another error; the code is refused.
    for window in [None, Some("error=server_error&state=STATE"), Some("error=interaction_required&state=STATE"), Some("code=c&state=STATE")]
    {
        let mut page = watching();
        page.windows.extend(window.map(String::from));
        page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
        let before = page.now.monotonic;
        page.frame_says("changed");
        assert_eq!(page.get_session()["subject"], "alice", "{window:?}");
        assert_eq!((page.heard().len(), message(&page).as_deref()), (0, Some("app first")), "{window:?}");
        assert_eq!(page.now.monotonic - before, 60_000, "{window:?}");
    }
}

#[test]
fn an_error_of_the_frame_asks_nobody_and_ends_the_watch() {
    let mut page = watching();
    page.windows.push_back(GONE.into());
    page.frame_says("error");
    assert_eq!((page.windows.len(), message(&page)), (1, None));
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn after_a_sign_out_nothing_is_watched() {
    let mut page = watching();
    page.say(&json!({ "do": "signOut", "options": { "federated": false } })).unwrap();
    assert_eq!(message(&page), None);
}

#[test]
fn the_next_page_watches_what_the_record_says() {
    let mut page = watching();
    page.load();
    page.get_session();
    assert_eq!(message(&page).as_deref(), Some("app first"));
    page.say(&json!({ "do": "notice", "what": "shown" })).unwrap();
    assert_eq!(message(&page).as_deref(), Some("app first"), "the same frame");
}

#[test]
fn an_id_token_that_is_too_long_for_an_address_stays_out_of_it() {
    for (length, hint) in [(6_144, true), (6_145, false)] {
        let mut page = Page::with(json!({ "checkSession": true }));
        discovered(&mut page, &format!("{ISSUER}/check"));
        let query = page.away();
        page.next("/token", answer(200, &with(page.tokens(), "id_token", page.id_token_of_length(length).into())));
        page.callback(&format!("{APP}/callback?{query}&session_state=first")).unwrap();
        still_there(&mut page, "second");
        assert_eq!(page.asked().contains_key("id_token_hint"), hint, "{length}");
        assert_eq!(page.stored()["sessionState"], "second");
    }
}

#[test]
fn a_look_asks_only_who_is_there_whatever_the_client_asks_for_otherwise() {
    let mut page = signed_in("first", json!({ "checkSession": true, "scopes": "openid email" }), &format!("{ISSUER}/check"));
    assert_eq!(page.asked()["scope"], "openid email");
    still_there(&mut page, "second");
    assert_eq!(page.asked()["scope"], "openid");
}

#[test]
fn where_a_frame_could_not_come_back_nobody_is_asked_and_nobody_signed_out() {
    let mut page = watching();
    page.load_with(&json!({ "redirectUri": "https://other.example/callback" }));
    page.get_session();
    page.windows.push_back(GONE.into());
    page.frame_says("changed");
    assert_eq!((page.windows.len(), page.get_session()["subject"].as_str()), (1, Some("alice")));
}

#[test]
fn the_key_of_a_look_is_deleted_and_that_of_the_session_is_kept() {
    for window in ["code=c0de&state=STATE&session_state=second", "error=server_error&state=STATE"] {
        let mut page = Page::with(json!({ "checkSession": true, "dpop": true }));
        page.token_type = "DPoP";
        discovered(&mut page, &format!("{ISSUER}/check"));
        let query = page.away();
        page.callback(&format!("{APP}/callback?{query}&session_state=first")).unwrap();
        let own = page.signing_keys.clone();
        page.windows.push_back(window.into());
        page.frame_says("changed");
        let asked = page.asked();
        assert_eq!((asked["prompt"].as_str(), asked.contains_key("dpop_jkt")), ("none", true), "{window}");
        assert_eq!((own.len(), &page.signing_keys), (1, &own), "{window}");
    }
}

#[test]
fn a_refresh_in_between_changes_nothing_of_what_was_seen() {
    for (window, state) in [("code=c0de&state=STATE&session_state=second", Some("second")), (GONE, None)] {
        let mut page = watching();
        page.windows.push_back(window.into());
        let away = Rc::new(Cell::new(false));
        let left = away.clone();
        page.on_visit = Some(Box::new(move |_, _| left.set(true)));
        // Another tab writes a newer refresh token while this one is at the provider.
        let (key, mut record) = (key(&page), page.stored());
        record["refreshToken"] = "refresh-9".into();
        record["generation"] = (record["generation"].as_i64().unwrap() + 1).into();
        page.before_write = Some(Box::new(move |records: &mut Records| {
            if away.take() {
                records.insert(key.clone(), record.to_string());
            }
            None
        }));
        page.frame_says("changed");
        let stored = page.stored();
        match state {
            Some(state) => assert_eq!((&stored["sessionState"], &stored["refreshToken"]), (&json!(state), &json!("refresh-9"))),
            None => assert_eq!(stored["ended"]["reason"], "provider_signed_out"),
        }
    }
}
