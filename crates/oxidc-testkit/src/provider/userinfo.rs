//! User information (OpenID Connect Core 1.0 section 5.3).

use oxidc_core::wire::http::{Request, Response};
use serde_json::json;

use super::{Provider, bearer};
use crate::network;

impl Provider {
    pub(super) fn userinfo(&self, now: i64, request: &Request) -> Response {
        let token = bearer(request);
        if !self.accepts(token, now) {
            return network::json(401, &json!({ "error": "invalid_token" }));
        }
        let subject = &self.families[self.access_tokens[token].family].subject;
        network::json(200, &json!({ "sub": subject, "email": format!("{subject}@example.com") }))
    }
}
