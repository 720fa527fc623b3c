//! What comes back from the provider in the page's address. A refusal asks nothing, changes nothing and leaves nothing in the address.

use oxidc_core::command::SignInOptions;
use oxidc_core::effect::Failure;
use oxidc_core::error::Code;
use serde_json::{Value as Json, json};

use crate::page::{APP, ISSUER, Page, answer, failed, metadata, with};

/// The good callback, changed.
fn altered(page: &mut Page, change: impl Fn(&str) -> String) -> String {
    let query = page.away();
    format!("{APP}/callback{}", change(&query))
}

/// Refused without a request; whoever is signed in stays so.
#[track_caller]
fn refused(page: &mut Page, url: &str, code: Code) -> String {
    let (asked, session) = (page.requests.len(), page.get_session());
    page.shown.clear();
    let error = page.callback(url).expect_err(url);
    assert_eq!(error.code(), code, "{url:.200}");
    assert_eq!(page.requests.len(), asked, "nothing is asked");
    assert_eq!(page.get_session(), session, "nobody is signed in or out");
    assert_eq!(page.shown.len(), 1, "the address is cleaned once");
    for name in ["code=", "state=", "iss=", "error", "response=", "token="] {
        assert!(!page.shown[0].contains(name), "{}", page.shown[0]);
    }
    error.to_string()
}

/// Left alone: not an answer to this client.
#[track_caller]
fn ignored(page: &mut Page, url: &str) {
    let (asked, records) = (page.requests.len(), page.records.clone());
    page.shown.clear();
    assert_eq!(page.callback(url).unwrap(), json!({ "handled": "none" }), "{url}");
    assert_eq!((page.requests.len(), page.shown.len()), (asked, 0), "{url}");
    assert_eq!(page.records, records, "no attempt is touched");
}

#[test]
fn a_good_callback_signs_in_with_one_token_request() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}"));
    assert_eq!(page.callback(&url).unwrap()["session"]["subject"], "alice");
    assert_eq!(page.count("/token"), 1);
    assert_eq!(page.shown, [format!("{APP}/callback")]);
}

