//! `StatementSync`'s methods.

use super::failure::invalid_state;
use super::iterator;
use super::options::{StatementOptions, boolean_argument};
use super::prepared::{Prepared, Run, expect_making};
use crate::Environment;
use edge_napi::{CallInfo, Env, Result, Value};
use std::ffi::CString;

/// `new StatementSync()`: only `prepare()` makes them.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    expect_making(&environment)?;
    for (name, getter) in [("sourceSQL", "sqlite.StatementSync#get sourceSQL"), ("expandedSQL", "sqlite.StatementSync#get expandedSQL")] {
        own_getter(env, info.this(), name, getter)?;
    }
    Ok(info.this())
}

/// A listed accessor of the object itself.
pub fn own_getter(env: Env, object: Value, name: &str, registered: &str) -> Result<()> {
    let getter = env.native_id(registered)?;
    env.define_accessor(object, env.key(name)?, Some(getter), None, edge_napi::types::napi_enumerable)
}

/// A text as SQLite takes it: up to the first NUL.
pub fn c_string(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

pub fn source_sql(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let prepared = env.unwrap::<Prepared>(info.this())?;
    let sql = prepared.lock()?.sql();
    env.string(&sql)
}

pub fn expanded_sql(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let prepared = env.unwrap::<Prepared>(info.this())?;
    let sql = prepared.lock()?.expanded_sql();
    match sql {
        Some(sql) => env.string(&sql),
        None => Err(invalid_state("no memory for the expanded text")),
    }
}

/// `get(...parameters)` → the first row, or undefined.
pub fn get(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<Prepared>(info.this())?.first(env, info.args())
}

/// `all(...parameters)` → array of rows.
pub fn all(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<Prepared>(info.this())?.all(env, info.args())
}

/// `run(...parameters)` → `{ lastInsertRowid, changes }`.
pub fn run(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let run = env.unwrap::<Prepared>(info.this())?.run(env, info.args())?;
    run_result(env, &run)
}

/// What `run()` answers.
pub fn run_result(env: Env, run: &Run) -> Result<Value> {
    let result = env.object()?;
    env.set(result, "lastInsertRowid", run.last_insert_rowid)?;
    env.set(result, "changes", run.changes)?;
    Ok(result)
}

/// `iterate(...parameters)` → iterator of rows.
pub fn iterate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let prepared = env.unwrap::<Prepared>(info.this())?;
    prepared.start(env, &mut *prepared.lock()?, info.args())?;
    iterator::make(&Environment::of(env)?, prepared)
}

/// `columns()` → array of `{ column, database, name, table, type }`.
pub fn columns(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let prepared = env.unwrap::<Prepared>(info.this())?;
    let statement = prepared.lock()?;
    let result = env.array()?;
    for index in 0..statement.column_count() {
        let _scope = env.scope()?;
        let origin = statement.column_origin(index);
        let object = env.null_object()?;
        for (name, value) in [
            ("column", origin.column),
            ("database", origin.database),
            ("name", origin.name),
            ("table", origin.table),
            ("type", origin.kind),
        ] {
            let value = value.map_or_else(|| env.null(), |text| env.string(&text))?;
            env.set(object, name, value)?;
        }
        env.set_index(result, index.cast_unsigned(), object)?;
    }
    Ok(result)
}

fn set_option(env: Env, info: &CallInfo<'_>, name: &str, set: impl FnOnce(&mut StatementOptions, bool)) -> Result<Value> {
    let prepared = env.unwrap::<Prepared>(info.this())?;
    drop(prepared.lock()?);
    let on = boolean_argument(env, info.arg(0), name)?;
    let mut options = prepared.options.get();
    set(&mut options, on);
    prepared.options.set(options);
    Ok(info.undefined())
}

pub fn set_allow_bare_named_parameters(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    set_option(env, info, "allowBareNamedParameters", |options, on| options.bare_named_parameters = on)
}

pub fn set_allow_unknown_named_parameters(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    set_option(env, info, "enabled", |options, on| options.unknown_named_parameters = on)
}

pub fn set_read_big_ints(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    set_option(env, info, "readBigInts", |options, on| options.read_big_ints = on)
}

pub fn set_return_arrays(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    set_option(env, info, "returnArrays", |options, on| options.return_arrays = on)
}
