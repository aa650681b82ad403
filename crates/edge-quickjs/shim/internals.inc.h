/*
 * internals.inc.h - included at the end of quickjs.c (patch 0301): see internals.h.
 */
#include "internals.h"

/* ---- weak entries --------------------------------------------------------- */

bool edge_can_be_weak(JSValueConst v)
{
    return is_valid_weakref_target(v);
}

bool edge_weak_add(JSContext *ctx, JSValueConst v, uint32_t record)
{
    JSWeakRefRecord *wr;

    if (!is_valid_weakref_target(v)) {
        JS_ThrowTypeError(ctx, "value can not be held weakly");
        return false;
    }
    wr = js_malloc(ctx, sizeof(*wr));
    if (!wr)
        return false;
    wr->kind = JS_WEAK_REF_KIND_EDGE;
    wr->u.edge_record = record;
    insert_weakref_record(v, wr);
    return true;
}

void edge_weak_remove(JSRuntime *rt, JSValueConst v, uint32_t record)
{
    JSWeakRefRecord **pwr = get_first_weak_ref(v), *wr;

    while ((wr = *pwr) != NULL) {
        if (wr->kind == JS_WEAK_REF_KIND_EDGE && wr->u.edge_record == record) {
            *pwr = wr->next_weak_ref;
            js_free_rt(rt, wr);
            return;
        }
        pwr = &wr->next_weak_ref;
    }
}

uint32_t edge_weak_find(JSValueConst v, int kind)
{
    JSWeakRefRecord *wr;

    if (!JS_IsObject(v))
        return 0;
    for (wr = JS_VALUE_GET_OBJ(v)->first_weak_ref; wr != NULL; wr = wr->next_weak_ref) {
        if (wr->kind == JS_WEAK_REF_KIND_EDGE && edge_record_kind(wr->u.edge_record) == kind)
            return wr->u.edge_record;
    }
    return 0;
}

/* ---- strings and symbols --------------------------------------------------- */

JSValue edge_string_alloc(JSContext *ctx, uint32_t length, bool wide, void **units)
{
    JSString *p;

    if (length > JS_STRING_LEN_MAX)
        return JS_ThrowRangeError(ctx, "Invalid string length");
    p = js_alloc_string(ctx, length, wide);
    if (!p)
        return JS_EXCEPTION;
    if (!wide)
        str8(p)[length] = '\0';
    *units = strv(p);
    return JS_MKPTR(JS_TAG_STRING, p);
}

int edge_string_units(JSContext *ctx, JSValueConst v, void **units, uint32_t *length, bool *wide)
{
    JSString *p;

    if (JS_VALUE_GET_TAG(v) == JS_TAG_STRING_ROPE) {
        JSStringRope *rope = JS_VALUE_GET_STRING_ROPE(v);
        JSValue flat;
        /* A rope with two owners keeps its flat text in place of its parts. */
        JSValue second = JS_DupValue(ctx, v);
        flat = js_linearize_string_rope(ctx, v);
        JS_FreeValue(ctx, second);
        if (JS_IsException(flat))
            return -1;
        JS_FreeValue(ctx, flat); /* the rope holds it */
        v = rope->left;
    }
    p = JS_VALUE_GET_STRING(v);
    *units = strv(p);
    *length = p->len;
    *wide = p->is_wide_char;
    return 0;
}

JSValue edge_symbol(JSContext *ctx, JSValueConst description, bool global)
{
    JSValue text;

    if (JS_IsUndefined(description) && !global)
        return JS_NewSymbolInternal(ctx, NULL, JS_ATOM_TYPE_SYMBOL);
    text = JS_ToString(ctx, description);
    if (JS_IsException(text))
        return text;
    return JS_NewSymbolInternal(ctx, JS_VALUE_GET_STRING(text),
                                global ? JS_ATOM_TYPE_GLOBAL_SYMBOL : JS_ATOM_TYPE_SYMBOL);
}

/* ---- bytes ------------------------------------------------------------------ */

void edge_view(JSValueConst v, EdgeView *view)
{
    JSObject *p;
    JSArrayBuffer *abuf;
    JSTypedArray *ta;

    memset(view, 0, sizeof(*view));
    view->kind = EDGE_VIEW_NONE;
    view->buffer = JS_UNDEFINED;
    if (!JS_IsObject(v))
        return;
    p = JS_VALUE_GET_OBJ(v);
    if (p->class_id == JS_CLASS_ARRAY_BUFFER || p->class_id == JS_CLASS_SHARED_ARRAY_BUFFER) {
        abuf = p->u.array_buffer;
        view->kind = p->class_id == JS_CLASS_ARRAY_BUFFER ? EDGE_VIEW_ARRAY_BUFFER
                                                          : EDGE_VIEW_SHARED_ARRAY_BUFFER;
        view->detached = abuf->detached;
        view->resizable = array_buffer_is_resizable(abuf);
        view->detachable = !abuf->shared && !abuf->immutable;
        view->data = abuf->data;
        view->byte_length = abuf->detached ? 0 : abuf->byte_length;
        view->max_byte_length = view->resizable ? (uint32_t)abuf->max_byte_length : view->byte_length;
        return;
    }
    if (is_typed_array(p->class_id)) {
        view->kind = p->class_id - JS_CLASS_UINT8C_ARRAY;
        ta = p->u.typed_array;
        abuf = ta->buffer->u.array_buffer;
        view->buffer = JS_MKPTR(JS_TAG_OBJECT, ta->buffer);
        view->detached = abuf->detached;
        if (typed_array_is_oob(p))
            return;
        view->byte_offset = ta->offset;
        view->length = p->u.array.count;
        view->byte_length = p->u.array.count << typed_array_size_log2(p->class_id);
        view->data = abuf->data ? abuf->data + ta->offset : NULL;
        return;
    }
    if (p->class_id == JS_CLASS_DATAVIEW) {
        view->kind = EDGE_VIEW_DATA_VIEW;
        ta = p->u.typed_array;
        abuf = ta->buffer->u.array_buffer;
        view->buffer = JS_MKPTR(JS_TAG_OBJECT, ta->buffer);
        view->detached = abuf->detached;
        if (dataview_is_oob(p))
            return;
        view->byte_offset = ta->offset;
        view->byte_length = ta->track_rab ? abuf->byte_length - ta->offset : ta->length;
        view->data = abuf->data ? abuf->data + ta->offset : NULL;
    }
}

