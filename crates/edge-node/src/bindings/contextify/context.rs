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

/// `vm.constants.measureMemory.mode.DETAILED`.
const DETAILED: i32 = 1;

/// `measureMemory(mode, execution)` → a promise of `{ total: { jsMemoryEstimate, jsMemoryRange } }`, and with the mode DETAILED `current`
/// and, for each other context, an entry of `other`. The engine does not count by context: all is the current one's, as the range says.
pub fn measure_memory(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let heap = env.heap_statistics()?;
    let part = |used: u64| {
        let object = env.object()?;
        env.set(object, "jsMemoryEstimate", env.number(used as f64)?)?;
        let range = env.array_from(&[env.number(used as f64)?, env.number(heap.total as f64)?])?;
        env.set(object, "jsMemoryRange", range)?;
        Ok(object)
    };
    let result = env.object()?;
    env.set(result, "total", part(heap.used)?)?;
    if env.get_i32(info.arg(0))? == DETAILED {
        env.set(result, "current", part(heap.used)?)?;
        let other = (1..heap.contexts).map(|_| part(0)).collect::<Result<Vec<_>>>()?;
        env.set(result, "other", env.array_from(&other)?)?;
    }
    let (deferred, promise) = env.promise()?;
    env.resolve(deferred, result)?;
    Ok(promise)
}
