//! Addresses.

use oxidc_core::wire::url::{Endpoint, Refused, split_query};
use proptest::prelude::*;

use crate::support::document;

fn accepted(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap_or_else(|refused| panic!("{text}: {refused:?}"))
}

fn refused(text: &str) -> Refused {
    Endpoint::parse(text).expect_err(text)
}

#[test]
fn an_address_is_kept_byte_for_byte() {
    for text in [
        "https://a.example", "https://a.example/", "https://A.Example:443/Path/../x//y/%7e?q=%20&b", "http://localhost:8080/tenant/v2.0",
        "https://a_b.example/?", "https://127.0.0.1/x;y=z:@!$&'()*+,~", "http://[::1]:5000/cb", "https://xn--bcher-kva.example/",
    ] {
        assert_eq!(accepted(text).as_str(), text);
    }
}

#[test]
fn only_http_and_https_in_lower_case_are_accepted() {
    for text in [
        "", "/", "//a.example", "a.example", "https:/a.example", "https:a.example", "HTTPS://a.example", "Http://a.example",
        "ftp://a.example", "javascript:alert(1)", "javascript://a.example/%0aalert(1)", "data:text/html,x", "file:///etc/hosts",
        "blob:https://a.example/x", "wss://a.example", " https://a.example", "\u{feff}https://a.example", "httpss://a.example",
        "http+unix://a", "urn:x",
    ] {
        assert_eq!(refused(text), Refused::NotAbsolute, "{text}");
    }
}

#[test]
fn fragments_are_refused_even_empty_ones() {
    for text in ["https://a.example#", "https://a.example/#x", "https://a.example/?a=b#c", "https://#a.example"] {
        assert_eq!(refused(text), Refused::Fragment, "{text}");
    }
}

#[test]
fn user_names_and_passwords_are_refused() {
    for text in [
        "https://u@a.example", "https://u:p@a.example/", "https://@a.example", "https://:@a.example", "https://good.example@evil.example/",
        "https://good.example:443@evil.example/",
    ] {
        assert_eq!(refused(text), Refused::Credentials, "{text}");
    }
    // Behind the host it is a character like others.
    accepted("https://a.example/@u");
    accepted("https://a.example?u@b");
}

#[test]
fn characters_that_are_read_in_more_than_one_way_are_refused() {
    for c in ['\\', '"', '<', '>', '^', '`', '{', '|', '}', ' ', '\t', '\n', '\r', '\0', '\u{7f}', 'é', '\u{2028}', '。', '／', '\u{feff}']
    {
        for text in [
            format!("https://a.example/{c}"),
            format!("https://a{c}.example/"),
            format!("https://a.example{c}"),
            format!("https://a.example/?{c}"),
        ] {
            assert_eq!(refused(&text), Refused::Character, "{text:?}");
        }
    }
}

#[test]
fn ports_are_numbers_from_1_to_65535() {
    for port in [
        "", "0", "65536", "99999999999", "x", "8o", "-1", "+1", "%38", "1.0", "00000", "000443x", "000443.evil.example", "1000443",
        "10000000443", "4294967739", "18446744073709552059", "x443", "443x443",
    ] {
        assert_eq!(refused(&format!("https://a.example:{port}/")), Refused::Port, "{port}");
    }
    for port in ["1", "65535", "443", "00443"] {
        accepted(&format!("https://a.example:{port}"));
    }
    // However many zeros stand before it, it is the port that a browser goes to, or refused.
    for zeros in 0..40 {
        if let Ok(endpoint) = Endpoint::parse(&format!("https://a.example:{}4430/", "0".repeat(zeros))) {
            assert_eq!(endpoint.origin(), "https://a.example:4430", "{zeros} zeros");
        }
    }
}

#[test]
fn hosts_that_are_missing_or_malformed_are_refused() {
    for host in [
        "", ".", "a..example", ".example", "a.example.", "%61.example", "a%2eexample", "a,b", "a!b", "*.example", "[", "]", "[]", "[::1",
        "::1]", "[::1]x", "[::g]", "[a.example]", "[::1%25eth0]", "a:b:1", "[::1]:1:2",
    ] {
        assert!(matches!(refused(&format!("https://{host}/")), Refused::Host | Refused::Port), "{host}");
    }
    for text in ["https://", "https:///x", "https://?x", "https://:443"] {
        assert_eq!(refused(text), Refused::Host, "{text}");
    }
}

