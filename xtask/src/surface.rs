//! The public surface as text, committed, so that a change of it shows in review.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use quote::ToTokens;
use syn::{Fields, ImplItem, Item, TraitItem, Visibility};

use crate::run::{root, write};

const CRATES: &[&str] = &["oxidc-core", "oxidc-web"];
/// The declarations that the npm package shows to users, in the order in which they are read.
const DECLARATIONS: &[&str] = &["index", "wasm", "public", "client", "types", "errors"];

pub fn run(check: bool) -> Result<()> {
    let mut reports = Vec::new();
    for name in CRATES {
        let folder = root().join("crates").join(name);
        let mut lines = Vec::new();
        module(&folder.join("src/lib.rs"), &name.replace('-', "_"), &mut lines)?;
        reports.push((folder.join("public-api.txt"), lines.join("\n") + "\n"));
    }
    reports.push((root().join("packages/oxidc/public-api.txt"), typescript()?));
    for (path, report) in reports {
        if !check {
            write(&path, &report)?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&report) {
            bail!("{} is out of date; run `cargo xtask surface` and look at the change", path.display());
        }
    }
    Ok(())
}

/// Lists the public items of a file and of the public modules that it declares.
fn module(file: &Path, path: &str, lines: &mut Vec<String>) -> Result<()> {
    let source = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    items(&syn::parse_file(&source)?.items, file, path, lines)
}

fn items(items: &[Item], file: &Path, path: &str, lines: &mut Vec<String>) -> Result<()> {
    let public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    for item in items {
        match item {
            Item::Mod(inner) if public(&inner.vis) => {
                let path = format!("{path}::{}", inner.ident);
                match &inner.content {
                    Some((_, content)) => self::items(content, file, &path, lines)?,
                    None => module(&child(file, &inner.ident.to_string()), &path, lines)?,
                }
            }
            Item::Struct(item) if public(&item.vis) => {
                lines.push(format!("struct {path}::{}{}", item.ident, text(&item.generics)));
                if let Fields::Named(fields) = &item.fields {
                    for field in fields.named.iter().filter(|f| public(&f.vis)) {
                        lines.push(format!("  {}: {}", text(&field.ident), text(&field.ty)));
                    }
                }
            }
            Item::Enum(item) if public(&item.vis) => {
                lines.push(format!("enum {path}::{}{}", item.ident, text(&item.generics)));
                for variant in &item.variants {
                    lines.push(format!("  {}{}", variant.ident, text(&without_docs(variant.fields.clone()))));
                }
            }
            Item::Fn(item) if public(&item.vis) => lines.push(format!("fn {path}::{}", text(&item.sig).trim_start_matches("fn "))),
            Item::Const(item) if public(&item.vis) => lines.push(format!("const {path}::{}: {}", item.ident, text(&item.ty))),
            Item::Type(item) if public(&item.vis) => lines.push(format!("type {path}::{} = {}", item.ident, text(&item.ty))),
            Item::Use(item) if public(&item.vis) => lines.push(format!("use {path}::{{{}}}", text(&item.tree))),
            Item::Trait(item) if public(&item.vis) => {
                lines.push(format!("trait {path}::{}", item.ident));
                for member in &item.items {
                    if let TraitItem::Fn(member) = member {
                        lines.push(format!("  {}", text(&member.sig)));
                    }
                }
            }
            Item::Macro(item) => lines.push(format!("generated {path}::{}!", text(&item.mac.path))),
            Item::Impl(item) if item.trait_.is_none() => {
                for member in &item.items {
                    if let ImplItem::Fn(member) = member
                        && public(&member.vis)
                    {
                        lines.push(format!("  impl {path}::{}: {}", text(&item.self_ty), text(&member.sig)));
                    }
                }
            }
            _ => (),
        }
    }
    Ok(())
}

fn without_docs(mut fields: Fields) -> Fields {
    fields.iter_mut().for_each(|field| field.attrs.clear());
    fields
}

/// Tokens as one line.
fn text(tokens: &impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let pairs = [(" :: ", "::"), (" < ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), (" (", "("), ("( ", "("), (" )", ")"), (" :", ":")];
    pairs.iter().fold(spaced, |text, (from, to)| text.replace(from, to)).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn child(file: &Path, name: &str) -> std::path::PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or("");
    let folder = if stem == "lib" || stem == "mod" { folder.to_path_buf() } else { folder.join(stem) };
    let flat = folder.join(format!("{name}.rs"));
    if flat.exists() { flat } else { folder.join(name).join("mod.rs") }
}

/// The public TypeScript sources without comments and bodies are what the declarations are made of.
fn typescript() -> Result<String> {
    let mut report = String::new();
    for name in DECLARATIONS {
        let file = root().join(format!("packages/oxidc/dist/{name}.d.ts"));
        let source = fs::read_to_string(&file).with_context(|| format!("{}: run `cargo xtask npm` first", file.display()))?;
        report.push_str(&format!("// {name}\n"));
        let mut in_comment = false;
        for line in source.lines() {
            let trimmed = line.trim();
            in_comment |= trimmed.starts_with("/*");
            if !in_comment && !trimmed.is_empty() && !trimmed.starts_with("//") {
                report.push_str(line);
                report.push('\n');
            }
            in_comment &= !trimmed.ends_with("*/");
        }
    }
    Ok(report)
}
