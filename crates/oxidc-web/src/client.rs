//! The client for browser applications.

use std::fmt;
use std::future::Future;
use std::mem::take;
use std::rc::Rc;

use oxidc_core::config::client::ClientConfig;
use web_sys::{Request, RequestInit, Response};

use crate::host::{Host, Then};
use crate::json::{Object, Value};
#[cfg(feature = "extended")]
use crate::oidc::Oidc;
use crate::window::Visit;
use crate::{
    AuthClientOptions, CallbackResult, Error, Event, GetTokensOptions, RefreshOptions, Session, SessionState, SignInOptions,
    SignInSilentOptions, SignOutOptions, SignOutResult, SilentMode, Subscription, Tokens,
};

/// Signs people in from a browser application and keeps their tokens fresh.
///
/// A clone is the same client; when the last one is dropped, the client is closed. Keep one as long as the page lives.
#[derive(Clone)]
pub struct AuthClient(Rc<Shared>);

/// What all clones share.
struct Shared {
    host: Host,
    /// What a sign-in asks for unless it says otherwise.
    default_sign_in: Object,
    /// Where windows open.
    popup: Object,
}

impl AuthClient {
    /// Checks the options and makes a client; nothing is loaded or sent before the first call.
    ///
    /// # Errors
    ///
    /// An error of [`Kind::Configuration`](crate::Kind::Configuration) when the options are wrong.
    pub fn new(mut options: AuthClientOptions) -> Result<Self, Error> {
        // The core reads them again when the page is known; its origin only makes a default.
        ClientConfig::from_value(&options.members.clone().into(), "")?;
        let (default_sign_in, popup) = (take(&mut options.default_sign_in), take(&mut options.popup));
        Ok(Self(Rc::new(Shared { host: Host::new(options), default_sign_in, popup })))
    }

    /// Completes a sign-in or sign-out if the page's address is its callback. Call it first on every page; it is safe on
    /// all of them, and twice. In a window or frame that another page opened, it hands the address over to that page and touches
    /// nothing; the browser then closes the window, so that usually nothing comes after it.
    ///
    /// # Errors
    ///
    /// Those of the callback, the provider, the protocol and the network. The address bar is clean in every case, and a
    /// session that was there before is untouched.
    pub async fn process_callback(&self) -> Result<CallbackResult, Error> {
        self.0.host.process_callback().await.map(|result| CallbackResult::of(&result))
    }

    /// Sends the person to the provider to sign in: in this page, and the future is ready when it is on its way, or with
    /// [`Mode::Popup`](crate::Mode::Popup) in a window, and the future is ready with the session when the person came back. The window opens when this
    /// is called, before anything is awaited: call it directly in a click.
    ///
    /// # Errors
    ///
    /// Of the network when the provider cannot be reached, of the configuration for wrong options; with a window also
    /// [`Code::PopupBlocked`](crate::Code::PopupBlocked), [`Code::PopupClosed`](crate::Code::PopupClosed) or
    /// [`Code::PopupTimedOut`](crate::Code::PopupTimedOut), and those of [`process_callback`](Self::process_callback).
    ///
    /// ```no_run
    /// use oxidc_web::{AuthClient, Mode, SignInOptions};
    ///
    /// // The handler of a click. Your framework or `wasm_bindgen_futures::spawn_local` awaits the rest.
    /// fn clicked(client: &AuthClient) -> impl Future<Output = ()> + use<> {
    ///     let signing_in = client.sign_in(SignInOptions::default().mode(Mode::Popup));
    ///     async move {
    ///         match signing_in.await {
    ///             Ok(session) => drop(session), // show it
    ///             Err(error) => drop(error),    // say why, unless the person closed the window
    ///         }
    ///     }
    /// }
    /// ```
    pub fn sign_in(&self, options: SignInOptions) -> impl Future<Output = Result<Option<Session>, Error>> + use<> {
        let result = self.visit("signIn", with(&self.0.default_sign_in, options.0), true, Then::Abort);
        async { result.await.map(|session| Session::of(&session)) }
    }

