//! Tests of the core through its public face, one module for each thing that it reads or checks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]

mod base64url;
#[cfg(feature = "extended")]
mod extended;
mod form;
mod id_token;
mod json;
mod jwk;
mod jws;
mod support;
mod url;
mod windows;
