//! Randomness that a seed repeats.

/// SplitMix64: small, and good enough to shuffle a world.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let choices = u64::try_from(most - least).expect("a range") + 1;
        least + i64::try_from(self.number() % choices).expect("fits")
    }

    /// True in so many of a thousand cases.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.number() % 1_000 < u64::from(per_mille)
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let last = i64::try_from(choices.len()).expect("fits") - 1;
        &choices[usize::try_from(self.between(0, last)).expect("an index")]
    }

    /// So many octets.
    pub fn octets(&mut self, number: usize) -> Vec<u8> {
        let mut octets = Vec::with_capacity(number + 8);
        while octets.len() < number {
            octets.extend(self.number().to_le_bytes());
        }
        octets.truncate(number);
        octets
    }

    /// An unguessable text with a prefix that says what it is.
    pub fn text(&mut self, prefix: &str) -> String {
        let octets = self.octets(24);
        format!("{prefix}{}", oxidc_core::wire::base64url::encode(&octets))
    }
}