    /// Signs in without showing anything: with the refresh token if there is one, else in a hidden frame, or with
    /// [`SilentMode::Redirect`] by way of the provider and back; then there is no session yet, and
    /// [`process_callback`](Self::process_callback) has it.
    ///
    /// # Errors
    ///
    /// [`Code::LoginRequired`](crate::Code::LoginRequired), [`Code::InteractionRequired`](crate::Code::InteractionRequired),
    /// [`Code::ConsentRequired`](crate::Code::ConsentRequired) or
    /// [`Code::AccountSelectionRequired`](crate::Code::AccountSelectionRequired) when the person must act, also for ten minutes after the
    /// provider said so; [`Code::SilentAfterSignOut`](crate::Code::SilentAfterSignOut) when the person signed out here;
    /// [`Code::UserChanged`](crate::Code::UserChanged), which ends the session; [`Code::FrameFailed`](crate::Code::FrameFailed) or
    /// [`Code::FrameBlocked`](crate::Code::FrameBlocked).
    pub async fn sign_in_silent(&self, options: SignInSilentOptions) -> Result<Option<Session>, Error> {
        let mut all = self.0.default_sign_in.clone();
        for shown in ["prompt", "signUp", "popup", "mode"] {
            all.remove(shown);
        }
        if options.0.text("mode") == Some(SilentMode::Redirect.name()) {
            all.insert("returnTo", self.0.host.href());
        }
        all.extend(options.0);
        self.run("signInSilent", Some(all)).await.map(|session| Session::of(&session))
    }

    /// Who is signed in, if anybody.
    ///
    /// # Errors
    ///
    /// When the core cannot be made, the client was closed, or there is no browser.
    pub async fn get_session(&self) -> Result<Option<Session>, Error> {
        self.run("getSession", None).await.map(|session| Session::of(&session))
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
        self.run("getTokens", Some(options.0)).await.map(|tokens| Tokens::of(&tokens))
    }

    /// Renews tokens now, whatever their age.
    ///
    /// # Errors
    ///
    /// As [`get_tokens`](Self::get_tokens).
    pub async fn refresh_session(&self, options: RefreshOptions) -> Result<Session, Error> {
        self.run("refreshSession", Some(options.0)).await.and_then(there)
    }

    /// Reads the user information again.
    ///
    /// # Errors
    ///
    /// Those of the session, the provider, the protocol and the network; the session is kept.
    pub async fn refetch_user_info(&self) -> Result<Session, Error> {
        self.run("refetchUserInfo", None).await.and_then(there)
    }

    /// Ends the session here in every case, and at the provider if it can be reached: in this page, or with [`Mode::Popup`](crate::Mode::Popup) in a
    /// window, which opens when this is called, before anything is awaited: call it directly in a click.
    ///
    /// # Errors
    ///
    /// Of the configuration for wrong options; when the client was closed, or there is no browser.
    pub fn sign_out(&self, options: SignOutOptions) -> impl Future<Output = Result<SignOutResult, Error>> + use<> {
        let result = self.visit("signOut", options.0, false, Then::GoOn);
        async { result.await.map(|result| SignOutResult::of(&result)) }
    }

    /// Gets an address like the browser's `fetch`, with the access token added for the origins in
    /// [`allowed_origins`](AuthClientOptions::allowed_origins). When the API refuses the token, it is renewed once and the
    /// request repeated once, if its body can be sent again. When the API wants a stronger sign-in (RFC 9470), the option
    /// [`on_step_up`](AuthClientOptions::on_step_up) is asked, and the request repeated if it says so. A request with a token does not
    /// follow redirects.
    ///
    /// # Errors
    ///
    /// As [`get_tokens`](Self::get_tokens); [`Code::AuthorizationHeaderSet`](crate::Code::AuthorizationHeaderSet);
    /// [`Code::StepUpRequired`](crate::Code::StepUpRequired) or [`Code::StepUpUnsatisfied`](crate::Code::StepUpUnsatisfied), from which
    /// [`StepUpChallenge::of`](crate::StepUpChallenge::of) reads what the API wants; those of the network; [`Code::OptionInvalid`](crate::Code::OptionInvalid) for what the browser does not take.
    pub async fn fetch(&self, url: &str) -> Result<Response, Error> {
        self.0.host.fetch(url, None).await
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
        self.0.host.fetch(url, Some(init)).await
    }

