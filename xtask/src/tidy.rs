//! Small promises about the repository's files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use oxidc_core::error::Code;

use crate::run::{output, root, step};

/// The longest source file of what is published, in lines.
const LONGEST: usize = 400;

/// What the core depends on: all of it reaches browsers.
const CORE_DEPENDENCIES: &[&str] = &[];

/// What belongs to one machine or one network. In pieces, so that this file does not name it either.
const OF_A_PLACE: &[&str] = &[
    concat!("/", "root/"),
    concat!("/", "work/"),
    concat!("/", "home/"),
    concat!("registry.", "npmjs"),
    concat!("registry.", "yarnpkg"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("files.", "pythonhosted"),
    concat!("deb.", "debian.org"),
];

pub fn run() -> Result<()> {
    let wrong = step("tidy", problems)?;
    if wrong.is_empty() { Ok(()) } else { bail!("not tidy:\n  {}", wrong.join("\n  ")) }
}

fn problems() -> Result<Vec<String>> {
    let mut wrong = core_dependencies()?;
    wrong.extend(crate::catalogue::problems()?);
    wrong.extend(crate::methods::problems()?);
    wrong.extend(crate::supply::problems()?);
    let errors = fs::read_to_string(root().join("docs/errors.md"))?;
    wrong.extend(
        Code::ALL
            .iter()
            .map(|code| format!("`{}`", code.name()))
            .filter(|name| !errors.contains(name))
            .map(|name| format!("docs/errors.md lacks {name}")),
    );
    let mut raising = String::new();
    for file in output(".", &["git", "ls-files", "--cached", "--others", "--exclude-standard"])?.lines() {
        if let Ok(text) = fs::read_to_string(root().join(file)) {
            wrong.extend(problems_of(file, &text).into_iter().map(|problem| format!("{file} {problem}")));
            raising.push_str(&raising_part(file, &text));
        }
    }
    wrong.extend(Code::ALL.iter().filter(|code| !raises(&raising, **code)).map(|code| format!("{code:?} is an error that nothing raises")));
    Ok(wrong)
}

/// The lines of a file that may raise errors: of what is published, without comments, tests and the list of codes.
fn raising_part(file: &str, text: &str) -> String {
    let published = file.contains("/src/") && (file.starts_with("crates/") || file.starts_with("packages/"));
    if !published || ["/codes.rs", "/codes.ts"].iter().any(|list| file.ends_with(list)) {
        return String::new();
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// Whether an error is made somewhere, in Rust or in TypeScript.
fn raises(text: &str, code: Code) -> bool {
    let made = [format!("Code::{code:?}"), format!("fault!({code:?})"), format!("'{}'", code.name())];
    made.iter().any(|made| text.split(made).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric)))
}

fn problems_of(file: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let published = ["crates/", "packages/"].iter().any(|folder| file.starts_with(folder)) && file.contains("/src/");
    let lines = text.lines().count();
    if published && lines > LONGEST {
        wrong.push(format!("has {lines} lines; one concept each, at most {LONGEST}"));
    }
    // Test vectors are published texts of others, kept as they are.
    if !file.contains("/vectors/") {
        wrong.extend(OF_A_PLACE.iter().filter(|place| text.contains(**place)).map(|place| format!("names `{place}`")));
    }
    let for_pages = [".ts", ".js", ".mjs", ".html"].iter().any(|ending| file.ends_with(ending));
    if for_pages && calls(text, "postMessage(").any(|call| ["'*'", "\"*\"", "`*`"].iter().any(|any| call.contains(any))) {
        wrong.push("posts a message to any origin".into());
    }
    if file.starts_with("crates/oxidc-core/src/") {
        let code = text.lines().filter_map(|line| line.split("//").next());
        wrong.extend(
            code.filter(|code| code.contains("std::") || code.contains("extern crate std"))
                .map(|code| format!("reaches for the standard library: {}", code.trim())),
        );
        if file.ends_with("/lib.rs") && !text.lines().any(|line| line == "#![no_std]") {
            wrong.push("is not `#![no_std]`".into());
        }
    }
    if file.ends_with(".md") {
        wrong.extend(broken_links(file, text));
    }
    wrong
}

/// What follows each call of a function, up to the end of the statement.
fn calls<'a>(text: &'a str, function: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(function).skip(1).filter_map(|rest| rest.split(';').next())
}

