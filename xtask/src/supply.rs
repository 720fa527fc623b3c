//! Where everything comes from: what is locked, what runs at an installation, and the bill of materials of what browsers load.

use std::fs;

use anyhow::{Context, Result, bail};
use oxidc_core::wire::json::{Object, Value};

use crate::run::{output, program, root, run_prepared, write};

/// The lockfiles.
const CARGO_LOCKS: [&str; 2] = ["Cargo.lock", "fuzz/Cargo.lock"];
const NPM_LOCKS: &[&str] = &["packages/oxidc/package-lock.json", "e2e/package-lock.json"];

/// Scripts that npm runs where a package is installed, without being asked.
const UNASKED: &[&str] = &["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];

/// Checks licences, sources and known vulnerabilities with `cargo deny`, if it is there, else says how to get it.
pub fn deny() -> Result<()> {
    let wrong = problems()?;
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    if !program(".", &["cargo", "deny", "--version"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("`cargo deny` is not here; `cargo install cargo-deny --locked` brings it");
        return Ok(());
    }
    let deny = |words: &[&str]| program(".", &[&["cargo", "deny", "--all-features"], words].concat());
    for manifest in CARGO_LOCKS.map(|lock| lock.replace(".lock", ".toml")) {
        run_prepared(deny(&["--manifest-path", &manifest, "check", "licenses", "bans", "sources"]), "cargo deny")?;
    }
    if !deny(&["fetch", "db"]).status().is_ok_and(|status| status.success()) {
        eprintln!("the list of known vulnerabilities cannot be reached, so nothing was compared with it");
        return Ok(());
    }
    run_prepared(deny(&["check", "advisories"]), "cargo deny")
}

/// What is wrong with the lockfiles and the package.
pub fn problems() -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for lock in CARGO_LOCKS {
        wrong.extend(
            crates(&read(lock)?)
                .into_iter()
                .filter(|c| c.foreign && c.checksum.is_empty())
                .map(|c| format!("{lock}: {} has no checksum", c.name)),
        );
    }
    for lock in NPM_LOCKS {
        wrong.extend(unlocked(&read(lock)?).into_iter().map(|name| format!("{lock}: {name} has no integrity")));
    }
    wrong.extend(unasked(&read("packages/oxidc/package.json")?).into_iter().map(|what| format!("packages/oxidc/package.json: {what}")));
    Ok(wrong)
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| path.to_owned())
}

/// A package of Cargo.lock.
#[derive(Default)]
struct Crate {
    name: String,
    version: String,
    checksum: String,
    foreign: bool,
}

fn crates(lock: &str) -> Vec<Crate> {
    let of = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
        line.map(|value| value.trim_end_matches('"').to_owned()).unwrap_or_default()
    };
    let blocks = lock.split("[[package]]").skip(1);
    blocks
        .map(|block| Crate {
            name: of(block, "name"),
            version: of(block, "version"),
            checksum: of(block, "checksum"),
            foreign: !of(block, "source").is_empty(),
        })
        .collect()
}

/// Packages of an npm lockfile that may be any bytes.
fn unlocked(lock: &str) -> Vec<String> {
    let Ok(lock) = Value::parse(lock) else { return vec!["it cannot be read".into()] };
    let packages = lock.get("packages").and_then(Value::as_object);
    let flag = |package: &Value, name: &str| package.get(name).and_then(Value::as_bool).unwrap_or(false);
    let open = |(name, package): &(&str, &Value)| {
        !name.is_empty() && package.get("integrity").is_none() && !flag(package, "link") && !flag(package, "inBundle")
    };
    packages.into_iter().flat_map(Object::iter).filter(open).map(|(name, _)| name.into()).collect()
}

