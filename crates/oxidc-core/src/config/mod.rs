//! Who we are and whom we trust: the client's configuration, the provider's documents and keys.

pub mod client;
pub(crate) mod discovery;
pub(crate) mod keys;
pub(crate) mod options;
pub mod provider;
