//! The operations of the protocol one by one, each usable alone. They neither read nor write the session: what one gives out, the
//! application hands to the next.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

pub use crate::grants::device::{DeviceAuthorization, DeviceToken};
pub use crate::grants::token_exchange::TokenExchange;

use crate::client::Context;
use crate::command::SignInOptions;
use crate::config::options::Options;
use crate::config::{discovery, keys};
use crate::error::{Code, Error, Result};
use crate::grants::{device, refused, token_exchange};
use crate::login::authorize::{par, sign_in};
use crate::login::exchange::{TokenResponse, token_request};
use crate::login::verify::{self, Checks};
use crate::login::{callback, jarm};
use crate::secret::{Secret, same};
use crate::session::userinfo;
use crate::signout::revoke;
use crate::wire::form::{self, Form, append_query};
use crate::wire::json::{Object, Value};
use crate::wire::sender::Binding;
use crate::wire::url::split_query;
use crate::wire::words;

/// One operation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Operation {
    /// The address of an authorization request, pushed or signed where that is configured, and what its answer is checked against.
    AuthorizationRequest(SignInOptions),
    /// A pushed authorization request (RFC 9126) with these parameters.
    PushedAuthorizationRequest(Vec<(String, String)>),
    /// The checks of an authorization response; its code.
    AuthorizationResponse {
        /// The whole address that the provider sent the person to.
        url: String,
        /// The `state` of the request.
        state: String,
    },
    /// The exchange of a code (RFC 6749 section 4.1.3).
    CodeExchange(CodeExchange),
    /// The exchange of a refresh token (RFC 6749 section 6).
    Refresh(Refresh),
    /// User information (OpenID Connect Core 1.0 section 5.3).
    UserInfo {
        /// The access token.
        access_token: Secret,
        /// The subject that the information must be about.
        subject: String,
        /// What the access token is bound to, as [`AuthorizationRequest`](Self::AuthorizationRequest) said.
        binding: Option<Value>,
    },
    /// Revocation (RFC 7009).
    Revocation {
        /// The token.
        token: Secret,
        /// `token_type_hint`.
        hint: Option<String>,
    },
    /// The address at which a person signs out (OpenID Connect RP-Initiated Logout 1.0).
    EndSessionRequest {
        /// `id_token_hint`.
        id_token: Option<Secret>,
        /// `post_logout_redirect_uri`; where there is none, that of the client.
        return_to: Option<String>,
        /// `state`.
        state: Option<String>,
    },
    /// The provider's metadata, as far as it is used.
    Metadata,
    /// The provider's keys.
    Keys,
    /// All checks of an ID token (OpenID Connect Core 1.0 section 3.1.3.7); its claims.
    IdToken(IdToken),
    /// Token exchange (RFC 8693).
    TokenExchange(TokenExchange, Option<Value>),
    /// A device authorization request (RFC 8628 section 3.1).
    DeviceAuthorization(DeviceAuthorization),
    /// The tokens of a device, once the person has confirmed (RFC 8628 section 3.4).
    DeviceToken(DeviceToken, Option<Value>),
}

/// What the exchange of a code needs.
#[derive(Clone, Debug, Default)]
pub struct CodeExchange {
    /// `code`.
    pub code: Secret,
    /// `code_verifier`.
    pub code_verifier: Secret,
    /// `redirect_uri`; empty: that of the client.
    pub redirect_uri: String,
    /// The `nonce` of the request.
    pub nonce: String,
    /// The `max_age` of the request, in seconds.
    pub max_age: Option<i64>,
    /// What the tokens are to be bound to, as the request said.
    pub binding: Option<Value>,
}

/// What the exchange of a refresh token needs.
#[derive(Clone, Debug, Default)]
pub struct Refresh {
    /// `refresh_token`.
    pub refresh_token: Secret,
    /// `scope`; none: as granted.
    pub scopes: Vec<String>,
    /// `resource` (RFC 8707).
    pub resources: Vec<String>,
    /// The subject that a new ID token must name.
    pub subject: Option<String>,
    /// The `nonce` of the sign-in, which a new ID token may repeat.
    pub nonce: Option<String>,
    /// What the tokens are bound to.
    pub binding: Option<Value>,
}

