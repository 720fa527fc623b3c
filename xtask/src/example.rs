//! Builds the example apps.

use std::fs;

use anyhow::Result;

use crate::npm::{glue, wasm};
use crate::run::{npm_packages, root, run as run_program};

pub fn run() -> Result<()> {
    npm_packages("examples/spa")?;
    run_program("examples/spa", &["node", "build.mjs"])?;
    let module = wasm("rust-spa", &[])?;
    let folder = root().join("examples/rust-spa");
    let dist = folder.join("dist");
    glue(&module, &dist, "rust_spa", false)?;
    for file in ["index.html", "style.css"] {
        fs::copy(folder.join(file), dist.join(file))?;
    }
    Ok(())
}
