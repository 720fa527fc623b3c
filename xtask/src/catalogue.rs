//! The catalogue of known attacks and failures: `docs/catalogue.md` says what must hold, the names of the tests say where it is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Result, ensure};

use crate::run::{output, root, step, write};

const DOCUMENT: &str = "docs/catalogue.md";
/// What the cases are the proof of.
const PROMISES: &str = "SECURITY.md";
/// The last case.
const LAST: u32 = 500;

/// Where each case is tested: kinds of tests, and files of each kind.
type Covered = BTreeMap<u32, BTreeMap<&'static str, BTreeSet<String>>>;

/// Prints where each case is tested and writes that into the document.
pub fn run() -> Result<()> {
    let text = fs::read_to_string(root().join(DOCUMENT))?;
    let (new, wrong) = written_anew(&text, &covered()?);
    print!("{new}");
    ensure!(wrong.is_empty(), "{}", wrong.join("\n  "));
    write(&root().join(DOCUMENT), &new)
}

/// What is wrong with the document.
pub fn problems() -> Result<Vec<String>> {
    let text = fs::read_to_string(root().join(DOCUMENT))?;
    let covered = step("catalogue", covered)?;
    let (new, mut wrong) = written_anew(&text, &covered);
    if wrong.is_empty() && new != text {
        wrong.push("run `cargo xtask catalogue` and commit what it writes".into());
    }
    let mut wrong: Vec<String> = wrong.into_iter().map(|problem| format!("{DOCUMENT}: {problem}")).collect();
    wrong.extend(unproven(&fs::read_to_string(root().join(PROMISES))?, &covered).map(|case| format!("{PROMISES}: T{case:03} has no test")));
    Ok(wrong)
}

/// The cases that a text names as proof, alone or as ranges, and that no test covers.
fn unproven<'a>(text: &'a str, covered: &'a Covered) -> impl Iterator<Item = u32> + 'a {
    let number = |word: &str| word.trim_start_matches('T').get(..3).and_then(|digits| digits.parse::<u32>().ok());
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '–').filter(|word| word.starts_with('T'));
    let ranges = words.filter_map(move |word| {
        let (first, last) = word.split_once('–').unwrap_or((word, word));
        Some(number(first)?..=number(last)?)
    });
    ranges.flatten().filter(|case| !covered.contains_key(case))
}

