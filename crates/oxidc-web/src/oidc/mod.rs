//! The operations of the protocol one by one, each usable alone. They neither read nor write the session: what one gives out, the application
//! hands to the next.
//!
//! ```no_run
//! use oxidc_web::oidc::{RefreshTokenOptions, UserInfoOptions};
//! use oxidc_web::{AuthClient, Error, SignInOptions};
//!
//! async fn by_hand(client: &AuthClient, go: impl AsyncFn(&str) -> String) -> Result<(), Error> {
//!     let oidc = client.oidc();
//!     let request = oidc.authorization_request(SignInOptions::default().prompt("login")).await?;
//!     // Send the person there; keep the request until they are back (`AuthorizationRequest::to_value`).
//!     let back = go(&request.url).await;
//!     let code = oidc.authorization_response(&back, &request.state).await?.code;
//!     let tokens = oidc.code_exchange(request.exchange(code)).await?;
//!     let subject = tokens.claims.as_ref().map(|claims| claims.sub().to_owned()).unwrap_or_default();
//!     let _user = oidc.user_info(UserInfoOptions::new(tokens.access_token, subject.clone())).await?;
//!     if let Some(refresh_token) = tokens.refresh_token {
//!         oidc.refresh(RefreshTokenOptions::new(refresh_token).subject(subject).nonce(request.nonce)).await?;
//!     }
//!     Ok(())
//! }
//! ```

mod answers;
mod options;

pub use answers::{
    AuthorizationRequest, AuthorizationResponse, Binding, DeviceAuthorization, ExchangedToken, PushedAuthorizationRequest, TokenResponse,
};
pub use options::{
    CodeExchangeOptions, DeviceAuthorizationOptions, DeviceTokenOptions, EndSessionRequestOptions, IdTokenOptions, RefreshTokenOptions,
    RevocationOptions, TokenExchangeOptions, UserInfoOptions,
};

use crate::json::{Object, Value};
use crate::{AuthClient, Claims, Error, SignInOptions};

/// The operations of a client, see [`AuthClient::oidc`]. It counts as a clone of its client.
#[derive(Clone, Debug)]
pub struct Oidc(pub(crate) AuthClient);

impl Oidc {
    /// The address of an authorization request, pushed or signed first where that is configured. Where it leads to afterwards, what the
    /// application gives along and windows are the application's own here, and left out.
    ///
    /// # Errors
    ///
    /// Of the network when the provider cannot be reached, of the configuration for wrong options.
    pub async fn authorization_request(&self, options: SignInOptions) -> Result<AuthorizationRequest, Error> {
        let mut options = options.0;
        for of_a_page in ["returnTo", "appState", "mode", "popup"] {
            options.remove(of_a_page);
        }
        self.run("authorizationRequest", options).await.map(|request| AuthorizationRequest::of(&request))
    }

    /// Pushes a request with these parameters (RFC 9126).
    ///
    /// # Errors
    ///
    /// [`Code::EndpointMissing`](crate::Code::EndpointMissing) where the provider takes none; those of the provider and the network.
    ///
    /// ```no_run
    /// # async fn push(client: oxidc_web::AuthClient) -> Result<(), oxidc_web::Error> {
    /// let pushed = client.oidc().pushed_authorization_request([("response_type", "code"), ("scope", "openid")]).await?;
    /// let _address = format!("https://login.example.com/auth?client_id=my-app&request_uri={}", pushed.request_uri);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn pushed_authorization_request<N: Into<String>, V: Into<String>>(
        &self,
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Result<PushedAuthorizationRequest, Error> {
        let mut all = Object::new();
        parameters.into_iter().for_each(|(name, value)| all.insert(&name.into(), value.into()));
        let pushed = self.run("pushedAuthorizationRequest", Object::new().with("parameters", all)).await;
        pushed.map(|pushed| PushedAuthorizationRequest::of(&pushed))
    }

    /// Checks an authorization response: shape, `state`, `iss`, signature where one was asked for, error. `url` is the whole address that the
    /// provider sent the person to. Gives out the code.
    ///
    /// # Errors
    ///
    /// Those of the callback and the provider.
    pub async fn authorization_response(&self, url: &str, state: &str) -> Result<AuthorizationResponse, Error> {
        let options = Object::new().with("url", url).with("state", state);
        self.run("authorizationResponse", options).await.map(|response| AuthorizationResponse::of(&response))
    }

    /// Exchanges a code (RFC 6749 section 4.1.3); [`AuthorizationRequest::exchange`] makes the options. The ID token is checked in full before
    /// anything is given out.
    ///
    /// # Errors
    ///
    /// [`Code::GrantRejected`](crate::Code::GrantRejected) when the provider does not accept the code; those of the protocol and the network.
    pub async fn code_exchange(&self, options: CodeExchangeOptions) -> Result<TokenResponse, Error> {
        self.run("codeExchange", options.0).await.map(|response| TokenResponse::of(&response))
    }

    /// Exchanges a refresh token (RFC 6749 section 6). Keep the new one if there is one: the old one may be used up.
    ///
    /// # Errors
    ///
    /// [`Code::GrantRejected`](crate::Code::GrantRejected) when the provider does not accept the token; those of the protocol and the network.
    pub async fn refresh(&self, options: RefreshTokenOptions) -> Result<TokenResponse, Error> {
        self.run("refresh", options.0).await.map(|response| TokenResponse::of(&response))
    }

