//! The authorization endpoint (OpenID Connect Core 1.0 section 3.1.2). Whoever comes signs in at once.

use url::Url;

use super::{API, CLIENT_ID, ISSUER, Provider};
use crate::world::APP;

/// An authorization code and what it is bound to.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) challenge: String,
    pub(super) redirect_uri: String,
    pub(super) nonce: String,
    pub(super) scopes: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) subject: String,
    pub(super) auth_time: i64,
    /// True milliseconds.
    pub(super) expires: i64,
    /// The grant that was made from it.
    pub(super) used: Option<usize>,
}

impl Provider {
    /// Where a browser goes that comes to the authorization endpoint.
    pub(crate) fn authorize(&mut self, now: i64, address: &Url) -> String {
        let all = |name: &str| address.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.into_owned()).collect::<Vec<_>>();
        let get = |name: &str| {
            let values = all(name);
            assert!(values.len() <= 1, "{name} is repeated");
            values.into_iter().next().unwrap_or_default()
        };
        assert_eq!(get("client_id"), CLIENT_ID);
        let redirect_uri = get("redirect_uri");
        assert!(redirect_uri == format!("{APP}/callback"), "not registered: {redirect_uri}");
        assert_eq!((get("response_type").as_str(), get("code_challenge_method").as_str()), ("code", "S256"));
        let (state, nonce, challenge) = (get("state"), get("nonce"), get("code_challenge"));
        assert!(state.len() >= 43 && nonce.len() >= 43 && challenge.len() == 43, "too easy to guess");
        assert!(self.used_states.insert(state.clone()), "a state is used twice");
        let scopes = super::words(&get("scope"));
        assert!(scopes.iter().any(|scope| scope == "openid"));
        let back = |name: &str, value: &str| {
            let mut url = Url::parse(&redirect_uri).expect("an address");
            url.query_pairs_mut().append_pair(name, value).append_pair("state", &state).append_pair("iss", ISSUER);
            url.into()
        };
        let silent = get("prompt") == "none";
        let subject = match &self.signed_in {
            Some(subject) if silent => subject.clone(),
            None if silent => return back("error", "login_required"),
            _ => self.user.clone(),
        };
        let resources = all("resource");
        if resources.iter().any(|resource| resource != API) {
            return back("error", "invalid_target");
        }
        self.signed_in = Some(subject.clone());
        let code = self.random.text("code_");
        let (auth_time, expires) = (now.div_euclid(1_000), now + 60_000);
        let grant =
            Code { challenge, redirect_uri: redirect_uri.clone(), nonce, scopes, resources, subject, auth_time, expires, used: None };
        self.codes.insert(code.clone(), grant);
        back("code", &code)
    }
}
