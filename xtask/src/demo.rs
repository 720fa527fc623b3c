//! Builds everything and starts the demonstration.

use anyhow::Result;

use crate::run::{npm_packages, program};
use crate::{example, npm};

pub fn run() -> Result<()> {
    npm::run(false)?;
    example::run()?;
    npm_packages("e2e")?;
    let mut demonstration = program("e2e", &["node", "demo.mjs"]);
    become_it(&mut demonstration)
}

/// The demonstration takes the place of this program, so that every signal reaches it and it can close its servers.
#[cfg(unix)]
fn become_it(demonstration: &mut std::process::Command) -> Result<()> {
    Err(std::os::unix::process::CommandExt::exec(demonstration).into())
}

#[cfg(not(unix))]
fn become_it(demonstration: &mut std::process::Command) -> Result<()> {
    anyhow::ensure!(demonstration.status()?.success(), "the demonstration failed");
    Ok(())
}
