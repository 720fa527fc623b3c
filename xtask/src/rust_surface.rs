//! What a crate shows to others, read from its sources: every public item under the path by which it is reached, without
//! documentation, bodies and private fields, with the methods and traits of its types.
//!
//! Items that macros make are shown as the macro and its call. Implementations are matched to types by name.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Field, Fields, FieldsNamed, Ident, ImplItem, Item, ItemImpl, Meta, Type, UseTree, Visibility, parse_quote};

use crate::run::root;

/// A module of the crate.
struct Module {
    public: bool,
    items: Vec<Item>,
}

/// All modules by their path; that of the crate is empty.
type Modules = BTreeMap<Vec<String>, Module>;

/// The report of a crate in `crates/`.
pub fn report(name: &str) -> Result<String> {
    let file = root().join("crates").join(name).join("src/lib.rs");
    let mut modules = Modules::new();
    collect(parse(&file)?, &file, Vec::new(), true, &mut modules)?;
    let mut report = String::new();
    for (path, module) in modules.iter().filter(|(_, module)| module.public) {
        let mut text = String::new();
        for item in &module.items {
            show(&modules, path, item, &mut text);
        }
        if !text.is_empty() {
            let _ = write!(report, "// {}\n\n{text}", [&[name.replace('-', "_")], path.as_slice()].concat().join("::"));
        }
    }
    Ok(report.trim_end().to_owned() + "\n")
}

fn parse(file: &Path) -> Result<Vec<Item>> {
    let source = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(syn::parse_file(&source).with_context(|| file.display().to_string())?.items)
}

/// Keeps a module and the modules in it, those of tests excepted.
fn collect(items: Vec<Item>, file: &Path, path: Vec<String>, public: bool, modules: &mut Modules) -> Result<()> {
    for item in &items {
        let Item::Mod(inner) = item else { continue };
        if inner.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) && inner.ident == "tests" {
            continue;
        }
        let name = inner.ident.to_string();
        let public = public && is_public(&inner.vis);
        let path = [path.as_slice(), std::slice::from_ref(&name)].concat();
        match &inner.content {
            Some((_, content)) => collect(content.clone(), file, path, public, modules)?,
            None => {
                let folder = match file.file_stem().and_then(|stem| stem.to_str()) {
                    Some("lib" | "mod") | None => file.with_file_name(""),
                    Some(stem) => file.with_file_name(stem),
                };
                let flat = folder.join(&name).with_extension("rs");
                let file = if flat.exists() { flat } else { folder.join(&name).join("mod.rs") };
                collect(parse(&file)?, &file, path, public, modules)?;
            }
        }
    }
    modules.insert(path, Module { public, items });
    Ok(())
}

/// Shows an item of a module, if it is public.
fn show(modules: &Modules, path: &[String], item: &Item, text: &mut String) {
    match item {
        Item::Use(item) if is_public(&item.vis) => {
            for (target, name) in uses(&item.tree, &[]) {
                reexport(modules, path, &target, &name, text);
            }
        }
        // What is in a module stands under the path of its own.
        Item::Use(_) | Item::Mod(_) => (),
        Item::Macro(item) => {
            let source = item.span().source_text().unwrap_or_default();
            let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let code = code.join("\n");
            // Several types of one module lead to the same macro.
            if !text.contains(&code) {
                let _ = writeln!(text, "{code}\n");
            }
        }
        _ => {
            let Some((name, item)) = bare(item) else { return };
            let implementations = implementations(modules, path, &name).into_iter().map(Item::Impl);
            for item in std::iter::once(item).chain(implementations) {
                let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
                text.push_str(&prettyplease::unparse(&file));
            }
            text.push('\n');
        }
    }
}

/// Shows what a `pub use` leads to: the item itself if there is no public path to it.
fn reexport(modules: &Modules, from: &[String], target: &[String], name: &str, text: &mut String) {
    let Some((wanted, way)) = target.split_last() else { return };
    let mut home = from.to_vec();
    for step in way {
        match step.as_str() {
            "crate" => home.clear(),
            "self" => (),
            "super" => drop(home.pop()),
            _ => home.push(step.clone()),
        }
    }
    let Some(module) = modules.get(&home).filter(|module| !module.public) else {
        let renamed = if wanted == name { String::new() } else { format!(" as {name}") };
        let _ = writeln!(text, "pub use {}{renamed};\n", target.join("::"));
        return;
    };
    for item in &module.items {
        match item {
            Item::Use(inner) if is_public(&inner.vis) => {
                for (target, name) in uses(&inner.tree, &[]).iter().filter(|(_, name)| wanted == "*" || wanted == name) {
                    reexport(modules, &home, target, name, text);
                }
            }
            Item::Macro(_) if !defines(module, wanted) => show(modules, &home, item, text),
            _ if wanted == "*" || bare(item).is_some_and(|(found, _)| found == wanted) => show(modules, &home, item, text),
            _ => (),
        }
    }
}

