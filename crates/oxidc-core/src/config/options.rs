//! Reads options and arguments member by member; nothing is ignored silently.
//!
//! The first mistake is remembered and told at the end, so that a reader need not stop at each member: that is
//! shorter to write, and a third of the code in the module that browsers load.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Code, Error, Result};
use crate::wire::json::{Object, Value};
use crate::wire::url::{cut, parts};

/// The members of one object of the application.
pub(crate) struct Options<'a> {
    object: Option<&'a Object>,
    wrong: Option<Error>,
}

impl<'a> Options<'a> {
    /// Refuses what is no object and members that are not known.
    pub(crate) fn read(value: Option<&'a Value>, known: &[&str]) -> Self {
        let mut options = Self { object: value.and_then(Value::as_object), wrong: None };
        match options.object {
            Some(object) => {
                for (name, _) in object.iter() {
                    if !known.contains(&name) {
                        options.refuse(Code::OptionUnknown, name);
                    }
                }
            }
            None if value.is_some() => options.refuse(Code::OptionInvalid, "options"),
            None => (),
        }
        options
    }

    /// Remembers a mistake.
    pub(crate) fn refuse(&mut self, code: Code, detail: &str) {
        if self.wrong.is_none() {
            self.wrong = Some(Error::new(code).detail(detail));
        }
    }

    /// Tells the first mistake.
    pub(crate) fn done(self) -> Result<()> {
        self.wrong.map_or(Ok(()), Err)
    }

    /// A member as it is; null counts as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object?.get(name).filter(|value| !matches!(value, Value::Null))
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.value(name)?.as_str();
        if text.is_none() {
            self.refuse(Code::OptionInvalid, name);
        }
        text.map(String::from)
    }

    pub(crate) fn flag(&mut self, name: &str, default: bool) -> bool {
        let Some(value) = self.value(name) else { return default };
        value.as_bool().unwrap_or_else(|| {
            self.refuse(Code::OptionInvalid, name);
            default
        })
    }

    /// Whether the mode is the given one and not a redirect.
    pub(crate) fn window(&mut self, mode: &str, default: bool) -> bool {
        let Some(chosen) = self.text("mode") else { return default };
        if chosen != mode && chosen != "redirect" {
            self.refuse(Code::OptionInvalid, "mode");
        }
        chosen == mode
    }

    /// A whole number within limits.
    pub(crate) fn number(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        let number = self.value(name)?.as_integer();
        if !number.is_some_and(|n| least <= n && n <= most) {
            self.refuse(Code::OptionInvalid, name);
        }
        number
    }

    /// A list of texts, or one text. Empty where there is none.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        let Some(value) = self.value(name) else { return texts };
        for item in value.as_array().unwrap_or(core::slice::from_ref(value)) {
            match item.as_str() {
                Some(text) => texts.push(text.into()),
                None => self.refuse(Code::OptionInvalid, name),
            }
        }
        texts
    }

    /// A set of scopes (RFC 6749 section 3.3): a list, or one text with spaces between. Empty where there is none.
    pub(crate) fn scopes(&mut self, name: &str) -> Vec<String> {
        let mut set = Vec::new();
        for text in self.texts(name) {
            for scope in parts(&text, b' ') {
                if !scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
                    self.refuse(Code::ScopeInvalid, name);
                }
                if !scope.is_empty() {
                    add(&mut set, scope);
                }
            }
        }
        set
    }

    /// A set of resources (RFC 8707 section 2). Empty where there is none.
    pub(crate) fn resources(&mut self, name: &str) -> Vec<String> {
        let mut set = Vec::new();
        for resource in self.texts(name) {
            let (scheme, rest) = cut(&resource, b':');
            let absolute = rest.is_some_and(|rest| !rest.is_empty())
                && !scheme.is_empty()
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
                && resource.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
            if !absolute {
                self.refuse(Code::ResourceInvalid, &resource);
            }
            add(&mut set, &resource);
        }
        set
    }
}

/// Adds a member to a set.
pub(crate) fn add(set: &mut Vec<String>, member: &str) {
    if !has(set, member) {
        set.push(member.into());
    }
}

/// Whether a list has a member.
pub(crate) fn has(list: &[String], member: &str) -> bool {
    list.iter().any(|one| one == member)
}

/// Whether two sets have the same members. Neither holds one twice.
pub(crate) fn same_set(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|member| has(b, member))
}
