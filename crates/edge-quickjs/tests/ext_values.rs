//! The extensions that look inside of values.

mod isolate;

use edge_napi::{ClassKind, Error, PromiseState};
use isolate::{eval, isolate, text};

#[test]
fn kinds_are_told_apart_without_running_code() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    use ClassKind::*;
    for (source, want) in [
        ("1", Primitive),
        ("'x'", Primitive),
        ("null", Primitive),
        ("({})", Object),
        ("[]", Array),
        ("(() => 1)", Function),
        ("(class {})", ClassConstructor),
        ("(function () {}).bind()", BoundFunction),
        ("(function* () {})", GeneratorFunction),
        ("(async () => 1)", AsyncFunction),
        ("(async function* () {})", AsyncGeneratorFunction),
        ("(function* () {})()", GeneratorObject),
        ("(async function* () {})()", AsyncGeneratorObject),
        ("new TypeError()", Error),
        ("new Boolean(1)", BooleanObject),
        ("new Number(1)", NumberObject),
        ("new String(1)", StringObject),
        ("Object(Symbol())", SymbolObject),
        ("Object(1n)", BigIntObject),
        ("new Date()", Date),
        ("/x/", RegExp),
        ("(function () { return arguments })()", Arguments),
        ("Promise.resolve()", Promise),
        ("new Proxy({}, {})", Proxy),
        ("new Proxy([], { get() { throw 1 }, getPrototypeOf() { throw 1 } })", Proxy),
        ("new Map()", Map),
        ("new Set()", Set),
        ("new WeakMap()", WeakMap),
        ("new WeakSet()", WeakSet),
        ("new WeakRef({})", WeakRef),
        ("new FinalizationRegistry(() => 1)", FinalizationRegistry),
        ("new Map().keys()", MapIterator),
        ("new Set().values()", SetIterator),
        ("[].values()", ArrayIterator),
        ("''[Symbol.iterator]()", StringIterator),
        ("'a'.matchAll(/a/g)", RegExpStringIterator),
        ("new ArrayBuffer(1)", ArrayBuffer),
        ("new SharedArrayBuffer(1)", SharedArrayBuffer),
        ("new DataView(new ArrayBuffer(1))", DataView),
        ("new Int8Array()", Int8Array),
        ("new Uint8Array()", Uint8Array),
        ("new Uint8ClampedArray()", Uint8ClampedArray),
        ("new Int16Array()", Int16Array),
        ("new Uint16Array()", Uint16Array),
        ("new Int32Array()", Int32Array),
        ("new Uint32Array()", Uint32Array),
        ("new BigInt64Array()", BigInt64Array),
        ("new BigUint64Array()", BigUint64Array),
        ("new Float32Array()", Float32Array),
        ("new Float64Array()", Float64Array),
        ("new Float16Array()", Float16Array),
        ("Object.setPrototypeOf(new Map(), null)", Map),
        ("Object.create(Map.prototype)", Object),
    ] {
        let v = eval(env, source).unwrap();
        assert_eq!(env.class_kind(v).unwrap(), want, "{source}");
    }
    let mut out = edge_napi::types::napi_value::NULL;
    assert_eq!(raw!(env, napi_create_external(1 as _, None, std::ptr::null_mut(), &mut out)), edge_napi::types::napi_status::napi_ok);
    assert_eq!(env.class_kind(edge_napi::Value(out)).unwrap(), External);
}

