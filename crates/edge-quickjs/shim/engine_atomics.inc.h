/*
 * engine_atomics.inc.h - Atomics.waitAsync, and who is told by Atomics.notify. Part of the engine
 * (see patch 0218).
 *
 * An engine's memory belongs to one thread, so those who wait asynchronously are all there are to
 * notify. A time limit is looked at whenever microtasks run: as in Node it keeps no program alive,
 * and one that passes while the program is idle is told with the next callback.
 */

typedef struct JSEdgeWaiter {
    struct list_head link; /* JSEdgeRuntime.waiters, oldest first */
    const void *address;
    JSValue array;         /* keeps the address valid */
    JSValue resolve;
    JSContext *ctx;
    int64_t deadline_ns;   /* INT64_MAX: none */
} JSEdgeWaiter;

static void edge_waiter_free(JSRuntime *rt, JSEdgeWaiter *w)
{
    list_del(&w->link);
    JS_FreeValueRT(rt, w->array);
    JS_FreeValueRT(rt, w->resolve);
    JS_FreeContext(w->ctx);
    js_free_rt(rt, w);
}

/* At the runtime's end. */
static void edge_free_waiters(JSRuntime *rt)
{
    struct list_head *el, *next;

    list_for_each_safe(el, next, &rt->edge.waiters)
        edge_waiter_free(rt, list_entry(el, JSEdgeWaiter, link));
}

static void edge_waiter_tell(JSEdgeWaiter *w, JSAtom what)
{
    JSContext *ctx = w->ctx;
    JSValue text = JS_AtomToString(ctx, what);

    JS_FreeValue(ctx, JS_Call(ctx, w->resolve, JS_UNDEFINED, 1, vc(&text)));
    JS_FreeValue(ctx, text);
}

/* Tells at most `count` of those who wait at the address; how many. */
static int edge_atomics_resolve(JSRuntime *rt, const void *address, int count)
{
    struct list_head *el, *next;
    int told = 0;

    list_for_each_safe(el, next, &rt->edge.waiters) {
        JSEdgeWaiter *w = list_entry(el, JSEdgeWaiter, link);
        if (told >= count)
            break;
        if (w->address != address)
            continue;
        edge_waiter_tell(w, JS_ATOM_ok);
        edge_waiter_free(rt, w);
        told++;
    }
    return told;
}

void JS_EdgeExpireWaiters(JSRuntime *rt)
{
    struct list_head *el, *next;
    int64_t now;

    if (list_empty(&rt->edge.waiters))
        return;
    now = edge_clock_monotonic_ns();
    list_for_each_safe(el, next, &rt->edge.waiters) {
        JSEdgeWaiter *w = list_entry(el, JSEdgeWaiter, link);
        if (w->deadline_ns <= now) {
            edge_waiter_tell(w, JS_ATOM_timed_out);
            edge_waiter_free(rt, w);
        }
    }
}

/* A promise for "ok" or "timed-out". */
static JSValue edge_atomics_enlist(JSContext *ctx, JSValueConst array, const void *address,
                                   double timeout_ms)
{
    JSRuntime *rt = ctx->rt;
    JSValue promise, functions[2];
    JSEdgeWaiter *w = js_mallocz(ctx, sizeof(*w));

    if (!w)
        return JS_EXCEPTION;
    promise = JS_NewPromiseCapability(ctx, functions);
    if (JS_IsException(promise)) {
        js_free(ctx, w);
        return promise;
    }
    JS_FreeValue(ctx, functions[1]);
    w->address = address;
    w->array = js_dup(array);
    w->resolve = functions[0];
    w->ctx = JS_DupContext(ctx);
    w->deadline_ns = timeout_ms < 1e12 ?
        edge_clock_monotonic_ns() + (int64_t)(timeout_ms * 1e6) : INT64_MAX;
    list_add_tail(&w->link, &rt->edge.waiters);
    return promise;
}

/* Atomics.waitAsync(typedArray, index, value[, timeout]) */
static JSValue js_atomics_waitAsync(JSContext *ctx, JSValueConst this_obj,
                                    int argc, JSValueConst *argv)
{
    JSObject *p;
    JSValue result, value;
    uint64_t idx;
    int64_t v;
    int32_t v32;
    int size_log2;
    double timeout;
    bool is_async = false, equal;
    const void *address;

    p = js_atomics_get_buf(ctx, argv[0], argv[1], NULL, &idx, 2);
    if (!p)
        return JS_EXCEPTION;
    size_log2 = typed_array_size_log2(p->class_id);
    if (size_log2 == 3) {
        if (JS_ToBigInt64(ctx, &v, argv[2]))
            return JS_EXCEPTION;
    } else {
        if (JS_ToInt32(ctx, &v32, argv[2]))
            return JS_EXCEPTION;
        v = v32;
    }
    if (JS_ToFloat64(ctx, &timeout, argv[3]))
        return JS_EXCEPTION;
    if (isnan(timeout))
        timeout = INFINITY;
    if (idx >= p->u.array.count)
        return JS_ThrowRangeError(ctx, "out-of-bound access");
    address = p->u.array.u.uint8_ptr + ((uintptr_t)idx << size_log2);
    equal = size_log2 == 3 ? *(const int64_t *)address == v : *(const int32_t *)address == v;
    if (!equal) {
        value = JS_AtomToString(ctx, JS_ATOM_not_equal);
    } else if (timeout <= 0) {
        value = JS_AtomToString(ctx, JS_ATOM_timed_out);
    } else {
        is_async = true;
        value = edge_atomics_enlist(ctx, argv[0], address, timeout);
    }
    if (JS_IsException(value))
        return value;
    result = JS_NewObject(ctx);
    if (JS_IsException(result) ||
        JS_DefinePropertyValueStr(ctx, result, "async", js_bool(is_async), JS_PROP_C_W_E) < 0 ||
        JS_DefinePropertyValueStr(ctx, result, "value", js_dup(value), JS_PROP_C_W_E) < 0) {
        JS_FreeValue(ctx, value);
        JS_FreeValue(ctx, result);
        return JS_EXCEPTION;
    }
    JS_FreeValue(ctx, value);
    return result;
}
