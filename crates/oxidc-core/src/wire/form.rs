//! `application/x-www-form-urlencoded` (WHATWG URL section 5): bodies and queries.

use alloc::string::String;
use alloc::vec::Vec;

use super::url::cut;

/// A form that is being written.
#[derive(Clone, Default)]
pub struct Form(String);

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pair.
    #[inline(always)]
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.add(name, value);
        self
    }

    // Once, so that a call costs little.
    #[inline(never)]
    fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        push(&mut self.0, name);
        self.0.push('=');
        push(&mut self.0, value);
    }

    /// Adds a pair if there is a value.
    #[inline(always)]
    #[must_use]
    pub fn with_some(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.add(name, value);
        }
        self
    }

    /// The form as text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

fn push(to: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => to.push(char::from(byte)),
            b' ' => to.push('+'),
            _ => {
                to.push('%');
                to.push(digit(byte >> 4).to_ascii_uppercase());
                to.push(digit(byte & 15).to_ascii_uppercase());
            }
        }
    }
}

/// Adds a query to an address that may have one already.
#[must_use]
pub fn append_query(url: &str, form: &str) -> String {
    let mut out = String::from(url);
    out.push(if url.bytes().any(|b| b == b'?') { '&' } else { '?' });
    out.push_str(form);
    out
}

/// Reads a form strictly: broken escapes and invalid UTF-8 are refused.
#[must_use]
pub fn parse(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (pair, after) = cut(text, b'&');
        if !pair.is_empty() {
            let (name, value) = cut(pair, b'=');
            pairs.push((decode(name)?, decode(value.unwrap_or(""))?));
        }
        rest = after;
    }
    Some(pairs)
}

fn decode(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        octets.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(octets).ok()
}

/// A hexadecimal digit, in lower case.
pub(crate) fn digit(value: u8) -> char {
    char::from(if value < 10 { b'0' + value } else { b'a' + (value - 10) })
}

/// The value of a hexadecimal digit.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
