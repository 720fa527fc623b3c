//! The address of a callback: whatever is refused leads to no request, and an address that is cleaned holds nothing of an answer. `STATE`
//! stands for the state of an attempt.

use oxidc_core::wire::form::parse;
use oxidc_core::wire::url::split_query;

use crate::page::{APP, ISSUER, Page};

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::new();
    let query = page.away();
    let state = query.split("state=").nth(1).unwrap_or_default();
    let asked = page.requests.len();
    let result = page.callback(&format!("{APP}/callback{}", text.replace("STATE", state)));
    let signed_in = page.get_session()["subject"] == "alice";
    match result {
        Ok(result) if result["handled"] == "signIn" => assert!(signed_in && page.shown.len() == 1),
        Ok(result) => assert!(result["handled"] == "none" && page.requests.len() == asked && page.shown.is_empty()),
        Err(error) => {
            assert!(!signed_in && page.requests.len() == asked && page.shown.len() <= 1, "{error}");
            assert!(!error.to_string().contains(state));
        }
    }
    assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)));
    for shown in &page.shown {
        let query = split_query(shown).1.map(|query| parse(query).expect("what could not be read is not shown")).unwrap_or_default();
        assert!(
            query.iter().all(|(name, _)| !["code", "state", "iss", "error", "access_token", "id_token"].contains(&name.as_str())),
            "{shown}"
        );
    }
}
