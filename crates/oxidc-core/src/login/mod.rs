//! From "sign in" to a checked identity.

pub(crate) mod authorize;
pub(crate) mod callback;
pub(crate) mod exchange;
pub mod id_token;
#[cfg(feature = "extended")]
pub(crate) mod jarm;
pub(crate) mod silent;
pub(crate) mod verify;
pub(crate) mod window;