#[test]
fn callbacks_of_a_wrong_shape_are_refused() {
    let long = "x".repeat(8_193);
    let state_of = |query: &str| query.split("state=").nth(1).unwrap().to_owned();
    type Change<'a> = &'a dyn Fn(&str) -> String;
    let cases: &[(&str, Change<'_>, Code)] = &[
        ("t118_no_state", &|_| "?code=c0de".into(), Code::StateMissing),
        ("t118_empty_state", &|_| "?code=c0de&state=".into(), Code::StateMissing),
        ("t119_longer_state", &|q| format!("?{q}1"), Code::StateUnknown),
        ("t119_state_in_another_case", &|q| format!("?code=c0de&state={}", swap_case(&state_of(q))), Code::StateUnknown),
        ("t123_two_codes", &|q| format!("?{q}&code=other"), Code::CallbackMalformed),
        ("t123_two_equal_codes", &|q| format!("?{q}&code=c0de"), Code::CallbackMalformed),
        ("t123_two_states", &|q| format!("?{q}&state={}", state_of(q)), Code::CallbackMalformed),
        ("t123_two_issuers", &|q| format!("?{q}&iss={ISSUER}&iss={ISSUER}"), Code::CallbackMalformed),
        ("t123_two_errors", &|q| format!("?error=a&error=b&state={}", state_of(q)), Code::CallbackMalformed),
        ("t123_a_name_with_escapes", &|q| format!("?{q}&c%6fde=other"), Code::CallbackMalformed),
        ("t124_code_and_error", &|q| format!("?{q}&error=access_denied"), Code::CallbackMalformed),
        ("t125_empty_code", &|q| format!("?code=&state={}", state_of(q)), Code::CallbackMalformed),
        ("t125_endless_code", &|q| format!("?code={long}&state={}", state_of(q)), Code::CallbackMalformed),
        ("t125_line_break_in_code", &|q| format!("?code=a%0d%0ab&state={}", state_of(q)), Code::CallbackMalformed),
        ("t125_zero_in_code", &|q| format!("?code=a%00&state={}", state_of(q)), Code::CallbackMalformed),
        ("t126_access_token", &|q| format!("?{q}&access_token=s3cret"), Code::CallbackMalformed),
        ("t126_id_token", &|q| format!("?{q}&id_token=s3cret"), Code::CallbackMalformed),
        ("t126_access_token_in_fragment", &|_| "#access_token=s3cret&token_type=bearer".into(), Code::CallbackMalformed),
        ("t126_lone_access_token_in_fragment", &|_| "#access_token=s3cret".into(), Code::CallbackMalformed),
        ("t126_lone_id_token_in_fragment", &|_| "#id_token=s3cret".into(), Code::CallbackMalformed),
        ("t127_all_in_fragment", &|q| format!("#{q}"), Code::CallbackMalformed),
        ("t127_code_in_fragment", &|q| format!("?state={}#code=c0de&iss={ISSUER}", state_of(q)), Code::CallbackMalformed),
        ("t128_jarm", &|_| "?response=a.b.c".into(), Code::CallbackMalformed),
        ("t128_jarm_too", &|q| format!("?{q}&response=a.b.c"), Code::CallbackMalformed),
        ("t126_refresh_token_in_fragment", &|_| "#x=1&refresh_token=s3cret".into(), Code::CallbackMalformed),
        ("t123_one_parameter_too_many", &|q| format!("?{q}{}", "&a=1".repeat(63)), Code::CallbackMalformed),
        ("broken_escapes", &|q| format!("?{q}&a=%zz"), Code::CallbackMalformed),
    ];
    for (name, change, code) in cases {
        for mut page in [Page::new(), Page::signed_in()] {
            let url = altered(&mut page, *change);
            let message = refused(&mut page, &url, *code);
            assert!(!message.contains("s3cret") && !message.contains("c0de"), "{name}: {message}");
        }
    }
}

fn swap_case(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

#[test]
fn t120_an_attempt_of_another_client_of_the_origin_is_left_alone() {
    let mut page = Page::with(json!({ "clientId": "other" }));
    let url = altered(&mut page, |query| format!("?{query}"));
    page.load_with(&json!({ "clientId": "app" }));
    ignored(&mut page, &url);
    // The one whose attempt it is can still complete it.
    page.load_with(&json!({ "clientId": "other" }));
    page.next(
        "/token",
        answer(200, &with(page.tokens(), "id_token", crate::page::id_token(&with(page.claims(), "aud", "other".into())).into())),
    );
    assert_eq!(page.callback(&url).unwrap()["handled"], "signIn");
}

#[test]
fn t120_parameters_that_answer_nothing_are_the_application_s() {
    let mut page = Page::new();
    page.away();
    for url in [
        "/callback", "/callback?state=mine", "/callback?page=2", "/callback#code=1", "/other?code=c0de&state=x", "/callback?iss=x",
        "/callback#id_token=",
    ] {
        ignored(&mut page, &format!("{APP}{url}"));
    }
}

#[test]
fn t121_a_callback_is_processed_once_whatever_loads_it_again() {
    for signs_in in [true, false] {
        let mut page = Page::new();
        let url = altered(&mut page, |query| if signs_in { format!("?{query}") } else { format!("?error=access_denied&{}", &query[10..]) });
        assert_eq!(page.callback(&url).is_ok(), signs_in);
        refused(&mut page, &url, Code::AlreadyProcessed);
        page.load();
        refused(&mut page, &url, Code::AlreadyProcessed);
    }
}

#[test]
fn t122_an_attempt_that_is_too_old_is_refused_whatever_the_clock_does() {
    for seconds in [1_801, 86_399, -86_400, -301] {
        let mut page = Page::new();
        let url = altered(&mut page, |query| format!("?{query}"));
        page.now.wall += seconds * 1_000;
        refused(&mut page, &url, Code::TransactionExpired);
        refused(&mut page, &url, Code::AlreadyProcessed);
    }
    for seconds in [1_799, -299] {
        let mut page = Page::new();
        let url = altered(&mut page, |query| format!("?{query}"));
        page.now.wall += seconds * 1_000;
        page.callback(&url).unwrap();
    }
}

#[test]
fn t129_other_parameters_are_ignored_and_what_is_the_application_s_stays() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?tab=2&{query}&session_state=x&scope=openid&authuser=0#part"));
    page.callback(&url).unwrap();
    assert_eq!(page.shown, [format!("{APP}/callback?tab=2&scope=openid&authuser=0#part")]);
}

/// Adds an `iss` to the good callback of a provider that promises one, or not.
fn with_issuer(iss: Option<&str>, promised: Json) -> (Page, String) {
    let mut page = Page::new();
    page.next(
        "/.well-known/openid-configuration",
        answer(200, &with(metadata(), "authorization_response_iss_parameter_supported", promised)),
    );
    let url = altered(&mut page, |query| format!("?{query}{}", iss.map_or(String::new(), |iss| format!("&iss={iss}"))));
    (page, url)
}

#[test]
fn t123_t125_t129_what_is_just_within_the_limits_is_accepted() {
    for more in [&"&a=1".repeat(62), "&a=1&a=2", &format!("&session_state={}", "x".repeat(8_192)), "#a=1&b=2"] {
        let mut page = Page::new();
        let url = altered(&mut page, |query| format!("?{query}{more}"));
        page.callback(&url).unwrap();
        assert_eq!(page.shown[0].contains("a="), more.contains("a="), "what is the application's stays");
    }
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}&session_state={}", "x".repeat(8_193)));
    refused(&mut page, &url, Code::CallbackMalformed);
}

