//! Tokens for a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6).

use oxidc_core::wire::base64url;
use oxidc_core::wire::http::Response;
use sha2::{Digest, Sha256};

use super::{CLIENT_ID, Family, Parameters, Provider, refused};
use crate::network;

impl Provider {
    pub(super) fn exchange(&mut self, now: i64, form: &Parameters) -> Response {
        if form.get("grant_type") != "authorization_code" {
            return refused("unsupported_grant_type");
        }
        let Some(code) = self.codes.get(form.get("code")).cloned() else { return refused("invalid_grant") };
        if let Some(family) = code.used {
            // RFC 6749 section 4.1.2: a code that is used twice was seen by two.
            self.revoke_family(family, "the code was used twice");
            return refused("invalid_grant");
        }
        let challenge = base64url::encode(&Sha256::digest(form.get("code_verifier").as_bytes()));
        let bound = form.get("client_id") == CLIENT_ID && form.get("redirect_uri") == code.redirect_uri && challenge == code.challenge;
        if !bound || now >= code.expires {
            return refused("invalid_grant");
        }
        let family = self.families.len();
        self.families.push(Family {
            subject: code.subject.clone(),
            scopes: code.scopes.clone(),
            resources: code.resources.clone(),
            nonce: Some(code.nonce.clone()),
            auth_time: code.auth_time,
            over: None,
        });
        if let Some(code) = self.codes.get_mut(form.get("code")) {
            code.used = Some(family);
        }
        network::json(200, &self.tokens(now, family, &code.scopes, Vec::new(), true, true))
    }
}
