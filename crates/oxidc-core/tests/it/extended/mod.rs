//! The extended protocol features: the whole client, with a shell that answers each effect at once.

#![allow(unreachable_pub)]

mod check_session;
mod client_auth;
mod device;
mod dpop;
mod jar;
mod jarm;
mod operations;
mod par;
mod token_exchange;
mod userinfo;
mod world;
