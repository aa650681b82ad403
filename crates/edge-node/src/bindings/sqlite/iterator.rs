//! What `iterate()` answers. It shares its statement with everybody: running that anew begins the rows again.

use super::prepared::{self, Prepared, expect_making};
use crate::Environment;
use edge_napi::{CallInfo, Env, Result, Value};
use std::cell::Cell;
use std::rc::Rc;

/// Root of the class.
pub const CLASS: &str = "sqlite.StatementSyncIterator";

struct Rows {
    prepared: Rc<Prepared>,
    /// `return()` was called.
    ended: Cell<bool>,
}

/// An iterator over a statement that has been started.
pub fn make(environment: &Rc<Environment>, prepared: Rc<Prepared>) -> Result<Value> {
    let object = prepared::make(environment, CLASS)?;
    environment.env().wrap(object, Rc::new(Rows { prepared, ended: Cell::default() }))?;
    Ok(object)
}

pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_making(&Environment::of(env)?)?;
    Ok(info.this())
}

/// `next()` → `{ done, value }`.
pub fn next(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let rows = env.unwrap::<Rows>(info.this())?;
    let mut statement = rows.prepared.lock()?;
    if rows.ended.get() {
        return result(env, None);
    }
    let row = rows.prepared.next(env, &mut statement, &mut Vec::new())?;
    result(env, row)
}

/// `return()`
pub fn end(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let rows = env.unwrap::<Rows>(info.this())?;
    rows.prepared.lock()?.reset();
    rows.ended.set(true);
    result(env, None)
}

fn result(env: Env, row: Option<Value>) -> Result<Value> {
    let result = env.null_object()?;
    env.set(result, "done", env.boolean(row.is_none())?)?;
    env.set(result, "value", row.map_or_else(|| env.null(), Ok)?)?;
    Ok(result)
}
