//! The public surface as text, committed, so that a change of it shows in review.

use std::fs;

use anyhow::{Result, bail};

use crate::run::{folders_with, npm_packages, output, root, run as run_program, step, write};
use crate::rust_surface;

/// The crates whose surface others build on.
const CRATES: &[&str] = &["oxidc-aws-lc", "oxidc-core", "oxidc-miniapp", "oxidc-web"];

/// Where the drop-in begins in the report of the npm package; its entries come last.
const DROP_IN: &str = "// oxidc/monocloud\n";

pub fn run(check: bool) -> Result<()> {
    let typescript = typescript()?;
    // The drop-in has the names of what it replaces, whatever we think of them: its report stands apart.
    let (own, drop_in) = typescript.split_once(DROP_IN).map_or((typescript.as_str(), ""), |(own, rest)| (own, rest));
    let folder = root().join("packages/oxidc");
    let mut reports =
        vec![(folder.join("public-api.txt"), own.to_owned()), (folder.join("public-api-monocloud.txt"), format!("{DROP_IN}{drop_in}"))];
    for name in folders_with("crates", "Cargo.toml")?.iter().filter(|name| CRATES.contains(&name.as_str())) {
        let folder = root().join("crates").join(name);
        reports.push((folder.join("public-api.txt"), step(&format!("surface of {name}"), || rust_surface::report(name))?));
    }
    for (path, report) in reports {
        if !check {
            write(&path, &report)?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&report) {
            bail!("{} is out of date; run `cargo xtask surface` and look at the change", path.display());
        }
    }
    Ok(())
}

/// What the entries of the npm package export, as the compiler declares it.
fn typescript() -> Result<String> {
    npm_packages("packages/oxidc")?;
    let declarations = root().join("target/declarations").display().to_string();
    run_program("packages/oxidc", &["node_modules/.bin/tsc", "--emitDeclarationOnly", "--removeComments", "--outDir", &declarations])?;
    let script = root().join("xtask/src/typescript_surface.mjs").display().to_string();
    output("packages/oxidc", &["node", &script, &declarations])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::CRATES;
    use crate::run::root;

    /// What belongs to resource servers, to flows that OAuth 2.1 took away, or into other programs than browsers.
    const ABSENT: &[&str] = &["introspect", "password", "implicit", "hybrid", "webview", "web_view", "cookie", "codechallengemethod"];

    #[test]
    fn t499_the_public_interface_has_nothing_that_browsers_should_not_do() {
        let crates = CRATES.iter().map(|name| format!("crates/{name}/public-api.txt"));
        for report in crates.chain(["packages/oxidc/public-api.txt".into()]) {
            let text = fs::read_to_string(root().join(&report)).unwrap();
            assert!(text.lines().count() > 10, "{report}");
            let found: Vec<&str> = text.lines().filter(|line| ABSENT.iter().any(|word| line.to_lowercase().contains(word))).collect();
            assert_eq!(found, Vec::<&str>::new(), "{report}");
        }
    }
}
