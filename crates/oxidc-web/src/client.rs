//! The client for browser applications.

use std::fmt;
use std::rc::Rc;

use oxidc_core::config::client::ClientConfig;
use web_sys::{Request, RequestInit, Response};

use crate::host::{Host, Then};
use crate::json::{Object, Value};
use crate::{
    AuthClientOptions, CallbackResult, Error, Event, GetTokensOptions, RefreshOptions, Session, SessionState, SignInOptions,
    SignOutOptions, SignOutResult, Subscription, Tokens,
};

/// Signs people in from a browser application and keeps their tokens fresh.
///
/// A clone is the same client; when the last one is dropped, the client is closed. Keep one as long as the page lives.
#[derive(Clone)]
pub struct AuthClient(Rc<Host>);

impl AuthClient {
    /// Checks the options and makes a client; nothing is loaded or sent before the first call.
    ///
    /// # Errors
    ///
    /// An error of [`Kind::Configuration`](crate::Kind::Configuration) when the options are wrong.
    pub fn new(options: AuthClientOptions) -> Result<Self, Error> {
        // The core reads them again when the page is known; its origin only makes a default.
        ClientConfig::from_value(&options.members.clone().into(), "")?;
        Ok(Self(Rc::new(Host::new(options))))
    }

    /// Completes a sign-in or sign-out if the page's address is its callback. Call it first on every page; it is safe on
    /// all of them, and twice.
    ///
    /// # Errors
    ///
    /// Those of the callback, the provider, the protocol and the network. The address bar is clean in every case, and a
    /// session that was there before is untouched.
    pub async fn process_callback(&self) -> Result<CallbackResult, Error> {
        self.0.process_callback().await.map(|result| CallbackResult::of(&result))
    }

    /// Sends the person to the provider to sign in. The future is ready when the page is on its way.
    ///
    /// # Errors
    ///
    /// Of the network when the provider cannot be reached, of the configuration for wrong options.
    pub async fn sign_in(&self, options: SignInOptions) -> Result<(), Error> {
        self.run("signIn", Some(options.0), Then::Abort).await.map(drop)
    }

    /// Who is signed in, if anybody.
    ///
    /// # Errors
    ///
    /// When the core cannot be made, the client was closed, or there is no browser.
    pub async fn get_session(&self) -> Result<Option<Session>, Error> {
        self.run("getSession", None, Then::GoOn).await.map(|session| Session::of(&session))
    }

    /// An access token that is good for a while: from memory if possible, else fetched with the refresh token, once for all
    /// callers and tabs.
    ///
    /// # Errors
    ///
    /// [`Code::NoSession`](crate::Code::NoSession), [`Code::NoRefreshToken`](crate::Code::NoRefreshToken) or
    /// [`Code::RefreshRejected`](crate::Code::RefreshRejected), and those of the network when a new token is needed. Only
    /// [`SessionEffect::Ended`](crate::SessionEffect::Ended) means that the person must sign in again.
    pub async fn get_tokens(&self, options: GetTokensOptions) -> Result<Tokens, Error> {
        self.run("getTokens", Some(options.0), Then::Abort).await.map(|tokens| Tokens::of(&tokens))
    }

    /// Renews tokens now, whatever their age.
    ///
    /// # Errors
    ///
    /// As [`get_tokens`](Self::get_tokens).
    pub async fn refresh_session(&self, options: RefreshOptions) -> Result<Session, Error> {
        self.run("refreshSession", Some(options.0), Then::Abort).await.and_then(there)
    }

    /// Reads the user information again.
    ///
    /// # Errors
    ///
    /// Those of the session, the provider, the protocol and the network; the session is kept.
    pub async fn refetch_user_info(&self) -> Result<Session, Error> {
        self.run("refetchUserInfo", None, Then::GoOn).await.and_then(there)
    }

    /// Ends the session here in every case, and at the provider if it can be reached.
    ///
    /// # Errors
    ///
    /// Of the configuration for wrong options; when the client was closed, or there is no browser.
    pub async fn sign_out(&self, options: SignOutOptions) -> Result<SignOutResult, Error> {
        self.run("signOut", Some(options.0), Then::GoOn).await.map(|result| SignOutResult::of(&result))
    }

