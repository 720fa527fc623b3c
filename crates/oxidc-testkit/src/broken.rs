//! Machines that are broken on purpose: to see that the invariants would notice. Each lies between a page and the world and alters
//! what the page wants done, or what it is told, as if the rule were missing in the page itself.

/// A rule that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// What is stored is not read again after the lock was got.
    NoReread,
}