    /// As [`fetch`](Self::fetch), with a request that was made elsewhere. It follows redirects as it says; one with a body
    /// is not repeated.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    pub async fn fetch_with_request(&self, request: &Request) -> Result<Response, Error> {
        self.0.host.fetch(request, None).await
    }

    /// What a user interface can show. It changes only with [`Event::State`], and is signed out until the first call has read
    /// the storage.
    #[must_use]
    pub fn state(&self) -> SessionState {
        SessionState::of(&self.0.host.state())
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
        Subscription(self.0.host.on(Rc::new(handler)))
    }

    /// Ends everything that is under way and releases what the client holds; calls answer
    /// [`Code::Closed`](crate::Code::Closed) from now on. The session stays in its storage.
    pub async fn close(&self) {
        self.0.host.close().await;
    }

    /// The operations of the protocol one by one, each usable alone. They neither read nor write the session.
    #[cfg(feature = "extended")]
    #[must_use]
    pub fn oidc(&self) -> Oidc {
        Oidc(self.clone())
    }

    #[cfg(feature = "extended")]
    pub(crate) async fn operation(&self, name: &str, options: Object) -> Result<Value, Error> {
        let command = Object::new().with("do", "operation").with("operation", name).with("options", options);
        self.0.host.run(command, Then::Abort).await
    }

    async fn run(&self, call: &str, options: Option<Object>) -> Result<Value, Error> {
        self.0.host.run(Object::new().with("do", call).with_some("options", options), Then::Abort).await
    }

    /// Sends the person to the provider. A window opens here and now. `insist`: the call is of no use without it.
    fn visit(&self, call: &str, options: Object, insist: bool, then: Then) -> impl Future<Output = Result<Value, Error>> + use<> {
        let Visit { options, window } = Visit::of(options, self.0.popup.clone());
        let command = Object::new().with("do", call).with("options", options);
        let shown = window.map(|place| self.0.host.show(command.clone(), place, insist, then));
        let shared = Rc::clone(&self.0);
        async move {
            match shown {
                Some(shown) => shown.await,
                None => shared.host.run(command, then).await,
            }
        }
    }
}

/// Options over their defaults.
fn with(defaults: &Object, options: Object) -> Object {
    let mut all = defaults.clone();
    all.extend(options);
    all
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
    use crate::{Code, Mode, Storage};

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
                client.sign_in(SignInOptions::default()).await.map(drop).map_err(code),
                client.sign_in(SignInOptions::default().mode(Mode::Popup)).await.map(drop).map_err(code),
                client.sign_in_silent(SignInSilentOptions::default()).await.map(drop).map_err(code),
                client.sign_in_silent(SignInSilentOptions::default().mode(SilentMode::Redirect)).await.map(drop).map_err(code),
                client.get_session().await.map(drop).map_err(code),
                client.get_tokens(GetTokensOptions::default()).await.map(drop).map_err(code),
                client.refresh_session(RefreshOptions::default()).await.map(drop).map_err(code),
                client.refetch_user_info().await.map(drop).map_err(code),
                client.sign_out(SignOutOptions::default()).await.map(drop).map_err(code),
                client.fetch("https://api.example.com/").await.map(drop).map_err(code),
            ]
        });
        assert_eq!(all, [Err(Code::NoBrowser); 11]);
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
