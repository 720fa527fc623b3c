//! Which sessions were lost, and whether any client could have kept them.

use std::collections::BTreeMap;

use crate::provider::{Provider, REVOKED, Rotation, USED_AGAIN};
use crate::tab::PageId;

/// Why a session was lost, where no client could have kept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The provider ended it on its own.
    EndedByProvider,
    /// The provider replaced the refresh token, the answer was lost, and the old token is never accepted again.
    NoGrace,
    /// Two tries in a row failed while the old token would have been accepted.
    LostTwice,
    /// The page, or the device, was stopped while the old token would have been accepted.
    Stopped,
    /// The storage failed, and no tab was left that knew the new token.
    Storage,
}

impl Loss {
    /// The reason in words.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::EndedByProvider => "the provider ended the grant on its own",
            Self::NoGrace => "an answer was lost, and the provider never accepts the old token again",
            Self::LostTwice => "two tries in a row failed while the old token was still accepted",
            Self::Stopped => "the page or the device was stopped while the old token was still accepted",
            Self::Storage => "the storage failed",
        }
    }
}

/// What happened to refresh tokens, as far as it can explain a loss.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// When each refresh token was sent, in true milliseconds.
    sent: BTreeMap<String, Vec<i64>>,
    /// The refresh tokens that the provider replaced: when first, and for which page.
    replaced: BTreeMap<String, (i64, PageId)>,
    /// What happened to a page, or to all, that can keep it from asking again in time.
    disturbances: Vec<(i64, Option<PageId>)>,
    /// What became of sessions that nobody ended on purpose.
    pub(crate) found: Vec<Loss>,
}

impl Losses {
    /// A refresh token is sent.
    pub(crate) fn sent(&mut self, token: &str, now: i64) {
        self.sent.entry(token.into()).or_default().push(now);
    }

    /// The provider gave tokens for a refresh token.
    pub(crate) fn replaced(&mut self, token: &str, now: i64, page: PageId) {
        self.replaced.entry(token.into()).or_insert((now, page));
    }

    /// Why the provider no longer accepted the refresh token that was stored last.
    pub(crate) fn judge(&self, token: &str, provider: &Provider, scattered: bool) -> Result<Loss, &'static str> {
        let over = provider.refresh_token(token).and_then(|token| provider.family(token.family).over);
        match over {
            Some(USED_AGAIN | REVOKED) if scattered => return Ok(Loss::Storage),
            Some(USED_AGAIN) => (),
            Some(REVOKED) => return Err("the client revoked it"),
            _ => return Ok(Loss::EndedByProvider),
        }
        let Some((replaced, page)) = self.replaced.get(token) else {
            // Two pages sent the same token without a fault of theirs; the one that lost had its answer stored.
            let issued = provider.refresh_token(token).map_or(0, |token| token.issued);
            let excused = self.disturbances.iter().any(|(at, _)| (issued - 15_000..=issued + 15_000).contains(at));
            return if excused { Ok(Loss::Stopped) } else { Err("an older refresh token was used") };
        };
        let grace = match provider.rotation {
            Rotation::Grace(0) => return Ok(Loss::NoGrace),
            Rotation::Grace(grace) => grace,
            Rotation::None => return Err("nothing is ever replaced"),
        };
        let sent = self.sent.get(token).map_or(&[][..], Vec::as_slice);
        let before_and_after = replaced - 15_000..=replaced + grace;
        if self.disturbances.iter().any(|(at, of)| before_and_after.contains(at) && of.is_none_or(|of| of == *page)) {
            return Ok(Loss::Stopped);
        }
        let again = sent.iter().any(|at| *at > *replaced && *at <= replaced + grace);
        if again || sent.iter().filter(|at| before_and_after.contains(at)).count() > 1 {
            return Ok(Loss::LostTwice);
        }
        Err("nobody asked again in time")
    }

    /// Something happened to a page, or to all, that can keep it from asking again in time.
    pub(crate) fn disturbed(&mut self, now: i64, page: Option<PageId>) {
        self.disturbances.push((now, page));
    }
}
