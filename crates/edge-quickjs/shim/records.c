/*
 * records.c - references, wraps, type tags, externals, run-time functions, deferreds:
 * one table in linear memory, so that all of it is in an image. A record whose value
 * is collected goes to the queue of finalisers if the host wants to hear of it;
 * collection itself never calls the host.
 */
#include "state.h"
#include "internals.h"
#include "edge_boundary.h"

uint32_t edge_record_new(int kind)
{
    uint32_t index = edge.record_free;
    EdgeRecord *record;

    if (index) {
        edge.record_free = edge.records[index].next;
    } else {
        if (edge.record_count >= edge.record_capacity) {
            uint32_t capacity = edge.record_capacity ? edge.record_capacity * 2 : 256;
            EdgeRecord *records = js_realloc_rt(edge.rt, edge.records, capacity * sizeof(EdgeRecord));
            if (!records)
                return 0;
            memset(records + edge.record_capacity, 0,
                   (capacity - edge.record_capacity) * sizeof(EdgeRecord));
            edge.records = records;
            edge.record_capacity = capacity;
            if (!edge.record_count)
                edge.record_count = 1; /* 0 names no record */
        }
        index = edge.record_count++;
    }
    record = &edge.records[index];
    record->value = EDGE_NONE;
    record->a.value2 = EDGE_NONE;
    record->tag_upper = 0;
    record->count = 0;
    record->host = 0;
    record->generation++;
    record->next = 0;
    record->kind = kind;
    record->weak = record->user_owned = record->queued = 0;
    return index;
}

/* The record goes back to the free list; its value must have been let go. */
void edge_record_free(uint32_t index)
{
    EdgeRecord *record = &edge.records[index];
    record->kind = EDGE_RECORD_FREE;
    record->value = EDGE_NONE;
    record->host = 0;
    record->next = edge.record_free;
    edge.record_free = index;
}

EdgeRecord *edge_record_at(uint32_t index, uint32_t generation)
{
    EdgeRecord *record;
    if (index == 0 || index >= edge.record_count)
        return NULL;
    record = &edge.records[index];
    if (record->generation != generation || record->kind == EDGE_RECORD_FREE)
        return NULL;
    return record;
}

void edge_record_queue(uint32_t index)
{
    EdgeRecord *record = &edge.records[index];
    if (record->queued)
        return;
    record->queued = 1;
    record->next = 0;
    if (edge.queue_tail)
        edge.records[edge.queue_tail].next = index;
    else
        edge.queue_head = index;
    edge.queue_tail = index;
    edge.finalizers++;
}

int edge_record_kind(uint32_t index)
{
    return edge.records[index].kind;
}

/* Called by the engine when a value with a weak entry dies. */
void edge_weak_gone(uint32_t index)
{
    EdgeRecord *record = &edge.records[index];
    record->value = EDGE_NONE;
    record->weak = 0;
    if (record->host)
        edge_record_queue(index);
    else if (!record->user_owned)
        edge_record_free(index);
}

static void let_go(EdgeRecord *record, uint32_t index)
{
    if (JS_IsUninitialized(record->value))
        return;
    if (record->weak)
        edge_weak_remove(edge.rt, record->value, index);
    record->weak = 0;
    if (record->count > 0)
        JS_FreeValue(edge.ctx, record->value);
    record->value = EDGE_NONE;
    record->count = 0;
}

static bool make_weak(EdgeRecord *record, uint32_t index)
{
    if (record->weak)
        return true;
    if (!edge_weak_add(edge.ctx, record->value, index))
        return false;
    record->weak = 1;
    return true;
}

/* A reference to a value; edge.out[0] gets its generation. 0: threw. */
uint32_t edge_new_reference(uint32_t slot, uint32_t count)
{
    JSValue v = edge_value(slot);
    uint32_t index = edge_record_new(EDGE_RECORD_REFERENCE);
    EdgeRecord *record;

    if (!index) {
        JS_ThrowOutOfMemory(edge.ctx);
        edge_threw();
        return 0;
    }
    record = &edge.records[index];
    record->user_owned = 1;
    edge.out[0] = record->generation;
    record->count = count;
    if (count > 0) {
        record->value = JS_DupValue(edge.ctx, v);
    } else if (edge_can_be_weak(v)) {
        record->value = v;
        if (!make_weak(record, index)) {
            record->value = EDGE_NONE;
            edge_record_free(index);
            edge_threw();
            return 0;
        }
    } /* else: what cannot be held weakly is gone at once, as in Node */
    return index;
}

