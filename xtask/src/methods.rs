//! The list of methods, options and events in `docs/methods.md`: complete, and of nothing that is not there.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;

use crate::run::root;

const DOCUMENT: &str = "docs/methods.md";
const TYPESCRIPT: &str = "packages/oxidc/public-api.txt";
const RUST: &str = "crates/oxidc-web/public-api.txt";

/// Types of what calls answer or are handed, whose members the doc comments explain.
const ANSWERS: &[&str] = &[
    "Abortable", "AuthClient", "AuthorizationRequest", "Binding", "DeviceAuthorization", "ExchangedToken", "LocalStorage", "MemoryStorage",
    "ReturnTarget", "Session", "SessionStorage", "SignOutResult", "StepUpChallenge", "TokenResponse", "Tokens", "User",
];

/// A member of a type of the public surface, or a row of the list.
type Member = (String, String);

/// What is wrong with the list.
pub fn problems() -> Result<Vec<String>> {
    let read = |path: &str| fs::read_to_string(root().join(path));
    // The errors of Rust are those of the core.
    let rust = read(RUST)? + &read("crates/oxidc-core/public-api.txt")?;
    let wrong = compared(&read(DOCUMENT)?, &read(TYPESCRIPT)?, &rust);
    Ok(wrong.into_iter().map(|problem| format!("{DOCUMENT}: {problem}")).collect())
}

fn compared(document: &str, typescript: &str, rust: &str) -> Vec<String> {
    let surface = members(typescript);
    let words: BTreeSet<&str> = rust.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let (mut listed, mut wrong) = (BTreeSet::new(), Vec::new());
    let mut owner = String::new();
    for line in document.lines() {
        if line.starts_with("## ") {
            owner = code(line).last().copied().unwrap_or_default().into();
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, in_rust, _, tests] = cells.as_slice() else { continue };
        let [name] = code(name)[..] else { continue };
        listed.insert((owner.clone(), name.to_owned()));
        wrong.extend(code(in_rust).iter().filter(|word| !words.contains(*word)).map(|word| format!("Rust has no `{word}` ({owner})")));
        // Whether a link leads to a file is asked of all documents.
        if !tests.contains("](../") {
            wrong.push(format!("`{name}` of {owner} names no test"));
        }
    }
    wrong.extend(surface.difference(&listed).map(|(owner, name)| format!("lacks `{name}` of {owner}")));
    wrong.extend(listed.difference(&surface).map(|(owner, name)| format!("lists `{name}` of {owner}, which {TYPESCRIPT} does not have")));
    wrong
}

/// The members of the main entry's classes and interfaces: they stand one step in.
fn members(report: &str) -> BTreeSet<Member> {
    let mut found = BTreeSet::new();
    let mut owner = None;
    let main = report.lines().skip_while(|line| *line != "// oxidc").skip(1).take_while(|line| !line.starts_with("// "));
    for line in main {
        if let Some(declared) = ["export interface ", "export declare class "].iter().find_map(|start| line.strip_prefix(start)) {
            owner = declared.split([' ', '<']).next().filter(|name| !ANSWERS.contains(name));
        }
        let member = line.strip_prefix("    ").map(|rest| rest.trim_start_matches("get ").trim_start_matches("readonly "));
        let name = member.and_then(|rest| rest.split(['?', ':', '(', '<', ';']).next());
        if let (Some(owner), Some(name)) = (owner, name.filter(|name| name.starts_with(|c: char| c.is_alphabetic()))) {
            found.insert((owner.into(), name.into()));
        }
        if line == "}" {
            owner = None;
        }
    }
    found
}

/// What stands between backticks.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURFACE: &str = "// oxidc\n\nexport interface Place {\n    width?: number;\n    inner: {\n        deep: string;\n    };\n}\n\n\
        export declare class Base {\n    #private;\n    get state(): string;\n    on<E extends string>(event: E): void;\n}\n\n\
        export interface Tokens {\n    accessToken: string;\n}\n\n// oxidc/wasm\n\nexport interface Other {\n    no: string;\n}\n";
    const LIST: &str = "## `Place`\n| `width` | `width` | x | [a](../a) |\n| `inner` | — | x | [a](../a) |\n\
        ## Methods: `Base`\n| `state` | `state` | x | [a](../a) |\n| `on` | dropping | x | [a](../a) |\n";

    #[test]
    fn a_complete_list_is_right() {
        assert_eq!(compared(LIST, SURFACE, "pub fn width() pub fn state()"), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_invented_or_untested_is_found() {
        let rust = "pub fn width() pub fn state()";
        for (list, problem) in [
            (
                LIST.replace("| `on` ", "| `off` "),
                vec!["lacks `on` of Base", "lists `off` of Base, which packages/oxidc/public-api.txt does not have"],
            ),
            (LIST.replace("| `state` | `state` ", "| `state` | `status` "), vec!["Rust has no `status` (Base)"]),
            (LIST.replace("dropping | x | [a](../a)", "dropping | x | a"), vec!["`on` of Base names no test"]),
            (
                LIST.replace("Methods: `Base`", "Methods"),
                vec![
                    "lacks `on` of Base",
                    "lacks `state` of Base",
                    "lists `on` of , which packages/oxidc/public-api.txt does not have",
                    "lists `state` of , which packages/oxidc/public-api.txt does not have",
                ],
            ),
        ] {
            assert_eq!(compared(&list, SURFACE, rust), problem);
        }
    }
}
