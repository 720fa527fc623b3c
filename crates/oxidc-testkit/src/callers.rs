//! What applications do and see, as one call each.

use oxidc_core::command::{Command, FetchOptions, SignInOptions, SignOutOptions, TokenOptions};
use oxidc_core::effect::{Area, Event};
use oxidc_core::error::Error;
use serde_json::Value as Json;

use crate::provider::API;
use crate::tab::{Call, Tab};
use crate::world::World;

/// What applications do, as one call each.
impl World {
    /// Sends the person to the provider and waits until the page is gone. [`load`](Self::load) brings the tab back.
    pub fn go_to_sign_in(&mut self, tab: Tab, options: SignInOptions) {
        self.start(tab, Command::SignIn(options));
        self.run_until("the page goes to the provider", |world| world.tabs[tab.0].page.is_none());
    }

    /// Signs in, from the call to the session.
    pub fn sign_in(&mut self, tab: Tab) {
        self.go_to_sign_in(tab, SignInOptions::default());
        self.load(tab);
        let result = self.process_callback(tab).expect("the callback is good");
        assert_eq!(result["handled"], "signIn");
    }

    /// Completes a sign-in or sign-out if the page's address is its callback.
    ///
    /// # Errors
    ///
    /// That of the call.
    pub fn process_callback(&mut self, tab: Tab) -> Result<Json, Error> {
        let call = self.start_callback(tab);
        self.finish(call)
    }

    /// Begins to complete a sign-in or sign-out.
    pub fn start_callback(&mut self, tab: Tab) -> Call {
        self.start(tab, Command::ProcessCallback { url: self.tabs[tab.0].address.clone() })
    }

    /// Who is signed in, or null.
    pub fn get_session(&mut self, tab: Tab) -> Json {
        let call = self.start(tab, Command::GetSession);
        self.finish(call).expect("the session can always be read")
    }

    /// An access token of the sign-in.
    ///
    /// # Errors
    ///
    /// That of the call.
    pub fn get_tokens(&mut self, tab: Tab) -> Result<Json, Error> {
        let call = self.ask_for_tokens(tab);
        self.finish(call)
    }

    /// Renews the token of the sign-in.
    ///
    /// # Errors
    ///
    /// That of the call.
    pub fn refresh_session(&mut self, tab: Tab) -> Result<Json, Error> {
        let call = self.start(tab, Command::RefreshSession(TokenOptions::default()));
        self.finish(call)
    }

    /// Signs out here only.
    ///
    /// # Errors
    ///
    /// That of the call.
    pub fn sign_out(&mut self, tab: Tab) -> Result<Json, Error> {
        let call = self.start(tab, Command::SignOut(SignOutOptions { federated: false, ..SignOutOptions::default() }));
        self.finish(call)
    }

    /// Tabs with one session: the first one signs in, the others find it.
    pub fn signed_in_tabs(&mut self, number: usize) -> Vec<Tab> {
        let tabs: Vec<Tab> = (0..number).map(|_| self.tab()).collect();
        self.sign_in(tabs[0]);
        for tab in &tabs {
            assert!(!self.get_session(*tab).is_null(), "every tab finds the session");
        }
        tabs
    }

    /// Begins a call for an access token of the sign-in.
    pub fn ask_for_tokens(&mut self, tab: Tab) -> Call {
        self.start(tab, Command::GetTokens(TokenOptions::default()))
    }

    /// Lets the access token of the sign-in expire, without anything else happening.
    pub fn expire(&mut self) {
        self.run_for(self.provider.lifetime * 1_000 + 1_000);
    }

    /// A request to the application's API.
    #[must_use]
    pub fn api_request() -> Command {
        Command::Fetch(FetchOptions {
            method: "GET".into(),
            url: String::from(API) + "/",
            origin: API.into(),
            no_cors: false,
            authorization: false,
            replayable: true,
        })
    }

    /// What a page was told without asking, in the order in which it was told.
    #[must_use]
    pub fn events(&self, tab: Tab) -> Vec<String> {
        let events = self.tabs[tab.0].page.iter().flat_map(|page| &page.events);
        events
            .map(|event| match event {
                Event::Session { reason, .. } => format!("session {reason}"),
                Event::Tokens { .. } => "tokens".into(),
                Event::SignedOut { reason } => format!("signedOut {reason}"),
                Event::State { state } => format!("state {state}"),
                Event::Error(error) => format!("error {}", error.code().name()),
            })
            .collect()
    }

    /// How much is under way: what the pages wait for, and what will happen to them.
    #[must_use]
    pub fn pending(&self) -> usize {
        let pages = self.tabs.iter().filter_map(|tab| tab.page.as_ref());
        self.steps.len() + pages.map(|page| page.open.len() + page.calls.len()).sum::<usize>()
    }

    /// The record of the session as it is stored.
    #[must_use]
    pub fn stored_session(&self) -> Json {
        let records = self.storage.records(Area::Session);
        records.values().next().map_or(Json::Null, |text| serde_json::from_str(text).unwrap_or_default())
    }
}
