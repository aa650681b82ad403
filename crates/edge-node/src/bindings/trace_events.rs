//! `internalBinding('trace_events')`: tracing is off in this build; the shape that the library reads at start is here.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "trace_events",
    natives: natives!("trace_events";
        "getEnabledCategories" => get_enabled_categories,
        "setTraceCategoryStateUpdateHandler" => set_trace_category_state_update_handler,
        "getCategoryEnabledBuffer" => get_category_enabled_buffer,
        "isTraceCategoryEnabled" => is_trace_category_enabled,
        "trace" => trace,
        "CategorySet" => new_category_set,
        "CategorySet#enable" => trace,
        "CategorySet#disable" => trace,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.plain_class("trace_events.CategorySet", &["enable", "disable"])?;
    Ok(())
}

/// No category is enabled.
fn get_enabled_categories(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

fn set_trace_category_state_update_handler(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("trace_events.state_handler", info.arg(0))?;
    Ok(info.undefined())
}

/// A flag byte that the caller keeps and looks at.
fn get_category_enabled_buffer(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.uint8_array_from(&[0])
}

fn is_trace_category_enabled(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}

/// Nothing listens.
fn trace(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

fn new_category_set(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("CategorySet")?;
    Ok(info.this())
}
