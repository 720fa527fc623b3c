//! The only door out of the core: what it asks for ([`Effect`]) and what it is told ([`Outcome`]).
//!
//! The core performs nothing. A flow that needs the network, a key, a stored record or the passing of
//! time hands out an [`Effect`] with an id; the shell performs it and answers with an [`Outcome`] for that
//! id. The same outcomes in the same order give the same effects, byte for byte.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::wire::http::{Request, Response};
use crate::wire::jose::Algorithm;
use crate::wire::json::Value;

/// Joins an [`Effect`] to its [`Outcome`].
pub type EffectId = u32;

/// Names one call of the application that is under way, see [`Client::start`](crate::Client::start).
pub type TaskId = u32;

/// A place in which records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// The storage that the application chose for its session.
    Session,
    /// Records that must outlive a redirect whatever the application chose: sign-in and sign-out
    /// transactions, and the provider's public documents.
    Device,
}

/// What the core wants done outside.
///
/// The variants that say "no outcome" are done and forgotten; every other variant is answered exactly once.
#[derive(Debug)]
#[non_exhaustive]
pub enum Effect {
    /// Sends a request of the protocol. Redirects are refused, cookies are not sent and nothing is cached.
    /// Answer: [`Outcome::Http`] or [`Outcome::Failed`].
    Http(Request),
    /// Sends the application's own request of this task with an `Authorization` header value, or without one.
    /// Answer: [`Outcome::Http`] (without the body) or [`Outcome::Failed`].
    Send {
        /// The task that was started with the application's request.
        task: TaskId,
        /// The value of the `Authorization` header to add.
        authorization: Option<crate::secret::Secret>,
        /// The value of the `DPoP` header to add (RFC 9449 section 7.1).
        dpop: Option<String>,
    },
    /// Draws random octets from the platform's secure source. Answer: [`Outcome::Bytes`].
    Random {
        /// How many octets.
        octets: u8,
    },
    /// Hashes octets with SHA-2. Answer: [`Outcome::Bytes`].
    Digest {
        /// Output size in bits: 256, 384 or 512.
        bits: u16,
        /// What is hashed.
        data: Vec<u8>,
    },
    /// Verifies a signature. Answer: [`Outcome::Flag`], or [`Outcome::Failed`] with
    /// [`Failure::Unsupported`] when the platform lacks the algorithm or refuses the key.
    Verify {
        /// The signature algorithm.
        algorithm: Algorithm,
        /// The public key, a JWK object.
        key: Value,
        /// The octets that were signed.
        data: Vec<u8>,
        /// The signature.
        signature: Vec<u8>,
    },
    /// Uses a key that never leaves the platform.
    #[cfg(feature = "extended")]
    Signing(Signing),
    /// Shows a hidden frame and posts a message to it every few seconds while somebody looks at the page, until it answers `changed` or `error`
    /// (OpenID Connect Session Management 1.0 section 3.1). Answer: [`Outcome::Text`] with that word, or with `unknown` for a `changed` that
    /// came before any `unchanged`; or [`Outcome::Failed`].
    #[cfg(feature = "extended")]
    Watch {
        /// The address of the provider's frame.
        url: String,
        /// Its origin: nobody else is told or heard.
        origin: String,
        /// What is posted.
        message: String,
    },
    /// Resolves an address with the platform's own parser. Answer: [`Outcome::Address`], or
    /// [`Outcome::Failed`] when it is no address.
    Resolve {
        /// The address, absolute or relative.
        url: String,
    },
    /// Reads a record. Answer: [`Outcome::Record`].
    Load {
        /// Where.
        area: Area,
        /// The record's key.
        key: String,
    },
    /// Writes or removes a record, if it still is what the core believes it to be, in one step that no
    /// other tab can interrupt (as far as the storage can do that).
    /// Answer: [`Outcome::Swapped`] or [`Outcome::Record`] with what stands there instead.
    Swap {
        /// Where.
        area: Area,
        /// The record's key.
        key: String,
        /// The whole text that must stand there now; `None`: nothing.
        expected: Option<String>,
        /// The new text; `None` removes the record.
        value: Option<String>,
    },
    /// Takes an exclusive lock over all tabs. Answer: [`Outcome::Done`] when it is held;
    /// [`Failure::Timeout`] when others hold it for too long, [`Failure::Unsupported`] when there are no locks.
    Lock {
        /// The lock's name.
        name: String,
        /// How long to wait, in milliseconds.
        wait: u32,
    },
    /// Gives a lock back. No outcome.
    Unlock {
        /// The id of the [`Effect::Lock`] that took it.
        lock: EffectId,
    },
    /// Waits. Answer: [`Outcome::Done`].
    Wait {
        /// Milliseconds.
        duration: u32,
    },
    /// Sends the page to another address. Answer: [`Outcome::Done`] or [`Outcome::Failed`].
    Navigate {
        /// An absolute address.
        url: String,
        /// Whether the current entry of the history is replaced.
        replace: bool,
    },
    /// Opens an address in the window that the call brought along, or in a hidden frame, and waits for the address
    /// that the return page hands over ([`Effect::Relay`] with the same `relay`). The window or frame is gone afterwards.
    /// Answer: [`Outcome::Text`]; [`Failure::Denied`] when it may not be opened, [`Failure::Aborted`] when
    /// somebody closed it, [`Failure::Timeout`], or [`Failure::Unsupported`].
    Visit {
        /// The task that was started with the window.
        task: TaskId,
        /// An absolute address of the provider.
        url: String,
        /// An unguessable name that only the return page learns.
        relay: String,
        /// Whether it is a hidden frame.
        frame: bool,
        /// Milliseconds.
        timeout: u32,
    },
    /// Hands an address to the page of the same origin that waits for it, and to nobody else.
    /// Answer: [`Outcome::Done`] when it was taken, [`Failure::Timeout`] when nobody wants it.
    Relay {
        /// The name of the [`Effect::Visit`].
        relay: String,
        /// The address.
        url: String,
        /// How long to wait for the other page, in milliseconds. None: only a page that opened or holds this one is asked.
        wait: Option<u32>,
    },
    /// Calls a function of the application. Answer: [`Outcome::Text`] with the JSON of what it returned,
    /// [`Failure::Denied`] when it threw.
    Ask {
        /// Which: `sessionCreating` or `stepUp`.
        hook: &'static str,
        /// Its arguments as one object.
        value: Value,
    },
    /// Replaces the address that the page shows, without loading it. No outcome.
    ReplaceAddress {
        /// An absolute address of the same origin.
        url: String,
    },
    /// Tells the other tabs of this client that the stored session changed. No outcome.
    Broadcast {
        /// The session itself, where it could not be stored.
        record: Option<crate::secret::Secret>,
    },
    /// Tells the application something. No outcome.
    Publish(Event),
    /// Says that the outcome of an effect is no longer wanted. No outcome.
    Cancel {
        /// The effect that may be stopped.
        effect: EffectId,
    },
    /// The end of a call of the application. No outcome.
    Finish {
        /// The call.
        task: TaskId,
        /// Its result.
        result: Result<Value, Error>,
    },
}

