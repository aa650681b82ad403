/*
 * values.c - coercions, comparisons, dates, bigints. Numbers, booleans, undefined and
 * null never come here: the host reads and writes them in their slots.
 */
#include "state.h"
#include "internals.h"
#include "edge_boundary.h"

/* ToString, ToNumber, ToObject, for kind 0, 1, 2. */
uint32_t edge_coerce(uint32_t slot, uint32_t kind)
{
    JSValue v = edge_value(slot);
    switch (kind) {
    case 0:
        return edge_push(JS_ToString(edge.ctx, v));
    case 1:
        return edge_push(JS_ToNumber(edge.ctx, v));
    default:
        return edge_push(JS_ToObject(edge.ctx, v));
    }
}

/* ToBoolean; never throws. */
int edge_truthy(uint32_t slot)
{
    return JS_ToBool(edge.ctx, edge_value(slot)) > 0;
}

int edge_strict_equals(uint32_t a, uint32_t b)
{
    return JS_IsStrictEqual(edge.ctx, edge_value(a), edge_value(b));
}

/* Object.is */
int edge_same_value(uint32_t a, uint32_t b)
{
    return JS_IsSameValue(edge.ctx, edge_value(a), edge_value(b));
}

uint32_t edge_new_date(double time)
{
    return edge_push(JS_NewDate(edge.ctx, time));
}

/* 1 and edge.out[0] = the bits of a Date's time, or 0. */
int edge_date_time(uint32_t slot)
{
    double time = 0;
    int is_date = edge_date_value(edge_value(slot), &time);
    memcpy(&edge.out[0], &time, sizeof(time));
    return is_date;
}

/* A bigint of `count` 32-bit limbs (two's complement) at `limbs`. */
uint32_t edge_new_bigint(void *limbs, uint32_t count)
{
    return edge_push(edge_bigint(edge.ctx, limbs, count));
}

/* The limbs of a bigint: edge.out gets address and count. 0 if it is none. */
int edge_bigint_raw(uint32_t slot)
{
    JSValue v = edge_value(slot);
    const uint32_t *limbs;

    if (!JS_IsBigInt(v))
        return 0;
    edge.out[1] = edge_bigint_limbs(v, &limbs, (uint32_t *)&edge.out[2]);
    edge.out[0] = (uintptr_t)limbs;
    return 1;
}

/* A regular expression from two strings. */
uint32_t edge_new_regexp(uint32_t source, uint32_t flags)
{
    JSValue args[2] = { edge_value(source), edge_value(flags) };
    return edge_push(JS_CallConstructor(edge.ctx, edge.constructors[EDGE_CONSTRUCTOR_REGEXP], 2, args));
}
