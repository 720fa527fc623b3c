//! Runs other programs, says what it does and how long it took. What it says goes to the error output: the other one is for results.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The names of the folders of `parent` that hold a certain file, sorted.
pub fn folders_with(parent: &str, file: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in root().join(parent).read_dir().with_context(|| parent.to_owned())? {
        let entry = entry?;
        if entry.path().join(file).exists() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A program in a folder of the repository, with its arguments.
pub fn program(folder: &str, words: &[&str]) -> Command {
    let (name, arguments) = words.split_first().expect("a program has a name");
    let name = if *name == "cargo" { std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()) } else { (*name).into() };
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root().join(folder)).stdin(Stdio::null());
    command
}

/// A step of our own.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("> {what}");
    let started = Instant::now();
    let result = work();
    eprintln!("  {:.1} s: {what}", started.elapsed().as_secs_f64());
    result
}

/// Runs a program; its failure is ours.
pub fn run(folder: &str, words: &[&str]) -> Result<()> {
    run_prepared(program(folder, words), &words.join(" "))
}

/// Runs a prepared program; its failure is ours.
pub fn run_prepared(mut command: Command, what: &str) -> Result<()> {
    let status = step(what, || command.status().with_context(|| format!("`{what}` could not be started")))?;
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

/// Runs two works that do not need each other side by side. The first failure is reported when both have ended.
pub fn side_by_side(one: impl FnOnce() -> Result<()> + Send, other: impl FnOnce() -> Result<()>) -> Result<()> {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).and(other)
    })
}

/// Installs the npm packages of a folder, if its lockfile is newer than what is installed.
pub fn npm_packages(folder: &str) -> Result<()> {
    let modified = |path: &str| root().join(folder).join(path).metadata().and_then(|m| m.modified()).ok();
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    let mut command = program(folder, &["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    command.stdout(Stdio::null());
    run_prepared(command, &format!("npm ci in {folder}"))
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