/// The document as the tests are now, and why that may not be written.
fn written_anew(text: &str, covered: &Covered) -> (String, Vec<String>) {
    let mut wrong = Vec::new();
    let (mut listed, mut tested, mut open, mut elsewhere, mut promised) = (0, 0, 0, 0, u32::MAX);
    let mut lines: Vec<String> = Vec::new();
    let mut counts_at = None;
    for line in text.lines() {
        if let Some(count) = line.strip_prefix("Open: ").and_then(|rest| rest.split('.').next()) {
            promised = count.trim().parse().unwrap_or(u32::MAX);
            counts_at = Some(lines.len());
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let case = cells.first().and_then(|cell| cell.strip_prefix('T')?.parse::<u32>().ok());
        let (Some(case), [number, behaviour, place]) = (case.filter(|_| line.starts_with('|')), cells.as_slice()) else {
            lines.push(line.into());
            continue;
        };
        listed += 1;
        if case != listed {
            wrong.push(format!("{number} stands where T{listed:03} belongs"));
        }
        let now = match covered.get(&case) {
            Some(places) => {
                tested += 1;
                places.iter().map(|(kind, files)| format!("{kind}: {}", join(files))).collect::<Vec<_>>().join("; ")
            }
            None if place.starts_with("not here: ") => {
                elsewhere += 1;
                (*place).into()
            }
            None => {
                open += 1;
                if *place != "open" {
                    wrong.push(format!("{number} was tested ({place}) and is not any more: {behaviour}"));
                }
                "open".into()
            }
        };
        lines.push(format!("| {number} | {behaviour} | {now} |"));
    }
    if listed != LAST {
        wrong.push(format!("{listed} cases are listed, not {LAST}"));
    }
    wrong
        .extend(covered.keys().filter(|case| !(1..=LAST).contains(*case)).map(|case| format!("a test names T{case:03}, which is no case")));
    if open > promised {
        wrong.push(format!("{open} cases are open; there were {promised}, and there may only be fewer"));
    }
    match counts_at {
        Some(at) => lines[at] = format!("Open: {open}. Tested: {tested}. Not here: {elsewhere}."),
        None => wrong.push("the line `Open: …` is missing".into()),
    }
    (lines.join("\n") + "\n", wrong)
}

fn join(files: &BTreeSet<String>) -> String {
    files.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Reads the names of all tests.
fn covered() -> Result<Covered> {
    let mut covered = Covered::new();
    for file in output(".", &["git", "ls-files", "--cached", "--others", "--exclude-standard"])?.lines() {
        let Some((kind, name)) = place(file) else { continue };
        // A file that was deleted and not yet committed has no tests.
        let Ok(text) = fs::read_to_string(root().join(file)) else { continue };
        for case in cases(&text, file.ends_with(".rs")) {
            covered.entry(case).or_default().entry(kind).or_default().insert(name.clone());
        }
    }
    Ok(covered)
}

/// The kind of the tests in a file and its name there.
fn place(file: &str) -> Option<(&'static str, String)> {
    let kinds = [
        ("crates/oxidc-core/", "core"),
        ("crates/oxidc-testkit/", "simulation"),
        ("crates/", "crates"),
        ("packages/", "package"),
        ("e2e/test/", "browser"),
        ("fuzz/", "fuzz"),
        ("xtask/src/", "repository"),
    ];
    let (_, kind) = kinds.iter().find(|(folder, _)| file.starts_with(folder))?;
    let (path, ending) = file.rsplit_once('.')?;
    let is_code = ["rs", "mjs", "ts"].contains(&ending);
    let name = path.rsplit('/').next()?.trim_end_matches(".test");
    (is_code && !file.contains("/vectors/")).then(|| (*kind, name.into()))
}

/// The cases that the tests of a text name. In Rust a test is a function, elsewhere a text; both may be a row of a table.
fn cases(text: &str, rust: bool) -> BTreeSet<u32> {
    let mut cases = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let starts = if rust { &["fn ", "\""][..] } else { &["'", "\"", "`"] };
        // A row of a macro begins its line.
        for name in starts.iter().flat_map(|start| line.split(start).skip(1)).chain(rust.then_some(line.trim_start())) {
            let numbers = name.split('_').map_while(|word| word.strip_prefix('t').filter(|digits| digits.len() == 3)?.parse::<u32>().ok());
            let numbers: Vec<u32> = numbers.collect();
            // A number alone is no name.
            if name.len() > numbers.len() * 5 {
                cases.extend(numbers);
            }
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Covered, LAST, cases, place, problems, unproven, written_anew};

    #[test]
    fn the_catalogue_is_up_to_date() {
        assert_eq!(problems().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn names_of_tests_are_read_and_other_texts_are_not() {
        let rust = concat!("fn t", "001_t002_a_b() {\n  (\"t", "003_row\", 1),\n// fn t", "004_x()\nlet t", "005_x = 1; \"t", "006\"");
        assert_eq!(cases(rust, true), BTreeSet::from([1, 2, 3]));
        let node = concat!("test('t", "007_x', `t", "008_${x}`, \"not t", "009_x\")");
        assert_eq!(cases(node, false), BTreeSet::from([7, 8]));
        assert_eq!(place("e2e/test/storage.test.mjs"), Some(("browser", "storage".into())));
        assert_eq!(place("README.md"), None);
    }

    fn document(open: u32, first: &str) -> String {
        let row = |case: u32| format!("| T{case:03} | Something. | {} |\n", if case == 1 { first } else { "not here: because" });
        format!("Open: {open}. Tested: 0. Not here: 0.\n") + &(1..=LAST).map(row).collect::<String>()
    }

    fn tested() -> Covered {
        Covered::from([(1, [("core", BTreeSet::from(["jws".into()]))].into())])
    }

    #[test]
    fn what_is_tested_is_written_down() {
        let (new, wrong) = written_anew(&document(1, "open"), &tested());
        assert_eq!(wrong, Vec::<String>::new());
        assert!(new.contains("| T001 | Something. | core: jws |") && new.starts_with("Open: 0. Tested: 1. Not here: 499.\n"));
    }

    #[test]
    fn a_promise_without_a_test_is_found() {
        let text = "| That | TLS | T001, T003–T004; [more](x) | and (T001) of T9";
        assert_eq!(unproven(text, &tested()).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn a_case_cannot_be_lost() {
        for (text, covered) in [
            (document(1, "core: jws"), Covered::new()),
            (document(0, "open"), Covered::new()),
            (document(0, "open").replace("T002", "T003"), tested()),
            (document(0, "open") + "| T501 | One more. | open |\n", tested()),
            (document(0, "open"), tested().into_iter().chain([(501, Default::default())]).collect()),
        ] {
            assert_ne!(written_anew(&text, &covered).1, Vec::<String>::new());
        }
    }
}
