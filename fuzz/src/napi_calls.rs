//! `napi_calls`: any sequence of Node-API calls over both halves of the table, with live, stale and forged handles, answers with
//! statuses; the engine stays usable and nothing of the host is touched.

use super::input::Input;
use super::machine::runtime;
use super::napi_node_calls::{Made, node_call};
use edge_loop::RunMode;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, JsTable, Poison, Value};
use edge_node::Environment;
use std::ffi::c_void;
use std::rc::Rc;

/// Calls in one input at most.
const CALLS: usize = 600;

/// What earlier calls gave, of any age.
#[derive(Default)]
pub struct Pool {
    values: Vec<napi_value>,
    references: Vec<napi_ref>,
    deferreds: Vec<napi_deferred>,
    scopes: Vec<napi_handle_scope>,
    escapables: Vec<napi_escapable_handle_scope>,
    /// What the runtime's half gave.
    pub made: Made,
}

impl Pool {
    /// A value, live or not.
    pub fn value(&self, input: &mut Input<'_>) -> napi_value {
        match input.byte() % 16 {
            0 => napi_value(input.word() as usize),
            1 => napi_value(input.below(64)),
            2 => napi_value::NULL,
            3 => napi_value(usize::MAX),
            _ if self.values.is_empty() => napi_value(5),
            // Mostly recent ones.
            _ => self.values[self.values.len() - 1 - input.below(self.values.len().min(40))],
        }
    }
    /// One of a list, or a forged one.
    pub fn any<T: Copy>(list: &[T], input: &mut Input<'_>, forge: impl Fn(usize) -> T) -> T {
        if list.is_empty() || input.byte() % 8 == 0 { forge(input.word() as usize) } else { list[input.below(list.len())] }
    }
}

/// Property names that lead to nothing that ends the process, or keeps it busy for ever (as `length` would).
const KEYS: &[&std::ffi::CStr] = &[c"a", c"b", c"0", c"constructor", c"prototype", c"then", c"message", c"toString", c"valueOf", c""];

const SCRIPTS: &[&str] = &[
    "({ a: 1, get b() { throw new Error('getter') }, [Symbol.iterator]: null })",
    "new Proxy({}, { get() { throw 1 }, set() { return false }, has() { return true }, ownKeys() { return [] } })",
    "[1, , 'x', {}]",
    "(function f(a, b) { return this === a ? b : f.length })",
    "(class A { constructor(x) { if (x) throw x } })",
    "new Uint8Array(16).subarray(3)",
    "new DataView(new ArrayBuffer(9), 2)",
    "new ArrayBuffer(40)",
    "new SharedArrayBuffer(8)",
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
    "(async () => { await null; throw 1 })",
    "(function* () { yield 1 })",
];

unsafe extern "C" fn finalize(_env: napi_env, data: *mut c_void, hint: *mut c_void) {
    assert_eq!(data as usize + 1, hint as usize, "a finaliser got another's pointers");
}

unsafe extern "C" fn callback(env: napi_env, info: napi_callback_info) -> napi_value {
    let js = table();
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

fn table() -> &'static JsTable {
    &edge_quickjs::TABLES.js
}

/// Calls a function of the engine's half.
macro_rules! js {
    ($env:expr, $name:ident($($arg:expr),* $(,)?)) => {{
        // SAFETY: a live environment; pointers are to this function's own variables, all else is what is tested.
        #[allow(clippy::macro_metavars_in_unsafe)]
        unsafe { ($env.js().$name)($env.raw() $(, $arg)*) }
    }};
}

