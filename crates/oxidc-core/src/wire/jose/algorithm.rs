//! The signature algorithms that are accepted: asymmetric ones only.

macro_rules! algorithms {
    ($($variant:ident $name:literal $bits:literal $octets:expr)*) => {
        /// A signature algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Algorithm {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Algorithm {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in a header.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The size in bits of the hash for `at_hash` (OpenID Connect Core 1.0 section 3.1.3.6; for EdDSA by its own hash).
            #[must_use]
            pub fn digest_bits(self) -> u16 {
                match self { $(Self::$variant => $bits,)* }
            }

            /// The size of a signature in octets, where it is fixed.
            #[must_use]
            pub fn signature_octets(self) -> Option<usize> {
                match self { $(Self::$variant => $octets,)* }
            }
        }
    };
}

algorithms! {
    Rs256 "RS256" 256 None
    Rs384 "RS384" 384 None
    Rs512 "RS512" 512 None
    Ps256 "PS256" 256 None
    Ps384 "PS384" 384 None
    Ps512 "PS512" 512 None
    Es256 "ES256" 256 Some(64)
    Es384 "ES384" 384 Some(96)
    Es512 "ES512" 512 Some(132)
    EdDsa "EdDSA" 512 Some(64)
}

impl Algorithm {
    /// Reads a name, case-sensitively. `Ed25519` (RFC 9864) is the same as `EdDSA` with the one curve that is accepted.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }

    /// `kty` and `crv` of a key that fits, and the octets of its coordinates.
    pub(super) fn key(self) -> (&'static str, Option<(&'static str, usize)>) {
        match self {
            Self::Es256 => ("EC", Some(("P-256", 32))),
            Self::Es384 => ("EC", Some(("P-384", 48))),
            Self::Es512 => ("EC", Some(("P-521", 66))),
            Self::EdDsa => ("OKP", Some(("Ed25519", 32))),
            _ => ("RSA", None),
        }
    }
}
