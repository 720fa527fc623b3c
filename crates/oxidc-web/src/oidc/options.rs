//! What the operations need. What they hold is checked by the core when the call is made.

use std::fmt;
use std::time::Duration;

use crate::Secret;
use crate::json::{Object, Value};
use crate::options::{list, seconds};
use crate::request::options;

/// Makes types of options as `options!` does, of such that hold secrets and are not shown. What each needs in any case goes to `new`.
macro_rules! requests {
    ($($(#[$doc:meta])* $type:ident($($needed:ident $key:literal),*) { $($(#[$what:meta])* $method:ident $name:literal $kind:ident)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $type(pub(crate) Object);

        requests! { @make $type $($needed $key)* }

        impl $type {
            $(options! { @method $(#[$what])* $method $name $kind })*

            fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
                self.0.insert(name, value);
                self
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )* };
    (@make $type:ident) => {
        impl Default for $type {
            fn default() -> Self {
                Self(Object::new())
            }
        }
    };
    (@make $type:ident $($needed:ident $key:literal)+) => {
        impl $type {
            /// What is needed in any case.
            #[must_use]
            pub fn new($($needed: impl Into<Secret>),+) -> Self {
                Self(Object::new()$(.with($key, $needed.into().expose()))+)
            }
        }
    };
}

requests! {
    /// The options of [`Oidc::code_exchange`](super::Oidc::code_exchange). [`AuthorizationRequest::exchange`](super::AuthorizationRequest::exchange)
    /// makes them.
    CodeExchangeOptions(code "code", code_verifier "codeVerifier", nonce "nonce") {
        /// The `redirect_uri` of the request. Default: that of the client.
        redirect_uri "redirectUri" text
        /// The `max_age` of the request, in whole seconds.
        max_age "maxAge" seconds
        /// What the tokens are to be bound to, as the request said.
        binding "binding" binding
    }

    /// The options of [`Oidc::refresh`](super::Oidc::refresh).
    RefreshTokenOptions(refresh_token "refreshToken") {
        /// The scopes to ask for, separated by spaces. Default: as granted.
        scopes "scopes" text
        /// The API or APIs that the token is for (RFC 8707).
        resource "resource" texts
        /// The person of the sign-in: a new ID token must name them.
        subject "subject" text
        /// The `nonce` of the sign-in, which a new ID token may repeat.
        nonce "nonce" text
        /// What the tokens are bound to.
        binding "binding" binding
    }

    /// The options of [`Oidc::user_info`](super::Oidc::user_info). Information about anybody but the subject is refused.
    UserInfoOptions(access_token "accessToken", subject "subject") {
        /// What the access token is bound to.
        binding "binding" binding
    }

    /// The options of [`Oidc::revocation`](super::Oidc::revocation).
    RevocationOptions(token "token") {
        /// `access_token` or `refresh_token`, for a provider that would have to look.
        token_type_hint "tokenTypeHint" text
    }

    /// The options of [`Oidc::end_session_request`](super::Oidc::end_session_request).
    ///
    /// ```
    /// use oxidc_web::oidc::EndSessionRequestOptions;
    ///
    /// let options = EndSessionRequestOptions::default().post_logout_redirect_uri("https://app.example.com/").state("bye");
    /// ```
    EndSessionRequestOptions() {
        /// The ID token of the session that ends.
        id_token "idToken" secret
        /// Where the provider sends the person afterwards. Default: that of the client.
        post_logout_redirect_uri "postLogoutRedirectUri" text
        /// What comes back from there.
        state "state" text
    }

    /// The options of [`Oidc::id_token`](super::Oidc::id_token).
    IdTokenOptions(id_token "idToken") {
        /// The `nonce` of the request. Without one, the token must have none.
        nonce "nonce" text
        /// The `max_age` of the request, in whole seconds.
        max_age "maxAge" seconds
        /// The access token that came with it.
        access_token "accessToken" secret
    }

    /// The options of [`Oidc::token_exchange`](super::Oidc::token_exchange).
    TokenExchangeOptions(subject_token "subjectToken") {
        /// Which kind of token it is. Default: an access token.
        subject_token_type "subjectTokenType" text
        /// The token of who acts.
        actor_token "actorToken" secret
        /// Which kind of token that is.
        actor_token_type "actorTokenType" text
        /// Which kind of token is wanted.
        requested_token_type "requestedTokenType" text
        /// For whom it is, by names that the provider knows.
        audience "audience" texts
        /// The API or APIs that it is for (RFC 8707).
        resource "resource" texts
        /// The scopes to ask for, separated by spaces. More than these are not accepted.
        scopes "scopes" text
        /// What the new token is to be bound to.
        binding "binding" binding
    }

    /// The options of [`Oidc::device_authorization`](super::Oidc::device_authorization).
    DeviceAuthorizationOptions() {
        /// Scopes instead of the client's, separated by spaces.
        scopes "scopes" text
        /// The API or APIs for which access tokens will be wanted (RFC 8707).
        resource "resource" texts
    }

    /// The options of [`Oidc::device_token`](super::Oidc::device_token), also made from a [`DeviceAuthorization`](super::DeviceAuthorization).
    DeviceTokenOptions(device_code "deviceCode") {
        /// Between two questions, in whole seconds. Default 5 seconds.
        interval "interval" seconds
        /// Until the code expires, in whole seconds.
        expires_in "expiresIn" seconds
        /// What the tokens are to be bound to.
        binding "binding" binding
    }
}

impl From<&super::DeviceAuthorization> for DeviceTokenOptions {
    fn from(codes: &super::DeviceAuthorization) -> Self {
        Self::new(codes.device_code.expose()).interval(codes.interval).expires_in(codes.expires_in)
    }
}

#[cfg(test)]
mod tests {
    use oxidc_core::command::Command;
    use oxidc_core::operations::Operation;

    use super::*;
    use crate::oidc::{AuthorizationRequest, Binding, DeviceAuthorization};

    fn operation(name: &str, options: Object) -> Operation {
        let command = Object::new().with("do", "operation").with("operation", name).with("options", options);
        let Command::Operation(read) = Command::from_value(&command.into()).unwrap() else { panic!("another command") };
        read
    }

    fn binding() -> (Binding, Option<Value>) {
        let value = Value::parse(r#"{"key": "k", "jkt": "t", "settled": true}"#).unwrap();
        (Binding::from(value.clone()), Some(value))
    }

    #[test]
    fn every_option_of_a_code_exchange_reaches_the_core_and_a_request_makes_them() {
        let (given, bound) = binding();
        let second = Duration::from_secs(1);
        let by_hand = CodeExchangeOptions::new("c", "v", "n").redirect_uri("https://app.example.com/").max_age(second).binding(given);
        let kept = r#"{"url": "u", "state": "s", "nonce": "n", "codeVerifier": "v", "redirectUri": "https://app.example.com/",
            "scopes": ["openid"], "resources": [], "maxAge": 1, "binding": {"key": "k", "jkt": "t", "settled": true}}"#;
        for options in [by_hand, AuthorizationRequest::of(&Value::parse(kept).unwrap()).exchange("c")] {
            let Operation::CodeExchange(read) = operation("codeExchange", options.0) else { panic!("another operation") };
            assert_eq!((read.code.expose(), read.code_verifier.expose(), read.nonce.as_str()), ("c", "v", "n"));
            assert_eq!((read.redirect_uri.as_str(), read.max_age, read.binding), ("https://app.example.com/", Some(1), bound.clone()));
        }
    }

    #[test]
    fn every_option_of_a_refresh_and_of_user_information_reaches_the_core() {
        let (given, bound) = binding();
        let options = RefreshTokenOptions::new("r").scopes("a b").resource(["urn:a"]).subject("s").nonce("n").binding(given.clone());
        let Operation::Refresh(read) = operation("refresh", options.0) else { panic!("another operation") };
        assert_eq!((read.refresh_token.expose(), read.scopes.len(), read.resources), ("r", 2, vec!["urn:a".to_owned()]));
        assert_eq!((read.subject.as_deref(), read.nonce.as_deref(), read.binding), (Some("s"), Some("n"), bound.clone()));

        let options = UserInfoOptions::new("a", "s").binding(given);
        let Operation::UserInfo { access_token, subject, binding } = operation("userInfo", options.0) else { panic!("another operation") };
        assert_eq!((access_token.expose(), subject.as_str(), binding), ("a", "s", bound));
    }

    #[test]
    fn every_option_of_the_end_of_a_session_reaches_the_core() {
        let Operation::Revocation { token, hint } = operation("revocation", RevocationOptions::new("t").token_type_hint("h").0) else {
            panic!("another operation")
        };
        assert_eq!((token.expose(), hint.as_deref()), ("t", Some("h")));

        let options = EndSessionRequestOptions::default().id_token("i").post_logout_redirect_uri("https://app.example.com/").state("s");
        let Operation::EndSessionRequest { id_token, return_to, state } = operation("endSessionRequest", options.0) else {
            panic!("another operation")
        };
        assert_eq!(id_token.as_ref().map(Secret::expose), Some("i"));
        assert_eq!((return_to.as_deref(), state.as_deref()), (Some("https://app.example.com/"), Some("s")));
    }

    #[test]
    fn every_option_of_the_other_operations_reaches_the_core() {
        let (given, bound) = binding();
        let options = IdTokenOptions::new("i").nonce("n").max_age(Duration::from_secs(1)).access_token("a");
        let Operation::IdToken(read) = operation("idToken", options.0) else { panic!("another operation") };
        assert_eq!((read.id_token.as_str(), read.nonce.as_deref(), read.max_age), ("i", Some("n"), Some(1)));
        assert_eq!(read.access_token.as_ref().map(Secret::expose), Some("a"));

        let options = TokenExchangeOptions::new("t").subject_token_type("urn:t").actor_token("a").actor_token_type("urn:a");
        let options = options.requested_token_type("urn:r").audience(["mini"]).resource(["urn:b"]).scopes("a b").binding(given.clone());
        let Operation::TokenExchange(read, at) = operation("tokenExchange", options.0) else { panic!("another operation") };
        assert_eq!((read.subject_token.expose(), read.subject_token_type.as_str()), ("t", "urn:t"));
        assert_eq!((read.actor_token.as_ref().map(Secret::expose), read.actor_token_type.as_deref()), (Some("a"), Some("urn:a")));
        assert_eq!((read.requested_token_type.as_deref(), read.audiences.len()), (Some("urn:r"), 1));
        assert_eq!((read.resources.len(), read.scopes.len(), at), (1, 2, bound.clone()));

        let options = DeviceAuthorizationOptions::default().scopes("a b").resource(["urn:a"]);
        let Operation::DeviceAuthorization(read) = operation("deviceAuthorization", options.0) else { panic!("another operation") };
        assert_eq!((read.scopes.len(), read.resources.len()), (2, 1));

        let codes = r#"{"deviceCode": "d", "userCode": "u", "verificationUri": "v", "expiresIn": 60, "interval": 2}"#;
        let options = DeviceTokenOptions::from(&DeviceAuthorization::of(&Value::parse(codes).unwrap())).binding(given);
        let Operation::DeviceToken(read, at) = operation("deviceToken", options.0) else { panic!("another operation") };
        assert_eq!((read.device_code.expose(), read.interval, read.expires_in, at), ("d", Some(2), Some(60), bound));
    }

    #[test]
    fn options_with_secrets_do_not_show_them() {
        assert_eq!(format!("{:?}", CodeExchangeOptions::new("c", "v", "n")), "CodeExchangeOptions { .. }");
        assert_eq!(format!("{:?}", EndSessionRequestOptions::default().id_token("i")), "EndSessionRequestOptions { .. }");
    }
}
