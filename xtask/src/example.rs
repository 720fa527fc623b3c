//! Builds the example apps, and the page for tests that is one too.

use std::fs;

use anyhow::Result;

use crate::npm::{glue, wasm};
use crate::run::{folders_with, npm_packages, root, run as run_program};

pub fn run() -> Result<()> {
    for name in folders_with("examples", "package.json")? {
        let folder = format!("examples/{name}");
        npm_packages(&folder)?;
        run_program(&folder, &["node", "build.mjs"])?;
    }
    for name in folders_with("examples", "Cargo.toml")? {
        in_rust("examples", &name, &["index.html", "style.css"])?;
    }
    // The page in which the browser tests drive the Rust face.
    in_rust("e2e", "rust-harness", &["index.html"])
}

/// An app in Rust: its module with the glue and its files, side by side.
fn in_rust(parent: &str, name: &str, files: &[&str]) -> Result<()> {
    let module = wasm(name, &[])?;
    let folder = root().join(parent).join(name);
    let dist = folder.join("dist");
    glue(&module, &dist, false)?;
    for file in files {
        fs::copy(folder.join(file), dist.join(file))?;
    }
    Ok(())
}
