//! A configuration document: nobody is sent anywhere but to a secure address that the document of the issuer names.

use oxidc_core::command::{Command, SignInOptions};
use oxidc_core::wire::url::Endpoint;

use crate::page::{ISSUER, Page, text as answer};

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::new();
    page.next("/.well-known/openid-configuration", answer(200, "application/json", text));
    let result = page.call(Command::SignIn(SignInOptions::default()));
    assert_eq!(result.is_ok(), page.left_for.len() == 1);
    let Some(left_for) = page.left_for.first() else { return assert!(page.records.is_empty()) };
    assert!(Endpoint::parse(left_for).is_ok_and(|endpoint| endpoint.is_secure()), "{left_for}");
    // What serde_json refuses is a number that no double holds.
    if let Ok(document) = serde_json::from_str::<serde_json::Value>(text) {
        assert_eq!(document["issuer"], ISSUER);
        assert!(left_for.starts_with(document["authorization_endpoint"].as_str().unwrap_or("?")), "{left_for}");
    }
}
