//! Answers to a refresh: what they change, and what they must not.

use oxidc_core::command::{Command, SignOutOptions, TokenOptions};
use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::error::{Code, SessionEffect};
use oxidc_core::wire::http::Response;
use serde_json::{Value as Json, json};

use crate::page::{Page, REFRESH, answer, failed, id_token, with};

/// A refresh whose ID token has another claim.
fn refreshed_with(name: &str, value: Json) -> (Page, Result<Json, oxidc_core::error::Error>) {
    let mut page = Page::expired();
    let tokens = with(page.tokens(), "refresh_token", "refresh-2".into());
    let tokens = with(tokens, "access_token", "access-2".into());
    page.next("/token", answer(200, &with(tokens, "id_token", id_token(&with(page.claims(), name, value)).into())));
    let result = page.get_tokens();
    (page, result)
}

#[test]
fn t086_another_subject_ends_the_session_and_its_tokens_are_revoked() {
    let (mut page, result) = refreshed_with("sub", "alice1".into());
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::UserChanged, SessionEffect::Ended));
    assert_eq!(page.get_session(), Json::Null);
    assert_eq!(page.heard(), ["user_changed", "user_changed"]);
    assert_eq!((page.count("/revoke"), page.form("/revoke")["token"].as_str()), (2, "access-2"));
    assert!(!page.stored().to_string().contains("alice"), "{}", page.stored());
    page.get_tokens().unwrap_err();
    assert_eq!(page.count("/token"), 1, "nothing more is asked");
}

#[test]
fn t087_t088_a_token_of_another_issuer_audience_authentication_or_sign_in_is_not_used() {
    for (name, value, code) in [
        ("iss", json!("https://login.example1"), Code::IdTokenIssuer),
        ("aud", json!("other"), Code::IdTokenAudience),
        ("nonce", json!("other"), Code::IdTokenNonce),
    ] {
        let (mut page, result) = refreshed_with(name, value);
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.session()), (code, SessionEffect::Kept));
        let session = page.get_session();
        assert_eq!((session["subject"].as_str(), &session["claims"]["iss"]), (Some("alice"), &json!(crate::page::ISSUER)));
        assert!(!page.stored().to_string().contains("access-2"), "nothing of the answer is used");
        assert!(page.heard().is_empty(), "{:?}", page.heard());
    }
    for nonce in [Json::Null, Page::expired().claims()["nonce"].clone()] {
        refreshed_with("nonce", nonce).1.unwrap();
    }
}

