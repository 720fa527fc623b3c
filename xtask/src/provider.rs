//! The second provider of the browser tests, glewlwyd, from Debian's packages. They are unpacked and not installed: nothing of the
//! system changes, no service starts, and nobody need be root.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::run::{output, program, root, run, run_prepared};

/// What the tests run: the provider, and what makes its database.
const WANTED: &[&str] = &["glewlwyd", "sqlite3"];
/// What a provider with a database in a file has no use for.
const UNWANTED: &[&str] = &["dbconfig-", "default-mysql", "fonts-", "libconfig-inifiles", "libjs-", "mariadb-c", "mysql-"];

/// Unpacks it into `target/glewlwyd`, where `e2e/servers/glewlwyd.mjs` looks for it.
pub fn install() -> Result<()> {
    let folder = root().join("target/glewlwyd");
    if folder.join("usr/bin/glewlwyd").exists() {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("the second provider comes from Debian's packages, and there is no apt-get");
    }
    unpack(&folder).or_else(|error| {
        // A fresh machine has no lists of packages yet, an old one has old ones.
        if output(".", &["id", "-u"])?.trim() != "0" {
            bail!("{error}; on Debian type: sudo apt-get update");
        }
        let mut update = program(".", &["apt-get", "update", "-qq"]);
        update.stdout(std::process::Stdio::null());
        run_prepared(update, "apt-get update")?;
        unpack(&folder)
    })
}

fn unpack(folder: &Path) -> Result<()> {
    // Somebody who looks while this goes on finds nothing, not half of it.
    let half = folder.with_extension("half");
    let _ = fs::remove_dir_all(&half);
    fs::create_dir_all(&half)?;
    let packages = needed()?;
    let names: Vec<&str> = packages.iter().map(String::as_str).collect();
    run("target/glewlwyd.half", &[&["apt-get", "download", "-qq"], names.as_slice()].concat())?;
    for entry in fs::read_dir(&half)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            output(".", &["dpkg-deb", "-x", &path.to_string_lossy(), &half.to_string_lossy()])?;
            fs::remove_file(path)?;
        }
    }
    Ok(fs::rename(&half, folder)?)
}

/// The packages that an installation would bring, as far as they are of use. The wanted ones in every case.
fn needed() -> Result<Vec<String>> {
    let words = [&["apt-get", "install", "--simulate", "--no-install-recommends"], WANTED].concat();
    let plan = output(".", &words)?;
    let mut names: Vec<String> = WANTED.iter().map(|name| (*name).into()).collect();
    for line in plan.lines() {
        if let Some(name) = line.strip_prefix("Inst ").and_then(|rest| rest.split(' ').next())
            && !UNWANTED.iter().any(|start| name.starts_with(start))
            && !names.iter().any(|known| known == name)
        {
            names.push(name.into());
        }
    }
    Ok(names)
}
