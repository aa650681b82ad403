/*
 * engine_errors_stack.inc.h - error stacks in V8's manner. Part of the engine:
 * patches 01xx make quickjs.c include it; it is no stand-alone header.
 *
 * An error records raw frames when it is made (function, receiver, bytecode
 * offset) and nothing else; names, lines and text are worked out when `stack` is
 * read for the first time. The record hangs on the error object itself
 * (JS_CLASS_ERROR's opaque pointer); Error.captureStackTrace on another object
 * puts a carrier object under a private key. `stack` is an own accessor, the same
 * two functions for all errors of a realm, as in V8 since 12.
 */

#include "engine_errors.h"

static JSValue js_function_call(JSContext *ctx, JSValueConst this_val,
                                int argc, JSValueConst *argv);
static JSValue js_reflect_construct(JSContext *ctx, JSValueConst this_val,
                                    int argc, JSValueConst *argv);
static JSValue js_error_stack_get(JSContext *ctx, JSValueConst this_val);
static JSValue js_error_function_name(JSContext *ctx, JSValueConst func);

enum {
    JS_ERROR_FRAME_CONSTRUCTOR = 1 << 0,
    JS_ERROR_FRAME_ASYNC       = 1 << 1,
    JS_ERROR_FRAME_STRICT      = 1 << 2,
    JS_ERROR_FRAME_PROMISE_ALL = 1 << 3, /* pc is the index of the promise */
    JS_ERROR_FRAME_PROMISE_ANY = 1 << 4,
    JS_ERROR_FRAME_PROMISE_ALL_SETTLED = 1 << 5,
};

#define JS_ERROR_FRAME_PROMISE_COMBINATOR \
    (JS_ERROR_FRAME_PROMISE_ALL | JS_ERROR_FRAME_PROMISE_ANY | \
     JS_ERROR_FRAME_PROMISE_ALL_SETTLED)

typedef struct JSErrorFrame {
    JSValue func;
    JSValue this_val;
    int32_t pc;    /* offset of the running instruction; -1 in native frames */
    int32_t flags;
} JSErrorFrame;

typedef struct JSErrorStack {
    JSValue formatted;   /* JS_UNINITIALIZED until `stack` was read or set */
    /* where the error was made, as far as it is not that of the first frame */
    JSValue file;        /* string or JS_UNDEFINED */
    JSValue source_line; /* string or JS_UNDEFINED */
    int line, column, end_column;
    JSValue source_func; /* a function whose text has that line, or JS_UNDEFINED */
    int count;
    JSErrorFrame *frames;
} JSErrorStack;

typedef struct JSErrorFrameBuffer {
    JSErrorFrame *frames;
    int count, size, limit;
    bool failed;
    JSErrorFrame local[12];
} JSErrorFrameBuffer;

static void js_error_frames_free(JSRuntime *rt, JSErrorFrame *frames, int count)
{
    int i;
    for (i = 0; i < count; i++) {
        JS_FreeValueRT(rt, frames[i].func);
        JS_FreeValueRT(rt, frames[i].this_val);
    }
}

static void js_error_stack_free(JSRuntime *rt, JSErrorStack *s)
{
    if (!s)
        return;
    JS_FreeValueRT(rt, s->formatted);
    JS_FreeValueRT(rt, s->file);
    JS_FreeValueRT(rt, s->source_line);
    JS_FreeValueRT(rt, s->source_func);
    js_error_frames_free(rt, s->frames, s->count);
    js_free_rt(rt, s->frames);
    js_free_rt(rt, s);
}

static void js_error_finalizer(JSRuntime *rt, JSValueConst val)
{
    js_error_stack_free(rt, JS_VALUE_GET_OBJ(val)->u.opaque);
}

static void js_error_mark(JSRuntime *rt, JSValueConst val, JS_MarkFunc *mark_func)
{
    JSErrorStack *s = JS_VALUE_GET_OBJ(val)->u.opaque;
    int i;

    if (!s)
        return;
    JS_MarkValue(rt, s->formatted, mark_func);
    JS_MarkValue(rt, s->source_func, mark_func);
    for (i = 0; i < s->count; i++) {
        JS_MarkValue(rt, s->frames[i].func, mark_func);
        JS_MarkValue(rt, s->frames[i].this_val, mark_func);
    }
}

