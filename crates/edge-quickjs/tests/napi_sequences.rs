//! Long random sequences of Node-API calls with live, stale and forged arguments: whatever comes, the answer is a status, the engine
//! is not poisoned, and what was kept is still what it was. The seed is printed when a sequence fails.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use isolate::{eval, global, isolate, native};
use std::ffi::c_void;

/// Xorshift: the same sequence for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// What earlier calls gave, of any age.
#[derive(Default)]
struct Pool {
    values: Vec<napi_value>,
    references: Vec<napi_ref>,
    deferreds: Vec<napi_deferred>,
    scopes: Vec<napi_handle_scope>,
    escapables: Vec<napi_escapable_handle_scope>,
}

impl Pool {
    fn value(&self, random: &mut Random) -> napi_value {
        match random.below(12) {
            0 => napi_value(random.next() as usize),
            1 => napi_value(random.below(64)),
            2 => napi_value::NULL,
            _ if self.values.is_empty() => napi_value(5),
            // Mostly recent ones.
            _ => self.values[self.values.len() - 1 - random.below(self.values.len().min(40))],
        }
    }
    fn any<T: Copy>(list: &[T], random: &mut Random, forged: T) -> T {
        if list.is_empty() || random.below(8) == 0 { forged } else { list[random.below(list.len())] }
    }
}

unsafe extern "C" fn finalize(_env: napi_env, data: *mut c_void, hint: *mut c_void) {
    assert_eq!(data as usize + 1, hint as usize, "a finaliser got another's pointers");
}

unsafe extern "C" fn callback(env: napi_env, info: napi_callback_info) -> napi_value {
    let js = &edge_quickjs::TABLES.js;
    let (mut argc, mut argv, mut this, mut data) = (3, [napi_value::NULL; 3], napi_value::NULL, std::ptr::null_mut());
    // SAFETY: called by the provider with its environment; the arrays are as long as said.
    unsafe {
        (js.napi_get_cb_info)(env, info, &mut argc, argv.as_mut_ptr(), &mut this, &mut data);
        if argc > 1 {
            (js.napi_throw)(env, argv[0]);
        }
    }
    argv[0]
}

const SCRIPTS: &[&str] = &[
    "({ a: 1, get b() { throw new Error('getter') }, [Symbol.iterator]: null })",
    "new Proxy({}, { get() { throw 1 }, set() { return false }, has() { return true }, ownKeys() { return [] } })",
    "[1, , 'x', {}]",
    "(function f(a, b) { return this === a ? b : f.length })",
    "(class A { constructor(x) { if (x) throw x } })",
    "new Uint8Array(16).subarray(3)",
    "new DataView(new ArrayBuffer(9), 2)",
    "'wide \\u{1f980}' + '\\ud800'",
    "'n'.repeat(300) + 'm'.repeat(300)",
    "-(2n ** 200n)",
    "Symbol('s')",
    "Promise.reject(new Error('r'))",
    "Object.freeze(new Map([[1, 2]]))",
    "new Date(NaN)",
    "throw { thrown: true }",
    "(",
    "null",
    "NaN",
];

