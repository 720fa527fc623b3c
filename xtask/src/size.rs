//! Bytes are a feature: how many each entry of the npm package costs, and which part of the module they are.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Result, bail};
use oxidc_core::wire::json::Value;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::npm::wasm;
use crate::run::{output, root};

/// The most that an entry may cost with everything it loads, in brotli bytes.
const LIMITS: &[(&str, i64)] = &[("oxidc/wasm", 45_000), ("oxidc", 56_000)];

pub fn run(json: bool, parts: bool) -> Result<()> {
    if parts {
        return print_parts();
    }
    if !root().join("packages/oxidc/dist/index.js").exists() {
        bail!("build the package first: cargo xtask npm");
    }
    let text = output("packages/oxidc", &["node", "size.mjs"])?;
    let Ok(sizes) = Value::parse(text.trim()) else { bail!("size.mjs printed no JSON") };
    if json {
        println!("{}", text.trim());
    } else {
        println!("{:<24}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip -9", "brotli -11");
        for (entry, parts) in sizes.as_object().into_iter().flat_map(|o| o.iter()) {
            for (part, bytes) in parts.as_object().into_iter().flat_map(|o| o.iter()) {
                let number = |name: &str| bytes.get(name).and_then(Value::as_integer).unwrap_or(0);
                println!("{:<24}{:>10}{:>10}{:>10}", format!("{entry} {part}"), number("raw"), number("gzip"), number("brotli"));
            }
        }
    }
    for (entry, limit) in LIMITS {
        let brotli = sizes.get(entry).and_then(|e| e.get("total")).and_then(|t| t.get("brotli")).and_then(Value::as_integer);
        match brotli {
            Some(bytes) if bytes <= *limit => (),
            Some(bytes) => bail!("`{entry}` costs {bytes} bytes; the limit is {limit}"),
            None => bail!("`{entry}` was not measured"),
        }
    }
    Ok(())
}

/// The module's functions by the part of the source that they come from, before the last optimisation.
fn print_parts() -> Result<()> {
    let bytes = fs::read(wasm("oxidc-wasm", &["--features", "standalone"])?)?;
    let (mut imports, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    let mut data = 0;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload? {
            Payload::ImportSection(section) => imports = section.into_imports().filter(|i| i.as_ref().is_ok_and(|i| matches!(i.ty, wasmparser::TypeRef::Func(_)))).count(),
            Payload::CodeSectionEntry(body) => sizes.push(length(body.range())),
            Payload::DataSection(section) => data = length(section.range()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    for subsection in subsections {
                        if let Name::Function(map) = subsection? {
                            for naming in map {
                                let naming = naming?;
                                names.insert(naming.index as usize, naming.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => (),
        }
    }
    let mut parts: BTreeMap<String, usize> = BTreeMap::from([("data: texts and tables".into(), data)]);
    for (at, size) in sizes.into_iter().enumerate() {
        *parts.entry(part(names.get(&(imports + at)).map_or("", String::as_str))).or_default() += size;
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    println!("{:>8}  part (bytes before wasm-opt)", "bytes");
    for (part, size) in parts.iter().take(20) {
        println!("{size:>8}  {part}");
    }
    Ok(())
}

fn length(range: std::ops::Range<u64>) -> usize {
    usize::try_from(range.end - range.start).unwrap_or(0)
}

/// The module of our crates that a function belongs to, or the library it comes from.
fn part(symbol: &str) -> String {
    let name = rustc_demangle::demangle(symbol).to_string();
    let path = name.trim_start_matches('<');
    if path.contains("drop_in_place") || path.contains("drop_glue") {
        return "dropping values".into();
    }
    match path.split("::").collect::<Vec<_>>().as_slice() {
        [krate, module, ..] if krate.starts_with("oxidc") => format!("{}::{module}", krate.split('[').next().unwrap_or(krate)),
        [krate, ..] if krate.starts_with("core") || krate.starts_with("alloc") => "core and alloc".into(),
        _ => "other".into(),
    }
}