#[test]
fn t130_t132_t133_an_issuer_that_differs_in_anything_is_refused() {
    for promised in [json!(true), json!(false), Json::Null] {
        for iss in [
            "https://login.example1", "https://login.example/", "https%3A%2F%2Flogin.example%2F", "HTTPS://login.example",
            "https://LOGIN.example", "https%253A%252F%252Flogin.example", "http://login.example", "https://login.example:443", "", "null",
        ] {
            let (mut page, url) = with_issuer(Some(iss), promised.clone());
            refused(&mut page, &url, Code::IssuerMismatch);
        }
        for iss in [ISSUER, "https%3A%2F%2Flogin.example"] {
            let (mut page, url) = with_issuer(Some(iss), promised.clone());
            page.callback(&url).unwrap();
        }
    }
}

#[test]
fn t131_t325_a_missing_issuer_is_refused_where_the_provider_promises_one() {
    let (mut page, url) = with_issuer(None, json!(true));
    refused(&mut page, &url, Code::IssuerMissing);
    for promised in [json!("true"), json!(1), json!(false), Json::Null] {
        let (mut page, url) = with_issuer(None, promised);
        page.callback(&url).unwrap();
    }
}

#[test]
fn t134_t136_a_response_of_another_provider_or_client_does_not_use_this_attempt() {
    for other in [json!({ "issuer": "https://evil.example" }), json!({ "clientId": "second" })] {
        let mut page = Page::new();
        let url = altered(&mut page, |query| format!("?{query}"));
        page.load_with(&other);
        ignored(&mut page, &url);
    }
}

