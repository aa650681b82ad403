/*
 * state.h - what the shim keeps in linear memory, and the small functions over it
 * that every file of the shim uses.
 *
 * A *slot* is an index into the handle stack `edge.slots`; N-API's napi_value is that
 * index. Slots 1 to 5 hold undefined, null, true, false and the global object for ever.
 * The host checks every index that comes from outside before it passes it in.
 *
 * Conventions of the exports: a function that makes a value answers its slot, or 0
 * when it threw; one that makes none answers 0 or more, or -1 when it threw. What was
 * thrown lies in `edge.exception` until the host takes it or returns to JavaScript;
 * JS_UNINITIALIZED there means that nothing is pending. More results go to edge.out.
 */
#ifndef EDGE_STATE_H
#define EDGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "quickjs.h"

enum {
    EDGE_SLOT_UNDEFINED = 1,
    EDGE_SLOT_NULL = 2,
    EDGE_SLOT_TRUE = 3,
    EDGE_SLOT_FALSE = 4,
    EDGE_SLOT_GLOBAL = 5,
    EDGE_FIRST_SLOT = 6,
    EDGE_SCRATCH_SIZE = 4096,
};

/* What a record in the table of references is for. */
enum {
    EDGE_RECORD_FREE = 0,
    EDGE_RECORD_REFERENCE = 1, /* napi_ref */
    EDGE_RECORD_WRAP = 2,      /* napi_wrap; host: native pointer and finaliser */
    EDGE_RECORD_FINALIZER = 3, /* napi_add_finalizer; host: the same */
    EDGE_RECORD_TAG = 4,       /* napi_type_tag_object */
    EDGE_RECORD_EXTERNAL = 5,  /* napi_create_external; host: pointer and finaliser */
    EDGE_RECORD_FUNCTION = 6,  /* function made at run time; host: callback and data */
    EDGE_RECORD_DEFERRED = 7,  /* napi_deferred: both functions of a promise */
};

/* Constructors of the main context, kept before anybody can change the globals. */
enum {
    EDGE_CONSTRUCTOR_ERROR = 0,
    EDGE_CONSTRUCTOR_TYPE_ERROR = 1,
    EDGE_CONSTRUCTOR_RANGE_ERROR = 2,
    EDGE_CONSTRUCTOR_SYNTAX_ERROR = 3,
    EDGE_CONSTRUCTOR_REGEXP = 4,
};

typedef struct EdgeRecord {
    JSValue value;        /* owned if count > 0 (and of deferreds), else borrowed;
                             JS_UNINITIALIZED when the value is gone */
    union {
        JSValue value2;   /* deferred: the reject function */
        uint64_t tag_lower;
    } a;
    uint64_t tag_upper;
    uint32_t count;       /* strong count of references and wraps */
    uint32_t host;        /* id in the host's table of pointers, 0 none */
    uint32_t generation;  /* tells a stale napi_ref from a live one */
    uint32_t next;        /* free list, or queue of finalisers */
    uint8_t kind;
    uint8_t weak;         /* the value's weak list has an entry for this record */
    uint8_t user_owned;   /* stays until napi_delete_reference */
    uint8_t queued;       /* in the queue of finalisers */
    uint32_t pad;
} EdgeRecord;

/* The host reads the first fields by offset: see src/engine/state.rs. */
typedef struct EdgeState {
    JSValue *slots;            /*   0 */
    uint32_t top;              /*   4 */
    uint32_t capacity;         /*   8 */
    uint32_t interrupt;        /*  12 written by the host: end the running script */
    JSValue exception;         /*  16 */
    uint64_t out[8];           /*  24 further results of an export */
    uint32_t terminated;       /*  88 edge.exception is a termination */
    uint32_t finalizers;       /*  92 records waiting in the queue */
    uint8_t scratch[EDGE_SCRATCH_SIZE]; /* 96 arguments from the host */

    JSRuntime *rt;
    JSContext *ctx;
    JSClassID native_class, external_class;
    uint32_t function_base;    /* ids from here on are records, not table entries */
    JSAtom atom_prototype, atom_code, atom_name, atom_length;
    JSValue constructors[5];   /* EDGE_CONSTRUCTOR_* */
    JSValue context_key;       /* private symbol: global object -> context value */
    EdgeRecord *records;
    uint32_t record_count, record_capacity, record_free;
    uint32_t queue_head, queue_tail;
    uint64_t collections;
} EdgeState;

extern EdgeState edge;

#define EDGE_NONE JS_UNINITIALIZED

/* The value in a slot; undefined for a number that is no slot. */
static inline JSValue edge_value(uint32_t slot)
{
    return slot < edge.top ? edge.slots[slot] : JS_UNDEFINED;
}

int edge_grow_slots(uint32_t needed);
/* Owns v from now on. Answers its slot, or 0 for an exception or without memory. */
uint32_t edge_push(JSValue v);
/* Moves the engine's pending exception to edge.exception. Always answers -1. */
int edge_threw(void);
/* For results of -1/0/1: -1 becomes edge_threw(). */
static inline int edge_status(int status)
{
    return status < 0 ? edge_threw() : status;
}
/* Frees the slots from `mark` up. */
void edge_free_slots(uint32_t mark);

/* records.c */
uint32_t edge_record_new(int kind);
void edge_record_free(uint32_t index);
EdgeRecord *edge_record_at(uint32_t index, uint32_t generation);
void edge_record_queue(uint32_t index);

/* natives.c */
int edge_natives_init(JSContext *ctx);

#endif /* EDGE_STATE_H */
