//! Native signatures for oxidc, by `aws-lc-rs`.
//!
//! The core decides how a token is checked; this crate does the arithmetic. It is a value that a program passes on, never a
//! global choice, so that two of them can live in one program.
//!
//! | for | there is |
//! |---|---|
//! | checking ID tokens of an issuer whose keys are at hand | [`Keys`] and [`id_token()`] |
//! | a shell that drives [`oxidc_core::Client`] | [`perform`] |
//!
//! Both crates are named, because the types come from the core; fetching the issuer's key set (`jwks_uri`) is the program's own business:
//!
//! ```toml
//! [dependencies]
//! oxidc-aws-lc = "0.1"
//! oxidc-core = "0.1"
//! ```
//!
//! ```no_run
//! use oxidc_aws_lc::{Keys, id_token};
//! use oxidc_core::login::id_token::Expected;
//! use oxidc_core::wire::{jose::{Algorithm, KeySet}, json::Value};
//!
//! # fn check(document: &str, token: &str, nonce: &str, now: i64) -> Result<(), Box<dyn std::error::Error>> {
//! // Once for each version of the issuer's key set:
//! let document = Value::parse(document)?;
//! let keys = Keys::new(&KeySet::parse(&document)?);
//!
//! // For each token; `now` is in seconds since 1970:
//! let expected = Expected {
//!     issuer: "https://login.example.com",
//!     client_id: "my-app",
//!     trusted_audiences: &[],
//!     algorithms: &[Algorithm::Rs256, Algorithm::Es256],
//!     nonce: Some(nonce),
//!     max_age: None,
//!     now,
//!     tolerance: 60,
//!     login: true,
//! };
//! let claims = id_token(token, &keys, &expected, None)?; // `KeyNotFound`: read the key set again, once
//! println!("{} signed in", claims.get("sub").and_then(Value::as_str).unwrap_or_default());
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod id_token;
mod key;
mod keys;
mod shell;

pub use id_token::id_token;
pub use keys::Keys;
pub use shell::perform;
