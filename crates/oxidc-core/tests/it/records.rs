//! Stored records as an accident or another script of the origin may leave them: a session, or none; never half of one.

use oxidc_core::effect::Outcome;
use oxidc_core::error::Code;
use serde_json::{Value as Json, json};

use crate::page::{Page, failed};

/// A page that finds a text in place of its session.
fn found(text: &str) -> Page {
    let signed_in = Page::signed_in();
    let mut page = Page::new();
    let key = signed_in.records.keys().find(|(device, _)| !device).unwrap().clone();
    page.records = signed_in.records;
    page.records.insert(key, text.into());
    page.now = signed_in.now;
    page
}

fn good() -> String {
    let page = Page::signed_in();
    page.records.iter().find(|((device, _), _)| !device).unwrap().1.clone()
}

#[test]
fn t246_no_bit_that_is_turned_makes_half_a_session() {
    let good = good();
    let whole: Json = serde_json::from_str(&good).unwrap();
    let mut octets = good.clone().into_bytes();
    for at in 0..octets.len() {
        for bit in 0..8 {
            octets[at] ^= 1 << bit;
            if let Ok(text) = std::str::from_utf8(&octets) {
                let mut page = found(text);
                let session = page.get_session();
                let belongs = session.is_null() || (session["subject"] == whole["subject"] && session["issuer"] == whole["issuer"]);
                assert!(belongs && page.requests.is_empty() && page.left_for.is_empty(), "{text}");
            }
            octets[at] ^= 1 << bit;
        }
    }
}

#[test]
fn t247_a_record_that_was_cut_off_anywhere_is_no_session() {
    let good = good();
    for end in 0..good.len() {
        let mut page = found(&good[..end]);
        page.records.insert((false, "somebody else's".into()), "x".into());
        assert!(page.get_session().is_null());
        assert_eq!(page.heard(), ["session_corrupt"]);
        assert_eq!(page.records[&(false, "somebody else's".into())], "x");
    }
}