#[test]
fn t087_a_later_time_of_authentication_is_refused() {
    let mut page = Page::new();
    let query = page.away();
    let tokens = |page: &Page, at: i64| with(page.tokens(), "id_token", id_token(&with(page.claims(), "auth_time", at.into())).into());
    page.next("/token", answer(200, &tokens(&page, crate::page::NOW)));
    page.callback(&format!("{}/callback?{query}", crate::page::APP)).unwrap();
    page.pass(3_700);
    page.next("/token", answer(200, &tokens(&page, crate::page::NOW + 100)));
    assert_eq!(page.get_tokens().unwrap_err().code(), Code::IdTokenAuthTime);
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn t090_without_an_id_token_the_one_there_is_kept() {
    let mut page = Page::expired();
    let before = page.get_session()["claims"].clone();
    page.next("/token", answer(200, &with(page.tokens(), "id_token", Json::Null)));
    page.get_tokens().unwrap();
    assert_eq!((page.get_session()["claims"].clone(), page.verified), (before, 1));
}

#[test]
fn t493_a_refresh_request_has_exactly_what_it_must_have() {
    let mut page = Page::expired();
    page.get_tokens().unwrap();
    let form = page.form("/token");
    assert_eq!(form.keys().collect::<Vec<_>>(), ["client_id", "grant_type", "refresh_token"]);
    assert_eq!((form["grant_type"].as_str(), form["refresh_token"].as_str()), ("refresh_token", REFRESH));
    let request = page.requests.iter().find(|request| request.url.ends_with("/token")).unwrap();
    assert!(request.headers.iter().all(|(name, _)| *name != "authorization") && !request.url.contains('?'));
}

#[test]
fn t214_a_refusal_is_forgotten_when_the_storage_has_a_newer_token() {
    let mut page = Page::expired();
    let mut other = Page::expired();
    other.records.clone_from(&page.records);
    // The other tab refreshes while the answer for this one is on its way: the storage changes between request and answer.
    page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
    let newer = {
        let mut tab = Page::expired();
        tab.records.clone_from(&page.records);
        tab.load();
        tab.next("/token", answer(200, &with(with(tab.tokens(), "refresh_token", "refresh-9".into()), "id_token", Json::Null)));
        tab.get_tokens().unwrap();
        tab.records
    };
    page.swap_when_asked = Some(newer);
    page.get_tokens().unwrap();
    assert_eq!(page.get_session()["subject"], "alice");
    assert!(!page.heard().contains(&"refresh_rejected".into()));
}

#[test]
fn t215_a_refusal_of_the_stored_token_ends_the_session_once() {
    let mut page = Page::expired();
    page.next("/token", answer(400, &json!({ "error": "invalid_grant", "error_description": REFRESH })));
    let error = page.get_tokens().unwrap_err();
    assert_eq!((error.code(), error.session()), (Code::RefreshRejected, SessionEffect::Ended));
    assert!(!error.to_string().contains(REFRESH), "t209: a message holds no token");
    assert_eq!((page.count("/token"), page.get_session()), (1, Json::Null));
    assert_eq!(page.heard(), ["refresh_rejected", "refresh_rejected"]);
}

#[test]
fn t500_a_refresh_token_whose_worker_is_gone_ends_the_session_with_a_code_of_its_own() {
    let mut page = Page::expired();
    page.next("/token", failed(Failure::Lost));
    let error = page.get_tokens().unwrap_err();
    assert_eq!((error.code(), error.session(), error.retryable()), (Code::WorkerLost, SessionEffect::Ended, false));
    assert_eq!(page.heard(), ["worker_lost", "worker_lost"]);
    assert_eq!((page.get_session(), page.count("/token")), (Json::Null, 1));
    assert_eq!(page.stored()["ended"]["reason"], "worker_lost");
    // Another page reads why from the mark.
    let mut other = Page::expired();
    other.get_session();
    other.records.clone_from(&page.records);
    other.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
    assert_eq!(other.heard(), ["worker_lost", "worker_lost"]);
}

#[test]
fn t500_a_new_sign_in_of_another_tab_is_adopted_where_the_worker_is_gone() {
    let mut page = Page::expired();
    page.next("/token", failed(Failure::Lost));
    let newer = {
        let mut tab = Page::expired();
        tab.records.clone_from(&page.records);
        tab.load();
        tab.next("/token", answer(200, &with(with(tab.tokens(), "refresh_token", "refresh-9".into()), "id_token", Json::Null)));
        tab.get_tokens().unwrap();
        tab.records
    };
    page.swap_when_asked = Some(newer);
    page.get_tokens().unwrap();
    assert_eq!(page.get_session()["subject"], "alice");
    assert!(!page.heard().contains(&"worker_lost".into()));
}

#[test]
fn t183_t185_t186_t200_t202_t203_t204_t206_t207_nothing_but_a_refusal_ends_the_session() {
    let html =
        Outcome::Http(Response { status: 200, content_type: Some("text/html".into()), body: "<html>".into(), ..Response::default() });
    let untyped = Outcome::Http(Response { status: 400, body: r#"{"error":"invalid_grant"}"#.into(), ..Response::default() });
    for outcome in [
        html,
        untyped,
        answer(200, &json!([])),
        answer(200, &json!({})),
        answer(400, &json!({})),
        answer(400, &json!({ "error": 1 })),
        answer(400, &json!({ "error": "invalid_grant1" })),
        answer(401, &json!({ "error": "invalid_client" })),
        answer(403, &json!({ "error": "unauthorized_client" })),
        answer(500, &json!({ "error": "invalid_grant" })),
        answer(503, &json!({ "error": "temporarily_unavailable" })),
        answer(404, &json!({})),
        answer(429, &json!({ "error": "invalid_grant" })),
        failed(Failure::TooLarge),
        failed(Failure::Redirected),
        failed(Failure::Offline),
        failed(Failure::Denied),
    ] {
        let mut page = Page::expired();
        let said = format!("{outcome:?}");
        page.next("/token", outcome.clone());
        page.next("/token", outcome);
        let error = page.get_tokens().unwrap_err();
        assert_ne!(error.session(), SessionEffect::Ended, "{said}");
        assert_eq!(page.get_session()["subject"], "alice", "{said}");
        assert_eq!(page.stored()["refreshToken"], REFRESH, "{said}");
        assert!(page.heard().is_empty(), "{said}: {:?}", page.heard());
        // After the pause it works again.
        page.repair();
        page.pass(3_601);
        page.get_tokens().unwrap();
    }
}

#[test]
fn t225_a_network_that_comes_back_after_hours_finds_one_more_try() {
    let mut page = Page::expired();
    page.next("/token", failed(Failure::Timeout));
    page.next("/token", failed(Failure::Timeout));
    assert_eq!(page.get_tokens().unwrap_err().session(), SessionEffect::Unknown);
    assert_eq!(page.count("/token"), 2);
    page.pass(7_200);
    page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
    assert_eq!(page.get_tokens().unwrap_err().code(), Code::RefreshLost);
    assert_eq!(page.count("/token"), 3);
}

#[test]
fn t454_a_resource_that_is_refused_leaves_the_session_alone() {
    let mut page = Page::signed_in_with(json!({ "resources": ["https://api.example/"] }));
    page.next("/token", answer(400, &json!({ "error": "invalid_target" })));
    let wanted = TokenOptions { resources: vec!["https://api.example/".into()], ..TokenOptions::default() };
    assert_eq!(page.call(Command::GetTokens(wanted)).unwrap_err().code(), Code::ResourceRejected);
    assert_eq!((page.get_session()["subject"].as_str(), page.stored()["refreshToken"].as_str()), (Some("alice"), Some(REFRESH)));
    // What the sign-in did not ask for is not asked of the provider.
    let unknown = TokenOptions { resources: vec!["https://other.example/".into()], ..TokenOptions::default() };
    assert_eq!(page.call(Command::GetTokens(unknown)).unwrap_err().code(), Code::ResourceRejected);
    assert_eq!(page.count("/token"), 1);
}

#[test]
fn t427_t428_the_refresh_token_is_revoked_first_and_the_end_never_waits_for_it() {
    for (outcome, said) in [
        (answer(200, &json!({})), "done"),
        (answer(400, &json!({ "error": "unsupported_token_type" })), "failed"),
        (answer(503, &json!({})), "failed"),
        (failed(Failure::Timeout), "failed"),
    ] {
        let mut page = Page::signed_in();
        page.next("/revoke", outcome);
        page.next("/revoke", answer(400, &json!({ "error": "unsupported_token_type" })));
        let result = page.call(Command::SignOut(SignOutOptions { revoke: true, federated: false, ..SignOutOptions::default() })).unwrap();
        assert_eq!(result, json!({ "navigated": false, "revoked": said }));
        let hints: Vec<_> =
            page.requests.iter().filter_map(|request| request.body.as_deref()?.split("hint=").nth(1)?.split('&').next()).collect();
        assert_eq!(hints, ["refresh_token", "access_token"]);
        assert_eq!(page.get_session(), Json::Null);
    }
}

#[test]
fn t429_an_insecure_endpoint_for_sign_outs_is_refused_with_the_whole_document() {
    let mut page = Page::new();
    page.next(
        "/.well-known/openid-configuration",
        answer(200, &with(crate::page::metadata(), "end_session_endpoint", "http://login.example/end".into())),
    );
    let error = page.say(&json!({ "do": "signIn" })).unwrap_err();
    assert_eq!((error.code(), page.left_for.len()), (Code::EndpointInsecure, 0));
}

#[test]
fn t484_a_mark_that_a_page_left_behind_does_not_block_the_next_for_long() {
    let mut page = Page::expired();
    let mut record = page.stored();
    let until = page.now.wall + 9_000;
    record["flight"] =
        json!({ "open": true, "locked": false, "until": until, "failures": 0, "refusals": 0, "asked": false, "lost": false });
    let key = page.records.keys().find(|(device, _)| !device).unwrap().clone();
    page.records.insert(key, record.to_string());
    page.load();
    page.get_tokens().unwrap();
    assert!(page.now.wall >= until && page.count("/token") == 1, "it waited, and then asked once");
}

#[test]
fn a_call_says_for_which_resource_and_scopes() {
    for command in [Command::GetTokens as fn(TokenOptions) -> Command, Command::RefreshSession] {
        let mut page = Page::signed_in_with(json!({ "resources": ["https://api.example/"], "scopes": "openid a b" }));
        page.next("/token", answer(200, &json!({ "access_token": "at-2", "token_type": "Bearer", "expires_in": 60 })));
        let wanted = TokenOptions { resources: vec!["https://api.example/".into()], scopes: vec!["a".into()], ..TokenOptions::default() };
        page.call(command(wanted)).unwrap();
        let form = page.form("/token");
        assert_eq!(
            (form["grant_type"].as_str(), form["resource"].as_str(), form["scope"].as_str()),
            ("refresh_token", "https://api.example/", "a")
        );
    }
}

#[test]
fn a_new_refresh_token_is_stored_before_a_key_is_waited_for_and_else_once() {
    for (kid, writes) in [("k1", 0), ("k2", 1)] {
        // The keys are here, but not `k2`.
        let mut page = Page::signed_in();
        page.pass(61);
        let tokens = with(page.tokens(), "refresh_token", "refresh-2".into());
        page.next("/token", answer(200, &with(tokens, "id_token", crate::page::id_token_of(kid, &page.claims()).into())));
        page.next("/jwks", answer(200, &crate::page::keys(&["k2"])));
        page.done.clear();
        page.say(&json!({ "do": "refreshSession" })).unwrap();
        let answered = page.done.iter().position(|done| done == "/token").unwrap();
        let after = &page.done[answered..];
        let known = after.iter().position(|done| done == "/jwks").unwrap_or(0);
        assert_eq!(after[..known].iter().filter(|done| done.starts_with("oxidc:session")).count(), writes, "{after:?}");
        assert_eq!(after.iter().filter(|done| done.starts_with("oxidc:session")).count(), writes + 1, "{after:?}");
        assert_eq!(page.stored()["refreshToken"], "refresh-2");
    }
}

#[test]
fn t407_a_token_for_one_api_is_never_one_for_another() {
    let [one, two] = ["https://one.example/", "https://two.example/"];
    let mut page = Page::signed_in_with(json!({ "resources": [one, two] }));
    let tokens = |page: &mut Page, resource: &str| {
        let wanted = TokenOptions { resources: vec![resource.into()], ..TokenOptions::default() };
        page.call(Command::GetTokens(wanted)).unwrap()["accessToken"].as_str().unwrap().to_owned()
    };
    let first = tokens(&mut page, one);
    assert_eq!(page.form("/token")["resource"], one);
    let second = tokens(&mut page, two);
    assert_eq!(page.form("/token")["resource"], two);
    assert_ne!(first, second);
    assert_ne!(page.get_tokens().unwrap()["accessToken"], second.as_str(), "nor the one of the sign-in");
    for _ in 0..2 {
        assert_eq!((tokens(&mut page, one), tokens(&mut page, two)), (first.clone(), second.clone()));
        page.load();
    }
    assert_eq!(page.count("/token"), 2, "each is fetched once");
}

#[test]
fn t407_a_token_of_other_scopes_is_asked_for_by_their_names() {
    let mut page = Page::signed_in_with(json!({ "scopes": "openid read write" }));
    let whole = page.get_tokens().unwrap()["accessToken"].clone();
    let wanted = || Command::GetTokens(TokenOptions { scopes: vec!["openid".into(), "read".into()], ..TokenOptions::default() });
    page.requests.clear();
    page.next("/token", answer(200, &with(page.tokens(), "access_token", "narrow".into())));
    assert_eq!(page.call(wanted()).unwrap()["accessToken"], "narrow");
    assert_eq!(page.form("/token")["scope"], "openid read");
    assert_eq!(
        (page.get_tokens().unwrap()["accessToken"].clone(), page.call(wanted()).unwrap()["accessToken"].clone()),
        (whole, "narrow".into())
    );
}

#[test]
fn what_a_refreshed_id_token_says_is_what_the_session_says() {
    let (mut page, result) = refreshed_with("name", "Alice the second".into());
    result.unwrap();
    let session = page.get_session();
    assert_eq!((&session["user"]["name"], &session["claims"]["name"]), (&json!("Alice the second"), &json!("Alice the second")));
    assert!(page.heard().contains(&"refreshed".into()), "{:?}", page.heard());
    let expected = id_token(&with(page.claims(), "name", "Alice the second".into()));
    assert_eq!(page.get_tokens().unwrap()["idToken"], expected.as_str());
}

#[test]
fn t087_a_time_of_authentication_may_be_left_out_by_either() {
    for (first, second) in [(Some(0), None), (None, Some(0))] {
        let mut page = Page::new();
        let query = page.away();
        let tokens = |page: &Page, at: Option<i64>| {
            let at = at.map_or(Json::Null, |at| (crate::page::NOW + at).into());
            with(page.tokens(), "id_token", id_token(&with(page.claims(), "auth_time", at)).into())
        };
        page.next("/token", answer(200, &tokens(&page, first)));
        page.callback(&format!("{}/callback?{query}", crate::page::APP)).unwrap();
        page.pass(3_700);
        page.next("/token", answer(200, &tokens(&page, second)));
        page.get_tokens().unwrap();
    }
}

#[test]
fn t224_a_refusal_after_an_answer_that_could_not_be_used_is_a_loss() {
    for unusable in [
        failed(Failure::TooLarge),
        crate::page::text(200, "text/html", "<html>"),
        answer(200, &json!({ "access_token": 1 })),
        answer(
            200,
            &with(
                Page::expired().tokens(),
                "id_token",
                id_token(&with(Page::expired().claims(), "iss", "https://evil.example".into())).into(),
            ),
        ),
    ] {
        let mut page = Page::expired();
        page.next("/token", unusable);
        page.get_tokens().unwrap_err();
        page.pass(3_601);
        page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
        assert_eq!(page.get_tokens().unwrap_err().code(), Code::RefreshLost);
    }
    // Who certainly was not heard has lost nothing.
    for harmless in [answer(503, &json!({})), answer(429, &json!({})), failed(Failure::Offline)] {
        let mut page = Page::expired();
        page.next("/token", harmless);
        page.get_tokens().unwrap_err();
        page.pass(3_601);
        page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
        assert_eq!(page.get_tokens().unwrap_err().code(), Code::RefreshRejected);
    }
}

#[test]
fn keys_that_cannot_be_fetched_cost_the_id_token_and_not_the_refresh_token() {
    let mut page = Page::expired();
    let tokens = with(page.tokens(), "refresh_token", "refresh-2".into());
    page.next("/token", answer(200, &with(tokens, "id_token", crate::page::id_token_of("k2", &page.claims()).into())));
    for _ in 0..3 {
        page.next("/jwks", failed(Failure::Network));
    }
    let before = page.get_session()["claims"].clone();
    let result = page.get_tokens();
    assert_eq!(page.stored()["refreshToken"], "refresh-2");
    assert_eq!(page.get_session()["claims"], before);
    assert!(result.is_ok() || result.is_err_and(|error| error.session() == SessionEffect::Kept));
}
