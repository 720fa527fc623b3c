//! A stored session, as another script of the origin may leave it: somebody's own session, or none.

use crate::page::{ISSUER, Page};

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::new();
    page.records.insert((false, format!("oxidc:session:{}:{ISSUER}:app", ISSUER.len())), text.into());
    let session = page.get_session();
    assert!(page.requests.is_empty() && page.left_for.is_empty());
    if !session.is_null() {
        assert_eq!((&session["issuer"], &session["clientId"]), (&ISSUER.into(), &"app".into()));
        assert_eq!(session["subject"], session["claims"]["sub"]);
    }
    let _ = page.get_tokens();
    let _ = page.say(&serde_json::json!({ "do": "signOut", "options": { "federated": false, "revoke": true } }));
    assert!(page.get_session().is_null());
}
