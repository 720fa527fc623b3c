//! A session that begins, changes and ends: what the application and the other tabs hear of it.

use oxidc_core::command::{Command, SignOutOptions, TokenOptions};
use oxidc_core::effect::Event;
use serde_json::{Value as Json, json};

use crate::page::{APP, Page, answer};

fn tokens_heard(page: &Page) -> Vec<Json> {
    let token =
        |event: &Event| if let Event::Tokens { token } = event { Some(serde_json::from_str(&token.to_text()).unwrap()) } else { None };
    page.events.iter().filter_map(token).collect()
}

fn sign_in_again(page: &mut Page) {
    let query = page.away();
    page.callback(&format!("{APP}/callback?{query}")).unwrap();
}

fn sign_out(page: &mut Page) {
    page.call(Command::SignOut(SignOutOptions { federated: false, ..SignOutOptions::default() })).unwrap();
}

#[test]
fn the_state_follows_the_session() {
    let mut page = Page::expired();
    page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
    page.get_tokens().unwrap_err();
    assert_eq!(page.states().last(), Some(&"needsSignIn"));
    sign_in_again(&mut page);
    assert_eq!(page.states().last(), Some(&"signedIn"));
    page.pass(3_700);
    page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
    page.get_tokens().unwrap_err();
    assert_eq!(page.states().last(), Some(&"needsSignIn"));
    sign_out(&mut page);
    assert_eq!(page.states().last(), Some(&"signedOut"));
    // Without a refresh token, too, somebody has to sign in again.
    sign_in_again(&mut page);
    page.rewrite(&json!({ "refreshToken": null }));
    page.pass(3_700);
    page.get_tokens().unwrap_err();
    assert_eq!(page.states().last(), Some(&"needsSignIn"));
    sign_out(&mut page);
    assert_eq!(page.states().last(), Some(&"signedOut"));
}

#[test]
fn a_fresh_token_is_announced() {
    let api = "https://api.example/";
    let mut page = Page::with(json!({ "resources": [api] }));
    sign_in_again(&mut page);
    let expires = page.now.wall + 3_600_000;
    assert_eq!(tokens_heard(&page), [json!({ "resources": [], "scopes": ["openid"], "expiresAt": expires })]);
    page.events.clear();
    page.call(Command::GetTokens(TokenOptions { resources: vec![api.into()], ..TokenOptions::default() })).unwrap();
    assert_eq!(tokens_heard(&page), [json!({ "resources": [api], "scopes": [], "expiresAt": expires })]);
    page.events.clear();
    sign_out(&mut page);
    assert_eq!(tokens_heard(&page).len(), 0);
}

#[test]
fn a_page_that_is_looked_at_again_reads_what_is_stored() {
    for (what, reads) in [("shown", true), ("visible", true), ("online", true), ("stored", true), ("hidden", false)] {
        let mut page = Page::signed_in();
        page.load();
        page.get_session();
        page.rewrite(&json!({ "user": { "name": "Alicia" } }));
        page.say(&json!({ "do": "notice", "what": what })).unwrap();
        assert_eq!(page.heard().contains(&"other_tab".into()), reads, "{what}");
        assert_eq!(page.get_session()["user"]["name"] == "Alicia", reads, "{what}");
    }
}

#[test]
fn a_session_that_ended_is_not_brought_back_by_its_record() {
    for end in [sign_out as fn(&mut Page), |page: &mut Page| {
        page.pass(3_700);
        page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
        page.get_tokens().unwrap_err();
    }] {
        let mut page = Page::signed_in();
        page.rewrite(&json!({ "generation": 900 }));
        let records = page.records.clone();
        page.get_session();
        page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
        end(&mut page);
        let said = page.heard().len();
        page.records = records;
        page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
        assert_eq!((page.get_session(), page.heard().len()), (Json::Null, said));
    }
}

