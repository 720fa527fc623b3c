//! JSON Web Signatures and keys (RFC 7515, 7517, 7518, 8725), as far as somebody who verifies needs them.

mod algorithm;
mod jwk;
mod jws;
#[cfg(feature = "extended")]
mod sign;

pub use algorithm::Algorithm;
pub use jwk::{KeySet, KeySetError};
pub use jws::{Header, Jws, JwsError};
#[cfg(feature = "extended")]
pub(crate) use sign::sign;
#[cfg(feature = "extended")]
pub use sign::signing_input;
