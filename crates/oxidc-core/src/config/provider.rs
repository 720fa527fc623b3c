//! What the provider says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2).

use alloc::string::String;

use super::options::Options;
use crate::error::{Code, Error, Result};
use crate::wire::json::{Object, Value};
use crate::wire::text;
use crate::wire::url::{Endpoint, Refused, split_query};

/// An issuer identifier, kept byte for byte: it is compared, never normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// Checks an issuer identifier: an absolute https address (http on loopback) without query and fragment.
    ///
    /// # Errors
    ///
    /// [`Code::IssuerInvalid`] and [`Code::IssuerInsecure`].
    pub fn parse(text: &str) -> Result<Self> {
        let endpoint = Endpoint::parse(text).map_err(|_| Error::new(Code::IssuerInvalid).detail(text))?;
        let (_, query, _) = split_query(text);
        if query.is_some() {
            return Err(Error::new(Code::IssuerInvalid).detail(text));
        }
        if !endpoint.is_secure() {
            return Err(Error::new(Code::IssuerInsecure).detail(text));
        }
        Ok(Self(text.into()))
    }

    /// The identifier as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the configuration document is (OpenID Connect Discovery 1.0 section 4.1).
    pub(crate) fn configuration(&self) -> String {
        String::from(self.0.strip_suffix('/').unwrap_or(&self.0)) + "/.well-known/openid-configuration"
    }
}

/// What of the provider's metadata the client uses: the document, checked and cut to the members that are read.
#[derive(Clone, Debug)]
pub struct Metadata(Object);

/// The endpoints that are checked when the document is read. The first two must be there.
const ENDPOINTS: &[&str] =
    &["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint", "revocation_endpoint"];

/// The members that are read, and so the ones that are cached; those of the extended features after them.
const MEMBERS: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
    "revocation_endpoint",
    "authorization_response_iss_parameter_supported",
    "require_pushed_authorization_requests",
    "response_types_supported",
    "code_challenge_methods_supported",
    #[cfg(feature = "extended")]
    "pushed_authorization_request_endpoint",
    #[cfg(feature = "extended")]
    "device_authorization_endpoint",
    #[cfg(feature = "extended")]
    "dpop_signing_alg_values_supported",
    #[cfg(feature = "extended")]
    "check_session_iframe",
];

/// The members of a provider that is described by hand.
const DESCRIBED: &[&str] = &[
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "jwks",
    "userinfo_endpoint",
    "end_session_endpoint",
    "revocation_endpoint",
    "authorization_response_iss_parameter_supported",
    "require_pushed_authorization_requests",
    #[cfg(feature = "extended")]
    "pushed_authorization_request_endpoint",
    #[cfg(feature = "extended")]
    "device_authorization_endpoint",
    #[cfg(feature = "extended")]
    "dpop_signing_alg_values_supported",
    #[cfg(feature = "extended")]
    "check_session_iframe",
];

impl Metadata {
    /// Reads a configuration document, discovered or cached, and checks it as if it came from a stranger.
    ///
    /// # Errors
    ///
    /// [`Code::DiscoveryIssuerMismatch`], [`Code::DiscoveryInvalid`], [`Code::EndpointInsecure`],
    /// [`Code::FlowUnsupported`] or [`Code::PkceUnsupported`].
    pub fn parse(document: &Value, issuer: &Issuer) -> Result<Self> {
        let named = document.text("issuer").ok_or_else(|| wrong("issuer"))?;
        if named != issuer.as_str() {
            let both = text(&["configured \"", issuer.as_str(), "\", published \"", named, "\""]);
            return Err(Error::new(Code::DiscoveryIssuerMismatch).detail(both));
        }
        // RFC 8414 section 2: only a list that excludes what we need is held against the provider.
        if !offers(document, "response_types_supported", "code") {
            return Err(Code::FlowUnsupported.into());
        }
        if !offers(document, "code_challenge_methods_supported", "S256") {
            return Err(Code::PkceUnsupported.into());
        }
        let metadata = Self::endpoints(document)?;
        if metadata.address("jwks_uri").is_none() {
            return Err(wrong("jwks_uri"));
        }
        Ok(metadata)
    }

    /// Reads a provider that the application describes itself.
    ///
    /// # Errors
    ///
    /// [`Code::OptionUnknown`] for other members than those of `ProviderMetadata`, and as [`parse`](Self::parse).
    pub fn by_hand(described: &Value) -> Result<Self> {
        Options::read(Some(described), DESCRIBED).done()?;
        Self::endpoints(described)
    }

    fn endpoints(document: &Value) -> Result<Self> {
        for (at, name) in ENDPOINTS.iter().enumerate() {
            if endpoint(document, name)?.is_none() && at < 2 {
                return Err(wrong(name));
            }
        }
        Ok(Self(document.as_object().map(|document| document.only(MEMBERS)).unwrap_or_default()))
    }

    /// The address of an endpoint that was checked.
    pub(crate) fn address(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    pub(crate) fn authorization_endpoint(&self) -> &str {
        self.address("authorization_endpoint").unwrap_or_default()
    }

    pub(crate) fn token_endpoint(&self) -> &str {
        self.address("token_endpoint").unwrap_or_default()
    }

    /// Whether every authorization response has `iss` (RFC 9207 section 3).
    pub(crate) fn names_itself(&self) -> bool {
        self.0.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true))
    }

    /// Whether requests must be pushed (RFC 9126 section 5).
    pub(crate) fn requires_pushed(&self) -> bool {
        self.0.get("require_pushed_authorization_requests") == Some(&Value::Bool(true))
    }

    /// An endpoint that only the extended features use.
    #[cfg(feature = "extended")]
    pub(crate) fn endpoint(&self, name: &str) -> Result<Endpoint> {
        endpoint(&self.to_value(), name)?.ok_or_else(|| Error::new(Code::EndpointMissing).detail(name))
    }

    /// Whether a list of supported values, if there is one, has the value.
    #[cfg(feature = "extended")]
    pub(crate) fn offers(&self, list: &str, value: &str) -> bool {
        offers(&self.to_value(), list, value)
    }

    /// The document as far as it is used.
    pub(crate) fn to_value(&self) -> Value {
        self.0.clone().into()
    }
}

/// Whether a list of supported values, if there is one, has the value.
fn offers(document: &Value, list: &str, value: &str) -> bool {
    match document.list(list) {
        Some(values) => values.iter().any(|v| v.as_str() == Some(value)),
        None => true,
    }
}

fn endpoint(document: &Value, name: &str) -> Result<Option<Endpoint>> {
    let Some(value) = document.get(name) else { return Ok(None) };
    let address = value.as_str().ok_or_else(|| wrong(name))?;
    let insecure = || Error::new(Code::EndpointInsecure).detail(text(&[name, ": ", address]));
    match Endpoint::parse(address) {
        Ok(endpoint) if endpoint.is_secure() => Ok(Some(endpoint)),
        Ok(_) | Err(Refused::NotAbsolute | Refused::Credentials) => Err(insecure()),
        Err(_) => Err(wrong(name)),
    }
}

fn wrong(name: &str) -> Error {
    Error::new(Code::DiscoveryInvalid).detail(name)
}
