//! How things look on the line.

pub(crate) mod answer;
pub mod base64url;
pub mod form;
pub mod http;
pub mod jose;
pub mod json;
pub mod url;
