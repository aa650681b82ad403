//! `internalBinding('webstorage')`: `Storage`, which `localStorage` and `sessionStorage` are, over SQLite.
//!
//! In Node a storage is an object with interceptors; here it is a proxy whose traps are natives (as `process.env` is), and programs are
//! told that it is none. The table is the one that Node makes, so that either can read what the other has written: keys and values are
//! blobs of UTF-16, and a row of totals holds the quota. Nothing is opened before a storage is used.

use super::sqlite::{file_layer, sqlite_error};
use crate::{Binding, Environment, Target, natives};
use edge_napi::types::{napi_default_jsproperty, napi_enumerable, napi_valuetype};
use edge_napi::{CallInfo, Env, Error, Result, Str, Value};
use edge_sqlite::{Call, Connection, Datum, Hooks, Statement, Step, codes};
use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::rc::Rc;
use std::sync::Arc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "webstorage",
    natives: natives!("webstorage";
        "Storage" => construct,
        "Storage#get length" => length,
        "Storage#clear" => clear,
        "Storage#getItem" => get_item,
        "Storage#key" => key,
        "Storage#removeItem" => remove_item,
        "Storage#setItem" => set_item,
        "trap get" => trap_get,
        "trap set" => trap_set,
        "trap has" => trap_has,
        "trap deleteProperty" => trap_delete,
        "trap ownKeys" => trap_own_keys,
        "trap getOwnPropertyDescriptor" => trap_descriptor,
        "trap defineProperty" => trap_define,
        "trap preventExtensions" => trap_prevent_extensions,
    ),
    init,
};

/// Root of the traps.
const HANDLER: &str = "webstorage.handler";
const METHODS: [&str; 5] = ["clear", "getItem", "key", "removeItem", "setItem"];
/// Bytes of keys and values together.
const QUOTA: u32 = 10 << 20;

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    let class = target.class("webstorage.Storage")?.install(target.object)?;
    let getter = env.native_id("webstorage.Storage#get length")?;
    env.define_accessor(class.prototype, env.key("length")?, Some(getter), None, napi_enumerable)?;
    for name in METHODS {
        let function = env.native_function(&format!("webstorage.Storage#{name}"), name)?;
        env.define(class.prototype, env.key(name)?, function, napi_default_jsproperty | napi_enumerable)?;
    }
    let handler = env.null_object()?;
    for native in BINDING.natives {
        if let Some(name) = native.name.strip_prefix("webstorage.trap ") {
            env.set_method(handler, native.name, name)?;
        }
    }
    target.root(HANDLER, handler)?;
    target.value("kConstructorKey", target.environment.symbol("constructor_key_symbol")?)
}

/// A storage.
pub struct Storage {
    path: CString,
    open: RefCell<Option<Arc<Connection>>>,
}

/// Storages have no functions of SQL.
struct NoHooks;

