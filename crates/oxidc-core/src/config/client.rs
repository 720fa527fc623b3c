//! The client's configuration, checked when it is made.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::options::{Options, add, has};
use super::provider::{Issuer, Metadata};
use crate::error::{Code, Error, Result};
use crate::time::{Millis, SECOND};
use crate::wire::jose::{Algorithm, KeySet};
use crate::wire::json::Value;
use crate::wire::url::Endpoint;

const OPTIONS: &[&str] = &[
    "issuer", "clientId", "clientSecret", "redirectUri", "postLogoutRedirectUri", "scopes", "resources", "storage", "fetchUserinfo",
    "clockTolerance", "timeouts", "allowedOrigins", "provider", "idTokenAlgorithms", "trustedAudiences", "automaticRenewal",
    "filteredClaims", "frontChannelLogoutUri", "frontChannelLogoutSessionRequired", "sessionKey", "hooks",
];

/// Claims that say nothing about the person.
const FILTERED: &[&str] = &["iss", "exp", "nbf", "aud", "azp", "nonce", "iat", "auth_time", "c_hash", "at_hash", "s_hash", "jti"];

/// The longest time limit of a request, in milliseconds.
const LONGEST: i64 = 600_000;

/// An API for which access tokens are wanted (RFC 8707), with the scopes to request for it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) resource: String,
    pub(crate) scopes: Vec<String>,
}

/// An origin to which the application's requests carry a token, and which token.
#[derive(Clone, Debug)]
pub(crate) struct AllowedOrigin {
    pub(crate) origin: String,
    pub(crate) resources: Vec<String>,
}

/// The configuration of a [`Client`](crate::Client).
#[derive(Clone, Debug)]
pub struct ClientConfig {
    pub(crate) issuer: Issuer,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) post_logout_redirect_uri: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) fetch_userinfo: bool,
    /// Seconds.
    pub(crate) tolerance: i64,
    pub(crate) request_timeout: u32,
    pub(crate) keys_timeout: u32,
    pub(crate) lock_timeout: u32,
    pub(crate) sign_in_timeout: Millis,
    pub(crate) popup_timeout: u32,
    pub(crate) silent_timeout: u32,
    pub(crate) allowed_origins: Vec<AllowedOrigin>,
    pub(crate) provider: Option<(Rc<Metadata>, Option<KeySet>)>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) trusted_audiences: Vec<String>,
    pub(crate) automatic_renewal: bool,
    #[cfg(feature = "extended")]
    pub(crate) extended: super::extended::Extended,
    /// Claims that do not become part of the user.
    pub(crate) filtered_claims: Vec<String>,
    /// Where the provider tells of sign-outs elsewhere, and whether it must name the session.
    pub(crate) front_channel_logout_uri: Option<String>,
    pub(crate) front_channel_session_required: bool,
    /// Keeps sessions of the same client apart.
    pub(crate) session_key: String,
    /// The functions that the application can be asked through.
    pub(crate) hooks: Vec<String>,
}

impl ClientConfig {
    /// Reads the options of an `AuthClient` (see `docs/boundary.md`). `origin` is the page's own, from which
    /// the default redirect address is made.
    ///
    /// # Errors
    ///
    /// One code for each distinct mistake, with the option's name or value as detail.
    ///
    /// ```
    /// use oxidc_core::{config::client::ClientConfig, error::Code, wire::json::Value};
    ///
    /// let options = Value::parse(r#"{"issuer": "http://login.example.com", "clientId": "app"}"#).unwrap();
    /// let refused = ClientConfig::from_value(&options, "https://app.example.com").unwrap_err();
    /// assert_eq!(refused.code(), Code::IssuerInsecure);
    /// ```
    pub fn from_value(value: &Value, origin: &str) -> Result<Self> {
        #[cfg(feature = "extended")]
        let (value, extended) = &super::extended::Extended::take(value)?;
        let mut options = Options::read(Some(value), OPTIONS);
        if options.value("clientSecret").is_some() {
            return Err(Code::ClientSecretRefused.into());
        }
        let issuer = Issuer::parse(&options.text("issuer").unwrap_or_default())?;
        let provider = match options.value("provider") {
            Some(described) => Some(by_hand(described)?),
            None => None,
        };
        let resources = resources(&mut options);
        let mut timeouts = Options::read(options.value("timeouts"), &["request", "keys", "lock", "signIn", "popup", "silent"]);
        let mut milliseconds = |name, default| timeouts.number(name, 1, LONGEST).unwrap_or(default) as u32;
        let config = Self {
            client_id: options.text("clientId").unwrap_or_default(),
            redirect_uri: address(&mut options, "redirectUri").unwrap_or_else(|| String::from(origin) + "/"),
            post_logout_redirect_uri: address(&mut options, "postLogoutRedirectUri"),
            scopes: default_scopes(&mut options),
            fetch_userinfo: options.flag("fetchUserinfo", true),
            tolerance: options.number("clockTolerance", 0, 300).unwrap_or(60),
            request_timeout: milliseconds("request", 10_000),
            keys_timeout: milliseconds("keys", 5_000),
            lock_timeout: milliseconds("lock", 10_000),
            popup_timeout: milliseconds("popup", 300_000),
            silent_timeout: milliseconds("silent", 10_000),
            sign_in_timeout: timeouts.number("signIn", 1, 86_400).unwrap_or(1_800) * SECOND,
            allowed_origins: allowed_origins(&mut options, &resources),
            algorithms: algorithms(&mut options),
            trusted_audiences: options.texts("trustedAudiences"),
            automatic_renewal: options.flag("automaticRenewal", true),
            filtered_claims: filtered_claims(&mut options),
            front_channel_logout_uri: address(&mut options, "frontChannelLogoutUri"),
            front_channel_session_required: options.flag("frontChannelLogoutSessionRequired", true),
            session_key: options.text("sessionKey").unwrap_or_default(),
            hooks: options.texts("hooks"),
            resources,
            issuer,
            provider,
            #[cfg(feature = "extended")]
            extended: extended.clone(),
        };
        if config.client_id.is_empty() {
            options.refuse(Code::ClientIdMissing, "clientId");
        }
        options.done()?;
        timeouts.done()?;
        Ok(config)
    }

