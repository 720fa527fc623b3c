//! What the WebAssembly module consists of: its functions, grouped by the part of the source that they come from.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::npm;
use crate::run::root;

/// How many of the largest functions are named one by one.
const FUNCTIONS: usize = 3000;

/// What was found in a module.
#[derive(Default)]
struct Module {
    imports: usize,
    sizes: Vec<usize>,
    names: BTreeMap<usize, String>,
    data: usize,
}

/// Prints the parts of the module as the compiler leaves it: the last optimisation shrinks it, but takes the names away.
pub fn run() -> Result<()> {
    let module = read(&fs::read(npm::core()?)?)?;
    let mut parts = BTreeMap::from([("data: texts and tables".to_owned(), module.data)]);
    let mut functions = Vec::new();
    for (at, size) in module.sizes.iter().enumerate() {
        let name = module.names.get(&(module.imports + at)).map_or(String::new(), |name| format!("{:#}", rustc_demangle::demangle(name)));
        *parts.entry(part(&name)).or_default() += size;
        functions.push((name, *size));
    }
    let total: usize = parts.values().sum();
    print("part", parts.into_iter().collect(), total, usize::MAX);
    println!();
    print("function", functions, total, FUNCTIONS);
    Ok(())
}

fn print(what: &str, mut lines: Vec<(String, usize)>, total: usize, most: usize) {
    lines.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    println!("{:>8} {:>6}  {what} (before wasm-opt)", "bytes", "%");
    for (name, size) in lines.iter().take(most) {
        println!("{size:>8} {:>6.1}  {name}", *size as f64 * 100.0 / total.max(1) as f64);
    }
}

fn read(bytes: &[u8]) -> Result<Module> {
    let length = |range: std::ops::Range<u64>| usize::try_from(range.end - range.start).unwrap_or(0);
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    module.imports += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => module.sizes.push(length(body.range())),
            Payload::DataSection(section) => module.data = length(section.range()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    for subsection in subsections {
                        if let Name::Function(map) = subsection? {
                            for naming in map {
                                let naming = naming?;
                                module.names.insert(naming.index as usize, naming.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => (),
        }
    }
    Ok(module)
}

/// The module of our crates that a function belongs to, or the library that it comes from.
fn part(name: &str) -> String {
    if name.contains("drop_in_place") || name.contains("drop_glue") {
        return "dropping values".into();
    }
    // `<Vec<T> as Clone>::clone` belongs to what it is about first; what it is about may be a parameter, as in `<T as ToString>`.
    let subject = name.trim_start_matches(|c: char| !c.is_alphabetic());
    let subject = subject.split_once(" as ").filter(|(of, _)| !of.contains("::")).map_or(subject, |(_, as_what)| as_what);
    let path: Vec<&str> = subject.split("::").collect();
    match path.as_slice() {
        [ours, inner @ ..] if ours.starts_with("oxidc") => {
            let source = root().join("crates").join(ours.replace('_', "-")).join("src");
            let is_module = |depth: &usize| [".rs", "/mod.rs"].iter().any(|end| source.join(inner[..*depth].join("/") + end).exists());
            let depth = (1..inner.len()).take_while(is_module).last().unwrap_or(0);
            [&[*ours], &inner[..depth]].concat().join("::")
        }
        ["core" | "alloc", module, _, ..] => format!("{}::{module}", path[0]),
        [library, _, ..] if library.chars().all(|c| c.is_alphanumeric() || c == '_') => (*library).into(),
        _ => "glue and what has no name".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_function_belongs_to_the_module_that_wrote_it() {
        for (name, expected) in [
            ("oxidc_core::session::refresh::refresh", "oxidc_core::session::refresh"),
            ("oxidc_core::login::authorize::attempt::start::{closure#0}", "oxidc_core::login::authorize::attempt"),
            ("<oxidc_core::client::Client>::start", "oxidc_core::client"),
            ("oxidc_wasm::configure", "oxidc_wasm"),
            ("<alloc::vec::Vec<u8> as core::clone::Clone>::clone", "alloc::vec"),
            ("core::ptr::drop_in_place::<oxidc_core::error::Error>", "dropping values"),
            ("<T as alloc::string::ToString>::to_string", "alloc::string"),
            ("memcpy", "glue and what has no name"),
        ] {
            assert_eq!(part(name), expected, "{name}");
        }
    }
}
