//! Builds the npm package: Rust to WebAssembly, the TypeScript around it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::generated;
use crate::run::{npm_packages, output, program, root, run as run_program, run_prepared, step, write};

/// The browser modules that the Rust face carries, and what they are copies of.
pub const COPIES: [(&str, &str); 3] = [
    ("crates/oxidc-web/js/host.js", "packages/oxidc/dist/host.js"),
    ("crates/oxidc-web/js/worker.js", "packages/oxidc/dist/worker.js"),
    ("crates/oxidc-web/js/miniapp.js", "packages/oxidc/dist/miniapp/face.js"),
];

/// The two sides of the mini-app protocol, each a module of its own.
pub const SIDES: [&str; 2] = ["guest", "host"];

pub fn run(dev: bool) -> Result<()> {
    generated::write()?;
    // All are built under one name, so the first ones are put aside.
    let aside = |feature: &str| -> Result<PathBuf> {
        let aside = root().join(format!("target/oxidc_wasm_{feature}.wasm"));
        fs::copy(module(&["standalone", feature])?, &aside)?;
        Ok(aside)
    };
    let [extended, identity] = ["extended", "identity"].map(aside);
    let [guest, host] = SIDES.map(miniapp);
    let modules = [core()?, extended?, guest?, host?, identity?].map(|module| module.display().to_string());
    npm_packages("packages/oxidc")?;
    let mut words = vec!["node", "build.mjs"];
    words.extend(modules.iter().map(String::as_str));
    if dev {
        words.push("--dev");
    }
    run_program("packages/oxidc", &words)?;
    COPIES.iter().try_for_each(|(copy, of)| write(&root().join(copy), &fs::read_to_string(root().join(of))?))
}

/// Half a megabyte, which is plenty: constants behind it have shorter addresses than behind the whole one of the default.
const STACK: &str = "-Clink-arg=-zstack-size=524288";

/// Builds the core for the npm package.
pub fn core() -> Result<PathBuf> {
    module(&["standalone"])
}

/// Builds the boundary crate with features.
fn module(features: &[&str]) -> Result<PathBuf> {
    // A library for Rust front ends becomes a module only here: made with both types at once, it is not optimised over all crates,
    // and the two kinds of builds overwrite each other's module.
    wasm("oxidc-wasm", &["--no-default-features", "--features", &features.join(","), "--lib", "--crate-type", "cdylib", "--", STACK])
}

/// Builds one side of the mini-app protocol for the npm package.
pub fn miniapp(side: &str) -> Result<PathBuf> {
    let features = format!("{side},standalone");
    let more = ["--no-default-features", "--features", &features, "--lib", "--crate-type", "cdylib", "--", STACK];
    let module = wasm("oxidc-miniapp-wasm", &more)?;
    // The other side is built into the same file.
    let own = module.with_file_name(format!("oxidc_miniapp_{side}.wasm"));
    fs::copy(&module, &own)?;
    Ok(own)
}

/// A toolchain that was there before may lack what the repository asks for; rustup adds it.
pub fn target() -> Result<()> {
    let library = output(".", &["rustc", "--print", "target-libdir", "--target", "wasm32-unknown-unknown"])?;
    if Path::new(library.trim()).exists() {
        return Ok(());
    }
    run_program(".", &["rustup", "target", "add", "wasm32-unknown-unknown"])
}

/// Builds a crate for browsers; the file of the module comes back.
pub fn wasm(package: &str, more: &[&str]) -> Result<PathBuf> {
    target()?;
    let words = ["cargo", "rustc", "--quiet", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "--package", package];
    let words = [&words, more].concat();
    let mut command = program(".", &words);
    // No path of the machine that built it ends up in what is published.
    let home = |name: &str, default: &str| {
        std::env::var(name).unwrap_or_else(|_| format!("{}/{default}", std::env::var("HOME").unwrap_or_default()))
    };
    let flags = [
        format!("--remap-path-prefix={}=", root().display()),
        format!("--remap-path-prefix={}=cargo", home("CARGO_HOME", ".cargo")),
        format!("--remap-path-prefix={}=rustup", home("RUSTUP_HOME", ".rustup")),
    ];
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    run_prepared(command, &words.join(" "))?;
    let target = root().join(std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into()));
    Ok(target.join(format!("wasm32-unknown-unknown/wasm/{}.wasm", package.replace('-', "_"))))
}

/// Makes the JavaScript glue of a module. Without a default path, the page says where the module is.
pub fn glue(module: &Path, to: &Path, omit_default_path: bool) -> Result<()> {
    let name = module.file_stem().and_then(|name| name.to_str()).with_context(|| module.display().to_string())?;
    step(&format!("wasm-bindgen {name}"), || {
        let mut bindgen = Bindgen::new();
        bindgen.input_path(module).out_name(name).typescript(false).remove_name_section(true).remove_producers_section(true);
        bindgen.omit_default_module_path(omit_default_path).web(true)?;
        bindgen.generate(to)
    })
}
