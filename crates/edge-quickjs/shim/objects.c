/*
 * objects.c - objects, arrays and their properties.
 */
#include "state.h"
#include "internals.h"
#include "edge_boundary.h"

uint32_t edge_new_object(void)
{
    return edge_push(JS_NewObject(edge.ctx));
}

/* An array of `length` holes. */
uint32_t edge_new_array(uint32_t length)
{
    JSContext *ctx = edge.ctx;
    JSValue array = JS_NewArray(ctx);

    if (length && !JS_IsException(array) && JS_SetLength(ctx, array, length) < 0) {
        JS_FreeValue(ctx, array);
        array = JS_EXCEPTION;
    }
    return edge_push(array);
}

uint32_t edge_get(uint32_t object, uint32_t key)
{
    JSContext *ctx = edge.ctx;
    JSAtom atom = JS_ValueToAtom(ctx, edge_value(key));
    JSValue v;

    if (atom == JS_ATOM_NULL)
        return edge_push(JS_EXCEPTION);
    v = JS_GetProperty(ctx, edge_value(object), atom);
    JS_FreeAtom(ctx, atom);
    return edge_push(v);
}

/* Frees the atom. */
static int set_atom(uint32_t object, JSAtom atom, uint32_t value)
{
    JSContext *ctx = edge.ctx;
    int status;

    if (atom == JS_ATOM_NULL)
        return edge_threw();
    status = edge_set_sloppy(ctx, edge_value(object), atom, JS_DupValue(ctx, edge_value(value)));
    JS_FreeAtom(ctx, atom);
    return edge_status(status);
}

int edge_set(uint32_t object, uint32_t key, uint32_t value)
{
    return set_atom(object, JS_ValueToAtom(edge.ctx, edge_value(key)), value);
}

typedef int KeyOperation(JSContext *ctx, JSValueConst object, JSAtom key);

/* Does it with the property of that key, whose atom it frees. */
static int on_atom(uint32_t object, JSAtom atom, KeyOperation *operation)
{
    int status;

    if (atom == JS_ATOM_NULL)
        return edge_threw();
    status = operation(edge.ctx, edge_value(object), atom);
    JS_FreeAtom(edge.ctx, atom);
    return edge_status(status);
}

static int has_own(JSContext *ctx, JSValueConst object, JSAtom key)
{
    return JS_GetOwnProperty(ctx, NULL, object, key);
}

static int delete_property(JSContext *ctx, JSValueConst object, JSAtom key)
{
    return JS_DeleteProperty(ctx, object, key, 0);
}

int edge_has(uint32_t object, uint32_t key)
{
    return on_atom(object, JS_ValueToAtom(edge.ctx, edge_value(key)), JS_HasProperty);
}

int edge_has_own(uint32_t object, uint32_t key)
{
    return on_atom(object, JS_ValueToAtom(edge.ctx, edge_value(key)), has_own);
}

/* 1 gone, 0 it stays. */
int edge_delete(uint32_t object, uint32_t key)
{
    return on_atom(object, JS_ValueToAtom(edge.ctx, edge_value(key)), delete_property);
}

uint32_t edge_get_index(uint32_t object, uint32_t index)
{
    return edge_push(JS_GetPropertyUint32(edge.ctx, edge_value(object), index));
}

int edge_set_index(uint32_t object, uint32_t index, uint32_t value)
{
    return set_atom(object, JS_NewAtomUInt32(edge.ctx, index), value);
}

int edge_has_index(uint32_t object, uint32_t index)
{
    return on_atom(object, JS_NewAtomUInt32(edge.ctx, index), JS_HasProperty);
}

int edge_delete_index(uint32_t object, uint32_t index)
{
    return on_atom(object, JS_NewAtomUInt32(edge.ctx, index), delete_property);
}