/* The bytecode of a function value, or NULL for native ones. */
static JSFunctionBytecode *js_error_bytecode(JSValueConst func)
{
    JSObject *p;
    if (JS_VALUE_GET_TAG(func) == JS_TAG_FUNCTION_BYTECODE)
        return JS_VALUE_GET_PTR(func);
    if (JS_VALUE_GET_TAG(func) != JS_TAG_OBJECT)
        return NULL;
    p = JS_VALUE_GET_OBJ(func);
    return js_class_has_bytecode(p->class_id) ? p->u.func.function_bytecode : NULL;
}

/* Natives that V8 runs without a frame, and the host's functions. */
static bool js_error_hides_native(JSObject *p)
{
    JSCFunctionType f;

    if (p->class_id != JS_CLASS_C_FUNCTION)
        return true;
    f = p->u.cfunc.c_function;
    if (p->u.cfunc.cproto == JS_CFUNC_generic)
        return f.generic == js_function_call || f.generic == js_reflect_construct ||
            f.generic == js_reflect_apply || f.generic == js_regexp_Symbol_match ||
            f.generic == js_regexp_Symbol_matchAll || f.generic == js_regexp_Symbol_replace ||
            f.generic == js_regexp_Symbol_search || f.generic == js_regexp_Symbol_split;
    if (p->u.cfunc.cproto == JS_CFUNC_generic_magic)
        return f.generic_magic == js_function_apply;
    if (p->u.cfunc.cproto == JS_CFUNC_constructor_or_func)
        return f.generic == js_array_constructor;
    if (p->u.cfunc.cproto == JS_CFUNC_getter)
        return f.getter == js_error_stack_get;
    return false;
}

static void js_error_push_frame(JSContext *ctx, JSErrorFrameBuffer *fb,
                                JSValueConst func, JSValueConst this_val,
                                int pc, int flags)
{
    JSErrorFrame *f;

    if (fb->count >= fb->size) {
        int new_size = min_int(fb->limit, fb->size * 2);
        JSErrorFrame *frames = js_malloc_rt(ctx->rt, new_size * sizeof(*frames));
        if (!frames) {
            fb->failed = true;
            return;
        }
        memcpy(frames, fb->frames, fb->count * sizeof(*frames));
        if (fb->frames != fb->local)
            js_free_rt(ctx->rt, fb->frames);
        fb->frames = frames;
        fb->size = new_size;
    }
    f = &fb->frames[fb->count++];
    f->func = js_dup(func);
    f->this_val = js_dup(this_val);
    f->pc = pc;
    f->flags = flags;
}

/* The promise that a resolving function settles, or JS_UNDEFINED; borrowed. */
static JSValueConst js_error_promise_of(JSValueConst func)
{
    JSObject *p;

    if (JS_VALUE_GET_TAG(func) != JS_TAG_OBJECT)
        return JS_UNDEFINED;
    p = JS_VALUE_GET_OBJ(func);
    if ((p->class_id == JS_CLASS_PROMISE_RESOLVE_FUNCTION ||
         p->class_id == JS_CLASS_PROMISE_REJECT_FUNCTION) && p->u.promise_function_data)
        return p->u.promise_function_data->promise;
    return JS_UNDEFINED;
}

/* Below a promise's reaction the native stack ends. Who waits for the reaction is found
   through the promises: each has one reaction, which resumes the next function. */