#[test]
fn what_another_tab_hands_over_counts_only_if_it_is_later() {
    let handed = |page: &mut Page, members: Json| {
        let mut record = page.stored();
        members.as_object().unwrap().iter().for_each(|(name, value)| record[name] = value.clone());
        page.say(&json!({ "do": "notice", "what": "stored", "record": record.to_string() })).unwrap();
        page.get_session()["user"]["name"] == "Mallory"
    };
    let mut page = Page::signed_in();
    page.get_session();
    let generation = page.stored()["generation"].as_i64().unwrap();
    let at = page.stored()["authenticatedAt"].as_i64().unwrap();
    let user = json!({ "name": "Mallory" });
    // Of the same session, what follows on the known.
    assert!(!handed(&mut page, json!({ "user": user, "generation": generation })));
    assert_eq!(page.told.len(), 0);
    assert!(!handed(&mut page, json!({ "user": user, "generation": generation - 1 })));
    // Whoever is behind is told what is newer.
    assert_eq!(page.told.len(), 1);
    assert_eq!(serde_json::from_str::<Json>(&page.told[0]).unwrap(), page.stored());
    // Another session, if it began later.
    assert!(!handed(&mut page, json!({ "user": user, "id": "other", "generation": generation + 9 })));
    assert!(!handed(&mut page, json!({ "user": user, "id": "other", "generation": generation + 9, "authenticatedAt": at - 1 })));
    assert!(handed(&mut page, json!({ "user": user, "generation": generation + 1 })));
    let mut page = Page::signed_in();
    page.get_session();
    assert!(handed(&mut page, json!({ "user": user, "id": "other", "authenticatedAt": at + 1 })));
    // After a sign-out, only what is later than its mark.
    let mut page = Page::signed_in();
    let record = page.stored();
    sign_out(&mut page);
    let generation = page.stored()["generation"].as_i64().unwrap();
    for (more, counts) in [(-1, false), (0, false), (1, true)] {
        let mut news = record.clone();
        (news["id"], news["generation"]) = ("other".into(), (generation + more).into());
        page.say(&json!({ "do": "notice", "what": "stored", "record": news.to_string() })).unwrap();
        assert_eq!(!page.get_session().is_null(), counts, "{more}");
    }
}

#[test]
fn the_mark_of_an_end_that_is_handed_over_counts_only_if_it_is_later() {
    for (more, ends) in [(-1, false), (0, false), (1, true)] {
        let mut page = Page::signed_in();
        page.get_session();
        let generation = page.stored()["generation"].as_i64().unwrap() + more;
        let mark = json!({ "v": page.stored()["v"], "generation": generation, "ended": { "reason": "signed_out", "at": page.now.wall } });
        page.say(&json!({ "do": "notice", "what": "stored", "record": mark.to_string() })).unwrap();
        // The storage is read only by who knows of no session.
        assert_eq!(page.heard().contains(&"signed_out".into()), ends, "{more}");
    }
}

#[test]
fn a_failure_degrades_a_session_and_a_request_under_way_does_not() {
    for (failures, degraded) in [(0, false), (1, true)] {
        let mut page = Page::signed_in();
        page.load();
        page.get_session();
        let flight =
            json!({ "open": failures == 0, "locked": false, "since": page.now.wall, "until": page.now.wall + 9_000, "failures": failures });
        page.rewrite(&json!({ "flight": flight }));
        page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
        assert_eq!(page.states().contains(&"degraded"), degraded, "{failures}");
    }
}

#[test]
fn a_record_that_is_no_older_than_the_known_one_is_adopted_and_an_older_one_is_not() {
    let mut page = Page::signed_in();
    page.get_session();
    let old = page.records.clone();
    let generation = page.stored()["generation"].as_i64().unwrap();
    // What this tab could not store and what another one could may have the same number.
    let name = page.get_session()["user"]["name"].clone();
    for (number, name, adopted) in [
        (generation - 1, json!("Z"), name),
        (generation, json!("A"), json!("A")),
        (generation + 2, json!("B"), json!("B")),
        (generation + 1, json!("C"), json!("B")),
    ] {
        page.records.clone_from(&old);
        page.rewrite(&json!({ "generation": number, "user": { "name": name } }));
        page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
        assert_eq!(page.get_session()["user"]["name"], adopted);
    }
}

