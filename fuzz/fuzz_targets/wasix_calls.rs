#![no_main]

libfuzzer_sys::fuzz_target!(
    init: {
        // As Rust's and Python's start-up do it; libFuzzer's does not. The fuzzer found that within seconds: it writes to pipes that it closed.
        // SAFETY: sets the action of a signal, before any thread is started.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    },
    |data: &[u8]| edge_fuzz::wasix_calls(data)
);