static void js_error_walk_async(JSContext *ctx, JSErrorFrameBuffer *fb)
{
    JSValueConst *reaction = ctx->rt->edge.reaction;
    JSFunctionBytecode *b;
    JSAsyncFunctionData *afd;
    JSPromiseReactionData *rd;
    JSPromiseData *pd;
    JSStackFrame *sf;
    JSValueConst promise;
    JSObject *h;
    int steps;

    if (!reaction)
        return;
    h = JS_VALUE_GET_TAG(reaction[2]) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(reaction[2]) : NULL;
    if (h && h->class_id == JS_CLASS_ASYNC_FUNCTION_RESOLVE) {
        /* the function that it resumed is on the native stack */
        if (!h->u.async_function_data)
            return;
        promise = js_error_promise_of(h->u.async_function_data->resolving_funcs[0]);
    } else {
        promise = js_error_promise_of(reaction[0]);
    }
    for (steps = 0; steps < 1000 && fb->count < fb->limit && !fb->failed; steps++) {
        pd = JS_GetOpaque(promise, JS_CLASS_PROMISE);
        if (!pd || list_empty(&pd->promise_reactions[0]) ||
            pd->promise_reactions[0].next->next != &pd->promise_reactions[0])
            return;
        rd = list_entry(pd->promise_reactions[0].next, JSPromiseReactionData, link);
        h = JS_VALUE_GET_TAG(rd->handler) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(rd->handler) : NULL;
        if (h && h->class_id == JS_CLASS_ASYNC_FUNCTION_RESOLVE) {
            afd = h->u.async_function_data;
            if (!afd || !afd->is_active)
                return;
            sf = &afd->func_state.frame;
            b = js_error_bytecode(sf->cur_func);
            if (!b)
                return;
            js_error_push_frame(ctx, fb, sf->cur_func, afd->func_state.this_val,
                                sf->cur_pc ? (int)(sf->cur_pc - b->byte_code_buf) - 1 : 0,
                                JS_ERROR_FRAME_ASYNC |
                                (b->is_strict_mode ? JS_ERROR_FRAME_STRICT : 0));
            promise = js_error_promise_of(afd->resolving_funcs[0]);
        } else if (h && h->class_id == JS_CLASS_PROMISE_RESOLVE_FUNCTION) {
            promise = js_error_promise_of(rd->handler);
        } else if (h && h->class_id == JS_CLASS_C_FUNCTION_DATA &&
                   ((JSCFunctionDataRecord *)h->u.opaque)->func == js_promise_all_resolve_element) {
            JSCFunctionDataRecord *r = h->u.opaque;
            js_error_push_frame(ctx, fb, JS_UNDEFINED, JS_UNDEFINED,
                                JS_VALUE_GET_TAG(r->data[1]) == JS_TAG_INT ?
                                JS_VALUE_GET_INT(r->data[1]) : 0,
                                JS_ERROR_FRAME_ASYNC |
                                ((r->magic & 3) == PROMISE_MAGIC_all ? JS_ERROR_FRAME_PROMISE_ALL :
                                 (r->magic & 3) == PROMISE_MAGIC_any ? JS_ERROR_FRAME_PROMISE_ANY :
                                 JS_ERROR_FRAME_PROMISE_ALL_SETTLED));
            promise = js_error_promise_of(r->data[3]);
        } else {
            /* then(): on to the promise that it made */
            promise = js_error_promise_of(rd->resolving_funcs[0]);
        }
    }
}

static bool js_callee_is_template(JSContext *ctx, JSStackFrame *sf);

/* Template literals are calls of String.prototype.concat in this engine. */
static bool js_error_is_template_concat(JSContext *ctx, JSStackFrame *sf)
{
    JSObject *p = JS_VALUE_GET_OBJ(sf->cur_func);
    return p->u.cfunc.cproto == JS_CFUNC_generic &&
        p->u.cfunc.c_function.generic == js_string_concat &&
        sf->prev_frame && js_callee_is_template(ctx, sf->prev_frame);
}

/* Records frames from the innermost outwards. `until` (a function) leaves out
   everything up to and with its own innermost frame, all of the stack if
   it is not running; `skip` counts frames to leave out at the top. */
