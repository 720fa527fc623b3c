//! `WWW-Authenticate` (RFC 9110 section 11.6.1): whether an API's refusal is about our token (RFC 6750 section 3).

use alloc::string::String;
use alloc::vec::Vec;

use crate::wire::json::{Object, Value};

/// The longest header that is read.
const LONGEST: usize = 8_192;

/// One challenge: a scheme and its parameters, names in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) scheme: String,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Challenge {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Whether a new token may help: the header is not readable, or it asks for a token of our `scheme` and names no other trouble.
pub(crate) fn asks_for_token(header: Option<&str>, scheme: &str) -> bool {
    let Some(challenges) = header.and_then(parse) else { return true };
    challenges.iter().any(|c| c.scheme == scheme && c.get("error").is_none_or(|error| error == "invalid_token"))
}

/// What an API demands of the sign-in, as the options that satisfy it (RFC 9470 section 3). A member that is malformed is
/// not there.
pub(crate) fn step_up(header: Option<&str>) -> Option<Object> {
    let challenges = header.and_then(parse)?;
    let challenge = challenges
        .iter()
        .find(|c| matches!(c.scheme.as_str(), "bearer" | "dpop") && c.get("error") == Some("insufficient_user_authentication"))?;
    let mut acr_values: Vec<Value> = Vec::new();
    for value in challenge.get("acr_values").unwrap_or_default().split(' ') {
        if !value.is_empty() {
            acr_values.push(value.into());
        }
    }
    let digits = challenge.get("max_age").filter(|age| !age.is_empty() && age.bytes().all(|b| b.is_ascii_digit()));
    let max_age = digits.and_then(|age| age.parse::<u32>().ok());
    Some(Object::new().with("acrValues", acr_values).with_some("maxAge", max_age))
}

/// Reads a list of challenges; `None` where it is none.
pub(crate) fn parse(header: &str) -> Option<Vec<Challenge>> {
    if header.len() > LONGEST || skip(header, blank).is_empty() {
        return None;
    }
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = skip(header, separator);
    while !rest.is_empty() {
        let (word, after) = token(rest)?;
        let value = skip(after, blank);
        if let (Some(assigned), Some(challenge)) = (value.strip_prefix('='), challenges.last_mut()) {
            let (value, after) = value_of(skip(assigned, blank))?;
            challenge.parameters.push((word.to_ascii_lowercase(), value));
            rest = after;
        } else {
            challenges.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
            rest = skip_token68(value);
        }
        rest = skip(rest, separator);
    }
    Some(challenges)
}

fn blank(c: u8) -> bool {
    c == b' ' || c == b'\t'
}

fn separator(c: u8) -> bool {
    blank(c) || c == b','
}

/// What begins with something of a kind, cut where something else comes.
fn span(text: &str, kind: fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !kind(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn skip(text: &str, kind: fn(u8) -> bool) -> &str {
    span(text, kind).1
}

/// RFC 9110 section 5.6.2.
fn is_token(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

fn token(text: &str) -> Option<(&str, &str)> {
    let (token, rest) = span(text, is_token);
    if token.is_empty() { None } else { Some((token, rest)) }
}

/// RFC 9110 section 5.6.4, or a token.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(value, rest)| (value.into(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            c => value.push(c),
        }
    }
}

/// RFC 9110 section 11.2: credentials such as `Negotiate abc==` have no name.
fn skip_token68(text: &str) -> &str {
    let (word, after) = span(text, |c| is_token(c) || c == b'/');
    let padded = skip(after, |c| c == b'=');
    let ends = padded.is_empty() || skip(padded, blank).starts_with(',');
    // A word followed by another word or by one `=` and a value is a parameter or the next scheme.
    if !word.is_empty() && ends { padded } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::type_complexity)]
    fn shape(header: &str) -> Option<Vec<(String, Vec<(String, String)>)>> {
        parse(header).map(|list| list.into_iter().map(|c| (c.scheme, c.parameters)).collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn t398_several_challenges_are_told_apart() {
        let header = r#"Basic realm="a, b", bearer  error = invalid_token , error_description="say \"no\"", Negotiate abc=="#;
        let expected = alloc::vec![
            ("basic".into(), alloc::vec![pair("realm", "a, b")]),
            ("bearer".into(), alloc::vec![pair("error", "invalid_token"), pair("error_description", "say \"no\"")]),
            ("negotiate".into(), alloc::vec![]),
        ];
        assert_eq!(shape(header), Some(expected));
    }

    #[test]
    fn t398_only_a_bearer_challenge_or_an_unreadable_one_asks_for_a_token() {
        for (header, asks) in [
            (None, true),
            (Some("Bearer"), true),
            (Some("BEARER realm=\"api\""), true),
            (Some("Bearer error=\"invalid_token\""), true),
            (Some("Basic realm=\"x\""), false),
            (Some("Bearer error=\"insufficient_scope\""), false),
            (Some("Bearer error=\"insufficient_user_authentication\", acr_values=\"a b\""), false),
            (Some("\"unterminated"), true),
        ] {
            assert_eq!(asks_for_token(header, "bearer"), asks, "{header:?}");
        }
    }

    #[test]
    fn t455_a_demand_for_a_stronger_sign_in_is_read_and_what_is_malformed_in_it_is_not_there() {
        for (header, demand) in [
            (
                r#"Bearer error="insufficient_user_authentication", acr_values="a  b", max_age="300""#,
                Some(r#"{"acrValues":["a","b"],"maxAge":300}"#),
            ),
            (r#"Basic realm="x", Bearer error=insufficient_user_authentication, max_age=0"#, Some(r#"{"acrValues":[],"maxAge":0}"#)),
            (r#"Bearer error="insufficient_user_authentication", max_age="-1""#, Some(r#"{"acrValues":[]}"#)),
            (r#"Bearer error="insufficient_user_authentication", max_age="4294967296""#, Some(r#"{"acrValues":[]}"#)),
            (r#"Bearer error="invalid_token", acr_values="a""#, None),
            (r#"Basic error="insufficient_user_authentication""#, None),
            ("", None),
        ] {
            let read = step_up(Some(header)).map(|demand| Value::from(demand).to_text());
            assert_eq!(read.as_deref(), demand, "{header}");
        }
        assert!(step_up(None).is_none());
    }

    #[test]
    fn t400_a_header_that_is_no_challenge_is_unreadable() {
        for header in ["", "   ", "Bearer error=\"open", "=x", "Bearer a=\u{1}", &"x".repeat(LONGEST + 1)] {
            assert_eq!(parse(header), None, "{header:.20}");
        }
    }
}
