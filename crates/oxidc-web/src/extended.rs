//! The options of the extended protocol features.

use std::rc::Rc;

use crate::hooks::{HookFuture, RequestObjectSigner};
use crate::json::{Object, Value};
use crate::{AuthClientOptions, ProviderMetadata};

/// Whether tokens are bound to a key of this browser (RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dpop {
    /// A provider that does not do it is refused.
    Required,
    /// The bearer tokens of a provider that does not do it are used.
    Optional,
}

/// How a signed authorization response comes back (JARM section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseMode {
    /// In the query of the address.
    QueryJwt,
    /// In the fragment of the address.
    FragmentJwt,
}

/// The extended protocol features.
impl AuthClientOptions {
    /// Binds tokens to a key of this browser (RFC 9449), so that a stolen token is of no use elsewhere. Default: they are not bound.
    #[must_use]
    pub fn dpop(self, dpop: Dpop) -> Self {
        self.with(
            "dpop",
            match dpop {
                Dpop::Required => Value::from(true),
                Dpop::Optional => "optional".into(),
            },
        )
    }

    /// Pushes authorization requests to the provider first (RFC 9126). Default: where the provider demands it.
    #[must_use]
    pub fn par(self, wanted: bool) -> Self {
        self.with("par", wanted)
    }

    /// Sends authorization requests as signed JWTs (RFC 9101), which the application makes from the claims.
    #[must_use]
    pub fn request_object(mut self, sign: impl Fn(Object) -> HookFuture<Result<String, String>> + 'static) -> Self {
        self.hooks.request_object = Some(RequestObjectSigner::Supplied(Rc::new(sign)));
        self.with("requestObject", "supplied")
    }

    /// Sends authorization requests as JWTs (RFC 9101) that are signed with this private key, whose usage is `sign`. The algorithm is one
    /// such as `ES256`; `key_id` is the `kid` under which the provider knows the key, if it has one.
    ///
    /// ```no_run
    /// use oxidc_web::AuthClientOptions;
    ///
    /// fn signed(key: web_sys::CryptoKey) -> AuthClientOptions {
    ///     AuthClientOptions::new("https://login.example.com", "my-app").request_object_key(key, "ES256", Some("k1"))
    /// }
    /// ```
    #[must_use]
    pub fn request_object_key(mut self, key: web_sys::CryptoKey, algorithm: &str, key_id: Option<&str>) -> Self {
        self.hooks.request_object = Some(RequestObjectSigner::Key(key));
        let named = Object::new().with("key", "requestObject").with("algorithm", algorithm).with_some("keyId", key_id);
        self.with("requestObject", named)
    }

    /// Whether a hidden frame of the provider is asked every few seconds whether the person's session there changed (OpenID Connect Session
    /// Management 1.0), where the provider has one. Default false.
    #[must_use]
    pub fn check_session(self, wanted: bool) -> Self {
        self.with("checkSession", wanted)
    }

    /// Asks for a signed authorization response (JARM), in the address's query or fragment. Default: none is asked for.
    #[must_use]
    pub fn response_mode(self, mode: ResponseMode) -> Self {
        self.with(
            "responseMode",
            match mode {
                ResponseMode::QueryJwt => "query.jwt",
                ResponseMode::FragmentJwt => "fragment.jwt",
            },
        )
    }

    /// Whether the provider was told to sign user information (`userinfo_signed_response_alg`). Default false.
    #[must_use]
    pub fn signed_userinfo(self, signed: bool) -> Self {
        self.with("signedUserinfo", signed)
    }
}

impl ProviderMetadata {
    /// The frame that tells of changes of the person's session (OpenID Connect Session Management 1.0).
    #[must_use]
    pub fn check_session_iframe(self, frame: impl Into<String>) -> Self {
        Self(self.0.with("check_session_iframe", frame.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuthClient;

    #[test]
    fn every_option_of_the_extended_features_is_one_that_the_core_knows() {
        for dpop in [Dpop::Required, Dpop::Optional] {
            for mode in [ResponseMode::QueryJwt, ResponseMode::FragmentJwt] {
                let options = AuthClientOptions::new("https://login.example.com", "app").dpop(dpop).par(true).response_mode(mode);
                let provider = ProviderMetadata::new("https://login.example.com/auth", "https://login.example.com/token");
                let provider = provider.jwks_uri("https://login.example.com/jwks").check_session_iframe("https://login.example.com/check");
                let options = options
                    .provider(provider)
                    .check_session(true)
                    .signed_userinfo(true)
                    .request_object(|_| Box::pin(async { Err("no key".into()) }));
                AuthClient::new(options).unwrap();
            }
        }
    }
}
