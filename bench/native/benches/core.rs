//! The core's works by time: `cargo bench --bench core`.

use oxidc_bench::{signer, works};

fn main() {
    divan::main();
}

#[divan::bench(args = works::NAMES)]
fn core(bencher: divan::Bencher<'_, '_>, name: &str) {
    let mut work = works::work(name, &signer::unsigned());
    bencher.bench_local(move || work());
}