#[test]
fn t137_t142_t143_t144_an_error_uses_the_attempt_up_and_keeps_the_session() {
    for (error, code) in [
        ("access_denied", Code::AccessDenied),
        ("login_required", Code::LoginRequired),
        ("interaction_required", Code::InteractionRequired),
        ("consent_required", Code::ConsentRequired),
        ("account_selection_required", Code::AccountSelectionRequired),
        ("server_error", Code::ProviderUnavailable),
        ("temporarily_unavailable", Code::ProviderUnavailable),
        ("invalid_scope", Code::ScopeRejected),
        ("invalid_target", Code::ResourceRejected),
        ("unauthorized_client", Code::ClientRejected),
        ("something_new", Code::AuthorizationRefused),
        ("%3Cscript%3E%00%E2%80%AE", Code::AuthorizationRefused),
        ("", Code::AuthorizationRefused),
    ] {
        let mut page = Page::signed_in();
        let url = altered(&mut page, |query| format!("?error={error}&error_description=no&{}", &query[10..]));
        let visits = page.left_for.len();
        refused(&mut page, &url, code);
        refused(&mut page, &url, Code::AlreadyProcessed);
        assert_eq!(page.left_for.len(), visits, "nobody is sent back by itself");
        assert!(page.heard().is_empty());
    }
}

#[test]
fn t138_an_error_without_a_good_state_shows_none_of_its_words() {
    for (query, code) in [
        ("error=access_denied&error_description=call+555-1234", Code::StateMissing),
        ("error=access_denied&error_description=call+555-1234&state=never-issued", Code::StateUnknown),
    ] {
        let mut page = Page::signed_in();
        page.away();
        let url = format!("{APP}/callback?{query}");
        let error = page.callback(&url).unwrap_err();
        assert_eq!((error.code(), error.provider_error(), error.provider_error_description()), (code, None, None));
        assert!(!error.to_value().to_text().contains("555"));
        assert_eq!(page.get_session()["subject"], "alice");
    }
}

#[test]
fn t139_an_error_of_another_issuer_shows_none_of_its_words() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| {
        format!("?error=access_denied&error_description=call+555-1234&iss=https%3A%2F%2Fevil.example&{}", &query[10..])
    });
    let error = page.callback(&url).unwrap_err();
    assert_eq!(error.code(), Code::IssuerMismatch);
    assert!(!error.to_value().to_text().contains("555"));
}

#[test]
fn t140_t141_t144_the_provider_s_words_are_harmless_and_short_and_its_addresses_are_not_shown() {
    let mut page = Page::new();
    let description = format!("%3Cb%3Eno%3C/b%3E%E2%80%AE%00%0A{}", "x".repeat(4_000));
    let url = altered(&mut page, |query| {
        format!("?error=odd%E2%80%AE%01{}&error_description={description}&error_uri=javascript%3Aalert(1)&{}", "y".repeat(99), &query[10..])
    });
    let error = page.callback(&url).unwrap_err();
    let said = error.provider_error_description().unwrap();
    assert!(said.starts_with("<b>no</b>xxx") && said.chars().count() == 1_024);
    assert_eq!(error.provider_error().unwrap().chars().count(), 64);
    let told = error.to_value().to_text();
    assert!(!told.contains("javascript") && !told.contains('\u{202e}') && !error.to_string().contains("xxx"));
}

#[test]
fn t146_t156_the_same_callback_in_another_page_is_exchanged_once() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}"));
    page.callback(&url).unwrap();
    page.load();
    refused(&mut page, &url, Code::AlreadyProcessed);
    assert_eq!(page.count("/token"), 1);
    assert_eq!(page.get_session()["subject"], "alice");
}

#[test]
fn t148_t155_only_what_belongs_to_the_response_is_taken_out_of_the_address() {
    let mut page = Page::new();
    let url =
        altered(&mut page, |query| format!("?a=1&{query}&error_description=x&error_uri=y&token_type=z&expires_in=1&b=%20&c#/route?code=9"));
    page.callback(&url).unwrap();
    assert_eq!(page.shown, [format!("{APP}/callback?a=1&b=%20&c#/route?code=9")]);
}

#[test]
fn t149_a_page_that_goes_away_during_the_exchange_is_told_of_it_by_the_next() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}"));
    page.next("/token", failed(Failure::Aborted));
    page.callback(&url).unwrap_err();
    page.load();
    refused(&mut page, &url, Code::AlreadyProcessed);
}

