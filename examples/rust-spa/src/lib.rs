//! The example application in plain Rust, without a framework: the same page as `examples/spa`.

#![forbid(unsafe_code)]

mod config;
mod view;

use std::cell::Cell;
use std::rc::Rc;

use oxidc_web::{
    AuthClient, AuthClientOptions, CallbackResult, Error, Event, RefreshOptions, Resource, Session, SessionReason, SignInOptions,
    SignOutOptions,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlButtonElement, Url};

use crate::config::{Config, body};
use crate::view::{element, log, show_answer, show_error, show_expiry, show_renewals, show_session, window, write};

/// What the page remembers between events.
#[derive(Default)]
struct Page {
    expires_at: Cell<Option<i64>>,
    renewals: Cell<i32>,
}

impl Page {
    fn show(&self, session: Option<&Session>) -> Result<(), JsValue> {
        self.expires_at.set(session.and_then(|session| session.expires_at));
        show_session(session)?;
        show_expiry(self.expires_at.get())
    }

    fn tell(&self, event: Event) -> Result<(), JsValue> {
        match event {
            Event::Session { session, reason } => {
                // The token of the sign-in itself is announced next, and is no renewal.
                if reason == SessionReason::SignedIn {
                    self.renewals.set(-1);
                }
                self.show(session.as_ref())?;
                log(&format!("session: {}", reason.name()))
            }
            Event::Tokens(token) => {
                if token.resources.is_empty() {
                    self.renewals.set(self.renewals.get() + 1);
                    show_renewals(self.renewals.get())?;
                }
                let resources = token.resources.join(" ");
                log(&format!("fresh access token for {}", if resources.is_empty() { "the provider" } else { &resources }))
            }
            Event::SignedOut(reason) => log(&format!("signed out: {}", reason.name())),
            Event::Error(error) => report(&error),
            _ => Ok(()),
        }
    }
}

/// What can go wrong here: a call of the client, or the page itself.
enum Wrong {
    Client(Error),
    Page(JsValue),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<JsValue> for Wrong {
    fn from(error: JsValue) -> Self {
        Self::Page(error)
    }
}

fn report(error: &Error) -> Result<(), JsValue> {
    show_error(Some(error))?;
    log(&format!("error: {}", error.code().name()))
}

/// Shows what went wrong.
fn settle(result: Result<(), Wrong>) -> Result<(), JsValue> {
    match result {
        Ok(()) => Ok(()),
        Err(Wrong::Client(error)) => report(&error),
        Err(Wrong::Page(error)) => Err(error),
    }
}

/// Runs what a button stands for, once at a time, and shows what goes wrong.
fn on_click<F: Future<Output = Result<(), Wrong>> + 'static>(
    id: &str,
    client: &AuthClient,
    action: impl Fn(AuthClient) -> F + 'static,
) -> Result<(), JsValue> {
    let button: HtmlButtonElement = element(id)?.dyn_into()?;
    let (clicked, client) = (button.clone(), client.clone());
    let click = Closure::<dyn Fn()>::new(move || {
        let (button, work) = (clicked.clone(), action(client.clone()));
        spawn_local(async move {
            button.set_disabled(true);
            let shown = match show_error(None) {
                Ok(()) => settle(work.await),
                failed => failed,
            };
            button.set_disabled(false);
            complain(shown);
        });
    });
    button.add_event_listener_with_callback("click", click.into_js_value().unchecked_ref())
}

/// The page itself is broken: only its developer can do something about it.
fn complain(result: Result<(), JsValue>) {
    if let Err(error) = result {
        web_sys::console::error_1(&error);
    }
}

/// Starts the application.
#[wasm_bindgen(start)]
pub async fn start() -> Result<(), JsValue> {
    let config = Config::read().await?;
    let origin = window()?.location().origin()?;
    let me = Url::new_with_base("me", &config.api)?;
    let page = Rc::new(Page::default());

    let options = AuthClientOptions::new(&config.issuer, &config.client_id)
        .post_logout_redirect_uri(format!("{origin}/"))
        .scopes("openid profile email offline_access")
        .resources([Resource::new(&config.api).scopes("api:read")])
        .allowed_origins([me.origin()])
        // Nothing needs to be loaded anew: this page shows whatever the session is.
        .on_return(|target| {
            let history = window().and_then(|window| window.history());
            complain(history.and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&target.url))));
        });
    let client = AuthClient::new(options).map_err(|error| error.to_string())?;

    let told = Rc::clone(&page);
    client.on(move |event| complain(told.tell(event))).forget();

    // Some providers give a refresh token only with the person's consent (OpenID Connect Core 1.0 section 11).
    on_click("sign-in", &client, |c| async move { Ok(c.sign_in(SignInOptions::default().prompt("consent")).await.map(drop)?) })?;
    on_click("create-account", &client, |c| async move { Ok(c.sign_in(SignInOptions::default().sign_up(true)).await.map(drop)?) })?;
    on_click("refresh", &client, |c| async move { Ok(c.refresh_session(RefreshOptions::default()).await.map(drop)?) })?;
    on_click("reload-user", &client, |c| async move { Ok(c.refetch_user_info().await.map(drop)?) })?;
    on_click("sign-out-here", &client, |c| async move {
        Ok(c.sign_out(SignOutOptions::default().federated(false).revoke(true)).await.map(drop)?)
    })?;
    on_click("sign-out-provider", &client, |c| async move { Ok(c.sign_out(SignOutOptions::default().return_to("/")).await.map(drop)?) })?;
    on_click("dismiss", &client, |_| async { Ok(()) })?;
    let address = me.href();
    write("api-address", &address)?;
    on_click("call-api", &client, move |c| {
        let address = address.clone();
        async move {
            let answer = c.fetch(&address).await?;
            Ok(show_answer(answer.status(), &body(&answer).await?)?)
        }
    })?;

    let shown = Rc::clone(&page);
    let tick = Closure::<dyn Fn()>::new(move || complain(show_expiry(shown.expires_at.get()))).into_js_value();
    window()?.set_interval_with_callback_and_timeout_and_arguments_0(tick.unchecked_ref(), 500)?;

    // First of all, and on every load: this page may be the one that the provider sends people back to.
    match client.process_callback().await {
        Ok(CallbackResult::SignIn { .. }) => log("callback: signIn")?,
        Ok(CallbackResult::SignOut { .. }) => log("callback: signOut")?,
        Ok(_) => log("callback: none")?,
        Err(error) => report(&error)?,
    }
    let session = client.get_session().await.map_err(|error| error.to_string())?;
    page.show(session.as_ref())
}
