//! The client's configuration, checked when it is made.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::options::{Options, invalid, scopes};
use super::provider::{Issuer, Metadata};
use crate::error::{Code, Error, Result};
use crate::time::{Millis, SECOND};
use crate::wire::jose::{Algorithm, KeySet};
use crate::wire::json::Value;
use crate::wire::url::Endpoint;

const OPTIONS: &[&str] = &[
    "issuer", "clientId", "clientSecret", "redirectUri", "postLogoutRedirectUri", "scopes", "resources", "storage", "fetchUserinfo",
    "clockTolerance", "timeouts", "allowedOrigins", "provider", "idTokenAlgorithms", "trustedAudiences", "automaticRenewal",
];

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
    pub(crate) allowed_origins: Vec<AllowedOrigin>,
    pub(crate) provider: Option<(Metadata, Option<KeySet>)>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) trusted_audiences: Vec<String>,
    pub(crate) automatic_renewal: bool,
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
        let options = Options::read(Some(value), OPTIONS)?;
        if options.value("clientSecret").is_some() {
            return Err(Code::ClientSecretRefused.into());
        }
        let issuer = Issuer::parse(&options.text("issuer")?.unwrap_or_default())?;
        let client_id = options.text("clientId")?.filter(|id| !id.is_empty()).ok_or(Code::ClientIdMissing)?;
        let redirect_uri = match options.text("redirectUri")? {
            Some(uri) => checked_redirect_uri(uri)?,
            None => String::from(origin) + "/",
        };
        let resources = resources(options.value("resources"))?;
        let timeouts = Options::read(options.value("timeouts"), &["request", "keys", "lock", "signIn"])?;
        let milliseconds = |name, default: i64| -> Result<u32> {
            let given = timeouts.number(name, 600_000)?.unwrap_or(default);
            if given == 0 { Err(invalid(name)) } else { u32::try_from(given).map_err(|_| invalid(name)) }
        };
        Ok(Self {
            redirect_uri,
            post_logout_redirect_uri: options.text("postLogoutRedirectUri")?.map(checked_redirect_uri).transpose()?,
            scopes: options.scopes("scopes")?.map_or_else(|| scopes(&["openid profile email".to_string()]), Ok)?,
            fetch_userinfo: options.flag("fetchUserinfo")?.unwrap_or(true),
            tolerance: options.number("clockTolerance", 300)?.unwrap_or(60),
            request_timeout: milliseconds("request", 10_000)?,
            keys_timeout: milliseconds("keys", 5_000)?,
            lock_timeout: milliseconds("lock", 10_000)?,
            sign_in_timeout: timeouts.number("signIn", 86_400)?.unwrap_or(1_800) * SECOND,
            allowed_origins: allowed_origins(options.value("allowedOrigins"), &resources)?,
            provider: options.value("provider").map(|described| by_hand(described, &issuer)).transpose()?,
            algorithms: algorithms(options.texts("idTokenAlgorithms")?)?,
            trusted_audiences: options.texts("trustedAudiences")?.unwrap_or_default(),
            automatic_renewal: options.flag("automaticRenewal")?.unwrap_or(true),
            resources,
            issuer,
            client_id,
        })
    }

    /// The scopes that are requested for a set of resources when a call names none.
    pub(crate) fn scopes_of(&self, resources: &[String]) -> Vec<String> {
        let named = |r: &&Resource| resources.contains(&r.resource);
        let mut all: Vec<String> = self.resources.iter().filter(named).flat_map(|r| r.scopes.iter().cloned()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Which token goes along to an origin: the resources it is for, or nothing where none may go.
    pub(crate) fn token_for(&self, origin: &str) -> Option<&[String]> {
        self.allowed_origins.iter().find(|allowed| allowed.origin == origin).map(|allowed| allowed.resources.as_slice())
    }
}

fn checked_redirect_uri(uri: String) -> Result<String> {
    match Endpoint::parse(&uri) {
        Ok(endpoint) if endpoint.is_secure() => Ok(uri),
        _ => Err(Error::new(Code::RedirectUriInvalid).detail(uri)),
    }
}


fn resources(value: Option<&Value>) -> Result<Vec<Resource>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| invalid("resources"))?;
    list.iter()
        .map(|entry| {
            let object;
            let options = match entry {
                Value::String(resource) => {
                    object = crate::wire::json::Object::new().with("resource", resource.as_str()).into();
                    Options::read(Some(&object), &["resource"])?
                }
                _ => Options::read(Some(entry), &["resource", "scopes"])?,
            };
            let resource = options.resources("resource")?.and_then(|r| r.into_iter().next()).ok_or(Code::ResourceInvalid)?;
            Ok(Resource { resource, scopes: options.scopes("scopes")?.unwrap_or_default() })
        })
        .collect()
}

/// An origin that stands alone carries the token of the resource that lives there, if one does.
fn allowed_origins(value: Option<&Value>, resources: &[Resource]) -> Result<Vec<AllowedOrigin>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| invalid("allowedOrigins"))?;
    list.iter()
        .map(|entry| {
            let (origin, named) = match entry {
                Value::String(origin) => (Some(origin.clone()), None),
                _ => {
                    let options = Options::read(Some(entry), &["origin", "resource"])?;
                    (options.text("origin")?, options.resources("resource")?)
                }
            };
            let origin = origin.unwrap_or_default();
            let endpoint = Endpoint::parse(&origin).ok().filter(|e| e.is_secure() && e.origin() == origin);
            if endpoint.is_none() {
                return Err(Error::new(Code::AllowedOriginInvalid).detail(origin));
            }
            let lives_there = |r: &&Resource| Endpoint::parse(&r.resource).is_ok_and(|e| e.origin() == origin);
            let resources = match named {
                Some(named) => named,
                None => resources.iter().filter(lives_there).map(|r| r.resource.clone()).collect(),
            };
            if resources.len() > 1 {
                return Err(Error::new(Code::AllowedOriginInvalid).detail(origin + ": several resources, name one"));
            }
            Ok(AllowedOrigin { origin, resources })
        })
        .collect()
}

/// A provider described by hand is not mixed with a discovered one.
fn by_hand(described: &Value, issuer: &Issuer) -> Result<(Metadata, Option<KeySet>)> {
    let metadata = Metadata::by_hand(described, issuer)?;
    let keys = match described.get("jwks") {
        Some(keys) => Some(KeySet::parse(keys).map_err(|_| Code::KeysInvalid)?),
        None => None,
    };
    if keys.is_none() && metadata.jwks_uri.is_none() {
        return Err(Error::new(Code::DiscoveryInvalid).detail("jwks_uri"));
    }
    Ok((metadata, keys))
}

fn algorithms(names: Option<Vec<String>>) -> Result<Vec<Algorithm>> {
    match names {
        None => Ok(Algorithm::ALL.to_vec()),
        Some(names) => {
            names.iter().map(|name| Algorithm::parse(name).ok_or_else(|| Error::new(Code::AlgorithmRefused).detail(name.as_str()))).collect()
        }
    }
}
