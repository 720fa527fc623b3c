//! A small strict JSON (RFC 8259): repeated members, lone surrogates and deep nesting are refused; numbers keep their text.

mod member;
mod parse;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

pub use member::Member;
pub use parse::Malformed;

use super::answer;

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
        // Most are times.
        if let small @ Some(0..SMALL) = answer::digits(&self.0) {
            return small;
        }
        let (mut negative, mut dot, mut whole) = (false, false, 0_i64);
        let (mut in_exponent, mut exponent, mut small) = (false, 0_i64, false);
        for byte in self.0.bytes() {
            match byte {
                b'-' if in_exponent => small = true,
                b'-' => negative = true,
                b'.' => dot = true,
                b'e' | b'E' => in_exponent = true,
                // An exponent that does not fit is as good as the largest.
                b'0'..=b'9' if in_exponent => exponent = FAR.min(exponent * 10 + i64::from(byte - b'0')),
                b'0'..=b'9' if !dot => whole += 1,
                _ => (),
            }
        }
        // How many digits stand before the decimal point.
        let point = whole + if small { -exponent } else { exponent };
        let (mut value, mut rest, mut at) = (0_u64, 0_i64, 0_i64);
        // The digits before the point from the first that is not zero, and the value of the first seventeen of these.
        let (mut length, mut leading, mut taken) = (0, 0_u64, 0);
        for byte in self.0.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).filter(u8::is_ascii_digit) {
            let digit = u64::from(byte - b'0');
            if digit != 0 && taken == 0 {
                length = point - at;
            }
            if taken < 17 && (digit != 0 || taken > 0) {
                leading = leading * 10 + digit;
                taken += 1;
            }
            if at < point {
                value = times_ten(value, digit);
            } else if digit != 0 {
                rest = 1;
            }
            at += 1;
        }
        if taken == 0 {
            return Some(0);
        }
        while taken < 17 {
            leading *= 10;
            taken += 1;
        }
        if length > 309 || (length == 309 && leading > LARGEST_DOUBLE) {
            return None;
        }
        for _ in at..point.min(at + 20) {
            value = times_ten(value, 0);
        }
        let value = i64::try_from(value);
        Some(if negative { value.map_or(i64::MIN, |value| -value - rest) } else { value.unwrap_or(i64::MAX) })
    }
}

/// What [`answer::digits`] still tells from the largest.
const SMALL: i64 = u32::MAX as i64;
/// An exponent beyond all that matter.
const FAR: i64 = i64::MAX / 16;
/// The largest double is 1.7976931348623157e308.
const LARGEST_DOUBLE: u64 = 17_976_931_348_623_157;

/// One more digit; what fits no signed number stays at the largest.
fn times_ten(value: u64, digit: u64) -> u64 {
    if value >= u64::MAX / 10 { u64::MAX } else { value * 10 + digit }
}

impl Object {
    /// An object without members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With one more member.
    #[inline(always)]
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Member) -> Self {
        value.put(&mut self, name);
        self
    }

    /// With one more member, if there is a value.
    #[inline(always)]
    #[must_use]
    pub fn with_some(mut self, name: &str, value: Option<impl Member>) -> Self {
        if let Some(value) = value {
            value.put(&mut self, name);
        }
        self
    }

    /// A member, as it is.
    #[inline(never)]
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// A member that is a text.
    #[inline(never)]
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A member that is a number, rounded down.
    #[inline(never)]
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_integer()
    }

    /// Adds a member, or replaces the one of that name.
    #[inline(always)]
    pub fn insert(&mut self, name: &str, value: impl Into<Value>) {
        self.set(name, value.into());
    }

    #[inline(never)]
    fn set(&mut self, name: &str, value: Value) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some(member) => member.1 = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// Adds the members of another object, or replaces those of the same names.
    pub fn extend(&mut self, other: Self) {
        for (name, value) in other.0 {
            self.set(&name, value);
        }
    }

    /// Only the members of these names.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let mut kept = Self::new();
        for name in names {
            if let Some(value) = self.get(name) {
                kept.set(name, value.clone());
            }
        }
        kept
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
    #[inline(never)]
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name).filter(|value| !matches!(value, Self::Null))
    }

    /// A member that is a text.
    #[inline(never)]
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.as_object()?.text(name)
    }

    /// A member that is a text, to keep.
    #[inline(never)]
    #[must_use]
    pub fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(String::from)
    }

    /// A member that is a number, rounded down.
    #[inline(never)]
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.as_object()?.integer(name)
    }

    /// A member that is a truth value.
    #[inline(never)]
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A member that is a list.
    #[inline(never)]
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[Self]> {
        self.get(name)?.as_array()
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

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(super::decimal(value))
    }
}
