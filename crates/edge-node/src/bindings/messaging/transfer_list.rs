//! What `postMessage` and `structuredClone` take as the things to hand over.

use edge_napi::{Env, Error, Result, Value};

/// The values of an iterable, as an array; `None` for what is no iterable.
pub fn read_iterable(env: Env, object: Value) -> Result<Option<Value>> {
    if !env.is_object(object)? {
        return Ok(None);
    }
    if env.is_array(object)? {
        let copy = env.array()?;
        for index in 0..env.array_length(object)? {
            env.push(copy, env.get_index(object, index)?)?;
        }
        return Ok(Some(copy));
    }
    let method = env.get_key(object, env.well_known_symbol("iterator")?)?;
    if !env.is_function(method)? {
        return Ok(None);
    }
    let iterator = env.call(method, object, &[])?;
    if !env.is_object(iterator)? {
        return Ok(None);
    }
    let next = env.get(iterator, "next")?;
    if !env.is_function(next)? {
        return Ok(None);
    }
    let values = env.array()?;
    loop {
        let result = env.call(next, iterator, &[])?;
        if !env.is_object(result)? {
            return Ok(None);
        }
        if env.truthy(env.get(result, "done")?)? {
            return Ok(Some(values));
        }
        env.push(values, env.get(result, "value")?)?;
    }
}

/// The second argument of `postMessage`: a list, or `{ transfer: list }`.
pub fn from_options(env: Env, options: Value) -> Result<Value> {
    if env.is_nullish(options)? {
        return env.array();
    }
    if !env.is_object(options)? {
        return Err(Error::invalid_arg_type("Optional transferList argument must be an iterable"));
    }
    if let Some(list) = read_iterable(env, options)? {
        return Ok(list);
    }
    let transfer = env.get(options, "transfer")?;
    if env.is_undefined(transfer)? {
        return env.array();
    }
    read_iterable(env, transfer)?.ok_or_else(|| Error::invalid_arg_type("Optional options.transfer argument must be an iterable"))
}
