//! What calls answer.

use crate::json::{Object, Value};
use crate::{Code, Secret};

/// Claims about the signed-in person, as the provider gave them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims(Object);

impl Claims {
    /// The person's identifier at the provider.
    #[must_use]
    pub fn sub(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// The full name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// The e-mail address.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Any claim.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All claims, in the provider's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter()
    }

    /// All claims as a JSON text, for a reader of your choice.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::from(self.0.clone()).to_text()
    }

    #[cfg(test)]
    pub(crate) fn read(text: &str) -> Self {
        Value::parse(text).as_ref().map(Self::of).unwrap_or_default()
    }

    pub(crate) fn of(value: &Value) -> Self {
        Self(value.as_object().cloned().unwrap_or_default())
    }
}

/// A signed-in person. Holds no token.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The person.
    pub user: Claims,
    /// All claims of the verified ID token.
    pub claims: Claims,
    /// Who vouches for the person.
    pub issuer: String,
    /// The application.
    pub client_id: String,
    /// The person's identifier at the provider.
    pub subject: String,
    /// The scopes that were granted at sign-in.
    pub scopes: Vec<String>,
    /// When the default access token expires, in milliseconds since 1970.
    pub expires_at: Option<i64>,
    /// When this session began, in milliseconds since 1970.
    pub authenticated_at: i64,
    /// What [`on_session_creating`](crate::AuthClientOptions::on_session_creating) added.
    pub members: Claims,
}

/// The members that every session has.
const KNOWN: [&str; 8] = ["user", "claims", "issuer", "clientId", "subject", "scopes", "expiresAt", "authenticatedAt"];

impl Session {
    /// Reads a session; null is none.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let mut members = value.as_object()?.clone();
        let claims = |name: &str| value.get(name).map(Claims::of).unwrap_or_default();
        for name in KNOWN {
            members.remove(name);
        }
        Some(Self {
            user: claims("user"),
            claims: claims("claims"),
            issuer: text(value, "issuer").unwrap_or_default(),
            client_id: text(value, "clientId").unwrap_or_default(),
            subject: text(value, "subject").unwrap_or_default(),
            scopes: texts(value, "scopes"),
            expires_at: integer(value, "expiresAt"),
            authenticated_at: integer(value, "authenticatedAt").unwrap_or_default(),
            members: Claims(members),
        })
    }
}

/// An access token and what is known of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// The access token. Opaque: never look into it.
    pub access_token: Secret,
    /// `Bearer` or `DPoP`.
    pub token_type: String,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// The APIs it is for.
    pub resources: Vec<String>,
    /// When it expires, in milliseconds since 1970; absent where the provider does not say.
    pub expires_at: Option<i64>,
    /// The ID token of the sign-in or the last refresh.
    pub id_token: Option<Secret>,
}

impl Tokens {
    pub(crate) fn of(value: &Value) -> Self {
        Self {
            access_token: text(value, "accessToken").unwrap_or_default().into(),
            token_type: text(value, "tokenType").unwrap_or_default(),
            scopes: texts(value, "scopes"),
            resources: texts(value, "resources"),
            expires_at: integer(value, "expiresAt"),
            id_token: text(value, "idToken").map(Secret::from),
        }
    }
}

/// What [`AuthClient::process_callback`](crate::AuthClient::process_callback) found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CallbackResult {
    /// The address was no callback of this client.
    None,
    /// A sign-in was completed.
    SignIn {
        /// The session that began.
        session: Box<Session>,
        /// Where it leads: an absolute address of this page's origin.
        return_to: Option<String>,
        /// What the application gave along.
        app_state: Option<Value>,
    },
    /// A sign-out was completed.
    SignOut {
        /// Where it leads: an absolute address of this page's origin.
        return_to: Option<String>,
        /// What the application gave along.
        app_state: Option<Value>,
    },
    /// A sign-in by a redirect with nothing shown needs the person. The session is as it was.
    SignInSilent {
        /// [`Code::LoginRequired`], [`Code::InteractionRequired`], [`Code::ConsentRequired`] or [`Code::AccountSelectionRequired`].
        error: Code,
        /// Where it leads: an absolute address of this page's origin.
        return_to: Option<String>,
        /// What the application gave along.
        app_state: Option<Value>,
    },
    /// This page is a window or frame of another page, which has its address now.
    Relayed {
        /// Whether the other page took it. If not, it is gone, and the person may close this window.
        received: bool,
    },
    /// The provider said in a frame that a session ended (Front-Channel Logout 1.0).
    FrontChannelLogout {
        /// What that meant here.
        outcome: FrontChannelOutcome,
    },
}

