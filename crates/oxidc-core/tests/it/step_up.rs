//! An API that wants a newer or stronger sign-in (RFC 9470).

use oxidc_core::effect::Outcome;
use oxidc_core::error::Code;
use oxidc_core::wire::http::Response;
use serde_json::{Value as Json, json};

use crate::page::{APP, Page};

const API: &str = "https://api.example";

fn demand(more: &str) -> Response {
    let challenge = format!("Bearer error=\"insufficient_user_authentication\"{more}");
    Response { status: 401, www_authenticate: Some(challenge), ..Response::default() }
}

fn fetch(page: &mut Page, replayable: bool) -> Result<(), Code> {
    page.say(&json!({ "do": "fetch", "origin": API, "replayable": replayable })).map(drop).map_err(|error| error.code())
}

fn page(options: Json) -> Page {
    let mut page = Page::with(json!({ "hooks": ["stepUp"] }));
    page.say(&json!({ "do": "signIn", "options": options })).unwrap();
    let state = page.asked()["state"].clone();
    let mut claims = page.claims();
    claims["auth_time"] = (page.now.wall / 1_000).into();
    let tokens = crate::page::with(page.tokens(), "id_token", crate::page::id_token(&claims).into());
    page.next("/token", crate::page::answer(200, &tokens));
    page.callback(&format!("{APP}/callback?code=c0de&state={state}")).unwrap();
    page
}

#[test]
fn t455_the_application_is_asked_once_and_the_request_repeated_once() {
    let yes = || Outcome::Text("true".into());
    for (hook, replayable, again, result, sent) in [
        (Some(yes()), true, None, Ok(()), 2),
        (Some(yes()), true, Some(demand("")), Err(Code::StepUpUnsatisfied), 2),
        (Some(Outcome::Text("false".into())), true, None, Err(Code::StepUpRequired), 1),
        (Some(Outcome::Text("1".into())), true, None, Err(Code::StepUpRequired), 1),
        (None, true, None, Err(Code::StepUpRequired), 1),
        (Some(yes()), false, None, Err(Code::StepUpRequired), 1),
    ] {
        let mut page = page(json!({}));
        page.pass(61);
        page.hooks.extend(hook);
        page.api.push_back(demand(", acr_values=\"gold\", max_age=\"10\""));
        page.api.extend(again);
        assert_eq!((fetch(&mut page, replayable), page.sent.len()), (result, sent));
        assert_eq!(page.hooked.len(), usize::from(replayable), "{:?}", page.hooked);
        assert_eq!(page.count("/token"), 1, "no refresh helps");
        assert_eq!(page.get_session()["subject"], "alice");
    }
    // Nobody to ask.
    let mut page = Page::signed_in();
    page.api.push_back(demand(", acr_values=\"gold\""));
    assert_eq!((fetch(&mut page, true), page.hooked.len()), (Err(Code::StepUpRequired), 0));
}

#[test]
fn t455_a_refusal_with_another_status_demands_nothing() {
    let mut page = page(json!({}));
    page.api.push_back(Response { status: 403, ..demand(", acr_values=\"gold\"") });
    assert_eq!((fetch(&mut page, true), page.hooked.len(), page.sent.len()), (Ok(()), 0, 1));
}

#[test]
fn t455_a_sign_in_that_asked_for_exactly_this_a_moment_ago_is_not_repeated() {
    let asked = json!({ "acrValues": ["gold", "silver"], "maxAge": 90 });
    let same = ", acr_values=\"gold silver\", max_age=\"90\"";
    for (options, demanded, seconds, circles) in [
        (asked.clone(), same, 0, true),
        (asked.clone(), same, 89, true),
        (asked.clone(), same, 90, false),
        (asked.clone(), same, -1, false),
        (asked.clone(), ", acr_values=\"gold\", max_age=\"90\"", 0, false),
        (asked.clone(), ", acr_values=\"silver gold\", max_age=\"90\"", 0, false),
        (asked.clone(), ", acr_values=\"gold silver bronze\", max_age=\"90\"", 0, false),
        (asked.clone(), ", acr_values=\"gold silver\", max_age=\"89\"", 0, false),
        (asked, ", acr_values=\"gold silver\"", 0, false),
        // Whoever demands less than a minute is given a minute.
        (json!({ "maxAge": 10 }), ", max_age=\"10\"", 59, true),
        (json!({ "maxAge": 10 }), ", max_age=\"10\"", 60, false),
        (json!({ "acrValues": ["gold"] }), ", acr_values=\"gold\"", 59, true),
        (json!({ "acrValues": ["gold"] }), ", acr_values=\"gold\"", 60, false),
        (json!({}), ", acr_values=\"gold\"", 0, false),
    ] {
        let mut page = page(options);
        page.pass(seconds);
        page.api.push_back(demand(demanded));
        let code = if circles { Code::StepUpUnsatisfied } else { Code::StepUpRequired };
        assert_eq!(fetch(&mut page, true), Err(code), "{demanded} after {seconds}");
        assert_eq!(page.hooked.len(), usize::from(!circles), "{demanded} after {seconds}");
    }
}

#[test]
fn an_age_that_is_no_number_is_demanded_of_nobody() {
    for (age, demanded) in [("10", true), ("+10", false), ("-1", false), ("10s", false), ("", false), ("99999999999", false)] {
        let mut page = page(json!({}));
        page.pass(61);
        page.api.push_back(demand(&format!(", acr_values=\"gold\", max_age=\"{age}\"")));
        fetch(&mut page, true).unwrap_err();
        assert_eq!((page.hooked.len(), page.hooked[0].contains("maxAge")), (1, demanded), "{age:?}");
    }
}