#[test]
fn numbers_that_browsers_read_as_an_ipv4_address_in_disguise_are_refused() {
    for host in [
        "1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "127.0.0.01", "0177.0.0.1", "127.0.0.256", "1.2.3.4.5", "127.0.0.+1", "a.0x1",
        "256.1.1.1", "00.0.0.0",
    ] {
        assert_eq!(refused(&format!("http://{host}/")), Refused::Host, "{host}");
    }
    accepted("https://192.0.2.1/");
    accepted("https://0.0.0.0/");
}

#[test]
fn this_machine_is_recognised() {
    for host in [
        "localhost", "LOCALHOST", "LocalHost:1", "app.localhost", "a.b.localhost:80", "127.0.0.1", "127.255.0.9:8080", "[::1]",
        "[::1]:3000",
    ] {
        let endpoint = accepted(&format!("http://{host}/x"));
        assert!(endpoint.is_loopback() && endpoint.is_secure(), "{host}");
    }
}

#[test]
fn what_only_looks_like_this_machine_is_not_taken_for_it() {
    for host in [
        "localhost.evil.example", "notlocalhost", "127.evil.example", "127.0.0.1.example", "128.0.0.1", "0.0.0.0", "10.0.0.1", "[::2]",
        "[::ffff:127.0.0.1]", "evil.example:80",
    ] {
        let plain = accepted(&format!("http://{host}/localhost?127.0.0.1"));
        assert!(!plain.is_loopback() && !plain.is_secure(), "{host}");
        assert!(accepted(&format!("https://{host}/")).is_secure(), "{host}");
    }
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for (text, origin) in [
        ("https://A.Example", "https://a.example"),
        ("https://a.example:443/x?y", "https://a.example"),
        ("https://a.example:0443", "https://a.example"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:443/", "http://localhost:443"),
        ("https://a.example:80/", "https://a.example:80"),
        ("https://a.example:08443?x", "https://a.example:8443"),
        ("http://[::1]:3000/cb", "http://[::1]:3000"),
    ] {
        assert_eq!(accepted(text).origin(), origin, "{text}");
    }
}

#[test]
fn an_address_is_split_at_its_first_marks() {
    assert_eq!(split_query("https://a.example/x"), ("https://a.example/x", None, None));
    assert_eq!(split_query("https://a.example/x?"), ("https://a.example/x", Some(""), None));
    assert_eq!(split_query("https://a.example/x?a=b?c"), ("https://a.example/x", Some("a=b?c"), None));
    assert_eq!(split_query("https://a.example/x#y?z"), ("https://a.example/x", None, Some("y?z")));
    assert_eq!(split_query("https://a.example/?q#f#g"), ("https://a.example/", Some("q"), Some("f#g")));
    assert_eq!(split_query(""), ("", None, None));
}

/// The shape of an IPv6 address and of an internationalised label is looked at only as far as nothing else can hide in it;
/// the platform, which gets the address, reads it in full.
fn is_left_to_the_platform(text: &str) -> bool {
    text.contains("//[") || text.to_ascii_lowercase().contains("xn--")
}

#[test]
fn what_is_accepted_is_what_browsers_accept_with_the_same_origin() {
    let mut compared = 0;
    for case in document("url/urltestdata.json").as_array().unwrap() {
        let Some(input) = case.get("input").and_then(|input| input.as_str()) else { continue };
        let Ok(endpoint) = Endpoint::parse(input) else { continue };
        assert_eq!(endpoint.as_str(), input);
        if is_left_to_the_platform(input) {
            continue;
        }
        assert_ne!(case.get("failure").and_then(serde_json::Value::as_bool), Some(true), "{input}");
        if let Some(origin) = case.get("origin").and_then(|origin| origin.as_str()) {
            assert_eq!(endpoint.origin(), origin, "{input}");
            compared += 1;
        }
        assert!(case["username"] == "" && case["password"] == "" && case["hash"] == "", "{input}");
    }
    assert!(compared > 40, "only {compared} addresses were compared");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(https?://)?[a-z0-9.:@/?#\\[\\]%\\\\ é-]{0,30}") {
        let _ = split_query(&text);
        if let Ok(endpoint) = Endpoint::parse(&text) {
            prop_assert!(Endpoint::parse(&endpoint.origin()).is_ok_and(|origin| origin.origin() == endpoint.origin()), "{}", text);
            let _ = (endpoint.is_secure(), endpoint.is_loopback());
        }
    }

    #[test]
    fn splitting_loses_nothing(text: String) {
        let (base, query, fragment) = split_query(&text);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        prop_assert_eq!(format!("{base}{query}{fragment}"), text);
    }
}
