//! OAuth 2 and OpenID Connect for browser applications in Rust.
//!
//! [`AuthClient`] signs people in by redirect with PKCE, keeps their tokens fresh in all tabs with one request, calls
//! APIs, and signs people out. It has the words of the TypeScript client of the npm package `oxidc`, and drives the same
//! core through the same browser module; it works with any front-end framework or none.
//!
//! ```no_run
//! use oxidc_web::{AuthClient, AuthClientOptions, Error, GetTokensOptions, SignInOptions};
//!
//! async fn start() -> Result<(), Error> {
//!     let client = AuthClient::new(
//!         AuthClientOptions::new("https://login.example.com", "my-app")
//!             .scopes("openid profile email offline_access")
//!             .allowed_origins(["https://api.example.com"]),
//!     )?;
//!     client.process_callback().await?; // safe on every page
//!     match client.get_session().await? {
//!         Some(session) => {
//!             let _greeting = format!("Hello {}", session.user.name().unwrap_or("you"));
//!             let _orders = client.fetch("https://api.example.com/orders").await?;
//!         }
//!         None => drop(client.sign_in(SignInOptions::default()).await?),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Futures
//!
//! Nothing happens before a future is awaited. Futures and the client belong to the page's one thread and are not
//! `Send`: start them with `wasm_bindgen_futures::spawn_local` or your framework's equivalent. Dropping a future of
//! `sign_in`, `sign_in_silent`, `get_tokens`, `refresh_session`, `fetch` or of an operation of `oidc` aborts that call, and nothing that others
//! wait for; all other calls go on to their end.
//!
//! There is one exception: with [`Mode::Popup`] the window opens when [`sign_in`](AuthClient::sign_in) or
//! [`sign_out`](AuthClient::sign_out) is called, because browsers open windows in a click only. Call it in the handler of the click
//! itself, and await what it gives elsewhere: `spawn_local(show(client.sign_in(options)))`.
//!
//! # Extended protocol features
//!
//! With the cargo feature `extended` there are DPoP, pushed and signed authorization requests, signed authorization responses, signed
//! user information, the provider's session frame and the operations of the protocol one by one (`AuthClient::oidc`), and a provider that
//! takes pushed requests only is served without further ado. The module is larger then.
//!
//! # On a server
//!
//! Where there is no browser a client can be made, so that one code renders pages on a server too; its calls answer
//! [`Code::NoBrowser`], and its events never come.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
#[path = "host/absent.rs"]
mod host;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod host;

mod client;
mod error;
mod event;
#[cfg(feature = "extended")]
mod extended;
mod groups;
mod hooks;
pub mod miniapp;
#[cfg(feature = "extended")]
pub mod oidc;
mod options;
mod provider;
mod request;
mod session;
mod step_up;
mod storage;
mod window;

pub use client::AuthClient;
pub use event::{Event, FreshToken, SessionReason, SessionState, Subscription};
#[cfg(feature = "extended")]
pub use extended::{Dpop, ResponseMode};
pub use groups::{GroupOptions, is_user_in_group};
pub use hooks::{HookFuture, NewSession};
pub use options::{AllowedOrigin, AuthClientOptions, Resource, Timeouts};
pub use oxidc_core::error::{Code, Error, Kind, SessionEffect};
pub use oxidc_core::secret::Secret;
pub use oxidc_core::wire::json;
pub use provider::ProviderMetadata;
pub use request::{GetTokensOptions, RefreshOptions, SignInOptions, SignInSilentOptions, SignOutOptions};
pub use session::{CallbackResult, Claims, FrontChannelOutcome, ReturnTarget, Revocation, Session, SignOutResult, Tokens};
pub use step_up::StepUpChallenge;
pub use storage::{CustomStorage, ScriptUrl, Storage, StorageFailure, StorageFuture, WORKER_SCRIPT, WorkerStorage};
pub use window::{Mode, PopupOptions, SilentMode};

/// The examples of the front page are compiled too.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
