//! The engine's allocator keeps what is written, gives zeros where it says so, and does not lose memory.

mod plain_host;

use plain_host::{engine, eval};

#[test]
fn random_blocks_keep_their_content() {
    let engine = engine();
    for seed in 1..4 {
        assert_eq!(engine.edge_malloc_for_test(seed, 60_000), Ok(0), "seed {seed}");
    }
    // All was given back (short runs retire nothing): the same again needs no more memory.
    assert_eq!(engine.edge_malloc_for_test(9, 20_000), Ok(0));
    let size = engine.memory_size();
    for _ in 0..3 {
        assert_eq!(engine.edge_malloc_for_test(9, 20_000), Ok(0));
    }
    assert!(engine.memory_size() <= size + (1 << 20));
}

#[test]
fn freed_memory_is_used_again() {
    let engine = engine();
    let script = "(() => { let n = 0; for (let i = 0; i < 50; i++) { let a = []; for (let j = 0; j < 20000; j++) a.push({ j }); n += a.length } return n })()";
    assert_eq!(eval(&engine, script), Ok(1_000_000.0));
    let size = engine.memory_size();
    for _ in 0..5 {
        assert_eq!(eval(&engine, script), Ok(1_000_000.0));
    }
    assert!(engine.memory_size() <= size + (1 << 20));
}
