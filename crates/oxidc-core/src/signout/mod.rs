//! The end of a session.

pub(crate) mod end_session;
pub(crate) mod front_channel;
pub(crate) mod revoke;
