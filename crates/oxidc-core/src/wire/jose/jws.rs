//! A signed JWT in compact form (RFC 7515 section 7.1): its shape, not its signature.

use alloc::string::String;
use alloc::vec::Vec;

use crate::wire::json::Value;
use crate::wire::url::cut;
use crate::wire::{base64url, text as text_of};

/// The longest token that is read, in octets.
const LONGEST: usize = 64 * 1024;

/// What of a header is used. Keys and addresses of keys that it may carry are not (RFC 8725 section 3.10).
#[derive(Clone, Debug)]
pub struct Header {
    /// The signature algorithm, as it is written.
    pub alg: String,
    /// Which key.
    pub kid: Option<String>,
    /// Which kind of JWT.
    pub typ: Option<String>,
}

/// A token whose shape is good. Nothing in it is to be believed before the signature is verified.
#[derive(Clone)]
pub struct Jws {
    /// The header.
    pub header: Header,
    /// The payload, always an object.
    pub payload: Value,
    /// What was signed.
    pub signing_input: String,
    /// The signature; empty where there is none.
    pub signature: Vec<u8>,
}

/// What is wrong with the shape of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsError {
    /// It does not consist of three parts.
    NotThreeParts,
    /// It has five parts: it is encrypted.
    Encrypted,
    /// It is longer than 64 KiB.
    TooLong,
    /// A part is not what it must be.
    Malformed,
    /// The header demands an extension (`crit`, `b64`).
    Critical,
}

impl Jws {
    /// Reads a token.
    ///
    /// # Errors
    ///
    /// What is wrong with its shape.
    pub fn parse(token: &str) -> Result<Self, JwsError> {
        if token.len() > LONGEST {
            return Err(JwsError::TooLong);
        }
        // RFC 8725bis section 3.14: the alphabet before anything else.
        if !token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
            return Err(JwsError::Malformed);
        }
        let (header, rest) = cut(token, b'.');
        let (payload, rest) = cut(rest.unwrap_or_default(), b'.');
        let signature = match token.bytes().filter(|byte| *byte == b'.').count() {
            2 => rest.unwrap_or_default(),
            4 => return Err(JwsError::Encrypted),
            _ => return Err(JwsError::NotThreeParts),
        };
        let object = |part: &str| {
            let text = String::from_utf8(base64url::decode(part)?).ok()?;
            Value::parse(&text).ok().filter(|value| value.as_object().is_some())
        };
        let head = object(header).ok_or(JwsError::Malformed)?;
        let members = head.as_object().ok_or(JwsError::Malformed)?;
        if members.get("crit").is_some() || members.get("b64").is_some() {
            return Err(JwsError::Critical);
        }
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(|text| Some(String::from(text))).ok_or(JwsError::Malformed),
        };
        let signature = base64url::decode(signature).ok_or(JwsError::Malformed)?;
        Ok(Self {
            header: Header { alg: text("alg")?.ok_or(JwsError::Malformed)?, kid: text("kid")?, typ: text("typ")? },
            payload: object(payload).ok_or(JwsError::Malformed)?,
            signing_input: text_of(&[header, ".", payload]),
            signature,
        })
    }
}
