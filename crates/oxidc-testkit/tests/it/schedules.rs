//! Stories that nobody wrote: what seeds make of tabs, faults and clocks; and machines that must not pass.

use oxidc_testkit::broken::Broken;
use oxidc_testkit::schedule;

fn threads() -> u64 {
    std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64)
}

#[test]
fn t245_every_invariant_holds_in_twenty_thousand_schedules() {
    let summary = schedule::run(1, 20_000, threads(), None);
    if let Some((seed, what)) = summary.broken.iter().min() {
        panic!("{what}\nseed {seed}:\n{}", schedule::story(*seed, None).0);
    }
    assert_eq!(summary.runs, 20_000);
}

#[test]
fn a_schedule_replays_byte_for_byte() {
    for seed in [7, 77, 777] {
        assert_eq!(schedule::story(seed, None), schedule::story(seed, None));
    }
}

#[test]
fn every_machine_that_is_broken_on_purpose_is_caught() {
    for broken in Broken::ALL {
        let summary = schedule::run(1, 5_000, threads(), Some(broken));
        let (seed, what) = summary.broken.iter().min().unwrap_or_else(|| panic!("{broken:?} was not caught"));
        println!("{broken:?}: seed {seed}: {what}");
        let expected: &[&str] = match broken {
            Broken::NoReread | Broken::OldCopies => &["INV2"],
            Broken::NoTombstone => &["INV6"],
            Broken::NoGeneration | Broken::NoMark => &["INV3"],
            Broken::BlindWrites => &["INV1", "INV3", "INV6"],
            Broken::EarlyHandOut => &["INV8"],
            Broken::EndlessRetry => &["INV1", "INV5"],
            Broken::NetworkSignsOut => &["INV4"],
            Broken::EndlessWait => &["INV5"],
            Broken::SilentStorage => &["INV9"],
            Broken::NoFencing => &["INV1"],
        };
        assert!(expected.iter().any(|invariant| what.starts_with(invariant)), "{broken:?}: {what}");
    }
}
