//! Runs seeded schedules of tabs, faults and clocks against the core, as many as are asked for.

use anyhow::{Result, ensure};

use crate::run::run as run_program;

/// Builds the simulation with optimisation and hands the arguments on.
pub fn run(arguments: &[&str]) -> Result<()> {
    let pairs =
        arguments.chunks(2).all(|pair| matches!(pair, ["--schedules" | "--seed" | "--story", number] if number.parse::<u64>().is_ok()));
    ensure!(pairs, "simulate takes --schedules N, --seed S or --story S");
    let mut words = vec!["cargo", "run", "--quiet", "--release", "--package", "oxidc-testkit", "--example", "simulate", "--"];
    words.extend(arguments);
    run_program(".", &words)
}
