//! How things look on the line.

pub(crate) mod answer;
pub mod base64url;
#[cfg(not(feature = "extended"))]
pub(crate) mod bearer;
#[cfg(feature = "extended")]
pub(crate) mod bound;
#[cfg(feature = "extended")]
pub(crate) mod client_auth;
#[cfg(feature = "extended")]
pub mod dpop;
pub mod form;
pub mod http;
pub mod jose;
pub mod json;
pub mod url;

use alloc::string::String;

#[cfg(not(feature = "extended"))]
pub(crate) use bearer as sender;
#[cfg(feature = "extended")]
pub(crate) use bound as sender;

/// Texts one after the other. (`concat` and `join` of the library bring code that panics and formats.)
pub(crate) fn text(parts: &[&str]) -> String {
    let mut text = String::new();
    parts.iter().for_each(|part| text.push_str(part));
    text
}

/// Words with a separator between.
pub(crate) fn words(list: &[String], separator: char) -> String {
    let mut text = String::new();
    for word in list {
        if !text.is_empty() {
            text.push(separator);
        }
        text.push_str(word);
    }
    text
}

/// A number in decimal digits, without the weight of `core::fmt`.
pub(crate) fn decimal(number: i64) -> String {
    let mut text = String::new();
    if number < 0 {
        text.push('-');
    }
    let mut unit = 1_u64;
    let rest = number.unsigned_abs();
    while rest / unit >= 10 {
        unit *= 10;
    }
    while unit > 0 {
        text.push(char::from(b'0' + (rest / unit % 10) as u8));
        unit /= 10;
    }
    text
}
