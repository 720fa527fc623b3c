//! An accepted address has one reading: a plain host, a real port, and an origin that is an address itself.

use oxidc_core::wire::url::{Endpoint, split_query};

/// Runs the target.
pub fn check(text: &str) {
    let (base, query, fragment) = split_query(text);
    let written = [base, query.map_or("", |_| "?"), query.unwrap_or(""), fragment.map_or("", |_| "#"), fragment.unwrap_or("")].concat();
    assert_eq!(written, text);

    let Ok(endpoint) = Endpoint::parse(text) else { return };
    assert_eq!(endpoint.as_str(), text);
    assert!(text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['#', '\\']));
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    assert!(scheme == "https" || scheme == "http");
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    assert!(!authority.is_empty() && !authority.contains('@'));

    let origin = endpoint.origin();
    assert_eq!(Endpoint::parse(&origin).map(|origin| origin.origin()), Ok(origin.clone()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse::<u128>().unwrap_or(0)),
        _ => (authority, if scheme == "https" { 443 } else { 80 }),
    };
    let shown = if port == if scheme == "https" { 443 } else { 80 } { String::new() } else { format!(":{port}") };
    // More zeros than fit into a number are still zeros.
    if port > 0 {
        assert_eq!(origin, format!("{scheme}://{}{shown}", host.to_ascii_lowercase()));
    }
    assert!(endpoint.is_secure() == (scheme == "https" || endpoint.is_loopback()));
}
