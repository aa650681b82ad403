/* engine_promises.inc.h - promise hooks, rejection tracking, microtasks and the
   async-context slot; see engine_hooks.h, 3. */

static void edge_promise_hook(JSContext *ctx, JSPromiseHookType type, JSValueConst promise,
                              JSValueConst parent, void *opaque)
{
    static const uint8_t index[] = {
        [JS_PROMISE_HOOK_INIT] = 0,
        [JS_PROMISE_HOOK_BEFORE] = 1,
        [JS_PROMISE_HOOK_AFTER] = 2,
        [JS_PROMISE_HOOK_RESOLVE] = 3,
    };
    JSValue func = ctx->rt->edge.promise_hooks[index[type]];
    JSValueConst argv[2] = { promise, parent };

    if (JS_IsUndefined(func))
        return;
    func = js_dup(func); /* it may replace itself */
    edge_call_callback(ctx, func, type == JS_PROMISE_HOOK_INIT ? 2 : 1, argv);
    JS_FreeValue(ctx, func);
}

int JS_EdgeSetPromiseHooks(JSContext *ctx, JSValueConst init, JSValueConst before,
                           JSValueConst after, JSValueConst settled)
{
    JSRuntime *rt = ctx->rt;
    JSValueConst hooks[4] = { init, before, after, settled };
    bool any = false;

    for (int i = 0; i < 4; i++) {
        if (!JS_IsUndefined(hooks[i])) {
            if (check_function(ctx, hooks[i]))
                return -1;
            any = true;
        }
    }
    for (int i = 0; i < 4; i++)
        set_value(ctx, &rt->edge.promise_hooks[i], js_dup(hooks[i]));
    JS_SetPromiseHook(rt, any ? edge_promise_hook : NULL, NULL);
    return 0;
}

/* before/after of a reaction job: target is the reject or resolve function of the derived
   promise, or the throwaway promise of an await. */
static void edge_reaction_hook(JSContext *ctx, JSPromiseHookType type, JSValueConst target)
{
    JSRuntime *rt = ctx->rt;
    JSObject *p;

    if (!rt->promise_hook || JS_VALUE_GET_TAG(target) != JS_TAG_OBJECT)
        return;
    p = JS_VALUE_GET_OBJ(target);
    if (p->class_id == JS_CLASS_PROMISE_RESOLVE_FUNCTION) {
        if (!p->u.promise_function_data)
            return;
        target = p->u.promise_function_data->promise;
    } else if (p->class_id != JS_CLASS_PROMISE) {
        return;
    }
    rt->promise_hook(ctx, type, target, JS_UNDEFINED, rt->promise_hook_opaque);
}

/* The promise that an await waits for. outer: the promise of the async function (or the resolve
   function that leads to it) or of the generator's request. */
static JSValue edge_await_value(JSContext *ctx, JSValueConst outer, JSValueConst value)
{
    JSRuntime *rt = ctx->rt;
    JSValueLink link = { rt->parent_promise, outer };
    JSValue promise;

    if (likely(!rt->promise_hook))
        return js_promise_resolve(ctx, ctx->promise_ctor, 1, &value, 0);
    if (JS_VALUE_GET_TAG(outer) == JS_TAG_OBJECT) {
        JSObject *p = JS_VALUE_GET_OBJ(outer);
        if (p->class_id == JS_CLASS_PROMISE_RESOLVE_FUNCTION && p->u.promise_function_data)
            link.value = p->u.promise_function_data->promise;
    }
    rt->parent_promise = &link;
    promise = js_promise_resolve(ctx, ctx->promise_ctor, 1, &value, 0);
    rt->parent_promise = link.next;
    return promise;
}

/* V8 gives each await a promise of its own while promise hooks are set. */
static JSValue edge_throwaway_promise(JSContext *ctx, JSValueConst parent)
{
    JSRuntime *rt = ctx->rt;
    JSValueLink link = { rt->parent_promise, parent };
    JSValue promise, funcs[2];

    rt->parent_promise = &link;
    promise = js_promise_new(ctx, JS_UNDEFINED, funcs);
    rt->parent_promise = link.next;
    if (JS_IsException(promise))
        return promise;
    JS_FreeValue(ctx, funcs[0]);
    JS_FreeValue(ctx, funcs[1]);
    return promise;
}

/* A rejection that arose where the stack had no room for the callback. */
static JSValue edge_late_rejection_job(JSContext *ctx, int argc, JSValueConst *argv)
{
    JSPromiseData *s = JS_GetOpaque(argv[1], JS_CLASS_PROMISE);

    if (JS_VALUE_GET_INT(argv[0]) == JS_EDGE_PROMISE_REJECT_WITH_NO_HANDLER && s && s->is_handled)
        return JS_UNDEFINED;
    return JS_Call(ctx, ctx->rt->edge.promise_reject_callback, JS_UNDEFINED, argc, argv);
}

static bool edge_text_is(JSContext *ctx, JSValueConst text, const char *expected)
{
    const char *str = JS_ToCString(ctx, text);
    bool is = str && !strcmp(str, expected);

    JS_FreeCString(ctx, str);
    return is;
}

static bool edge_is_stack_overflow(JSContext *ctx, JSValueConst error)
{
    JSValue message;
    bool is;

    if (!JS_IsError(error))
        return false;
    message = js_error_own_string(ctx, JS_VALUE_GET_OBJ(error), JS_ATOM_message);
    is = JS_IsString(message) && edge_text_is(ctx, message, "Maximum call stack size exceeded");
    JS_FreeValue(ctx, message);
    return is;
}

