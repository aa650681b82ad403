/* engine_image.inc.h - the heap of a boot image; see engine_hooks.h, 8. */

/* Objects and bytecode get a reference of their own, so that they never die: freeing one during a
   collection would need it in the collector's lists. Shapes and variable references are freed
   by their counts alone, and an unshared shape must keep a count of 1. */
static bool edge_is_immortal(JSGCObjectHeader *p)
{
    return JS_GC_TYPE(p) == JS_GC_OBJ_TYPE_JS_OBJECT ||
        JS_GC_TYPE(p) == JS_GC_OBJ_TYPE_FUNCTION_BYTECODE;
}

void JS_EdgeFreezeHeap(JSRuntime *rt)
{
    struct list_head *el, *el1;
    size_t margin;

    JS_RunGC(rt);
    list_for_each_safe(el, el1, &rt->gc_obj_list) {
        JSGCObjectHeader *p = list_entry(el, JSGCObjectHeader, link);
        JS_GC_FROZEN(p) = 1;
        if (edge_is_immortal(p))
            JS_REF_COUNT(p)++;
        list_del(&p->link);
        list_add_tail(&p->link, &rt->edge.frozen_list);
    }
    /* half-full arenas are not offered any more: what comes now gets pages of its own */
    for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; i++) {
        list_for_each_safe(el, el1, &rt->arena_state.free_arena_list[i]) {
            list_del(el);
            init_list_head(el);
        }
    }
    margin = rt->malloc_state.malloc_size / 2;
    if (margin < 4 << 20)
        margin = 4 << 20;
    if (rt->malloc_gc_threshold != (size_t)-1) /* -1: collections are off */
        rt->malloc_gc_threshold = rt->malloc_state.malloc_size + margin;
}

/* Back to an ordinary heap, to free the runtime: what only its own reference kept dies. */
static void edge_thaw_heap(JSRuntime *rt)
{
    struct list_head *el, *el1;

    list_for_each_safe(el, el1, &rt->edge.frozen_list) {
        JSGCObjectHeader *p = list_entry(el, JSGCObjectHeader, link);
        JS_GC_FROZEN(p) = 0;
        JS_GC_MARK(p) = 0;
        list_del(&p->link);
        if (edge_is_immortal(p) && --JS_REF_COUNT(p) == 0)
            list_add(&p->link, &rt->gc_zero_ref_count_list);
        else
            list_add_tail(&p->link, &rt->gc_obj_list);
    }
    free_zero_refcount(rt);
}

void JS_EdgeZeroFreeMemory(JSRuntime *rt)
{
    struct list_head *el;

    /* of the engine's own `performance`, which Node's takes the place of: the only time in the heap */
    list_for_each(el, &rt->context_list)
        list_entry(el, JSContext, link)->time_origin = 0;

    for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; i++) {
        unsigned int size = arena_block_sizes[i];
        list_for_each(el, &rt->arena_state.arena_list[i]) {
            JSArena *ar = list_entry(el, JSArena, link);
            unsigned int index = ar->first_free_block;
            while (ar->n_used_blocks < ar->n_blocks && index != JS_ARENA_FREE_NIL) {
                JSMallocBlockHeader *b = arena_get_block(ar, index, size);
                memset(b->user_data, 0, size - sizeof(JSMallocBlockHeader));
                index = b->u.free_next;
            }
        }
    }
}
