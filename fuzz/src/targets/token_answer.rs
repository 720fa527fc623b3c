//! An answer of the token endpoint: a session that begins has a token that can stand in a header. `ID` stands for a good ID token.

use serde_json::Value;

use crate::page::{APP, Page, id_token, text as answer};

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::new();
    let query = page.away();
    let body = text.replace("ID", &id_token(&page.claims()));
    page.next("/token", answer(200, "application/json", &body));
    let result = page.callback(&format!("{APP}/callback?{query}"));
    let session = page.get_session();
    assert_eq!(result.is_ok(), !session.is_null());
    if result.is_err() {
        return assert!(page.stored().is_null() && page.heard().is_empty());
    }
    if let Ok(body) = serde_json::from_str::<Value>(&body) {
        let token = body["access_token"].as_str().unwrap_or_default();
        assert!(!token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()));
        assert!(body["token_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")));
        assert!(page.get_tokens().map(|tokens| tokens["accessToken"] == token).unwrap_or(true));
    }
    let _ = page.say(&serde_json::json!({ "do": "refreshSession" }));
}
