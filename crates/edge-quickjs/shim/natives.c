/*
 * natives.c - functions of the host as JavaScript functions. All of them are objects
 * of one class whose `call` asks the host. Receiver, new.target and arguments become
 * slots without touching their reference counts: the caller's frame holds them.
 */
#include "state.h"
#include "engine_hooks.h"
#include "edge_boundary.h"

/* Functions made at run time carry their record with this bit set. */
#define RUNTIME_FUNCTION 0x80000000u

/* The object under construction: below new.target's prototype. */
static JSValue construct_this(JSContext *ctx, JSValueConst new_target)
{
    JSValue prototype, object;

    prototype = JS_GetProperty(ctx, new_target, edge.atom_prototype);
    if (JS_IsException(prototype))
        return prototype;
    object = JS_IsObject(prototype) ? JS_NewObjectProto(ctx, prototype) : JS_NewObject(ctx);
    JS_FreeValue(ctx, prototype);
    return object;
}

static JSValue native_call(JSContext *caller, JSValueConst func, JSValueConst this_val,
                           int argc, JSValueConst *argv, int flags)
{
    JSContext *ctx = edge.ctx;
    uint32_t id = (uint32_t)(uintptr_t)JS_GetOpaque(func, edge.native_class);
    bool construct = (flags & JS_CALL_FLAG_CONSTRUCTOR) != 0;
    uint32_t base = edge.top, first_owned;
    JSValue receiver = this_val, result;
    int slot, i;

    if (edge_host_stack_low())
        return JS_ThrowRangeError(caller, "Maximum call stack size exceeded");
    if (construct) {
        receiver = construct_this(caller, this_val);
        if (JS_IsException(receiver))
            return receiver;
    }
    first_owned = base + 2 + argc;
    if (first_owned > edge.capacity && edge_grow_slots(first_owned) < 0) {
        if (construct)
            JS_FreeValue(ctx, receiver);
        return JS_ThrowOutOfMemory(caller);
    }
    edge.slots[base] = receiver;
    edge.slots[base + 1] = construct ? this_val : JS_UNDEFINED;
    for (i = 0; i < argc; i++)
        edge.slots[base + 2 + i] = argv[i];
    edge.top = first_owned;

    if (id & RUNTIME_FUNCTION)
        id = edge.function_base + edge.records[id & ~RUNTIME_FUNCTION].host;
    slot = edge_host_call_native(id, base, argc);

    if (slot > 0 && JS_IsUninitialized(edge.exception)) {
        result = JS_DupValue(ctx, edge_value(slot));
        if (construct && !JS_IsObject(result)) {
            JS_FreeValue(ctx, result);
            result = JS_DupValue(ctx, receiver);
        }
    } else if (!JS_IsUninitialized(edge.exception)) {
        result = JS_Throw(caller, edge.exception);
        edge.exception = EDGE_NONE;
        edge.terminated = 0;
    } else {
        result = JS_ThrowInternalError(caller, "native function failed");
    }
    edge_free_slots(first_owned);
    edge.top = base;
    if (construct)
        JS_FreeValue(ctx, receiver);
    return result;
}

static void native_finalizer(JSRuntime *rt, JSValueConst val)
{
    uint32_t id = (uint32_t)(uintptr_t)JS_GetOpaque(val, edge.native_class);
    (void)rt;
    if (id & RUNTIME_FUNCTION)
        edge_record_queue(id & ~RUNTIME_FUNCTION);
}

static void external_finalizer(JSRuntime *rt, JSValueConst val)
{
    uint32_t index = (uint32_t)(uintptr_t)JS_GetOpaque(val, edge.external_class);
    (void)rt;
    if (index)
        edge_record_queue(index);
}

static const JSClassDef native_class_def = {
    .class_name = "Function",
    .finalizer = native_finalizer,
    .call = native_call,
};
static const JSClassDef external_class_def = {
    .class_name = "External",
    .finalizer = external_finalizer,
};

int edge_natives_init(JSContext *ctx)
{
    JSRuntime *rt = JS_GetRuntime(ctx);
    JSValue prototype;

    JS_NewClassID(rt, &edge.native_class);
    JS_NewClassID(rt, &edge.external_class);
    if (JS_NewClass(rt, edge.native_class, &native_class_def) < 0 ||
        JS_NewClass(rt, edge.external_class, &external_class_def) < 0)
        return -1;
    JS_EdgeSetExternalClass(rt, edge.external_class);
    prototype = JS_GetFunctionProto(ctx);
    JS_SetClassProto(ctx, edge.native_class, prototype);
    JS_SetClassProto(ctx, edge.external_class, JS_NULL);
    return 0;
}

