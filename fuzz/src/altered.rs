//! Fuzzing without a fuzzer: each target on its seeds, and on seeds that were altered at random, always in the same way.
//! `OXIDC_FUZZ` is how many texts each target gets.

use std::path::Path;

/// How many texts a target gets where nobody says.
const USUAL: u32 = 3_000;

/// Pieces that mean something to one of the readers: those of the fuzzer's dictionary.
fn words() -> Vec<String> {
    let unescaped = |line: &str| {
        let mut octets = Vec::new();
        let mut rest = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap().bytes();
        while let Some(octet) = rest.next() {
            octets.push(match (octet == b'\\').then(|| rest.next().unwrap()) {
                Some(b'x') => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                Some(escaped) => escaped,
                None => octet,
            });
        }
        String::from_utf8(octets).unwrap()
    };
    include_str!("../words.dict").lines().filter(|line| line.starts_with('"')).map(unescaped).collect()
}

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

fn altered(random: &mut Random, seeds: &[String], words: &[String]) -> String {
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
            3 => words[random.below(words.len())].repeat(1 + random.below(40)),
            _ => words[random.below(words.len())].clone(),
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

/// Runs a target on its seeds, and on altered ones.
pub(crate) fn run(name: &str, check: fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
    let mut seeds: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let seeds: Vec<String> = seeds.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let number = std::env::var("OXIDC_FUZZ").ok().and_then(|number| number.parse().ok()).unwrap_or(USUAL);
    let words = words();
    let mut random = Random(0x0005_eed0_f0e1_d2c3);
    for seed in &seeds {
        let _witness = Witness(seed);
        check(seed);
    }
    for _ in 0..number {
        let text = altered(&mut random, &seeds, &words);
        let _witness = Witness(&text);
        check(&text);
    }
}