    /// Reads user information (OpenID Connect Core 1.0 section 5.3).
    ///
    /// # Errors
    ///
    /// [`Code::UserInfoSubjectMismatch`](crate::Code::UserInfoSubjectMismatch) when it is about another person; those of the protocol and the
    /// network.
    pub async fn user_info(&self, options: UserInfoOptions) -> Result<Claims, Error> {
        self.run("userInfo", options.0).await.map(|claims| Claims::of(&claims))
    }

    /// Revokes a token (RFC 7009).
    ///
    /// # Errors
    ///
    /// [`Code::EndpointMissing`](crate::Code::EndpointMissing) where the provider revokes none; those of the provider and the network.
    ///
    /// ```no_run
    /// # use oxidc_web::oidc::RevocationOptions;
    /// # async fn revoke(client: oxidc_web::AuthClient, refresh_token: oxidc_web::Secret) -> Result<(), oxidc_web::Error> {
    /// client.oidc().revocation(RevocationOptions::new(refresh_token).token_type_hint("refresh_token")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn revocation(&self, options: RevocationOptions) -> Result<(), Error> {
        self.run("revocation", options.0).await.map(drop)
    }

    /// The address at which a person signs out at the provider (OpenID Connect RP-Initiated Logout 1.0).
    ///
    /// # Errors
    ///
    /// [`Code::EndpointMissing`](crate::Code::EndpointMissing) where the provider has none; those of the network.
    pub async fn end_session_request(&self, options: EndSessionRequestOptions) -> Result<String, Error> {
        self.run("endSessionRequest", options.0).await.map(|url| url.as_str().map(String::from).unwrap_or_default())
    }

    /// The provider's metadata (OpenID Connect Discovery 1.0 section 3), as far as it is used, checked.
    ///
    /// # Errors
    ///
    /// Those of discovery and the network.
    pub async fn metadata(&self) -> Result<Object, Error> {
        self.run("metadata", Object::new()).await.map(|metadata| metadata.as_object().cloned().unwrap_or_default())
    }

    /// The provider's keys, a JWK Set (RFC 7517 section 5).
    ///
    /// # Errors
    ///
    /// [`Code::KeysFailed`](crate::Code::KeysFailed), and those of discovery and the network.
    pub async fn keys(&self) -> Result<Value, Error> {
        self.run("keys", Object::new()).await
    }

    /// Checks an ID token in full (OpenID Connect Core 1.0 section 3.1.3.7); its claims.
    ///
    /// # Errors
    ///
    /// Those of ID tokens, and of the network when keys are missing.
    ///
    /// ```no_run
    /// # use oxidc_web::oidc::IdTokenOptions;
    /// # async fn check(client: oxidc_web::AuthClient, id_token: &str, nonce: &str) -> Result<(), oxidc_web::Error> {
    /// let claims = client.oidc().id_token(IdTokenOptions::new(id_token).nonce(nonce)).await?;
    /// let _person = claims.sub();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn id_token(&self, options: IdTokenOptions) -> Result<Claims, Error> {
        self.run("idToken", options.0).await.map(|claims| Claims::of(&claims))
    }

    /// Exchanges a token for another (RFC 8693).
    ///
    /// # Errors
    ///
    /// [`Code::GrantRejected`](crate::Code::GrantRejected) when the provider does not accept the token; those of the protocol and the network.
    ///
    /// ```no_run
    /// # use oxidc_web::oidc::TokenExchangeOptions;
    /// # async fn narrow(client: oxidc_web::AuthClient, token: oxidc_web::Secret) -> Result<(), oxidc_web::Error> {
    /// let exchanged = client.oidc().token_exchange(TokenExchangeOptions::new(token).audience(["urn:files"]).scopes("read")).await?;
    /// let _for_files = exchanged.access_token;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn token_exchange(&self, options: TokenExchangeOptions) -> Result<ExchangedToken, Error> {
        self.run("tokenExchange", options.0).await.map(|exchanged| ExchangedToken::of(&exchanged))
    }

    /// Asks for codes for a device (RFC 8628 section 3.1).
    ///
    /// # Errors
    ///
    /// [`Code::DeviceResponseInvalid`](crate::Code::DeviceResponseInvalid), [`Code::EndpointMissing`](crate::Code::EndpointMissing); those of the
    /// provider and the network.
    ///
    /// ```no_run
    /// # use oxidc_web::oidc::{DeviceAuthorizationOptions, DeviceTokenOptions};
    /// # async fn device(client: oxidc_web::AuthClient, show: impl Fn(&str, &str)) -> Result<(), oxidc_web::Error> {
    /// let codes = client.oidc().device_authorization(DeviceAuthorizationOptions::default()).await?;
    /// show(&codes.verification_uri, &codes.user_code);
    /// let _tokens = client.oidc().device_token(DeviceTokenOptions::from(&codes)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn device_authorization(&self, options: DeviceAuthorizationOptions) -> Result<DeviceAuthorization, Error> {
        self.run("deviceAuthorization", options.0).await.map(|codes| DeviceAuthorization::of(&codes))
    }

    /// Asks until the person has confirmed, declined, or the code has expired (RFC 8628 section 3.4).
    ///
    /// # Errors
    ///
    /// [`Code::DeviceCodeExpired`](crate::Code::DeviceCodeExpired), [`Code::GrantRejected`](crate::Code::GrantRejected); those of the provider, the
    /// protocol and the network.
    pub async fn device_token(&self, options: DeviceTokenOptions) -> Result<TokenResponse, Error> {
        self.run("deviceToken", options.0).await.map(|response| TokenResponse::of(&response))
    }

    async fn run(&self, operation: &str, options: Object) -> Result<Value, Error> {
        self.0.operation(operation, options).await
    }
}
