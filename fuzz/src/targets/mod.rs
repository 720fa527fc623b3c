//! One function for each reader of strangers' texts. Each takes any text and must not panic.

pub mod base64url;
pub mod callback;
pub mod form;
pub mod id_token;
pub mod json;
pub mod jwk;
pub mod jws;
pub mod metadata;
pub mod record;
pub mod retry_after;
pub mod return_to;
pub mod session;
pub mod token_answer;
pub mod url;
pub mod www_authenticate;

/// A target's name, which is that of its seeds, and its function.
pub type Target = (&'static str, fn(&str));

/// All targets.
pub const ALL: &[Target] = &[
    ("base64url", base64url::check),
    ("callback", callback::check),
    ("form", form::check),
    ("id_token", id_token::check),
    ("json", json::check),
    ("jwk", jwk::check),
    ("jws", jws::check),
    ("metadata", metadata::check),
    ("record", record::check),
    ("retry_after", retry_after::check),
    ("return_to", return_to::check),
    ("session", session::check),
    ("token_answer", token_answer::check),
    ("url", url::check),
    ("www_authenticate", www_authenticate::check),
];