static void js_error_walk(JSContext *ctx, JSErrorFrameBuffer *fb,
                          JSValueConst until, int skip)
{
    JSStackFrame *sf;
    bool seen = JS_VALUE_GET_TAG(until) != JS_TAG_OBJECT;
    JSObject *p;
    JSFunctionBytecode *b;
    int pc, flags;

    for (sf = ctx->rt->current_stack_frame; sf != NULL; sf = sf->prev_frame) {
        if (fb->count >= fb->limit || fb->failed)
            return;
        p = JS_VALUE_GET_OBJ(sf->cur_func);
        if (!seen) {
            seen = p == JS_VALUE_GET_OBJ(until);
            continue;
        }
        if (skip > 0) {
            skip--;
            continue;
        }
        flags = 0;
        if (sf->is_constructor)
            flags |= JS_ERROR_FRAME_CONSTRUCTOR;
        if (sf->is_strict_mode)
            flags |= JS_ERROR_FRAME_STRICT;
        if (js_class_has_bytecode(p->class_id)) {
            b = p->u.func.function_bytecode;
            pc = sf->cur_pc ? (int)(sf->cur_pc - b->byte_code_buf) - 1 : 0;
            js_error_push_frame(ctx, fb, sf->cur_func, sf->this_val, pc, flags);
            if (b->backtrace_barrier)
                return;
        } else if (!js_error_hides_native(p) && !js_error_is_template_concat(ctx, sf)) {
            js_error_push_frame(ctx, fb, sf->cur_func, sf->this_val, -1, flags);
        }
    }
    if (seen && fb->count < fb->limit && !fb->failed)
        js_error_walk_async(ctx, fb);
}

/* Error.stackTraceLimit as V8 reads it: an own data property holding a number.
   Returns -1 when there is none: then errors carry no stack at all. */
static int js_error_stack_trace_limit(JSContext *ctx)
{
    JSProperty *pr;
    JSShapeProperty *prs;
    double d;

    if (JS_VALUE_GET_TAG(ctx->error_ctor) != JS_TAG_OBJECT)
        return 10;
    prs = find_own_property(&pr, JS_VALUE_GET_OBJ(ctx->error_ctor), JS_ATOM_stackTraceLimit);
    if (!prs || (prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL)
        return -1;
    if (JS_VALUE_GET_TAG(pr->u.value) == JS_TAG_INT)
        return max_int(JS_VALUE_GET_INT(pr->u.value), 0);
    if (!JS_TAG_IS_FLOAT64(JS_VALUE_GET_TAG(pr->u.value)))
        return -1;
    d = JS_VALUE_GET_FLOAT64(pr->u.value);
    return d > 100000 ? 100000 : d > 0 ? (int)d : 0;
}

static void js_error_keep_source(JSContext *ctx, JSErrorStack *s, const JSErrorFrame *first);

/* The record of an error made now; NULL if there is no memory for it. */
static JSErrorStack *js_error_capture(JSContext *ctx, JSValueConst until, int skip)
{
    JSErrorFrameBuffer fb;
    JSErrorStack *s;
    int limit;

    s = js_malloc_rt(ctx->rt, sizeof(*s));
    if (!s)
        return NULL;
    s->formatted = JS_UNINITIALIZED;
    s->file = JS_UNDEFINED;
    s->source_line = JS_UNDEFINED;
    s->source_func = JS_UNDEFINED;
    s->line = s->column = s->end_column = 0;
    s->count = 0;
    s->frames = NULL;
    limit = js_error_stack_trace_limit(ctx);
    if (limit < 0) {
        s->formatted = JS_UNDEFINED;
        return s;
    }
    fb.frames = fb.local;
    fb.count = 0;
    fb.size = countof(fb.local);
    fb.limit = limit;
    fb.failed = false;
    js_error_walk(ctx, &fb, until, skip);
    if (fb.count && limit <= 2)
        js_error_keep_source(ctx, s, fb.frames);
    if (fb.count) {
        if (fb.frames == fb.local) {
            s->frames = js_malloc_rt(ctx->rt, fb.count * sizeof(*s->frames));
            if (s->frames)
                memcpy(s->frames, fb.frames, fb.count * sizeof(*s->frames));
            else
                js_error_frames_free(ctx->rt, fb.frames, fb.count);
        } else {
            s->frames = fb.frames;
        }
        if (s->frames)
            s->count = fb.count;
    } else if (fb.frames != fb.local) {
        js_free_rt(ctx->rt, fb.frames);
    }
    return s;
}

/* The object (p or one it inherits from) that carries a stack, or NULL. */
static JSObject *js_error_stack_holder(JSObject *p)
{
    JSProperty *pr;

    for (; p != NULL; p = p->shape->proto) {
        if (p->class_id == JS_CLASS_PROXY)
            return NULL;
        if (p->class_id == JS_CLASS_ERROR && p->u.opaque)
            return p;
        if (find_own_property(&pr, p, JS_ATOM_Private_error_stack))
            return JS_VALUE_GET_OBJ(pr->u.value);
    }
    return NULL;
}

static JSErrorStack *js_error_get_data(JSValueConst obj)
{
    JSObject *p;
    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT)
        return NULL;
    p = js_error_stack_holder(JS_VALUE_GET_OBJ(obj));
    return p ? p->u.opaque : NULL;
}