/* Ties the host's pointer to an object, as a wrap or as a mere finaliser. edge.out[0]
   gets the generation. 0: threw. */
uint32_t edge_new_wrap(uint32_t slot, uint32_t host, uint32_t is_finalizer, uint32_t user_owned)
{
    uint32_t index = edge_record_new(is_finalizer ? EDGE_RECORD_FINALIZER : EDGE_RECORD_WRAP);
    EdgeRecord *record;

    if (!index) {
        JS_ThrowOutOfMemory(edge.ctx);
        edge_threw();
        return 0;
    }
    record = &edge.records[index];
    record->value = edge_value(slot);
    record->user_owned = user_owned != 0;
    if (!make_weak(record, index)) {
        record->value = EDGE_NONE;
        edge_record_free(index);
        edge_threw();
        return 0;
    }
    record->host = host;
    edge.out[0] = record->generation;
    return index;
}

/* The host's id behind the wrap of an object, or 0. */
uint32_t edge_wrap_host(uint32_t slot)
{
    uint32_t index = edge_weak_find(edge_value(slot), EDGE_RECORD_WRAP);
    return index ? edge.records[index].host : 0;
}

/* Takes the wrap off an object: the host's id, or 0. */
uint32_t edge_remove_wrap(uint32_t slot)
{
    uint32_t index = edge_weak_find(edge_value(slot), EDGE_RECORD_WRAP), host;
    EdgeRecord *record;

    if (!index)
        return 0;
    record = &edge.records[index];
    host = record->host;
    record->host = 0;
    if (record->user_owned) {
        /* The user's reference stays a reference to the object. */
        record->kind = EDGE_RECORD_REFERENCE;
    } else {
        let_go(record, index);
        edge_record_free(index);
    }
    return host;
}

/* Frees a reference. edge.out[0] gets the host's id whose finaliser must not run any
   more. -1: no such reference. */
int edge_delete_reference(uint32_t index, uint32_t generation)
{
    EdgeRecord *record = edge_record_at(index, generation);

    if (!record || record->kind > EDGE_RECORD_FINALIZER)
        return -1;
    edge.out[0] = 0;
    if (record->queued) {
        record->user_owned = 0; /* freed once its finaliser ran */
        return 0;
    }
    if (record->host && !JS_IsUninitialized(record->value)) {
        /* A wrap outlives the reference to it: the object still owns the pointer. */
        if (record->count > 0) {
            JS_FreeValue(edge.ctx, record->value);
            record = &edge.records[index];
            record->count = 0;
        }
        record->user_owned = 0;
        record->generation++;
        return 0;
    }
    let_go(record, index);
    edge_record_free(index);
    return 0;
}

/* Adds `delta` (1 or -1) to the strong count: the new count, -1 no such reference, -2
   the count is 0 already, -3 threw. */
int edge_count_reference(uint32_t index, uint32_t generation, int delta)
{
    EdgeRecord *record = edge_record_at(index, generation);

    if (!record || record->kind > EDGE_RECORD_FINALIZER)
        return -1;
    if (JS_IsUninitialized(record->value))
        return delta < 0 ? -2 : 0;
    if (delta > 0) {
        if (record->count == 0)
            JS_DupValue(edge.ctx, record->value);
        return ++record->count;
    }
    if (record->count == 0)
        return -2;
    if (record->count > 1)
        return --record->count;
    if (!edge_can_be_weak(record->value)) {
        let_go(record, index);
        return 0;
    }
    if (!make_weak(record, index)) {
        edge_threw();
        return -3;
    }
    record->count = 0;
    JS_FreeValue(edge.ctx, record->value); /* may end the object, and clear the record */
    return 0;
}

