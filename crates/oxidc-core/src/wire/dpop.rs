//! DPoP proofs (RFC 9449): what is in them. Who sends them is in `bound`.

use alloc::string::String;
use alloc::vec::Vec;

use super::base64url;
use super::json::{Object, Value};
use super::text;
use super::url::{cut, split_query};

/// The longest nonce that is kept, in characters.
const LONGEST_NONCE: usize = 1_024;

/// A public key for ES256, as it goes into a proof: `kty`, `crv`, `x` and `y`, and nothing private.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKey {
    x: String,
    y: String,
}

impl PublicKey {
    /// Reads a JWK (RFC 7517). `None` for any other kind of key.
    #[must_use]
    pub fn parse(jwk: &str) -> Option<Self> {
        let jwk = Value::parse(jwk).ok()?;
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        let coordinate = |name: &str| member(name).filter(|c| base64url::decode(c).is_some_and(|octets| octets.len() == 32));
        let fits = member("kty") == Some("EC") && member("crv") == Some("P-256");
        if fits { Some(Self { x: coordinate("x")?.into(), y: coordinate("y")?.into() }) } else { None }
    }

    /// The key as a JWK.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Object::new().with("kty", "EC").with("crv", "P-256").with("x", self.x.as_str()).with("y", self.y.as_str()).into()
    }

    /// The text whose SHA-256 is the key's thumbprint (RFC 7638 section 3).
    #[must_use]
    pub fn thumbprint_input(&self) -> String {
        text(&["{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"", &self.x, "\",\"y\":\"", &self.y, "\"}"])
    }
}

/// The header of a proof (RFC 9449 section 4.2).
#[must_use]
pub fn header(key: &PublicKey) -> Value {
    Object::new().with("typ", "dpop+jwt").with("alg", "ES256").with("jwk", key.to_value()).into()
}

/// What one proof says (RFC 9449 section 4.2).
#[derive(Clone, Debug)]
pub struct Claims<'a> {
    /// Unique: at least 96 random bits.
    pub jti: &'a str,
    /// The method, as it goes on the wire.
    pub htm: &'a str,
    /// The address, as [`htu`] gives it.
    pub htu: &'a str,
    /// Seconds since 1970.
    pub iat: i64,
    /// The base64url SHA-256 of the access token that goes along.
    pub ath: Option<&'a str>,
    /// What the server last gave out.
    pub nonce: Option<&'a str>,
}

impl Claims<'_> {
    /// The payload of the proof.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let claims = Object::new().with("jti", self.jti).with("htm", self.htm).with("htu", self.htu).with("iat", self.iat);
        claims.with_some("ath", self.ath).with_some("nonce", self.nonce).into()
    }
}

/// Whether a nonce is one (RFC 9449 section 8.1). Two that were joined with a comma are none.
#[must_use]
pub fn is_nonce(text: &str) -> bool {
    (1..=LONGEST_NONCE).contains(&text.len()) && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e) && b != b',')
}

/// The `htu` of an address: without query and fragment, normalised by syntax and scheme (RFC 3986 sections 6.2.2 and 6.2.3) so
/// that both sides agree. `None` for what is no http address, for credentials, and for a host that was not brought into ASCII.
///
/// ```
/// use oxidc_core::wire::dpop::htu;
///
/// assert_eq!(htu("HTTPS://Api.Example.com:443/a/../%7Eb?c#d").as_deref(), Some("https://api.example.com/~b"));
/// ```
#[must_use]
pub fn htu(url: &str) -> Option<String> {
    let (base, _, _) = split_query(url);
    let (scheme, rest) = cut(base, b':');
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let rest = rest?.strip_prefix("//")?;
    let (authority, path) = cut(rest, b'/');
    let authority = authority.to_ascii_lowercase();
    let host = authority.strip_suffix(usual).or_else(|| authority.strip_suffix(':')).unwrap_or(&authority);
    if host.is_empty() || !host.bytes().all(|b| b.is_ascii_graphic() && b != b'@' && b != b'\\') {
        return None;
    }
    Some(text(&[&scheme, "://", host, &path_of(path.unwrap_or(""))]))
}

/// A path without dot segments, whose escapes are in their normal form.
fn path_of(path: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut open = true;
    for segment in path.split('/') {
        let segment = unescaped(segment);
        open = false;
        match segment.as_str() {
            "." => open = true,
            ".." => {
                kept.pop();
                open = true;
            }
            _ => kept.push(segment),
        }
    }
    if open {
        kept.push(String::new());
    }
    let mut out = String::new();
    for segment in &kept {
        out.push('/');
        out.push_str(segment);
    }
    out
}

/// Decodes what needs no escape (RFC 3986 section 2.3), and writes the other escapes in upper case.
fn unescaped(segment: &str) -> String {
    let mut out = String::new();
    let mut rest = segment.chars();
    while let Some(c) = rest.next() {
        let escape = (c == '%').then(|| rest.as_str().get(..2)).flatten();
        let octet = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (octet, escape) {
            (Some(octet), Some(digits)) => {
                if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
                    out.push(char::from(octet));
                } else {
                    out.push('%');
                    out.push_str(&digits.to_ascii_uppercase());
                }
                rest.next();
                rest.next();
            }
            _ => out.push(c),
        }
    }
    out
}