/* Bits of a property: 1 writable, 2 enumerable, 4 configurable, as in Node-API. */
static int property_flags(uint32_t attributes)
{
    int flags = 0;
    if (attributes & 1)
        flags |= JS_PROP_WRITABLE;
    if (attributes & 2)
        flags |= JS_PROP_ENUMERABLE;
    if (attributes & 4)
        flags |= JS_PROP_CONFIGURABLE;
    return flags;
}

/* Defines a data property; throws where Object.defineProperty would. */
int edge_define_value(uint32_t object, uint32_t key, uint32_t value, uint32_t attributes)
{
    JSContext *ctx = edge.ctx;
    JSAtom atom = JS_ValueToAtom(ctx, edge_value(key));
    int status;

    if (atom == JS_ATOM_NULL)
        return edge_threw();
    status = JS_DefineProperty(ctx, edge_value(object), atom, edge_value(value), JS_UNDEFINED,
                               JS_UNDEFINED,
                               property_flags(attributes) | JS_PROP_HAS_VALUE |
                                   JS_PROP_HAS_WRITABLE | JS_PROP_HAS_ENUMERABLE |
                                   JS_PROP_HAS_CONFIGURABLE | JS_PROP_THROW);
    JS_FreeAtom(ctx, atom);
    return edge_status(status);
}

/* Defines an accessor; getter and setter may be 0. */
int edge_define_accessor(uint32_t object, uint32_t key, uint32_t getter, uint32_t setter,
                         uint32_t attributes)
{
    JSContext *ctx = edge.ctx;
    JSAtom atom = JS_ValueToAtom(ctx, edge_value(key));
    int status;

    if (atom == JS_ATOM_NULL)
        return edge_threw();
    status = JS_DefineProperty(ctx, edge_value(object), atom, JS_UNDEFINED,
                               getter ? edge_value(getter) : JS_UNDEFINED,
                               setter ? edge_value(setter) : JS_UNDEFINED,
                               (property_flags(attributes) & ~JS_PROP_WRITABLE) |
                                   JS_PROP_HAS_GET | JS_PROP_HAS_SET | JS_PROP_HAS_ENUMERABLE |
                                   JS_PROP_HAS_CONFIGURABLE | JS_PROP_THROW);
    JS_FreeAtom(ctx, atom);
    return edge_status(status);
}

uint32_t edge_get_prototype(uint32_t object)
{
    return edge_push(JS_GetPrototype(edge.ctx, edge_value(object)));
}

int edge_set_prototype(uint32_t object, uint32_t prototype)
{
    return edge_status(JS_SetPrototype(edge.ctx, edge_value(object), edge_value(prototype)));
}

int edge_is_array(uint32_t slot)
{
    return JS_IsArray(edge_value(slot));
}

/* Length of an array (edge.out[0]): 0, or -1 threw. */
int edge_length(uint32_t slot)
{
    int64_t length = 0;
    if (JS_GetLength(edge.ctx, edge_value(slot), &length) < 0)
        return edge_threw();
    edge.out[0] = length;
    return 0;
}

int edge_instance_of(uint32_t object, uint32_t constructor)
{
    return edge_status(JS_IsInstanceOf(edge.ctx, edge_value(object), edge_value(constructor)));
}

int edge_freeze(uint32_t object, uint32_t seal)
{
    JSValue v = edge_value(object);
    return edge_status(seal ? JS_SealObject(edge.ctx, v) : JS_FreezeObject(edge.ctx, v));
}

enum {
    KEY_WRITABLE = 1,
    KEY_ENUMERABLE = 2,
    KEY_CONFIGURABLE = 4,
    KEY_SKIP_STRINGS = 8,
    KEY_SKIP_SYMBOLS = 16,
};