static uint32_t new_function(uint32_t opaque, uint32_t name, uint32_t length, uint32_t constructor)
{
    JSContext *ctx = edge.ctx;
    JSValue func, prototype, text;

    func = JS_NewObjectClass(ctx, edge.native_class);
    if (JS_IsException(func))
        return edge_push(func);
    JS_SetOpaque(func, (void *)(uintptr_t)opaque);
    if (JS_DefinePropertyValue(ctx, func, edge.atom_length, JS_NewInt32(ctx, length),
                               JS_PROP_CONFIGURABLE) < 0)
        goto fail;
    text = edge_value(name);
    if (JS_IsString(text) &&
        JS_DefinePropertyValue(ctx, func, edge.atom_name, JS_DupValue(ctx, text),
                               JS_PROP_CONFIGURABLE) < 0)
        goto fail;
    if (constructor) {
        JS_SetConstructorBit(ctx, func, true);
        prototype = JS_NewObject(ctx);
        if (JS_IsException(prototype))
            goto fail;
        JS_SetConstructor(ctx, func, prototype);
        JS_FreeValue(ctx, prototype);
    }
    return edge_push(func);
fail:
    JS_FreeValue(ctx, func);
    return edge_push(JS_EXCEPTION);
}

/* A function over entry `id` of the host's table. */
uint32_t edge_new_native_function(uint32_t id, uint32_t name, uint32_t length, uint32_t constructor)
{
    return new_function(id & ~RUNTIME_FUNCTION, name, length, constructor);
}

/* A function over a callback of the host that lives as long as the function. */
uint32_t edge_new_runtime_function(uint32_t host, uint32_t name, uint32_t constructor)
{
    uint32_t index = edge_record_new(EDGE_RECORD_FUNCTION), slot;

    if (!index)
        return edge_push(JS_ThrowOutOfMemory(edge.ctx));
    edge.records[index].host = host;
    slot = new_function(index | RUNTIME_FUNCTION, name, 0, constructor);
    if (!slot && edge.records[index].kind == EDGE_RECORD_FUNCTION && !edge.records[index].queued)
        edge_record_free(index);
    return slot;
}

/* Ids that the host's table has: those from `base` on are run-time functions. */
void edge_set_function_base(uint32_t base)
{
    edge.function_base = base;
}

/* Calls `func`, or constructs with it, with `argc` arguments whose slots lie at `arguments`. */
static uint32_t call(uint32_t func, const uint32_t *receiver, uint32_t argc, const uint32_t *slots)
{
    JSValue small[16], *args = small, result;
    uint32_t i;

    if (argc > 16) {
        args = js_malloc(edge.ctx, argc * sizeof(JSValue));
        if (!args)
            return edge_push(JS_EXCEPTION);
    }
    for (i = 0; i < argc; i++)
        args[i] = edge_value(slots[i]);
    result = receiver ? JS_Call(edge.ctx, edge_value(func), edge_value(*receiver), argc, args) :
        JS_CallConstructor(edge.ctx, edge_value(func), argc, args);
    if (args != small)
        js_free(edge.ctx, args);
    return edge_push(result);
}

uint32_t edge_call(uint32_t func, uint32_t receiver, uint32_t argc, void *arguments)
{
    return call(func, &receiver, argc, arguments);
}

uint32_t edge_construct(uint32_t func, uint32_t argc, void *arguments)
{
    return call(func, NULL, argc, arguments);
}

/* Links constructor and prototype below a parent class. */
int edge_class_extends(uint32_t constructor, uint32_t parent)
{
    JSContext *ctx = edge.ctx;
    JSValue own, above;
    int status = -1;

    own = JS_GetProperty(ctx, edge_value(constructor), edge.atom_prototype);
    above = JS_GetProperty(ctx, edge_value(parent), edge.atom_prototype);
    if (!JS_IsException(own) && !JS_IsException(above)) {
        status = JS_SetPrototype(ctx, own, above);
        if (status >= 0)
            status = JS_SetPrototype(ctx, edge_value(constructor), edge_value(parent));
    }
    JS_FreeValue(ctx, own);
    JS_FreeValue(ctx, above);
    return edge_status(status);
}

/* An object that carries the host's pointer `host`. */
uint32_t edge_new_external(uint32_t host)
{
    JSContext *ctx = edge.ctx;
    uint32_t index = edge_record_new(EDGE_RECORD_EXTERNAL);
    JSValue object;

    if (!index)
        return edge_push(JS_ThrowOutOfMemory(ctx));
    object = JS_NewObjectProtoClass(ctx, JS_NULL, edge.external_class);
    if (JS_IsException(object)) {
        edge_record_free(index);
        return edge_push(object);
    }
    edge.records[index].host = host;
    JS_SetOpaque(object, (void *)(uintptr_t)index);
    return edge_push(object);
}

/* The host's id of an external; 0 for anything else. */
uint32_t edge_external_host(uint32_t slot)
{
    JSValue v = edge_value(slot);
    uint32_t index;

    if (!JS_IsObject(v) || JS_GetClassID(v) != edge.external_class)
        return 0;
    index = (uint32_t)(uintptr_t)JS_GetOpaque(v, edge.external_class);
    return index < edge.record_count ? edge.records[index].host : 0;
}

/* 0 object, 1 function, 2 external. */
int edge_object_type(uint32_t slot)
{
    JSValue v = edge_value(slot);
    if (JS_IsFunction(edge.ctx, v))
        return 1;
    return JS_GetClassID(v) == edge.external_class ? 2 : 0;
}

int edge_is_constructor(uint32_t slot)
{
    return JS_IsConstructor(edge.ctx, edge_value(slot));
}
