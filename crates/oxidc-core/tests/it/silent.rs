//! Sign-in without anything shown.

use oxidc_core::error::Code;
use serde_json::{Value as Json, json};

use crate::page::{APP, Page, answer, id_token, with};

const REFUSED: &str = "error=login_required&state=STATE";

fn silently(page: &mut Page, options: Json) -> Result<Json, Code> {
    page.say(&json!({ "do": "signInSilent", "options": options })).map_err(|error| error.code())
}

#[test]
fn t489_a_refresh_token_is_used_before_a_frame() {
    let mut page = Page::signed_in();
    let visits = page.left_for.len();
    assert_eq!(silently(&mut page, json!({})).unwrap()["subject"], "alice");
    assert_eq!((page.count("/token"), page.left_for.len()), (1, visits));
    assert_eq!(page.form("/token")["grant_type"], "refresh_token");
}

#[test]
fn what_a_refresh_cannot_bring_is_asked_for_in_a_frame() {
    for special in [
        json!({ "scopes": "openid email" }),
        json!({ "resources": ["https://api.example/"] }),
        json!({ "acrValues": ["gold"] }),
        json!({ "extraParameters": { "audience": "x" } }),
        json!({ "maxAge": 60 }),
        json!({ "loginHint": "alice" }),
        json!({ "force": true }),
    ] {
        let mut page = Page::signed_in();
        page.windows.push_back(REFUSED.into());
        assert_eq!(silently(&mut page, special.clone()), Err(Code::LoginRequired), "{special}");
        assert_eq!((page.count("/token"), page.windows.len()), (0, 0), "{special}");
        assert_eq!(page.asked()["prompt"], "none");
    }
    // A redirect was asked for by name.
    let mut page = Page::signed_in();
    assert_eq!(silently(&mut page, json!({ "mode": "redirect" })), Ok(Json::Null));
    assert_eq!((page.count("/token"), page.asked()["prompt"].as_str()), (0, "none"));
}

#[test]
fn without_a_refresh_token_a_frame_is_tried_at_once() {
    let mut page = Page::new();
    let query = page.away();
    page.next("/token", answer(200, &with(page.tokens(), "refresh_token", Json::Null)));
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    page.windows.push_back(REFUSED.into());
    assert_eq!(silently(&mut page, json!({})), Err(Code::LoginRequired));
    assert_eq!(page.windows.len(), 0);
}

#[test]
fn a_refresh_that_fails_for_now_is_the_answer_and_a_refused_one_leads_to_a_frame() {
    let mut page = Page::signed_in();
    page.windows.push_back(REFUSED.into());
    page.next("/token", answer(503, &json!({})));
    assert_eq!(silently(&mut page, json!({})), Err(Code::ProviderUnavailable));
    assert_eq!(page.windows.len(), 1);

    let mut page = Page::signed_in();
    page.windows.push_back(REFUSED.into());
    page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
    assert_eq!(silently(&mut page, json!({})), Err(Code::LoginRequired));
    assert_eq!(page.windows.len(), 0);
}

#[test]
fn t441_nobody_who_signed_out_is_signed_in_again_without_their_wish() {
    let mut page = Page::signed_in();
    page.say(&json!({ "do": "signOut", "options": { "federated": false } })).unwrap();
    page.load();
    page.windows.push_back(REFUSED.into());
    assert_eq!(silently(&mut page, json!({})), Err(Code::SilentAfterSignOut));
    assert_eq!(page.windows.len(), 1, "no frame");
    assert_eq!(silently(&mut page, json!({ "force": true })), Err(Code::LoginRequired));
}

#[test]
fn t340_a_refusal_is_remembered_for_ten_minutes() {
    for (seconds, asks) in [(0, 0), (599, 0), (600, 1), (-1, 1)] {
        let mut page = Page::new();
        page.windows.push_back(REFUSED.into());
        assert_eq!(silently(&mut page, json!({})), Err(Code::LoginRequired));
        page.load();
        page.now.wall += seconds * 1_000;
        page.windows.push_back("error=interaction_required&state=STATE".into());
        let code = silently(&mut page, json!({})).unwrap_err();
        assert_eq!((code == Code::InteractionRequired, 1 - page.windows.len()), (asks == 1, asks), "{seconds}");
    }
}

