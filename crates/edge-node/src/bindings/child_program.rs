//! The options of `spawn` and `spawnSync` as a [`ChildProgram`]: what `process_wrap` and `spawn_sync` read alike.

use edge_napi::{Env, Error, Result, Value};
use edge_wasix::ChildProgram;

/// Reads everything but `stdio`.
///
/// # Errors
/// `ERR_INVALID_ARG_TYPE` for what the library never passes.
pub fn child_program(env: Env, options: Value) -> Result<ChildProgram> {
    Ok(ChildProgram {
        file: required(env, options, "file")?,
        args: texts(env, env.get(options, "args")?)?.unwrap_or_default(),
        env: texts(env, env.get(options, "envPairs")?)?,
        cwd: optional(env, options, "cwd")?.filter(|cwd| !cwd.is_empty()),
        stdio: Vec::new(),
        uid: id(env, options, "uid")?,
        gid: id(env, options, "gid")?,
        detached: env.truthy(env.get(options, "detached")?)?,
    })
}

fn required(env: Env, options: Value, name: &str) -> Result<Vec<u8>> {
    optional(env, options, name)?
        .ok_or_else(|| Error::invalid_arg_type(format!("The \"options.{name}\" property must be of type string. Received undefined")))
}

fn optional(env: Env, options: Value, name: &str) -> Result<Option<Vec<u8>>> {
    let value = env.get(options, name)?;
    if env.is_nullish(value)? { Ok(None) } else { env.expect_string(value, name).map(|text| Some(text.into_bytes())) }
}

/// An array of texts; None when it is no array.
pub fn texts(env: Env, list: Value) -> Result<Option<Vec<Vec<u8>>>> {
    if !env.is_array(list)? {
        return Ok(None);
    }
    let values = env.array_values(list)?;
    values.into_iter().map(|value| env.to_string_lossy(value).map(String::into_bytes)).collect::<Result<Vec<_>>>().map(Some)
}

/// A user's or group's number; Node takes it as 32 bits with a sign.
fn id(env: Env, options: Value, name: &str) -> Result<Option<u32>> {
    let value = env.get(options, name)?;
    if env.is_nullish(value)? { Ok(None) } else { Ok(Some(env.get_i32(value)?.cast_unsigned())) }
}
