//! The application's say when a session begins.

use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::error::Code;
use serde_json::{Value as Json, json};

use crate::page::{APP, Page, failed};

fn begin(answer: Outcome) -> (Page, Result<Json, Code>) {
    let mut page = Page::with(json!({ "hooks": ["sessionCreating"] }));
    page.hooks.push_back(answer);
    page.say(&json!({ "do": "signIn", "options": { "appState": { "from": "cart" } } })).unwrap();
    let state = page.asked()["state"].clone();
    let result = page.callback(&format!("{APP}/callback?code=c0de&state={state}")).map_err(|error| error.code());
    (page, result)
}

#[test]
fn it_may_add_to_the_session_and_to_the_user_and_change_nothing_that_is_the_client_s() {
    let answer = json!({
        "user": { "sub": "alice", "nick": "al" }, "subject": "mallory", "issuer": "https://evil.example", "cart": [1],
    });
    let (mut page, result) = begin(Outcome::Text(answer.to_string()));
    assert_eq!(result.unwrap()["handled"], "signIn");
    assert!(page.hooked[0].contains(r#""appState":{"from":"cart"}"#));
    for secret in ["access-1", "refresh-1"] {
        assert!(!page.hooked[0].contains(secret));
    }
    page.load();
    let session = page.get_session();
    assert_eq!(session["user"], json!({ "sub": "alice", "nick": "al" }));
    assert_eq!((session["subject"].as_str(), session["issuer"].as_str()), (Some("alice"), Some(crate::page::ISSUER)));
    assert_eq!(session["cart"], json!([1]));
}

#[test]
fn without_its_yes_or_with_another_person_there_is_no_session() {
    let wrong = ["", "{", "null", "[]", "{}", r#"{"user":null}"#, r#"{"user":{}}"#, r#"{"user":{"sub":"mallory"}}"#];
    let answers = wrong.map(|text| Outcome::Text(text.into()));
    for answer in answers.into_iter().chain([failed(Failure::Denied), Outcome::Done]) {
        let (mut page, result) = begin(answer);
        assert_eq!(result, Err(Code::SessionHookFailed));
        assert_eq!((page.get_session(), page.stored()), (Json::Null, Json::Null));
        assert_eq!(page.count("/revoke"), 2, "nobody keeps what was issued");
    }
}
