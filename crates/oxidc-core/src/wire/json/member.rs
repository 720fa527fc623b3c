//! What becomes a value, and how it gets into an object.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Object, Value};

/// What can become the value of a member.
pub trait Member {
    /// Adds itself to an object.
    fn put(self, object: &mut Object, name: &str);
}

impl Member for &str {
    // The usual members have their ways once, so that a call costs little.
    #[inline(never)]
    fn put(self, object: &mut Object, name: &str) {
        object.set(name, self.into());
    }
}

impl Member for String {
    #[inline(never)]
    fn put(self, object: &mut Object, name: &str) {
        object.set(name, self.into());
    }
}

impl Member for &[String] {
    #[inline(never)]
    fn put(self, object: &mut Object, name: &str) {
        object.set(name, self.into());
    }
}

impl Member for i64 {
    #[inline(never)]
    fn put(self, object: &mut Object, name: &str) {
        object.set(name, self.into());
    }
}

macro_rules! member {
    ($($kind:ty)*) => { $(
        impl Member for $kind {
            #[inline(always)]
            fn put(self, object: &mut Object, name: &str) {
                object.set(name, self.into());
            }
        }
    )* };
}

member!(bool Object Value);

macro_rules! integer_member {
    ($($integer:ty)*) => { $(
        impl Member for $integer {
            #[inline(always)]
            fn put(self, object: &mut Object, name: &str) {
                i64::from(self).put(object, name);
            }
        }
    )* };
}

integer_member!(u32 u16);

impl<T: Into<Value>> Member for Vec<T> {
    #[inline(always)]
    fn put(self, object: &mut Object, name: &str) {
        object.set(name, self.into());
    }
}

impl<T: Member> Member for Option<T> {
    #[inline(always)]
    fn put(self, object: &mut Object, name: &str) {
        match self {
            Some(value) => value.put(object, name),
            None => object.set(name, Value::Null),
        }
    }
}

macro_rules! from_integer {
    ($($integer:ty)*) => { $(
        impl From<$integer> for Value {
            #[inline(always)]
            fn from(value: $integer) -> Self {
                Self::Number(i64::from(value).into())
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
        let mut list = Vec::new();
        for item in value {
            list.push(item.into());
        }
        Self::Array(list)
    }
}

impl From<&[String]> for Value {
    fn from(value: &[String]) -> Self {
        let mut list = Vec::new();
        for text in value {
            list.push(text.as_str().into());
        }
        Self::Array(list)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    #[inline(always)]
    fn from(value: Option<T>) -> Self {
        match value {
            Some(value) => value.into(),
            None => Self::Null,
        }
    }
}
