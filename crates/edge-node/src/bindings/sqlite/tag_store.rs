//! `SQLTagStore`: statements as template literals, the last ones used kept compiled.

use super::database::Database;
use super::functions::Held;
use super::iterator;
use super::prepared::{self, Prepared, expect_making};
use super::statement::{own_getter, run_result};
use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// Root of the class.
pub const CLASS: &str = "sqlite.SQLTagStore";
const CAPACITY: i32 = 1000;

struct TagStore {
    database: Rc<Database>,
    object: Held,
    capacity: i32,
    /// The least recently used first.
    kept: RefCell<Vec<(String, Rc<Prepared>)>>,
}

/// `createTagStore(capacity)`
pub fn create(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let capacity = if env.is_number(info.arg(0))? { env.get_i32(info.arg(0))? } else { CAPACITY };
    let environment = Environment::of(env)?;
    let object = prepared::make(&environment, CLASS)?;
    let store = TagStore { database, object: Held::new(&environment, info.this())?, capacity, kept: RefCell::default() };
    env.wrap(object, Rc::new(store))?;
    Ok(object)
}

pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_making(&Environment::of(env)?)?;
    own_getter(env, info.this(), "capacity", "sqlite.SQLTagStore#get capacity")?;
    own_getter(env, info.this(), "db", "sqlite.SQLTagStore#get db")?;
    Ok(info.this())
}

impl TagStore {
    /// The statement of a template's texts with that many values.
    fn statement(&self, env: Env, texts: Value, values: usize) -> Result<Rc<Prepared>> {
        self.database.connection()?;
        if !env.is_array(texts)? {
            return Err(Error::invalid_arg_type("First argument must be an array of strings (template literal)."));
        }
        let mut sql = String::new();
        for (index, text) in env.array_values(texts)?.into_iter().enumerate() {
            if !env.is_string(text)? {
                return Err(Error::invalid_arg_type("Template literal parts must be strings."));
            }
            sql.push_str(&env.to_string_lossy(text)?);
            if index < values {
                sql.push('?');
            }
        }
        let found = self.kept.borrow().iter().position(|(text, prepared)| *text == sql && prepared.lock().is_ok());
        let entry = match found {
            Some(at) => self.kept.borrow_mut().remove(at),
            None => {
                let prepared = match env.catch(|| Prepared::new(env, &self.database, &sql))? {
                    Ok(prepared) => prepared,
                    Err(_) => return Err(Error::error("ERR_SQLITE_ERROR", "Failed to prepare statement")),
                };
                (sql, prepared)
            }
        };
        let prepared = Rc::clone(&entry.1);
        let gone = {
            let mut kept = self.kept.borrow_mut();
            kept.push(entry);
            let most = usize::try_from(self.capacity).unwrap_or(0);
            let over = kept.len().saturating_sub(most);
            kept.drain(..over).collect::<Vec<_>>()
        };
        drop(gone);
        Ok(prepared)
    }
}

/// The statement, and the literal's values, which are its parameters in order.
fn taken<'a>(env: Env, info: &CallInfo<'a>) -> Result<(Rc<Prepared>, Vec<Value>)> {
    let store = env.unwrap::<TagStore>(info.this())?;
    let values = info.args().get(1..).unwrap_or_default().to_vec();
    let prepared = store.statement(env, info.arg(0), values.len())?;
    Ok((prepared, values))
}

/// An object among the values is no bag of names here.
fn expect_values(env: Env, values: &[Value]) -> Result<()> {
    match values.first() {
        Some(value) if env.is_object(*value)? && !env.is_array_buffer_view(*value)? => {
            Err(Error::invalid_arg_type("Provided value cannot be bound to SQLite parameter 1."))
        }
        _ => Ok(()),
    }
}

pub fn get(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (prepared, values) = taken(env, info)?;
    expect_values(env, &values)?;
    prepared.first(env, &values)
}

pub fn all(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (prepared, values) = taken(env, info)?;
    expect_values(env, &values)?;
    prepared.all(env, &values)
}

pub fn run(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (prepared, values) = taken(env, info)?;
    expect_values(env, &values)?;
    run_result(env, &prepared.run(env, &values)?)
}

pub fn iterate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (prepared, values) = taken(env, info)?;
    expect_values(env, &values)?;
    prepared.start(env, &mut *prepared.lock()?, &values)?;
    iterator::make(&Environment::of(env)?, prepared)
}

pub fn clear(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let gone = env.unwrap::<TagStore>(info.this())?.kept.take();
    drop(gone);
    Ok(info.undefined())
}

pub fn size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.size(env.unwrap::<TagStore>(info.this())?.kept.borrow().len())
}

pub fn capacity(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.int32(env.unwrap::<TagStore>(info.this())?.capacity)
}

pub fn database(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<TagStore>(info.this())?.object.get(env)
}