#[test]
fn t248_t249_records_of_another_shape_are_no_session_and_cost_nothing() {
    let good: Json = serde_json::from_str(&good()).unwrap();
    let mut texts: Vec<String> = ["[]", "null", "1", "\"x\"", "{}", "{\"v\":1}"].map(String::from).to_vec();
    for name in ["subject", "claims", "user", "tokens", "scopes", "resources", "id", "idToken", "authenticatedAt", "generation"] {
        for value in [json!(null), json!([[]]), json!({ "x": 1 }), json!("soon"), json!(true), json!(i64::MAX), json!(i64::MIN)] {
            let mut record = good.clone();
            record[name] = value;
            texts.push(record.to_string());
        }
    }
    for name in ["obtainedAt", "lifetime"] {
        for number in [i64::MAX, i64::MIN] {
            let mut record = good.clone();
            record["tokens"][0][name] = number.into();
            texts.push(record.to_string());
        }
    }
    let text = good.to_string();
    texts.push(text.replacen('{', r#"{"subject":"bob","#, 1));
    texts.push(format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    for text in texts {
        let mut page = found(&text);
        let session = page.get_session();
        assert!(session.is_null() || session["subject"] == "alice", "{text:.300}");
        assert!(page.requests.is_empty());
        let _ = page.get_tokens();
        let _ = page.say(&json!({ "do": "refreshSession" }));
    }
    // Names that mean something to JavaScript, and a great deal of nothing.
    let mut page = found(&text.replacen('{', r#"{"__proto__":{"subject":"bob"},"constructor":1,"#, 1));
    assert_eq!(page.get_session()["subject"], "alice");
    let mut page = found(&format!("{}{text}", " ".repeat(5 << 20)));
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn t261_t262_t492_two_clients_of_one_browser_have_records_of_their_own() {
    let mut keys = std::collections::BTreeSet::new();
    let clients = [
        ("https://a.example", "b"),
        ("https://a.example", "c"),
        ("https://a.example/b", "c"),
        ("https://a.example/b:c", "d"),
        ("https://a.example/b", "c:d"),
        ("https://a.example/b", "__proto__"),
        ("https://a.example/b", "length"),
        ("https://a.example/b", "key"),
    ];
    for (issuer, client) in clients {
        let mut page = Page::with(json!({ "issuer": issuer, "clientId": client }));
        let path: &'static str = if issuer.ends_with("example") {
            ""
        } else if issuer.ends_with("c") {
            "/b:c"
        } else {
            "/b"
        };
        let place: &'static str = match path {
            "" => "/.well-known/openid-configuration",
            "/b" => "/b/.well-known/openid-configuration",
            _ => "/b:c/.well-known/openid-configuration",
        };
        let document = crate::page::with(crate::page::metadata(), "issuer", issuer.into());
        page.next(place, crate::page::answer(200, &document));
        let query = page.away();
        let claims = crate::page::with(crate::page::with(page.claims(), "iss", issuer.into()), "aud", client.into());
        let tokens = crate::page::with(page.tokens(), "id_token", crate::page::id_token(&claims).into());
        page.next("/token", crate::page::answer(200, &tokens));
        page.callback(&format!("{}/callback?{query}", crate::page::APP)).unwrap();
        keys.extend(page.records.keys().filter(|(device, _)| !device).map(|(_, key)| key.clone()));
    }
    assert_eq!(keys.len(), clients.len(), "{keys:?}");
}

#[test]
fn t263_a_forged_record_shows_nobody_else_and_lives_no_longer() {
    let good: Json = serde_json::from_str(&good()).unwrap();
    let mut forged = good.clone();
    forged["subject"] = "bob".into();
    assert!(found(&forged.to_string()).get_session().is_null(), "the claims are about somebody else");
    let mut forged = good;
    forged["tokens"][0]["lifetime"] = json!(9_999_999_999_999_i64);
    let mut page = found(&forged.to_string());
    page.pass(366 * 86_400);
    page.next("/token", failed(oxidc_core::effect::Failure::Offline));
    let result = page.get_tokens();
    assert!(page.count("/token") == 1 || result.is_err(), "a year is the longest life");
}

#[test]
fn t264_news_of_other_tabs_is_only_a_reason_to_look() {
    let mut page = Page::signed_in();
    for what in ["stored", "online", "visible", "shown", "hidden"] {
        for _ in 0..100 {
            page.say(&json!({ "do": "notice", "what": what })).unwrap();
        }
    }
    for record in ["", "[]", "null", r#"{"v":1,"generation":99,"ended":"signed_out"}"#, "x"] {
        page.say(&json!({ "do": "notice", "what": "stored", "record": record })).unwrap();
    }
    let _ = page.say(&json!({ "do": "notice", "what": "nonsense" })).unwrap_err();
    assert!(page.requests.is_empty());
}

#[test]
fn t409_nothing_that_is_printed_holds_a_secret() {
    let page = Page::signed_in();
    let printed = format!("{:?} {:?} {:?}", page.requests, page.events, Outcome::Done);
    assert!(!printed.contains(crate::page::ACCESS) && !printed.contains(crate::page::REFRESH));
    for code in Code::ALL {
        let error = oxidc_core::error::Error::new(*code);
        assert!(!format!("{error:?} {error}").is_empty());
    }
}

#[test]
fn t266_a_profile_that_was_copied_works_like_the_original() {
    let original = Page::signed_in();
    let mut copy = Page::new();
    copy.records.clone_from(&original.records);
    copy.now.wall = original.now.wall + 60_000;
    assert_eq!(copy.get_session()["subject"], "alice");
    assert_eq!(copy.get_tokens().unwrap()["accessToken"], crate::page::ACCESS);
    assert!(copy.requests.is_empty());
}

#[test]
fn t249_a_generation_that_nobody_could_follow_is_no_session() {
    for (generation, good) in [(-1, false), (0, true), (1 << 40, true), (i64::MAX / 2, false), (i64::MAX, false)] {
        let mut page = Page::signed_in();
        let mut record = page.stored();
        record["generation"] = generation.into();
        let key = page.records.keys().find(|(device, _)| !device).unwrap().clone();
        page.records.insert(key, record.to_string());
        page.load();
        assert_eq!(!page.get_session().is_null(), good, "{generation}");
    }
}

#[test]
fn sessions_of_other_keys_are_others() {
    let mut page = Page::signed_in();
    for key in ["work", "home", ""] {
        page.load_with(&serde_json::json!({ "sessionKey": key }));
        assert_eq!(page.get_session().is_null(), !key.is_empty(), "{key}");
    }
}

#[test]
fn a_record_of_a_version_that_never_was_is_damaged_and_one_of_a_later_version_is_not() {
    for (version, said) in [(0, "session_corrupt"), (1, ""), (2, "session_newer")] {
        let mut record: Json = serde_json::from_str(&good()).unwrap();
        assert_eq!(record["v"], 1);
        record["v"] = version.into();
        let mut page = found(&record.to_string());
        assert_eq!(page.get_session().is_null(), !said.is_empty(), "{version}");
        assert_eq!(page.heard().first().map_or("", String::as_str), said, "{version}");
    }
}

#[test]
fn when_a_record_of_a_later_version_is_gone_the_storage_is_used_again() {
    let mut record: Json = serde_json::from_str(&good()).unwrap();
    record["v"] = 2.into();
    let mut page = found(&record.to_string());
    assert!(page.get_session().is_null());
    record["v"] = 1.into();
    let key = page.records.keys().find(|(device, _)| !device).unwrap().clone();
    page.records.insert(key, record.to_string());
    page.say(&json!({ "do": "notice", "what": "stored" })).unwrap();
    page.next("/token", crate::page::answer(200, &json!({ "access_token": "at-2", "token_type": "Bearer", "refresh_token": "refresh-2" })));
    page.say(&json!({ "do": "refreshSession" })).unwrap();
    assert_eq!(page.stored()["refreshToken"], "refresh-2");
}
