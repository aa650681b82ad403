//! Contexts: `vm.createContext`, `vm.measureMemory`.

use crate::Environment;
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Result, Value};

/// `makeContext(contextObject or symbol, name, origin, strings, wasm, ownMicrotaskQueue, hostDefinedOption)`: ties a context to the
/// object and answers it; with the symbol `vm_context_no_contextify` answers a new plain global.
pub fn make_context(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let vanilla = env.type_of(info.arg(0))? == napi_valuetype::napi_symbol;
    let sandbox = (!vanilla).then(|| info.arg(0));
    let strings = env.truthy(info.arg(3))?;
    let wasm = env.truthy(info.arg(4))?;
    let own_queue = env.truthy(info.arg(5))?;
    let global = env.make_context(sandbox, strings, wasm, own_queue)?;
    let symbol = environment.private_symbol("contextify_context_private_symbol")?;
    let option = environment.private_symbol("host_defined_option_symbol")?;
    let holder = sandbox.unwrap_or(global);
    env.set_key(holder, symbol, global)?;
    env.set_key(holder, option, info.arg(6))?;
    Ok(holder)
}

/// `measureMemory(mode, execution)` → a promise of `{ total: { jsMemoryEstimate, jsMemoryRange } }`.
pub fn measure_memory(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let heap = env.heap_statistics()?;
    let result = env.object()?;
    let total = env.object()?;
    env.set(total, "jsMemoryEstimate", env.number(heap.used as f64)?)?;
    let range = env.array_from(&[env.number(heap.used as f64)?, env.number(heap.total as f64)?])?;
    env.set(total, "jsMemoryRange", range)?;
    env.set(result, "total", total)?;
    let (deferred, promise) = env.promise()?;
    env.resolve(deferred, result)?;
    Ok(promise)
}
