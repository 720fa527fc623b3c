//! The public surface as text, committed, so that a change of it shows in review.

use std::fs;

use anyhow::{Result, bail};

use crate::run::{folders_with, npm_packages, output, root, run as run_program, step, write};
use crate::rust_surface;

/// The crates whose surface others build on.
const CRATES: &[&str] = &["oxidc-aws-lc", "oxidc-core", "oxidc-web"];

pub fn run(check: bool) -> Result<()> {
    let mut reports = vec![(root().join("packages/oxidc/public-api.txt"), typescript()?)];
    for name in folders_with("crates", "Cargo.toml")?.iter().filter(|name| CRATES.contains(&name.as_str())) {
        let folder = root().join("crates").join(name);
        reports.push((folder.join("public-api.txt"), step(&format!("surface of {name}"), || rust_surface::report(name))?));
    }
    for (path, report) in reports {
        if !check {
            write(&path, &report)?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&report) {
            bail!("{} is out of date; run `cargo xtask surface` and look at the change", path.display());
        }
    }
    Ok(())
}

/// What the entries of the npm package export, as the compiler declares it.
fn typescript() -> Result<String> {
    npm_packages("packages/oxidc")?;
    let declarations = root().join("target/declarations").display().to_string();
    run_program("packages/oxidc", &["node_modules/.bin/tsc", "--emitDeclarationOnly", "--removeComments", "--outDir", &declarations])?;
    let script = root().join("xtask/src/typescript_surface.mjs").display().to_string();
    output("packages/oxidc", &["node", &script, &declarations])
}
