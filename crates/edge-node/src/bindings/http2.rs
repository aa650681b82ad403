//! `internalBinding('http2')`: the names and numbers that `node:http2` takes when it is loaded, and settings, which need no connection.
//! There are no sessions yet: making one throws.

use super::buffer::new_buffer;
use super::constants::put;
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_node_lib::{Constant, HTTP2};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "http2",
    natives: natives!("http2";
        "nghttp2ErrorString" => unavailable,
        "refreshDefaultSettings" => refresh_default_settings,
        "packSettings" => pack_settings,
        "setCallbackFunctions" => set_callback_functions,
        "Http2Stream" => unavailable,
        "Http2Session" => unavailable,
    ),
    init,
};

const SETTINGS: &str = "http2.settingsBuffer";
/// Settings in the order of the library's buffer, and after them the bits of those that are set, the count of further ones, these.
const COUNT: usize = 7;
const FLAGS: usize = COUNT;
const MORE: usize = COUNT + 1;
const MOST_MORE: usize = 10;
const LENGTH: usize = MORE + 1 + 2 * MOST_MORE;
/// Where in the buffer, and RFC 9113's number, in the order that they are packed in.
const PACKED: [(usize, u16); COUNT] = [(0, 1), (1, 2), (4, 3), (2, 4), (3, 5), (5, 6), (6, 8)];
const DEFAULTS: [u32; COUNT] = [4096, 1, 65_535, 16_384, u32::MAX, 65_535, 0];

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    target.aliased::<f64>("sessionState", 9)?;
    target.aliased::<f64>("streamState", 6)?;
    target.aliased::<u32>("settingsBuffer", LENGTH)?;
    target.aliased::<u32>("optionsBuffer", 14)?;
    target.aliased::<f64>("streamStats", 6)?;
    target.aliased::<f64>("sessionStats", 9)?;
    target.async_class("http2.Http2Stream")?.install(target.object)?;
    target.async_class("http2.Http2Session")?.install(target.object)?;
    let names = env.array()?;
    for (path, value) in HTTP2 {
        let _scope = env.scope()?;
        match (path.strip_prefix("names."), value) {
            (Some(_), Constant::Text(name)) => env.push(names, env.string(name)?)?,
            _ => put(env, target.object, path, value)?,
        }
    }
    target.value("nameForErrorCode", names)
}

/// `refreshDefaultSettings()`: fills `settingsBuffer`.
fn refresh_default_settings(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let settings = Environment::of(env)?.aliased::<u32>(SETTINGS)?;
    settings.set_all(&DEFAULTS);
    settings.set(FLAGS, (1 << COUNT) - 1);
    Ok(info.undefined())
}

/// `packSettings()` → a Buffer of what is set in `settingsBuffer`.
fn pack_settings(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let settings = Environment::of(env)?.aliased::<u32>(SETTINGS)?;
    let mut packed = Vec::new();
    let mut put = |number: u16, value: u32| {
        packed.extend_from_slice(&number.to_be_bytes());
        packed.extend_from_slice(&value.to_be_bytes());
    };
    for (index, number) in PACKED {
        if settings.get(FLAGS) & (1 << index) != 0 {
            put(number, settings.get(index));
        }
    }
    for index in 0..(settings.get(MORE) as usize).min(MOST_MORE) {
        put(settings.get(MORE + 1 + 2 * index) as u16, settings.get(MORE + 2 + 2 * index));
    }
    new_buffer(env, &packed)
}

/// `setCallbackFunctions(…)`: what sessions would call.
fn set_callback_functions(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("http2"))
}