    /// The scopes that are requested for a set of resources when a call names none.
    pub(crate) fn scopes_of(&self, resources: &[String]) -> Vec<String> {
        let mut all = Vec::new();
        for resource in &self.resources {
            if has(resources, &resource.resource) {
                resource.scopes.iter().for_each(|scope| add(&mut all, scope));
            }
        }
        all
    }

    /// Which token goes along to an origin: the resources it is for, or nothing where none may go.
    pub(crate) fn token_for(&self, origin: &str) -> Option<&[String]> {
        self.allowed_origins.iter().find(|allowed| allowed.origin == origin).map(|allowed| allowed.resources.as_slice())
    }
}

fn default_scopes(options: &mut Options<'_>) -> Vec<String> {
    let mut scopes = options.scopes("scopes");
    if scopes.is_empty() {
        ["openid", "profile", "email"].iter().for_each(|scope| add(&mut scopes, scope));
    }
    scopes
}

fn filtered_claims(options: &mut Options<'_>) -> Vec<String> {
    let mut claims = options.texts("filteredClaims");
    if options.value("filteredClaims").is_none() {
        FILTERED.iter().for_each(|claim| add(&mut claims, claim));
    }
    // Nobody can do without it.
    claims.retain(|claim| claim != "sub");
    claims
}

/// An address of the application that the provider sends people to.
fn address(options: &mut Options<'_>, name: &str) -> Option<String> {
    let uri = options.text(name)?;
    if !Endpoint::parse(&uri).is_ok_and(|endpoint| endpoint.is_secure()) {
        options.refuse(Code::RedirectUriInvalid, &uri);
    }
    Some(uri)
}

/// The entries of a list, each a text or an object.
fn entries<'a>(options: &mut Options<'a>, name: &str) -> &'a [Value] {
    let Some(value) = options.value(name) else { return &[] };
    value.as_array().unwrap_or_else(|| {
        options.refuse(Code::OptionInvalid, name);
        &[]
    })
}

fn resources(options: &mut Options<'_>) -> Vec<Resource> {
    let mut resources = Vec::new();
    for entry in entries(options, "resources") {
        // A text stands for an object with that one member.
        let named = crate::wire::json::Object::new().with("resource", entry.clone()).into();
        let entry = if entry.as_str().is_some() { &named } else { entry };
        let mut members = Options::read(Some(entry), &["resource", "scopes"]);
        let scopes = members.scopes("scopes");
        match members.resources("resource").pop() {
            Some(resource) => resources.push(Resource { resource, scopes }),
            None => options.refuse(Code::ResourceInvalid, "resources"),
        }
        inherit(options, members);
    }
    resources
}

fn inherit(options: &mut Options<'_>, members: Options<'_>) {
    if let Err(error) = members.done() {
        options.refuse(error.code(), "resources or allowedOrigins");
    }
}

/// An origin that stands alone carries the token of the resource that lives there, if one does.
fn allowed_origins(options: &mut Options<'_>, resources: &[Resource]) -> Vec<AllowedOrigin> {
    let mut allowed = Vec::new();
    for entry in entries(options, "allowedOrigins") {
        let named = crate::wire::json::Object::new().with("origin", entry.clone()).into();
        let entry = if entry.as_str().is_some() { &named } else { entry };
        let mut members = Options::read(Some(entry), &["origin", "resource"]);
        let origin = members.text("origin").unwrap_or_default();
        if !Endpoint::parse(&origin).is_ok_and(|e| e.is_secure() && e.origin() == origin) {
            options.refuse(Code::AllowedOriginInvalid, &origin);
        }
        let mut carried = members.resources("resource");
        if carried.is_empty() {
            for Resource { resource, .. } in resources {
                if Endpoint::parse(resource).is_ok_and(|e| e.origin() == origin) {
                    add(&mut carried, resource);
                }
            }
        }
        if carried.len() > 1 {
            options.refuse(Code::AllowedOriginInvalid, "several resources live there, name one");
        }
        inherit(options, members);
        allowed.push(AllowedOrigin { origin, resources: carried });
    }
    allowed
}

/// A provider described by hand is not mixed with a discovered one.
fn by_hand(described: &Value) -> Result<(Rc<Metadata>, Option<KeySet>)> {
    let metadata = Metadata::by_hand(described)?;
    let keys = match described.get("jwks") {
        Some(keys) => Some(KeySet::parse(keys).map_err(|_| Code::KeysInvalid)?),
        None => None,
    };
    if keys.is_none() && metadata.address("jwks_uri").is_none() {
        return Err(Error::new(Code::DiscoveryInvalid).detail("jwks_uri"));
    }
    Ok((Rc::new(metadata), keys))
}

fn algorithms(options: &mut Options<'_>) -> Vec<Algorithm> {
    let names = options.texts("idTokenAlgorithms");
    let mut algorithms = Vec::new();
    for name in &names {
        match Algorithm::parse(name) {
            Some(algorithm) => algorithms.push(algorithm),
            None => options.refuse(Code::AlgorithmRefused, name),
        }
    }
    if names.is_empty() { Algorithm::ALL.to_vec() } else { algorithms }
}
