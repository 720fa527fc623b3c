//! Versions of the protocol: whole numbers. Each side says which it speaks, the highest common one is spoken, and both lists are
//! confirmed, so that nobody on the way can make two new sides speak an old version.

use alloc::vec::Vec;

use oxidc_core::wire::json::Value;

/// The versions that this build speaks.
pub const SPOKEN: &[i64] = &[1];

/// The most versions that a list may have.
const MOST: usize = 32;

/// Reads a list of versions; `None` if it is none.
#[must_use]
pub fn read(value: Option<&Value>) -> Option<Vec<i64>> {
    let list = value?.as_array().filter(|list| !list.is_empty() && list.len() <= MOST)?;
    list.iter().map(|version| version.as_integer().filter(|version| *version > 0)).collect()
}

/// The highest version in both lists.
#[must_use]
pub fn common(ours: &[i64], theirs: &[i64]) -> Option<i64> {
    ours.iter().copied().filter(|version| theirs.contains(version)).max()
}

/// A list as it is written.
#[must_use]
pub fn write(versions: &[i64]) -> Value {
    Value::from(versions.to_vec())
}