/* The value of a reference: its slot, 0 threw, -1 no such reference, -2 the value is
   gone. */
int edge_reference_value(uint32_t index, uint32_t generation)
{
    EdgeRecord *record = edge_record_at(index, generation);

    if (!record || record->kind > EDGE_RECORD_FINALIZER)
        return -1;
    if (JS_IsUninitialized(record->value))
        return -2;
    return edge_push(JS_DupValue(edge.ctx, record->value));
}

/* Tags an object: 1 done, 0 it has a tag already, -1 threw. */
int edge_set_type_tag(uint32_t slot, uint64_t lower, uint64_t upper)
{
    JSValue v = edge_value(slot);
    uint32_t index;
    EdgeRecord *record;

    if (edge_weak_find(v, EDGE_RECORD_TAG))
        return 0;
    index = edge_record_new(EDGE_RECORD_TAG);
    if (!index) {
        JS_ThrowOutOfMemory(edge.ctx);
        return edge_threw();
    }
    record = &edge.records[index];
    record->value = v;
    record->a.tag_lower = lower;
    record->tag_upper = upper;
    if (!make_weak(record, index)) {
        record->value = EDGE_NONE;
        edge_record_free(index);
        return edge_threw();
    }
    return 1;
}

/* Whether an object has this tag. */
int edge_check_type_tag(uint32_t slot, uint64_t lower, uint64_t upper)
{
    uint32_t index = edge_weak_find(edge_value(slot), EDGE_RECORD_TAG);
    EdgeRecord *record = &edge.records[index];
    return index && record->a.tag_lower == lower && record->tag_upper == upper;
}

/* A promise: its slot; edge.out[0] and [1] get index and generation of the deferred. */
uint32_t edge_new_promise(void)
{
    JSValue functions[2], promise;
    uint32_t index = edge_record_new(EDGE_RECORD_DEFERRED);

    if (!index)
        return edge_push(JS_ThrowOutOfMemory(edge.ctx));
    promise = JS_NewPromiseCapability(edge.ctx, functions);
    if (JS_IsException(promise)) {
        edge_record_free(index);
    } else {
        edge.records[index].value = functions[0];
        edge.records[index].a.value2 = functions[1];
        edge.out[0] = index;
        edge.out[1] = edge.records[index].generation;
    }
    return edge_push(promise);
}

/* Settles a promise and frees its deferred: 0, -1 threw, -2 no such deferred. */
int edge_settle(uint32_t index, uint32_t generation, uint32_t reject, uint32_t slot)
{
    EdgeRecord *record = edge_record_at(index, generation);
    JSValue functions[2], v = edge_value(slot), result;

    if (!record || record->kind != EDGE_RECORD_DEFERRED)
        return -2;
    functions[0] = record->value;
    functions[1] = record->a.value2;
    edge_record_free(index);
    result = JS_Call(edge.ctx, functions[reject != 0], JS_UNDEFINED, 1, &v);
    JS_FreeValue(edge.ctx, functions[0]);
    JS_FreeValue(edge.ctx, functions[1]);
    if (JS_IsException(result))
        return edge_threw();
    JS_FreeValue(edge.ctx, result);
    return 0;
}

/* Takes one finaliser from the queue: the host's id, 0 none is left. edge.out[0] gets
   the kind of its record. */
uint32_t edge_next_finalizer(void)
{
    while (edge.queue_head) {
        uint32_t index = edge.queue_head, host;
        EdgeRecord *record = &edge.records[index];

        edge.queue_head = record->next;
        if (!edge.queue_head)
            edge.queue_tail = 0;
        edge.finalizers--;
        record->queued = 0;
        record->next = 0;
        host = record->host;
        edge.out[0] = record->kind;
        record->host = 0;
        if (!record->user_owned)
            edge_record_free(index);
        if (host)
            return host;
    }
    return 0;
}

/* How many records of a kind are alive: for snapshot checks and tests. */
uint32_t edge_count_records(uint32_t kind)
{
    uint32_t i, count = 0;
    for (i = 1; i < edge.record_count; i++)
        count += edge.records[i].kind == kind;
    return count;
}
