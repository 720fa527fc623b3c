//! Runs schedules and says what came of them: `simulate --schedules 1000 [--seed 1]`, or tells one: `simulate --story 7`.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Instant;

use oxidc_testkit::schedule::{self, Summary};

/// How many schedules run between two lines about how far it is.
const PORTION: u64 = 50_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)?.parse::<u64>().ok());
    if let Some(seed) = number("--story") {
        let (story, broken) = schedule::story(seed, None);
        println!("{story}\n\nseed {seed}: {}", broken.as_deref().unwrap_or("every invariant holds"));
        return if broken.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let (schedules, first) = (number("--schedules").unwrap_or(20_000), number("--seed").unwrap_or(1));
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let (started, mut summary) = (Instant::now(), Summary::default());
    while summary.runs < schedules && summary.broken.is_empty() {
        summary.add(schedule::run(first + summary.runs, PORTION.min(schedules - summary.runs), threads, None));
        eprintln!("{} schedules, {:.0} s", summary.runs, started.elapsed().as_secs_f64());
    }
    println!("{summary}");
    for (seed, what) in &summary.broken {
        println!("broken in seed {seed}: {what}");
    }
    let Some((seed, what)) = summary.broken.iter().min_by_key(|(seed, _)| *seed) else { return ExitCode::SUCCESS };
    println!("\nthe story of seed {seed}, which breaks {what}\n\n{}", schedule::story(*seed, None).0);
    ExitCode::FAILURE
}
