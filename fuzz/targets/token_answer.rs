#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| oxidc_fuzz::targets::token_answer::check(text));
