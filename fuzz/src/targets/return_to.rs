//! Where to go after a sign-in: to the page's own origin, or nowhere in particular.

use oxidc_core::command::SignInOptions;

use crate::page::{APP, Page};

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::new();
    let asked = page.sign_in(SignInOptions { return_to: Some(text.into()), ..SignInOptions::default() });
    let state = asked.get("state").map(String::as_str).unwrap_or_default();
    let result = page.callback(&format!("{APP}/callback?code=c0de&state={state}")).unwrap_or_default();
    assert_eq!(result["handled"], "signIn", "a bad address is no reason not to sign in");
    if let Some(went) = result["returnTo"].as_str() {
        assert!(went.starts_with("https://app.example/"), "{went}");
    }
}