#[test]
fn names_entries_and_details() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let name = |source: &str| env.get_string(env.constructor_name(eval(env, source).unwrap()).unwrap()).unwrap();
    assert_eq!(name("new (class Foo {})()"), "Foo");
    assert_eq!(name("Object.create(new (class Bar {})())"), "Bar");
    assert_eq!(name("new Map()"), "Map");
    let entries = |source: &str| {
        let (v, pairs) = env.preview_entries(eval(env, source).unwrap()).unwrap();
        (env.to_string_lossy(v).unwrap(), pairs)
    };
    assert_eq!(entries("new Map([[1, 2], [3, 4]])"), ("1,2,3,4".into(), true));
    assert_eq!(entries("new Set([1, 2])"), ("1,2".into(), false));
    assert_eq!(entries("(() => { const i = new Map([[1, 2], [3, 4]]).keys(); i.next(); return i })()"), ("3".into(), false));
    assert_eq!(entries("new Map([[1, 2]]).entries()"), ("1,2".into(), true));
    assert_eq!(entries("({})").0, "undefined");
    let keys = env.own_non_index_properties(eval(env, "Object.assign([1, 2], { a: 1 })").unwrap(), 0).unwrap();
    assert_eq!(env.to_string_lossy(keys).unwrap(), "length,a");
    let keys = env.own_non_index_properties(eval(env, "Object.assign([1, 2], { a: 1 })").unwrap(), 2).unwrap();
    assert_eq!(env.to_string_lossy(keys).unwrap(), "a");
    let (state, value) = env.promise_details(eval(env, "Promise.resolve(3)").unwrap()).unwrap();
    assert_eq!((state, env.get_i32(value).unwrap()), (PromiseState::Fulfilled, 3));
    let (target, handler) = env.proxy_details(eval(env, "globalThis.t = [7]; new Proxy(t, {})").unwrap()).unwrap().unwrap();
    assert_eq!(env.to_string_lossy(target).unwrap(), "7");
    assert!(env.is_object(handler).unwrap());
    let (target, _) = env
        .proxy_details(eval(env, "(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy })()").unwrap())
        .unwrap()
        .unwrap();
    assert!(env.is_null(target).unwrap());
    assert!(env.proxy_details(env.object().unwrap()).unwrap().is_none());
    let info = env.function_info(eval(env, "(function named() {})").unwrap()).unwrap();
    assert_eq!(env.get_string(env.get(info, "name").unwrap()).unwrap(), "named");
}

#[test]
fn private_symbols_are_unlisted_and_pass_frozen_objects_and_proxies() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let key = env.private_symbol("secret").unwrap();
    let frozen = eval(env, "globalThis.frozen = Object.freeze({ a: 1 })").unwrap();
    env.set_key(frozen, key, env.int32(5).unwrap()).unwrap();
    assert_eq!(env.get_i32(env.get_key(frozen, key).unwrap()).unwrap(), 5);
    assert_eq!(text(env, "Reflect.ownKeys(frozen).join()"), "a");
    let proxy = eval(
        env,
        "globalThis.proxy = new Proxy({}, { get() { throw 1 }, set() { throw 1 }, has() { throw 1 }, defineProperty() { throw 1 } })",
    )
    .unwrap();
    env.set_key(proxy, key, env.int32(6).unwrap()).unwrap();
    assert_eq!(env.get_i32(env.get_key(proxy, key).unwrap()).unwrap(), 6);
    let child = eval(env, "Object.create(frozen)").unwrap();
    assert!(env.is_undefined(env.get_key(child, key).unwrap()).unwrap());
    // The interpreter's own ways to a property say the same.
    env.set(env.global().unwrap(), "key", key).unwrap();
    let script = "const child = Object.create(frozen); const before = child[key]; child[key] = 7; \
                  [frozen[key], proxy[key], before, child[key], child[key] === frozen[key], (() => child[key])(), Object.create(child)[key]].join()";
    assert_eq!(text(env, script), "5,6,,7,false,7,");
}

#[test]
fn the_heap_is_counted() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let before = env.heap_statistics().unwrap();
    text(env, "globalThis.keep = new Uint8Array(1 << 20); 0");
    let after = env.heap_statistics().unwrap();
    assert!(after.array_buffers >= before.array_buffers + (1 << 20));
    assert!(after.used > before.used && after.total >= after.used && after.limit == 512 << 20);
    env.collect_garbage().unwrap();
    assert!(env.heap_statistics().unwrap().collections > before.collections);
    assert!(matches!(env.promise_details(env.object().unwrap()), Err(Error::Status(_))));
}
