//! The list of all error codes. TypeScript's list and `docs/errors.md` are generated from it.

use super::{Kind, SessionEffect};

macro_rules! codes {
    (
        $($variant:ident $name:literal $kind:ident $session:ident $retryable:literal $sentence:literal)*
        ; extended: $($more:ident $more_name:literal $more_kind:ident $more_session:ident $more_retryable:literal $more_sentence:literal)*
    ) => {
        /// The stable code of an [`Error`](super::Error), the same in Rust and in TypeScript.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        // The sentences are plain text everywhere else.
        #[allow(rustdoc::bare_urls)]
        pub enum Code {
            $(#[doc = $sentence] $variant,)*
            $(#[cfg(feature = "extended")] #[doc = $more_sentence] $more,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)* $(#[cfg(feature = "extended")] Self::$more,)*];

            /// The code as text.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    $(#[cfg(feature = "extended")] Self::$more => $more_name,)*
                }
            }

            /// Who has to act.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)*
                    $(#[cfg(feature = "extended")] Self::$more => Kind::$more_kind,)*
                }
            }

            /// What the error usually means for the session.
            #[must_use]
            pub const fn session(self) -> SessionEffect {
                match self {
                    $(Self::$variant => SessionEffect::$session,)*
                    $(#[cfg(feature = "extended")] Self::$more => SessionEffect::$more_session,)*
                }
            }

            /// Whether the same call may succeed later without a change.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self {
                    $(Self::$variant => $retryable,)*
                    $(#[cfg(feature = "extended")] Self::$more => $more_retryable,)*
                }
            }

            /// Whether only the feature `extended` knows this code.
            #[must_use]
            pub const fn is_extended(self) -> bool {
                match self {
                    $(Self::$variant => false,)*
                    $(#[cfg(feature = "extended")] Self::$more => true,)*
                }
            }

            /// What is wrong and what to do, in one sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence,)*
                    $(#[cfg(feature = "extended")] Self::$more => $more_sentence,)*
                }
            }
        }
    };
}

