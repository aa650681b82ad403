/*
 * internals.h - what the shim needs of QuickJS-NG's inside: bytes of strings, buffers
 * and bigints in place, the weak list of an object. Implemented by internals.inc.h,
 * which patch 0301 puts at the end of quickjs.c.
 */
#ifndef EDGE_INTERNALS_H
#define EDGE_INTERNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "quickjs.h"

/* Weak entries: `record` (records.c) hears by edge_weak_gone when the value dies. */
bool edge_can_be_weak(JSValueConst v);
bool edge_weak_add(JSContext *ctx, JSValueConst v, uint32_t record);
void edge_weak_remove(JSRuntime *rt, JSValueConst v, uint32_t record);
/* The record of this kind among the weak entries of v, or 0. */
uint32_t edge_weak_find(JSValueConst v, int kind);

/* A new flat string of `length` units, to be filled in by the caller. */
JSValue edge_string_alloc(JSContext *ctx, uint32_t length, bool wide, void **units);
/* Flattens and lends the units of a string: 0, or -1 when it threw. */
int edge_string_units(JSContext *ctx, JSValueConst v, void **units, uint32_t *length, bool *wide);
/* Symbols: description is a string or undefined. */
JSValue edge_symbol(JSContext *ctx, JSValueConst description, bool global);

/* Kind of a view (EDGE_VIEW_*), and where its bytes lie. Never throws. */
enum {
    EDGE_VIEW_NONE = -1,
    /* 0 to 11: JSTypedArrayEnum */
    EDGE_VIEW_DATA_VIEW = 12,
    EDGE_VIEW_ARRAY_BUFFER = 13,
    EDGE_VIEW_SHARED_ARRAY_BUFFER = 14,
};
typedef struct EdgeView {
    int kind;
    uint8_t *data;
    uint32_t byte_length;
    uint32_t byte_offset;
    uint32_t length;          /* elements of a typed array */
    uint32_t max_byte_length; /* of a buffer */
    bool detached, resizable, detachable;
    JSValue buffer;           /* borrowed; of a view */
} EdgeView;
void edge_view(JSValueConst v, EdgeView *view);
JSValue edge_array_buffer(JSContext *ctx, uint32_t length, bool shared, void **data);
JSValue edge_data_view(JSContext *ctx, JSValueConst buffer, uint32_t offset, uint32_t length);

/* 1 and the time of a Date, or 0. */
int edge_date_value(JSValueConst v, double *time);
/* The 32-bit limbs (two's complement) of a bigint, lent. small: storage for short ones. */
uint32_t edge_bigint_limbs(JSValueConst v, const uint32_t **limbs, uint32_t *small);
/* Takes two's complement limbs. */
JSValue edge_bigint(JSContext *ctx, const uint32_t *limbs, uint32_t count);

/* Kind of a record (EDGE_RECORD_*), and what the engine calls when the value of a weak
   entry dies: both in records.c. */
int edge_record_kind(uint32_t record);
void edge_weak_gone(uint32_t record);

/* Property writes that fail silently where JavaScript's sloppy mode does. */
int edge_set_sloppy(JSContext *ctx, JSValueConst obj, JSAtom atom, JSValue v);
bool edge_atom_is_index(JSContext *ctx, JSAtom atom, uint32_t *index);
bool edge_atom_is_symbol(JSContext *ctx, JSAtom atom);
void edge_heap_figures(JSRuntime *rt, uint64_t *used, uint64_t *limit, uint64_t *blocks,
                       uint64_t *array_buffers, uint64_t *contexts);

#endif /* EDGE_INTERNALS_H */
