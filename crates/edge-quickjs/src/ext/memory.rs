//! The heap, and the zone of local time.

use crate::inner::{check, put, run};
use crate::napi::{reference, string};
use crate::time_zone;
use edge_napi::HeapStatistics;
use edge_napi::types::*;

pub(crate) unsafe fn collect_garbage(env: napi_env) -> napi_status {
    run(env, |e| Ok(e.engine.edge_collect_garbage()?))
}

pub(crate) unsafe fn get_heap_statistics(env: napi_env, result: *mut HeapStatistics) -> napi_status {
    run(env, |e| {
        check(result)?;
        e.engine.edge_heap_statistics()?;
        put(
            result,
            HeapStatistics {
                total: e.engine.memory_size(),
                used: e.out(0),
                limit: e.memory_limit,
                blocks: e.out(2),
                array_buffers: e.out(3),
                contexts: e.out(4),
                collections: e.out(5),
            },
        )
    })
}

pub(crate) unsafe fn set_time_zone(env: napi_env, name: napi_value) -> napi_status {
    run(env, |e| {
        let mut text = String::new();
        string::with_units(e, name, |units| text = units.to_string_lossy())?;
        *e.time_zone.borrow_mut() = time_zone::named(&text);
        Ok(())
    })
}

pub(crate) unsafe fn run_finalizers(env: napi_env) -> napi_status {
    run(env, reference::run_finalizers)
}
