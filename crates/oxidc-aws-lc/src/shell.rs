//! The effects of the core that ask for arithmetic and chance.

use aws_lc_rs::digest::{Digest, SHA256, SHA384, SHA512};
use oxidc_core::effect::{Effect, Failure, Outcome};

use crate::key;

/// Performs [`Effect::Verify`], [`Effect::Digest`] and [`Effect::Random`]. `None` for all others: they are the shell's.
#[must_use]
pub fn perform(effect: &Effect) -> Option<Outcome> {
    let failed = |failure, detail: &str| Outcome::Failed { failure, detail: detail.into() };
    match effect {
        Effect::Verify { algorithm, key, data, signature } => Some(match key::parse(key, *algorithm) {
            Some(key) => Outcome::Flag(key.verify_sig(data, signature).is_ok()),
            None => failed(Failure::Unsupported, "the key is refused"),
        }),
        Effect::Digest { bits, data } => Some(Outcome::Bytes(digest(*bits, data).as_ref().to_vec())),
        Effect::Random { octets } => {
            let mut bytes = vec![0; usize::from(*octets)];
            Some(match aws_lc_rs::rand::fill(&mut bytes) {
                Ok(()) => Outcome::Bytes(bytes),
                Err(_) => failed(Failure::Unsupported, "no randomness"),
            })
        }
        _ => None,
    }
}

/// A SHA-2 hash of so many bits.
pub(crate) fn digest(bits: u16, data: &[u8]) -> Digest {
    let algorithm = match bits {
        256 => &SHA256,
        384 => &SHA384,
        _ => &SHA512,
    };
    aws_lc_rs::digest::digest(algorithm, data)
}
