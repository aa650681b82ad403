/*
 * engine_weak_refs.inc.h - included by engine_hooks.inc.h: the specification's
 * KeepDuringJob and ClearKeptObjects.
 */

/* Has the target of a WeakRef, and the WeakRef itself, live until JS_EdgeClearKept. */
static int edge_keep_target(JSContext *ctx, struct JSWeakRefData *wrd)
{
    JSEdgeRuntime *e = &ctx->rt->edge;

    if (wrd->kept)
        return 0;
    if (e->kept_count == e->kept_size) {
        size_t size = e->kept_size ? e->kept_size * 2 : 8;
        struct JSWeakRefData **kept = js_realloc(ctx, e->kept, size * sizeof(*kept));
        if (!kept)
            return -1;
        e->kept = kept;
        e->kept_size = size;
    }
    e->kept[e->kept_count++] = wrd;
    wrd->kept = true;
    js_dup(wrd->target);
    js_dup(wrd->obj);
    return 0;
}

void JS_EdgeClearKept(JSRuntime *rt)
{
    JSEdgeRuntime *e = &rt->edge;
    struct JSWeakRefData **kept = e->kept;
    size_t count = e->kept_count;

    /* What is freed here may run finalizers that make references of their own. */
    e->kept = NULL;
    e->kept_count = e->kept_size = 0;
    for (size_t i = 0; i < count; i++) {
        JSValue obj = kept[i]->obj, target = unsafe_unconst(kept[i]->target);
        kept[i]->kept = false;
        JS_FreeValueRT(rt, target);
        JS_FreeValueRT(rt, obj);
    }
    js_free_rt(rt, kept);
}
