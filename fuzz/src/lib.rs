//! What the fuzz targets do. The client that they drive is the one of the core's tests, which run the same targets on the stable toolchain.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

pub mod miniapp;
#[path = "../../crates/oxidc-core/tests/it/page.rs"]
mod page;
#[path = "../../crates/oxidc-miniapp/tests/it/pair.rs"]
mod pair;
#[path = "../../crates/oxidc-miniapp/tests/it/random.rs"]
mod random;
#[path = "../../crates/oxidc-core/tests/it/support.rs"]
mod support;
pub mod targets;