/// One random call; what it gives goes to the pool.
#[allow(clippy::too_many_lines)]
fn step(env: Env, pool: &mut Pool, random: &mut Random) -> bool {
    let (a, b, c) = (pool.value(random), pool.value(random), pool.value(random));
    let n = match random.below(6) {
        0 => random.next() as usize,
        1 => usize::MAX,
        _ => random.below(40),
    };
    let mut out = napi_value::NULL;
    let (mut flag, mut size, mut number, mut small, mut count) = (false, 0_usize, 0.0, 0_i64, 0_u32);
    let mut pointer: *mut c_void = std::ptr::null_mut();
    let mut buffer = [0_u8; 64];
    let status = match random.below(58) {
        0 => raw!(env, napi_create_object(&mut out)),
        1 => raw!(env, napi_create_array(&mut out)),
        2 => raw!(env, napi_create_double(f64::from_bits(random.next()), &mut out)),
        3 => raw!(env, napi_create_int64(random.next() as i64, &mut out)),
        4 => raw!(env, napi_create_string_utf8(b"caf\xc3\xa9 \xff\xf0\x9f".as_ptr().cast(), n.min(9), &mut out)),
        5 => raw!(env, napi_create_string_utf16([0x61_u16, 0xd800, 0x3042].as_ptr(), n.min(3), &mut out)),
        6 => raw!(env, napi_create_symbol(a, &mut out)),
        7 => raw!(env, napi_create_function(c"f".as_ptr(), NAPI_AUTO_LENGTH, Some(callback), std::ptr::null_mut(), &mut out)),
        8 => raw!(env, napi_create_error(a, b, &mut out)),
        9 => raw!(env, napi_get_property(a, b, &mut out)),
        10 => raw!(env, napi_set_property(a, b, c)),
        11 => raw!(env, napi_has_property(a, b, &mut flag)),
        12 => raw!(env, napi_delete_property(a, b, &mut flag)),
        13 => raw!(env, napi_has_own_property(a, b, &mut flag)),
        14 => raw!(env, napi_get_element(a, n as u32, &mut out)),
        15 => raw!(env, napi_set_element(a, random.below(50) as u32, b)),
        16 => raw!(env, napi_get_property_names(a, &mut out)),
        17 => raw!(env, napi_call_function(a, b, 2, [c, a].as_ptr(), &mut out)),
        18 => raw!(env, napi_new_instance(a, 1, [b].as_ptr(), &mut out)),
        19 => raw!(env, napi_instanceof(a, b, &mut flag)),
        20 => raw!(env, napi_get_value_string_utf8(a, buffer.as_mut_ptr().cast(), n.min(64), &mut size)),
        21 => raw!(env, napi_get_value_string_utf16(a, std::ptr::null_mut(), n, &mut size)),
        22 => raw!(env, napi_get_value_double(a, &mut number)),
        23 => raw!(env, napi_get_value_int64(a, &mut small)),
        24 => raw!(env, napi_coerce_to_string(a, &mut out)),
        25 => raw!(env, napi_coerce_to_object(a, &mut out)),
        26 => raw!(env, napi_strict_equals(a, b, &mut flag)),
        27 => raw!(env, napi_create_arraybuffer(n % 5000, &mut pointer, &mut out)),
        28 => raw!(env, napi_create_typedarray(napi_typedarray_type::napi_int32_array, n, a, random.below(9), &mut out)),
        29 => raw!(env, napi_create_dataview(n, a, random.below(9), &mut out)),
        30 => raw!(env, napi_detach_arraybuffer(a)),
        31 => {
            if let Ok(bytes) = env.view_bytes(Value(a)) {
                env.with_bytes(Value(a), |all| all.fill(7)).unwrap();
                assert!(bytes.len < 1 << 24);
            }
            napi_ok
        }
        32 => {
            let mut reference = napi_ref::NULL;
            let status = raw!(env, napi_create_reference(a, random.below(3) as u32, &mut reference));
            if status == napi_ok {
                pool.references.push(reference);
            }
            status
        }
        33 => raw!(env, napi_delete_reference(Pool::any(&pool.references, random, napi_ref(n)))),
        34 => raw!(env, napi_reference_ref(Pool::any(&pool.references, random, napi_ref(n)), &mut count)),
        35 => raw!(env, napi_reference_unref(Pool::any(&pool.references, random, napi_ref(n)), &mut count)),
        36 => raw!(env, napi_get_reference_value(Pool::any(&pool.references, random, napi_ref(n)), &mut out)),
        37 => {
            let data = random.below(1 << 20);
            let mut reference = napi_ref::NULL;
            let to = if random.below(2) == 0 { &raw mut reference } else { std::ptr::null_mut() };
            let status = raw!(env, napi_wrap(a, data as *mut c_void, Some(finalize), (data + 1) as *mut c_void, to));
            if status == napi_ok && !reference.is_null() {
                pool.references.push(reference);
            }
            status
        }
        38 => raw!(env, napi_unwrap(a, &mut pointer)),
        39 => raw!(env, napi_remove_wrap(a, &mut pointer)),
        40 => {
            let data = random.below(1 << 20);
            raw!(env, napi_create_external(data as *mut c_void, Some(finalize), (data + 1) as *mut c_void, &mut out))
        }
        41 => raw!(env, napi_get_value_external(a, &mut pointer)),
        42 => raw!(env, napi_type_tag_object(a, &napi_type_tag { lower: 1, upper: 2 })),
        43 => raw!(env, napi_check_object_type_tag(a, &napi_type_tag { lower: 1, upper: 2 }, &mut flag)),
        44 => {
            let mut scope = napi_handle_scope(0);
            let status = raw!(env, napi_open_handle_scope(&mut scope));
            pool.scopes.push(scope);
            status
        }
        45 => raw!(env, napi_close_handle_scope(Pool::any(&pool.scopes, random, napi_handle_scope(n)))),
        46 => {
            let mut scope = napi_escapable_handle_scope(0);
            let status = raw!(env, napi_open_escapable_handle_scope(&mut scope));
            pool.escapables.push(scope);
            status
        }
        47 => raw!(env, napi_escape_handle(Pool::any(&pool.escapables, random, napi_escapable_handle_scope(n)), a, &mut out)),
        48 => raw!(env, napi_close_escapable_handle_scope(Pool::any(&pool.escapables, random, napi_escapable_handle_scope(n)))),
        49 => raw!(env, napi_throw(a)),
        50 => raw!(env, napi_get_and_clear_last_exception(&mut out)),
        51 => {
            let mut deferred = napi_deferred::NULL;
            let status = raw!(env, napi_create_promise(&mut deferred, &mut out));
            if status == napi_ok {
                pool.deferreds.push(deferred);
            }
            status
        }
        52 => raw!(env, napi_resolve_deferred(Pool::any(&pool.deferreds, random, napi_deferred(n)), a)),
        53 => raw!(env, napi_get_value_bigint_words(a, std::ptr::null_mut(), &mut size, std::ptr::null_mut())),
        54 => {
            let source = SCRIPTS[random.below(SCRIPTS.len())];
            match eval(env, source) {
                Ok(v) => out = v.0,
                Err(Error::Closing) => panic!("closing"),
                Err(_) => {}
            }
            napi_ok
        }
        55 => {
            let _ = env.run_microtasks();
            napi_ok
        }
        56 => {
            if random.below(20) == 0 {
                env.collect_garbage().unwrap();
            }
            env.run_finalizers().unwrap();
            napi_ok
        }
        _ => {
            let global = env.global().unwrap();
            raw!(env, napi_set_named_property(global.0, c"kept".as_ptr(), a))
        }
    };
    assert_ne!(status, napi_closing);
    if !out.is_null() {
        pool.values.push(out);
    }
    // An exception that stays would stop most calls from doing anything.
    if env.is_exception_pending().unwrap() && random.below(3) == 0 {
        env.take_exception().unwrap();
    }
    status == napi_ok
}

