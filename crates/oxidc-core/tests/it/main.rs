//! Tests of the core through its public face, one module for each thing that it reads or checks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]

mod authorize;
mod base64url;
mod begin;
mod callback;
mod discovery;
mod exchange;
#[cfg(feature = "extended")]
mod extended;
mod flights;
mod form;
// Its targets belong to a crate of their own, too.
#[allow(unreachable_pub)]
mod fuzz;
mod id_token;
mod json;
mod jwk;
mod jws;
mod page;
mod records;
mod refresh;
mod renewal;
mod requests;
mod return_to;
mod sessions;
mod sign_out;
mod silent;
mod step_up;
mod support;
mod token_times;
mod url;
mod userinfo;
mod windows;
