//! How long scripts take: `cargo run --release -p edge-quickjs --example cpu -- FILE...` (compared by hand with the same
//! sources built natively).

#[path = "../tests/plain_host/mod.rs"]
mod plain_host;

use edge_quickjs::{Config, Engine};
use edge_wasix::clock::thread_cpu_ns;
use plain_host::{PlainHost, eval};

fn main() {
    let _unused = plain_host::engine;
    for path in std::env::args().skip(1) {
        let source = std::fs::read_to_string(&path).unwrap();
        let engine = Engine::new(Config::default(), Box::new(PlainHost(|_: &Engine, _| -1))).unwrap();
        engine.edge_init().unwrap();
        let best = (0..10)
            .map(|_| {
                let start = thread_cpu_ns();
                assert!(!eval(&engine, &source).unwrap().is_nan());
                thread_cpu_ns() - start
            })
            .min();
        println!("{path:12} {:8.1} ms", best.unwrap_or(0) as f64 / 1e6);
    }
}