/// One call to the engine's half; what it gives goes to the pool.
fn js_call(env: Env, pool: &mut Pool, input: &mut Input<'_>) {
    let (a, b, c) = (pool.value(input), pool.value(input), pool.value(input));
    let (call, n, key) = (input.below(70), input.size(), input.of(KEYS).as_ptr());
    let mut out = napi_value::NULL;
    let (mut flag, mut size, mut number, mut small, mut count) = (false, 0_usize, 0.0, 0_i64, 0_u32);
    let mut pointer: *mut c_void = std::ptr::null_mut();
    let mut buffer = [0_u8; 64];
    let mut reference = napi_ref::NULL;
    let null = std::ptr::null_mut();
    let status = match call {
        0 => js!(env, napi_create_object(&mut out)),
        1 => js!(env, napi_create_array_with_length(n % 3000, &mut out)),
        2 => js!(env, napi_create_double(f64::from_bits(u64::from(input.word()) << 32), &mut out)),
        3 => js!(env, napi_create_int64(n as i64, &mut out)),
        4 => js!(env, napi_create_string_utf8(b"caf\xc3\xa9 \xff\xf0\x9f".as_ptr().cast(), n.min(9), &mut out)),
        5 => js!(env, napi_create_string_utf16([0x61_u16, 0xd800, 0x3042].as_ptr(), n.min(3), &mut out)),
        6 => js!(env, napi_create_symbol(a, &mut out)),
        7 => js!(env, napi_create_function(key, NAPI_AUTO_LENGTH, Some(callback), null, &mut out)),
        8 => js!(env, napi_create_error(a, b, &mut out)),
        9 => js!(env, napi_get_property(a, b, &mut out)),
        10 => js!(env, napi_set_property(a, b, c)),
        11 => js!(env, napi_has_property(a, b, &mut flag)),
        12 => js!(env, napi_delete_property(a, b, &mut flag)),
        13 => js!(env, napi_has_own_property(a, b, &mut flag)),
        14 => js!(env, napi_get_element(a, n as u32, &mut out)),
        15 => js!(env, napi_set_element(a, (n % 50) as u32, b)),
        16 => js!(env, napi_get_property_names(a, &mut out)),
        17 | 18 => js!(env, napi_call_function(a, b, 2, [c, a].as_ptr(), &mut out)),
        19 => js!(env, napi_new_instance(a, 1, [b].as_ptr(), &mut out)),
        20 => js!(env, napi_instanceof(a, b, &mut flag)),
        21 => js!(env, napi_get_value_string_utf8(a, buffer.as_mut_ptr().cast(), n.min(64), &mut size)),
        22 => js!(env, napi_get_value_string_utf16(a, null.cast(), n, &mut size)),
        23 => js!(env, napi_get_value_double(a, &mut number)),
        24 => js!(env, napi_get_value_int64(a, &mut small)),
        25 => js!(env, napi_coerce_to_string(a, &mut out)),
        26 => js!(env, napi_coerce_to_object(a, &mut out)),
        27 => js!(env, napi_coerce_to_number(a, &mut out)),
        28 => js!(env, napi_strict_equals(a, b, &mut flag)),
        // Small, or more than there can be: what lies between only takes time.
        29 => js!(env, napi_create_arraybuffer(if n < 1 << 30 { n % 5000 } else { n }, &mut pointer, &mut out)),
        30 => js!(env, napi_create_typedarray(napi_typedarray_type::napi_int32_array, n, a, input.below(9), &mut out)),
        31 => js!(env, napi_create_dataview(n, a, input.below(9), &mut out)),
        32 => js!(env, napi_detach_arraybuffer(a)),
        33 => {
            // Every byte that a view is said to have is there.
            let _ = env.with_bytes(Value(a), |bytes| std::hint::black_box(bytes.iter().fold(0_u8, |all, byte| all | byte)));
            napi_ok
        }
        34 => js!(env, napi_create_reference(a, input.below(3) as u32, &mut reference)),
        35 => js!(env, napi_delete_reference(Pool::any(&pool.references, input, napi_ref))),
        36 => js!(env, napi_reference_ref(Pool::any(&pool.references, input, napi_ref), &mut count)),
        37 => js!(env, napi_reference_unref(Pool::any(&pool.references, input, napi_ref), &mut count)),
        38 => js!(env, napi_get_reference_value(Pool::any(&pool.references, input, napi_ref), &mut out)),
        39 => {
            let data = input.below(1 << 20);
            let to = if input.byte() % 2 == 0 { &raw mut reference } else { null.cast() };
            js!(env, napi_wrap(a, data as *mut c_void, Some(finalize), (data + 1) as *mut c_void, to))
        }
        40 => js!(env, napi_unwrap(a, &mut pointer)),
        // A wrap of the library's own is a `Rc` of the runtime's; a module that takes it away only leaks it.
        41 => js!(env, napi_remove_wrap(a, &mut pointer)),
        42 => {
            let data = input.below(1 << 20);
            js!(env, napi_create_external(data as *mut c_void, Some(finalize), (data + 1) as *mut c_void, &mut out))
        }
        43 => js!(env, napi_get_value_external(a, &mut pointer)),
        44 => js!(env, napi_type_tag_object(a, &napi_type_tag { lower: 1, upper: 2 })),
        45 => js!(env, napi_check_object_type_tag(a, &napi_type_tag { lower: 1, upper: 2 }, &mut flag)),
        46 => {
            let mut scope = napi_handle_scope::NULL;
            let status = js!(env, napi_open_handle_scope(&mut scope));
            pool.scopes.push(scope);
            status
        }
        47 => js!(env, napi_close_handle_scope(Pool::any(&pool.scopes, input, napi_handle_scope))),
        48 => {
            let mut scope = napi_escapable_handle_scope::NULL;
            let status = js!(env, napi_open_escapable_handle_scope(&mut scope));
            pool.escapables.push(scope);
            status
        }
        49 => js!(env, napi_escape_handle(Pool::any(&pool.escapables, input, napi_escapable_handle_scope), a, &mut out)),
        50 => js!(env, napi_close_escapable_handle_scope(Pool::any(&pool.escapables, input, napi_escapable_handle_scope))),
        51 => js!(env, napi_throw(a)),
        52 => js!(env, napi_get_and_clear_last_exception(&mut out)),
        53 => {
            let mut deferred = napi_deferred::NULL;
            let status = js!(env, napi_create_promise(&mut deferred, &mut out));
            pool.deferreds.push(deferred);
            status
        }
        54 => js!(env, napi_resolve_deferred(Pool::any(&pool.deferreds, input, napi_deferred), a)),
        55 => js!(env, napi_reject_deferred(Pool::any(&pool.deferreds, input, napi_deferred), a)),
        56 => js!(env, napi_get_value_bigint_words(a, null.cast(), &mut size, null.cast())),
        57..=60 => {
            if let Ok(source) = env.string(input.of(SCRIPTS)) {
                js!(env, napi_run_script(source.0, &mut out))
            } else {
                napi_ok
            }
        }
        61 => {
            let _ = env.run_microtasks();
            napi_ok
        }
        62 => {
            let _ = env.collect_garbage();
            let _ = env.run_finalizers();
            napi_ok
        }
        63 => js!(env, napi_get_named_property(a, key, &mut out)),
        64 => js!(env, napi_set_named_property(a, key, b)),
        65 => js!(env, napi_object_freeze(a)),
        66 => {
            let properties = [napi_property_descriptor {
                utf8name: key,
                name: a,
                method: Some(callback),
                getter: None,
                setter: None,
                value: b,
                attributes: input.word(),
                data: null,
            }];
            js!(env, napi_define_properties(c, input.below(2), properties.as_ptr()))
        }
        67 => js!(env, napi_create_bigint_words(input.below(3) as i32, n.min(4), [1, 2, u64::MAX, 0].as_ptr(), &mut out)),
        68 => js!(env, napi_adjust_external_memory(n as i64, &mut small)),
        _ => js!(env, napi_set_instance_data(null, None, null)),
    };
    assert!(status != napi_ok || pointer.is_null() || call != 43 || (pointer as usize) < 1 << 20, "an external's pointer was made up");
    if !reference.is_null() {
        pool.references.push(reference);
    }
    if !out.is_null() {
        pool.values.push(out);
    }
}

