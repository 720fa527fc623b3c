//! Bytes are a feature: how many each entry of the npm package costs with everything that it loads.

use anyhow::{Result, bail};
use oxidc_core::wire::json::Value;

use crate::npm;
use crate::run::output;

/// The most that an entry may cost, in brotli bytes.
const LIMITS: &[(&str, i64)] = &[
    ("oxidc/wasm", 73_850),
    ("oxidc", 74_450),
    ("oxidc/miniapp/wasm", 25_000),
    ("oxidc/miniapp", 25_000),
    ("oxidc/miniapp/host", 20_500),
    ("oxidc/monocloud", 23_500),
];

pub fn run(json: bool) -> Result<()> {
    npm::run(false)?;
    weigh(json)
}

/// Weighs the package that was built, prints the table and compares with the limits.
pub fn weigh(json: bool) -> Result<()> {
    let text = output("packages/oxidc", &["node", "size.mjs"])?;
    let Ok(sizes) = Value::parse(text.trim()) else { bail!("size.mjs printed no JSON") };
    if json {
        println!("{}", text.trim());
    } else {
        print_table(&sizes);
    }
    let mut wrong = Vec::new();
    for (entry, limit) in LIMITS {
        match sizes.get(entry).and_then(|e| e.get("total")?.get("brotli")?.as_integer()) {
            Some(bytes) if bytes <= *limit => (),
            Some(bytes) => wrong.push(format!("`{entry}` costs {bytes} bytes with brotli; the limit is {limit}")),
            None => wrong.push(format!("`{entry}` was not measured")),
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
}

fn print_table(sizes: &Value) {
    println!("{:<20} {:>9} {:>9} {:>10} {:>9}", "bytes", "raw", "gzip -9", "brotli -11", "limit");
    for (entry, parts) in sizes.as_object().into_iter().flat_map(|o| o.iter()) {
        for (part, bytes) in parts.as_object().into_iter().flat_map(|o| o.iter()) {
            let number = |name: &str| bytes.get(name).and_then(Value::as_integer).unwrap_or(0);
            let limit =
                LIMITS.iter().find(|(name, _)| *name == entry && part == "total").map_or(String::new(), |(_, limit)| limit.to_string());
            println!("{:<20} {:>9} {:>9} {:>10} {limit:>9}", format!("{entry} {part}"), number("raw"), number("gzip"), number("brotli"));
        }
    }
}