#[test]
fn t150_t152_t153_t466_an_attempt_that_is_not_in_this_browser_is_said_to_be_lost() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}"));
    page.records.clear();
    refused(&mut page, &url, Code::StateUnknown);
    let mut other = Page::new();
    refused(&mut other, &url, Code::StateUnknown);
    refused(&mut other, &format!("{APP}/callback?code=stolen&state=guessed"), Code::StateUnknown);
}

#[test]
fn t150_damaged_attempts_are_lost_ones() {
    for damaged in [
        "", "[", "{}", "null", "[1,null,\"x\"]", r#"[{"state":"s"}]"#, r#"[{"state":"s","createdAt":1}]"#,
        r#"[{"state":"s","createdAt":-9223372036854775808}]"#,
    ] {
        let mut page = Page::new();
        let url = altered(&mut page, |query| format!("?{query}"));
        page.records.insert((true, "oxidc:attempts".into()), damaged.into());
        refused(&mut page, &url, Code::StateUnknown);
    }
}

#[test]
fn t154_t201_a_code_that_the_provider_refuses_is_not_tried_again() {
    let mut page = Page::new();
    page.exchange_refused(answer(400, &json!({ "error": "invalid_grant" })), Code::CodeRejected);
    assert_eq!(page.count("/token"), 1);
}

#[test]
fn t109_t110_t111_attempts_are_apart_and_limited_in_number() {
    let mut page = Page::new();
    let queries: Vec<String> = (0..25).map(|_| page.away()).collect();
    let nonces: Vec<String> =
        page.left_for.iter().map(|url| url.split("nonce=").nth(1).unwrap().split('&').next().unwrap().into()).collect();
    let (_, attempts) = page.records.iter().find(|((device, key), _)| *device && key == "oxidc:attempts").unwrap();
    assert_eq!(serde_json::from_str::<Json>(attempts).unwrap().as_array().unwrap().len(), 20);
    refused(&mut page, &format!("{APP}/callback?{}", queries[4]), Code::StateUnknown);
    for at in [24, 5, 17] {
        let claims = with(page.claims(), "nonce", nonces[at].clone().into());
        page.next("/token", answer(200, &with(page.tokens(), "id_token", crate::page::id_token(&claims).into())));
        page.callback(&format!("{APP}/callback?{}", queries[at])).unwrap();
        let verifier = page.form("/token")["code_verifier"].clone();
        let challenge = oxidc_core::wire::base64url::encode(&<sha2::Sha256 as sha2::Digest>::digest(verifier));
        assert!(page.left_for[at].contains(&format!("code_challenge={challenge}&")), "each attempt has its own verifier");
    }
}

/// The stored attempts.
const ATTEMPTS: &str = "oxidc:attempts";

#[test]
fn t122_after_a_day_nothing_is_left_of_an_attempt() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}"));
    page.now.wall += 86_400_000;
    refused(&mut page, &url, Code::StateUnknown);
    assert!(!page.records.contains_key(&(true, ATTEMPTS.into())), "{:?}", page.records);
}

#[test]
fn t110_two_tabs_that_write_at_once_lose_no_attempt() {
    let mut other = Page::new();
    other.random.push_back((0..96).rev().collect());
    let (theirs, kept) = (other.away(), other.records[&(true, ATTEMPTS.into())].clone());
    let mut page = Page::new();
    let mut once = Some(kept);
    page.before_write = Some(Box::new(move |records| {
        records.extend(once.take().map(|kept| ((true, ATTEMPTS.into()), kept)));
        None
    }));
    let ours = page.away();
    let state = |query: &str| query.split("state=").nth(1).unwrap().to_owned();
    for query in [ours, theirs] {
        assert!(page.records[&(true, ATTEMPTS.into())].contains(&state(&query)), "{query}");
    }
}

