//! The options of frames and hosts. What they hold is checked by the machines.

use std::time::Duration;

use crate::json::{Object, Value};
use crate::options::{list, milliseconds};
use crate::request::options;

/// The options of [`Frame::connect`](super::Frame::connect).
///
/// ```
/// use std::time::Duration;
///
/// use oxidc_web::miniapp::{FrameApi, FrameOptions};
///
/// let options = FrameOptions::new(["https://platform.example.com"])
///     .allowed_origins([FrameApi::new("https://files.example.com").audience("urn:files").scopes("files:read")])
///     .timeout(Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct FrameOptions(pub(crate) Object);

impl FrameOptions {
    /// The origins of the platform's pages, each exactly scheme, host and port, fixed when the mini-app is built.
    #[must_use]
    pub fn new<T: Into<String>>(hosts: impl IntoIterator<Item = T>) -> Self {
        Self(Object::new().with("hosts", list(hosts)))
    }

    /// The origins to which [`Frame::fetch`](super::Frame::fetch) adds a token. The platform's own interface, which the context names, is always one.
    #[must_use]
    pub fn allowed_origins<A: Into<FrameApi>>(self, apis: impl IntoIterator<Item = A>) -> Self {
        Self(self.0.with("allowedOrigins", apis.into_iter().map(|api| Value::from(api.into().0)).collect::<Vec<_>>()))
    }

    /// How long the host may take to answer, in whole milliseconds, at most 10 minutes. Default 10 seconds.
    #[must_use]
    pub fn timeout(self, limit: Duration) -> Self {
        Self(self.0.with("timeout", milliseconds(limit)))
    }

    /// Whether tokens are renewed before they expire while the page is visible. Default true.
    #[must_use]
    pub fn automatic_renewal(self, wanted: bool) -> Self {
        Self(self.0.with("automaticRenewal", wanted))
    }
}

/// An interface whose requests carry a token.
#[derive(Clone, Debug)]
pub struct FrameApi(Object);

impl FrameApi {
    /// Exactly scheme, host and port.
    #[must_use]
    pub fn new(origin: impl Into<String>) -> Self {
        Self(Object::new().with("origin", origin.into()))
    }

    /// The audience of the token. Default: the host's default for this mini-app.
    #[must_use]
    pub fn audience(self, audience: impl Into<String>) -> Self {
        Self(self.0.with("audience", audience.into()))
    }

    /// The scopes of the token, separated by spaces. Default: all that are granted for the audience.
    #[must_use]
    pub fn scopes(self, scopes: impl Into<String>) -> Self {
        Self(self.0.with("scopes", scopes.into()))
    }
}

impl From<&str> for FrameApi {
    fn from(origin: &str) -> Self {
        Self::new(origin)
    }
}

options! {
    /// The options of [`Frame::get_tokens`](super::Frame::get_tokens).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use oxidc_web::miniapp::FrameTokenOptions;
    ///
    /// let options = FrameTokenOptions::default().audience("urn:files").min_ttl(Duration::from_secs(30));
    /// ```
    FrameTokenOptions {
        /// Whom the token is for. Default: the host's default for this mini-app.
        audience "audience" text
        /// The scopes that the token must carry, separated by spaces. Default: all that are granted for the audience.
        scopes "scopes" text
        /// How long it must live at least, in whole milliseconds, at most a day. Default 0.
        min_ttl "minTtl" milliseconds
        /// Asks the host for a new one even if the token is still good.
        force_refresh "forceRefresh" flag
    }

    /// The options of [`Frame::call`](super::Frame::call).
    CallOptions {
        /// How long the answer may take, in whole milliseconds, at most a day: a person may have to decide. Default: that of the frame.
        timeout "timeout" milliseconds
    }
}

/// A mini-app as [`Host::register`](super::Host::register) takes it.
///
/// ```
/// use oxidc_web::json::Object;
/// use oxidc_web::miniapp::MiniApp;
///
/// let orders = MiniApp::new("orders", "https://orders.example.net")
///     .audience("https://api.example.com/", "orders:read orders:write")
///     .context(Object::new().with("language", "en"));
/// ```
#[derive(Clone, Debug)]
pub struct MiniApp {
    members: Object,
    audiences: Object,
}

