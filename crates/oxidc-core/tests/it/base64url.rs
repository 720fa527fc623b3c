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
