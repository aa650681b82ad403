//! `Session`, and applying what it recorded.

use super::database::Database;
use super::failure::{code_error, invalid_state};
use super::options::{expect_object, function, string};
use super::prepared::{expect_making, make};
use super::statement::c_string;
use crate::Environment;
use edge_napi::types::napi_typedarray_type;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_sqlite::{Failure, Session, codes};
use std::cell::RefCell;
use std::rc::Rc;

/// Root of the class.
pub const CLASS: &str = "sqlite.Session";

/// What is behind a `Session`; empty once it is closed.
pub struct SessionState {
    database: Rc<Database>,
    session: RefCell<Option<Session>>,
}

impl SessionState {
    pub fn close(&self) {
        let session = self.session.take();
        drop(session);
    }
}

/// `createSession({ table, db })`
pub fn create(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let (mut table, mut name) = (None, None);
    if !info.is_empty() {
        expect_object(env, info.arg(0))?;
        table = string(env, info.arg(0), "table")?;
        name = string(env, info.arg(0), "db")?;
    }
    let name = c_string(name.as_deref().unwrap_or("main"));
    let table = table.as_deref().map(c_string);
    let session = database.call(env, |connection, _| Session::new(connection, &name, table.as_deref()))?;
    let state = Rc::new(SessionState { database: Rc::clone(&database), session: RefCell::new(Some(session)) });
    database.track_session(&state);
    let object = make(&Environment::of(env)?, CLASS)?;
    env.wrap(object, state)?;
    Ok(object)
}

pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_making(&Environment::of(env)?)?;
    Ok(info.this())
}

fn take(env: Env, info: &CallInfo<'_>, take: fn(&Session) -> edge_sqlite::Result<Vec<u8>>) -> Result<Value> {
    let state = env.unwrap::<SessionState>(info.this())?;
    state.database.connection()?;
    let session = state.session.borrow();
    let session = session.as_ref().ok_or_else(|| invalid_state("session is not open"))?;
    let bytes = state.database.call(env, |_, _| take(session))?;
    env.uint8_array_from(&bytes)
}

pub fn changeset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    take(env, info, Session::changeset)
}

pub fn patchset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    take(env, info, Session::patchset)
}

pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = env.unwrap::<SessionState>(info.this())?;
    state.database.connection()?;
    if state.session.borrow().is_none() {
        return Err(invalid_state("session is not open"));
    }
    state.database.expect_idle()?;
    state.close();
    Ok(info.undefined())
}

/// `[Symbol.dispose]()`: closes it where that can be done.
pub fn dispose(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = env.unwrap::<SessionState>(info.this())?;
    if state.database.expect_idle().is_ok() {
        state.close();
    }
    Ok(info.undefined())
}

/// `applyChangeset(changeset, { filter, onConflict })` → whether it was applied.
pub fn apply_changeset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let is_bytes = env.is_typed_array(info.arg(0))? && env.typed_array_info(info.arg(0))?.0 == napi_typedarray_type::napi_uint8_array;
    if !is_bytes {
        return Err(Error::invalid_arg_type("The \"changeset\" argument must be a Uint8Array."));
    }
    let (mut conflict, mut filter) = (None, None);
    if let Some(options) = info.optional(env, 1)? {
        expect_object(env, options)?;
        conflict = function(env, options, "onConflict")?;
        filter = function(env, options, "filter")?;
    }
    let bytes = env.bytes_to_vec(info.arg(0))?;
    // After the first exception nothing more is asked, and everything is undone.
    let failed = || database.thrown.borrow().is_some();
    let mut on_conflict = |kind: i32| {
        let Some(conflict) = conflict else { return codes::SQLITE_CHANGESET_ABORT };
        if failed() {
            return codes::SQLITE_CHANGESET_ABORT;
        }
        let ask = || {
            let _scope = env.scope()?;
            let answer = env.call(conflict, env.undefined()?, &[env.int32(kind)?])?;
            let number = if env.is_number(answer)? { env.get_f64(answer)? } else { f64::NAN };
            Ok(if f64::from(number as i32) == number { number as i32 } else { -1 })
        };
        ask().unwrap_or_else(|error| {
            database.keep_thrown(env, error);
            codes::SQLITE_CHANGESET_ABORT
        })
    };
    let mut on_table = |table: &[u8]| {
        let Some(filter) = filter else { return true };
        if failed() {
            return false;
        }
        let ask = || {
            let _scope = env.scope()?;
            let answer = env.call(filter, env.undefined()?, &[env.string_from_utf8_lossy(table)?])?;
            env.truthy(answer)
        };
        ask().unwrap_or_else(|error| {
            database.keep_thrown(env, error);
            false
        })
    };
    let error = |env: Env, failure: &Failure| code_error(env, failure);
    let applied = database.call_with(env, error, |connection, hooks| {
        let on_table: Option<&mut dyn FnMut(&[u8]) -> bool> = if filter.is_some() { Some(&mut on_table) } else { None };
        connection.apply_changeset(hooks, &bytes, on_table, &mut on_conflict)
    })?;
    env.boolean(applied)
}
