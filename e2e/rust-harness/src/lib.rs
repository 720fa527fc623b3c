//! A bare page with the Rust face in it. Tests make a client and look at what it does; answers are texts, errors their codes.

#![forbid(unsafe_code)]

mod miniapp;
mod oidc;
mod window;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use oxidc_web::{
    AuthClient, AuthClientOptions, CallbackResult, CustomStorage, Error, Event, GetTokensOptions, Resource, SignInOptions, SignOutOptions,
    Storage, StorageFailure, StorageFuture, Subscription, WORKER_SCRIPT,
};
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

type Answer = Result<String, String>;

fn code(error: &Error) -> String {
    error.code().name().into()
}

/// The application's own storage: `localStorage` under other names, until it is full.
struct Own(Rc<Cell<bool>>);

impl Own {
    fn with<T: 'static>(&self, work: impl FnOnce(&web_sys::Storage) -> Result<T, JsValue>) -> StorageFuture<T> {
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        let done = storage.ok_or(StorageFailure::Denied).and_then(|storage| work(&storage).map_err(|_| StorageFailure::Denied));
        Box::pin(ready(done))
    }
}

impl CustomStorage for Own {
    fn get_item(&self, key: &str) -> StorageFuture<Option<String>> {
        self.with(|storage| storage.get_item(&format!("mine {key}")))
    }
    fn set_item(&self, key: &str, value: &str) -> StorageFuture<()> {
        if self.0.get() {
            return Box::pin(ready(Err(StorageFailure::Full)));
        }
        self.with(|storage| storage.set_item(&format!("mine {key}"), value))
    }
    fn remove_item(&self, key: &str) -> StorageFuture<()> {
        self.with(|storage| storage.remove_item(&format!("mine {key}")))
    }
}

/// The script of the worker that keeps the refresh token, as the crate carries it.
#[wasm_bindgen]
pub fn worker_script() -> String {
    WORKER_SCRIPT.into()
}

/// A client and what it published.
#[wasm_bindgen]
pub struct Harness {
    client: AuthClient,
    events: Rc<RefCell<Vec<String>>>,
    listening: Option<Subscription>,
    full: Rc<Cell<bool>>,
}