/// An ID token and what it is checked against.
#[derive(Clone, Debug, Default)]
pub struct IdToken {
    /// The token.
    pub id_token: String,
    /// The `nonce` of the request; none: the token must have none.
    pub nonce: Option<String>,
    /// The `max_age` of the request, in seconds.
    pub max_age: Option<i64>,
    /// The access token that came with it.
    pub access_token: Option<Secret>,
}

impl Operation {
    /// Reads an operation as it crosses the boundary.
    pub(crate) fn from_value(command: &Value) -> Result<Self> {
        let value = command.get("options");
        let read = |known: &[&str]| Options::read(value, known);
        let secret = |options: &mut Options<'_>, name: &str| {
            let text = options.text(name).filter(|text| !text.is_empty());
            if text.is_none() {
                options.refuse(Code::OptionInvalid, name);
            }
            Secret::from(text.unwrap_or_default())
        };
        let number = |options: &mut Options<'_>, name: &str| options.number(name, 0, i64::from(u32::MAX));
        let mut options;
        let operation = match command.get("operation").and_then(Value::as_str).unwrap_or_default() {
            "authorizationRequest" => return SignInOptions::from_value(value, false).map(Self::AuthorizationRequest),
            "pushedAuthorizationRequest" => {
                options = read(&["parameters"]);
                let members = options.value("parameters").and_then(Value::as_object).into_iter().flat_map(Object::iter);
                let mut parameters = Vec::new();
                for (name, value) in members {
                    match value.as_str() {
                        Some(value) => parameters.push((name.into(), value.into())),
                        None => options.refuse(Code::OptionInvalid, name),
                    }
                }
                Self::PushedAuthorizationRequest(parameters)
            }
            "authorizationResponse" => {
                options = read(&["url", "state"]);
                Self::AuthorizationResponse {
                    url: options.text("url").unwrap_or_default(),
                    state: secret(&mut options, "state").expose().into(),
                }
            }
            "codeExchange" => {
                options = read(&["code", "codeVerifier", "redirectUri", "nonce", "maxAge", "binding"]);
                Self::CodeExchange(CodeExchange {
                    code: secret(&mut options, "code"),
                    code_verifier: secret(&mut options, "codeVerifier"),
                    redirect_uri: options.text("redirectUri").unwrap_or_default(),
                    nonce: secret(&mut options, "nonce").expose().into(),
                    max_age: number(&mut options, "maxAge"),
                    binding: options.value("binding").cloned(),
                })
            }
            "refresh" => {
                options = read(&["refreshToken", "scopes", "resource", "subject", "nonce", "binding"]);
                Self::Refresh(Refresh {
                    refresh_token: secret(&mut options, "refreshToken"),
                    scopes: options.scopes("scopes"),
                    resources: options.resources("resource"),
                    subject: options.text("subject"),
                    nonce: options.text("nonce"),
                    binding: options.value("binding").cloned(),
                })
            }
            "userInfo" => {
                options = read(&["accessToken", "subject", "binding"]);
                Self::UserInfo {
                    access_token: secret(&mut options, "accessToken"),
                    subject: secret(&mut options, "subject").expose().into(),
                    binding: options.value("binding").cloned(),
                }
            }
            "revocation" => {
                options = read(&["token", "tokenTypeHint"]);
                Self::Revocation { token: secret(&mut options, "token"), hint: options.text("tokenTypeHint") }
            }
            "endSessionRequest" => {
                options = read(&["idToken", "postLogoutRedirectUri", "state"]);
                Self::EndSessionRequest {
                    id_token: options.text("idToken").map(Secret::from),
                    return_to: options.text("postLogoutRedirectUri"),
                    state: options.text("state"),
                }
            }
            "metadata" => return Ok(Self::Metadata),
            "keys" => return Ok(Self::Keys),
            "idToken" => {
                options = read(&["idToken", "nonce", "maxAge", "accessToken"]);
                Self::IdToken(IdToken {
                    id_token: secret(&mut options, "idToken").expose().into(),
                    nonce: options.text("nonce"),
                    max_age: number(&mut options, "maxAge"),
                    access_token: options.text("accessToken").map(Secret::from),
                })
            }
            "tokenExchange" => {
                options = read(&[
                    "subjectToken", "subjectTokenType", "actorToken", "actorTokenType", "requestedTokenType", "audience", "resource",
                    "scopes", "binding",
                ]);
                let request = TokenExchange {
                    subject_token: secret(&mut options, "subjectToken"),
                    subject_token_type: options.text("subjectTokenType").unwrap_or_default(),
                    actor_token: options.text("actorToken").map(Secret::from),
                    actor_token_type: options.text("actorTokenType"),
                    requested_token_type: options.text("requestedTokenType"),
                    audiences: options.texts("audience"),
                    resources: options.resources("resource"),
                    scopes: options.scopes("scopes"),
                };
                Self::TokenExchange(request, options.value("binding").cloned())
            }
            "deviceAuthorization" => {
                options = read(&["scopes", "resource"]);
                let (scopes, resources) = (options.scopes("scopes"), options.resources("resource"));
                Self::DeviceAuthorization(DeviceAuthorization { scopes, resources })
            }
            "deviceToken" => {
                options = read(&["deviceCode", "interval", "expiresIn", "binding"]);
                let request = DeviceToken {
                    device_code: secret(&mut options, "deviceCode"),
                    interval: number(&mut options, "interval"),
                    expires_in: number(&mut options, "expiresIn"),
                };
                Self::DeviceToken(request, options.value("binding").cloned())
            }
            other => return Err(Error::new(Code::OptionUnknown).detail(other)),
        };
        options.done().map(|()| operation)
    }
}