/// What became of a front-channel message (Front-Channel Logout 1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrontChannelOutcome {
    /// The session is over.
    SignedOut,
    /// It was not from the provider or not about this session.
    Ignored,
    /// The browser shows this frame no session.
    Unsupported,
}

impl CallbackResult {
    pub(crate) fn of(value: &Value) -> Self {
        let return_to = text(value, "returnTo");
        let app_state = value.get("appState").cloned();
        let handled = value.get("handled").and_then(Value::as_str);
        match (handled, value.get("session").and_then(Session::of)) {
            (Some("signIn"), Some(session)) => Self::SignIn { session: Box::new(session), return_to, app_state },
            (Some("signOut"), _) => Self::SignOut { return_to, app_state },
            (Some("signInSilent"), _) => {
                let error = Code::ALL.iter().find(|code| value.text("error") == Some(code.name()));
                Self::SignInSilent { error: error.copied().unwrap_or(Code::InteractionRequired), return_to, app_state }
            }
            (Some("relayed"), _) => Self::Relayed { received: value.flag("received").unwrap_or(false) },
            (Some("frontChannelLogout"), _) => Self::FrontChannelLogout {
                outcome: match value.text("outcome") {
                    Some("signedOut") => FrontChannelOutcome::SignedOut,
                    Some("unsupported") => FrontChannelOutcome::Unsupported,
                    _ => FrontChannelOutcome::Ignored,
                },
            },
            _ => Self::None,
        }
    }
}

/// Where a finished sign-in or sign-out leads.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReturnTarget {
    /// An absolute address of this page's origin.
    pub url: String,
    /// What the application gave along.
    pub app_state: Option<Value>,
}

impl ReturnTarget {
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn of(value: &Value) -> Self {
        Self { url: text(value, "url").unwrap_or_default(), app_state: value.get("appState").cloned() }
    }
}

/// What became of a sign-out. The local session is over in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignOutResult {
    /// Whether the page is on its way to the provider, or the window came back from it.
    pub navigated: bool,
    /// What became of the tokens at the provider.
    pub revoked: Revocation,
}

/// What became of the tokens at the provider (RFC 7009).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// They were revoked.
    Done,
    /// The provider could not be reached, or refused.
    Failed,
    /// The provider revokes no tokens.
    Unsupported,
    /// Nobody asked for it.
    NotRequested,
}

impl SignOutResult {
    pub(crate) fn of(value: &Value) -> Self {
        let revoked = match value.get("revoked").and_then(Value::as_str) {
            Some("done") => Revocation::Done,
            Some("unsupported") => Revocation::Unsupported,
            Some("notRequested") => Revocation::NotRequested,
            _ => Revocation::Failed,
        };
        Self { navigated: value.get("navigated").and_then(Value::as_bool).unwrap_or(false), revoked }
    }
}

pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(String::from)
}

pub(crate) fn integer(value: &Value, name: &str) -> Option<i64> {
    value.get(name).and_then(Value::as_integer)
}