impl Hooks for NoHooks {
    fn authorize(&self, _: i32, _: [Option<&[u8]>; 4]) -> i32 {
        codes::SQLITE_OK
    }
    fn scalar(&self, _: usize, call: &Call, _: &[Datum<'_>]) {
        call.set_error("");
    }
    fn step(&self, _: usize, _: &Call, _: &[Datum<'_>], _: bool) {}
    fn value(&self, _: usize, _: &Call, _: bool) {}
}

/// Tables, and triggers that keep the total and refuse what is too much.
fn schema() -> CString {
    let size = |row: &str| format!("octet_length({row}.key) + octet_length({row}.value)");
    let (new, old) = (size("NEW"), size("OLD"));
    let count = |change: String| format!("UPDATE nodejs_webstorage_state SET total_size = total_size {change};");
    let refuse = "SELECT RAISE(ABORT, 'QuotaExceeded') WHERE EXISTS (SELECT 1 FROM nodejs_webstorage_state WHERE total_size > max_size);";
    let text = format!(
        "PRAGMA encoding = 'UTF-16le'; BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS nodejs_webstorage(key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(key)) STRICT;
         CREATE TABLE IF NOT EXISTS nodejs_webstorage_state(max_size INTEGER NOT NULL DEFAULT {QUOTA}, total_size INTEGER NOT NULL,
           schema_version INTEGER NOT NULL DEFAULT 0, single_row_ INTEGER NOT NULL DEFAULT 1 CHECK(single_row_ = 1),
           PRIMARY KEY(single_row_)) STRICT;
         CREATE TRIGGER IF NOT EXISTS nodejs_quota_insert AFTER INSERT ON nodejs_webstorage BEGIN {} {refuse} END;
         CREATE TRIGGER IF NOT EXISTS nodejs_quota_update AFTER UPDATE ON nodejs_webstorage BEGIN {} {refuse} END;
         CREATE TRIGGER IF NOT EXISTS nodejs_quota_delete AFTER DELETE ON nodejs_webstorage BEGIN {} END;
         INSERT OR IGNORE INTO nodejs_webstorage_state(total_size, schema_version) VALUES (0, 1);
         COMMIT",
        count(format!("+ {new}")),
        count(format!("+ ({new}) - ({old})")),
        count(format!("- ({old})")),
    );
    CString::new(text).unwrap_or_default()
}

impl Storage {
    fn of(env: Env, object: Value) -> Result<Rc<Storage>> {
        env.unwrap::<Storage>(object)
    }

    fn connection(&self, env: Env) -> Result<Arc<Connection>> {
        if let Some(connection) = &*self.open.borrow() {
            return Ok(Arc::clone(connection));
        }
        let vfs = file_layer(&Environment::of(env)?)?;
        let open = || {
            let connection = Connection::open(&vfs, &self.path, codes::SQLITE_OPEN_READWRITE | codes::SQLITE_OPEN_CREATE)?;
            connection.set_busy_timeout(1000);
            connection.exec(&NoHooks, &schema())?;
            Ok(connection)
        };
        let connection = open().map_err(|failure| sqlite_error(env, &failure))?;
        *self.open.borrow_mut() = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Runs a statement; `row` is called for each row.
    fn run(&self, env: Env, sql: &CStr, values: &[Datum<'_>], mut row: impl FnMut(&mut Statement) -> Result<()>) -> Result<()> {
        let connection = self.connection(env)?;
        let failed = |failure: edge_sqlite::Failure| match failure.message.as_str() {
            "QuotaExceeded" => quota_exceeded(env),
            _ => sqlite_error(env, &failure),
        };
        let mut statement = connection.prepare(&NoHooks, sql).map_err(failed)?;
        for (index, value) in values.iter().enumerate() {
            statement.bind(index as i32 + 1, *value).map_err(failed)?;
        }
        while statement.step(&NoHooks).map_err(failed)? == Step::Row {
            row(&mut statement)?;
        }
        Ok(())
    }

    fn load(&self, env: Env, key: Value) -> Result<Option<Value>> {
        let key = bytes_of(env, key)?;
        let mut found = None;
        self.run(env, c"SELECT value FROM nodejs_webstorage WHERE key = ?", &[Datum::Blob(&key)], |row| {
            found = Some(string_of(env, row.column(0))?);
            Ok(())
        })?;
        Ok(found)
    }

    fn store(&self, env: Env, key: Value, value: Value) -> Result<()> {
        let (key, value) = (bytes_of(env, key)?, bytes_of(env, value)?);
        let sql = c"INSERT INTO nodejs_webstorage(key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
        self.run(env, sql, &[Datum::Blob(&key), Datum::Blob(&value)], |_| Ok(()))
    }

    fn remove(&self, env: Env, key: Value) -> Result<()> {
        let key = bytes_of(env, key)?;
        self.run(env, c"DELETE FROM nodejs_webstorage WHERE key = ?", &[Datum::Blob(&key)], |_| Ok(()))
    }
}

/// The `DOMException` of a full storage.
fn quota_exceeded(env: Env) -> Error {
    let make = || {
        let exports = Environment::of(env)?.expect_root("per_context_exports")?;
        let class = env.get(exports, "DOMException")?;
        env.construct(class, &[env.string("Setting the value exceeded the quota")?, env.string("QuotaExceededError")?])
    };
    make().map_or_else(|error| error, |error| env.throw(error))
}

/// UTF-16, the low byte first.
fn bytes_of(env: Env, text: Value) -> Result<Vec<u8>> {
    env.with_str(text, |text| match text {
        Str::Latin1(bytes) => bytes.iter().flat_map(|byte| [*byte, 0]).collect(),
        Str::Utf16(units) => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    })
}

fn string_of(env: Env, value: Datum<'_>) -> Result<Value> {
    let Datum::Blob(bytes) = value else { return env.string("") };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    env.string_utf16(&units)
}

/// `new Storage(kConstructorKey, path)`: for the library only.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let key = environment.symbol("constructor_key_symbol")?;
    if info.new_target().is_none() || !env.same_value(info.arg(0), key)? {
        return Err(Error::error("ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"));
    }
    let path = match env.is_string(info.arg(1))? {
        true => env.get_string(info.arg(1))?.into_bytes(),
        false => env.bytes_to_vec(info.arg(1))?,
    };
    let path = CString::new(path).map_err(|_| Error::type_error("ERR_INVALID_ARG_VALUE", "The path must not have null bytes"))?;
    let handler = environment.expect_root(HANDLER)?;
    let proxy = env.construct(env.get(env.global()?, "Proxy")?, &[info.this(), handler])?;
    let storage = Rc::new(Storage { path, open: RefCell::default() });
    // The traps get the target, the methods the proxy.
    env.wrap(info.this(), Rc::clone(&storage))?;
    env.wrap(proxy, storage)?;
    Ok(proxy)
}

fn expect_arguments(info: &CallInfo<'_>, method: &str, wanted: usize) -> Result<()> {
    if info.len() >= wanted {
        return Ok(());
    }
    let many = if wanted == 1 { "1 argument" } else { "2 arguments" };
    Err(Error::type_error("ERR_MISSING_ARGS", format!("Failed to execute '{method}' on 'Storage': {many} required")))
}

fn length(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let mut count = 0;
    Storage::of(env, info.this())?.run(env, c"SELECT count(*) FROM nodejs_webstorage", &[], |row| {
        if let Datum::Integer(value) = row.column(0) {
            count = value;
        }
        Ok(())
    })?;
    env.number(count as f64)
}

fn clear(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Storage::of(env, info.this())?.run(env, c"DELETE FROM nodejs_webstorage", &[], |_| Ok(()))?;
    Ok(info.undefined())
}

/// `getItem(key)` → string or null.
fn get_item(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let storage = Storage::of(env, info.this())?;
    expect_arguments(info, "getItem", 1)?;
    storage.load(env, env.to_js_string(info.arg(0))?)?.map_or_else(|| env.null(), Ok)
}

/// `key(index)` → string or null.
fn key(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let storage = Storage::of(env, info.this())?;
    expect_arguments(info, "key", 1)?;
    let index = env.get_i32(env.to_number(info.arg(0))?)?;
    let mut found = env.null()?;
    if index >= 0 {
        let values = [Datum::Integer(i64::from(index))];
        storage.run(env, c"SELECT key FROM nodejs_webstorage ORDER BY key LIMIT 1 OFFSET ?", &values, |row| {
            found = string_of(env, row.column(0))?;
            Ok(())
        })?;
    }
    Ok(found)
}

fn remove_item(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let storage = Storage::of(env, info.this())?;
    expect_arguments(info, "removeItem", 1)?;
    storage.remove(env, env.to_js_string(info.arg(0))?)?;
    Ok(info.undefined())
}

fn set_item(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let storage = Storage::of(env, info.this())?;
    expect_arguments(info, "setItem", 2)?;
    let (key, value) = (env.to_js_string(info.arg(0))?, env.to_js_string(info.arg(1))?);
    storage.store(env, key, value)?;
    Ok(info.undefined())
}

fn is_symbol(env: Env, key: Value) -> Result<bool> {
    Ok(env.type_of(key)? == napi_valuetype::napi_symbol)
}

/// What the target says: symbols, and all that its classes have, which stored keys do not hide.
fn reflect(env: Env, name: &str, arguments: &[Value]) -> Result<Value> {
    let reflect = env.get(env.global()?, "Reflect")?;
    env.call_method(reflect, name, arguments)
}

/// Whether the target, or a class of it, has a property of this name: that is what programs see then, as in Node.
fn is_hidden(env: Env, target: Value, key: Value) -> Result<bool> {
    env.truthy(reflect(env, "has", &[target, key])?)
}

fn trap_get(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, key) = (info.arg(0), info.arg(1));
    if is_symbol(env, key)? || is_hidden(env, target, key)? {
        return env.get_key(target, key);
    }
    Storage::of(env, target)?.load(env, key)?.map_or_else(|| env.undefined(), Ok)
}

fn trap_set(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, key) = (info.arg(0), info.arg(1));
    if is_symbol(env, key)? {
        return reflect(env, "set", &[target, key, info.arg(2)]);
    }
    Storage::of(env, target)?.store(env, key, env.to_js_string(info.arg(2))?)?;
    env.boolean(true)
}

fn trap_has(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, key) = (info.arg(0), info.arg(1));
    if is_hidden(env, target, key)? {
        return env.boolean(true);
    }
    env.boolean(!is_symbol(env, key)? && Storage::of(env, target)?.load(env, key)?.is_some())
}

fn trap_delete(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, key) = (info.arg(0), info.arg(1));
    if is_symbol(env, key)? {
        return reflect(env, "deleteProperty", &[target, key]);
    }
    Storage::of(env, target)?.remove(env, key)?;
    env.boolean(true)
}

