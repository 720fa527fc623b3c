//! What CI runs. Cheap checks first; then what compiles Rust for this machine beside what builds the package; then the tests.

use std::fs;
use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::npm::COPIES;
use crate::run::{folders_with, npm_packages, program, root, run as run_program, run_prepared, side_by_side};
use crate::{browsers, example, generated, npm, provider, size, surface, test, tidy};

/// Crates that are not for browsers.
const NATIVE: &[&str] = &["oxidc-aws-lc", "oxidc-testkit"];

pub fn run() -> Result<ExitCode> {
    run_program(".", &["cargo", "fmt", "--all", "--check"])?;
    generated::check()?;
    tidy::run()?;
    browsers::install()?;
    provider::install()?;
    npm::target()?;
    side_by_side(lints, package)?;
    test::all(None)
}

/// Lints and documentation, and the tests compiled.
fn lints() -> Result<()> {
    run_program(".", &["cargo", "clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    let crates = folders_with("crates", "Cargo.toml")?.into_iter().filter(|name| !NATIVE.contains(&name.as_str()));
    let browser: Vec<String> = crates
        .chain(folders_with("examples", "Cargo.toml")?)
        .chain(folders_with("e2e", "Cargo.toml")?)
        .map(|name| format!("--package={name}"))
        .collect();
    let mut words = vec!["cargo", "clippy", "--quiet", "--target", "wasm32-unknown-unknown"];
    words.extend(browser.iter().map(String::as_str));
    words.extend(["--", "-D", "warnings"]);
    run_program(".", &words)?;
    for features in ["--features=standalone,extended", "--features=standalone,identity"] {
        let module = ["--package=oxidc-wasm", "--no-default-features", features, "--", "-D", "warnings"];
        run_program(".", &[["cargo", "clippy", "--quiet", "--target", "wasm32-unknown-unknown"].as_slice(), &module].concat())?;
    }
    let mut docs = program(".", &["cargo", "doc", "--quiet", "--workspace", "--no-deps"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    run_prepared(docs, "cargo doc")?;
    run_program(".", &["cargo", "test", "--quiet", "--workspace", "--all-targets", "--no-run"])
}

/// The package as it would be published, what is generated with it, its documentation and its size.
fn package() -> Result<()> {
    let copies = || COPIES.map(|(copy, _)| fs::read(root().join(copy)).unwrap_or_default());
    let committed = copies();
    npm::run(false)?;
    for ((copy, _), (now, before)) in COPIES.iter().zip(copies().into_iter().zip(committed)) {
        ensure!(now == before, "{copy} was out of date; it is not any more: commit it");
    }
    surface::run(true)?;
    run_program("packages/oxidc", &["npm", "run", "--silent", "docs"])?;
    size::weigh(false)?;
    example::run()?;
    npm_packages("e2e")
}
