/*
 * exceptions.c - the pending exception. It is taken out of the engine as soon as a
 * call failed, as Node-API does, so that the host can go on making values; it goes
 * back when the native function that caused it returns to JavaScript.
 */
#include "state.h"
#include "engine_hooks.h"
#include "edge_boundary.h"

int edge_threw(void)
{
    edge.terminated = JS_EdgeIsTerminationException(edge.ctx) != 0;
    if (!JS_IsUninitialized(edge.exception))
        JS_FreeValue(edge.ctx, edge.exception);
    edge.exception = JS_GetException(edge.ctx);
    if (JS_IsUninitialized(edge.exception)) {
        JS_ThrowInternalError(edge.ctx, "not in this engine yet");
        edge.exception = JS_GetException(edge.ctx);
    }
    return -1;
}

/* Takes the pending exception: its slot, or 0 if there is none. */
uint32_t edge_take_exception(void)
{
    JSValue v = edge.exception;
    if (JS_IsUninitialized(v))
        return 0;
    edge.exception = EDGE_NONE;
    edge.terminated = 0;
    return edge_push(v);
}

/* Makes a value the pending exception. */
void edge_throw(uint32_t slot)
{
    JSValue old = edge.exception;
    edge.exception = JS_DupValue(edge.ctx, edge_value(slot));
    if (!JS_IsUninitialized(old))
        JS_FreeValue(edge.ctx, old);
    edge.terminated = 0;
}

/* Drops a pending exception, and a termination that is in force. */
void edge_clear_termination(void)
{
    JSValue old = edge.exception;
    JS_EdgeCancelTerminate(edge.rt);
    edge.interrupt = 0;
    if (edge.terminated) {
        edge.exception = EDGE_NONE;
        edge.terminated = 0;
        if (!JS_IsUninitialized(old))
            JS_FreeValue(edge.ctx, old);
    }
}

/* An error object: kind 0 Error, 1 TypeError, 2 RangeError, 3 SyntaxError; `code` may
   be 0. */
uint32_t edge_new_error(uint32_t kind, uint32_t code, uint32_t message)
{
    JSContext *ctx = edge.ctx;
    JSValue text = edge_value(message);
    JSValue error = JS_CallConstructor(ctx, edge.constructors[kind & 3], 1, &text);
    if (!JS_IsException(error) && code != 0 &&
        JS_DefinePropertyValue(ctx, error, edge.atom_code, JS_DupValue(ctx, edge_value(code)),
                               JS_PROP_C_W_E) < 0) {
        JS_FreeValue(ctx, error);
        error = JS_EXCEPTION;
    }
    return edge_push(error);
}

/* Whether it is an Error object. */
int edge_is_error(uint32_t slot)
{
    return JS_IsError(edge_value(slot));
}