/* 1 when a key passes the filter, 0 when not, -1 threw. */
static int key_passes(JSContext *ctx, JSValueConst object, JSAtom atom, uint32_t filter)
{
    JSPropertyDescriptor desc;
    int status;

    if (!(filter & (KEY_WRITABLE | KEY_ENUMERABLE | KEY_CONFIGURABLE)))
        return 1;
    status = JS_GetOwnProperty(ctx, &desc, object, atom);
    if (status <= 0)
        return status;
    JS_FreeValue(ctx, desc.value);
    JS_FreeValue(ctx, desc.getter);
    JS_FreeValue(ctx, desc.setter);
    if ((filter & KEY_WRITABLE) && !(desc.flags & JS_PROP_WRITABLE) &&
        !(desc.flags & JS_PROP_GETSET))
        return 0;
    if ((filter & KEY_ENUMERABLE) && !(desc.flags & JS_PROP_ENUMERABLE))
        return 0;
    if ((filter & KEY_CONFIGURABLE) && !(desc.flags & JS_PROP_CONFIGURABLE))
        return 0;
    return 1;
}

/* Appends the keys of one object that pass and are not `seen` yet. */
static int add_keys(JSContext *ctx, JSValueConst keys, uint32_t *count, JSValueConst seen,
                    JSValueConst object, uint32_t filter, uint32_t numbers_to_strings)
{
    JSPropertyEnum *tab;
    uint32_t n, i, index;
    int status = 0, flags = 0;

    if (!(filter & KEY_SKIP_STRINGS))
        flags |= JS_GPN_STRING_MASK;
    if (!(filter & KEY_SKIP_SYMBOLS))
        flags |= JS_GPN_SYMBOL_MASK;
    if (!flags)
        return 0;
    if (JS_GetOwnPropertyNames(ctx, &tab, &n, object, flags) < 0)
        return -1;
    for (i = 0; i < n && status >= 0; i++) {
        JSAtom atom = tab[i].atom;
        JSValue key;

        if (!JS_IsUndefined(seen)) {
            status = JS_GetOwnProperty(ctx, NULL, seen, atom);
            if (status != 0)
                continue;
            status = JS_DefinePropertyValue(ctx, seen, atom, JS_TRUE, JS_PROP_C_W_E);
            if (status < 0)
                break;
        }
        status = key_passes(ctx, object, atom, filter);
        if (status <= 0)
            continue;
        if (!numbers_to_strings && edge_atom_is_index(ctx, atom, &index))
            key = JS_NewUint32(ctx, index);
        else
            key = JS_AtomToValue(ctx, atom);
        status = JS_IsException(key)
                     ? -1
                     : JS_DefinePropertyValueUint32(ctx, keys, (*count)++, key, JS_PROP_C_W_E);
    }
    JS_FreePropertyEnum(ctx, tab, n);
    return status < 0 ? -1 : 0;
}

/* Array of keys; filter as in Node-API. */
uint32_t edge_keys(uint32_t object, uint32_t with_prototypes, uint32_t filter,
                   uint32_t numbers_to_strings)
{
    JSContext *ctx = edge.ctx;
    JSValue keys = JS_NewArray(ctx), seen = JS_UNDEFINED, at, next;
    uint32_t count = 0;
    int status = 0;

    if (JS_IsException(keys))
        return edge_push(keys);
    if (with_prototypes) {
        seen = JS_NewObjectProto(ctx, JS_NULL);
        if (JS_IsException(seen))
            status = -1;
    }
    at = JS_DupValue(ctx, edge_value(object));
    while (status >= 0 && JS_IsObject(at)) {
        status = add_keys(ctx, keys, &count, seen, at, filter, numbers_to_strings);
        if (status < 0 || !with_prototypes)
            break;
        next = JS_GetPrototype(ctx, at);
        JS_FreeValue(ctx, at);
        at = next;
        if (JS_IsException(at))
            status = -1;
    }
    JS_FreeValue(ctx, at);
    JS_FreeValue(ctx, seen);
    if (status < 0) {
        JS_FreeValue(ctx, keys);
        return edge_push(JS_EXCEPTION);
    }
    return edge_push(keys);
}
