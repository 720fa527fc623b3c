//! Values that must not be seen: redacted by type, not by care.

use alloc::string::String;
use core::fmt;

/// A token, code or verifier. `Debug` prints a fixed text, and there is no `Display` and no `PartialEq`.
///
/// ```
/// let token = oxidc_core::secret::Secret::from("eyJhbGciOi");
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// ```
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that must send or store it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in time that depends on the length only.
    #[must_use]
    pub fn matches(&self, other: &str) -> bool {
        same(&self.0, other)
    }
}

/// Compares two texts in time that depends on their lengths only.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
