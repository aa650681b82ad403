//! Functions of SQL in JavaScript: `database.function()`.

use super::database::Database;
use super::options::{boolean, expect_object, wrong};
use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Reference, Result, Value};
use edge_sqlite::codes;
use std::ffi::CString;
use std::rc::{Rc, Weak};

/// A value of JavaScript that lives as long as this.
pub struct Held {
    environment: Weak<Environment>,
    reference: Reference,
}

impl Held {
    pub fn new(environment: &Rc<Environment>, value: Value) -> Result<Self> {
        Ok(Self { environment: Rc::downgrade(environment), reference: environment.env().reference(value)? })
    }
    pub fn get(&self, env: Env) -> Result<Value> {
        env.deref(self.reference)?.ok_or(Error::Closing)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.env().drop_reference(self.reference);
        }
    }
}

/// A scalar function.
pub struct Function {
    pub function: Held,
    pub big: bool,
}

/// The name of a function of SQL.
pub fn function_name(env: Env, value: Value) -> Result<(String, CString)> {
    if !env.is_string(value)? {
        return Err(wrong("name", "a string"));
    }
    let name = env.to_string_lossy(value)?;
    let c_name = super::statement::c_string(&name);
    Ok((name, c_name))
}

/// `function.length`
pub fn length_of(env: Env, function: Value) -> Result<i32> {
    let length = env.get(function, "length")?;
    Ok(if env.is_number(length)? { env.get_i32(length)? } else { 0 })
}

/// `function(name[, options], function)`
pub fn function(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let (name, c_name) = function_name(env, info.arg(0))?;
    let with_options = info.len() >= 3;
    let function = info.arg(if with_options { 2 } else { 1 });
    let (mut big, mut varargs, mut flags) = (false, false, 0);
    if with_options {
        let options = info.arg(1);
        expect_object(env, options)?;
        big = boolean(env, options, "useBigIntArguments", false)?;
        varargs = boolean(env, options, "varargs", false)?;
        if boolean(env, options, "deterministic", false)? {
            flags |= codes::SQLITE_DETERMINISTIC;
        }
        if boolean(env, options, "directOnly", false)? {
            flags |= codes::SQLITE_DIRECTONLY;
        }
    }
    if !env.is_function(function)? {
        return Err(wrong("function", "a function"));
    }
    let arguments = if varargs { -1 } else { length_of(env, function)? };
    let environment = Environment::of(env)?;
    let id = database.next_id();
    let state = Function { function: Held::new(&environment, function)?, big };
    database.functions.borrow_mut().insert(id, Rc::new(state));
    let made = database.call(env, |connection, _| connection.create_function(&c_name, arguments, flags, id));
    match made {
        Ok(()) => database.name_function(&name, arguments, id),
        Err(error) => {
            let gone = database.functions.borrow_mut().remove(&id);
            drop(gone);
            return Err(error);
        }
    }
    Ok(info.undefined())
}
