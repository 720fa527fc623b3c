//! Addresses, kept byte for byte and only checked for what makes them dangerous. Resolving is left to the platform.

use alloc::string::String;

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

struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
}

impl Endpoint {
    /// Checks an address.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let parts = split(text).ok_or(Refused::NotAbsolute)?;
        if text.contains('#') {
            return Err(Refused::Fragment);
        }
        if text.bytes().any(|b| !b.is_ascii_graphic() || b"\"\\<>^`{|}".contains(&b)) {
            return Err(Refused::Character);
        }
        if authority(text).contains('@') {
            return Err(Refused::Credentials);
        }
        if !is_host(parts.host) {
            return Err(Refused::Host);
        }
        match parts.port {
            Some(port) if !is_port(port) => Err(Refused::Port),
            _ => Ok(Self(text.into())),
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
        let host = split(&self.0).map_or("", |parts| parts.host).to_ascii_lowercase();
        let of_127 = host.strip_prefix("127.").is_some_and(|rest| {
            rest.split('.').count() == 3 && rest.split('.').all(|part| part.parse::<u8>().is_ok())
        });
        of_127 || host == "localhost" || host.ends_with(".localhost") || host == "[::1]"
    }

    /// Whether it may be used: `https`, or `http` on this machine.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https:") || self.is_loopback()
    }

    /// Scheme, host and port as browsers write an origin: host in lower case, the usual port left out.
    #[must_use]
    pub fn origin(&self) -> String {
        let Some(Parts { scheme, host, port }) = split(&self.0) else { return String::new() };
        let usual = if scheme == "https" { 443 } else { 80 };
        let mut origin = String::from(scheme);
        origin.push_str("://");
        origin.push_str(&host.to_ascii_lowercase());
        if let Some(port) = port.map(|port| port.trim_start_matches('0')).filter(|port| port.parse() != Ok(usual)) {
            origin.push(':');
            origin.push_str(port);
        }
        origin
    }
}

/// Splits an address into what stands before `?` and `#`, the query and the fragment.
#[must_use]
pub fn split_query(url: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, fragment) = match url.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (url, None),
    };
    match rest.split_once('?') {
        Some((base, query)) => (base, Some(query), fragment),
        None => (rest, None, fragment),
    }
}

fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or("")
}

fn split(text: &str) -> Option<Parts<'_>> {
    let scheme = ["https", "http"].into_iter().find(|s| text.strip_prefix(*s).is_some_and(|rest| rest.starts_with("://")))?;
    let authority = authority(text);
    // The brackets of an IPv6 address belong to the host.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    Some(Parts { scheme, host, port })
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return address.parse::<core::net::Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    // Browsers read a host whose last label is a number as an IPv4 address, in forms that servers do not.
    let last_is_number = host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    if last_is_number {
        return host.parse::<core::net::Ipv4Addr>().is_ok();
    }
    host.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}
