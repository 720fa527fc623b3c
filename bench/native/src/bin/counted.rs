//! Runs one work of the core so many times, for a counter of instructions: `counted <work> <times>`; without arguments it lists the works.
//!
//! Two runs with different numbers of times differ by the work alone.

use oxidc_bench::{signer, works};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, times] = words.as_slice() else { return println!("{}", works::NAMES.join("\n")) };
    let times: u32 = times.parse().expect("a number of times");
    let mut work = works::work(name, &signer::unsigned());
    for _ in 0..times {
        work();
    }
}