/// What the package would bring along or run where it is installed.
fn unasked(package: &str) -> Vec<String> {
    let Ok(package) = Value::parse(package) else { return vec!["it cannot be read".into()] };
    let names = |member: &str| -> Vec<String> {
        let object = package.get(member).and_then(Value::as_object);
        object.into_iter().flat_map(Object::iter).map(|(name, _)| name.into()).collect()
    };
    let scripts = names("scripts").into_iter().filter(|name| UNASKED.contains(&name.as_str())).map(|name| format!("runs `{name}`"));
    let dependencies = ["dependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"];
    scripts.chain(dependencies.iter().flat_map(|member| names(member)).map(|name| format!("depends on `{name}`"))).collect()
}

/// Writes the bill of materials of the browser modules (CycloneDX 1.5) to `target/oxidc.cdx.json`.
pub fn sbom() -> Result<()> {
    let features =
        "oxidc-wasm/standalone,oxidc-wasm/extended,oxidc-miniapp-wasm/standalone,oxidc-miniapp-wasm/guest,oxidc-miniapp-wasm/host";
    let words = [
        "cargo", "tree", "--package", "oxidc-wasm", "--package", "oxidc-miniapp-wasm", "--no-default-features", "--features", features,
        "--edges", "normal", "--target", "wasm32-unknown-unknown", "--prefix", "none", "--format", "{p} # {l}",
    ];
    let tree = output(".", &words)?;
    let text = bill(&tree, &crates(&read("Cargo.lock")?));
    let path = root().join("target/oxidc.cdx.json");
    write(&path, &text)?;
    println!("{}", path.display());
    Ok(())
}

fn bill(tree: &str, locked: &[Crate]) -> String {
    let mut lines: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    let component = |line: &str| {
        let (package, license) = line.split_once(" # ")?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
        let purl = format!("pkg:cargo/{name}@{version}");
        let mut component = Object::new().with("type", "library").with("name", name).with("version", version).with("purl", purl);
        component = component.with("licenses", vec![Value::from(Object::new().with("expression", license))]);
        let checksum = locked.iter().find(|c| c.name == name && c.version == version).map(|c| c.checksum.clone()).filter(|c| !c.is_empty());
        if let Some(checksum) = checksum {
            component = component.with("hashes", vec![Value::from(Object::new().with("alg", "SHA-256").with("content", checksum))]);
        }
        Some(Value::from(component))
    };
    let components: Vec<Value> = lines.iter().filter_map(|line| component(line)).collect();
    let about = Object::new().with("type", "library").with("name", "oxidc").with("version", env!("CARGO_PKG_VERSION"));
    let bill = Object::new()
        .with("bomFormat", "CycloneDX")
        .with("specVersion", "1.5")
        .with("version", 1_i64)
        .with("metadata", Value::from(Object::new().with("component", Value::from(about))))
        .with("components", components);
    Value::from(bill).to_text() + "\n"
}

#[cfg(test)]
mod tests {
    use super::{bill, crates, problems, unasked, unlocked};

    #[test]
    fn everything_is_locked_and_nothing_runs_at_an_installation() {
        assert_eq!(problems().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_locked_is_found() {
        let lock =
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\n\n[[package]]\nname = \"own\"\nversion = \"1.0.0\"\n";
        let found = crates(lock);
        assert!(found[0].foreign && found[0].checksum.is_empty() && !found[1].foreign);
        let lock = r#"{"packages": {"": {}, "a": {"integrity": "x"}, "b": {}, "c": {"link": true}}}"#;
        assert_eq!(unlocked(lock), ["b"]);
        let package = r#"{"scripts": {"test": "x", "postinstall": "x"}, "dependencies": {"y": "1"}}"#;
        assert_eq!(unasked(package), ["runs `postinstall`", "depends on `y`"]);
    }

    #[test]
    fn the_bill_names_each_part_once_with_its_licence_and_checksum() {
        let locked = crates("[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"x\"\nchecksum = \"c0ffee\"\n");
        let text = bill("own v0.1.0 (path) # MIT\na v1.0.0 # MIT OR Apache-2.0\na v1.0.0 # MIT OR Apache-2.0 (*)\n", &locked);
        assert_eq!(text.matches("\"purl\"").count(), 2);
        assert!(text.contains("\"content\":\"c0ffee\"") && text.contains("\"expression\":\"MIT OR Apache-2.0\""));
    }
}
