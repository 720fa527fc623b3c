//! The end of a session: by the person, and by the provider's word in a frame.

use oxidc_core::Frame;
use oxidc_core::error::Code;
use serde_json::{Value as Json, json};

use crate::page::{APP, ISSUER, Page, answer, id_token, with};

fn told(page: &mut Page, query: &str) -> String {
    let result = page.callback(&format!("{APP}/out{query}")).unwrap();
    assert_eq!(result["handled"], "frontChannelLogout", "{query}");
    result["outcome"].as_str().unwrap().into()
}

/// Somebody is signed in with a session of the provider that has a name; another page of the application is in the provider's frame.
fn framed(more: Json) -> Page {
    let mut page = Page::with(with(more, "frontChannelLogoutUri", format!("{APP}/out").into()));
    let query = page.away();
    let tokens = with(page.tokens(), "id_token", id_token(&with(page.claims(), "sid", "s1".into())).into());
    page.next("/token", answer(200, &tokens));
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    page.frame = Frame::Foreign;
    page.load();
    page
}

#[test]
fn t435_only_the_provider_that_names_this_session_ends_it() {
    let good = format!("?iss={ISSUER}&sid=s1");
    for query in [
        String::new(),
        "?sid=s1".into(),
        format!("?iss={ISSUER}"),
        format!("?iss={ISSUER}/&sid=s1"),
        "?iss=https%3A%2F%2Fevil.example&sid=s1".into(),
        format!("?iss={ISSUER}&sid=s2"),
        format!("?iss={ISSUER}&sid="),
        format!("{good}&sid=s1"),
        format!("{good}&iss={ISSUER}"),
        format!("{good}&x=%zz"),
    ] {
        let mut page = framed(json!({}));
        assert_eq!(told(&mut page, &query), "ignored", "{query}");
        assert_eq!(page.get_session()["subject"], "alice", "{query}");
    }
    let mut page = framed(json!({}));
    let asked = page.requests.len();
    assert_eq!(told(&mut page, &format!("{good}&more=1")), "signedOut");
    assert_eq!(page.get_session(), Json::Null);
    assert_eq!(page.heard(), ["provider_signed_out", "provider_signed_out"]);
    assert_eq!((page.requests.len(), page.shown.len()), (asked, 1), "nothing is asked, and no address is touched");
    assert_eq!(told(&mut page, &good), "ignored", "it is over already");
}

