//! A signed JWT in compact form (RFC 7515 section 7.1): its shape, not its signature.

use alloc::string::String;
use alloc::vec::Vec;

use crate::wire::base64url;
use crate::wire::json::Value;
use crate::wire::url::cut;

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
pub struct Jws<'a> {
    /// The header.
    pub header: Header,
    /// The payload, always an object.
    pub payload: Value,
    /// What was signed.
    pub signing_input: &'a str,
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

impl<'a> Jws<'a> {
    /// Reads a token.
    ///
    /// # Errors
    ///
    /// What is wrong with its shape.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > LONGEST {
            return Err(JwsError::TooLong);
        }
        // A dot is no digit: where there are too many, a part is malformed, and only then they are counted.
        let malformed = || match token.bytes().filter(|byte| *byte == b'.').count() {
            2 => JwsError::Malformed,
            4 => JwsError::Encrypted,
            _ => JwsError::NotThreeParts,
        };
        // The signature is cut off from behind: the payload is the longest part.
        let (signing_input, signature) =
            token.bytes().rposition(|byte| byte == b'.').and_then(|at| token.split_at_checked(at)).ok_or(JwsError::NotThreeParts)?;
        let (header, payload) = cut(signing_input, b'.');
        // RFC 8725bis section 3.14: the alphabet before anything is read.
        let octets = |part: &str| base64url::decode(part).ok_or_else(malformed);
        let (header, payload, signature) =
            (octets(header)?, octets(payload.unwrap_or_default())?, octets(signature.get(1..).unwrap_or_default())?);
        let object = |part: &[u8]| match str::from_utf8(part).map(Value::parse) {
            Ok(Ok(Value::Object(object))) => Ok(object),
            _ => Err(malformed()),
        };
        let mut head = object(&header)?;
        if head.get("crit").is_some() || head.get("b64").is_some() {
            return Err(JwsError::Critical);
        }
        let mut text = |name: &str| match head.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JwsError::Malformed),
        };
        Ok(Self {
            header: Header { alg: text("alg")?.ok_or(JwsError::Malformed)?, kid: text("kid")?, typ: text("typ")? },
            payload: object(&payload)?.into(),
            signing_input,
            signature,
        })
    }
}
