#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| edge_fuzz::policy_rules(data));