/// What the engine may do of itself: give up for want of memory.
fn gave_up(runtime: &edge_node::Runtime) -> bool {
    match runtime.isolate().poisoned() {
        None => false,
        Some(Poison::OutOfMemory) => true,
        Some(other) => panic!("poisoned: {other:?}"),
    }
}

/// Calls as the bytes say, then the loop, then the environment's end.
pub fn napi_calls(data: &[u8]) {
    let mut input = Input::new(data);
    let runtime = runtime();
    let environment: &Rc<Environment> = runtime.environment();
    let env = environment.env();
    let Ok(outer) = env.scope() else { panic!("a fresh environment has scopes") };
    let kept = env.string("untouched").and_then(|text| env.reference(text)).expect("a fresh environment makes values");
    let mut pool = Pool::default();
    for _ in 0..CALLS {
        if input.is_empty() {
            break;
        }
        if input.byte() % 3 == 0 {
            if let Some(value) = node_call(environment, &mut pool, &mut input) {
                pool.values.push(value);
            }
        } else {
            js_call(env, &mut pool, &mut input);
        }
        if gave_up(&runtime) {
            return;
        }
        // An exception that stays would stop most calls from doing anything.
        if env.is_exception_pending().unwrap_or(false) && input.byte() % 4 != 0 {
            let _ = env.take_exception();
        }
    }
    // Callback scopes that are still open would keep the queues from running; a module that forgets one has to live with that.
    drop(outer);
    let _ = env.take_exception();
    let scope = env.scope();
    for _ in 0..20 {
        environment.uv().run(RunMode::NoWait);
    }
    if gave_up(&runtime) {
        return;
    }
    let _ = env.take_exception();
    if environment.exit_code().is_none() {
        let text = env.deref(kept).ok().flatten().and_then(|value| env.get_string(value).ok());
        // A reference can be deleted by its number, which the bytes may have hit on.
        assert!(matches!(text.as_deref(), None | Some("untouched")), "a kept value changed: {text:?}");
    }
    drop(scope);
    drop(runtime);
    pool.made.check_after_end();
}
