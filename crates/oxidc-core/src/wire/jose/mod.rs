//! JSON Web Signatures and keys (RFC 7515, 7517, 7518, 8725), as far as somebody who verifies needs them.

mod algorithm;
mod jwk;
mod jws;

pub use algorithm::Algorithm;
pub use jwk::{KeySet, KeySetError};
pub use jws::{Header, Jws, JwsError};
