//! Builds everything and starts the demonstration.

use anyhow::Result;

use crate::run::{npm_packages, program, status};
use crate::{example, npm};

pub fn run() -> Result<()> {
    npm::run(false)?;
    example::run()?;
    npm_packages("e2e")?;
    // Ctrl-C reaches the demonstration too, and it ends by itself.
    status(program("e2e", &["node", "demo.mjs"]), "node demo.mjs")
}