/// A native whose body is a random sequence of its own.
fn nested(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let mut random = Random(0x9e37_79b9 + info.len() as u64);
    let mut pool = Pool { values: info.args().iter().map(|arg| arg.0).collect(), ..Pool::default() };
    for _ in 0..30 {
        step(env, &mut pool, &mut random);
    }
    Ok(info.this())
}

#[test]
fn any_sequence_of_calls_answers_with_statuses() {
    for seed in 1..=12_u64 {
        let isolate = isolate(&[native("nested", nested)]);
        let env = isolate.env();
        global(env, "nested");
        let kept = env.reference(env.string("untouched").unwrap()).unwrap();
        let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut pool = Pool::default();
        let mut done = 0;
        for round in 0..20_000 {
            done += u32::from(step(env, &mut pool, &mut random));
            assert!(isolate.poisoned().is_none(), "seed {seed}, step {round}");
            if round % 500 == 0 {
                let _ = env.take_exception();
                let _ = eval(env, "nested.call({}, 1, 'two', nested, [4])");
            }
        }
        assert!(done > 5_000, "the sequence did too little: {done}");
        let _ = env.take_exception();
        assert_eq!(env.get_string(env.deref(kept).unwrap().unwrap()).unwrap(), "untouched", "seed {seed}");
        let two = eval(env, "1 + 1").unwrap();
        assert_eq!(env.get_i32(two).unwrap(), 2);
    }
}