pub(crate) fn texts(value: &Value, name: &str) -> Vec<String> {
    value.get(name).and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_str).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = r#"{"user": {"sub": "s", "name": "Ann", "email": "ann@example.com", "roles": ["a"]}, "claims": {"sub": "s", "acr": "mfa"},
        "issuer": "https://login.example.com", "clientId": "app", "subject": "s", "scopes": ["openid"], "expiresAt": 2, "authenticatedAt": 1}"#;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn a_session_is_read_with_all_its_claims() {
        let session = Session::of(&value(SESSION)).unwrap();
        assert_eq!((session.user.sub(), session.user.name(), session.user.email()), ("s", Some("Ann"), Some("ann@example.com")));
        assert_eq!(session.user.get("roles").and_then(Value::as_array).map(<[Value]>::len), Some(1));
        assert_eq!(session.claims.text("acr"), Some("mfa"));
        assert_eq!(session.claims.to_json(), r#"{"sub":"s","acr":"mfa"}"#);
        assert_eq!((session.issuer.as_str(), session.client_id.as_str()), ("https://login.example.com", "app"));
        assert_eq!((session.subject.as_str(), session.scopes, session.expires_at), ("s", vec!["openid".to_owned()], Some(2)));
        assert_eq!(session.authenticated_at, 1);
        assert_eq!(session.members, Claims::default());
        assert_eq!(Session::of(&Value::Null), None);
        let more = SESSION.replacen('{', r#"{"tenant": "acme", "#, 1);
        assert_eq!(Session::of(&value(&more)).unwrap().members.to_json(), r#"{"tenant":"acme"}"#);
    }

    #[test]
    fn tokens_are_read_and_never_shown() {
        let tokens = Tokens::of(&value(
            r#"{"accessToken": "secret-a", "tokenType": "Bearer", "scopes": [], "resources": ["urn:a"], "idToken": "secret-b"}"#,
        ));
        assert_eq!((tokens.access_token.expose(), tokens.token_type.as_str()), ("secret-a", "Bearer"));
        assert_eq!(tokens.id_token.as_ref().map(Secret::expose), Some("secret-b"));
        assert_eq!((tokens.resources.as_slice(), tokens.expires_at), (["urn:a".to_owned()].as_slice(), None));
        assert!(!format!("{tokens:?}").contains("secret-"));
    }

    #[test]
    fn a_callback_is_one_of_several_things() {
        assert_eq!(CallbackResult::of(&value(r#"{"handled": "none"}"#)), CallbackResult::None);
        let sign_in = format!(r#"{{"handled": "signIn", "session": {SESSION}, "returnTo": "https://app.example.com/x", "appState": [1]}}"#);
        let CallbackResult::SignIn { session, return_to, app_state } = CallbackResult::of(&value(&sign_in)) else {
            panic!("another result")
        };
        assert_eq!((session.subject.as_str(), return_to.as_deref()), ("s", Some("https://app.example.com/x")));
        assert_eq!(app_state, Some(value("[1]")));
        assert_eq!(CallbackResult::of(&value(r#"{"handled": "signOut"}"#)), CallbackResult::SignOut { return_to: None, app_state: None });
        let silent = r#"{"handled": "signInSilent", "error": "login_required", "returnTo": "https://app.example.com/"}"#;
        let return_to = Some("https://app.example.com/".to_owned());
        let expected = CallbackResult::SignInSilent { error: Code::LoginRequired, return_to, app_state: None };
        assert_eq!(CallbackResult::of(&value(silent)), expected);
        for received in [true, false] {
            let relayed = format!(r#"{{"handled": "relayed", "received": {received}}}"#);
            assert_eq!(CallbackResult::of(&value(&relayed)), CallbackResult::Relayed { received });
        }
        for (name, outcome) in [
            ("signedOut", FrontChannelOutcome::SignedOut),
            ("ignored", FrontChannelOutcome::Ignored),
            ("unsupported", FrontChannelOutcome::Unsupported),
        ] {
            let told = format!(r#"{{"handled": "frontChannelLogout", "outcome": "{name}"}}"#);
            assert_eq!(CallbackResult::of(&value(&told)), CallbackResult::FrontChannelLogout { outcome });
        }
    }

    #[test]
    fn a_sign_out_tells_what_became_of_the_tokens() {
        for (name, revoked) in [
            ("done", Revocation::Done),
            ("failed", Revocation::Failed),
            ("unsupported", Revocation::Unsupported),
            ("notRequested", Revocation::NotRequested),
        ] {
            let result = SignOutResult::of(&value(&format!(r#"{{"navigated": true, "revoked": "{name}"}}"#)));
            assert_eq!(result, SignOutResult { navigated: true, revoked });
        }
    }
}
