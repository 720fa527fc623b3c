//! Grants beside the authorization code: each is one request that neither reads nor writes the session.

pub(crate) mod device;
pub(crate) mod token_exchange;

use crate::error::{Code, Error};

/// The error of a grant. `invalid_grant` here is not about the session's refresh token.
pub(crate) fn refused(error: Error) -> Error {
    match error.refusal() {
        Some("invalid_grant") => error.with_code(Code::GrantRejected),
        _ => error,
    }
}
