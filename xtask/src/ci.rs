//! What CI runs. Cheap checks first.

use anyhow::{Result, bail};

use crate::run::{npm_packages, output, program, run as run_program, status};
use crate::{generated, npm, size, surface, test, tidy};

pub fn run() -> Result<()> {
    run_program(".", &["cargo", "fmt", "--all", "--check"])?;
    generated::check()?;
    tidy::check()?;
    dependencies()?;
    run_program(".", &["cargo", "clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    let browser = ["cargo", "clippy", "--quiet", "--target", "wasm32-unknown-unknown", "-p", "oxidc-core", "-p", "oxidc-wasm", "-p", "oxidc-web", "-p", "rust-spa"];
    run_program(".", &[&browser[..], &["--", "-D", "warnings"]].concat())?;
    let mut docs = program(".", &["cargo", "doc", "--quiet", "--workspace", "--no-deps"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    status(docs, "cargo doc")?;
    npm::run(false)?;
    surface::run(true)?;
    host_module()?;
    run_program("packages/oxidc", &["npm", "run", "--silent", "docs"])?;
    npm_packages("e2e")?;
    size::run(false, false)?;
    test::run(None)
}

/// The core depends on nothing; what a browser loads is kept short.
fn dependencies() -> Result<()> {
    let tree = output(".", &["cargo", "tree", "--package", "oxidc-core", "--edges", "normal", "--prefix", "none"])?;
    let others: Vec<&str> = tree.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("oxidc-core ")).collect();
    if others.is_empty() { Ok(()) } else { bail!("oxidc-core has dependencies: {others:?}") }
}

/// The copy of the host module for Rust front ends is the one that was built.
fn host_module() -> Result<()> {
    let changed = output(".", &["git", "status", "--porcelain", "--", "crates/oxidc-web/js/host.js", "packages/oxidc/src/codes.ts", "docs/errors.md"])?;
    if changed.trim().is_empty() { Ok(()) } else { bail!("generated files are not committed:\n{changed}") }
}
