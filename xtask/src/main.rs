//! All automation of the repository: `cargo xtask <command>`.

mod ci;
mod demo;
mod example;
mod generated;
mod npm;
mod run;
mod size;
mod surface;
mod test;
mod tidy;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  demo             builds everything and starts a provider, an API and the example apps on this machine
  test [filter]    all tests: units, properties, simulation, packaging, real browsers
                   (a filter keeps the browser suites whose file name contains it)
  ci               what CI runs: formatting, lints, generated files, documentation, sizes, all tests
  npm [--dev]      builds the npm package (packages/oxidc/dist)
  example          builds the example apps
  size [--json] [--parts]
                   bytes of each entry, raw, gzip and brotli; --parts: what the module consists of
  surface [--check]
                   writes the reports of the public surface, or says that they are out of date
";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    match arguments.first().map_or("help", String::as_str) {
        "demo" => demo::run(),
        "test" => test::run(arguments.get(1).map(String::as_str)),
        "ci" => ci::run(),
        "npm" => npm::run(has("--dev")),
        "example" => example::run(),
        "size" => size::run(has("--json"), has("--parts")),
        "surface" => surface::run(has("--check")),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