/// Carries an operation out.
pub(crate) async fn perform(cx: &Rc<Context>, operation: Operation) -> Result<Value> {
    let bound = |value: &Option<Value>| Binding::from_value(value.as_ref());
    match operation {
        Operation::AuthorizationRequest(options) => sign_in(cx, &options, false, true).await,
        Operation::PushedAuthorizationRequest(parameters) => {
            let form = parameters.iter().fold(Form::new(), |form, (name, value)| form.with(name, value));
            let metadata = discovery::metadata(cx).await?;
            let pushed = par::send(cx, &metadata, form).await?;
            Ok(Object::new().with("requestUri", pushed.request_uri).with("expiresIn", pushed.expires_in).into())
        }
        Operation::AuthorizationResponse { url, state } => authorization_response(cx, &url, &state).await,
        Operation::CodeExchange(request) => code_exchange(cx, &request, &bound(&request.binding)).await,
        Operation::Refresh(request) => refresh(cx, &request, &bound(&request.binding)).await,
        Operation::UserInfo { access_token, subject, binding } => {
            let claims = userinfo::fetch(cx, &access_token, &subject, &bound(&binding)).await?;
            claims.map(Value::from).ok_or_else(|| Error::new(Code::EndpointMissing).detail("userinfo_endpoint"))
        }
        Operation::Revocation { token, hint } => revoke::token(cx, &token, hint.as_deref()).await.map(|()| Value::Null),
        Operation::EndSessionRequest { id_token, return_to, state } => end_session(cx, id_token, return_to, state).await,
        Operation::Metadata => discovery::metadata(cx).await.map(|metadata| metadata.to_value()),
        Operation::Keys => {
            keys::ensure(cx).await?;
            keys::document(cx).ok_or_else(|| Code::KeysFailed.into())
        }
        Operation::IdToken(IdToken { id_token, nonce, max_age, access_token }) => {
            let checks = Checks { nonce: nonce.as_deref(), max_age, login: nonce.is_some(), access_token: access_token.as_ref() };
            verify::id_token(cx, &id_token, checks).await.map(Value::from)
        }
        Operation::TokenExchange(request, binding) => token_exchange::exchange(cx, request, &bound(&binding)).await,
        Operation::DeviceAuthorization(DeviceAuthorization { scopes, resources }) => device::authorize(cx, &scopes, &resources).await,
        Operation::DeviceToken(request, binding) => {
            let response = device::token(cx, request, &bound(&binding)).await?;
            // Nothing was sent that a nonce could be compared with.
            checked(cx, response, None, false, None, None).await
        }
    }
}