impl MiniApp {
    /// Its name at the platform, and its one origin: exactly scheme, host and port, and not the platform's own.
    #[must_use]
    pub fn new(id: impl Into<String>, origin: impl Into<String>) -> Self {
        Self { members: Object::new().with("id", id.into()).with("origin", origin.into()), audiences: Object::new() }
    }

    /// Adds an audience that it may have tokens for, with its scopes, separated by spaces. The first is the default.
    #[must_use]
    pub fn audience(mut self, audience: &str, scopes: impl Into<String>) -> Self {
        self.audiences.insert(audience, scopes.into());
        self
    }

    /// What all its frames are told.
    #[must_use]
    pub fn context(self, context: Object) -> Self {
        self.with("context", context)
    }

    /// How many requests its frames may make together within ten seconds. Default 10.
    #[must_use]
    pub fn requests(self, most: u32) -> Self {
        self.with("requests", most)
    }

    /// The least time between two forced refreshes, in whole milliseconds, at most a day. Default one minute.
    #[must_use]
    pub fn forced_refresh_every(self, span: Duration) -> Self {
        self.with("forcedRefreshEvery", milliseconds(span))
    }

    pub(crate) fn to_text(&self) -> String {
        Value::from(self.members.clone().with("audiences", self.audiences.clone())).to_text()
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name, value);
        self
    }
}

#[cfg(test)]
mod tests {
    use oxidc_miniapp::guest::{GuestOptions, Want};

    use super::*;
    use crate::Code;

    const OWN: &str = "https://app.example.com";

    fn read(options: FrameOptions) -> Result<GuestOptions, Code> {
        GuestOptions::from_value(&options.0.into(), OWN).map_err(|failure| failure.code())
    }

    #[test]
    fn every_option_of_a_frame_reaches_the_machine() {
        let api = FrameApi::new("https://files.example.com").audience("urn:files").scopes("read write");
        let options = FrameOptions::new(["https://platform.example.com"]).allowed_origins([api, "https://api.example.com".into()]);
        let read = format!("{:?}", read(options.timeout(Duration::from_secs(5)).automatic_renewal(false)).unwrap());
        for part in [
            "https://platform.example.com", "https://files.example.com", "urn:files", "read write", "https://api.example.com", "5000",
            "false",
        ] {
            assert!(read.contains(part), "{part}: {read}");
        }
    }

    #[test]
    fn a_wrong_option_of_a_frame_has_its_code() {
        let hosts = |host: &str| FrameOptions::new([host]);
        for (options, code) in [
            (FrameOptions::new::<String>([]), Code::HostsInvalid),
            (hosts("https://*.example.com"), Code::HostsInvalid),
            (hosts("https://platform.example.com/"), Code::HostsInvalid),
            (hosts(OWN), Code::SameOrigin),
            (hosts("https://platform.example.com").allowed_origins(["*"]), Code::AllowedOriginInvalid),
            (hosts("https://platform.example.com").timeout(Duration::MAX), Code::OptionInvalid),
        ] {
            assert_eq!(read(options).unwrap_err(), code);
        }
    }

    #[test]
    fn options_of_calls_are_those_that_the_boundary_reads() {
        let options = FrameTokenOptions::default().audience("urn:a").scopes("r w").min_ttl(Duration::from_secs(1)).force_refresh(true);
        let written = Value::from(options.0);
        assert_eq!(Want::of(&written), Want { audience: "urn:a".into(), scope: "r w".into() });
        assert_eq!(written.to_text(), r#"{"audience":"urn:a","scopes":"r w","minTtl":1000,"forceRefresh":true}"#);
        assert_eq!(Value::from(CallOptions::default().timeout(Duration::from_secs(1)).0).to_text(), r#"{"timeout":1000}"#);
    }

    #[test]
    fn a_registration_is_written_as_the_browser_module_takes_it() {
        let app = MiniApp::new("orders", "https://orders.example.net").audience("urn:a", "r w").audience("urn:b", "");
        let app = app.context(Object::new().with("language", "en")).requests(5).forced_refresh_every(Duration::from_secs(1));
        let members = r#"{"id":"orders","origin":"https://orders.example.net","context":{"language":"en"},"requests":5,"#;
        assert_eq!(app.to_text(), format!(r#"{members}"forcedRefreshEvery":1000,"audiences":{{"urn:a":"r w","urn:b":""}}}}"#));
    }
}