#[test]
fn t340_only_what_needs_the_person_is_remembered_and_a_redirect_ends_in_a_result() {
    let mut page = Page::new();
    for query in ["error=access_denied&state=STATE", "error=temporarily_unavailable&state=STATE"] {
        page.windows.push_back(query.into());
        silently(&mut page, json!({})).unwrap_err();
    }
    page.windows.push_back(REFUSED.into());
    assert_eq!(silently(&mut page, json!({})), Err(Code::LoginRequired));
    assert_eq!(page.windows.len(), 0, "a frame each time");

    for (error, handled) in [("login_required", true), ("access_denied", false)] {
        let mut page = Page::new();
        silently(&mut page, json!({ "mode": "redirect" })).unwrap();
        let result = page.callback(&format!("{APP}/callback?error={error}&state={}", page.asked()["state"]));
        assert_eq!(result.is_ok(), handled);
        if let Ok(result) = result {
            assert_eq!(result, json!({ "handled": "signInSilent", "error": error }));
            page.load();
            let visits = page.left_for.len();
            assert_eq!(silently(&mut page, json!({ "mode": "redirect" })), Err(Code::LoginRequired));
            assert_eq!(page.left_for.len(), visits);
        }
    }
}

#[test]
fn t340_what_somebody_wrote_into_the_memory_is_no_refusal() {
    let mut page = Page::new();
    page.windows.push_back(REFUSED.into());
    silently(&mut page, json!({})).unwrap_err();
    let key = page.records.keys().find(|(_, key)| key.starts_with("oxidc:silent:")).unwrap().clone();
    let kept = page.records[&key].clone();
    assert!(kept.contains("login_required"));
    for written in [kept.replace("login_required", "no_such_error"), kept.replace("login_required", "access_denied"), "[".into()] {
        page.records.insert(key.clone(), written);
        page.windows.push_back(REFUSED.into());
        assert_eq!(silently(&mut page, json!({})), Err(Code::LoginRequired));
        assert_eq!(page.windows.len(), 0, "a frame each time");
    }
}

#[test]
fn t340_a_sign_in_ends_the_memory() {
    let mut page = Page::new();
    page.windows.push_back(REFUSED.into());
    silently(&mut page, json!({})).unwrap_err();
    let query = page.away();
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    assert!(!page.records.keys().any(|(_, key)| key.starts_with("oxidc:silent:")));
}

/// What comes back from a redirect that was to show nothing.
fn returned(page: &mut Page, subject: &str) -> Result<Json, Code> {
    let tokens = with(page.tokens(), "id_token", id_token(&with(page.claims(), "sub", subject.into())).into());
    page.next("/token", answer(200, &tokens));
    let state = page.asked()["state"].clone();
    page.callback(&format!("{APP}/callback?code=c0de&state={state}")).map_err(|error| error.code())
}

#[test]
fn t089_another_person_behind_a_silent_sign_in_ends_the_session() {
    for (command, options) in [("signInSilent", json!({ "mode": "redirect" })), ("signIn", json!({ "sameUser": true }))] {
        let mut page = Page::signed_in();
        // Of two that began in the same instant nobody knows which came later.
        page.pass(1);
        page.say(&json!({ "do": command, "options": options })).unwrap();
        assert_eq!(returned(&mut page, "mallory"), Err(Code::UserChanged), "{command}");
        assert_eq!(page.get_session(), Json::Null);
        assert_eq!(page.count("/revoke"), 2, "nobody keeps what was issued");
        let mut page = Page::signed_in();
        page.say(&json!({ "do": command, "options": options })).unwrap();
        assert_eq!(returned(&mut page, "alice").unwrap()["session"]["subject"], "alice", "{command}");
    }
    // Who signs in by hand may be another person.
    let mut page = Page::signed_in();
    page.say(&json!({ "do": "signIn", "options": {} })).unwrap();
    assert_eq!(returned(&mut page, "bob").unwrap()["session"]["subject"], "bob");
}

#[test]
fn t487_a_sign_out_meanwhile_beats_a_silent_sign_in_and_an_earlier_one_does_not() {
    for (command, seconds, wins) in [("signInSilent", 0, false), ("signInSilent", 5, false), ("signIn", 0, true)] {
        let mut page = Page::signed_in();
        page.say(&json!({ "do": command, "options": { "mode": "redirect" } })).unwrap();
        page.load();
        page.pass(seconds);
        let (asked, left) = (page.asked()["state"].clone(), page.left_for.clone());
        page.say(&json!({ "do": "signOut", "options": { "federated": false } })).unwrap();
        page.left_for = left;
        assert_eq!(page.asked()["state"], asked);
        let result = returned(&mut page, "alice");
        assert_eq!(result.is_ok(), wins, "{command} {seconds} {result:?}");
        assert_eq!(page.get_session().is_null(), !wins);
        if !wins {
            assert_eq!(result, Err(Code::SignedOut));
            assert_eq!(page.count("/revoke"), 2);
        }
    }
    let mut page = Page::signed_in();
    page.say(&json!({ "do": "signOut", "options": { "federated": false } })).unwrap();
    page.pass(1);
    silently(&mut page, json!({ "mode": "redirect", "force": true })).unwrap();
    assert_eq!(returned(&mut page, "alice").unwrap()["session"]["subject"], "alice");
}
