//! Addresses, kept byte for byte and only checked for what makes them dangerous. Resolving is left to the platform.

use alloc::string::String;
use alloc::vec::Vec;

/// An absolute `http` or `https` address without credentials and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It does not begin with `https://` or `http://`.
    NotAbsolute,
    /// It has a fragment.
    Fragment,
    /// It has a user name or password.
    Credentials,
    /// It has a character that no address has, or that browsers read in another way than servers.
    Character,
    /// The port is no number from 1 to 65535.
    Port,
    /// The host is missing or malformed.
    Host,
}

impl Endpoint {
    /// Checks an address.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let (_, host, port) = split(text).ok_or(Refused::NotAbsolute)?;
        for byte in text.bytes() {
            match byte {
                b'#' => return Err(Refused::Fragment),
                b'"' | b'\\' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' => return Err(Refused::Character),
                0x21..=0x7e => (),
                _ => return Err(Refused::Character),
            }
        }
        if authority(text).bytes().any(|b| b == b'@') {
            Err(Refused::Credentials)
        } else if !is_host(host) {
            Err(Refused::Host)
        } else if !port.is_none_or(is_port) {
            Err(Refused::Port)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the host is this machine: `localhost` and below, `127.0.0.0/8`, `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let Some((_, host, _)) = split(&self.0) else { return false };
        let host = host.to_ascii_lowercase();
        (host.starts_with("127.") && is_ipv4(&host)) || host == "localhost" || host.ends_with(".localhost") || host == "[::1]"
    }

    /// Whether it may be used: `https`, or `http` on this machine.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https:") || self.is_loopback()
    }

    /// Scheme, host and port as browsers write an origin: host in lower case, the usual port left out.
    #[must_use]
    pub fn origin(&self) -> String {
        let Some((scheme, host, port)) = split(&self.0) else { return String::new() };
        let mut origin = String::from(scheme);
        origin.push_str("://");
        origin.push_str(&host.to_ascii_lowercase());
        let usual = if scheme == "https" { 443 } else { 80 };
        if let Some(port) = port.map(number).filter(|port| *port != usual) {
            origin.push(':');
            origin.push_str(&super::decimal(port));
        }
        origin
    }
}

/// Splits an address into what stands before `?` and `#`, the query and the fragment.
#[must_use]
pub fn split_query(url: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, fragment) = cut(url, b'#');
    let (base, query) = cut(rest, b'?');
    (base, query, fragment)
}

/// What stands before an ASCII character, and what stands after it. (Lighter than `split_once`.)
pub(crate) fn cut(text: &str, at: u8) -> (&str, Option<&str>) {
    let found = text.bytes().position(|byte| byte == at);
    let Some((before, rest)) = found.and_then(|found| text.split_at_checked(found)) else { return (text, None) };
    let mut after = rest.chars();
    after.next();
    (before, Some(after.as_str()))
}

/// The parts between an ASCII character. (Lighter than `split`.)
pub(crate) fn parts(text: &str, between: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (part, after) = cut(text, between);
        parts.push(part);
        rest = after;
    }
    parts
}

fn after_scheme(text: &str) -> Option<(&'static str, &str)> {
    match text.strip_prefix("https://") {
        Some(rest) => Some(("https", rest)),
        None => text.strip_prefix("http://").map(|rest| ("http", rest)),
    }
}

fn authority(text: &str) -> &str {
    let rest = after_scheme(text).map_or("", |(_, rest)| rest);
    cut(split_query(rest).0, b'/').0
}

/// Scheme, host and port.
fn split(text: &str) -> Option<(&'static str, &str, Option<&str>)> {
    let (scheme, _) = after_scheme(text)?;
    let authority = authority(text);
    // The colons within brackets belong to an IPv6 address.
    let port = authority.bytes().rev().take_while(|b| *b != b']').position(|b| b == b':');
    match port.and_then(|digits| authority.split_at_checked(authority.len() - digits - 1)) {
        Some((host, port)) => Some((scheme, host, cut(port, b':').1)),
        None => Some((scheme, authority, None)),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        // The platform reads it in full; here it only must be nothing else.
        let inner = |b: u8| b.is_ascii_hexdigit() || b == b':' || b == b'.';
        return address.len() > 2 && address.ends_with(']') && address.bytes().take(address.len() - 1).all(inner);
    }
    let (mut length, mut first, mut well_formed) = (0, 0, true);
    for byte in host.bytes() {
        if byte == b'.' {
            well_formed &= length > 0;
            length = 0;
        } else {
            well_formed &= byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            if length == 0 {
                first = byte;
            }
            length += 1;
        }
    }
    // Browsers read a host whose last label is a number as an IPv4 address, in forms that servers do not.
    well_formed && length > 0 && (!first.is_ascii_digit() || is_ipv4(host))
}

/// Four decimal numbers without leading zeros.
fn is_ipv4(host: &str) -> bool {
    let mut rest = Some(host);
    for _ in 0..4 {
        let Some(text) = rest else { return false };
        let (part, after) = cut(text, b'.');
        if part.is_empty() || part.len() > 3 || number(part) > 255 || (part.len() > 1 && part.starts_with('0')) {
            return false;
        }
        rest = after;
    }
    rest.is_none()
}

fn is_port(port: &str) -> bool {
    (1..=65_535).contains(&number(port))
}

/// The value of decimal digits; something too large for anything when there are others.
fn number(digits: &str) -> i64 {
    let too_large = i64::from(u32::MAX);
    digits.bytes().fold(0, |n, b| if b.is_ascii_digit() { too_large.min(n * 10 + i64::from(b - b'0')) } else { too_large })
}
