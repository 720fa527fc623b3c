//! Reads options and arguments member by member; nothing is ignored silently.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Code, Error, Result};
use crate::wire::json::{Object, Value};

/// The members of one object of the application.
pub(crate) struct Options<'a> {
    object: &'a Object,
}

static NOTHING: Object = Object::new();

impl<'a> Options<'a> {
    /// Refuses what is no object and members that are not known.
    pub(crate) fn read(value: Option<&'a Value>, known: &[&str]) -> Result<Self> {
        let object = match value {
            None => &NOTHING,
            Some(value) => value.as_object().ok_or_else(|| invalid("options"))?,
        };
        match object.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(Error::new(Code::OptionUnknown).detail(name)),
            None => Ok(Self { object }),
        }
    }

    /// A member as it is; null counts as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !matches!(value, Value::Null))
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>> {
        self.value(name).map(|value| value.as_str().map(String::from).ok_or_else(|| invalid(name))).transpose()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.value(name).map(|value| value.as_bool().ok_or_else(|| invalid(name))).transpose()
    }

    /// A whole number from 0 to `most`.
    pub(crate) fn number(&self, name: &str, most: i64) -> Result<Option<i64>> {
        self.value(name)
            .map(|value| value.as_integer().filter(|n| (0..=most).contains(n)).ok_or_else(|| invalid(name)))
            .transpose()
    }

    /// A list of texts, or one text.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>> {
        let text = |value: &Value| value.as_str().map(String::from).ok_or_else(|| invalid(name));
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(list)) => list.iter().map(text).collect::<Result<_>>().map(Some),
            Some(value) => text(value).map(|text| Some(alloc::vec![text])),
        }
    }

    /// A set of scopes: a list, or one text with spaces between.
    pub(crate) fn scopes(&self, name: &str) -> Result<Option<Vec<String>>> {
        self.texts(name)?.map(|texts| scopes(&texts)).transpose()
    }

    /// A set of resources (RFC 8707 section 2).
    pub(crate) fn resources(&self, name: &str) -> Result<Option<Vec<String>>> {
        self.texts(name)?.map(resources).transpose()
    }
}

/// Splits, checks (RFC 6749 section 3.3), sorts and joins scopes, so that equal sets are equal lists.
pub(crate) fn scopes(texts: &[String]) -> Result<Vec<String>> {
    let mut set: Vec<String> = texts.iter().flat_map(|text| text.split(' ')).filter(|s| !s.is_empty()).map(String::from).collect();
    if !set.iter().all(|scope| scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))) {
        return Err(Code::ScopeInvalid.into());
    }
    set.sort_unstable();
    set.dedup();
    Ok(set)
}

fn resources(mut set: Vec<String>) -> Result<Vec<String>> {
    let absolute = |r: &String| {
        let scheme = r.split(':').next().unwrap_or("");
        r.len() > scheme.len() + 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
            && r.bytes().all(|b| b.is_ascii_graphic() && b != b'#')
    };
    match set.iter().find(|r| !absolute(r)) {
        Some(wrong) => Err(Error::new(Code::ResourceInvalid).detail(wrong.as_str())),
        None => {
            set.sort_unstable();
            set.dedup();
            Ok(set)
        }
    }
}

pub(crate) fn invalid(name: &str) -> Error {
    Error::new(Code::OptionInvalid).detail(name)
}
