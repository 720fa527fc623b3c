//! How long an access token is answered, by both clocks.

use oxidc_core::command::{Command, TokenOptions};
use oxidc_core::effect::Failure;
use serde_json::{Value as Json, json};

use crate::page::{APP, Page, answer, failed, with};

/// A page that signed in just now; its access token lives so many seconds, or nobody knows how long.
fn living(lifetime: Option<i64>) -> Page {
    let mut page = Page::with(json!({ "resources": ["https://one.example/", "https://two.example/"], "scopes": "openid read" }));
    let query = page.away();
    page.next("/token", answer(200, &with(page.tokens(), "expires_in", lifetime.map_or(Json::Null, Json::from))));
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
    page.requests.clear();
    page
}

fn pass_milliseconds(page: &mut Page, duration: i64) {
    page.now.wall += duration;
    page.now.monotonic += duration;
}

#[test]
fn a_token_is_answered_until_its_margin_or_for_ten_seconds_and_never_beyond_its_end() {
    for (lifetime, age, requests) in [
        (3_600, 3_299_999, 0),
        (3_600, 3_300_000, 1),
        (60, 29_999, 0),
        (60, 30_000, 1),
        (40, 19_999, 0),
        (40, 20_000, 1),
        (20, 9_999, 0),
        (20, 10_000, 1),
        (15, 8_000, 0),
        (15, 9_999, 0),
        (15, 10_000, 1),
        (4, 3_999, 0),
        (4, 4_000, 1),
        (0, 0, 1),
    ] {
        let mut page = living(Some(lifetime));
        pass_milliseconds(&mut page, age);
        page.get_tokens().unwrap();
        assert_eq!(page.count("/token"), requests, "{lifetime} s, after {age} ms");
    }
}

#[test]
fn an_answer_says_how_long_it_is_good_without_asking_again() {
    for (lifetime, age, fresh) in [(Some(3_600), 0, 3_300_000), (Some(3_600), 600_000, 2_700_000), (Some(15), 9_000, 0), (None, 0, 60_000)]
    {
        let mut page = living(lifetime);
        pass_milliseconds(&mut page, age);
        assert_eq!(page.get_tokens().unwrap()["freshFor"], fresh, "{lifetime:?} after {age} ms");
    }
}

#[test]
fn a_token_about_to_expire_is_better_than_none_and_an_expired_one_is_none() {
    for (age, good) in [(3_599_999, true), (3_600_000, false)] {
        let mut page = living(Some(3_600));
        pass_milliseconds(&mut page, age);
        page.next("/token", failed(Failure::Offline));
        assert_eq!(page.get_tokens().is_ok(), good, "after {age} ms");
        assert_eq!(page.count("/token"), 1);
    }
    // Not for who wants a new one.
    let mut page = living(Some(3_600));
    page.next("/token", failed(Failure::Offline));
    page.call(Command::GetTokens(TokenOptions { force_refresh: true, ..TokenOptions::default() })).unwrap_err();
}

#[test]
fn the_next_page_knows_how_old_a_token_is() {
    // It is no token that was obtained a moment ago.
    let mut page = living(Some(300));
    page.pass(250);
    page.load();
    page.get_tokens().unwrap();
    assert_eq!(page.count("/token"), 1);
    // A day is not too long for a token.
    let mut page = living(Some(86_400));
    page.pass(80_000);
    page.load();
    page.get_tokens().unwrap();
    assert_eq!(page.count("/token"), 0);
}

#[test]
fn a_wall_clock_that_is_put_back_makes_no_token_live_longer() {
    for reload in [false, true] {
        let mut page = living(Some(3_600));
        page.pass(3_000);
        if reload {
            page.load();
        }
        page.get_tokens().unwrap();
        assert_eq!(page.count("/token"), 0);
        page.now.wall -= 3_000_000;
        page.get_tokens().unwrap();
        page.pass(601);
        page.get_tokens().unwrap();
        assert_eq!(page.count("/token"), 1, "{reload}");
    }
}

#[test]
fn a_token_from_more_than_a_second_ahead_is_renewed_first() {
    for (ahead, requests) in [(1_000, 0), (1_001, 1)] {
        let mut page = living(Some(3_600));
        let mut tokens = page.stored()["tokens"].clone();
        tokens[0]["obtainedAt"] = (page.now.wall + ahead).into();
        page.rewrite(&json!({ "tokens": tokens }));
        page.load();
        page.get_tokens().unwrap();
        assert_eq!(page.count("/token"), requests, "{ahead} ms");
    }
}

#[test]
fn a_token_that_never_lived_is_renewed_and_ends_nothing() {
    let mut page = living(Some(3_600));
    let mut tokens = page.stored()["tokens"].clone();
    tokens[0]["lifetime"] = 0.into();
    page.rewrite(&json!({ "tokens": tokens }));
    page.load();
    assert_eq!(page.get_session()["subject"], "alice");
    page.get_tokens().unwrap();
    assert_eq!(page.count("/token"), 1);
}

#[test]
fn expired_tokens_are_dropped_but_not_the_default_one() {
    let mut page = living(Some(100));
    let get = |page: &mut Page, resource: Option<&str>, scope: Option<&str>, seconds: i64| {
        page.next("/token", answer(200, &json!({ "access_token": "at", "token_type": "Bearer", "expires_in": seconds })));
        let options = TokenOptions {
            resources: resource.map(String::from).into_iter().collect(),
            scopes: scope.map(String::from).into_iter().collect(),
            ..TokenOptions::default()
        };
        page.call(Command::GetTokens(options)).unwrap();
    };
    get(&mut page, Some("https://one.example/"), None, 100);
    get(&mut page, None, Some("read"), 100);
    page.pass(100);
    get(&mut page, Some("https://two.example/"), None, 100);
    let kept: Vec<_> =
        page.stored()["tokens"].as_array().unwrap().iter().map(|t| (t["resources"].clone(), t["requested"].clone())).collect();
    let [default, two] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((&default.0, &default.1), (&json!([]), &json!(["openid", "read"])));
    assert_eq!(two.0, json!(["https://two.example/"]));
}
