//! Grants beside the authorization code: each is one request that neither reads nor writes the session.

pub(crate) mod device;
pub(crate) mod token_exchange;

use crate::error::{Code, Error};
use crate::wire::answer::Refusal;

/// The error of a grant. `invalid_grant` here is not about the session's refresh token.
pub(crate) fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::OAuth(error) if error.error == "invalid_grant" => error.into_error(Code::GrantRejected),
        Refusal::OAuth(error) => {
            let code = error.code();
            error.into_error(code)
        }
        Refusal::Other(error) => error,
    }
}
