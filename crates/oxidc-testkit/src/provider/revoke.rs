//! Revocation (RFC 7009). A refresh token takes its whole grant with it.

use oxidc_core::wire::http::{Request, Response};

use super::{Parameters, Provider, REVOKED};

impl Provider {
    pub(super) fn revoke(&mut self, request: &Request) -> Response {
        let form = Parameters::of(request);
        let token = form.get("token");
        if let Some(family) = self.refresh_tokens.get(token).map(|token| token.family) {
            self.revoke_family(family, REVOKED);
        }
        if let Some(token) = self.access_tokens.get_mut(token) {
            token.revoked = true;
        }
        Response { status: 200, ..Response::default() }
    }
}
