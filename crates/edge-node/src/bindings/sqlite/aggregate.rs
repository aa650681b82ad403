//! Aggregates of SQL in JavaScript: `database.aggregate()`.

use super::database::Database;
use super::functions::{Held, function_name, length_of};
use super::options::{boolean, function, wrong};
use crate::Environment;
use edge_napi::{CallInfo, Env, Result, Value};
use edge_sqlite::codes;
use std::rc::Rc;

/// An aggregate.
pub struct Aggregate {
    pub start: Held,
    pub step: Held,
    /// Takes a row out again: it is a window function.
    pub inverse: Option<Held>,
    pub result: Option<Held>,
    pub big: bool,
}

/// `aggregate(name, options)`
pub fn aggregate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let database = env.unwrap::<Database>(info.this())?;
    database.connection()?;
    let options = info.arg(1);
    let start = env.get(options, "start")?;
    if env.is_undefined(start)? {
        return Err(wrong("options.start", "a function or a primitive value"));
    }
    let Some(step) = function(env, options, "step")? else { return Err(wrong("options.step", "a function")) };
    let result = env.get(options, "result")?;
    let big = boolean(env, options, "useBigIntArguments", false)?;
    let varargs = boolean(env, options, "varargs", false)?;
    let flags = if boolean(env, options, "directOnly", false)? { codes::SQLITE_DIRECTONLY } else { 0 };
    let inverse = function(env, options, "inverse")?;
    let (name, c_name) = function_name(env, info.arg(0))?;
    let mut arguments = -1;
    if !varargs {
        // The first is what the aggregate has come to.
        arguments = length_of(env, step)? - 1;
        if let Some(inverse) = inverse {
            arguments = arguments.max(length_of(env, inverse)? - 1);
        }
        arguments = arguments.max(0);
    }
    let environment = Environment::of(env)?;
    let hold = |value| Held::new(&environment, value);
    let state = Aggregate {
        start: hold(start)?,
        step: hold(step)?,
        inverse: inverse.map(hold).transpose()?,
        result: if env.is_function(result)? { Some(hold(result)?) } else { None },
        big,
    };
    let window = state.inverse.is_some();
    let id = database.next_id();
    database.aggregates.borrow_mut().insert(id, Rc::new(state));
    let made = database.call(env, |connection, _| connection.create_aggregate(&c_name, arguments, flags, id, window));
    match made {
        Ok(()) => database.name_function(&name, arguments, id),
        Err(error) => {
            let gone = database.aggregates.borrow_mut().remove(&id);
            drop(gone);
            return Err(error);
        }
    }
    Ok(info.undefined())
}
