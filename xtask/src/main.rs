//! All automation of the repository: `cargo xtask <command>`.

mod bench;
mod browsers;
mod catalogue;
mod ci;
mod demo;
mod example;
mod generated;
mod methods;
mod npm;
mod parts;
mod provider;
mod run;
mod rust_surface;
mod simulate;
mod size;
mod supply;
mod surface;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  demo             builds everything and starts a provider, an API and the example apps on this machine
  test [filter]    all tests: units, properties, simulation, packaging, real browsers
                   (a filter keeps the browser suites whose file name contains it)
  ci               what CI runs: formatting, lints, generated files, documentation, sizes, all tests
  npm [--dev]      builds the npm package (packages/oxidc/dist); --dev: without the slow optimisation
  example          builds the example apps, and the page for tests that is in Rust
  size [--json]    builds the package and weighs each entry: raw, gzip and brotli; fails above the limits
  size --parts [guest|host]
                   what the WebAssembly module consists of, largest first: the core's, or one of the mini-apps'
  bench [--quick] [part...]
                   measures oxidc beside other clients and writes docs/benchmarks.md; for a quick run, or some of
                   size, load, callback, cached, expiry, wake, forged, memory, id_tokens, core: target/benchmarks
  surface [--check]
                   writes the reports of the public surface, or says that they are out of date
  catalogue        where each case of docs/catalogue.md is tested; writes it down there
  simulate [--schedules N] [--seed S]
                   drives the core through seeded schedules of tabs, faults and clocks and counts what came of them
  simulate --story S
                   tells the schedule of one seed
  supply           what is locked, and `cargo deny` where it is installed
  sbom             the bill of materials of what browsers load, as target/oxidc.cdx.json (CycloneDX)
  tidy             small promises about the repository's files
  browsers         installs the browsers and the second provider that the tests need, or says how
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    command(&words).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn command(words: &[&str]) -> Result<ExitCode> {
    match words {
        [] | ["help"] => print!("{HELP}"),
        _ if words.iter().any(|word| ["--help", "-h"].contains(word)) => print!("{HELP}"),
        ["demo"] => demo::run()?,
        ["test"] => return test::run(None),
        ["test", filter] => return test::run(Some(filter)),
        ["ci"] => return ci::run(),
        ["npm"] => npm::run(false)?,
        ["npm", "--dev"] => npm::run(true)?,
        ["example"] => example::run()?,
        ["size"] => size::run(false)?,
        ["size", "--json"] => size::run(true)?,
        ["size", "--parts"] => parts::run(None)?,
        ["size", "--parts", side] if npm::SIDES.contains(side) => parts::run(Some(side))?,
        ["bench", words @ ..] => bench::run(words)?,
        ["surface"] => surface::run(false)?,
        ["surface", "--check"] => surface::run(true)?,
        ["catalogue"] => catalogue::run()?,
        ["supply"] => supply::deny()?,
        ["sbom"] => supply::sbom()?,
        ["simulate", arguments @ ..] => simulate::run(arguments)?,
        ["tidy"] => tidy::run()?,
        ["browsers"] => browsers::install().and_then(|()| provider::install())?,
        _ => bail!("there is no command `{}`\n\n{HELP}", words.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}