/* Gives a new JS_CLASS_ERROR object its own `stack` accessor. Called before any
   other property is added, so that it comes first in key order. */
static void js_error_define_stack(JSContext *ctx, JSValueConst obj)
{
    JSProperty *pr;

    if (JS_VALUE_GET_TAG(ctx->error_stack_getter) != JS_TAG_OBJECT)
        return;
    pr = add_property(ctx, JS_VALUE_GET_OBJ(obj), JS_ATOM_stack,
                      JS_PROP_CONFIGURABLE | JS_PROP_GETSET);
    if (!pr)
        return;
    pr->u.getset.getter = JS_VALUE_GET_OBJ(js_dup(ctx->error_stack_getter));
    pr->u.getset.setter = JS_VALUE_GET_OBJ(js_dup(ctx->error_stack_setter));
}

static bool js_error_needs_stack(JSValueConst obj)
{
    JSObject *p;
    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT)
        return false;
    p = JS_VALUE_GET_OBJ(obj);
    return p->class_id == JS_CLASS_ERROR && !p->u.opaque;
}

/* Captures the stack of an engine-made or constructed error, unless it has one. */
static void js_error_attach(JSContext *ctx, JSValueConst obj, JSValueConst until, int skip)
{
    if (js_error_needs_stack(obj))
        JS_VALUE_GET_OBJ(obj)->u.opaque = js_error_capture(ctx, until, skip);
}

/* Error.captureStackTrace(obj, until), and the C interface's capture. */
static int js_error_capture_onto(JSContext *ctx, JSValueConst obj, JSValueConst until, int skip)
{
    JSObject *p = JS_VALUE_GET_OBJ(obj);
    JSProperty *pr;
    JSErrorStack *s;
    JSValue carrier;

    s = js_error_capture(ctx, until, skip);
    if (!s) {
        JS_ThrowOutOfMemory(ctx);
        return -1;
    }
    if (p->class_id == JS_CLASS_PROXY) {
        js_error_stack_free(ctx->rt, s);
        JS_ThrowTypeError(ctx, "invalid_argument");
        return -1;
    }
    if (JS_DefineProperty(ctx, obj, JS_ATOM_stack, JS_UNDEFINED,
                          ctx->error_stack_getter, ctx->error_stack_setter,
                          JS_PROP_HAS_GET | JS_PROP_HAS_SET |
                          JS_PROP_HAS_CONFIGURABLE | JS_PROP_CONFIGURABLE |
                          JS_PROP_HAS_ENUMERABLE | JS_PROP_THROW) < 0) {
        js_error_stack_free(ctx->rt, s);
        return -1;
    }
    if (p->class_id == JS_CLASS_ERROR) {
        js_error_stack_free(ctx->rt, p->u.opaque);
        p->u.opaque = s;
        return 0;
    }
    if (find_own_property(&pr, p, JS_ATOM_Private_error_stack)) {
        p = JS_VALUE_GET_OBJ(pr->u.value);
        js_error_stack_free(ctx->rt, p->u.opaque);
        p->u.opaque = s;
        return 0;
    }
    carrier = JS_NewObjectProtoClass(ctx, JS_NULL, JS_CLASS_ERROR);
    if (JS_IsException(carrier)) {
        js_error_stack_free(ctx->rt, s);
        return -1;
    }
    JS_VALUE_GET_OBJ(carrier)->u.opaque = s;
    pr = add_property(ctx, p, JS_ATOM_Private_error_stack, 0);
    if (!pr) {
        JS_FreeValue(ctx, carrier);
        return -1;
    }
    pr->u.value = carrier;
    return 0;
}

