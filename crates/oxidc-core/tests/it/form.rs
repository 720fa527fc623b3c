//! Forms and queries.

use oxidc_core::wire::form::{Form, append_query, parse};
use proptest::prelude::*;

fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    parse(text)
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[test]
fn pairs_stand_in_the_order_in_which_they_were_added() {
    let form = Form::new().with("b", "1").with("a", "2").with("b", "3").finish();
    assert_eq!(form, "b=1&a=2&b=3");
}

#[test]
fn a_value_that_is_not_there_is_left_out_and_an_empty_one_is_not() {
    assert_eq!(Form::new().with_some("a", None).with_some("b", Some("")).with_some("c", Some("x")).finish(), "b=&c=x");
    assert_eq!(Form::new().finish(), "");
}

#[test]
fn every_octet_is_written_as_browsers_write_it() {
    let all: String = (0..=0x7f_u8).map(char::from).collect();
    let expected: String = (0..=0x7f_u8)
        .map(|b| match b {
            b' ' => "+".into(),
            b'*' | b'-' | b'.' | b'_' => char::from(b).to_string(),
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    assert_eq!(Form::new().with("n", &all).finish(), format!("n={expected}"));
    assert_eq!(Form::new().with("ä", "€ 😀").finish(), "%C3%A4=%E2%82%AC+%F0%9F%98%80");
}

#[test]
fn names_and_values_cannot_add_pairs() {
    let form = Form::new().with("state", "a&code=b=c#d%26+").finish();
    assert_eq!(form, "state=a%26code%3Db%3Dc%23d%2526%2B");
    assert_eq!(pairs(&form).unwrap(), owned(&[("state", "a&code=b=c#d%26+")]));
}

#[test]
fn a_query_is_added_to_an_address_with_and_without_one() {
    assert_eq!(append_query("https://a.example/x", "b=1"), "https://a.example/x?b=1");
    assert_eq!(append_query("https://a.example/x?a=0", "b=1"), "https://a.example/x?a=0&b=1");
    for (address, expected) in [
        ("https://a.example/x?", &[("b", "1")][..]),
        ("https://a.example/x?a=0&", &[("a", "0"), ("b", "1")]),
        ("https://a.example/x?a=?", &[("a", "?"), ("b", "1")]),
    ] {
        let (base, query) = address.split_once('?').unwrap();
        let added = append_query(address, "b=1");
        assert!(added.starts_with(&format!("{base}?{query}")), "{added}");
        assert_eq!(pairs(&added[base.len() + 1..]).unwrap(), owned(expected), "{added}");
    }
}

#[test]
fn plus_is_a_space_and_percent_2b_is_a_plus() {
    assert_eq!(pairs("a=1+2&b=1%2B2&c=1%202").unwrap(), owned(&[("a", "1 2"), ("b", "1+2"), ("c", "1 2")]));
}

#[test]
fn hexadecimal_digits_may_be_of_either_case() {
    assert_eq!(pairs("a=%c3%A4").unwrap(), owned(&[("a", "ä")]));
}

#[test]
fn a_pair_without_an_equals_sign_has_an_empty_value_and_only_the_first_one_counts() {
    assert_eq!(pairs("a&b=&=c&d=e=f").unwrap(), owned(&[("a", ""), ("b", ""), ("", "c"), ("d", "e=f")]));
}

#[test]
fn repeated_names_are_all_given_out() {
    assert_eq!(pairs("state=1&state=2").unwrap(), owned(&[("state", "1"), ("state", "2")]));
}

#[test]
fn empty_pairs_are_nothing() {
    assert_eq!(pairs("").unwrap(), owned(&[]));
    assert_eq!(pairs("&&a=1&&").unwrap(), owned(&[("a", "1")]));
}

#[test]
fn broken_escapes_are_refused() {
    for text in ["a=%", "a=%4", "a=%g0", "a=%0g", "a=%+1", "a=% 1", "%=1", "a=b&c=%", "a=%u0041", "a=%é1"] {
        assert_eq!(pairs(text), None, "{text}");
    }
}

#[test]
fn octets_that_are_not_utf_8_are_refused() {
    for text in ["a=%ff", "a=%C3", "a=%C0%80", "a=%ED%A0%80", "a=%F4%90%80%80", "%80=a", "a=%E2%82"] {
        assert_eq!(pairs(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(list: Vec<(String, String)>) {
        let form = list.iter().fold(Form::new(), |form, (name, value)| form.with(name, value)).finish();
        prop_assert_eq!(parse(&form), Some(list));
    }

    #[test]
    fn what_is_written_needs_no_escaping_in_a_query(name: String, value: String) {
        let form = Form::new().with(&name, &value).finish();
        prop_assert!(form.bytes().all(|b| b.is_ascii_alphanumeric() || b"*-._+%=".contains(&b)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[%+&=a-f0-9é]{0,40}") {
        let _ = parse(&text);
    }
}
