/*
 * engine_hooks.inc.h - included at the end of quickjs.c (patch 0200): the
 * functions of engine_hooks.h. They are textually part of the engine because they work on
 * its private types; each topic has a file of its own.
 */

static void edge_init_runtime(JSRuntime *rt)
{
    JSEdgeRuntime *e = &rt->edge;

    for (int i = 0; i < 4; i++)
        e->promise_hooks[i] = JS_UNDEFINED;
    e->promise_reject_callback = JS_UNDEFINED;
    e->continuation_data = JS_UNDEFINED;
    e->import_callback = JS_UNDEFINED;
    e->import_meta_callback = JS_UNDEFINED;
    e->compile_referrer = JS_UNDEFINED;
    init_list_head(&e->waiters);
    e->natives_syntax = JS_UNDEFINED;
    init_list_head(&e->frozen_list);
}

static void edge_free_runtime(JSRuntime *rt)
{
    JSEdgeRuntime *e = &rt->edge;

    edge_free_waiters(rt);
    JS_EdgeClearKept(rt);
    for (int i = 0; i < 4; i++)
        JS_FreeValueRT(rt, e->promise_hooks[i]);
    JS_FreeValueRT(rt, e->promise_reject_callback);
    JS_FreeValueRT(rt, e->continuation_data);
    JS_FreeValueRT(rt, e->import_callback);
    JS_FreeValueRT(rt, e->import_meta_callback);
    JS_FreeValueRT(rt, e->natives_syntax);
    edge_init_runtime(rt);
}

static void edge_init_context(JSContext *ctx)
{
    ctx->edge.default_host_option = JS_UNDEFINED;
    ctx->edge.code_generation_message = JS_UNDEFINED;
}

static void edge_free_context(JSContext *ctx)
{
    JS_FreeValue(ctx, ctx->edge.default_host_option);
    JS_FreeValue(ctx, ctx->edge.code_generation_message);
    edge_init_context(ctx);
}

static void edge_mark_context(JSRuntime *rt, JSContext *ctx, JS_MarkFunc *mark_func)
{
    /* symbols and strings only, so far */
}

void JS_EdgeReseedRandom(JSRuntime *rt)
{
    struct list_head *el;

    list_for_each(el, &rt->context_list) {
        JSContext *ctx = list_entry(el, JSContext, link);
        ctx->random_state = edge_random_seed();
        if (ctx->random_state == 0)
            ctx->random_state = 1;
    }
}

void JS_EdgeSetStackLimit(JSRuntime *rt, uintptr_t lowest_address)
{
    rt->edge.stack_limit = lowest_address;
    update_stack_limit(rt);
}

static JSValue edge_rethrow_job(JSContext *ctx, int argc, JSValueConst *argv)
{
    return JS_Throw(ctx, js_dup(argv[0]));
}

/* Calls a host callback in the middle of an operation that may not see it fail: what it throws
   becomes an uncaught exception, through a microtask. An exception that is pending
   meanwhile stays pending. */
static void edge_call_callback(JSContext *ctx, JSValueConst func, int argc, JSValueConst *argv)
{
    JSRuntime *rt = ctx->rt;
    JSValue saved = rt->current_exception, ret;

    rt->current_exception = JS_UNINITIALIZED;
    ret = JS_Call(ctx, func, JS_UNDEFINED, argc, argv);
    if (JS_IsException(ret)) {
        bool uncatchable = JS_IsUncatchableError(rt->current_exception);
        ret = JS_GetException(ctx);
        if (!uncatchable)
            JS_EnqueueJob(ctx, edge_rethrow_job, 1, vc(&ret));
    }
    JS_FreeValue(ctx, ret);
    rt->current_exception = saved;
}

#include "engine_symbols.inc.h"
#include "engine_promises.inc.h"
#include "engine_details.inc.h"
#include "engine_brands.inc.h"
#include "engine_natives_syntax.inc.h"
#include "engine_scripts.inc.h"
#include "engine_import.inc.h"
#include "engine_modules.inc.h"
#include "engine_stalled_awaits.inc.h"
#include "engine_contexts.inc.h"
#include "engine_image.inc.h"
#include "engine_heap_limit.inc.h"
#include "engine_weak_refs.inc.h"

static int edge_init_classes(JSRuntime *rt)
{
    static const JSClassDef record = { "EdgeRecord", .finalizer = edge_record_finalizer };
    static const JSClassDef script = { "EdgeScript", .finalizer = edge_script_finalizer,
                                       .gc_mark = edge_script_mark };
    static const JSClassDef module = { "EdgeModule", .finalizer = edge_module_finalizer,
                                       .gc_mark = edge_module_mark };
    static const JSClassDef context = { "EdgeContext", .finalizer = edge_context_finalizer,
                                        .gc_mark = edge_context_mark };
    static const JSClassDef global = { "Object", .finalizer = edge_global_finalizer,
                                       .gc_mark = edge_global_mark,
                                       .exotic = (JSClassExoticMethods *)&edge_global_exotic_methods };

    return edge_new_class(rt, &rt->edge.record_class, &record) ||
        edge_new_class(rt, &rt->edge.script_class, &script) ||
        edge_new_class(rt, &rt->edge.module_class, &module) ||
        edge_new_class(rt, &rt->edge.context_class, &context) ||
        edge_new_class(rt, &rt->edge.global_class, &global);
}
