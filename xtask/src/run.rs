//! Runs other programs and says what it does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A program in a folder of the repository, with its arguments.
pub fn program(folder: &str, words: &[&str]) -> Command {
    let (name, arguments) = words.split_first().expect("a program has a name");
    let name = if *name == "cargo" { std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()) } else { (*name).into() };
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root().join(folder)).stdin(Stdio::null());
    command
}

/// Runs a program; its failure is ours.
pub fn run(folder: &str, words: &[&str]) -> Result<()> {
    status(program(folder, words), &words.join(" "))
}

/// Runs a prepared program; its failure is ours.
pub fn status(mut command: Command, what: &str) -> Result<()> {
    println!("> {what}");
    let started = Instant::now();
    let status = command.status().with_context(|| format!("`{what}` could not be started"))?;
    println!("  {:.1} s", started.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { bail!("`{what}` failed: {status}") }
}

/// Runs a program and gives back what it prints.
pub fn output(folder: &str, words: &[&str]) -> Result<String> {
    let what = words.join(" ");
    let output = program(folder, words).stderr(Stdio::inherit()).output().with_context(|| format!("`{what}` could not be started"))?;
    if !output.status.success() {
        bail!("`{what}` failed: {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Installs the npm packages of a folder, if its lockfile is newer than what is installed.
pub fn npm_packages(folder: &str) -> Result<()> {
    let modified = |path: &str| root().join(folder).join(path).metadata().and_then(|m| m.modified()).ok();
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    run(folder, &["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"])
}

/// Writes a file if its content changes.
pub fn write(path: &Path, content: &str) -> Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, content).with_context(|| path.display().to_string())
}
