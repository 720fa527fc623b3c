//! Requests and answers as plain data.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A request of the protocol to one of the provider's endpoints.
#[derive(Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// An absolute address.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; `POST` only.
    pub body: Option<String>,
    /// Time limit in milliseconds, from sending to the last octet of the answer.
    pub timeout: u32,
    /// The largest body that is read, in octets.
    pub limit: u32,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies and headers carry codes, verifiers and tokens.
        write!(f, "{} {}", self.method, self.url)
    }
}

/// The answer to a request. Only the headers that the core reads are kept; a browser hides those that the
/// server does not expose.
#[derive(Clone, Default)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `retry-after`.
    pub retry_after: Option<String>,
    /// `date`.
    pub date: Option<String>,
    /// `www-authenticate`; several are joined with a comma.
    pub www_authenticate: Option<String>,
    /// `dpop-nonce`.
    pub dpop_nonce: Option<String>,
    /// The body; empty where it was not read.
    pub body: String,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies carry tokens.
        write!(f, "{} {}", self.status, self.content_type.as_deref().unwrap_or(""))
    }
}

/// Whether a content type is `application/json`, whatever its parameters and case.
#[must_use]
pub fn is_json(content_type: Option<&str>) -> bool {
    has_type(content_type, "application/json")
}

pub(crate) fn has_type(content_type: Option<&str>, wanted: &str) -> bool {
    trim(super::url::cut(content_type.unwrap_or_default(), b';').0).eq_ignore_ascii_case(wanted)
}

/// Without blanks at both ends (RFC 9110 section 5.6.3). (Lighter than `str::trim`.)
pub(crate) fn trim(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = text.strip_prefix([' ', '\t']) {
        text = rest;
    }
    while let Some(rest) = text.strip_suffix([' ', '\t']) {
        text = rest;
    }
    text
}
