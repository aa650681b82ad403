/*
 * runtime.c - the runtime, its first context, and the shim's state over them.
 */
#include <stdlib.h>
#include "state.h"
#include "engine_hooks.h"
#include "edge_boundary.h"

static int on_interrupt(JSRuntime *rt, void *opaque)
{
    (void)opaque;
    if (!edge_host_interrupt_pending())
        return 0;
    JS_EdgeTerminate(rt); /* stays in force until edge_clear_termination */
    return 1;
}

static JSValue constructor(JSContext *ctx, JSValueConst global, const char *name)
{
    return JS_GetPropertyStr(ctx, global, name);
}

/* Makes the runtime and its first context. Answers 0, or -1 without memory. */
int edge_init(void)
{
    static const char *const names[] = { "Error", "TypeError", "RangeError", "SyntaxError", "RegExp" };
    JSContext *ctx;
    JSValue global;
    size_t i;

    edge.exception = EDGE_NONE;
    edge.context_key = JS_UNDEFINED;
    edge.rt = JS_NewRuntime();
    if (!edge.rt)
        return -1;
    JS_SetInterruptHandler(edge.rt, on_interrupt, NULL);
    /* The shadow stack begins at address 0. */
    JS_EdgeSetStackLimit(edge.rt, 256 * 1024);
    edge.ctx = ctx = JS_NewContext(edge.rt);
    if (!ctx || edge_natives_init(ctx) < 0 || edge_grow_slots(1024) < 0)
        return -1;
    edge.atom_prototype = JS_NewAtom(ctx, "prototype");
    edge.atom_code = JS_NewAtom(ctx, "code");
    edge.atom_name = JS_NewAtom(ctx, "name");
    edge.atom_length = JS_NewAtom(ctx, "length");
    global = JS_GetGlobalObject(ctx);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        edge.constructors[i] = constructor(ctx, global, names[i]);
    edge.slots[0] = JS_UNDEFINED;
    edge.slots[EDGE_SLOT_UNDEFINED] = JS_UNDEFINED;
    edge.slots[EDGE_SLOT_NULL] = JS_NULL;
    edge.slots[EDGE_SLOT_TRUE] = JS_TRUE;
    edge.slots[EDGE_SLOT_FALSE] = JS_FALSE;
    edge.slots[EDGE_SLOT_GLOBAL] = global;
    edge.top = EDGE_FIRST_SLOT;
    return 0;
}

/* Address of the shim's state: see state.h. */
void *edge_state(void)
{
    return &edge;
}

/* A block of `size` bytes in linear memory, or 0. */
void *edge_malloc(uint32_t size)
{
    return malloc(size);
}

/* Gives a block back. */
void edge_free(void *block)
{
    free(block);
}