#[test]
fn the_key_of_a_record_is_unambiguous_and_stays_what_it_is() {
    for (client, session, key) in [
        ("app", "", "oxidc:session:21:https://login.example:app"),
        ("app", "work", "oxidc:session:21:https://login.example:app:work"),
        ("appwork", "", "oxidc:session:21:https://login.example:appwork"),
    ] {
        let mut page = Page::with(json!({ "clientId": client, "sessionKey": session }));
        let query = page.away();
        let claims = crate::page::with(page.claims(), "aud", client.into());
        page.next("/token", answer(200, &crate::page::with(page.tokens(), "id_token", crate::page::id_token(&claims).into())));
        page.callback(&format!("{APP}/callback?{query}")).unwrap();
        assert!(page.records.contains_key(&(false, key.into())), "{:?}", page.records.keys());
    }
}

#[test]
fn an_end_is_written_over_what_another_tab_changed_meanwhile_and_not_over_a_newer_token() {
    for (member, value, ends) in [("user", json!({ "name": "A" }), true), ("refreshToken", json!("refresh-9"), false)] {
        let mut page = Page::expired();
        page.get_session();
        // The mark of the request is the first write, the end the second.
        let news = json!({ member: value });
        page.before_session_write = Some(Box::new(move |write, records| {
            if write == 2 {
                crate::page::rewrite(records, &news);
            }
        }));
        page.next("/token", answer(400, &json!({ "error": "invalid_grant" })));
        assert_eq!(page.get_tokens().is_err(), ends, "{member}");
        assert_eq!(page.stored()["ended"]["reason"] == "refresh_rejected", ends, "{member}");
        assert_eq!(page.get_session().is_null(), ends, "{member}");
    }
}

#[test]
fn a_sign_out_is_written_over_whatever_stands_there() {
    for member in ["user", "refreshToken", "id"] {
        let mut page = Page::signed_in();
        page.before_session_write = Some(Box::new(move |write, records| {
            if write < 4 {
                crate::page::rewrite(
                    records,
                    &json!({ member: if member == "user" { json!({ "n": write }) } else { json!(write.to_string()) } }),
                );
            }
        }));
        sign_out(&mut page);
        assert_eq!((page.stored()["ended"]["reason"].as_str(), page.get_session()), (Some("signed_out"), Json::Null), "{member}");
    }
}

#[test]
fn a_sign_in_without_anything_shown_is_not_written_over_another_person_who_came_meanwhile() {
    for (id, subject, silently) in [("other", "bob", false), ("other", "alice", true)] {
        let mut page = Page::signed_in();
        page.windows.push_back("code=c0de&state=STATE".into());
        let at = page.now.wall + 1;
        page.before_session_write = Some(Box::new(move |write, records| {
            if write == 1 {
                let text = records.iter().find(|((device, _), _)| !device).unwrap().1;
                let mut claims = serde_json::from_str::<Json>(text).unwrap()["claims"].clone();
                claims["sub"] = subject.into();
                crate::page::rewrite(
                    records,
                    &json!({ "id": id, "subject": subject, "claims": claims, "authenticatedAt": at, "generation": 50 }),
                );
            }
        }));
        let result = page.say(&json!({ "do": "signInSilent", "options": { "force": true } }));
        assert_eq!(result.is_ok(), silently, "{result:?}");
        page.before_session_write = None;
        page.load();
        assert_eq!(page.get_session()["subject"], subject);
        assert_eq!(page.stored()["id"] == "other", !silently);
    }
}
