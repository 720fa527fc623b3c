//! The fuzz targets on the stable toolchain: each on its seeds, and on seeds that were altered at random, always in the same way.
//! `OXIDC_FUZZ` is how many texts each target gets.

use std::path::Path;

#[path = "../../../../fuzz/src/targets/mod.rs"]
mod targets;

/// How many texts a target gets where nobody says.
const USUAL: u32 = 3_000;

/// Pieces that mean something to one of the readers.
const WORDS: &[&str] = &[
    "\"", "\\", "{", "}", "[", "]", ":", ",", "&", "=", "?", "#", "/", "//", "%", "%00", "%2f", ".", "@", " ", "\n", "\0", "null", "true",
    "-1", "1e400", "9223372036854775807", "0.5", "\\u0000", "\\ud800", "é", "\u{202e}", "😀", "https://", "https://evil.example",
    "__proto__", "STATE", "ID", "code", "state", "iss", "error", "access_token", "nonce", "sub", "Bearer", "kid", "alg", "none", "crit",
    "b64",
];

/// Marsaglia's xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap()
    }

    fn range(&mut self, text: &str) -> (usize, usize) {
        let (a, b) = (self.place(text), self.place(text));
        (a.min(b), a.max(b))
    }
}

fn altered(random: &mut Random, seeds: &[String]) -> String {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let (from, to) = random.range(&text);
        let (from, to) = if random.below(3) > 0 { (from, from) } else { (from, to) };
        let piece = match random.below(5) {
            0 => String::new(),
            1 => char::from_u32(random.below(0x3000) as u32).unwrap_or('x').to_string(),
            2 => {
                let other = &seeds[random.below(seeds.len())];
                let (from, to) = random.range(other);
                other[from..to].into()
            }
            3 => WORDS[random.below(WORDS.len())].repeat(1 + random.below(40)),
            _ => WORDS[random.below(WORDS.len())].into(),
        };
        text.replace_range(from..to, &piece);
        if random.below(4) == 0 && !text.is_empty() {
            let at = random.place(&text);
            if let Some(c) = text[at..].chars().next() {
                text.replace_range(at..at + c.len_utf8(), "");
            }
        }
        if text.len() > 20_000 {
            text.truncate(random.place(&text));
        }
    }
    text
}

/// Says which text it was.
struct Witness<'a>(&'a str);

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the text was {:?}", self.0);
        }
    }
}

fn run(name: &str, check: fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
    let mut seeds: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let seeds: Vec<String> = seeds.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let number = std::env::var("OXIDC_FUZZ").ok().and_then(|number| number.parse().ok()).unwrap_or(USUAL);
    let mut random = Random(0x0005_eed0_f0e1_d2c3);
    for seed in &seeds {
        let _witness = Witness(seed);
        check(seed);
    }
    for _ in 0..number {
        let text = altered(&mut random, &seeds);
        let _witness = Witness(&text);
        check(&text);
    }
}

macro_rules! targets {
    ($($test:ident $name:ident)*) => {
        $(#[test]
        fn $test() {
            run(stringify!($name), targets::$name::check);
        })*

        #[test]
        fn every_target_is_run() {
            assert_eq!(targets::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}

targets! {
    t478_base64url base64url
    t478_callback callback
    t478_form form
    t478_id_token id_token
    t478_json json
    t478_jwk jwk
    t478_jws jws
    t478_metadata metadata
    t478_record record
    t478_retry_after retry_after
    t478_return_to return_to
    t478_token_answer token_answer
    t478_url url
    t478_www_authenticate www_authenticate
}

/// The seed of the stored record is a good one.
#[test]
fn the_seed_of_the_record_is_read() {
    let mut page = crate::page::Page::signed_in();
    let record = page.records.iter_mut().find(|((device, _), _)| !device).unwrap().1;
    *record = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/record/session")).unwrap();
    page.load();
    assert_eq!(page.get_session()["subject"], "alice");
}
