#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| oxidc_fuzz::miniapp::check(text));
