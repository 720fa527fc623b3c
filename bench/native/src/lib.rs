//! What is measured: tokens as large providers make them, signed here, and the works of the core on them.

pub mod signer;
pub mod works;
