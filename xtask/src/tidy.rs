//! Small promises about the repository's files.

use std::fs;

use anyhow::{Result, bail};

use crate::run::{output, root};

/// The longest source file, in lines.
const LONGEST: usize = 400;

pub fn check() -> Result<()> {
    let wrong = problems()?;
    if wrong.is_empty() { Ok(()) } else { bail!("tidy:\n  {}", wrong.join("\n  ")) }
}

fn problems() -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for file in output(".", &["git", "ls-files"])?.lines() {
        let Ok(text) = fs::read_to_string(root().join(file)) else { continue };
        let is_source = file.ends_with(".rs") || file.ends_with(".ts") || file.ends_with(".mjs");
        let lines = text.lines().count();
        if is_source && !file.contains("/tests/") && lines > LONGEST {
            wrong.push(format!("{file} has {lines} lines; one concept each"));
        }
        if file != "xtask/src/tidy.rs" {
            for path in ["/root/", "/work/", "registry.npmjs", "index.crates.io"] {
                if text.contains(path) {
                    wrong.push(format!("{file} names `{path}`"));
                }
            }
            if is_source && (text.contains(", '*')") || text.contains(", \"*\")")) && text.contains("postMessage") {
                wrong.push(format!("{file} posts a message to anybody"));
            }
        }
        if file.ends_with(".md") {
            wrong.extend(broken_links(file, &text));
        }
    }
    Ok(wrong)
}

/// Links to files that are not there.
fn broken_links(file: &str, text: &str) -> Vec<String> {
    let folder = root().join(file);
    let folder = folder.parent().unwrap_or(&folder);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files
        .filter_map(|target| target.split('#').next())
        .filter(|target| !folder.join(target).exists())
        .map(|target| format!("{file} links to {target}, which does not exist"))
        .collect()
}

#[test]
fn the_repository_is_tidy() {
    assert_eq!(problems().unwrap(), Vec::<String>::new());
}
