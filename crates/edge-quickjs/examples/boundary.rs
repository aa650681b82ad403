//! What crossing the boundary costs: `cargo run --release -p edge-quickjs --example boundary`.

#[path = "../tests/plain_host/mod.rs"]
mod plain_host;

use edge_quickjs::{Check, Config, Engine, Image};
use edge_wasix::clock::monotonic_ns;
use plain_host::{PlainHost, eval};

/// The best of five, in nanoseconds a round.
fn measure(rounds: u32, mut body: impl FnMut(u32)) -> f64 {
    (0..5)
        .map(|_| {
            let start = monotonic_ns();
            body(rounds);
            (monotonic_ns() - start) as f64 / f64::from(rounds)
        })
        .fold(f64::INFINITY, f64::min)
}

fn host() -> Box<PlainHost<fn(&Engine, i32) -> i32>> {
    Box::new(PlainHost(|_: &Engine, id| id))
}

fn main() {
    let engine = Engine::new(Config::default(), host()).unwrap();
    engine.edge_init().unwrap();
    engine.edge_natives_for_test().unwrap();

    let empty = measure(5_000_000, |rounds| (0..rounds).for_each(|_| assert!(engine.edge_break_for_test(0).is_ok())));
    println!("host -> engine, empty function        {empty:8.1} ns");
    eval(&engine, "function f() { return 1 }").unwrap();
    let call = measure(2_000_000, |rounds| (0..rounds).for_each(|_| assert!(engine.edge_call_for_test(0).is_ok())));
    println!("host -> JS function -> host           {call:8.1} ns");
    let looped = |body: &str| {
        let source = format!("(function () {{ let s = 0; for (let i = 0; i < 1000000; i++) {body}; return s }})()");
        measure(1, |_| assert!(eval(&engine, &source).is_ok())) / 1e6
    };
    let (with, without) = (looped("s += native(1)"), looped("s += 1"));
    println!("JS -> host -> JS                      {:8.1} ns (the loop itself {without:.1})", with - without);

    let depth = "(function () { let n = 0; function g(a, b) { n++; return g(b, a) + 1 } try { g(1, 2) } catch {} return n })()";
    println!("calls of a JS function until it throws {:7}", eval(&engine, depth).unwrap_or(f64::NAN));
    eval(&engine, "var table = new Map(); for (let i = 0; i < 50000; i++) table.set('k' + i, { i, text: 'v' + i })").unwrap();
    let bytes = engine.snapshot(&[0; 32], &[]).unwrap();
    let image = Image::from_bytes(&bytes, &[0; 32], Check::Content).unwrap();
    println!("image: {:.1} MB of memory, {:.1} MB stored", image.memory_size() as f64 / 1e6, image.stored_size() as f64 / 1e6);
    let fresh = measure(200, |rounds| (0..rounds).for_each(|_| drop(Engine::new(Config::default(), host()).unwrap())));
    println!("fresh instance, without a runtime     {:8.1} us", fresh / 1e3);
    let context = measure(50, |rounds| {
        (0..rounds).for_each(|_| {
            Engine::new(Config::default(), host()).unwrap().edge_init().unwrap();
        });
    });
    println!("fresh instance and context            {:8.1} us", context / 1e3);
    let restore = measure(500, |rounds| (0..rounds).for_each(|_| drop(Engine::restore(&image, Config::default(), host()).unwrap())));
    println!("restore from the image (and drop)     {:8.1} us", restore / 1e3);
    let first = measure(200, |rounds| {
        (0..rounds).for_each(|_| {
            let engine = Engine::restore(&image, Config::default(), host()).unwrap();
            assert_eq!(eval(&engine, "table.get('k7').i"), Ok(7.0));
        });
    });
    println!("restore and a first script            {:8.1} us", first / 1e3);

    let script = "(() => { let n = 0; for (const value of table.values()) { value.j = value.i; if (++n === 4000) break } return n })()";
    let started = Engine::restore(&image, Config::default(), host()).unwrap();
    eval(&started, script).unwrap();
    let list = started.changed_pages(&image);
    let pages: u32 = list.chunks_exact(8).map(|pair| u32::from_le_bytes([pair[4], pair[5], pair[6], pair[7]])).sum();
    let prefaulting = engine.snapshot(&[0; 32], &[(edge_quickjs::PREFAULT, &list)]).unwrap();
    let prefaulting = Image::from_bytes(&prefaulting, &[0; 32], Check::Head).unwrap();
    let run = |image: &Image| {
        measure(50, |rounds| {
            (0..rounds).for_each(|_| {
                let engine = Engine::restore(image, Config::default(), host()).unwrap();
                assert!(eval(&engine, script).is_ok());
            });
        })
    };
    let (without, with) = (run(&image), run(&prefaulting));
    println!("restore and write {pages} pages: {:.1} us, brought in at once {:.1} us", without / 1e3, with / 1e3);
}
