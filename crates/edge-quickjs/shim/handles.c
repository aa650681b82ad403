/*
 * handles.c - the handle stack: an array of values in linear memory that grows.
 * Borrowed slots (receiver and arguments of a native call) belong to the caller's
 * frame; everything above them is owned and freed when its scope closes.
 */
#include "state.h"
#include "edge_boundary.h"

EdgeState edge;

int edge_grow_slots(uint32_t needed)
{
    uint32_t capacity = edge.capacity ? edge.capacity : 1024;
    JSValue *slots;

    while (capacity < needed) {
        if (capacity >= (1u << 27))
            return -1;
        capacity *= 2;
    }
    if (capacity == edge.capacity)
        return 0;
    slots = js_realloc_rt(edge.rt, edge.slots, capacity * sizeof(JSValue));
    if (!slots)
        return -1;
    edge.slots = slots;
    edge.capacity = capacity;
    return 0;
}

uint32_t edge_push(JSValue v)
{
    if (JS_IsException(v)) {
        edge_threw();
        return 0;
    }
    if (edge.top >= edge.capacity && edge_grow_slots(edge.top + 1) < 0) {
        JS_FreeValue(edge.ctx, v);
        JS_ThrowOutOfMemory(edge.ctx);
        edge_threw();
        return 0;
    }
    edge.slots[edge.top] = v;
    return edge.top++;
}

void edge_free_slots(uint32_t mark)
{
    /* Freeing a value can run no JavaScript, so the stack does not move meanwhile. */
    while (edge.top > mark)
        JS_FreeValue(edge.ctx, edge.slots[--edge.top]);
}

/* Frees the slots from `mark` up. */
void edge_close_scope(uint32_t mark)
{
    if (mark >= EDGE_FIRST_SLOT)
        edge_free_slots(mark);
}

/* Makes room for `count` more slots. */
int edge_reserve_slots(uint32_t count)
{
    return edge_grow_slots(edge.top + count);
}

/* A second handle of the same value. */
uint32_t edge_dup_slot(uint32_t slot)
{
    return edge_push(JS_DupValue(edge.ctx, edge_value(slot)));
}

/* Puts the value of `from` into `to`, an owned slot. */
void edge_assign_slot(uint32_t to, uint32_t from)
{
    JSValue old;
    if (to < EDGE_FIRST_SLOT || to >= edge.top)
        return;
    old = edge.slots[to];
    edge.slots[to] = JS_DupValue(edge.ctx, edge_value(from));
    JS_FreeValue(edge.ctx, old);
}