/// What is implemented for a type, wherever that stands.
fn implementations(modules: &Modules, path: &[String], name: &Ident) -> Vec<ItemImpl> {
    // A module with a type of its own by that name means that one.
    let about_it = modules.iter().filter(|(at, module)| at.as_slice() == path || !defines(module, &name.to_string()));
    let items = about_it.flat_map(|(_, module)| &module.items);
    let ours = items.filter_map(|item| match item {
        Item::Impl(item) if matches!(&*item.self_ty, Type::Path(of) if of.path.segments.last().is_some_and(|last| last.ident == *name)) => {
            Some(item)
        }
        _ => None,
    });
    ours.filter_map(outline).collect()
}

/// Whether a module has a type of a name, public or not.
fn defines(module: &Module, name: &str) -> bool {
    module.items.iter().any(|item| match item {
        Item::Struct(item) => item.ident == name,
        Item::Enum(item) => item.ident == name,
        Item::Type(item) => item.ident == name,
        Item::Union(item) => item.ident == name,
        _ => false,
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The paths of a `use`, each with the name that it gives.
fn uses(tree: &UseTree, before: &[String]) -> Vec<(Vec<String>, String)> {
    let with = |name: &Ident| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => uses(&path.tree, &with(&path.ident)),
        UseTree::Name(name) => vec![(with(&name.ident), name.ident.to_string())],
        UseTree::Rename(rename) => vec![(with(&rename.ident), rename.rename.to_string())],
        UseTree::Glob(_) => vec![([before, &["*".to_owned()]].concat(), "*".to_owned())],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| uses(tree, before)).collect(),
    }
}

/// A public item with what others can rely on, and nothing else.
fn bare(item: &Item) -> Option<(Ident, Item)> {
    let mut item = item.clone();
    let (visibility, attributes, name) = match &mut item {
        Item::Struct(i) => {
            strip_fields(&mut i.fields);
            (&i.vis, &mut i.attrs, &i.ident)
        }
        Item::Enum(i) => {
            for variant in &mut i.variants {
                strip(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
            }
            (&i.vis, &mut i.attrs, &i.ident)
        }
        Item::Trait(i) => {
            for member in &mut i.items {
                if let syn::TraitItem::Fn(function) = member {
                    strip(&mut function.attrs);
                    function.default = function.default.as_ref().map(|_| parse_quote!({}));
                }
            }
            (&i.vis, &mut i.attrs, &i.ident)
        }
        Item::Fn(i) => {
            i.block = parse_quote!({});
            (&i.vis, &mut i.attrs, &i.sig.ident)
        }
        Item::Const(i) => {
            i.expr = value();
            (&i.vis, &mut i.attrs, &i.ident)
        }
        Item::Static(i) => {
            i.expr = value();
            (&i.vis, &mut i.attrs, &i.ident)
        }
        Item::Type(i) => (&i.vis, &mut i.attrs, &i.ident),
        Item::Union(i) => (&i.vis, &mut i.attrs, &i.ident),
        _ => return None,
    };
    strip(attributes);
    let name = name.clone();
    is_public(visibility).then_some((name, item))
}

/// What stands for the value of a constant.
fn value() -> Box<Expr> {
    parse_quote!(_)
}

/// Of private fields only that there are some.
fn strip_fields(fields: &mut Fields) {
    fields.iter_mut().for_each(|field| strip(&mut field.attrs));
    match fields {
        Fields::Named(FieldsNamed { named, .. }) => {
            let all = named.len();
            *named = std::mem::take(named).into_iter().filter(|field| is_public(&field.vis)).collect();
            if named.len() < all {
                named.extend(Field::parse_named.parse_str("_: _"));
            }
        }
        Fields::Unnamed(unnamed) => {
            for field in unnamed.unnamed.iter_mut().filter(|field| !is_public(&field.vis)) {
                field.ty = parse_quote!(_);
            }
        }
        Fields::Unit => (),
    }
}

/// An implementation without bodies and private members; none if nothing is left of an inherent one.
fn outline(item: &ItemImpl) -> Option<ItemImpl> {
    let mut item = item.clone();
    strip(&mut item.attrs);
    let of_a_trait = item.trait_.is_some();
    item.items.retain_mut(|member| match member {
        ImplItem::Fn(function) => {
            strip(&mut function.attrs);
            function.block = parse_quote!({});
            !of_a_trait && is_public(&function.vis)
        }
        ImplItem::Const(constant) => {
            strip(&mut constant.attrs);
            constant.expr = parse_quote!(_);
            !of_a_trait && is_public(&constant.vis)
        }
        _ => of_a_trait,
    });
    (of_a_trait || !item.items.is_empty()).then_some(item)
}

/// Keeps the attributes that others notice.
fn strip(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("non_exhaustive"),
        Meta::List(list) => list.path.is_ident("derive") || list.path.is_ident("cfg"),
        Meta::NameValue(_) => false,
    });
}
