//! All tests, and one line at the end that counts them.

use std::io::{BufRead, BufReader};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, ensure};

use crate::run::{npm_packages, program, root, step};
use crate::{browsers, example, npm, provider};

/// Tests that passed and failed. A runner that could not do its work is a failure too.
#[derive(Default)]
struct Count {
    passed: u32,
    failed: u32,
    broken: Vec<String>,
}

/// Builds what the tests need, and runs them.
pub fn run(filter: Option<&str>) -> Result<ExitCode> {
    browsers::install()?;
    provider::install()?;
    npm::run(false)?;
    example::run()?;
    npm_packages("e2e")?;
    all(filter)
}

/// Runs the tests on what was built.
pub fn all(filter: Option<&str>) -> Result<ExitCode> {
    let suites = suites(filter)?;
    let mut count = Count::default();
    if filter.is_none() {
        count.tests(".", &["cargo", "test", "--quiet", "--workspace", "--all-targets", "--no-fail-fast"])?;
        count.tests(".", &["cargo", "test", "--quiet", "--workspace", "--doc", "--no-fail-fast"])?;
        // The whole workspace is built with all features; most browsers load the core without.
        count.tests(".", &["cargo", "test", "--quiet", "--package", "oxidc-core", "--tests", "--no-fail-fast"])?;
        count.check(".", &["cargo", "check", "--quiet", "--target", "wasm32-unknown-unknown", "--package", "oxidc-core"])?;
        count.check("packages/oxidc", &["npm", "run", "--silent", "check"])?;
        count.tests("packages/oxidc", &["npm", "run", "--silent", "test"])?;
    }
    // A suite that hangs becomes a failure with a name; the time is far from what any of them needs.
    // Two at a time: a suite waits more than it works.
    let words = ["node", "--test", "--test-concurrency=2", "--test-timeout=600000", "--test-reporter=spec"];
    let words: Vec<&str> = words.into_iter().chain(suites.iter().map(String::as_str)).collect();
    count.tests("e2e", &words)?;
    Ok(count.print())
}

/// The suites of the browser tests.
fn suites(filter: Option<&str>) -> Result<Vec<String>> {
    let mut suites: Vec<String> = std::fs::read_dir(root().join("e2e/test"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs") && filter.is_none_or(|part| name.contains(part)))
        .map(|name| format!("test/{name}"))
        .collect();
    suites.sort();
    ensure!(!suites.is_empty(), "no suite in e2e/test has `{}` in its name", filter.unwrap_or_default());
    Ok(suites)
}

impl Count {
    /// Runs a test runner, shows what it prints and reads its closing lines.
    fn tests(&mut self, folder: &str, words: &[&str]) -> Result<()> {
        let what = words.join(" ");
        let before = (self.passed, self.failed);
        let status = step(&what, || {
            // Colours would stand between the numbers.
            let mut runner = program(folder, words);
            let mut runner = runner.env_remove("FORCE_COLOR").stdout(Stdio::piped()).spawn().with_context(|| what.clone())?;
            for line in BufReader::new(runner.stdout.take().context("no output")?).split(b'\n') {
                let line = String::from_utf8_lossy(&line?).into_owned();
                println!("{line}");
                self.read(&line);
            }
            Ok(runner.wait()?)
        })?;
        if !status.success() && self.failed == before.1 {
            self.broken.push(format!("`{what}` failed: {status}"));
        } else if (self.passed, self.failed) == before {
            self.broken.push(format!("`{what}` ran no test"));
        }
        Ok(())
    }

    /// Runs something that passes or fails as a whole.
    fn check(&mut self, folder: &str, words: &[&str]) -> Result<()> {
        let what = words.join(" ");
        let status = step(&what, || program(folder, words).status().with_context(|| what.clone()))?;
        if !status.success() {
            self.broken.push(format!("`{what}` failed: {status}"));
        }
        Ok(())
    }

    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: &str| text.parse::<u32>().unwrap_or(0);
        match words.as_slice() {
            // cargo: "test result: ok. 12 passed; 0 failed; ..."
            ["test", "result:", _, passed, "passed;", failed, "failed;", ..] => {
                self.passed += number(passed);
                self.failed += number(failed);
            }
            // node: "ℹ pass 12", or "# pass 12"
            ["ℹ" | "#", "pass", passed] => self.passed += number(passed),
            ["ℹ" | "#", "fail" | "cancelled", failed] => self.failed += number(failed),
            _ => (),
        }
    }

    /// The last line, whatever happened.
    fn print(&self) -> ExitCode {
        for broken in &self.broken {
            println!("\n{broken}");
        }
        let failed = self.failed as usize + self.broken.len();
        println!("\n{} passed, {failed} failed", self.passed);
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn the_closing_lines_of_every_runner_are_counted_and_others_are_not() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "ℹ tests 9",
            "ℹ pass 7",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "# pass 4",
            "# fail 0",
            "✔ the users pass 3 gates (0.2ms)",
            "# skipped 1",
        ] {
            count.read(line);
        }
        assert_eq!((count.passed, count.failed), (12 + 3 + 7 + 4, 2 + 1 + 1));
    }

    #[test]
    fn a_runner_that_fails_without_a_count_is_a_failure() {
        let mut count = Count::default();
        count.tests(".", &["false"]).unwrap();
        count.tests(".", &["true"]).unwrap();
        count.check(".", &["false"]).unwrap();
        assert_eq!(count.broken.len(), 3);
    }
}