#[test]
fn t121_t146_of_two_tabs_that_take_an_attempt_at_once_one_gets_it() {
    let mut page = Page::new();
    let url = altered(&mut page, |query| format!("?{query}"));
    let mut other = Page::new();
    other.records.clone_from(&page.records);
    other.load();
    other.callback(&url).unwrap_err();
    let taken = other.records[&(true, ATTEMPTS.into())].clone();
    assert!(taken.contains("\"used\":true"));
    page.before_write = Some(Box::new(move |records| {
        records.insert((true, ATTEMPTS.into()), taken.clone());
        None
    }));
    refused(&mut page, &url, Code::AlreadyProcessed);
}

#[test]
fn a_storage_that_keeps_no_attempt_sends_nobody_away() {
    let failing = |failure| move |_: &mut crate::page::Records| Some(failed(failure));
    for (failure, code) in [(Failure::Quota, Code::StorageFull), (Failure::Denied, Code::StorageUnavailable)] {
        let mut page = Page::new();
        page.before_write = Some(Box::new(failing(failure)));
        let error = page.say(&json!({ "do": "signIn" })).unwrap_err();
        assert_eq!((error.code(), page.left_for.len()), (code, 0));
    }
    // Tabs that write without end are a storage that does not work.
    let mut page = Page::new();
    let mut count = 0;
    page.before_write = Some(Box::new(move |records| {
        count += 1;
        records.insert((true, ATTEMPTS.into()), format!("[{count}]"));
        None
    }));
    let error = page.say(&json!({ "do": "signIn" })).unwrap_err();
    assert_eq!((error.code(), page.left_for.len()), (Code::StorageUnavailable, 0));
    assert!(page.done.iter().filter(|done| *done == ATTEMPTS).count() == 50, "it gives up");
}

#[test]
fn a_browser_that_goes_nowhere_is_an_error() {
    let mut page = Page::new();
    page.next("navigate", failed(Failure::Denied));
    assert_eq!(page.say(&json!({ "do": "signIn" })).unwrap_err().code(), Code::NavigationRefused);
}

#[test]
fn an_application_in_a_stranger_s_frame_may_use_its_own_window() {
    let mut page = Page::new();
    page.frame = oxidc_core::Frame::Foreign;
    page.load();
    page.windows.push_back("error=access_denied&state=STATE".into());
    let error = page.say(&json!({ "do": "signIn", "options": { "mode": "popup" } })).unwrap_err();
    assert_eq!(error.code(), Code::AccessDenied);
    page.away();
    let url = format!("{APP}/callback?code=c0de&state={}", page.asked()["state"]);
    refused(&mut page, &url, Code::ForeignFrame);
}

#[test]
fn t135_t305_an_attempt_is_completed_with_the_documents_of_its_issuer_only() {
    let mut page = Page::new();
    let query = page.sign_in(SignInOptions::default())["state"].clone();
    // Somebody puts another provider's document into the store.
    let key = page.records.keys().find(|(_, key)| key.contains("provider")).unwrap().clone();
    let evil = json!({ "metadata": with(metadata(), "issuer", "https://evil.example".into()), "metadataAt": page.now.wall });
    page.records.insert(key, evil.to_string());
    page.load();
    page.callback(&format!("{APP}/callback?code=c0de&state={query}")).unwrap();
    assert_eq!(page.count("/.well-known/openid-configuration"), 2, "it is read anew");
    assert!(page.requests.iter().all(|request| request.url.starts_with(ISSUER)));
}

#[test]
fn an_attempt_lives_as_long_as_the_application_says() {
    let mut page = Page::with(serde_json::json!({ "timeouts": { "signIn": 60 } }));
    let url = altered(&mut page, |query| format!("?{query}"));
    page.now.wall += 61_000;
    refused(&mut page, &url, Code::TransactionExpired);
    let url = altered(&mut page, |query| format!("?{query}"));
    page.now.wall += 59_000;
    page.callback(&url).unwrap();
}
