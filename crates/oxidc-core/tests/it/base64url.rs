//! base64url without padding.

use oxidc_core::wire::base64url::{decode, encode};
use proptest::prelude::*;

#[test]
fn the_vectors_of_rfc_4648_without_padding() {
    for (octets, text) in
        [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy")]
    {
        assert_eq!(encode(octets.as_bytes()), text);
        assert_eq!(decode(text).as_deref(), Some(octets.as_bytes()));
    }
    assert_eq!(encode(&[0xfb, 0xef, 0xff]), "--__");
}

#[test]
fn padding_other_alphabets_and_blanks_are_refused() {
    for text in ["Zg==", "Zg=", "Zm8=", "=", "+/+/", "ab+d", "ab/d", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9\u{0}", "Zm9é", "Zm9v.", "%5A"] {
        assert_eq!(decode(text), None, "{text:?}");
    }
}

#[test]
fn one_character_over_is_refused() {
    for text in ["A", "AAAAA", "Zm9vZ"] {
        assert_eq!(decode(text), None, "{text}");
    }
}

#[test]
fn a_foreign_character_is_refused_wherever_it_stands_in_a_group() {
    // Lengths of each remainder after groups of four; the text is all zeros, so that no unused bit is set.
    for length in [4, 6, 7, 8, 10, 11, 64, 66, 67] {
        let good = vec![b'A'; length];
        assert_eq!(decode(str::from_utf8(&good).unwrap()), Some(vec![0; length * 3 / 4]));
        for at in 0..length {
            for foreign in (0..128).filter(|byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte)) {
                let mut text = good.clone();
                text[at] = foreign;
                assert_eq!(decode(str::from_utf8(&text).unwrap()), None, "{foreign} at {at} of {length}");
            }
        }
    }
}

#[test]
fn every_length_of_remainder_one_is_refused() {
    for length in (1..80).filter(|length| length % 4 == 1) {
        assert_eq!(decode(&"A".repeat(length)), None, "{length}");
    }
}

#[test]
fn each_last_character_with_unused_bits_is_refused() {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (before, unused) in [("A", 4), ("AA", 2), ("Zm9vA", 4), ("Zm9vAA", 2)] {
        for (value, digit) in DIGITS.chars().enumerate() {
            let good = value % (1 << unused) == 0;
            assert_eq!(decode(&format!("{before}{digit}")).is_some(), good, "{before}{digit}");
        }
    }
}

#[test]
fn t028_unused_bits_that_are_set_are_refused() {
    for text in ["Zh", "Zn", "Zm9", "Zm-", "Zm9vZh", "AB", "AAB"] {
        assert_eq!(decode(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(octets: Vec<u8>) {
        prop_assert_eq!(decode(&encode(&octets)), Some(octets));
    }

    #[test]
    fn octets_have_one_text_only(text in "[A-Za-z0-9_-]{0,12}") {
        if let Some(octets) = decode(&text) {
            prop_assert_eq!(encode(&octets), text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text: String) {
        let _ = decode(&text);
    }
}
