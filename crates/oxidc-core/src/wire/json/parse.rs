//! Reads JSON.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Number, Object, Value};

/// How deep lists and objects may stand in each other.
const DEEPEST: u8 = 32;
/// How many members an object may have. Each is compared with all others.
const MOST_MEMBERS: usize = 1_000;

/// A text that is not acceptable JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The octet at which reading stopped.
    pub position: usize,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "not acceptable as JSON at octet {}", self.position)
    }
}

impl core::error::Error for Malformed {}

impl Value {
    /// Reads a whole JSON text.
    ///
    /// # Errors
    ///
    /// [`Malformed`] for what RFC 8259 does not allow, and for repeated member names, lone surrogates, more than 32
    /// levels of nesting and more than 1,000 members in an object.
    ///
    /// ```
    /// use oxidc_core::wire::json::Value;
    ///
    /// assert!(Value::parse(r#"{"iss": "a", "iss": "b"}"#).is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0).filter(|_| reader.at == text.len());
        value.ok_or(Malformed { position: reader.at })
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Takes an octet if it is the next one.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        for byte in word.bytes() {
            if !self.take(byte) {
                return None;
            }
        }
        Some(value)
    }

    /// A value, and the blanks around it.
    fn value(&mut self, depth: u8) -> Option<Value> {
        self.blank();
        let value = match self.peek()? {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => self.string(&mut String::new()).map(Value::from),
            b'[' if depth < DEEPEST => self.array(depth + 1),
            b'{' if depth < DEEPEST => self.object(depth + 1),
            b'-' | b'0'..=b'9' => self.number(),
            _ => None,
        }?;
        self.blank();
        Some(value)
    }

    fn array(&mut self, depth: u8) -> Option<Value> {
        self.at += 1;
        let mut list = Vec::new();
        self.blank();
        if self.take(b']') {
            return Some(Value::Array(list));
        }
        loop {
            list.push(self.value(depth)?);
            match self.next()? {
                b',' => (),
                b']' => return Some(Value::Array(list)),
                _ => return None,
            }
        }
    }

    fn object(&mut self, depth: u8) -> Option<Value> {
        self.at += 1;
        let mut object = Object::new();
        self.blank();
        if self.take(b'}') {
            return Some(Value::Object(object));
        }
        loop {
            self.blank();
            let name = self.string(&mut String::new())?.into();
            self.blank();
            if !self.take(b':') {
                return None;
            }
            let value = self.value(depth)?;
            if object.len() == MOST_MEMBERS || object.0.iter().any(|(n, _)| *n == name) {
                return None;
            }
            object.0.push((name, value));
            match self.next()? {
                b',' => (),
                b'}' => return Some(Value::Object(object)),
                _ => return None,
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(Value::Number(Number(self.since(start)?.into())))
    }

    /// What was read from a position on.
    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    /// A text. One without escapes is a part of the whole, another one is put together.
    fn string<'b>(&mut self, out: &'b mut String) -> Option<&'b str>
    where
        'a: 'b,
    {
        if !self.take(b'"') {
            return None;
        }
        loop {
            let plain = self.plain()?;
            let ends = self.take(b'"');
            if ends && out.is_empty() {
                return Some(plain);
            }
            out.push_str(plain);
            if ends {
                return Some(out);
            }
            if !self.take(b'\\') {
                return None;
            }
            out.push(self.escape()?);
        }
    }

    /// What stands for itself.
    fn plain(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at += self.text.as_bytes().get(start..)?.iter().take_while(|byte| PLAIN.get(usize::from(**byte)) == Some(&true)).count();
        self.since(start)
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                if !(0xd800..0xdc00).contains(&unit) {
                    return char::from_u32(unit);
                }
                if !(self.take(b'\\') && self.take(b'u')) {
                    return None;
                }
                let low = self.hex().filter(|low| (0xdc00..0xe000).contains(low))?;
                return char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | u32::from(super::super::form::hex(self.next()?)?);
        }
        Some(unit)
    }
}

/// Which octets stand for themselves in a text. An index out of bounds would end the build.
#[allow(clippy::indexing_slicing)]
static PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut control = 0;
    while control < 0x20 {
        plain[control] = false;
        control += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain
};
