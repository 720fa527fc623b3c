//! Windows, hidden frames and hooks of the Rust face.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use oxidc_web::{
    AuthClient, AuthClientOptions, CallbackResult, Dpop, Event, GetTokensOptions, Mode, PopupOptions, Resource, Session, SignInOptions,
    SignInSilentOptions, SignOutOptions, SilentMode, StepUpChallenge, Timeouts, is_user_in_group,
};
use wasm_bindgen::prelude::*;

use crate::{Answer, code};

/// A client whose provider sends windows and frames back to a page of their own.
#[wasm_bindgen]
pub struct WindowHarness {
    client: AuthClient,
    under_way: RefCell<Option<Pin<Box<dyn Future<Output = Answer>>>>>,
    asked: Rc<Cell<u32>>,
    errors: Rc<RefCell<Vec<String>>>,
    endings: Rc<RefCell<Vec<String>>>,
}

/// A call of `sign_in` in a window, as a text.
fn shown(client: &AuthClient, options: SignInOptions) -> impl Future<Output = Answer> + use<> {
    let signing_in = client.sign_in(options.mode(Mode::Popup));
    async { Ok(subject(signing_in.await.map_err(|error| code(&error))?.as_ref())) }
}

fn subject(session: Option<&Session>) -> String {
    session.map(|session| session.subject.clone()).unwrap_or_default()
}

#[wasm_bindgen]
impl WindowHarness {
    /// Makes a client. `patience` is how long a window or frame may take, in milliseconds; `watch`: the provider's frame is asked.
    #[wasm_bindgen(constructor)]
    pub fn new(issuer: &str, client_id: &str, back: &str, api: &str, patience: u32, watch: bool) -> Result<WindowHarness, String> {
        let (asked, own) = (Rc::new(Cell::new(0)), Rc::new(OnceCell::<AuthClient>::new()));
        let (count, client) = (Rc::clone(&asked), Rc::clone(&own));
        let patience = std::time::Duration::from_millis(patience.into());
        let options = AuthClientOptions::new(issuer, client_id)
            .redirect_uri(back)
            .post_logout_redirect_uri(back)
            .scopes("openid profile email offline_access")
            .resources([Resource::new(api).scopes("api:read")])
            .allowed_origins([api.trim_end_matches('/')])
            .automatic_renewal(false)
            .check_session(watch)
            .timeouts(Timeouts::default().popup(patience).silent(patience))
            .popup(PopupOptions::default().width(333).height(444))
            .default_sign_in(SignInOptions::default().prompt("consent"))
            .on_return(|_| ())
            .on_session_creating(|new| {
                let refused = new.app_state.as_ref().and_then(|state| state.as_str()) == Some("refuse");
                Box::pin(async move { if refused { Err("refused".into()) } else { Ok(new.session.with("tenant", "acme")) } })
            })
            .on_step_up(move |challenge: StepUpChallenge| {
                count.set(count.get() + 1);
                let again = client.get().map(|client| shown(client, SignInOptions::from(challenge).prompt("login consent")));
                Box::pin(async {
                    match again {
                        Some(again) => again.await.is_ok(),
                        None => false,
                    }
                })
            });
        let options = if client_id == "spa-dpop" { options.dpop(Dpop::Required) } else { options };
        let client = AuthClient::new(options).map_err(|error| code(&error))?;
        // Both live as long as the page.
        let _first = own.set(client.clone());
        let (errors, endings) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
        let (heard, ended) = (Rc::clone(&errors), Rc::clone(&endings));
        client
            .on(move |event| match event {
                Event::Error(error) => heard.borrow_mut().push(code(&error)),
                Event::SignedOut(reason) => ended.borrow_mut().push(format!("{reason:?}")),
                _ => (),
            })
            .forget();
        Ok(Self { client, under_way: RefCell::new(None), asked, errors, endings })
    }

    /// Begins a call in a window. Nothing is awaited here.
    pub fn begin(&self, call: &str, app_state: &str) {
        let begun: Pin<Box<dyn Future<Output = Answer>>> = if call == "signOut" {
            let signing_out = self.client.sign_out(SignOutOptions::default().mode(Mode::Popup));
            Box::pin(async {
                signing_out.await.map(|result| format!("{} {:?}", result.navigated, result.revoked)).map_err(|error| code(&error))
            })
        } else {
            Box::pin(shown(&self.client, SignInOptions::default().app_state(app_state)))
        };
        self.under_way.replace(Some(begun));
    }

    /// What came of it.
    pub async fn end(&self) -> Answer {
        let begun = self.under_way.take().ok_or("nothing began")?;
        begun.await
    }

    /// Drops its future.
    pub fn give_up(&self) {
        self.under_way.take();
    }

    /// Signs in with nothing shown.
    pub async fn silent(&self, mode: &str, force: bool) -> Answer {
        let mode = if mode == "redirect" { SilentMode::Redirect } else { SilentMode::Frame };
        let options = SignInSilentOptions::default().mode(mode).force(force).app_state("state");
        let session = self.client.sign_in_silent(options).await.map_err(|error| code(&error))?;
        Ok(subject(session.as_ref()))
    }

    /// Processes the callback.
    pub async fn process_callback(&self) -> Answer {
        Ok(match self.client.process_callback().await.map_err(|error| code(&error))? {
            CallbackResult::None => "none".into(),
            CallbackResult::SignIn { session, .. } => format!("signIn {}", session.subject),
            CallbackResult::SignInSilent { error, return_to, app_state } => {
                let state = app_state.as_ref().and_then(|state| state.as_str()).unwrap_or_default();
                format!("signInSilent {} {} {state}", error.name(), return_to.unwrap_or_default())
            }
            CallbackResult::Relayed { received } => format!("relayed {received}"),
            other => format!("{other:?}"),
        })
    }

    /// Who is signed in, what the hook added, and whether they are in a group that nobody is in.
    pub async fn session(&self) -> Answer {
        let session = self.client.get_session().await.map_err(|error| code(&error))?;
        let text = |session: Session| {
            let tenant = session.members.text("tenant").unwrap_or_default().to_owned();
            format!("{} {tenant} {}", session.subject, is_user_in_group(&session.user, &["nobody"], &Default::default()))
        };
        Ok(session.map(text).unwrap_or_default())
    }

    /// The kind of the access token.
    pub async fn token_type(&self) -> Answer {
        self.client.get_tokens(GetTokensOptions::default()).await.map(|tokens| tokens.token_type).map_err(|error| code(&error))
    }

    /// Gets an address.
    pub async fn get(&self, url: &str) -> Answer {
        let answer = self.client.fetch(url).await;
        answer.map(|answer| answer.status().to_string()).map_err(|error| match StepUpChallenge::of(&error) {
            Some(challenge) => format!("{} {:?}", code(&error), challenge.acr_values),
            None => code(&error),
        })
    }

    /// How often a stronger sign-in was asked for.
    pub fn asked(&self) -> u32 {
        self.asked.get()
    }

    /// Why sessions ended.
    pub fn endings(&self) -> Vec<String> {
        self.endings.borrow().clone()
    }

    /// What went wrong without any call that says so.
    pub fn errors(&self) -> Vec<String> {
        self.errors.borrow().clone()
    }
}
