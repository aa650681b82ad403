/*
 * strings.c - strings and symbols. Text travels in the engine's own two forms: the host
 * writes into a fresh string and reads a flattened one in place.
 */
#include "state.h"
#include "internals.h"
#include "engine_hooks.h"
#include "edge_boundary.h"

/* A string of `length` units, wide or not; edge.out[0] gets the address to fill. */
uint32_t edge_new_string(uint32_t length, uint32_t wide)
{
    void *units = NULL;
    JSValue v = edge_string_alloc(edge.ctx, length, wide != 0, &units);
    edge.out[0] = (uintptr_t)units;
    return edge_push(v);
}

/* The units of a string: edge.out gets address, length, wide. 0, -1 threw, -2 not a
   string. */
int edge_string_raw(uint32_t slot)
{
    JSValue v = edge_value(slot);
    void *units;
    uint32_t length;
    bool wide;

    if (!JS_IsString(v))
        return -2;
    if (edge_string_units(edge.ctx, v, &units, &length, &wide) < 0)
        return edge_threw();
    edge.out[0] = (uintptr_t)units;
    edge.out[1] = length;
    edge.out[2] = wide;
    return 0;
}

/* Replaces a string by the engine's interned copy: a key whose look-up is cheap. */
int edge_intern(uint32_t slot)
{
    JSContext *ctx = edge.ctx;
    JSValue v = edge_value(slot), interned;
    JSAtom atom = JS_ValueToAtom(ctx, v);

    if (atom == JS_ATOM_NULL)
        return edge_threw();
    interned = JS_AtomToValue(ctx, atom);
    JS_FreeAtom(ctx, atom);
    if (JS_IsException(interned))
        return edge_threw();
    edge.slots[slot] = interned;
    JS_FreeValue(ctx, v);
    return 0;
}

/* The interned string of `length` ASCII bytes at `bytes`. */
uint32_t edge_key_ascii(void *bytes, uint32_t length)
{
    JSContext *ctx = edge.ctx;
    JSAtom atom = JS_NewAtomLen(ctx, bytes, length);
    JSValue v;

    if (atom == JS_ATOM_NULL)
        return edge_push(JS_EXCEPTION);
    v = JS_AtomToValue(ctx, atom);
    JS_FreeAtom(ctx, atom);
    return edge_push(v);
}

/* A symbol; description 0: none. registered: Symbol.for. */
uint32_t edge_new_symbol(uint32_t description, uint32_t registered)
{
    JSValue text = description ? edge_value(description) : JS_UNDEFINED;
    return edge_push(edge_symbol(edge.ctx, text, registered != 0));
}

/* A private symbol as V8 has them. */
uint32_t edge_new_private_symbol(uint32_t description)
{
    JSContext *ctx = edge.ctx;
    const char *text = JS_ToCString(ctx, edge_value(description));
    JSValue symbol;

    if (!text)
        return edge_push(JS_EXCEPTION);
    symbol = JS_EdgeNewPrivateSymbol(ctx, text);
    JS_FreeCString(ctx, text);
    return edge_push(symbol);
}
