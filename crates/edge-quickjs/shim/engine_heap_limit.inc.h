/* engine_heap_limit.inc.h - when cycles are looked for next (patch 0212); see engine_hooks.h, 7. */

void JS_EdgeSetHeapLimit(JSRuntime *rt, size_t limit)
{
    rt->edge.heap_limit = limit;
}

/* The heap's size at which cycles are looked for again, after they have been. */
static size_t edge_next_collection(JSRuntime *rt)
{
    uint64_t used = rt->malloc_state.malloc_size, limit = rt->edge.heap_limit;
    uint64_t step = used / 2, least = used / 16 + (1 << 20), next;

    if (limit && used + step > limit) {
        /* half of what is left, but not so little that a full heap does nothing but collect */
        step = limit > used ? (limit - used) / 2 : 0;
        if (step < least)
            step = least;
    }
    next = used + step;
    /* -1 would turn collections off */
    return next < (size_t)-1 ? (size_t)next : (size_t)-2;
}
