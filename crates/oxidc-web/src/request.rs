//! The options of calls. What they hold is checked by the core when the call is made.

use std::time::Duration;

use crate::json::{Object, Value};
use crate::options::{list, seconds};

/// Makes a type of options from its members: each is a method that gives the options back with that member set.
macro_rules! options {
    ($($(#[$doc:meta])* $type:ident { $($(#[$what:meta])* $method:ident $name:literal $kind:ident)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $type(pub(crate) Object);

        impl $type {
            $(options! { @method $(#[$what])* $method $name $kind })*

            fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
                self.0.insert(name, value);
                self
            }
        }
    )* };
    (@method $(#[$what:meta])* $method:ident $name:literal text) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, text: impl Into<String>) -> Self {
            self.with($name, text.into())
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal texts) => {
        $(#[$what])*
        #[must_use]
        pub fn $method<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Self {
            self.with($name, list(texts))
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal flag) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, wanted: bool) -> Self {
            self.with($name, wanted)
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal any) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, value: impl Into<Value>) -> Self {
            self.with($name, value)
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal seconds) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, duration: Duration) -> Self {
            self.with($name, seconds(duration))
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal milliseconds) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, duration: Duration) -> Self {
            self.with($name, milliseconds(duration))
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal pixels) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, pixels: i32) -> Self {
            self.with($name, i64::from(pixels))
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal mode) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, mode: crate::Mode) -> Self {
            self.with($name, mode.name())
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal silent) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, mode: crate::SilentMode) -> Self {
            self.with($name, mode.name())
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal place) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, place: crate::PopupOptions) -> Self {
            self.with($name, place.0)
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal secret) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, secret: impl Into<crate::Secret>) -> Self {
            self.with($name, secret.into().expose())
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal binding) => {
        $(#[$what])*
        #[must_use]
        pub fn $method(self, binding: crate::oidc::Binding) -> Self {
            self.with($name, binding.0)
        }
    };
    (@method $(#[$what:meta])* $method:ident $name:literal pairs) => {
        $(#[$what])*
        #[must_use]
        pub fn $method<N: Into<String>, V: Into<String>>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
            let mut object = Object::new();
            pairs.into_iter().for_each(|(name, value)| object.insert(&name.into(), value.into()));
            self.with($name, object)
        }
    };
}
pub(crate) use options;

options! {
    /// The options of [`AuthClient::sign_in`](crate::AuthClient::sign_in) (OpenID Connect Core 1.0 section 3.1.2.1).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use oxidc_web::SignInOptions;
    ///
    /// let options = SignInOptions::default().prompt("login").max_age(Duration::from_secs(300)).login_hint("ann@example.com");
    /// ```
    SignInOptions {
        /// Where to go afterwards: an address of this page's origin.
        return_to "returnTo" text
        /// Anything that JSON can hold, given back after the callback. Stays in this browser.
        app_state "appState" any
        /// Leads to the registration page where the provider has one (`prompt=create`).
        sign_up "signUp" flag
        /// `none`, `login`, `consent`, `select_account`, or several separated by spaces.
        prompt "prompt" text
        /// The account to sign in with, if it is known.
        login_hint "loginHint" text
        /// The oldest acceptable authentication, in whole seconds.
        max_age "maxAge" seconds
        /// Ways of authentication that are wished for, best first; `acr` in the claims says which one it was.
        acr_values "acrValues" texts
        /// Preferred languages of the provider's pages, best first (BCP 47).
        ui_locales "uiLocales" texts
        /// `page`, `popup`, `touch` or `wap`.
        display "display" text
        /// Scopes instead of the client's, separated by spaces.
        scopes "scopes" text
        /// Resources instead of the client's.
        resources "resources" texts
        /// Further parameters for the provider.
        extra_parameters "extraParameters" pairs
        /// In this page, or in a window of its own. Default: in this page.
        mode "mode" mode
        /// Where the window opens.
        popup "popup" place
        /// Whether another person than the one who is signed in is refused, which ends the session. Default false.
        same_user "sameUser" flag
    }

    /// The options of [`AuthClient::sign_in_silent`](crate::AuthClient::sign_in_silent) (OpenID Connect Core 1.0 section 3.1.2.1).
    ///
    /// ```
    /// use oxidc_web::{SignInSilentOptions, SilentMode};
    ///
    /// let options = SignInSilentOptions::default().mode(SilentMode::Redirect).login_hint("ann@example.com");
    /// ```
    SignInSilentOptions {
        /// In a hidden frame, or by a redirect where browsers keep cookies from frames. Default: in a frame.
        mode "mode" silent
        /// Asks the provider although it refused a moment ago, the person signed out here, or there is a refresh token.
        force "force" flag
        /// Where to go after a redirect: an address of this page's origin. Default: this page.
        return_to "returnTo" text
        /// Anything that JSON can hold, given back after the callback of a redirect. Stays in this browser.
        app_state "appState" any
        /// The account to sign in with, if it is known.
        login_hint "loginHint" text
        /// The oldest acceptable authentication, in whole seconds.
        max_age "maxAge" seconds
        /// Ways of authentication that are wished for, best first; `acr` in the claims says which one it was.
        acr_values "acrValues" texts
        /// Preferred languages of the provider's pages, best first (BCP 47).
        ui_locales "uiLocales" texts
        /// `page`, `popup`, `touch` or `wap`.
        display "display" text
        /// Scopes instead of the client's, separated by spaces.
        scopes "scopes" text
        /// Resources instead of the client's.
        resources "resources" texts
        /// Further parameters for the provider.
        extra_parameters "extraParameters" pairs
    }

    /// The options of [`AuthClient::get_tokens`](crate::AuthClient::get_tokens).
    ///
    /// ```
    /// use oxidc_web::GetTokensOptions;
    ///
    /// let options = GetTokensOptions::default().resource(["https://files.example.com/"]);
    /// ```
    GetTokensOptions {
        /// The API or APIs that the token is for (RFC 8707). Default: none, the token of the sign-in.
        resource "resource" texts
        /// The scopes that the token must carry, separated by spaces. Default: those configured for the resource.
        scopes "scopes" text
        /// Refreshes even if the token is still good.
        force_refresh "forceRefresh" flag
    }

    /// The options of [`AuthClient::refresh_session`](crate::AuthClient::refresh_session).
    RefreshOptions {
        /// The API or APIs whose token is renewed (RFC 8707).
        resource "resource" texts
        /// The scopes to ask for, separated by spaces.
        scopes "scopes" text
    }

    /// The options of [`AuthClient::sign_out`](crate::AuthClient::sign_out) (OpenID Connect RP-Initiated Logout 1.0).
    SignOutOptions {
        /// Whether to sign out at the provider too. Default true.
        federated "federated" flag
        /// Whether to revoke the tokens at the provider first (RFC 7009). Default false.
        revoke "revoke" flag
        /// Where to go afterwards: an address of this page's origin. Needs `post_logout_redirect_uri`, which people come back to first.
        return_to "returnTo" text
        /// Anything that JSON can hold, given back after the callback.
        app_state "appState" any
        /// In this page, or in a window of its own. Default: in this page.
        mode "mode" mode
        /// Where the window opens.
        popup "popup" place
    }
}

#[cfg(test)]
mod tests {
    use oxidc_core::command::Command;

    use super::*;
    use crate::{Mode, SilentMode};

    fn command(call: &str, options: Object) -> Command {
        Command::from_value(&Object::new().with("do", call).with("options", options).into()).unwrap()
    }

    #[test]
    fn every_option_of_a_sign_in_reaches_the_core() {
        let options = SignInOptions::default()
            .return_to("/x")
            .app_state(Object::new().with("n", 1_u32))
            .sign_up(true)
            .prompt("login")
            .login_hint("ann")
            .max_age(Duration::from_secs(300))
            .acr_values(["mfa"])
            .ui_locales(["de", "en"])
            .display("page")
            .scopes("openid a")
            .resources(["urn:a"])
            .extra_parameters([("vendor", "x")])
            .mode(Mode::Popup)
            .same_user(true);
        let Command::SignIn(read) = command("signIn", options.0) else { panic!("another command") };
        assert_eq!((read.return_to.as_deref(), read.sign_up, read.prompt.as_deref()), (Some("/x"), true, Some("login")));
        assert_eq!(read.app_state.map(|state| state.to_text()).as_deref(), Some(r#"{"n":1}"#));
        assert_eq!((read.login_hint.as_deref(), read.max_age, read.display.as_deref()), (Some("ann"), Some(300), Some("page")));
        assert_eq!((read.acr_values, read.ui_locales), (vec!["mfa".to_owned()], vec!["de".to_owned(), "en".to_owned()]));
        assert_eq!((read.scopes, read.resources), (vec!["openid".to_owned(), "a".to_owned()], vec!["urn:a".to_owned()]));
        assert_eq!(read.extra_parameters, [("vendor".to_owned(), "x".to_owned())]);
        assert_eq!((read.window, read.same_user), (true, true));
    }

    #[test]
    fn every_option_of_a_silent_sign_in_reaches_the_core() {
        let options = SignInSilentOptions::default()
            .mode(SilentMode::Redirect)
            .force(true)
            .return_to("/x")
            .app_state(1_u32)
            .login_hint("ann")
            .max_age(Duration::from_secs(300))
            .acr_values(["mfa"])
            .ui_locales(["de"])
            .display("page")
            .scopes("openid a")
            .resources(["urn:a"])
            .extra_parameters([("vendor", "x")]);
        let Command::SignInSilent(read) = command("signInSilent", options.0) else { panic!("another command") };
        assert_eq!((read.window, read.force, read.return_to.as_deref()), (false, true, Some("/x")));
        assert_eq!((read.app_state, read.login_hint.as_deref(), read.max_age), (Some(1_u32.into()), Some("ann"), Some(300)));
        assert_eq!((read.acr_values.len(), read.ui_locales.len(), read.display.as_deref()), (1, 1, Some("page")));
        assert_eq!((read.scopes.len(), read.resources.len(), read.extra_parameters.len()), (2, 1, 1));
        let options = SignInSilentOptions::default().mode(SilentMode::Frame);
        let Command::SignInSilent(read) = command("signInSilent", options.0) else { panic!("another command") };
        assert_eq!((read.window, read.force), (true, false));
    }

    #[test]
    fn every_option_of_the_other_calls_reaches_the_core() {
        let options = GetTokensOptions::default().resource(["urn:a"]).scopes("a b").force_refresh(true);
        let Command::GetTokens(read) = command("getTokens", options.0) else { panic!("another command") };
        assert_eq!((read.resources.len(), read.scopes.len(), read.force_refresh), (1, 2, true));

        let options = RefreshOptions::default().resource(["urn:a"]).scopes("a b");
        let Command::RefreshSession(read) = command("refreshSession", options.0) else { panic!("another command") };
        assert_eq!((read.resources.len(), read.scopes.len()), (1, 2));

        let options = SignOutOptions::default().federated(false).revoke(true).return_to("/").app_state("bye").mode(Mode::Popup);
        let Command::SignOut(read) = command("signOut", options.0) else { panic!("another command") };
        assert_eq!((read.federated, read.revoke, read.return_to.as_deref(), read.window), (false, true, Some("/"), true));
        assert_eq!(read.app_state, Some("bye".into()));
    }
}
