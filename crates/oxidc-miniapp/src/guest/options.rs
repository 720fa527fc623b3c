//! What the mini-app was built with.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::Value;

use super::Want;
use crate::fault::{Failure, fault};
use crate::{origin, version};

/// An interface whose requests carry a token.
#[derive(Clone, Debug)]
pub struct Api {
    /// Exactly scheme, host and port.
    pub origin: String,
    /// The token that it wants.
    pub want: Want,
}

/// The options of the machine in the frame.
#[derive(Clone, Debug)]
pub struct GuestOptions {
    /// The origins of the hosts, fixed when the mini-app was built. Empty where another transport is used.
    pub(crate) hosts: Vec<String>,
    pub(crate) apis: Vec<Api>,
    pub(crate) versions: Vec<i64>,
    /// How long an answer is waited for.
    pub(crate) timeout: Millis,
    pub(crate) automatic_renewal: bool,
}

impl GuestOptions {
    /// Reads options: `hosts` (list of origins), `allowedOrigins` (list of origins or of objects with `origin`, `audience`, `scopes`), `timeout`
    /// (milliseconds, default 10000), `automaticRenewal` (default true), `versions` (default: all), `transport` (true where
    /// another way to the host is used). `own` is the origin of the page.
    ///
    /// # Errors
    ///
    /// `hosts_invalid` or `same_origin` for the hosts, `allowed_origin_invalid`, `option_invalid`.
    pub fn from_value(options: &Value, own: &str) -> Result<Self, Failure> {
        let elsewhere = options.get("transport").is_some();
        let hosts = if elsewhere { Vec::new() } else { origin::list(options.get("hosts"), own)? };
        let mut apis = Vec::new();
        for entry in options.get("allowedOrigins").and_then(Value::as_array).unwrap_or_default() {
            let text = entry.as_str().or_else(|| entry.get("origin")?.as_str()).unwrap_or_default();
            let origin = origin::check(text).map_err(|_| fault!(AllowedOriginInvalid).detail(text))?;
            apis.push(Api { origin, want: Want::of(entry) });
        }
        let versions = match options.get("versions") {
            Some(list) => version::read(Some(list)).ok_or(fault!(OptionInvalid).detail("versions"))?,
            None => version::SPOKEN.to_vec(),
        };
        let timeout = options.get("timeout").map_or(Some(10 * SECOND), Value::as_integer).filter(|t| (1..=600_000).contains(t));
        Ok(Self {
            hosts,
            apis,
            versions,
            timeout: timeout.ok_or(fault!(OptionInvalid).detail("timeout"))?,
            automatic_renewal: options.get("automaticRenewal").and_then(Value::as_bool).unwrap_or(true),
        })
    }
}
