//! Builds the example apps.

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
        in_rust(&name)?;
    }
    Ok(())
}

/// An app in Rust: its module with the glue, its page and its style, side by side.
fn in_rust(name: &str) -> Result<()> {
    let module = wasm(name, &[])?;
    let folder = root().join("examples").join(name);
    let dist = folder.join("dist");
    glue(&module, &dist, false)?;
    for file in ["index.html", "style.css"] {
        fs::copy(folder.join(file), dist.join(file))?;
    }
    Ok(())
}
