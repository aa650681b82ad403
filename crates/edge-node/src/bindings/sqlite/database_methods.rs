//! `DatabaseSync`'s methods.

use super::database::Database;
use super::failure::sqlite_error;
use super::options::{DatabaseOptions, boolean_argument, wrong};
use super::path::database_path;
use super::prepared::Prepared;
use super::statement::{c_string, own_getter};
use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_sqlite::ConnectionOption;

/// `new DatabaseSync(path, options)`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if info.new_target().is_none() {
        return Err(Error::type_error("ERR_CONSTRUCT_CALL_REQUIRED", "Cannot call constructor without `new`"));
    }
    let this = info.this();
    let path = database_path(env, info.arg(0), "path")?;
    let options = DatabaseOptions::read(env, if info.len() > 1 { Some(info.arg(1)) } else { None })?;
    let environment = Environment::of(env)?;
    if options.allow_extension && environment.cli().flag("--permission") {
        let message = "Cannot load SQLite extensions when the permission model is enabled.";
        return Err(Error::error("ERR_LOAD_SQLITE_EXTENSION", message));
    }
    own_getter(env, this, "isOpen", "sqlite.DatabaseSync#get isOpen")?;
    own_getter(env, this, "isTransaction", "sqlite.DatabaseSync#get isTransaction")?;
    env.set_key(this, env.symbol_for("sqlite-type")?, env.string("node:sqlite")?)?;
    let database = Database::new(&environment, path, options);
    env.wrap(this, std::rc::Rc::clone(&database))?;
    if options.open {
        database.open(env)?;
    }
    Ok(this)
}

pub fn is_open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(env.unwrap::<Database>(info.this())?.is_open())
}

pub fn is_transaction(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(!env.unwrap::<Database>(info.this())?.connection()?.is_autocommit())
}

pub fn open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<Database>(info.this())?.open(env)?;
    Ok(info.undefined())
}

pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<Database>(info.this())?.close()?;
    Ok(info.undefined())
}

/// `[Symbol.dispose]()`: closes it where that can be done.
pub fn dispose(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let _ = env.unwrap::<Database>(info.this())?.close();
    Ok(info.undefined())
}

/// A text of SQL.
fn sql(env: Env, value: Value) -> Result<String> {
    if env.is_string(value)? { env.to_string_lossy(value) } else { Err(wrong("sql", "a string")) }
}

/// `prepare(sql)` → `StatementSync`.
pub fn prepare(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let prepared = Prepared::new(env, &database, &sql(env, info.arg(0))?)?;
    prepared.to_object(&Environment::of(env)?)
}

/// `exec(sql)`
pub fn exec(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let sql = c_string(&sql(env, info.arg(0))?);
    database.call(env, |connection, hooks| connection.exec(hooks, &sql))?;
    Ok(info.undefined())
}

/// `location(name)` → path, or null in memory.
pub fn location(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let connection = env.unwrap::<Database>(info.this())?.connection()?;
    let name = match info.optional(env, 0)? {
        Some(name) if !env.is_string(name)? => return Err(wrong("dbName", "a string")),
        Some(name) => c_string(&env.to_string_lossy(name)?),
        None => c_string("main"),
    };
    connection.file_name(&name).map_or_else(|| env.null(), |path| env.string_from_utf8_lossy(&path))
}

pub fn enable_load_extension(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let allow = boolean_argument(env, info.arg(0), "allow")?;
    if allow && !database.options.allow_extension {
        let message = "Cannot enable extension loading because it was disabled at database creation.";
        return Err(super::failure::invalid_state(message));
    }
    database.load_extension.set(allow);
    Ok(info.undefined())
}

/// `loadExtension(path)`: refuses, as Node does where none can be loaded.
pub fn load_extension(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    if !database.load_extension.get() {
        return Err(super::failure::invalid_state("extension loading is not allowed"));
    }
    if !env.is_string(info.arg(0))? {
        return Err(wrong("path", "a string"));
    }
    let path = env.to_string_lossy(info.arg(0))?;
    Err(Error::error("ERR_LOAD_SQLITE_EXTENSION", format!("{path}: Edge.js loads no SQLite extensions")))
}

pub fn enable_defensive(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    let connection = database.connection()?;
    let on = boolean_argument(env, info.arg(0), "active")?;
    connection.set(ConnectionOption::Defensive, on).map_err(|failure| sqlite_error(env, &failure))?;
    Ok(info.undefined())
}

/// `setAuthorizer(function or null)`
pub fn set_authorizer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let callback = info.arg(0);
    let new = if env.is_null(callback)? {
        None
    } else if env.is_function(callback)? {
        Some(env.reference(callback)?)
    } else {
        return Err(wrong("callback", "a function or null"));
    };
    if let Some(old) = database.authorizer.replace(new) {
        env.drop_reference(old);
    }
    // What was compiled under other rules is compiled again.
    database.connection()?.forget_authorizations();
    Ok(info.undefined())
}