codes! {
    // Options and arguments
    OptionUnknown "option_unknown" Configuration Kept false "There is no such option; check its spelling."
    OptionInvalid "option_invalid" Configuration Kept false "An option or argument has the wrong type or value."
    IssuerInvalid "issuer_invalid" Configuration Kept false "The issuer must be an absolute address without query and fragment, exactly as the provider publishes it."
    IssuerInsecure "issuer_insecure" Configuration Kept false "The issuer must use https; http is accepted on loopback only."
    ClientIdMissing "client_id_missing" Configuration Kept false "The option clientId is required."
    ClientSecretRefused "client_secret_refused" Configuration Kept false "A browser cannot keep a client secret; register the application as a public client."
    RedirectUriInvalid "redirect_uri_invalid" Configuration Kept false "A redirect address must be absolute, without fragment and credentials, and use https (http on loopback)."
    ScopeInvalid "scope_invalid" Configuration Kept false "Scopes are words of printable ASCII characters without quote and backslash, and `openid` is one of them."
    ResourceInvalid "resource_invalid" Configuration Kept false "A resource must be an absolute address without fragment."
    AllowedOriginInvalid "allowed_origin_invalid" Configuration Kept false "An allowed origin must be exactly scheme, host and port, such as https://api.example.com; patterns and paths are not accepted."
    AlgorithmRefused "algorithm_refused" Configuration Kept false "Only asymmetric signature algorithms can be accepted: RS, PS and ES with 256, 384 or 512, and EdDSA."
    ParameterReserved "parameter_reserved" Configuration Kept false "This parameter belongs to the protocol and cannot be set as an extra parameter."
    ReturnToRefused "return_to_refused" Configuration Kept false "The address to return to is not of this page's origin, so it was ignored."
    PkceUnsupported "pkce_unsupported" Configuration Kept false "The provider does not support PKCE with S256, which every sign-in needs."
    FlowUnsupported "flow_unsupported" Configuration Kept false "The provider does not support the authorization code flow."
    PushedRequestRequired "pushed_request_required" Configuration Kept false "The provider accepts only pushed authorization requests (RFC 9126), or none as long as this one; that needs the extended protocol features."
    RedirectUriForeign "redirect_uri_foreign" Configuration Kept false "A window or frame can answer only from this page's own origin; set redirectUri or postLogoutRedirectUri to an address of it."
    SessionHookFailed "session_hook_failed" Configuration Kept false "The function onSessionCreating failed or returned something else than a session, so nothing was stored."
    EndpointMissing "endpoint_missing" Configuration Kept false "The provider does not publish the endpoint that this needs."
    Closed "closed" Configuration Kept false "This client was closed; create another one."

    // The browser and the page
    NoBrowser "no_browser" Environment Kept false "This needs a browser page; on a server the client can only be constructed."
    CryptoUnavailable "crypto_unavailable" Environment Kept false "The platform's cryptography is missing; serve the page over https or from loopback."
    StorageUnavailable "storage_unavailable" Environment Kept true "The browser's storage is forbidden or broken, so the sign-in cannot outlive a redirect; allow site data for this page."
    StorageFull "storage_full" Environment Kept true "The browser's storage is full; free some of it."
    StorageDegraded "storage_degraded" Environment Kept true "The session could not be stored; it lives in this tab only until it can."
    SessionCorrupt "session_corrupt" Environment Kept false "The stored session was damaged and has been put aside; sign in again."
    SessionNewer "session_newer" Environment Kept false "The stored session was written by a newer version of this library and was left alone; sign in again or load the newer version."
    NavigationRefused "navigation_refused" Environment Kept true "The browser refused to go to the address; a redirect cannot start inside a foreign frame."
    PopupBlocked "popup_blocked" Environment Kept true "The browser did not open a window; call this directly in a click, or use a redirect."
    PopupClosed "popup_closed" Environment Kept true "The window was closed before it came back."
    PopupTimedOut "popup_timed_out" Environment Kept true "The window did not come back within the time limit."
    FrameBlocked "frame_blocked" Environment Kept false "The page's Content-Security-Policy forbids the provider's frame; add the provider to frame-src."
    FrameFailed "frame_failed" Environment Kept true "The hidden frame did not come back in time: the provider forbids frames, shows an error page or cannot be reached."
    ContextUnsupported "context_unsupported" Environment Kept false "This page is sandboxed or has no channels, so no window or frame can answer it."
    WasmBlocked "wasm_blocked" Environment Kept false "The page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to script-src."
    WasmFailed "wasm_failed" Environment Kept true "The WebAssembly module could not be loaded; check that the deployed files belong together."
    CoreTrapped "core_trapped" Environment Kept true "The protocol core stopped unexpectedly and was started again from storage; repeat the call and report this."

    // Requests
    Offline "offline" Network Kept true "There is no network; try again when it is back."
    NetworkFailed "network_failed" Network Kept true "The request did not get through, or the answer may not be read: network, TLS or CORS."
    TimedOut "timed_out" Network Kept true "The answer did not come within the time limit."
    Aborted "aborted" Network Kept true "The call was aborted."
    ResponseTooLarge "response_too_large" Network Kept true "The answer is larger than the limit."
    Redirected "redirected" Network Kept false "The endpoint answered with a redirect, which is never followed; correct the endpoint's address."
    ProviderUnavailable "provider_unavailable" Network Kept true "The provider answers that it cannot serve now; try again later."
    RateLimited "rate_limited" Network Kept true "The provider asks for fewer requests; wait before trying again."
    RenewalPaused "renewal_paused" Network Kept true "A renewal failed a moment ago, here or in another tab; the next one waits until retryAfter has passed."
    AnswerNotJson "answer_not_json" Network Kept true "The answer is not the JSON that the protocol demands; often a sign-in page of the network or a wrong address."

    // What the provider publishes
    DiscoveryFailed "discovery_failed" Protocol Kept true "The provider's configuration document could not be read; check the issuer."
    DiscoveryInvalid "discovery_invalid" Protocol Kept false "The provider's configuration document has a missing or wrong member."
    DiscoveryIssuerMismatch "discovery_issuer_mismatch" Protocol Kept false "The provider's configuration document names another issuer than the configured one; they must be equal character by character."
    EndpointInsecure "endpoint_insecure" Protocol Kept false "The provider publishes an endpoint that is not an https address."
    KeysFailed "keys_failed" Protocol Kept true "The provider's keys could not be read."
    KeysInvalid "keys_invalid" Protocol Kept false "The provider's key set is malformed or too large."
    KeyNotFound "key_not_found" Protocol Kept true "No key of the provider fits the signature."

    // The callback
    CallbackMalformed "callback_malformed" Callback Kept false "The callback has parameters that are repeated, contradictory, too long or not of this flow."
    ForeignFrame "foreign_frame" Callback Kept false "The callback was loaded inside another site's frame, so it was not processed."
    StateMissing "state_missing" Callback Kept false "The callback has no state, so it answers no request of this application."
    StateUnknown "state_unknown" Callback Kept false "No sign-in of this browser waits for this callback; it may have been started in another browser or its record deleted. Start again."
    AlreadyProcessed "already_processed" Callback Kept false "This callback was processed before; each can be used once."
    TransactionExpired "transaction_expired" Callback Kept false "The sign-in took too long; start again."
    IssuerMissing "issuer_missing" Callback Kept false "The callback does not say which provider sent it although the provider promises that (RFC 9207)."
    IssuerMismatch "issuer_mismatch" Callback Kept false "The callback comes from another provider than the one that was asked (RFC 9207)."
    CodeMissing "code_missing" Callback Kept false "The callback has neither a code nor an error."

    // What the provider refuses
    AccessDenied "access_denied" Provider Kept false "The person or the provider declined the sign-in."
    LoginRequired "login_required" Provider Kept false "The person is not signed in at the provider and must do so."
    InteractionRequired "interaction_required" Provider Kept false "The provider needs to show something to the person."
    ConsentRequired "consent_required" Provider Kept false "The provider needs the person's consent."
    AccountSelectionRequired "account_selection_required" Provider Kept false "The person must choose an account at the provider."
    AuthorizationRefused "authorization_refused" Provider Kept false "The provider refused the authorization request."
    CodeRejected "code_rejected" Provider Kept false "The provider did not accept the authorization code; start the sign-in again."
    ClientRejected "client_rejected" Provider Kept false "The provider does not accept this client; check its registration."
    ScopeRejected "scope_rejected" Provider Kept false "The provider does not grant the requested scope."
    ResourceRejected "resource_rejected" Provider Kept false "The provider does not grant a token for the requested resource."
    RequestRefused "request_refused" Provider Kept false "The provider refused the request."

    // Tokens
    TokenResponseInvalid "token_response_invalid" Protocol Kept false "The token answer has a missing or wrong member."
    TokenTypeUnsupported "token_type_unsupported" Protocol Kept false "The provider issued a token of a type that was not asked for."
    IdTokenMissing "id_token_missing" Protocol Kept false "The token answer has no ID token although openid was requested."
    IdTokenMalformed "id_token_malformed" Protocol Kept false "The ID token is not a well-formed signed JWT."
    IdTokenEncrypted "id_token_encrypted" Protocol Kept false "The ID token is encrypted, which was not agreed upon."
    IdTokenType "id_token_type" Protocol Kept false "The JWT is of another type than an ID token."
    IdTokenAlgorithm "id_token_algorithm" Protocol Kept false "The ID token is signed with an algorithm that is not accepted."
    IdTokenSignature "id_token_signature" Protocol Kept false "The signature of the ID token is wrong."
    IdTokenIssuer "id_token_issuer" Protocol Kept false "The ID token was issued by somebody else."
    IdTokenAudience "id_token_audience" Protocol Kept false "The ID token was issued for another client, or for further ones that are not trusted."
    IdTokenAuthorizedParty "id_token_authorized_party" Protocol Kept false "The ID token names another authorized party."
    IdTokenSubject "id_token_subject" Protocol Kept false "The subject of the ID token is missing or malformed."
    IdTokenExpired "id_token_expired" Protocol Kept false "The ID token has expired; if this happens to everybody, check this device's clock."
    IdTokenIssuedAt "id_token_issued_at" Protocol Kept false "The ID token's time of issue is missing, in the future or too old; check this device's clock."
    IdTokenNotBefore "id_token_not_before" Protocol Kept false "The ID token is not valid yet; check this device's clock."
    IdTokenNonce "id_token_nonce" Protocol Kept false "The ID token belongs to another sign-in."
    IdTokenAccessTokenHash "id_token_access_token_hash" Protocol Kept false "The ID token belongs to another access token."
    IdTokenAuthTime "id_token_auth_time" Protocol Kept false "The ID token's time of authentication is missing, wrong or older than requested."

    // User information
    UserInfoRefused "user_info_refused" Provider Kept false "The provider refused to give user information for the access token."
    UserInfoInvalid "user_info_invalid" Protocol Kept false "The answer of the UserInfo endpoint is malformed."
    UserInfoSubjectMismatch "user_info_subject_mismatch" Protocol Kept false "The user information is about somebody else."

    // The session
    NoSession "no_session" Session Kept false "Nobody is signed in."
    SilentAfterSignOut "silent_after_sign_out" Session Kept false "The person signed out here, so nobody is signed in again without their wish; call signIn in a click."
    NoRefreshToken "no_refresh_token" Session Kept false "The access token has expired and there is no refresh token; request the scope offline_access, or sign in again."
    RefreshRejected "refresh_rejected" Session Ended false "The provider ended the session; sign in again."
    RefreshLost "refresh_lost" Session Ended false "The answer to a refresh was lost, and the provider no longer accepts the refresh token that it replaced; sign in again."
    RefreshOutcomeUnknown "refresh_outcome_unknown" Session Unknown true "The answer to a refresh was lost, and the provider may have acted on it; try again."
    WorkerLost "worker_lost" Session Ended false "The worker that keeps the refresh token did not start or was stopped; sign in again."
    UserChanged "user_changed" Session Ended false "The provider answered for another person, so the session was ended; sign in again."
    SignedOut "signed_out" Session Ended false "The session ended while the call was under way."

    // The application's own requests
    AuthorizationHeaderSet "authorization_header_set" Request Kept false "The request already has an Authorization header; remove it, or use the browser's own fetch."
    NoCorsRefused "no_cors_refused" Request Kept false "A request in mode no-cors cannot carry a token."
    StepUpRequired "step_up_required" Request Kept false "The API wants a newer or stronger sign-in; sign in with the error's acrValues and maxAge, then repeat the request."
    StepUpUnsatisfied "step_up_unsatisfied" Request Kept false "The API still wants a stronger sign-in after one with exactly what it had asked for."

    // Mini-apps: between a platform's page and an application inside it
    HostsInvalid "hosts_invalid" Bridge Kept false "Each origin must be exactly scheme, host and port over https (http on loopback); name the hosts in the option hosts or in one meta element miniapp-hosts."
    SameOrigin "same_origin" Bridge Kept false "A host and a mini-app must have different origins, or each could read the other; serve the mini-app from another site."
    AppInvalid "app_invalid" Bridge Kept false "The registration of a mini-app has a missing or wrong member."
    NotInitialized "not_initialized" Bridge Kept false "This is not initialised yet; await App.initializeFrame() first."
    NoHost "no_host" Bridge Kept false "This page is not inside a host's frame, so there is nobody to ask; open it through the platform."
    HostNotAllowed "host_not_allowed" Bridge Kept false "The page around this frame is none of the hosts that this mini-app was built for."
    HostUnavailable "host_unavailable" Bridge Kept true "The host does not answer; the session is kept, try again."
    BridgeVersion "bridge_version" Bridge Kept false "The host and this mini-app share no version of the protocol; update the older one."
    HostAnswerInvalid "host_answer_invalid" Bridge Kept true "The host's answer has a missing or wrong member, so it was refused."
    ScopeNotGranted "scope_not_granted" Bridge Kept false "The host does not grant this mini-app the audience or scope that was asked for."
    HostRefused "host_refused" Bridge Kept false "The host refuses this request."
    HostTransient "host_transient" Bridge Kept true "The host cannot answer at the moment; try again."
    NotSupportedByHost "not_supported_by_host" Bridge Kept false "The host has no handler for this call."
    NeedsInteraction "needs_interaction" Bridge Kept true "The host must show something to the person first."
    UserCancelled "user_cancelled" Bridge Kept false "The person declined."
    AppDisabled "app_disabled" Bridge Kept false "The host has disabled this mini-app."
    MessageTooLarge "message_too_large" Bridge Kept false "A message between host and mini-app may have 64 KiB; send less."
    ApiFailed "api_failed" Bridge Kept false "The platform's interface answered with an error."

    ; extended:

    // Proof of possession (RFC 9449)
    DpopUnsupported "dpop_unsupported" Configuration Kept false "The provider does not accept DPoP proofs signed with ES256."
    DpopDowngrade "dpop_downgrade" Protocol Kept false "The provider issued a bearer token although a DPoP-bound one was required."
    DpopNonceMissing "dpop_nonce_missing" Protocol Kept false "The server demands a nonce for the DPoP proof, but none can be read from its answer; it must send the header DPoP-Nonce and expose it to pages (Access-Control-Expose-Headers)."
    DpopNonceLoop "dpop_nonce_loop" Protocol Kept false "The server demands another nonce for each DPoP proof, and never accepts one."
    DpopProofRefused "dpop_proof_refused" Provider Kept false "The server did not accept the DPoP proof."
    ClockSkew "clock_skew" Environment Kept false "The server did not accept the DPoP proof, and this device's clock differs from the server's; correct the clock."
    KeyLost "key_lost" Session Ended false "The key to which the tokens are bound is gone from this browser, so they are of no use; sign in again."

    // Pushed and signed requests (RFC 9126, RFC 9101)
    PushedResponseInvalid "pushed_response_invalid" Protocol Kept false "The provider's answer to the pushed authorization request has a missing or wrong member."
    RequestTooLong "request_too_long" Configuration Kept false "The authorization request is longer than many servers take, and the provider takes no pushed ones; ask for less."
    RequestObjectInvalid "request_object_invalid" Configuration Kept false "The application's request object is no signed JWT, or does not carry exactly this request."

    // Signed responses (JARM)
    ResponseNotSigned "response_not_signed" Callback Kept false "The callback is not signed although a signed response was requested."
    ResponseMalformed "response_malformed" Callback Kept false "The signed response is not a well-formed JWT of its kind, or does not stand alone."
    ResponseAudience "response_audience" Callback Kept false "The signed response was made for another client."
    ResponseExpired "response_expired" Callback Kept false "The signed response has expired or does not say when it does; if this happens to everybody, check this device's clock."
    ResponseSignature "response_signature" Callback Kept false "The signature of the response is wrong or made with an algorithm that is not accepted."

    // Signed user information
    UserInfoNotSigned "user_info_not_signed" Protocol Kept false "The user information is not signed although that was agreed upon."
    UserInfoSignature "user_info_signature" Protocol Kept false "The signature of the user information is wrong or made with an algorithm that is not accepted."

    // Other grants (RFC 8693, RFC 8628)
    GrantRejected "grant_rejected" Provider Kept false "The provider did not accept the grant."
    DeviceResponseInvalid "device_response_invalid" Protocol Kept false "The provider's answer to the device authorization request has a missing or wrong member."
    DeviceCodeExpired "device_code_expired" Provider Kept false "The person did not confirm on the other device in time; start again."
}
