//! The operations of the protocol one by one, by an application that keeps everything itself.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use oxidc_web::json::Value;
use oxidc_web::oidc::{
    AuthorizationRequest, Binding, DeviceAuthorizationOptions, DeviceTokenOptions, EndSessionRequestOptions, IdTokenOptions, Oidc,
    RefreshTokenOptions, RevocationOptions, TokenExchangeOptions, TokenResponse, UserInfoOptions,
};
use oxidc_web::{AuthClient, AuthClientOptions, Dpop, Error, SignInOptions, Storage};
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use crate::{Answer, code};

/// What such an application keeps: its request as a text, and tokens.
#[wasm_bindgen]
pub struct OidcHarness {
    oidc: Oidc,
    kept: RefCell<String>,
    tokens: RefCell<Option<TokenResponse>>,
}

fn said<T>(result: Result<T, Error>, text: impl FnOnce(T) -> String) -> Answer {
    result.map(text).map_err(|error| code(&error))
}

#[wasm_bindgen]
impl OidcHarness {
    /// Makes a client; `storage` is the address of a worker's script, `key` signs its requests.
    #[wasm_bindgen(constructor)]
    pub fn new(issuer: &str, client_id: &str, storage: Option<String>, key: Option<CryptoKey>) -> Result<OidcHarness, String> {
        let mut options = AuthClientOptions::new(issuer, client_id).scopes("openid profile email offline_access");
        if client_id == "spa-dpop" {
            options = options.dpop(Dpop::Required);
        }
        if client_id == "device" {
            options = options.scopes("openid");
        }
        if let Some(url) = storage {
            options = options.storage(Storage::worker(url));
        }
        if let Some(key) = key {
            options = options.request_object_key(key, "ES256", Some("request-1"));
        }
        let client = AuthClient::new(options).map_err(|error| code(&error))?;
        // It is the last clone of its client.
        Ok(Self { oidc: client.oidc(), kept: RefCell::default(), tokens: RefCell::default() })
    }

    fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest::of(&Value::parse(&self.kept.borrow()).unwrap_or(Value::Null))
    }

    fn binding(&self) -> Option<Binding> {
        self.request().binding
    }

    fn token(&self, which: impl FnOnce(TokenResponse) -> Option<oxidc_web::Secret>) -> oxidc_web::Secret {
        self.tokens.borrow().clone().and_then(which).unwrap_or_default()
    }

    /// The address of a request.
    pub async fn authorize(&self) -> Answer {
        let options = SignInOptions::default().prompt("consent").return_to("/inside").app_state("state");
        said(self.oidc.authorization_request(options).await, |request| {
            self.kept.replace(request.to_value().to_text());
            request.url
        })
    }

    /// Takes the address that the provider sent the person to: who it is, and the kind of the token.
    pub async fn arrive(&self, url: &str) -> Answer {
        let request = self.request();
        let response = self.oidc.authorization_response(url, &request.state).await.map_err(|error| code(&error))?;
        said(self.oidc.code_exchange(request.exchange(response.code)).await, |tokens| {
            let who = tokens.claims.as_ref().map(|claims| claims.sub().to_owned()).unwrap_or_default();
            let text = format!("{who} {}", tokens.token_type);
            self.tokens.replace(Some(tokens));
            text
        })
    }

    /// The name of a person, read with the access token.
    pub async fn user_info(&self, subject: &str) -> Answer {
        let options = UserInfoOptions::new(self.token(|tokens| Some(tokens.access_token)), subject);
        let options = self.binding().map_or(options.clone(), |binding| options.binding(binding));
        said(self.oidc.user_info(options).await, |claims| claims.name().unwrap_or_default().into())
    }

    /// Whose the ID token is.
    pub async fn id_token(&self, nonce: Option<String>) -> Answer {
        let options = IdTokenOptions::new(self.token(|tokens| tokens.id_token)).nonce(nonce.unwrap_or(self.request().nonce));
        let options = options.access_token(self.token(|tokens| Some(tokens.access_token)));
        said(self.oidc.id_token(options).await, |claims| claims.sub().into())
    }

    /// The refresh token, as this page knows it.
    pub fn refresh_token(&self) -> String {
        self.token(|tokens| tokens.refresh_token).expose().into()
    }

    /// Exchanges the refresh token: whether there is a new access token.
    pub async fn refresh(&self) -> Answer {
        let before = self.token(|tokens| Some(tokens.access_token));
        let options = RefreshTokenOptions::new(self.token(|tokens| tokens.refresh_token)).subject("alice").nonce(self.request().nonce);
        let options = self.binding().map_or(options.clone(), |binding| options.binding(binding));
        said(self.oidc.refresh(options).await, |tokens| {
            let another = !tokens.access_token.matches(before.expose());
            self.tokens.replace(Some(tokens));
            another.to_string()
        })
    }

    /// Begins to exchange the refresh token, and gives up when the request is on its way.
    pub async fn refresh_and_give_up(&self) {
        let options = RefreshTokenOptions::new(self.token(|tokens| tokens.refresh_token));
        let mut given_up = Box::pin(self.oidc.refresh(options));
        poll_fn(|cx| Poll::Ready(given_up.as_mut().poll(cx).is_ready())).await;
    }

    /// Revokes the refresh token.
    pub async fn revoke(&self) -> Answer {
        let options = RevocationOptions::new(self.token(|tokens| tokens.refresh_token)).token_type_hint("refresh_token");
        said(self.oidc.revocation(options).await, |()| "revoked".into())
    }

    /// The address at which the person signs out.
    pub async fn end(&self) -> Answer {
        let options = EndSessionRequestOptions::default().id_token(self.token(|tokens| tokens.id_token)).state("bye");
        said(self.oidc.end_session_request(options).await, |url| url)
    }

    /// The token endpoint, and how many keys there are.
    pub async fn provider(&self) -> Answer {
        let metadata = self.oidc.metadata().await.map_err(|error| code(&error))?;
        said(self.oidc.keys().await, |keys| {
            let count = keys.get("keys").and_then(Value::as_array).map_or(0, <[Value]>::len);
            format!("{} {count}", metadata.text("token_endpoint").unwrap_or_default())
        })
    }

    /// Pushes the parameters of a request, given as its query.
    pub async fn push(&self, query: &str) -> Answer {
        let parameters = web_sys::UrlSearchParams::new_with_str(query).map_err(|_| "no query")?;
        let names = ["redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method"];
        let pairs = names.iter().filter_map(|name| Some((*name, parameters.get(name)?)));
        said(self.oidc.pushed_authorization_request(pairs).await, |pushed| {
            format!("{} {}", pushed.request_uri, pushed.expires_in.as_secs())
        })
    }

    /// Exchanges a token for a narrower one.
    pub async fn exchange(&self, token: &str) -> Answer {
        let options = TokenExchangeOptions::new(token).audience(["mini"]).scopes("api:read");
        said(self.oidc.token_exchange(options).await, |exchanged| {
            let shown = exchanged.access_token.map(|token| token.expose().to_owned()).unwrap_or_default();
            format!("{shown} {} {}", exchanged.issued_token_type, exchanged.expires_in.map_or(0, |span| span.as_secs()))
        })
    }

    /// Asks for codes for a device, and waits until the person has confirmed; `show` is called with the address in between.
    pub async fn device(&self, show: js_sys::Function) -> Answer {
        let codes = self.oidc.device_authorization(DeviceAuthorizationOptions::default()).await.map_err(|error| code(&error))?;
        let complete = codes.verification_uri_complete.clone().unwrap_or_default();
        show.call1(&JsValue::UNDEFINED, &complete.into()).map_err(|_| "not shown")?;
        let options = DeviceTokenOptions::from(&codes).interval(Duration::from_secs(1));
        said(self.oidc.device_token(options).await, |tokens| tokens.claims.map(|claims| claims.sub().to_owned()).unwrap_or_default())
    }
}
