//! Where a person goes after a sign-in or sign-out: an address of the page's own origin, or nowhere in particular. Addresses are read
//! by a parser that follows the URL standard, as browsers do.

use oxidc_core::command::{Command, SignInOptions, SignOutOptions};
use serde_json::Value as Json;

use crate::page::{APP, Page};

/// Where a sign-in with that address leads.
fn after_sign_in(return_to: &str) -> (Json, Vec<String>) {
    let mut page = Page::new();
    let state = page.sign_in(SignInOptions { return_to: Some(return_to.into()), ..SignInOptions::default() })["state"].clone();
    let result = page.callback(&format!("{APP}/callback?code=c0de&state={state}")).expect("a bad address is no reason not to sign in");
    assert_eq!(result["session"]["subject"], "alice");
    (result["returnTo"].clone(), page.heard())
}

fn after_sign_out(return_to: &str) -> Json {
    let mut page = Page::signed_in_with(serde_json::json!({ "postLogoutRedirectUri": format!("{APP}/goodbye") }));
    page.call(Command::SignOut(SignOutOptions { return_to: Some(return_to.into()), ..SignOutOptions::default() })).unwrap();
    let state = page.asked()["state"].clone();
    page.callback(&format!("{APP}/goodbye?state={state}")).unwrap()["returnTo"].clone()
}

const FOREIGN: &[(&str, &str)] = &[
    ("t157_another_origin", "https://evil.example/"),
    ("t158_two_slashes", "//evil.example"),
    ("t159_three_slashes", "///evil.example"),
    ("t159_four_slashes", "////evil.example"),
    ("t160_slash_and_backslash", "/\\evil.example"),
    ("t160_backslash_and_slash", "\\/evil.example"),
    ("t160_backslashes", "\\\\evil.example"),
    ("t161_tab_between", "/\t/evil.example"),
    ("t161_line_feed_between", "/\n/evil.example"),
    ("t161_carriage_return_between", "/\r/evil.example"),
    ("t161_line_feed_in_scheme", "ht\ntps://evil.example"),
    ("t164_spaces_before", "   //evil.example"),
    ("t164_zero_before", "\0//evil.example"),
    ("t165_another_port", "https://app.example:444/"),
    ("t166_full_width_dots", "https://app．example.evil.example/"),
    ("t166_look_alike", "https://аpp.example/"),
    ("t168_endless", "ENDLESS"),
    ("t170_only_begins_alike", "https://app.example.evil.example/"),
    ("t171_before_an_at_sign", "https://app.example@evil.example/"),
    ("t172_backslash_before_an_at_sign", "https://evil.example\\@app.example"),
    ("t173_without_slashes", "http:evil.example"),
    ("t173_insecure_without_slashes", "http:app.example"),
    ("t173_one_slash", "http:/evil.example"),
    ("t174_script", "javascript:alert(1)"),
    ("t174_script_in_another_case", "JaVaScRiPt:alert(1)"),
    ("t174_script_after_a_space", " javascript:alert(1)"),
    ("t174_script_with_a_line_feed", "java\nscript:alert(1)"),
    ("t175_data", "data:text/html,x"),
    ("t175_blob", "blob:https://app.example/1"),
    ("t175_file", "file:///etc/passwd"),
    ("t175_vbscript", "vbscript:x"),
    ("t175_about", "about:blank"),
    ("t176_websocket", "ws://app.example/"),
    ("t176_ftp", "ftp://app.example/"),
    ("t177_insecure", "http://app.example/"),
    ("t178_final_dot", "https://app.example./"),
    ("t179_decimal_host", "https://2130706433/"),
    ("t179_ipv6_host", "https://[::1]/"),
    ("t179_hexadecimal_host", "https://0x7f.1/"),
];

#[test]
fn an_address_of_another_origin_is_dropped_and_reported() {
    for (name, address) in FOREIGN {
        let endless = format!("/{}", "x".repeat(100_000));
        let address = if *address == "ENDLESS" { &endless } else { *address };
        let (went, heard) = after_sign_in(address);
        assert_eq!(went, Json::Null, "{name}");
        assert!(heard.contains(&"return_to_refused".into()), "{name}");
    }
}

#[test]
fn t432_the_same_after_a_sign_out() {
    for (name, address) in FOREIGN.iter().filter(|(name, _)| !name.starts_with("t168")) {
        assert_eq!(after_sign_out(address), Json::Null, "{name}");
    }
    assert_eq!(after_sign_out("/left"), format!("{APP}/left"));
}

