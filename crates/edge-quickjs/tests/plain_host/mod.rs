//! A host without natives, for the tests of the boundary.

use edge_quickjs::{Engine, Host};

/// Answers what every engine needs; `call_native` runs the closure it was given.
pub struct PlainHost<F>(pub F);

impl<F: Fn(&Engine, i32) -> i32> Host for PlainHost<F> {
    fn call_native(&self, engine: &Engine, function_id: i32, _base_slot: i32, _argc: i32) -> i32 {
        (self.0)(engine, function_id)
    }
    fn interrupt(&self, _engine: &Engine) -> i32 {
        1
    }
    fn clock_realtime_ns(&self, _engine: &Engine) -> i64 {
        1_700_000_000_000_000_000
    }
    fn clock_monotonic_ns(&self, _engine: &Engine) -> i64 {
        1_000_000_000
    }
    fn tz_offset_minutes(&self, _engine: &Engine, _epoch_ms: i64) -> i32 {
        60
    }
    fn tz_name_byte(&self, _engine: &Engine, _epoch_ms: i64, _at: i32) -> i32 {
        0
    }
    fn random_seed(&self, _engine: &Engine) -> i64 {
        42
    }
    fn atomics_wait(&self, _engine: &Engine, _address: u32, _expected: i64, _is_64: i32, _timeout_ms: i64) -> i32 {
        -1
    }
    fn atomics_notify(&self, _engine: &Engine, _address: u32, _count: i32) -> i32 {
        0
    }
    fn panic(&self, engine: &Engine, message: u32, len: i32) {
        let mut text = vec![0; len.clamp(0, 4096) as usize];
        let _ = engine.read(message, &mut text);
        eprintln!("engine panic: {}", String::from_utf8_lossy(&text));
    }
}

/// A fresh engine with its runtime, without natives.
#[allow(dead_code)]
pub fn engine() -> Box<Engine> {
    let engine = Engine::new(edge_quickjs::Config::default(), Box::new(PlainHost(|_: &Engine, _| -1))).unwrap();
    assert_eq!(engine.edge_init(), Ok(0));
    engine
}

/// Runs a script; NaN when it throws.
#[allow(dead_code)]
pub fn eval(engine: &Engine, source: &str) -> Result<f64, edge_quickjs::Closing> {
    let block = engine.edge_malloc(source.len() as u32 + 1)?;
    engine.write(block, source.as_bytes()).unwrap();
    engine.store_u8(block + source.len() as u32, 0).unwrap();
    let value = engine.edge_eval_for_test(block, source.len() as u32)?;
    engine.edge_free(block)?;
    Ok(value)
}
