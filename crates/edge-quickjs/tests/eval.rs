//! The whole way: C → wasm → C → a running engine.

mod plain_host;

use plain_host::{engine, eval};

#[test]
fn scripts_run() {
    let engine = engine();
    assert_eq!(eval(&engine, "1+1"), Ok(2.0));
    assert_eq!(eval(&engine, "/a(b+)c/.exec('xabbbc')[1].length + Number(10n ** 2n)"), Ok(103.0));
    assert_eq!(eval(&engine, "[1,2,3].map(x => x*x).reduce((a,b) => a+b)"), Ok(14.0));
    assert!(eval(&engine, "throw 1").unwrap().is_nan());
}

#[test]
fn time_and_zone_are_the_hosts() {
    let engine = engine();
    assert_eq!(eval(&engine, "Date.now()"), Ok(1_700_000_000_000.0));
    assert_eq!(eval(&engine, "new Date().getTimezoneOffset()"), Ok(-60.0));
}
