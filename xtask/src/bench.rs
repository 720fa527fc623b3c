//! Measures oxidc beside what people use today, and writes `docs/benchmarks.md`. Nothing here passes or fails: what CI asserts are counts and
//! bytes, elsewhere.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use oxidc_core::wire::json::{Object, Value};

use crate::npm;
use crate::run::{npm_packages, output, program, root, step};

/// What is measured in browsers, by `bench/run.mjs`.
const BROWSER: &[&str] = &["size", "load", "callback", "cached", "expiry", "wake", "forged", "memory"];
/// What is measured on this machine itself, by `bench/native`.
const NATIVE: &[&str] = &["id_tokens", "core"];
/// Where the native programs stand.
const PROGRAMS: &str = "bench/native";
/// How often a work is done under the counter of instructions.
const COUNTED: u32 = 200;

/// Measures the named parts, or all. All of them, unabridged, become the document; else the document goes to `target/benchmarks`.
pub fn run(words: &[&str]) -> Result<()> {
    let quick = words.contains(&"--quick");
    let named: Vec<&str> = words.iter().copied().filter(|word| *word != "--quick").collect();
    if let Some(unknown) = named.iter().find(|name| !BROWSER.contains(name) && !NATIVE.contains(name)) {
        bail!("there is no part `{unknown}`; there are {}", [BROWSER, NATIVE].concat().join(", "));
    }
    let wanted = |all: &[&'static str]| all.iter().copied().filter(|name| named.is_empty() || named.contains(name)).collect::<Vec<_>>();

    let mut document = Object::new();
    let mut results: Vec<Value> = Vec::new();
    let parts = wanted(BROWSER);
    if !parts.is_empty() {
        npm::run(false)?;
        npm_packages("e2e")?;
        npm_packages("bench")?;
        let mut words = vec!["node", "run.mjs"];
        words.extend(quick.then_some("--quick"));
        words.extend(parts);
        document = object(&output("bench", &words)?)?;
        results.extend(document.get("results").and_then(Value::as_array).unwrap_or_default().iter().cloned());
    }
    for part in wanted(NATIVE) {
        results.push(if part == "core" { core(quick)? } else { id_tokens(quick)? }.into());
    }
    document.insert("results", results);
    let whole = named.is_empty() && !quick;
    report(&document.into(), if whole { "docs/benchmarks.md" } else { "target/benchmarks/benchmarks.md" })
}

fn object(text: &str) -> Result<Object> {
    match Value::parse(text.trim()) {
        Ok(Value::Object(object)) => Ok(object),
        _ => bail!("the measurement printed no JSON object"),
    }
}

fn report(document: &Value, to: &str) -> Result<()> {
    let target = root().join(to);
    fs::create_dir_all(target.parent().unwrap_or(Path::new("")))?;
    let mut command = program("bench", &["node", "report.mjs"]);
    let mut reporter = command.arg(&target).stdin(Stdio::piped()).spawn()?;
    reporter.stdin.take().context("no input")?.write_all(document.to_text().as_bytes())?;
    ensure!(reporter.wait()?.success(), "the report could not be written");
    eprintln!("{to} is written");
    Ok(())
}

/// A native program, built.
fn native(name: &str) -> Result<PathBuf> {
    output(PROGRAMS, &["cargo", "build", "--quiet", "--release", "--bin", name])?;
    Ok(root().join(PROGRAMS).join("target/release").join(name))
}

/// Whole checks of ID tokens beside those of others.
fn id_tokens(quick: bool) -> Result<Object> {
    let path = native("id_tokens")?;
    let rounds = if quick { "50" } else { "250" };
    let text = step("id_tokens", || output(".", &[&path.to_string_lossy(), rounds]))?;
    let measured = object(&format!("{{\"all\":{}}}", text.trim()))?;
    let mut columns = Vec::new();
    let mut rows: Vec<Object> = Vec::new();
    for one in measured.get("all").and_then(Value::as_array).unwrap_or_default() {
        let algorithm = one.get("algorithm").and_then(Value::as_str).unwrap_or_default();
        let names = [format!("{algorithm}, µs"), format!("{algorithm}, ratio")];
        for (at, row) in one.get("rows").and_then(Value::as_array).unwrap_or_default().iter().enumerate() {
            if rows.len() == at {
                rows.push(Object::new().with_some("client", row.get("name").cloned()));
            }
            if let Some(kept) = rows.get_mut(at) {
                let ratio = Object::new()
                    .with_some("median", row.get("ratio").cloned())
                    .with_some("low", row.get("low").cloned())
                    .with_some("high", row.get("high").cloned())
                    .with("digits", 2_i64);
                let [micros, relative] = &names;
                kept.insert(micros.as_str(), row.get("micros").cloned());
                kept.insert(relative.as_str(), ratio);
            }
        }
        columns.extend(names);
    }
    let text = "Native programs: one ID token with 17 claims, checked whole (shape, algorithm, key, signature, `iss`, `aud`, `exp`, `iat`, `nonce`), each key \
                parsed once. Microseconds of the thread's own time; the ratio is to the bare verification of the same signature, round by round.";
    Ok(part("id_tokens", "ID tokens, natively", text, columns, rows))
}

/// The works of the core, in instructions: what a change costs shows here however busy the machine is.
fn core(quick: bool) -> Result<Object> {
    let path = native("counted")?;
    let path = path.to_string_lossy();
    let times = if quick { COUNTED / 10 } else { COUNTED };
    let works = output(".", &[&path])?;
    let mut rows = Vec::new();
    for work in works.lines() {
        let instructions = step(work, || Ok((instructions(&path, work, times)? - instructions(&path, work, 0)?) / i64::from(times)))?;
        rows.push(Object::new().with("client", work).with("instructions", instructions));
    }
    let text = "The core compiled for this machine, under `valgrind --tool=cachegrind`: instructions for one work. `cargo bench --bench core` in `bench/native` gives times.";
    let mut result = part("core", "Works of the core", text, vec!["instructions".into()], rows);
    result.insert("first", "work");
    Ok(result)
}

fn instructions(path: &str, work: &str, times: u32) -> Result<i64> {
    let words = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", path, work, &times.to_string()];
    let run = program(".", &words).output().context("valgrind is needed to count instructions (apt-get install valgrind)")?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "{said}");
    let line = said.lines().find_map(|line| line.split_once(" refs:")).context("valgrind counted nothing")?;
    Ok(line.1.trim().replace(',', "").parse()?)
}

fn part(name: &str, title: &str, text: &str, columns: Vec<String>, rows: Vec<Object>) -> Object {
    let rows: Vec<Value> = rows.into_iter().map(Value::from).collect();
    Object::new().with("name", name).with("title", title).with("text", text).with("columns", columns).with("rows", rows)
}