/* The engine's name for all of this: every error that it makes comes here. For
   errors of the parser, filename and position are those of the offending token. */
static void build_backtrace(JSContext *ctx, JSValueConst error_val,
                            JSValueConst filter_func, const char *filename,
                            int line_num, int col_num, int backtrace_flags)
{
    JSErrorStack *s;

    if (JS_VALUE_GET_TAG(error_val) != JS_TAG_OBJECT)
        return;
    if (JS_VALUE_GET_OBJ(error_val)->class_id == JS_CLASS_DOM_EXCEPTION) {
        if (js_error_capture_onto(ctx, error_val, filter_func,
                                  backtrace_flags & JS_BACKTRACE_FLAG_SKIP_FIRST_LEVEL) < 0)
            JS_FreeValue(ctx, JS_GetException(ctx));
        return;
    }
    js_error_attach(ctx, error_val, filter_func,
                    backtrace_flags & JS_BACKTRACE_FLAG_SKIP_FIRST_LEVEL);
    s = JS_VALUE_GET_OBJ(error_val)->class_id == JS_CLASS_ERROR ?
        JS_VALUE_GET_OBJ(error_val)->u.opaque : NULL;
    if (s && filename && !s->line) {
        /* JSON text, and eval code */
        if (!strcmp(filename, "<input>") || !strncmp(filename, "eval at ", 8))
            filename = "<anonymous_script>";
        JS_FreeValue(ctx, s->file);
        s->file = JS_NewString(ctx, filename);
        if (JS_IsException(s->file)) {
            s->file = JS_UNDEFINED;
            JS_FreeValue(ctx, JS_GetException(ctx));
        }
        s->line = line_num;
        s->column = col_num;
    }
}

/* Adds the offending line and the end of the offending token to a SyntaxError. */
static void js_error_set_source_line(JSParseState *s, JSValueConst error)
{
    JSContext *ctx = s->ctx;
    const uint8_t *start = s->token.line_start, *end, *p;
    JSErrorStack *st;
    JSValue exc;

    if (JS_VALUE_GET_TAG(error) != JS_TAG_OBJECT ||
        JS_VALUE_GET_OBJ(error)->class_id != JS_CLASS_ERROR)
        return;
    st = JS_VALUE_GET_OBJ(error)->u.opaque;
    if (!st || !st->line || !JS_IsUndefined(st->source_line))
        return;
    if (s->error_at_last) {
        /* back to the line of the last token */
        int n;
        for (n = s->token.line_num - s->last_line_num; n > 0 && start > s->buf_start; n--) {
            for (start--; start > s->buf_start && start[-1] != '\n'; start--)
                ;
        }
        end = start;
    } else {
        end = s->token.ptr;
    }
    for (; end < s->buf_end && *end != '\n' && *end != '\r'; end++)
        ;
    /* this must not disturb the exception that is being thrown */
    exc = JS_GetException(ctx);
    st->source_line = JS_NewStringLen(ctx, (const char *)start, end - start);
    if (JS_IsException(st->source_line)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        st->source_line = JS_UNDEFINED;
    }
    JS_Throw(ctx, exc);
    if (s->error_to) {
        /* beyond the line's end when the range has more lines; nothing at the end of input */
        st->end_column = st->column;
        for (p = s->token.ptr; p < s->error_to; p++)
            st->end_column += ((*p & 0xc0) != 0x80) + (*p >= 0xf0);
    } else if (s->error_narrow)
        st->end_column = st->column + 1;
    else if (s->error_at_last && s->last_ptr > start && s->last_ptr <= end)
        st->end_column = js_parse_column(s, start, s->last_ptr);
    else if (s->buf_ptr > s->token.ptr && s->buf_ptr <= end && strcmp(s->filename, "<input>"))
        st->end_column = js_parse_column(s, start, s->buf_ptr);
    else
        st->end_column = st->column + 1;
}

#include "engine_errors_frames.inc.h"
#include "engine_errors_callsite.inc.h"