#[wasm_bindgen]
impl Harness {
    /// Makes a client.
    #[wasm_bindgen(constructor)]
    pub fn new(issuer: &str, api: &str, storage: &str) -> Result<Harness, String> {
        let full = Rc::new(Cell::new(false));
        let options = AuthClientOptions::new(issuer, "spa")
            .scopes("openid profile email offline_access")
            .allowed_origins([api.trim_end_matches('/')])
            .resources([Resource::new(api).scopes("api:read")]);
        let client = AuthClient::new(options.automatic_renewal(false).storage(match storage {
            "local" => Storage::Local,
            "session" => Storage::Session,
            "memory" => Storage::Memory,
            "worker" => Storage::worker("/oxidc-worker.js"),
            // Made by a policy of the page's own.
            "trusted-worker" => Storage::worker(js_sys::Reflect::get(&js_sys::global(), &"workerUrl".into()).unwrap_or_default()),
            "custom" => Storage::custom(Own(Rc::clone(&full))),
            _ => Storage::IndexedDb,
        }));
        let client = client.map_err(|error| code(&error))?;
        let events = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&events);
        let listening = client.on(move |event| {
            kept.borrow_mut().push(match event {
                Event::Session { reason, .. } => format!("session {}", reason.name()),
                Event::State(state) => format!("state {state:?}"),
                Event::Tokens(_) => "tokens".into(),
                Event::SignedOut(reason) => format!("signedOut {reason:?}"),
                Event::Error(error) => format!("error {}", error.code().name()),
                _ => "unknown".into(),
            });
        });
        Ok(Self { client, events, listening: Some(listening), full })
    }

    /// What was published since the last time.
    pub fn events(&self) -> Vec<String> {
        self.events.take()
    }

    /// Listens no more.
    pub fn deafen(&mut self) {
        self.listening = None;
    }

    /// The application's own storage is full from now on.
    pub fn fill(&self) {
        self.full.set(true);
    }

    /// Goes to the provider.
    pub async fn sign_in(&self) -> Answer {
        let options = SignInOptions::default().prompt("consent").app_state("state").return_to("/inside");
        self.client.sign_in(options).await.map(|_| String::new()).map_err(|error| code(&error))
    }

    /// Processes the callback twice at once.
    pub async fn process_callback(&self) -> Answer {
        let (first, second) = both(self.client.process_callback(), self.client.process_callback()).await;
        let (first, second) = (first.map_err(|error| code(&error))?, second.map_err(|error| code(&error))?);
        Ok(match first {
            _ if first != second => "they differ".into(),
            CallbackResult::SignIn { session, app_state, .. } => {
                format!("signIn {} {}", session.subject, app_state.as_ref().and_then(|state| state.as_str()).unwrap_or_default())
            }
            CallbackResult::SignOut { .. } => "signOut".into(),
            _ => "none".into(),
        })
    }

    /// Who is signed in.
    pub async fn subject(&self) -> Answer {
        let session = self.client.get_session().await.map_err(|error| code(&error))?;
        Ok(session.map(|session| session.user.sub().to_owned()).unwrap_or_default())
    }

    /// Renews tokens for two callers, of whom one gives up at once.
    pub async fn refresh_with_one_who_gives_up(&self) -> Answer {
        let wanted = || self.client.get_tokens(GetTokensOptions::default().force_refresh(true));
        one_gives_up(wanted).await.map(|tokens| tokens.token_type).map_err(|error| code(&error))
    }

    /// Reads the user information for two callers, of whom one gives up at once.
    pub async fn refetch_with_one_who_gives_up(&self) -> Answer {
        let session = one_gives_up(|| self.client.refetch_user_info()).await.map_err(|error| code(&error))?;
        Ok(session.user.sub().to_owned())
    }

    /// Sends a request of the application.
    pub async fn post(&self, url: &str, authorization: Option<String>) -> Answer {
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&"text".into());
        if let Some(value) = authorization {
            let headers = web_sys::Headers::new().map_err(|_| "no headers")?;
            headers.set("authorization", &value).map_err(|_| "no header")?;
            init.set_headers(&headers);
        }
        let answer = self.client.fetch_with_init(url, &init).await.map_err(|error| code(&error))?;
        Ok(answer.status().to_string())
    }

    /// Gets an address.
    pub async fn get(&self, url: &str) -> Answer {
        self.client.fetch(url).await.map(|answer| answer.status().to_string()).map_err(|error| code(&error))
    }

    /// Ends the session here.
    pub async fn sign_out(&self) -> Answer {
        let options = SignOutOptions::default().federated(false);
        self.client.sign_out(options).await.map(|result| format!("{:?}", result.revoked)).map_err(|error| code(&error))
    }

    /// Closes the client.
    pub async fn close(&self) {
        self.client.close().await;
    }
}

/// Makes two futures, drops one as soon as both wait, and awaits the other.
async fn one_gives_up<F: Future>(wanted: impl Fn() -> F) -> F::Output {
    let (mut given_up, mut patient) = (Box::pin(wanted()), Box::pin(wanted()));
    poll_fn(|cx| {
        let _both_wait = (given_up.as_mut().poll(cx), patient.as_mut().poll(cx));
        Poll::Ready(())
    })
    .await;
    drop(given_up);
    patient.await
}

/// Awaits two futures at once.
async fn both<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> (T, T) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none() {
            first = ready_value(one.as_mut().poll(cx));
        }
        if second.is_none() {
            second = ready_value(other.as_mut().poll(cx));
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (a, b) => {
                (first, second) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}

fn ready_value<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
