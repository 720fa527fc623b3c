//! The options of the extended protocol features.

use std::rc::Rc;

use crate::AuthClientOptions;
use crate::hooks::HookFuture;
use crate::json::{Object, Value};

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
        self.hooks.request_object = Some(Rc::new(sign));
        self.with("requestObject", "supplied")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuthClient;

    #[test]
    fn every_option_of_the_extended_features_is_one_that_the_core_knows() {
        for dpop in [Dpop::Required, Dpop::Optional] {
            for mode in [ResponseMode::QueryJwt, ResponseMode::FragmentJwt] {
                let options = AuthClientOptions::new("https://login.example.com", "app").dpop(dpop).par(true).response_mode(mode);
                let options = options.signed_userinfo(true).request_object(|_| Box::pin(async { Err("no key".into()) }));
                AuthClient::new(options).unwrap();
            }
        }
    }
}
