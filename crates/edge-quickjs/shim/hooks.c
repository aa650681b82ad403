/*
 * hooks.c - jobs, hooks, details of values, memory: the rest of the extension table.
 */
#include "state.h"
#include "internals.h"
#include "edge_malloc.h"
#include "engine_errors.h"
#include "engine_hooks.h"
#include "edge_boundary.h"

/* JSEdgeClassKind; never throws. */
int edge_class_kind(uint32_t slot)
{
    return JS_EdgeClassKind(edge.ctx, edge_value(slot));
}

uint32_t edge_constructor_name(uint32_t object)
{
    return edge_push(JS_EdgeGetConstructorName(edge.ctx, edge_value(object)));
}

uint32_t edge_own_non_index_properties(uint32_t object, uint32_t filter)
{
    return edge_push(JS_EdgeGetOwnNonIndexProperties(edge.ctx, edge_value(object), filter));
}

/* edge.out[0]: whether the entries are pairs. */
uint32_t edge_preview_entries(uint32_t object)
{
    int is_key_value = 0;
    JSValue entries = JS_EdgePreviewEntries(edge.ctx, edge_value(object), &is_key_value);
    edge.out[0] = is_key_value;
    return edge_push(entries);
}

/* The slot of the result; edge.out[0] gets the state. -2: not a promise. */
int edge_promise_details(uint32_t promise)
{
    JSValue result = JS_UNDEFINED;
    int state = JS_EdgeGetPromiseDetails(edge.ctx, edge_value(promise), &result);

    if (state < 0)
        return -2;
    edge.out[0] = state;
    return edge_push(result);
}

/* The slot of the target, the handler is in the next one. -2: not a proxy. */
int edge_proxy_details(uint32_t proxy)
{
    JSValue target, handler;
    uint32_t slot;

    if (!JS_EdgeGetProxyDetails(edge.ctx, edge_value(proxy), &target, &handler))
        return -2;
    slot = edge_push(target);
    return edge_push(handler) ? slot : 0;
}

int edge_is_promise(uint32_t slot)
{
    return JS_IsPromise(edge_value(slot));
}

/* -1: not a promise. */
int edge_mark_promise_as_handled(uint32_t promise)
{
    return JS_EdgeMarkPromiseAsHandled(edge.ctx, edge_value(promise));
}

/* Runs jobs until none is left (0) or one threw (-1). Called from inside of a job it does
   nothing: the outer call runs them all, as in V8. */
int edge_run_microtasks(void)
{
    static bool running;
    JSContext *ctx;
    int status;

    if (running)
        return 0;
    running = true;
    JS_EdgeExpireWaiters(edge.rt);
    while ((status = JS_ExecutePendingJob(edge.rt, &ctx)) > 0) {
    }
    running = false;
    if (status == 0)
        JS_EdgeClearKept(edge.rt);
    return status < 0 ? edge_threw() : 0;
}

int edge_enqueue_microtask(uint32_t func)
{
    return edge_status(JS_EdgeEnqueueMicrotask(edge.ctx, edge_value(func)));
}

int edge_has_microtasks(void)
{
    return JS_IsJobPending(edge.rt);
}

enum {
    HOOK_PREPARE_STACK_TRACE,
    HOOK_PROMISE_REJECT,
    HOOK_IMPORT_MODULE_DYNAMICALLY,
    HOOK_INITIALIZE_IMPORT_META,
    HOOK_PROMISE_INIT,
    HOOK_PROMISE_BEFORE,
    HOOK_PROMISE_AFTER,
    HOOK_PROMISE_SETTLED,
    HOOK_NATIVES_SYNTAX,
};

/* Sets a hook of the engine; undefined takes it away. */
int edge_set_hook(uint32_t hook, uint32_t slot)
{
    static JSValue promise_hooks[4];
    static bool ready;
    JSContext *ctx = edge.ctx;
    JSValue func = edge_value(slot);
    int i;

    switch (hook) {
    case HOOK_PREPARE_STACK_TRACE:
        JS_EdgeSetPrepareStackTraceCallback(ctx, func);
        return 0;
    case HOOK_PROMISE_REJECT:
        return edge_status(JS_EdgeSetPromiseRejectCallback(ctx, func));
    case HOOK_IMPORT_MODULE_DYNAMICALLY:
        return edge_status(JS_EdgeSetImportModuleDynamicallyCallback(ctx, func));
    case HOOK_INITIALIZE_IMPORT_META:
        return edge_status(JS_EdgeSetInitializeImportMetaCallback(ctx, func));
    case HOOK_NATIVES_SYNTAX:
        return edge_status(JS_EdgeSetNativesSyntax(ctx, func));
    case HOOK_PROMISE_INIT:
    case HOOK_PROMISE_BEFORE:
    case HOOK_PROMISE_AFTER:
    case HOOK_PROMISE_SETTLED:
        if (!ready) {
            for (i = 0; i < 4; i++)
                promise_hooks[i] = JS_UNDEFINED;
            ready = true;
        }
        i = hook - HOOK_PROMISE_INIT;
        JS_FreeValue(ctx, promise_hooks[i]);
        promise_hooks[i] = JS_DupValue(ctx, func);
        return edge_status(JS_EdgeSetPromiseHooks(ctx, promise_hooks[0], promise_hooks[1],
                                                  promise_hooks[2], promise_hooks[3]));
    default:
        return 0;
    }
}

uint32_t edge_continuation_data(void)
{
    return edge_push(JS_EdgeGetContinuationData(edge.rt));
}

void edge_set_continuation_data(uint32_t slot)
{
    JS_EdgeSetContinuationData(edge.rt, edge_value(slot));
}

void edge_collect_garbage(void)
{
    edge.collections++;
    JS_RunGC(edge.rt);
}

/* edge.out: used, limit, blocks, bytes in array buffers, contexts, collections. */
void edge_heap_statistics(void)
{
    edge_heap_figures(edge.rt, &edge.out[0], &edge.out[1], &edge.out[2], &edge.out[3], &edge.out[4]);
    edge.out[5] = edge.collections;
}

/* A new seed for Math.random in every realm. */
void edge_reseed(void)
{
    JS_EdgeReseedRandom(edge.rt);
}

/* Makes the heap ready for an image. */
void edge_prepare_snapshot(void)
{
    JS_RunGC(edge.rt);
    JS_EdgeFreezeHeap(edge.rt);
    memset(edge.scratch, 0, sizeof(edge.scratch));
    memset(edge.out, 0, sizeof(edge.out));
    JS_EdgeZeroFreeMemory(edge.rt);
    edge_heap_tidy();
    /* Gaps smaller than a few pages are not worth private copies of the pages they lie in. */
    edge_heap_retire(32 << 10);
}

/* Bytes of heap at most (0: not known; growth is refused elsewhere), and the size from which on cycles are looked for. */
void edge_set_limits(uint32_t heap, uint32_t gc_threshold)
{
    JS_EdgeSetHeapLimit(edge.rt, heap);
    if (gc_threshold)
        JS_SetGCThreshold(edge.rt, gc_threshold);
}