    /// Gets an address like the browser's `fetch`, with the access token added for the origins in
    /// [`allowed_origins`](AuthClientOptions::allowed_origins). When the API refuses the token, it is renewed once and the
    /// request repeated once, if its body can be sent again. A request with a token does not follow redirects.
    ///
    /// # Errors
    ///
    /// As [`get_tokens`](Self::get_tokens); [`Code::AuthorizationHeaderSet`](crate::Code::AuthorizationHeaderSet); those of
    /// the network; [`Code::OptionInvalid`](crate::Code::OptionInvalid) for what the browser does not take.
    pub async fn fetch(&self, url: &str) -> Result<Response, Error> {
        self.0.fetch(url, None).await
    }

    /// As [`fetch`](Self::fetch), with a method, headers, a body. Redirects are followed if `init` says so.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    ///
    /// ```no_run
    /// # async fn order(client: oxidc_web::AuthClient) -> Result<(), oxidc_web::Error> {
    /// let init = web_sys::RequestInit::new();
    /// init.set_method("POST");
    /// init.set_body(&r#"{"article": 7}"#.into());
    /// let answer = client.fetch_with_init("https://api.example.com/orders", &init).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch_with_init(&self, url: &str, init: &RequestInit) -> Result<Response, Error> {
        self.0.fetch(url, Some(init)).await
    }

    /// As [`fetch`](Self::fetch), with a request that was made elsewhere. It follows redirects as it says; one with a body
    /// is not repeated.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    pub async fn fetch_with_request(&self, request: &Request) -> Result<Response, Error> {
        self.0.fetch(request, None).await
    }

    /// What a user interface can show. It changes only with [`Event::State`], and is signed out until the first call has read
    /// the storage.
    #[must_use]
    pub fn state(&self) -> SessionState {
        SessionState::of(&self.0.state())
    }

    /// Listens to all events until the subscription is dropped.
    ///
    /// ```no_run
    /// use oxidc_web::Event;
    ///
    /// # fn listen(client: oxidc_web::AuthClient) {
    /// let subscription = client.on(|event| match event {
    ///     Event::Session { session, .. } => drop(session), // show it
    ///     Event::Error(error) => drop(error),              // report it
    ///     _ => (),
    /// });
    /// subscription.forget(); // listen as long as the client lives
    /// # }
    /// ```
    pub fn on(&self, handler: impl Fn(Event) + 'static) -> Subscription {
        Subscription(self.0.on(Rc::new(handler)))
    }

    /// Ends everything that is under way and releases what the client holds; calls answer
    /// [`Code::Closed`](crate::Code::Closed) from now on. The session stays in its storage.
    pub async fn close(&self) {
        self.0.close().await;
    }

    async fn run(&self, call: &str, options: Option<Object>, then: Then) -> Result<Value, Error> {
        self.0.run(Object::new().with("do", call).with_some("options", options), then).await
    }
}

/// A call that ends well has a session.
fn there(session: Value) -> Result<Session, Error> {
    Session::of(&session).ok_or_else(|| Error::new(crate::Code::NoSession))
}

impl fmt::Debug for AuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthClient").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::{Code, Storage};

    /// Nothing here waits for anything.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn without_a_browser_a_client_can_be_made_and_every_call_says_so() {
        let options = AuthClientOptions::new("https://login.example.com", "app").storage(Storage::Local).on_return(|_| ());
        let client = AuthClient::new(options).unwrap();
        let code = |error: Error| error.code();
        let all = at_once(async {
            [
                client.process_callback().await.map(drop).map_err(code),
                client.sign_in(SignInOptions::default()).await.map_err(code),
                client.get_session().await.map(drop).map_err(code),
                client.get_tokens(GetTokensOptions::default()).await.map(drop).map_err(code),
                client.refresh_session(RefreshOptions::default()).await.map(drop).map_err(code),
                client.refetch_user_info().await.map(drop).map_err(code),
                client.sign_out(SignOutOptions::default()).await.map(drop).map_err(code),
                client.fetch("https://api.example.com/").await.map(drop).map_err(code),
            ]
        });
        assert_eq!(all, [Err(Code::NoBrowser); 8]);
    }

    #[test]
    fn without_a_browser_events_never_come_and_closing_is_nothing() {
        let client = AuthClient::new(AuthClientOptions::new("https://login.example.com", "app")).unwrap();
        drop(client.on(|_| panic!("an event")));
        client.on(|_| panic!("an event")).forget();
        at_once(client.close());
        assert_eq!(at_once(client.get_session()).unwrap_err().code(), Code::NoBrowser);
    }
}
