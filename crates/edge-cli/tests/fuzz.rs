//! The bodies of the fuzz targets (`fuzz/`): every input of the corpus, then as many generated and changed ones as the test says, the same in
//! every run. Which input failed is printed; `EDGE_FUZZ_ROUNDS` gives more.
#![allow(unreachable_pub, missing_docs, unexpected_cfgs)]

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use edge_wasix::thread::{ThreadSpec, spawn};
use edge_wasix::{Kernel, Policy};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Xorshift: the same numbers for the same seed.
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    /// Below `n`, which is at least 1.
    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n
    }
    fn byte(&mut self) -> u8 {
        (self.next() >> 24) as u8
    }
}

/// Any bytes.
fn generated(seed: u64) -> Vec<u8> {
    let mut numbers = Numbers::new(seed);
    let length = numbers.next() % 1500;
    (0..length).map(|_| numbers.byte()).collect()
}

/// An input of the corpus with a few changes, as libFuzzer makes them: bytes changed, put in, taken out, and parts of another input.
fn changed(corpus: &[&[u8]], seed: u64) -> Vec<u8> {
    let mut numbers = Numbers::new(seed);
    let mut input = corpus[numbers.below(corpus.len())].to_vec();
    for _ in 0..=numbers.below(5) {
        let at = numbers.below(input.len() + 1);
        match numbers.below(5) {
            0 | 1 if at < input.len() => input[at] = numbers.byte(),
            2 => input.insert(at, numbers.byte()),
            3 => drop(input.drain(at..(at + numbers.below(20)).min(input.len()))),
            _ => {
                let other = corpus[numbers.below(corpus.len())];
                let from = numbers.below(other.len() + 1);
                let part = &other[from..(from + numbers.below(200)).min(other.len())];
                input.splice(at..at, part.iter().copied());
            }
        }
    }
    input
}

/// The inputs in a file of `fuzz/corpus`: each one's length in two bytes, the low one first, and its bytes.
fn inputs(mut file: &'static [u8]) -> Vec<&'static [u8]> {
    let mut inputs = Vec::new();
    while let Some((length, rest)) = file.split_first_chunk() {
        let (input, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)));
        inputs.push(input);
        file = rest;
    }
    inputs
}

/// Runs a target with its corpus, and with `rounds` generated and as many changed inputs.
fn run(target: fn(&[u8]), corpus: &'static [u8], rounds: u64) {
    let host = Kernel::builder().policy(Policy::open()).build().unwrap();
    let wanted = host.getenv(b"EDGE_FUZZ_ROUNDS").and_then(|rounds| String::from_utf8(rounds).ok()?.parse().ok());
    let rounds = wanted.unwrap_or(rounds);
    let attempt = move |what: &str, seed: u64, data: &[u8]| {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(data))) {
            eprintln!("{what} {seed}: {data:?}");
            std::panic::resume_unwind(panic);
        }
    };
    let work = move || {
        let corpus = inputs(corpus);
        assert!(corpus.len() > 20, "{} inputs", corpus.len());
        target(&[]);
        for (index, data) in (0..).zip(&corpus) {
            attempt("corpus, input", index, data);
        }
        for seed in 1..=rounds {
            attempt("generated, seed", seed, &generated(seed));
            attempt("changed, seed", seed, &changed(&corpus, seed));
        }
    };
    // JavaScript wants more stack than a test's thread has.
    spawn(ThreadSpec { name: "fuzz".into(), stack_size: 32 << 20 }, work).unwrap().join().unwrap();
}

/// A test for a target of that name.
macro_rules! target {
    ($name:ident, $rounds:expr) => {
        #[test]
        fn $name() {
            run(targets::$name, include_bytes!(concat!("../../../fuzz/corpus/", stringify!($name), ".bin")), $rounds);
        }
    };
}

target!(napi_calls, 100);
target!(paths, 3000);
target!(image_loading, 250);
target!(volumes, 200);
target!(policy_rules, 2000);
target!(wasix_calls, 1000);
target!(value_conversion, 30);