JSValue edge_array_buffer(JSContext *ctx, uint32_t length, bool shared, void **data)
{
    JSValue buffer = js_array_buffer_constructor2(ctx, JS_UNDEFINED, length, NULL,
                                                  shared ? JS_CLASS_SHARED_ARRAY_BUFFER
                                                         : JS_CLASS_ARRAY_BUFFER);
    if (!JS_IsException(buffer))
        *data = JS_VALUE_GET_OBJ(buffer)->u.array_buffer->data;
    return buffer;
}

JSValue edge_data_view(JSContext *ctx, JSValueConst buffer, uint32_t offset, uint32_t length)
{
    JSValueConst args[3] = { buffer, js_uint32(offset), js_uint32(length) };
    return js_dataview_constructor(ctx, JS_UNDEFINED, 3, args);
}

/* ---- numbers ----------------------------------------------------------------- */

int edge_date_value(JSValueConst v, double *time)
{
    JSObject *p;

    if (!JS_IsObject(v))
        return 0;
    p = JS_VALUE_GET_OBJ(v);
    if (p->class_id != JS_CLASS_DATE)
        return 0;
    if (JS_VALUE_GET_TAG(p->u.object_data) == JS_TAG_INT)
        *time = JS_VALUE_GET_INT(p->u.object_data);
    else
        *time = JS_VALUE_GET_FLOAT64(p->u.object_data);
    return 1;
}

uint32_t edge_bigint_limbs(JSValueConst v, const uint32_t **limbs, uint32_t *small)
{
    if (JS_VALUE_GET_TAG(v) == JS_TAG_SHORT_BIG_INT) {
        *small = (uint32_t)JS_VALUE_GET_SHORT_BIG_INT(v);
        *limbs = small;
        return 1;
    } else {
        JSBigInt *p = JS_VALUE_GET_PTR(v);
        *limbs = p->tab;
        return p->len;
    }
}

JSValue edge_bigint(JSContext *ctx, const uint32_t *limbs, uint32_t count)
{
    JSBigInt *r;

    if (count == 1)
        return __JS_NewShortBigInt(ctx, (int32_t)limbs[0]);
    r = js_bigint_new(ctx, count);
    if (!r)
        return JS_EXCEPTION;
    memcpy(r->tab, limbs, count * sizeof(limbs[0]));
    r = js_bigint_normalize(ctx, r);
    return JS_CompactBigInt(ctx, r);
}

/* ---- properties ---------------------------------------------------------------- */

int edge_set_sloppy(JSContext *ctx, JSValueConst obj, JSAtom atom, JSValue v)
{
    return JS_SetPropertyInternal(ctx, obj, atom, v, 0);
}

bool edge_atom_is_index(JSContext *ctx, JSAtom atom, uint32_t *index)
{
    return JS_AtomIsArrayIndex(ctx, index, atom);
}

bool edge_atom_is_symbol(JSContext *ctx, JSAtom atom)
{
    return JS_AtomGetKind(ctx, atom) == JS_ATOM_KIND_SYMBOL;
}

/* ---- figures -------------------------------------------------------------------- */

void edge_heap_figures(JSRuntime *rt, uint64_t *used, uint64_t *limit, uint64_t *blocks,
                       uint64_t *array_buffers, uint64_t *contexts)
{
    struct list_head *el;
    uint64_t bytes = 0, count = 0;

    *used = rt->malloc_state.malloc_size;
    *limit = rt->malloc_state.malloc_limit;
    *blocks = rt->malloc_state.malloc_count;
    list_for_each(el, &rt->gc_obj_list) {
        JSGCObjectHeader *gp = list_entry(el, JSGCObjectHeader, link);
        if (JS_GC_TYPE(gp) == JS_GC_OBJ_TYPE_JS_OBJECT) {
            JSObject *p = (JSObject *)gp;
            if ((p->class_id == JS_CLASS_ARRAY_BUFFER ||
                 p->class_id == JS_CLASS_SHARED_ARRAY_BUFFER) && p->u.array_buffer)
                bytes += p->u.array_buffer->byte_length;
        }
    }
    list_for_each(el, &rt->context_list)
        count++;
    *array_buffers = bytes;
    *contexts = count;
}