fn trap_own_keys(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let keys = env.array()?;
    let mut index = 0;
    Storage::of(env, info.arg(0))?.run(env, c"SELECT key FROM nodejs_webstorage ORDER BY key", &[], |row| {
        let _scope = env.scope()?;
        let key = string_of(env, row.column(0))?;
        if !is_hidden(env, info.arg(0), key)? {
            env.set_index(keys, index, key)?;
            index += 1;
        }
        Ok(())
    })?;
    for own in env.array_values(reflect(env, "ownKeys", &[info.arg(0)])?)? {
        env.push(keys, own)?;
    }
    Ok(keys)
}

fn trap_descriptor(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, key) = (info.arg(0), info.arg(1));
    if is_symbol(env, key)? {
        return reflect(env, "getOwnPropertyDescriptor", &[target, key]);
    }
    if is_hidden(env, target, key)? {
        return Ok(info.undefined());
    }
    let Some(value) = Storage::of(env, target)?.load(env, key)? else { return Ok(info.undefined()) };
    let descriptor = env.object()?;
    env.set(descriptor, "value", value)?;
    for flag in ["writable", "enumerable", "configurable"] {
        env.set(descriptor, flag, env.boolean(true)?)?;
    }
    Ok(descriptor)
}

/// Stores a value; accessors are taken and forgotten, as in Node.
fn trap_define(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, key, descriptor) = (info.arg(0), info.arg(1), info.arg(2));
    if is_symbol(env, key)? {
        return reflect(env, "defineProperty", &[target, key, descriptor]);
    }
    if env.has(descriptor, "value")? {
        Storage::of(env, target)?.store(env, key, env.to_js_string(env.get(descriptor, "value")?)?)?;
    }
    env.boolean(true)
}

fn trap_prevent_extensions(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}
