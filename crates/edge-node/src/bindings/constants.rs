//! `internalBinding('constants')`: numbers of the operating system and of the libraries, as the pinned release has them.

use crate::{Binding, Target};
use edge_napi::{Env, Result, Value};
use edge_node_lib::{CONSTANTS, Constant};

/// The binding.
pub const BINDING: Binding = Binding { name: "constants", natives: &[], init };

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    env.set_prototype(target.object, env.null()?)?;
    for (path, value) in CONSTANTS {
        let _scope = env.scope()?;
        put(env, target.object, path, value)?;
    }
    Ok(())
}

/// A constant under a dotted path of `object`; the objects on the way are made.
pub fn put(env: Env, mut object: Value, path: &str, value: &Constant) -> Result<()> {
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            object = member(env, object, part)?;
            continue;
        }
        let js = match value {
            Constant::Number(number) => env.number(*number)?,
            Constant::Text(text) => env.string(text)?,
        };
        env.define_constant(object, part, js)?;
    }
    Ok(())
}

/// `object[name]`, an object without prototype made when it is not there.
fn member(env: Env, object: Value, name: &str) -> Result<Value> {
    let key = env.key(name)?;
    if env.has_own_key(object, key)? {
        return env.get_key(object, key);
    }
    let made = env.null_object()?;
    env.set_key(object, key, made)?;
    Ok(made)
}