#[test]
fn an_address_of_this_origin_is_kept_as_the_platform_reads_it() {
    for (name, address, went) in [
        ("t162_encoded_slashes", "/%2f%2fevil.example", "/%2f%2fevil.example"),
        ("t162_encoded_backslash", "/%5cevil.example", "/%5cevil.example"),
        ("t161_encoded_tab", "/%09/evil.example", "/%09/evil.example"),
        ("t163_dot", ".evil.example", "/.evil.example"),
        ("t163_at_sign", "@evil.example", "/@evil.example"),
        ("t164_no_break_space", "\u{a0}//evil.example", "/%C2%A0//evil.example"),
        ("t164_byte_order_mark", "\u{feff}//evil.example", "/%EF%BB%BF//evil.example"),
        ("t173_own_scheme_without_slashes", "https:evil.example", "/evil.example"),
        ("t173_own_scheme_with_one_slash", "https:/evil.example", "/evil.example"),
        ("t166_full_width_slashes", "https:／／evil.example", "/%EF%BC%8F%EF%BC%8Fevil.example"),
        ("t182_path_query_and_fragment", "/a/b?c=%20d&e=1#f/g?h", "/a/b?c=%20d&e=1#f/g?h"),
        ("t182_whole_address", "https://app.example/a?b#c", "/a?b#c"),
        ("t182_usual_port", "https://APP.example:443/a", "/a"),
        ("t182_nothing", "", "/"),
    ] {
        // A scheme like the page's own without slashes is relative to it, by the URL standard.
        assert_eq!(after_sign_in(address).0, format!("{APP}{went}"), "{name}");
    }
}

#[test]
fn t167_a_callback_s_address_completes_nothing_a_second_time() {
    let (went, _) = after_sign_in("/callback?code=x&state=y");
    let mut page = Page::new();
    let error = page.callback(went.as_str().unwrap()).unwrap_err();
    assert_eq!(error.code(), oxidc_core::error::Code::StateUnknown);
    assert_eq!((page.requests.len(), page.shown.as_slice()), (0, [format!("{APP}/callback")].as_slice()));
}

#[test]
fn t168_a_value_that_is_no_text_is_refused() {
    for value in [serde_json::json!(1), serde_json::json!({ "toString": "x" }), serde_json::json!(["/a"])] {
        let error = Page::new().say(&serde_json::json!({ "do": "signIn", "options": { "returnTo": value } })).unwrap_err();
        assert_eq!(error.code(), oxidc_core::error::Code::OptionInvalid);
    }
}

#[test]
fn t181_a_stored_address_that_somebody_changed_is_checked_again() {
    let mut page = Page::new();
    let state = page.sign_in(SignInOptions { return_to: Some("/good".into()), ..SignInOptions::default() })["state"].clone();
    let attempts = page.records.get_mut(&(true, "oxidc:attempts".into())).unwrap();
    *attempts = attempts.replace("https://app.example/good", "https://evil.example/");
    let result = page.callback(&format!("{APP}/callback?code=c0de&state={state}")).unwrap();
    assert_eq!(result["returnTo"], Json::Null);
    assert!(page.heard().contains(&"return_to_refused".into()));
}

/// Whatever the URL standard's own tests parse to another origin leads nowhere.
#[test]
fn t169_the_published_addresses_lead_nowhere_else() {
    let all = crate::support::document("url/urltestdata.json");
    let inputs: Vec<&str> = all.as_array().unwrap().iter().filter_map(|case| case["input"].as_str()).collect();
    assert!(inputs.len() > 500);
    for input in inputs {
        let (went, heard) = after_sign_in(input);
        match went.as_str() {
            Some(went) => assert!(went.starts_with(&format!("{APP}/")) || went == APP, "{input:?} leads to {went}"),
            None => assert_eq!(heard, ["return_to_refused", "signed_in"], "{input:?}"),
        }
    }
}

#[test]
fn t168_t172_what_no_friend_writes_is_dropped_even_where_it_would_lead_home() {
    for address in ["/a\\b", "/a\tb", "/a\u{7f}"] {
        let (went, heard) = after_sign_in(address);
        assert_eq!((went, heard.contains(&"return_to_refused".into())), (Json::Null, true), "{address:.20}");
    }
    let home = format!("{APP}/");
    for (more, kept) in [(0, true), (1, false)] {
        let address = format!("{home}{}", "x".repeat(8_192 - home.len() + more));
        assert!(after_sign_in(&address).0.is_string() == kept, "{more}");
    }
}
