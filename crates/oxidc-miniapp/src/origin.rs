//! Exact origins. There are no patterns, because patterns are where such lists go wrong.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::wire::json::Value;
use oxidc_core::wire::url::Endpoint;

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
    match Endpoint::parse(text) {
        Ok(endpoint) if endpoint.is_secure() && endpoint.origin() == text => Ok(text.into()),
        _ => Err(fault!(HostsInvalid).detail(text)),
    }
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
