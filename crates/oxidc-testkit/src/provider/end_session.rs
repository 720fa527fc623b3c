//! Sign-out (OpenID Connect RP-Initiated Logout 1.0).

use url::Url;

use super::{CLIENT_ID, Provider};
use crate::world::APP;

impl Provider {
    /// Where a browser goes that comes to the end-session endpoint: back to the application, if it asked for that.
    pub(crate) fn sign_out(&mut self, address: &Url) -> Option<String> {
        let get = |name: &str| address.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        assert_eq!(get("client_id").as_deref(), Some(CLIENT_ID));
        assert!(get("id_token_hint").is_some(), "nobody is named");
        self.signed_in = None;
        let mut back = Url::parse(&get("post_logout_redirect_uri")?).expect("an address");
        assert_eq!(back.origin().ascii_serialization(), APP);
        if let Some(state) = get("state") {
            back.query_pairs_mut().append_pair("state", &state);
        }
        Some(back.into())
    }
}