/// What is done with private keys.
#[cfg(feature = "extended")]
#[derive(Clone, Debug)]
pub enum Signing {
    /// Finds a key pair of the platform by its name, or makes one for ES256 whose private part cannot be exported.
    /// Answer: [`Outcome::Record`] with the public key as the text of a JWK, or without one where there is none.
    Key {
        /// The key's name.
        name: String,
        /// Whether one is made where there is none.
        make: bool,
    },
    /// Signs. Answer: [`Outcome::Bytes`].
    Sign {
        /// The name of a key that was made, or of one that the application holds.
        key: String,
        /// The signature algorithm.
        algorithm: Algorithm,
        /// The octets to sign.
        data: Vec<u8>,
    },
    /// Deletes a key that was made. No outcome.
    Forget {
        /// The key's name.
        name: String,
    },
    /// Asks the application for a request object (RFC 9101) that carries these claims, signed wherever it keeps its key.
    /// Answer: [`Outcome::Record`] with the JWT.
    RequestObject {
        /// The claims.
        claims: Value,
    },
}

/// What happened to an [`Effect`].
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was done; there is nothing to report.
    Done,
    /// The answer to a request.
    Http(Response),
    /// Random or hashed octets.
    Bytes(Vec<u8>),
    /// Whether a signature is good.
    Flag(bool),
    /// A resolved address.
    Address {
        /// The whole address, normalised by the platform.
        href: String,
        /// Its origin.
        origin: String,
    },
    /// What stands in the storage under a key.
    Record(Option<String>),
    /// What another page handed over or the application's function returned.
    Text(String),
    /// A [`Effect::Swap`] was carried out.
    Swapped,
    /// It could not be done.
    Failed {
        /// Why.
        failure: Failure,
        /// Words of the platform, for the developer only.
        detail: String,
    },
}

/// Why an [`Effect`] could not be performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller gave up.
    Aborted,
    /// The platform refuses or breaks: forbidden or full storage, navigation refused.
    Denied,
    /// The request did not get through, or its answer may not be read.
    Network,
    /// The platform says that it has no network.
    Offline,
    /// The storage has no room left.
    Quota,
    /// The answer was a redirect, which is not followed.
    Redirected,
    /// The time limit passed. Whether the other side acted is unknown.
    Timeout,
    /// The answer is larger than the limit.
    TooLarge,
    /// The platform cannot do this at all.
    Unsupported,
    /// Whoever kept the refresh token for this page is gone, and the token too. Nothing was sent.
    Lost,
}

/// What the application is told without having asked.
#[derive(Clone, Debug)]
pub enum Event {
    /// The session appeared, changed or ended. The value is the session, or null.
    Session {
        /// What a reader of `getSession` would now get.
        session: Value,
        /// Why: `signed_in`, `refreshed`, `user_info`, `other_tab`, `signed_out`, `provider_signed_out`, `refresh_rejected`,
        /// `refresh_lost`, `user_changed`, `key_lost`, `worker_lost`.
        reason: &'static str,
    },
    /// A fresh access token is there. The value says for which resource and until when, never the token.
    Tokens {
        /// `resource`, `scopes`, `expiresAt`.
        token: Value,
    },
    /// The session ended.
    SignedOut {
        /// Why, as in [`Event::Session`].
        reason: &'static str,
    },
    /// What a user interface can show changed. Until the first of these it is `signedOut`.
    State {
        /// `signedOut`, `signedIn`, `renewing`, `degraded` or `needsSignIn`.
        state: &'static str,
    },
    /// Something went wrong that no call can report.
    Error(Error),
}

/// The time at which an input reaches the core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Wall clock, milliseconds since 1970-01-01 UTC. May jump.
    pub wall: i64,
    /// Monotonic clock, milliseconds since an unknown start. Never goes back.
    pub monotonic: i64,
}

impl Now {
    /// The milliseconds since an earlier input, by the clock that says more: one of them may stand still while a device sleeps.
    pub(crate) fn since(self, earlier: Self) -> i64 {
        (self.wall - earlier.wall).max(self.monotonic - earlier.monotonic)
    }
}