/// The same checks in the same order as on a callback.
pub(crate) async fn authorization_response(cx: &Rc<Context>, url: &str, state: &str) -> Result<Value> {
    let (_, query, fragment) = split_query(url);
    let query = query.unwrap_or("");
    let parameters = match jarm::response(cx, query, fragment) {
        Some(response) => jarm::open(cx, &response).await?,
        None => {
            jarm::demand(cx, false)?;
            form::parse(query).ok_or(Code::CallbackMalformed)?
        }
    };
    if !callback::is_well_formed(&parameters) {
        return Err(Code::CallbackMalformed.into());
    }
    let get = |name: &str| parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    if !same(get("state").ok_or(Code::StateMissing)?, state) {
        return Err(Code::StateUnknown.into());
    }
    let code = callback::code(cx, &get).await?;
    Ok(Object::new().with("code", code.expose()).with_some("sessionState", get("session_state")).into())
}

pub(crate) async fn code_exchange(cx: &Rc<Context>, request: &CodeExchange, binding: &Binding) -> Result<Value> {
    let redirect_uri = if request.redirect_uri.is_empty() { &cx.config.redirect_uri } else { &request.redirect_uri };
    let form = Form::new()
        .with("grant_type", "authorization_code")
        .with("code", request.code.expose())
        .with("redirect_uri", redirect_uri)
        .with("code_verifier", request.code_verifier.expose());
    let metadata = discovery::metadata(cx).await?;
    let response = token_request(cx, &metadata, form, binding, cx.config.request_timeout).await.map_err(refused)?;
    if response.id_token.is_none() {
        return Err(Code::IdTokenMissing.into());
    }
    checked(cx, response, Some(&request.nonce), true, request.max_age, None).await
}

async fn refresh(cx: &Rc<Context>, request: &Refresh, binding: &Binding) -> Result<Value> {
    let mut form = Form::new().with("grant_type", "refresh_token").with("refresh_token", request.refresh_token.expose());
    if !request.scopes.is_empty() {
        form = form.with("scope", &words(&request.scopes, ' '));
    }
    form = request.resources.iter().fold(form, |form, resource| form.with("resource", resource));
    let metadata = discovery::metadata(cx).await?;
    let response = token_request(cx, &metadata, form, binding, cx.config.request_timeout).await.map_err(refused)?;
    checked(cx, response, request.nonce.as_deref(), false, None, request.subject.as_deref()).await
}

/// Checks the ID token of an answer, if there is one; nothing of the answer is given out before. `login`: it
/// answers a sign-in, whose `nonce` it must have.
async fn checked(
    cx: &Rc<Context>,
    response: TokenResponse,
    nonce: Option<&str>,
    login: bool,
    max_age: Option<i64>,
    subject: Option<&str>,
) -> Result<Value> {
    let mut result = response.to_object();
    if let Some(id_token) = &response.id_token {
        let checks = Checks { nonce, max_age, login, access_token: Some(&response.access_token) };
        let claims = verify::id_token(cx, id_token, checks).await?;
        if subject.is_some_and(|subject| claims.get("sub").and_then(Value::as_str) != Some(subject)) {
            return Err(Error::new(Code::IdTokenSubject).detail("another person than before"));
        }
        result.insert("idToken", id_token.as_str());
        result.insert("claims", claims);
    }
    Ok(result.into())
}

/// The address of a sign-out.
async fn end_session(cx: &Rc<Context>, id_token: Option<Secret>, return_to: Option<String>, state: Option<String>) -> Result<Value> {
    let metadata = discovery::metadata(cx).await?;
    let endpoint =
        metadata.address("end_session_endpoint").ok_or_else(|| Error::new(Code::EndpointMissing).detail("end_session_endpoint"))?;
    let form = Form::new()
        .with_some("id_token_hint", id_token.as_ref().map(Secret::expose))
        .with("client_id", &cx.config.client_id)
        .with_some("post_logout_redirect_uri", return_to.as_ref().or(cx.config.post_logout_redirect_uri.as_ref()).map(String::as_str))
        .with_some("state", state.as_deref());
    Ok(append_query(endpoint, &form.finish()).into())
}
