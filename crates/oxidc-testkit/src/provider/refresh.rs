//! Tokens for a refresh token (RFC 6749 section 6), with rotation and the detection of reuse (RFC 9700 section 4.14.2).

use oxidc_core::wire::http::Response;

use super::{CLIENT_ID, Family, Parameters, Provider, Rotation, USED_AGAIN, refused, words};
use crate::network;

impl Provider {
    pub(super) fn refresh(&mut self, now: i64, form: &Parameters) -> Response {
        let stale = if self.says_invalid_request { "invalid_request" } else { "invalid_grant" };
        let Some(token) = self.refresh_tokens.get_mut(form.get("refresh_token")) else { return refused(stale) };
        let (family, used, issued) = (token.family, token.used, token.issued);
        if form.get("client_id") != CLIENT_ID || now >= issued + self.refresh_lifetime {
            return refused(stale);
        }
        if let (Some(used), Rotation::Grace(grace)) = (used, self.rotation)
            && now > used + grace
        {
            self.reused += 1;
            token.used_again.get_or_insert(now);
            self.revoke_family(family, USED_AGAIN);
        }
        if self.families[family].over.is_some() {
            return refused(stale);
        }
        let Family { scopes, resources, .. } = self.families[family].clone();
        let (wanted, asked) = (words(form.get("scope")), form.all("resource"));
        if wanted.iter().any(|scope| !scopes.contains(scope)) {
            return refused("invalid_scope");
        }
        if asked.iter().any(|resource| !resources.contains(resource)) {
            return refused("invalid_target");
        }
        let rotate = self.rotation != Rotation::None;
        if rotate && let Some(token) = self.refresh_tokens.get_mut(form.get("refresh_token")) {
            token.used.get_or_insert(now);
        }
        self.refreshed += 1;
        let granted = if wanted.is_empty() { &scopes } else { &wanted };
        network::json(200, &self.tokens(now, family, granted, asked, self.id_token_at_refresh, rotate))
    }
}
