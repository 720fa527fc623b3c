//! What an application can ask for.

use alloc::string::String;
use alloc::vec::Vec;

use crate::config::options::Options;
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::wire::json::Value;

/// A call of the application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Command {
    /// Completes a sign-in or sign-out if the page's address is its callback. Safe on every page.
    ProcessCallback {
        /// The page's whole address.
        url: String,
    },
    /// Sends the person to the provider.
    SignIn(SignInOptions),
    /// Signs the person in without showing anything.
    SignInSilent(SignInOptions),
    /// Who is signed in.
    GetSession,
    /// An access token.
    GetTokens(TokenOptions),
    /// Renews the tokens now.
    RefreshSession(TokenOptions),
    /// Reads the user information again.
    RefetchUserInfo,
    /// Ends the session.
    SignOut(SignOutOptions),
    /// Decides about the token for a request of the application.
    Fetch(FetchOptions),
    /// Something happened around the page.
    Notice(Notice),
    /// One operation of the protocol by itself.
    #[cfg(feature = "extended")]
    Operation(crate::operations::Operation),
    /// The application has no more use for the client.
    Close,
}

/// The options of a sign-in (OpenID Connect Core 1.0 section 3.1.2.1).
#[derive(Clone, Debug, Default)]
pub struct SignInOptions {
    /// Where to go afterwards: an address of the page's origin.
    pub return_to: Option<String>,
    /// Anything that JSON can hold.
    pub app_state: Option<Value>,
    /// Asks for the registration page (`prompt=create`).
    pub sign_up: bool,
    /// `prompt`.
    pub prompt: Option<String>,
    /// `login_hint`.
    pub login_hint: Option<String>,
    /// `max_age`, in seconds.
    pub max_age: Option<i64>,
    /// `acr_values`, best first.
    pub acr_values: Vec<String>,
    /// `ui_locales`, best first.
    pub ui_locales: Vec<String>,
    /// `display`.
    pub display: Option<String>,
    /// Scopes instead of the client's; none: the client's.
    pub scopes: Vec<String>,
    /// Resources instead of the client's; none: the client's.
    pub resources: Vec<String>,
    /// Further parameters.
    pub extra_parameters: Vec<(String, String)>,
    /// Refuses another person than the one who is signed in.
    pub same_user: bool,
    /// In a window, or without anything shown in a frame, instead of in this page.
    pub window: bool,
    /// Without anything shown, whatever was remembered of earlier tries and sign-outs.
    pub force: bool,
}

/// The options of a call for tokens.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The APIs that the token is for (RFC 8707); none: the token of the sign-in.
    pub resources: Vec<String>,
    /// The scopes that the token must carry; none: those configured for the resources.
    pub scopes: Vec<String>,
    /// Refreshes even if the token is still good.
    pub force_refresh: bool,
}

/// The options of a sign-out (OpenID Connect RP-Initiated Logout 1.0 section 2).
#[derive(Clone, Debug)]
pub struct SignOutOptions {
    /// Whether to sign out at the provider too.
    pub federated: bool,
    /// Whether to revoke the tokens first (RFC 7009).
    pub revoke: bool,
    /// Where to go afterwards: an address of the page's origin.
    pub return_to: Option<String>,
    /// Anything that JSON can hold.
    pub app_state: Option<Value>,
    /// In a window of its own.
    pub window: bool,
}

impl Default for SignOutOptions {
    fn default() -> Self {
        Self { federated: true, revoke: false, return_to: None, app_state: None, window: false }
    }
}

/// A request of the application, as far as the core needs to know it.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// The method, as it goes on the wire.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The origin that the request goes to.
    pub origin: String,
    /// Whether the mode is `no-cors`.
    pub no_cors: bool,
    /// Whether the application set an `Authorization` header itself.
    pub authorization: bool,
    /// Whether the request can be sent a second time.
    pub replayable: bool,
}

/// Something that happened around the page.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Another tab changed the stored session.
    Stored,
    /// Another tab hands over the session that it could not store.
    HandedOver(Secret),
    /// The network is back.
    Online,
    /// The page came into view.
    Visible,
    /// The page went out of view.
    Hidden,
    /// The page came back from the back-forward cache.
    Shown,
}

