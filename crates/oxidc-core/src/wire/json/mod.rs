//! A small strict JSON (RFC 8259): repeated members, lone surrogates and deep nesting are refused; numbers keep their text.

mod parse;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

pub use parse::Malformed;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Number),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Named members.
    Object(Object),
}

/// A number as it was written. Nothing is lost on the way from one JSON text to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// The members of an object, in their order. A name occurs once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Value)>);

impl Number {
    /// The value rounded down, or the nearest that fits. `None` where a double would be infinite.
    ///
    /// ```
    /// use oxidc_core::wire::json::Value;
    ///
    /// let floor = |text| Value::parse(text).unwrap().as_integer();
    /// assert_eq!(floor("3599.7"), Some(3599));
    /// assert_eq!(floor("-1.5"), Some(-2));
    /// assert_eq!(floor("1e308"), Some(i64::MAX));
    /// assert_eq!(floor("1e400"), None);
    /// ```
    #[must_use]
    pub fn floor(&self) -> Option<i64> {
        let (mut negative, mut small, mut has_exponent) = (false, false, false);
        let (mut written, mut exponent, mut point, mut first) = (0_i64, 0_i64, None, None);
        for byte in self.0.bytes() {
            match byte {
                b'-' if has_exponent => small = true,
                b'-' => negative = true,
                b'.' => point = Some(written),
                b'e' | b'E' => has_exponent = true,
                // An exponent that does not fit is as good as the largest.
                b'0'..=b'9' if has_exponent => exponent = (exponent * 10 + i64::from(byte - b'0')).min(1 << 50),
                b'0'..=b'9' => {
                    if byte != b'0' && first.is_none() {
                        first = Some(written);
                    }
                    written += 1;
                }
                _ => (),
            }
        }
        let Some(first) = first else { return Some(0) };
        let point = point.unwrap_or(written) + if small { -exponent } else { exponent };
        // Digits before the decimal point, from the first that is not zero.
        let length = point - first;
        // The largest double is 1.7976931348623157e308.
        let (mut value, mut leading, mut rest) = (0_i64, 0_i64, false);
        let sign = if negative { -1 } else { 1 };
        let mut at = 0;
        for byte in self.0.bytes() {
            match byte {
                b'0'..=b'9' => (),
                b'e' | b'E' => break,
                _ => continue,
            }
            let digit = i64::from(byte - b'0');
            if at < point {
                value = value.saturating_mul(10).saturating_add(sign * digit);
            } else {
                rest |= digit != 0;
            }
            if (first..first + 17).contains(&at) {
                leading = leading * 10 + digit;
            }
            at += 1;
        }
        while at < first + 17 {
            leading *= 10;
            at += 1;
        }
        if length > 309 || (length == 309 && leading > 17_976_931_348_623_157) {
            return None;
        }
        for _ in written..point.min(written + 20) {
            value = value.saturating_mul(10);
        }
        Some(value.saturating_sub(i64::from(negative && rest)))
    }
}

impl Object {
    /// An object without members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.insert(name, value);
        self
    }

    /// With one more member, if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A member, as it is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Adds a member, or replaces the one of that name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.put(name.into(), value.into());
    }

    // Once for all types.
    fn put(&mut self, name: String, value: Value) {
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some(member) => member.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    /// The members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = alloc::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Value {
    /// A member of an object. One that is null counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name).filter(|value| !matches!(value, Self::Null))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The number rounded down, if it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Number(number) = self { number.floor() } else { None }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(list) = self { Some(list) } else { None }
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
}

macro_rules! from_integer {
    ($($integer:ty)*) => { $(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self(super::decimal(value.into()))
            }
        }

        impl From<$integer> for Value {
            fn from(value: $integer) -> Self {
                Self::Number(value.into())
            }
        }
    )* };
}

from_integer!(i64 u32 u16);

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(value: Vec<T>) -> Self {
        Self::Array(value.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
