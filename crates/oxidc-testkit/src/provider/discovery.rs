//! The configuration document (OpenID Connect Discovery 1.0 section 3).

use oxidc_core::wire::http::Response;
use serde_json::json;

use super::{ISSUER, Provider};
use crate::network;

impl Provider {
    pub(super) fn discovery(&self) -> Response {
        let at = |path: &str| format!("{ISSUER}{path}");
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"),
            "userinfo_endpoint": at("/userinfo"),
            "authorization_response_iss_parameter_supported": true,
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        });
        if self.revocation {
            document["revocation_endpoint"] = at("/revoke").into();
        }
        if self.end_session {
            document["end_session_endpoint"] = at("/end").into();
        }
        network::json(200, &document)
    }
}
