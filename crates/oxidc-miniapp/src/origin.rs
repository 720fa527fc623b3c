//! Exact origins. There are no patterns, because patterns are where such lists go wrong.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::wire::json::Value;

use crate::fault::{Failure, fault};

/// An origin as browsers write it: `https`, or `http` on this machine; never `null`.
///
/// ```
/// use oxidc_miniapp::origin;
///
/// assert!(origin::check("https://app.example.com").is_ok());
/// assert!(origin::check("https://app.example.com/").is_err());
/// assert!(origin::check("null").is_err());
/// ```
///
/// # Errors
///
/// `hosts_invalid` for everything else.
pub fn check(text: &str) -> Result<String, Failure> {
    if is_exact(text) { Ok(text.into()) } else { Err(fault!(HostsInvalid).detail(text)) }
}

/// Nothing is parsed: what is no origin as browsers write it is equal to none, and what must be refused has a character that no origin has.
fn is_exact(text: &str) -> bool {
    let (host, usual) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(host), _) => (host, ":443"),
        (_, Some(host)) if is_loopback(host) => (host, ":80"),
        _ => return false,
    };
    let written = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_:[]".contains(&byte);
    !host.is_empty() && !host.starts_with(':') && host.bytes().all(written) && !host.ends_with(usual) && !host.ends_with(':')
}

/// This machine, with or without a port.
fn is_loopback(host: &str) -> bool {
    let end = host.len() - host.bytes().rev().position(|byte| byte == b':').map_or(0, |digits| digits + 1);
    let name = host.get(..end).filter(|_| !host.ends_with(']')).unwrap_or(host);
    name == "localhost"
        || name.ends_with(".localhost")
        || name == "[::1]"
        || (name.starts_with("127.") && name.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()))
}

/// A list of origins, none of which is our own.
///
/// # Errors
///
/// `hosts_invalid` for an empty list or an entry that is no origin; `same_origin` for our own.
pub fn list(value: Option<&Value>, own: &str) -> Result<Vec<String>, Failure> {
    let entries = value.and_then(Value::as_array).filter(|list| !list.is_empty()).ok_or(fault!(HostsInvalid))?;
    let mut origins = Vec::new();
    for entry in entries {
        let origin = check(entry.as_str().unwrap_or_default())?;
        if origin == own {
            return Err(fault!(SameOrigin).detail(own));
        }
        origins.push(origin);
    }
    Ok(origins)
}