#[test]
fn t435_an_address_that_is_opened_by_itself_ends_nothing() {
    let mut page = framed(json!({}));
    page.frame = Frame::None;
    page.load();
    assert_eq!(told(&mut page, &format!("?iss={ISSUER}&sid=s1")), "ignored");
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn t435_without_a_name_only_where_the_client_is_registered_so() {
    let mut page = framed(json!({ "frontChannelLogoutSessionRequired": false }));
    assert_eq!(told(&mut page, "?sid=s1"), "ignored");
    assert_eq!(told(&mut page, &format!("?iss={ISSUER}&sid=s2")), "ignored");
    assert_eq!(told(&mut page, ""), "signedOut");
    assert_eq!(page.get_session(), Json::Null);
}

#[test]
fn t436_a_frame_that_sees_no_storage_says_so() {
    let mut page = framed(json!({}));
    page.records.clear();
    page.load();
    assert_eq!(told(&mut page, &format!("?iss={ISSUER}&sid=s1")), "unsupported");
}

#[test]
fn t435_who_signed_in_meanwhile_stays_signed_in() {
    let mut newer = framed(json!({}));
    newer.frame = Frame::None;
    newer.random.push_back(vec![99; 96]);
    newer.random.push_back(vec![98; 32]);
    newer.load();
    let query = newer.away();
    newer.callback(&format!("{APP}/callback?{query}")).unwrap();
    let stored = newer.records.iter().find(|((device, _), _)| !device).map(|(key, text)| (key.clone(), text.clone())).unwrap();
    let mut page = framed(json!({}));
    let mut once = Some(stored);
    page.before_write = Some(Box::new(move |records| {
        records.extend(once.take());
        None
    }));
    told(&mut page, &format!("?iss={ISSUER}&sid=s1"));
    page.load();
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn a_window_s_answer_is_no_word_of_the_provider_in_a_frame() {
    let mut page = framed(json!({}));
    page.load_with(&json!({ "redirectUri": format!("{APP}/callback"), "frontChannelLogoutUri": format!("{APP}/callback") }));
    page.windows.push_back(format!("iss={ISSUER}&sid=s1"));
    let error = page.say(&json!({ "do": "signIn", "options": { "mode": "popup" } })).unwrap_err();
    assert_eq!(error.code(), Code::CallbackMalformed);
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn t432_a_sign_out_ends_here_first_and_then_at_the_provider() {
    let mut page = Page::signed_in_with(json!({ "postLogoutRedirectUri": format!("{APP}/callback") }));
    page.load();
    let result = page.say(&json!({ "do": "signOut", "options": { "returnTo": "/bye", "revoke": true } })).unwrap();
    assert_eq!(result, json!({ "navigated": true, "revoked": "done" }));
    assert_eq!((page.get_session(), page.count("/revoke")), (Json::Null, 2));
    let asked = page.asked();
    assert_eq!(asked["client_id"], "app");
    assert!(asked.contains_key("id_token_hint"));
    let back = page.callback(&format!("{APP}/callback?state={}", asked["state"])).unwrap();
    assert_eq!((back["handled"].as_str(), back["returnTo"].as_str()), (Some("signOut"), Some("https://app.example/bye")));
}

#[test]
fn a_sign_out_from_which_nobody_can_come_back_says_so_where_an_address_was_named() {
    for (options, heard) in [(json!({ "returnTo": "/bye" }), true), (json!({ "appState": 1 }), true), (json!({}), false)] {
        let mut page = Page::signed_in();
        let result = page.say(&json!({ "do": "signOut", "options": options })).unwrap();
        assert_eq!((result["navigated"].as_bool(), page.get_session()), (Some(true), Json::Null));
        assert_eq!(page.heard().contains(&"option_invalid".to_owned()), heard, "{options}");
    }
}

#[test]
fn a_sign_out_that_was_not_to_revoke_revokes_nothing() {
    let mut page = Page::signed_in();
    let result = page.say(&json!({ "do": "signOut", "options": { "federated": false } })).unwrap();
    assert_eq!(result, json!({ "navigated": false, "revoked": "notRequested" }));
    assert_eq!((page.get_session(), page.count("/revoke")), (Json::Null, 0));
}

#[test]
fn t430_a_hint_goes_along_up_to_its_limit_only() {
    for (length, goes) in [(6_144, true), (6_145, false)] {
        let mut page = Page::with(json!({ "postLogoutRedirectUri": format!("{APP}/callback") }));
        let query = page.away();
        let token = page.id_token_of_length(length);
        page.next("/token", answer(200, &with(page.tokens(), "id_token", token.into())));
        page.callback(&format!("{APP}/callback?{query}")).unwrap();
        page.say(&json!({ "do": "signOut" })).unwrap();
        let asked = page.asked();
        assert_eq!((asked.contains_key("id_token_hint"), asked["client_id"].as_str()), (goes, "app"), "{length}");
        assert!(page.left_for.last().unwrap().len() < 8_192);
        assert_eq!(page.get_session(), Json::Null);
    }
}

#[test]
fn a_window_that_could_not_come_back_is_not_opened_and_the_person_is_signed_out_here() {
    for more in [json!({}), json!({ "postLogoutRedirectUri": "https://other.example/" })] {
        let mut page = Page::signed_in_with(more);
        page.windows.push_back("state=STATE".into());
        let result = page.say(&json!({ "do": "signOut", "options": { "mode": "popup" } })).unwrap();
        assert_eq!(result["navigated"], false);
        assert_eq!(page.windows.len(), 1, "no window");
        assert_eq!(page.get_session(), Json::Null);
        assert!(page.heard().contains(&"redirect_uri_foreign".to_owned()), "{:?}", page.heard());
    }
    let mut page = Page::signed_in_with(json!({ "postLogoutRedirectUri": format!("{APP}/callback") }));
    page.windows.push_back("state=STATE".into());
    assert_eq!(page.say(&json!({ "do": "signOut", "options": { "mode": "popup" } })).unwrap()["navigated"], true);
    assert_eq!(page.windows.len(), 0);
}

#[test]
fn a_sign_in_in_a_window_needs_a_return_page_of_this_origin() {
    let mut page = Page::with(json!({ "redirectUri": "https://other.example/callback" }));
    page.windows.push_back("code=c0de&state=STATE".into());
    for command in [json!({ "do": "signIn", "options": { "mode": "popup" } }), json!({ "do": "signInSilent" })] {
        assert_eq!(page.say(&command).unwrap_err().code(), Code::RedirectUriForeign, "{command}");
    }
    assert_eq!((page.windows.len(), page.requests.len()), (1, 0), "nothing is opened or asked");
    assert_eq!(page.records.len(), 0, "and no attempt is kept");
    // In this page itself, a person may come back to another origin.
    page.say(&json!({ "do": "signIn" })).unwrap();
    let mut page = Page::signed_in_with(json!({ "postLogoutRedirectUri": "https://other.example/" }));
    assert_eq!(page.say(&json!({ "do": "signOut" })).unwrap()["navigated"], true);
}