/// The core has the dependencies that were agreed upon, and no others through them.
fn core_dependencies() -> Result<Vec<String>> {
    let tree = output(".", &["cargo", "tree", "--package", "oxidc-core", "--edges", "normal", "--target", "all", "--prefix", "none"])?;
    let found: BTreeSet<&str> = tree.lines().skip(1).filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    let agreed: BTreeSet<&str> = CORE_DEPENDENCIES.iter().copied().collect();
    Ok(found
        .symmetric_difference(&agreed)
        .map(|name| format!("crates/oxidc-core/Cargo.toml: the dependency `{name}` and the list in xtask disagree"))
        .collect())
}

/// Links to files, or headings of files, that are not there.
fn broken_links(file: &str, text: &str) -> Vec<String> {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    // Every other part is a fenced block of code, in which nothing is a link.
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    let broken = |target: &&str| {
        let (path, heading) = target.split_once('#').unwrap_or((target, ""));
        let path = if path.is_empty() { root().join(file) } else { root().join(folder).join(path) };
        !path.exists() || (!heading.is_empty() && !fs::read_to_string(path).is_ok_and(|text| headings(&text).any(|h| h == heading)))
    };
    targets
        .filter(|target| !target.contains("://"))
        .filter(broken)
        .map(|target| format!("links to {target}, which does not exist"))
        .collect()
}

/// The headings of a document as they are linked to.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let kept = line.trim_start_matches('#').trim().to_lowercase();
        kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use oxidc_core::error::Code;

    use super::{OF_A_PLACE, problems, problems_of, raises, raising_part};

    #[test]
    fn the_repository_is_tidy() {
        assert_eq!(problems().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn t359_what_is_not_tidy_is_found() {
        let core = "crates/oxidc-core/src/lib.rs";
        let star = concat!("postMessage", "(text, '*')");
        for (file, text) in [
            (core, "use std::fs;\n#![no_std]".to_owned()),
            (core, "extern crate alloc;".to_owned()),
            ("packages/oxidc/src/x.ts", "\n".repeat(401)),
            ("packages/oxidc/package-lock.json", format!("https://{}.org/", OF_A_PLACE[3])),
            (".ci/run", format!("cd {}main", OF_A_PLACE[1])),
            ("packages/oxidc/src/x.ts", star.to_owned()),
            ("README.md", "[away](docs/nowhere.md)".to_owned()),
            ("README.md", "[away](docs/errors.md#nowhere)".to_owned()),
        ] {
            assert_eq!(problems_of(file, &text).len(), 1, "{file}: {text}");
        }
    }

    #[test]
    fn an_error_is_raised_where_it_is_made_and_not_where_it_is_listed_or_linked_to() {
        let raised = |file: &str, text: &str| raises(&raising_part(file, text), Code::Closed);
        for (file, text) in [
            ("crates/x/src/x.rs", "Err(Code::Closed.into())"),
            ("crates/x/src/x.rs", "fault!(Closed)"),
            ("packages/x/src/x.ts", "throw errorFor('closed');"),
        ] {
            assert!(raised(file, text), "{file}: {text}");
        }
        for (file, text) in [
            ("crates/x/src/codes.rs", "Code::Closed"),
            ("packages/x/src/codes.ts", "'closed'"),
            ("crates/x/tests/x.rs", "Code::Closed"),
            ("crates/x/src/x.rs", "Code::ClosedForEver"),
            ("crates/x/src/x.rs", "    /// [`Code::Closed`](crate::Code::Closed) when it is closed."),
            ("crates/x/src/x.rs", "#[cfg(test)]\nmod tests { use Code::Closed; }"),
        ] {
            assert!(!raised(file, text), "{file}: {text}");
        }
    }

    #[test]
    fn what_is_tidy_is_left_alone() {
        for (file, text) in [
            ("crates/oxidc-core/src/x.rs", "// std::fs would be wrong here\nuse core::fmt;"),
            ("packages/oxidc/src/x.ts", "popup.postMessage(text, origin); const all = '*';"),
            ("README.md", "[errors](docs/errors.md), [network](docs/errors.md#network), [there](https://example.com)\n```\na[0](b)\n```"),
        ] {
            assert_eq!(problems_of(file, text), Vec::<String>::new(), "{file}");
        }
    }
}
