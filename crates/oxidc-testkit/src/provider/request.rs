//! The application's API (RFC 6750): it accepts the provider's tokens and says why if not.

use oxidc_core::wire::http::Response;

use super::{API, Provider};

impl Provider {
    /// Answers a request of the application at a true time, in milliseconds.
    pub(crate) fn api(&self, now: i64, authorization: Option<&str>) -> Response {
        let token = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or("");
        let meant_for = |resources: &[String]| resources.is_empty() || resources.iter().any(|resource| resource == API);
        if self.accepts(token, now) && meant_for(&self.access_tokens[token].resources) {
            return Response { status: 200, ..Response::default() };
        }
        let challenge = if token.is_empty() { "Bearer" } else { "Bearer error=\"invalid_token\"" };
        Response { status: 401, www_authenticate: Some(challenge.into()), ..Response::default() }
    }
}
