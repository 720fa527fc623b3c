//! A provider without a discovery document.

use crate::json::{Object, Value};

/// A provider described by hand, for those without a discovery document (OpenID Connect Discovery 1.0, section 3).
#[derive(Clone, Debug)]
pub struct ProviderMetadata(pub(crate) Object);

impl ProviderMetadata {
    /// Where people sign in, and where codes and refresh tokens are exchanged.
    #[must_use]
    pub fn new(authorization_endpoint: impl Into<String>, token_endpoint: impl Into<String>) -> Self {
        let endpoints = Object::new().with("authorization_endpoint", authorization_endpoint.into());
        Self(endpoints.with("token_endpoint", token_endpoint.into()))
    }

    /// Where the provider's keys are. Either this or [`jwks`](Self::jwks).
    #[must_use]
    pub fn jwks_uri(self, uri: impl Into<String>) -> Self {
        Self(self.0.with("jwks_uri", uri.into()))
    }

    /// The provider's keys themselves, a JWK Set (RFC 7517 section 5).
    #[must_use]
    pub fn jwks(self, keys: Value) -> Self {
        Self(self.0.with("jwks", keys))
    }

    /// Where user information is read.
    #[must_use]
    pub fn userinfo_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self(self.0.with("userinfo_endpoint", endpoint.into()))
    }

    /// Where people sign out.
    #[must_use]
    pub fn end_session_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self(self.0.with("end_session_endpoint", endpoint.into()))
    }

    /// Where tokens are revoked.
    #[must_use]
    pub fn revocation_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self(self.0.with("revocation_endpoint", endpoint.into()))
    }

    /// Whether the provider names itself in callbacks (RFC 9207).
    #[must_use]
    pub fn authorization_response_iss_parameter_supported(self, supported: bool) -> Self {
        Self(self.0.with("authorization_response_iss_parameter_supported", supported))
    }
}
