//! The options of the extended protocol features, apart from the others so that they weigh nothing where they are left out.

use alloc::string::String;

use super::options::Options;
use crate::error::{Code, Result};
use crate::secret::Secret;
use crate::wire::jose::Algorithm;
use crate::wire::json::{Object, Value};

/// The members that are taken out of the options of a client.
const OPTIONS: &[&str] =
    &["dpop", "par", "requestObject", "responseMode", "signedUserinfo", "checkSession", "clientAuthentication", "danger"];

/// What the extended features were told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extended {
    pub(crate) dpop: Dpop,
    /// Pushes authorization requests even where the provider does not demand it (RFC 9126).
    pub(crate) par: bool,
    pub(crate) request_object: Option<RequestObject>,
    pub(crate) response_mode: Option<ResponseMode>,
    /// The provider was told to sign user information (`userinfo_signed_response_alg`).
    pub(crate) signed_userinfo: bool,
    /// Watches the person's session at the provider (OpenID Connect Session Management 1.0).
    pub(crate) check_session: bool,
    pub(crate) client_authentication: ClientAuthentication,
}

/// Whether tokens are bound to a key (RFC 9449).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dpop {
    #[default]
    Off,
    /// Where the provider does it.
    Optional,
    Required,
}

/// Who signs request objects (RFC 9101).
#[derive(Clone, Debug)]
pub(crate) enum RequestObject {
    /// The application, in a way of its own.
    Supplied,
    /// The platform, with a key that the application holds.
    Signed(SigningKey),
}

/// A key that the shell knows by a name.
#[derive(Clone, Debug)]
pub(crate) struct SigningKey {
    pub(crate) name: String,
    pub(crate) algorithm: Algorithm,
    /// `kid`.
    pub(crate) key_id: Option<String>,
}

/// How a signed authorization response comes back (JARM section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
}

/// How the client proves who it is (OpenID Connect Core 1.0 section 9).
#[derive(Clone, Debug, Default)]
pub(crate) enum ClientAuthentication {
    #[default]
    None,
    SecretBasic(Secret),
    SecretPost(Secret),
    SecretJwt(Secret),
    PrivateKeyJwt(SigningKey),
}

impl ResponseMode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Query => "query.jwt",
            Self::Fragment => "fragment.jwt",
        }
    }
}

impl Extended {
    /// Takes the options of these features out of a client's options; gives back the rest.
    pub(crate) fn take(value: &Value) -> Result<(Value, Self)> {
        let Some(all) = value.as_object() else { return Ok((value.clone(), Self::default())) };
        let (mut rest, mut own) = (all.clone(), Object::new());
        for name in OPTIONS {
            if let Some(value) = rest.remove(name) {
                own.insert(name, value);
            }
        }
        let own = Value::from(own);
        let mut options = Options::read(Some(&own), OPTIONS);
        let dpop = match options.value("dpop") {
            Some(Value::String(word)) if word == "optional" => Dpop::Optional,
            _ if options.flag("dpop", false) => Dpop::Required,
            _ => Dpop::Off,
        };
        let response_mode = match options.text("responseMode").as_deref() {
            None => None,
            Some("query.jwt") => Some(ResponseMode::Query),
            Some("fragment.jwt") => Some(ResponseMode::Fragment),
            Some(_) => {
                options.refuse(Code::OptionInvalid, "responseMode");
                None
            }
        };
        let request_object = match options.value("requestObject") {
            None => None,
            Some(Value::String(word)) if word == "supplied" => Some(RequestObject::Supplied),
            Some(key) => Some(RequestObject::Signed(signing_key(key, &["key", "algorithm", "keyId"])?)),
        };
        // Only a shell that is no page may say so: it keeps the secret where nobody reads it.
        let mut danger = Options::read(options.value("danger"), &["confidentialClient"]);
        let may_keep_secrets = danger.flag("confidentialClient", false);
        danger.done()?;
        let client_authentication = match options.value("clientAuthentication") {
            Some(described) => client_authentication(described, may_keep_secrets)?,
            None => ClientAuthentication::None,
        };
        let extended = Self {
            dpop,
            par: options.flag("par", false),
            request_object,
            response_mode,
            signed_userinfo: options.flag("signedUserinfo", false),
            check_session: options.flag("checkSession", false),
            client_authentication,
        };
        options.done()?;
        Ok((rest.into(), extended))
    }
}

fn client_authentication(described: &Value, may_keep_secrets: bool) -> Result<ClientAuthentication> {
    let known = &["method", "secret", "key", "algorithm", "keyId"];
    let mut options = Options::read(Some(described), known);
    let method = options.text("method").unwrap_or_default();
    let secret = options.text("secret").filter(|secret| !secret.is_empty()).map(Secret::from);
    options.done()?;
    if method == "none" {
        return Ok(ClientAuthentication::None);
    }
    if !may_keep_secrets {
        return Err(Code::ClientSecretRefused.into());
    }
    let authentication = match (method.as_str(), secret) {
        ("client_secret_basic", Some(secret)) => ClientAuthentication::SecretBasic(secret),
        ("client_secret_post", Some(secret)) => ClientAuthentication::SecretPost(secret),
        ("client_secret_jwt", Some(secret)) => ClientAuthentication::SecretJwt(secret),
        ("private_key_jwt", None) => ClientAuthentication::PrivateKeyJwt(signing_key(described, known)?),
        _ => return Err(crate::error::Error::new(Code::OptionInvalid).detail("clientAuthentication")),
    };
    Ok(authentication)
}

fn signing_key(described: &Value, known: &[&str]) -> Result<SigningKey> {
    let mut options = Options::read(Some(described), known);
    let algorithm = options.text("algorithm").unwrap_or_default();
    let parsed = Algorithm::parse(&algorithm);
    if parsed.is_none() {
        options.refuse(Code::AlgorithmRefused, &algorithm);
    }
    let key = SigningKey {
        name: options.text("key").unwrap_or_default(),
        algorithm: parsed.unwrap_or(Algorithm::Es256),
        key_id: options.text("keyId"),
    };
    if key.name.is_empty() {
        options.refuse(Code::OptionInvalid, "key");
    }
    options.done().map(|()| key)
}
