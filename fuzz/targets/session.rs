#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| oxidc_fuzz::targets::session::check(text));
