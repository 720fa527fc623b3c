//! `WWW-Authenticate` of an API: one refresh and one repetition at most.

use oxidc_core::wire::http::Response;

use crate::page::Page;

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::signed_in();
    page.pass(60);
    page.api.push_back(Response { status: 401, www_authenticate: Some(text.into()), ..Response::default() });
    let fetch = serde_json::json!({ "do": "fetch", "origin": "https://api.example", "replayable": true });
    assert!(page.say(&fetch).is_ok());
    assert!(page.sent.len() <= 2 && page.count("/token") == page.sent.len() - 1);
    if !text.to_ascii_lowercase().contains("bearer")
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && !text.is_empty()
        && text.len() < 8_000
    {
        assert_eq!(page.sent.len(), 1, "no token is asked for");
    }
}
