//! Builds the npm package: Rust to WebAssembly, its glue, the TypeScript around it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

use crate::generated;
use crate::run::{npm_packages, program, root, status};

/// Where the glue is written.
const GLUE: &str = "target/bindgen";

pub fn run(dev: bool) -> Result<()> {
    generated::write()?;
    let module = wasm("oxidc-wasm", &["--features", "standalone"])?;
    glue(&module, &root().join(GLUE), "oxidc_wasm", true)?;
    npm_packages("packages/oxidc")?;
    let glue = root().join(GLUE).display().to_string();
    let mut words = vec!["node", "build.mjs", &glue];
    if dev {
        words.push("--dev");
    }
    crate::run::run("packages/oxidc", &words)?;
    // The Rust face carries the same host module.
    let host = fs::read_to_string(root().join("packages/oxidc/dist/host.js"))?;
    crate::run::write(&root().join("crates/oxidc-web/js/host.js"), &host)
}

/// Builds a crate for browsers; the file of the module comes back.
pub fn wasm(package: &str, more: &[&str]) -> Result<PathBuf> {
    let words = ["cargo", "build", "--quiet", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "--package", package];
    let words: Vec<&str> = words.iter().chain(more).copied().collect();
    let mut command = program(".", &words);
    // No path of the machine that built it ends up in what is published.
    let home = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| format!("{}/{default}", std::env::var("HOME").unwrap_or_default()));
    let flags = [
        format!("--remap-path-prefix={}=", root().display()),
        format!("--remap-path-prefix={}=cargo", home("CARGO_HOME", ".cargo")),
        format!("--remap-path-prefix={}=rustup", home("RUSTUP_HOME", ".rustup")),
    ];
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    status(command, &words.join(" "))?;
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), PathBuf::from);
    Ok(target.join(format!("wasm32-unknown-unknown/wasm/{}.wasm", package.replace('-', "_"))))
}

/// Makes the JavaScript glue of a module. Without a default path, the page says where the module is.
pub fn glue(module: &Path, to: &Path, name: &str, omit_default_path: bool) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen.omit_default_module_path(omit_default_path).web(true)?;
    bindgen.generate(to)
}
