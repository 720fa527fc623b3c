//! The session as a machine: each character is something that happens. Whoever is signed in stays so until they sign out or the
//! provider ends it, whoever signed out stays so, no call asks twice and again, and when the trouble is over tokens come.

use std::collections::VecDeque;

use oxidc_core::effect::{Failure, Outcome};
use serde_json::json;

use crate::page::{APP, Page, answer, failed, id_token, text as plain, with};

/// How many things happen at most.
const MOST: usize = 80;

/// A wrong answer of the token endpoint. The ones for `i` and `m` end a session.
fn wrong(page: &Page, step: char) -> Option<Outcome> {
    Some(match step {
        'i' => answer(400, &json!({ "error": "invalid_grant" })),
        'm' => answer(200, &with(page.tokens(), "id_token", id_token(&with(page.claims(), "sub", "mallory".into())).into())),
        'e' => answer(200, &with(page.tokens(), "id_token", id_token(&with(page.claims(), "iss", "https://evil.example".into())).into())),
        'q' => answer(400, &json!({ "error": "invalid_request" })),
        '5' => answer(503, &json!({})),
        '4' => answer(429, &json!({ "error": "invalid_grant" })),
        '2' => answer(200, &json!({ "access_token": 1 })),
        'h' => plain(200, "text/html", "<html>"),
        't' => failed(Failure::Timeout),
        'n' => failed(Failure::Network),
        _ => return None,
    })
}

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::signed_in();
    let mut alive = true;
    let mut scripted = VecDeque::new();
    for step in text.chars().take(MOST) {
        if let Some(outcome) = wrong(&page, step) {
            page.next("/token", outcome);
            scripted.push_back(step);
            continue;
        }
        let asked = page.count("/token");
        match step {
            's' => {
                page.repair();
                scripted.clear();
                let query = page.away();
                page.callback(&format!("{APP}/callback?{query}")).unwrap_or_default();
                alive = true;
            }
            'o' => {
                page.say(&json!({ "do": "signOut", "options": { "federated": false } })).unwrap_or_default();
                alive = false;
            }
            'g' => {
                let tokens = page.get_tokens();
                let good = tokens.is_ok_and(|tokens| tokens["accessToken"].as_str().is_some_and(|token| token.starts_with("access-")));
                assert!(alive || !good, "a token for nobody");
            }
            'r' => drop(page.say(&json!({ "do": "refreshSession" }))),
            'l' => page.load(),
            'v' | 'k' => drop(page.say(&json!({ "do": "notice", "what": if step == 'v' { "visible" } else { "stored" } }))),
            'p' => page.pass(60),
            'P' => page.pass(3_700),
            'b' => page.now.wall -= 400_000,
            'f' => page.now.wall += 400_000,
            _ => continue,
        }
        let asked = page.count("/token") - asked;
        assert!(asked <= 2, "{step} asked {asked} times");
        let ends = scripted.drain(..asked.min(scripted.len())).any(|answer| matches!(answer, 'i' | 'm'));
        let here = page.get_session();
        assert!(here.is_null() || here["subject"] == "alice", "{here}");
        if ends {
            alive = alive && !here.is_null();
        }
        assert_eq!(!here.is_null(), alive, "after {step}");
    }
    page.repair();
    page.pass(2 * 86_400);
    // A refresh token that was refused three times with another word is not tried again by itself.
    let may_need_sign_in = text.matches('q').count() >= 3;
    assert!(page.get_tokens().is_ok() == alive || may_need_sign_in, "in the end");
}