impl Command {
    /// Reads a command as it crosses the boundary.
    ///
    /// # Errors
    ///
    /// [`Code::OptionUnknown`], [`Code::OptionInvalid`] and the codes for scopes, resources and parameters.
    pub fn from_value(command: &Value) -> Result<Self> {
        let text = |name: &str| command.text(name).unwrap_or_default();
        let flag = |name: &str| command.flag(name).unwrap_or(false);
        let options = command.get("options");
        Ok(match text("do") {
            "processCallback" => Self::ProcessCallback { url: text("url").into() },
            "signIn" => Self::SignIn(SignInOptions::from_value(options, false)?),
            "signInSilent" => Self::SignInSilent(SignInOptions::from_value(options, true)?),
            "getSession" => Self::GetSession,
            "getTokens" => Self::GetTokens(TokenOptions::from_value(options)?),
            "refreshSession" => Self::RefreshSession(TokenOptions::from_value(options)?),
            "refetchUserInfo" => Self::RefetchUserInfo,
            "signOut" => Self::SignOut(SignOutOptions::from_value(options)?),
            "fetch" => Self::Fetch(FetchOptions {
                method: text("method").into(),
                url: text("url").into(),
                origin: text("origin").into(),
                no_cors: text("mode") == "no-cors",
                authorization: flag("authorization"),
                replayable: flag("replayable"),
            }),
            "notice" => Self::Notice(match text("what") {
                "stored" => command.text("record").map_or(Notice::Stored, |text| Notice::HandedOver(text.into())),
                "online" => Notice::Online,
                "visible" => Notice::Visible,
                "hidden" => Notice::Hidden,
                "shown" => Notice::Shown,
                _ => return Err(Code::OptionInvalid.into()),
            }),
            "close" => Self::Close,
            #[cfg(feature = "extended")]
            "operation" => Self::Operation(crate::operations::Operation::from_value(command)?),
            other => return Err(Error::new(Code::OptionUnknown).detail(other)),
        })
    }
}

impl SignInOptions {
    pub(crate) fn from_value(value: Option<&Value>, silent: bool) -> Result<Self> {
        const KNOWN: &[&str] = &[
            "returnTo", "appState", "signUp", "prompt", "loginHint", "maxAge", "acrValues", "uiLocales", "display", "scopes", "resources",
            "extraParameters", "mode", "sameUser", "force",
        ];
        let mut options = Options::read(value, KNOWN);
        let mut extra_parameters = Vec::new();
        match options.value("extraParameters").map(Value::as_object) {
            Some(Some(object)) => {
                for (name, value) in object.iter() {
                    match value.as_str() {
                        Some(value) => extra_parameters.push((name.into(), value.into())),
                        None => options.refuse(Code::OptionInvalid, name),
                    }
                }
            }
            Some(None) => options.refuse(Code::OptionInvalid, "extraParameters"),
            None => (),
        }
        let sign_in = Self {
            return_to: options.text("returnTo"),
            app_state: options.value("appState").cloned(),
            sign_up: options.flag("signUp", false),
            prompt: options.text("prompt"),
            login_hint: options.text("loginHint"),
            max_age: options.number("maxAge", 0, i64::from(u32::MAX)),
            acr_values: options.texts("acrValues"),
            ui_locales: options.texts("uiLocales"),
            display: options.text("display"),
            scopes: options.scopes("scopes"),
            resources: options.resources("resources"),
            extra_parameters,
            same_user: options.flag("sameUser", false),
            window: options.window(if silent { "frame" } else { "popup" }, silent),
            force: options.flag("force", false),
        };
        options.done().map(|()| sign_in)
    }
}

impl TokenOptions {
    fn from_value(value: Option<&Value>) -> Result<Self> {
        let mut options = Options::read(value, &["resource", "scopes", "forceRefresh"]);
        let wanted = Self {
            resources: options.resources("resource"),
            scopes: options.scopes("scopes"),
            force_refresh: options.flag("forceRefresh", false),
        };
        options.done().map(|()| wanted)
    }
}

impl SignOutOptions {
    fn from_value(value: Option<&Value>) -> Result<Self> {
        let mut options = Options::read(value, &["federated", "revoke", "returnTo", "appState", "mode"]);
        let sign_out = Self {
            federated: options.flag("federated", true),
            revoke: options.flag("revoke", false),
            return_to: options.text("returnTo"),
            app_state: options.value("appState").cloned(),
            window: options.window("popup", false),
        };
        options.done().map(|()| sign_out)
    }
}