static void edge_rejection_tracker(JSContext *ctx, JSValueConst promise, JSValueConst reason,
                                   bool is_handled, void *opaque)
{
    JSRuntime *rt = ctx->rt;
    JSValue func = js_dup(rt->edge.promise_reject_callback), saved = rt->current_exception, ret;
    JSValueConst argv[3];

    argv[0] = js_int32(is_handled ? JS_EDGE_PROMISE_HANDLER_ADDED_AFTER_REJECT
                                  : JS_EDGE_PROMISE_REJECT_WITH_NO_HANDLER);
    argv[1] = promise;
    argv[2] = is_handled ? JS_UNDEFINED : reason;
    rt->current_exception = JS_UNINITIALIZED;
    ret = JS_Call(ctx, func, JS_UNDEFINED, 3, argv);
    if (JS_IsException(ret)) {
        bool uncatchable = JS_IsUncatchableError(rt->current_exception);
        ret = JS_GetException(ctx);
        if (edge_is_stack_overflow(ctx, ret))
            JS_EnqueueJob(ctx, edge_late_rejection_job, 3, argv);
        else if (!uncatchable)
            JS_EnqueueJob(ctx, edge_rethrow_job, 1, vc(&ret));
    }
    JS_FreeValue(ctx, ret);
    rt->current_exception = saved;
    JS_FreeValue(ctx, func);
}

/* resolve or reject was called again. */
static void edge_multiple_resolves(JSContext *ctx, JSValueConst promise, JSValueConst value,
                                   bool is_reject)
{
    JSValue func;
    JSValueConst argv[3];

    if (JS_IsUndefined(ctx->rt->edge.promise_reject_callback))
        return;
    func = js_dup(ctx->rt->edge.promise_reject_callback);
    argv[0] = js_int32(is_reject ? JS_EDGE_PROMISE_REJECT_AFTER_RESOLVED
                                 : JS_EDGE_PROMISE_RESOLVE_AFTER_RESOLVED);
    argv[1] = promise;
    argv[2] = value;
    edge_call_callback(ctx, func, 3, argv);
    JS_FreeValue(ctx, func);
}

int JS_EdgeSetPromiseRejectCallback(JSContext *ctx, JSValueConst func)
{
    JSRuntime *rt = ctx->rt;
    bool none = JS_IsUndefined(func);

    if (!none && check_function(ctx, func))
        return -1;
    set_value(ctx, &rt->edge.promise_reject_callback, js_dup(func));
    JS_SetHostPromiseRejectionTracker(rt, none ? NULL : edge_rejection_tracker, NULL);
    return 0;
}

int JS_EdgeGetPromiseDetails(JSContext *ctx, JSValueConst promise, JSValue *result)
{
    JSPromiseData *s = JS_GetOpaque(promise, JS_CLASS_PROMISE);

    if (result)
        *result = s ? js_dup(s->promise_result) : JS_UNDEFINED;
    return s ? (int)(s->promise_state - JS_PROMISE_PENDING) : -1;
}

int JS_EdgeMarkPromiseAsHandled(JSContext *ctx, JSValueConst promise)
{
    JSPromiseData *s = JS_GetOpaque(promise, JS_CLASS_PROMISE);

    if (!s)
        return -1;
    s->is_handled = true;
    return 0;
}

JSValue JS_EdgeGetContinuationData(JSRuntime *rt)
{
    return js_dup(rt->edge.continuation_data);
}

void JS_EdgeSetContinuationData(JSRuntime *rt, JSValueConst data)
{
    JSValue old = rt->edge.continuation_data;

    rt->edge.continuation_data = js_dup(data);
    JS_FreeValueRT(rt, old);
}

/* A reaction runs in the async context of its `then`, not of the resolution. */
static int edge_enqueue_reaction(JSContext *ctx, JSValueConst continuation, JSJobFunc *job_func,
                                 int argc, JSValueConst *argv)
{
    JSRuntime *rt = ctx->rt;
    JSValue saved = rt->edge.continuation_data;
    int ret;

    rt->edge.continuation_data = unsafe_unconst(continuation);
    ret = JS_EnqueueJob(ctx, job_func, argc, argv);
    rt->edge.continuation_data = saved;
    return ret;
}

int JS_EdgeEnqueueMicrotask(JSContext *ctx, JSValueConst fn)
{
    if (check_function(ctx, fn))
        return -1;
    return JS_EnqueueJob(ctx, js_microtask_job, 1, &fn);
}

void JS_EdgeSetMicrotaskErrorCallback(JSRuntime *rt, JSEdgeMicrotaskError *cb, void *opaque)
{
    rt->edge.microtask_error = cb;
    rt->edge.microtask_error_opaque = opaque;
}

int JS_EdgeRunMicrotasks(JSRuntime *rt)
{
    JSContext *ctx;
    int ret = 0;

    if (rt->edge.in_microtasks)
        return 0; /* the outer loop runs them all */
    rt->edge.in_microtasks = true;
    JS_EdgeExpireWaiters(rt);
    while (!list_empty(&rt->job_list)) {
        JSContext *job_ctx = JS_DupContext(JS_GetPendingJobContext(rt));
        if (JS_ExecutePendingJob(rt, &ctx) < 0) {
            if (JS_IsUncatchableError(rt->current_exception)) {
                ret = -1;
            } else {
                JSValue error = JS_GetException(job_ctx);
                if (rt->edge.microtask_error)
                    rt->edge.microtask_error(job_ctx, error, rt->edge.microtask_error_opaque);
                JS_FreeValue(job_ctx, error);
            }
        }
        JS_FreeContext(job_ctx);
        if (ret)
            break;
    }
    rt->edge.in_microtasks = false;
    return ret;
}
