//! Lists of words and numbers as texts, without the weight of the library's general ways.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::wire::json::Value;

/// The words of a text, which spaces separate.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    for (at, byte) in text.bytes().chain(Some(b' ')).enumerate() {
        if byte == b' ' {
            words.extend(text.get(start..at).filter(|word| !word.is_empty()));
            start = at + 1;
        }
    }
    words
}

/// Whether a list has all the words of another.
pub(crate) fn covers(list: &str, all: &str) -> bool {
    let list = words(list);
    words(all).iter().all(|word| list.contains(word))
}

/// The words of a text or of a list of texts, as one text.
pub(crate) fn joined(value: Option<&Value>) -> String {
    let mut text = String::new();
    let one = value.map(core::slice::from_ref).unwrap_or_default();
    for part in value.and_then(Value::as_array).unwrap_or(one) {
        for word in words(part.as_str().unwrap_or_default()) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    text
}

/// A text that is a number.
pub(crate) fn number(text: Option<&str>) -> Option<i64> {
    Value::parse(text?).ok()?.as_integer()
}

/// Whether a text has another in it, whatever the case of letters.
pub(crate) fn mentions(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}
