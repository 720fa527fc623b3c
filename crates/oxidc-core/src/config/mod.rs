//! Who we are and whom we trust: the client's configuration, the provider's documents and keys.

pub mod client;
pub(crate) mod discovery;
#[cfg(feature = "extended")]
pub(crate) mod extended;
pub(crate) mod keys;
pub(crate) mod options;
pub mod provider;
