//! base64url without padding (RFC 4648 section 5, RFC 7515 section 2), strict.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Writes octets as base64url.
///
/// ```
/// assert_eq!(oxidc_core::wire::base64url::encode(&[255, 239, 7]), "_-8H");
/// ```
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    let mut out = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    for octet in octets {
        bits = bits << 8 | u32::from(*octet);
        held += 8;
        while held >= 6 {
            held -= 6;
            out.push(digit(bits >> held));
        }
    }
    if held > 0 {
        out.push(digit(bits << (6 - held)));
    }
    out
}

/// Reads base64url. `None` for padding, foreign characters, impossible lengths and unused bits that are set.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_bytes().as_chunks::<8>();
    let mut out = vec![0; text.len() * 3 / 4];
    let (sixes, end) = out.as_chunks_mut::<6>();
    // Looked at once, at the end: a branch for each character would cost more than the work itself.
    let mut all = 0;
    let mut octets = |group: &[u8; 8]| {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | i64::from(value(*digit)));
        all |= bits;
        let [_, _, a, b, c, d, e, f] = bits.to_be_bytes();
        [a, b, c, d, e, f]
    };
    for (six, group) in sixes.iter_mut().zip(groups) {
        *six = octets(group);
    }
    // The last group is filled up with zeros: what its digits have beyond the octets that they stand for must be zero, too.
    let mut last = [b'A'; 8];
    last.iter_mut().zip(rest).for_each(|(filled, digit)| *filled = *digit);
    let (mut places, mut unused) = (end.iter_mut(), 0);
    for octet in octets(&last) {
        *places.next().unwrap_or(&mut unused) |= octet;
    }
    (all >= 0 && unused == 0 && rest.len() % 4 != 1).then_some(out)
}

const fn digit(value: u32) -> char {
    let value = (value & 63) as u8;
    (match value {
        0..=25 => b'A' + value,
        26..=51 => b'a' + (value - 26),
        52..=61 => b'0' + (value - 52),
        62 => b'-',
        _ => b'_',
    }) as char
}

/// Stands for what is no digit: it makes negative what it gets into, and that stays so however far it is shifted.
const NONE: i8 = -1;

/// The value of each octet as a digit. An index out of bounds would end the build.
#[allow(clippy::indexing_slicing)]
static VALUES: [i8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0_u8;
    while value < 64 {
        values[digit(value as u32) as usize] = value as i8;
        value += 1;
    }
    values
};

fn value(digit: u8) -> i8 {
    VALUES.get(usize::from(digit)).copied().unwrap_or(NONE)
}
