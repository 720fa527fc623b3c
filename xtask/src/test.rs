//! All tests, and one line at the end that counts them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::run::{npm_packages, output, program, root, run as run_program};
use crate::{example, npm};

/// Debian's packages with the three browsers.
const BROWSERS: &[(&str, &str)] = &[
    ("chromium", "/usr/bin/chromium"),
    ("firefox-esr", "/usr/bin/firefox-esr"),
    ("webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
    ("xvfb", "/usr/bin/Xvfb"),
];

/// Passed and failed tests.
#[derive(Default)]
struct Count {
    passed: u32,
    failed: u32,
}

pub fn run(filter: Option<&str>) -> Result<()> {
    browsers()?;
    let mut count = Count::default();
    if filter.is_none() {
        count.add(&["cargo", "test", "--workspace", "--all-targets"], ".")?;
        count.add(&["cargo", "test", "--workspace", "--doc"], ".")?;
        // What a browser loads has no standard library.
        run_program(".", &["cargo", "check", "--quiet", "--target", "wasm32-unknown-unknown", "--package", "oxidc-core"])?;
    }
    npm::run(false)?;
    if filter.is_none() {
        run_program("packages/oxidc", &["npm", "run", "--silent", "check"])?;
        count.add(&["npm", "run", "--silent", "test"], "packages/oxidc")?;
    }
    example::run()?;
    npm_packages("e2e")?;
    let mut suites: Vec<String> = std::fs::read_dir(root().join("e2e/test"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs") && filter.is_none_or(|part| name.contains(part)))
        .map(|name| format!("test/{name}"))
        .collect();
    suites.sort();
    let words: Vec<&str> = ["node", "--test", "--test-concurrency=1", "--test-reporter=spec"].into_iter().chain(suites.iter().map(String::as_str)).collect();
    count.add(&words, "e2e")?;
    println!("\n{} passed, {} failed", count.passed, count.failed);
    if count.failed > 0 { bail!("{} tests failed", count.failed) } else { Ok(()) }
}

impl Count {
    /// Runs a test runner, shows what it prints and reads its closing lines.
    fn add(&mut self, words: &[&str], folder: &str) -> Result<()> {
        let what = words.join(" ");
        println!("> {what}");
        let started = Instant::now();
        let mut runner = program(folder, words).stdout(Stdio::piped()).spawn().with_context(|| what.clone())?;
        let (passed, failed) = (self.passed, self.failed);
        if let Some(printed) = runner.stdout.take() {
            for line in BufReader::new(printed).lines() {
                let line = line?;
                println!("{line}");
                self.read(&line);
            }
        }
        let status = runner.wait()?;
        println!("  {:.1} s", started.elapsed().as_secs_f64());
        if !status.success() && self.failed == failed {
            bail!("`{what}` failed: {status}");
        }
        if (self.passed, self.failed) == (passed, failed) {
            bail!("`{what}` ran no test");
        }
        Ok(())
    }

    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: Option<&&str>| text.and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
        match words.as_slice() {
            // cargo: "test result: ok. 12 passed; 0 failed; ..."
            ["test", "result:", _, passed, "passed;", failed, "failed;", ..] => {
                self.passed += number(Some(passed));
                self.failed += number(Some(failed));
            }
            // node: "ℹ pass 12", or "# pass 12"
            ["ℹ" | "#", "pass", passed] => self.passed += number(Some(passed)),
            ["ℹ" | "#", "fail" | "cancelled", failed] => self.failed += number(Some(failed)),
            _ => (),
        }
    }
}

/// Installs the browsers where that is possible, else says how.
fn browsers() -> Result<()> {
    let missing: Vec<&str> = BROWSERS.iter().filter(|(_, file)| !Path::new(file).exists()).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let install = ["apt-get", "install", "-y", "--no-install-recommends"];
    let words: Vec<&str> = install.iter().copied().chain(missing.iter().copied()).collect();
    if output(".", &["id", "-u"])?.trim() != "0" || !Path::new("/usr/bin/apt-get").exists() {
        bail!("browsers are missing; on Debian type: sudo {}", words.join(" "));
    }
    run_program(".", &["apt-get", "update", "-qq"])?;
    run_program(".", &words)
}
