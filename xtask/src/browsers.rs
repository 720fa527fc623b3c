//! The three browsers in which the tests run.

use std::path::Path;

use anyhow::{Result, bail};

use crate::run::{output, program, run_prepared};

/// Debian's packages and a program of each.
const PACKAGES: &[(&str, &str)] = &[
    ("chromium", "/usr/bin/chromium"),
    ("firefox-esr", "/usr/bin/firefox-esr"),
    ("webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
    ("xvfb", "/usr/bin/Xvfb"),
];

/// Installs what is missing where that is possible, else says how.
pub fn install() -> Result<()> {
    let missing: Vec<&str> = PACKAGES.iter().filter(|(_, file)| !Path::new(file).exists()).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let words = [&["apt-get", "install", "-y", "-qq", "--no-install-recommends"], missing.as_slice()].concat();
    if !Path::new("/usr/bin/apt-get").exists() || output(".", &["id", "-u"])?.trim() != "0" {
        bail!("browsers are missing; on Debian type: sudo {}", words.join(" "));
    }
    for words in [&["apt-get", "update", "-qq"], words.as_slice()] {
        let mut command = program(".", words);
        command.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::process::Stdio::null());
        run_prepared(command, &words.join(" "))?;
    }
    Ok(())
}
