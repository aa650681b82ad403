//! `image_loading`: a damaged image is refused, or, where its hashes were mended, gives an engine that stays in its sandbox.

use super::input::Input;
use edge_quickjs::{Check, Config, Engine, Host, Image};
use std::sync::OnceLock;
use xxhash_rust::xxh3::xxh3_128;

const STAMP: [u8; 32] = [7; 32];
const HEAD: usize = 160;
const CONTENT_HASH: std::ops::Range<usize> = 128..144;
const HEAD_HASH: std::ops::Range<usize> = 144..160;

/// A host that offers nothing.
struct Nothing;

impl Host for Nothing {
    fn call_native(&self, _engine: &Engine, _function_id: i32, _base_slot: i32, _argc: i32) -> i32 {
        -1
    }
    fn interrupt(&self, _engine: &Engine) -> i32 {
        // A heap that was changed may make a program that does not end.
        1
    }
    fn clock_realtime_ns(&self, _engine: &Engine) -> i64 {
        0
    }
    fn clock_monotonic_ns(&self, _engine: &Engine) -> i64 {
        0
    }
    fn tz_offset_minutes(&self, _engine: &Engine, _epoch_ms: i64) -> i32 {
        0
    }
    fn tz_name_byte(&self, _engine: &Engine, _epoch_ms: i64, _at: i32) -> i32 {
        0
    }
    fn random_seed(&self, _engine: &Engine) -> i64 {
        1
    }
    fn atomics_wait(&self, _engine: &Engine, _address: u32, _expected: i64, _is_64: i32, _timeout_ms: i64) -> i32 {
        -1
    }
    fn atomics_notify(&self, _engine: &Engine, _address: u32, _count: i32) -> i32 {
        0
    }
    fn panic(&self, _engine: &Engine, _message: u32, _len: i32) {}
}

/// A small heap's image.
fn image() -> &'static [u8] {
    static IMAGE: OnceLock<Vec<u8>> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let engine = Engine::new(Config::default(), Box::new(Nothing)).expect("an engine");
        assert_eq!(engine.edge_init(), Ok(0));
        eval(&engine, "var table = new Map(); for (let i = 0; i < 500; i++) table.set('k' + i, { i, f: () => i }); 1").expect("plain");
        engine.snapshot(&STAMP, &[("natives", b"fs\0net"), ("empty", b"")]).expect("a plain heap")
    })
}

fn eval(engine: &Engine, source: &str) -> Option<f64> {
    let block = engine.edge_malloc(source.len() as u32 + 1).ok()?;
    engine.write(block, source.as_bytes())?;
    engine.store_u8(block + source.len() as u32, 0)?;
    engine.edge_eval_for_test(block, source.len() as u32).ok()
}

fn u64_at(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, |bytes| u64::from_le_bytes(bytes) as usize)
}

/// Makes the hashes right again, so that what lies behind their check is reached.
fn mend(bytes: &mut [u8]) {
    let tables = u64_at(bytes, 120).clamp(HEAD, bytes.len().max(HEAD));
    let Some(content) = bytes.get(tables..) else { return };
    let content = xxh3_128(content).to_le_bytes();
    if bytes.len() < HEAD {
        return;
    }
    bytes[CONTENT_HASH].copy_from_slice(&content);
    let mut head = bytes[..tables].to_vec();
    head[HEAD_HASH].fill(0);
    bytes[HEAD_HASH].copy_from_slice(&xxh3_128(&head).to_le_bytes());
}

/// Changes bytes of the image as `data` says, opens it and, where it opens, runs a program in it.
pub fn image_loading(data: &[u8]) {
    let mut input = Input::new(data);
    let mut bytes = image().to_vec();
    let tables_end = u64_at(&bytes, 120).max(HEAD + 1);
    let mending = input.byte() % 4 != 0;
    // Few changes an input: many would only be refused by the first check.
    for _ in 0..=input.below(6) {
        match input.byte() % 64 {
            0 => {
                let to = input.word() as usize % (bytes.len() + 1);
                bytes.truncate(to);
            }
            1 | 2 => {
                let more = input.below(300);
                bytes.extend(std::iter::repeat_n(input.byte(), more));
            }
            // Head and tables, where most can go wrong.
            3..=30 => {
                let at = input.word() as usize % tables_end;
                let changed = input.bytes(8);
                if let Some(to) = bytes.get_mut(at..at + changed.len()) {
                    to.copy_from_slice(changed);
                }
            }
            _ => {
                let at = tables_end + input.word() as usize % (image().len() - tables_end);
                let changed = input.bytes(16);
                if let Some(to) = bytes.get_mut(at..at + changed.len()) {
                    to.copy_from_slice(changed);
                }
            }
        }
    }
    let head_changed = bytes.len() != image().len() || bytes[..tables_end] != image()[..tables_end];
    if mending {
        mend(&mut bytes);
    }
    let check = if input.byte() % 2 == 0 { Check::Content } else { Check::Head };
    let opened = Image::from_bytes(&bytes, &STAMP, check);
    let Ok(opened) = opened else { return };
    assert!(mending || !head_changed || bytes == image(), "a changed head was taken");
    assert!(check == Check::Head || mending || bytes == image(), "a changed content was taken");
    let Ok(engine) = Engine::restore(&opened, Config { memory_limit: 64 << 20, stack_reserve: 0 }, Box::new(Nothing)) else { return };
    // What runs now is anything; it must end, and end here.
    let kill = engine.kill_handle();
    let done = std::sync::Arc::new((std::sync::Mutex::new(false), std::sync::Condvar::new()));
    let watched = done.clone();
    let spec = edge_wasix::thread::ThreadSpec { name: "watchdog".into(), stack_size: 1 << 20 };
    let watchdog = edge_wasix::thread::spawn(spec, move || {
        let (lock, changed) = &*watched;
        let guard = lock.lock().expect("nobody panics with it");
        let limit = std::time::Duration::from_secs(2);
        let (guard, _) = changed.wait_timeout_while(guard, limit, |done| !*done).expect("nobody panics with it");
        if !*guard {
            kill.kill();
        }
    });
    let answer = eval(&engine, "let sum = 0; for (const { f } of table.values()) sum += f(); sum");
    let _ = eval(&engine, "JSON.stringify([...table]).length");
    *done.0.lock().expect("nobody panics with it") = true;
    done.1.notify_all();
    if let Ok(watchdog) = watchdog {
        let _ = watchdog.join();
    }
    if bytes == image() {
        assert_eq!(answer, Some(124_750.0), "an unchanged image gives an unchanged heap");
    }
}
