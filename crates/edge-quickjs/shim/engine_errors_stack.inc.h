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

/* Below a resumed async function the native stack ends; who awaits it is found
   through the promises: each has one reaction, which resumes the next function. */
static void js_error_walk_async(JSContext *ctx, JSErrorFrameBuffer *fb, JSStackFrame *sf)
{
    JSFunctionBytecode *b = js_error_bytecode(sf->cur_func);
    JSAsyncFunctionData *afd;
    JSPromiseReactionData *rd;
    JSPromiseData *pd;
    JSValueConst promise;
    JSObject *h;
    int steps;

    if (!b || b->func_kind != JS_FUNC_ASYNC || !sf->cur_gc_obj)
        return;
    afd = (JSAsyncFunctionData *)sf->cur_gc_obj;
    promise = js_error_promise_of(afd->resolving_funcs[0]);
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
    JSStackFrame *sf, *last = NULL;
    bool seen = JS_VALUE_GET_TAG(until) != JS_TAG_OBJECT;
    JSObject *p;
    JSFunctionBytecode *b;
    int pc, flags;

    for (sf = ctx->rt->current_stack_frame; sf != NULL; sf = sf->prev_frame) {
        if (fb->count >= fb->limit || fb->failed)
            return;
        last = sf;
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
    if (last && seen && fb->count < fb->limit && !fb->failed)
        js_error_walk_async(ctx, fb, last);
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
    if (s && filename && !s->line && strcmp(filename, "<input>")) { /* not JSON text */
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
    const uint8_t *start = s->token.line_start, *end;
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
    if (s->error_at_last && s->last_ptr > start && s->last_ptr <= end)
        st->end_column = js_parse_column(s, start, s->last_ptr);
    else if (s->buf_ptr > s->token.ptr && s->buf_ptr <= end)
        st->end_column = js_parse_column(s, start, s->buf_ptr);
    else
        st->end_column = st->column + 1;
}

/* ---- what a frame says about itself ---- */

static bool js_error_frame_is_eval_name(JSContext *ctx, JSAtom filename)
{
    char buf[ATOM_GET_STR_BUF_SIZE];
    const char *s = JS_AtomGetStr(ctx, buf, sizeof(buf), filename);
    return !strncmp(s, "eval at ", 8);
}

static bool js_error_atom_is(JSContext *ctx, JSAtom atom, const char *str)
{
    char buf[ATOM_GET_STR_BUF_SIZE];
    return atom != JS_ATOM_NULL && !strcmp(JS_AtomGetStr(ctx, buf, sizeof(buf), atom), str);
}

/* A string value, or JS_UNDEFINED when the own property is missing, an accessor
   or no string. Never runs JavaScript. */
static JSValue js_error_own_string(JSContext *ctx, JSObject *p, JSAtom atom)
{
    JSProperty *pr;
    JSShapeProperty *prs = find_own_property(&pr, p, atom);

    if (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_AUTOINIT) {
        /* a builtin's string that nobody asked for yet */
        if (JS_AutoInitProperty(ctx, p, atom, pr, prs))
            return JS_UNDEFINED;
        prs = find_own_property(&pr, p, atom);
    }
    if (!prs || (prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL || !JS_IsString(pr->u.value))
        return JS_UNDEFINED;
    return js_dup(pr->u.value);
}

static bool js_error_is_nonempty(JSValueConst v)
{
    return JS_IsString(v) && !JS_IsEmptyString(v);
}

/* The name V8 calls a function by: its `name` property, else what the
   compiler inferred. JS_NULL for anonymous functions. */
static JSValue js_error_function_name(JSContext *ctx, JSValueConst func)
{
    JSFunctionBytecode *b;
    JSValue v;

    if (JS_VALUE_GET_TAG(func) != JS_TAG_OBJECT)
        return JS_NULL;
    b = js_error_bytecode(func);
    if (b && b->func_name == JS_ATOM__eval_)
        return js_error_frame_is_eval_name(ctx, b->filename) ?
            JS_NewString(ctx, "eval") : JS_NULL;
    v = js_error_own_string(ctx, JS_VALUE_GET_OBJ(func), JS_ATOM_name);
    if (b && js_error_atom_is(ctx, b->func_name, "anonymous") &&
        js_error_frame_is_eval_name(ctx, b->filename)) {
        JS_FreeValue(ctx, v); /* what new Function makes */
        return JS_NewString(ctx, "eval");
    }
    if (js_error_is_nonempty(v))
        return v;
    if (b && b->name_is_inferred && JS_IsString(v)) {
        JS_FreeValue(ctx, v);
        return JS_AtomToString(ctx, b->func_name);
    }
    JS_FreeValue(ctx, v);
    return JS_NULL;
}

/* Names the anonymous function just parsed after what it is assigned to, as V8
   does: `Foo.prototype.bar = function() {}` is Foo.bar. Only plain paths. */
static void js_error_infer_name(JSParseState *s, const uint8_t *p, const uint8_t *end)
{
    JSFunctionDef *fd = s->cur_func, *child, *outer;
    char name[128], buf[ATOM_GET_STR_BUF_SIZE];
    const char *outer_name;
    const uint8_t *start;
    size_t n = 0, len;
    bool first = true;

    if (list_empty(&fd->child_list))
        return;
    child = list_entry(fd->child_list.prev, JSFunctionDef, link);
    if (child->func_name != JS_ATOM_NULL || child->inferred_name != JS_ATOM_NULL)
        return;
    for (;;) {
        while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
            p++;
        start = p;
        while (p < end && *p < 128 && lre_js_is_ident_next(*p))
            p++;
        len = p - start;
        if (!len || (*start >= '0' && *start <= '9'))
            return;
        if (first && len == 4 && !memcmp(start, "this", 4)) {
            /* in a constructor: its name */
            for (outer = fd; outer && outer->func_type == JS_PARSE_FUNC_ARROW; outer = outer->parent)
                ;
            outer_name = outer && outer->func_name != JS_ATOM_NULL ?
                JS_AtomGetStr(s->ctx, buf, sizeof(buf), outer->func_name) : "";
            if (outer_name[0] >= 'A' && outer_name[0] <= 'Z') {
                len = strlen(outer_name);
                if (len >= sizeof(name))
                    return;
                memcpy(name, outer_name, len);
                n = len;
            }
        } else if (!(len == 9 && !memcmp(start, "prototype", 9))) {
            if (n + len + 2 > sizeof(name))
                return;
            if (n)
                name[n++] = '.';
            memcpy(name + n, start, len);
            n += len;
        }
        first = false;
        while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
            p++;
        if (p >= end)
            break;
        if (*p++ != '.')
            return;
    }
    if (n)
        child->inferred_name = JS_NewAtomLen(s->ctx, name, n);
}

static JSContext *js_error_function_realm(JSContext *ctx, JSValueConst func)
{
    JSFunctionBytecode *b = js_error_bytecode(func);
    JSObject *p;
    if (b && b->realm)
        return b->realm;
    if (JS_VALUE_GET_TAG(func) == JS_TAG_OBJECT) {
        p = JS_VALUE_GET_OBJ(func);
        if (p->class_id == JS_CLASS_C_FUNCTION)
            return p->u.cfunc.realm;
    }
    return ctx;
}

static bool js_error_is_toplevel(JSContext *ctx, const JSErrorFrame *f)
{
    JSContext *realm;

    if (JS_IsNull(f->this_val) || JS_IsUndefined(f->this_val) || JS_IsUninitialized(f->this_val))
        return true;
    if (JS_VALUE_GET_TAG(f->this_val) != JS_TAG_OBJECT)
        return false;
    realm = js_error_function_realm(ctx, f->func);
    return JS_VALUE_GET_OBJ(f->this_val) == JS_VALUE_GET_OBJ(realm->global_obj) ||
        JS_VALUE_GET_OBJ(f->this_val) == JS_VALUE_GET_OBJ(ctx->global_obj);
}

static bool js_error_is_eval(JSContext *ctx, const JSErrorFrame *f)
{
    JSFunctionBytecode *b = js_error_bytecode(f->func);
    return b && js_error_frame_is_eval_name(ctx, b->filename);
}

static JSObject *js_error_prototype(JSObject *p)
{
    return p->class_id == JS_CLASS_PROXY ? NULL : p->shape->proto;
}

static JSValue js_error_constructor_name(JSContext *ctx, JSObject *p)
{
    JSObject *q;
    JSProperty *pr;
    JSShapeProperty *prs;
    JSValue v;
    int depth;

    if (p->class_id == JS_CLASS_GENERATOR) {
        /* named after the function that made it */
        JSGeneratorData *g = p->u.opaque;
        if (g && g->state != JS_GENERATOR_STATE_COMPLETED) {
            v = js_error_function_name(ctx, g->func_state.frame.cur_func);
            if (js_error_is_nonempty(v))
                return v;
            JS_FreeValue(ctx, v);
        }
    }

    for (q = p, depth = 0; q && depth < 1000; q = js_error_prototype(q), depth++) {
        if (q->class_id == JS_CLASS_PROXY)
            return JS_NewString(ctx, "Proxy");
        /* an instance's class counts before any toStringTag of its own class chain */
        if (q != p) {
            prs = find_own_property(&pr, q, JS_ATOM_constructor);
            if (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_NORMAL &&
                JS_VALUE_GET_TAG(pr->u.value) == JS_TAG_OBJECT &&
                JS_IsFunction(ctx, pr->u.value)) {
                v = js_error_own_string(ctx, JS_VALUE_GET_OBJ(pr->u.value), JS_ATOM_name);
                if (js_error_is_nonempty(v) &&
                    !(JS_VALUE_GET_TAG(v) == JS_TAG_STRING &&
                      js_error_prototype(q) == NULL))
                    return v;
                JS_FreeValue(ctx, v);
            }
        }
        v = js_error_own_string(ctx, q, JS_ATOM_Symbol_toStringTag);
        if (JS_IsString(v))
            return v;
        JS_FreeValue(ctx, v);
    }
    switch (p->class_id) {
    case JS_CLASS_ARGUMENTS:
    case JS_CLASS_MAPPED_ARGUMENTS:
        return JS_NewString(ctx, "Arguments");
    default:
        return JS_NewString(ctx, JS_IsFunction(ctx, JS_MKPTR(JS_TAG_OBJECT, p)) ?
                            "Function" : "Object");
    }
}

static JSValue js_error_type_name(JSContext *ctx, const JSErrorFrame *f)
{
    JSValueConst v = f->this_val;
    JSValue name;

    switch (JS_VALUE_GET_NORM_TAG(v)) {
    case JS_TAG_NULL:
    case JS_TAG_UNDEFINED:
    case JS_TAG_UNINITIALIZED:
        return JS_NULL;
    case JS_TAG_INT:
    case JS_TAG_FLOAT64:
        return JS_NewString(ctx, "Number");
    case JS_TAG_BOOL:
        return JS_NewString(ctx, "Boolean");
    case JS_TAG_STRING:
    case JS_TAG_STRING_ROPE:
        return JS_NewString(ctx, "String");
    case JS_TAG_SYMBOL:
        return JS_NewString(ctx, "Symbol");
    case JS_TAG_BIG_INT:
    case JS_TAG_SHORT_BIG_INT:
        return JS_NewString(ctx, "BigInt");
    case JS_TAG_OBJECT:
        break;
    default:
        return JS_NULL;
    }
    if (JS_VALUE_GET_OBJ(v)->class_id != JS_CLASS_PROXY && JS_IsFunction(ctx, v)) {
        name = js_error_function_name(ctx, v);
        if (js_error_is_nonempty(name))
            return name;
        JS_FreeValue(ctx, name);
    }
    return js_error_constructor_name(ctx, JS_VALUE_GET_OBJ(v));
}

static bool js_error_property_is(JSObject *p, JSAtom atom, JSObject *func, bool *found)
{
    JSProperty *pr;
    JSShapeProperty *prs = find_own_property(&pr, p, atom);

    *found = prs != NULL;
    if (!prs)
        return false;
    switch (prs->flags & JS_PROP_TMASK) {
    case JS_PROP_NORMAL:
        return JS_VALUE_GET_TAG(pr->u.value) == JS_TAG_OBJECT &&
            JS_VALUE_GET_OBJ(pr->u.value) == func;
    case JS_PROP_GETSET:
        return pr->u.getset.getter == func || pr->u.getset.setter == func;
    default:
        return false;
    }
}

/* The property by which the receiver reaches the function, or JS_NULL if none or
   more than one does. */
static JSValue js_error_method_name(JSContext *ctx, const JSErrorFrame *f)
{
    JSValueConst recv = f->this_val;
    JSObject *start, *p, *func;
    JSFunctionBytecode *b;
    JSAtom result = JS_ATOM_NULL, name;
    JSValue v;
    bool found;
    uint32_t i;
    int depth;

    if (JS_VALUE_GET_TAG(f->func) != JS_TAG_OBJECT)
        return JS_NULL;
    if (JS_VALUE_GET_TAG(recv) != JS_TAG_OBJECT)
        recv = JS_GetPrototypePrimitive(ctx, recv);
    if (JS_VALUE_GET_TAG(recv) != JS_TAG_OBJECT)
        return JS_NULL;
    start = JS_VALUE_GET_OBJ(recv);
    func = JS_VALUE_GET_OBJ(f->func);
    /* by the name it was compiled with */
    b = js_error_bytecode(f->func);
    if (b) {
        name = b->name_is_inferred ? JS_ATOM_NULL : JS_DupAtom(ctx, b->func_name);
    } else {
        v = js_error_function_name(ctx, f->func);
        name = JS_IsString(v) ? JS_ValueToAtom(ctx, v) : JS_ATOM_NULL;
        JS_FreeValue(ctx, v);
    }
    if (name != JS_ATOM_NULL && name != JS_ATOM_empty_string) {
        const char *str = JS_AtomToCString(ctx, name);
        if (str && (!strncmp(str, "get ", 4) || !strncmp(str, "set ", 4))) {
            JS_FreeAtom(ctx, name);
            name = JS_NewAtom(ctx, str + 4);
        }
        JS_FreeCString(ctx, str);
        for (p = start, depth = 0; p && depth < 1000; p = js_error_prototype(p), depth++) {
            if (p->class_id == JS_CLASS_PROXY)
                break;
            if (js_error_property_is(p, name, func, &found)) {
                v = JS_AtomToString(ctx, name);
                JS_FreeAtom(ctx, name);
                return v;
            }
            if (found)
                break;
        }
    }
    JS_FreeAtom(ctx, name);
    /* by looking at everything */
    for (p = start, depth = 0; p && depth < 1000; p = js_error_prototype(p), depth++) {
        if (p->class_id == JS_CLASS_PROXY)
            break;
        for (i = 0; i < p->shape->prop_count; i++) {
            JSAtom atom = get_shape_prop(p->shape)[i].atom;
            if (atom == JS_ATOM_NULL || JS_AtomGetKind(ctx, atom) != JS_ATOM_KIND_STRING)
                continue;
            if (!js_error_property_is(p, atom, func, &found))
                continue;
            if (result != JS_ATOM_NULL)
                return JS_NULL;
            result = atom;
        }
        if (result != JS_ATOM_NULL)
            break;
    }
    return result == JS_ATOM_NULL ? JS_NULL : JS_AtomToString(ctx, result);
}

/* Line (0 if unknown) and column of a frame. */
static int js_error_frame_line(JSContext *ctx, const JSErrorFrame *f, int *pcolumn)
{
    JSFunctionBytecode *b = js_error_bytecode(f->func);

    *pcolumn = 0;
    if (!b || f->pc < 0 || (f->flags & JS_ERROR_FRAME_PROMISE_COMBINATOR))
        return 0;
    return find_line_num(ctx, b, f->pc, pcolumn);
}

/* The script's name as a string: JS_NULL for natives, JS_UNDEFINED for eval code. */
static JSValue js_error_frame_file(JSContext *ctx, const JSErrorFrame *f)
{
    JSFunctionBytecode *b = js_error_bytecode(f->func);

    if (!b)
        return JS_NULL;
    if (b->filename == JS_ATOM_NULL || js_error_frame_is_eval_name(ctx, b->filename))
        return JS_UNDEFINED;
    return JS_AtomToString(ctx, b->filename);
}

/* "eval at f (file:1:2)" for eval code, else JS_UNDEFINED. */
static JSValue js_error_frame_eval_origin(JSContext *ctx, const JSErrorFrame *f)
{
    if (!js_error_is_eval(ctx, f))
        return JS_UNDEFINED;
    return JS_AtomToString(ctx, js_error_bytecode(f->func)->filename);
}

/* ---- text ---- */

static void js_error_put_value(JSContext *ctx, DynBuf *dbuf, JSValueConst v)
{
    size_t len;
    const char *str = JS_ToCStringLen(ctx, &len, v);
    if (!str) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        return;
    }
    dbuf_put(dbuf, (const uint8_t *)str, len);
    JS_FreeCString(ctx, str);
}

static void js_error_put_location(JSContext *ctx, DynBuf *dbuf, const JSErrorFrame *f)
{
    JSValue v;
    int line, column;

    v = js_error_frame_eval_origin(ctx, f);
    if (JS_IsString(v)) {
        js_error_put_value(ctx, dbuf, v);
        dbuf_putstr(dbuf, ", ");
    }
    JS_FreeValue(ctx, v);
    v = js_error_frame_file(ctx, f);
    if (js_error_is_nonempty(v))
        js_error_put_value(ctx, dbuf, v);
    else
        dbuf_putstr(dbuf, "<anonymous>");
    JS_FreeValue(ctx, v);
    line = js_error_frame_line(ctx, f, &column);
    if (line > 0)
        dbuf_printf(dbuf, ":%d:%d", line, column);
}

static bool js_error_is_identifier(JSContext *ctx, JSValueConst v)
{
    const char *str = JS_ToCString(ctx, v);
    const uint8_t *p = (const uint8_t *)str;
    bool ok, first = true;
    int c;

    if (!p)
        return false;
    ok = *p != 0;
    while (*p && ok) {
        c = *p < 128 ? *p++ : (int)utf8_decode(p, &p);
        ok = first ? lre_js_is_ident_first(c) : lre_js_is_ident_next(c);
        first = false;
    }
    JS_FreeCString(ctx, str);
    return ok;
}

static bool js_error_ends_with_method(JSContext *ctx, JSValueConst func, JSValueConst method)
{
    size_t flen, mlen;
    const char *fs = JS_ToCStringLen(ctx, &flen, func);
    const char *ms = JS_ToCStringLen(ctx, &mlen, method);
    bool ok = false;

    if (fs && ms && flen >= mlen && !memcmp(fs + flen - mlen, ms, mlen))
        ok = flen == mlen || fs[flen - mlen - 1] == '.' || fs[flen - mlen - 1] == ' ';
    JS_FreeCString(ctx, fs);
    JS_FreeCString(ctx, ms);
    return ok;
}

static void js_error_put_method(JSContext *ctx, DynBuf *dbuf, const JSErrorFrame *f,
                                JSValueConst func_name)
{
    JSValue type_name = js_error_type_name(ctx, f);
    JSValue method_name = js_error_method_name(ctx, f);

    if (js_error_is_nonempty(func_name)) {
        if (js_error_is_nonempty(type_name) && js_error_is_identifier(ctx, func_name)) {
            js_error_put_value(ctx, dbuf, type_name);
            dbuf_putc(dbuf, '.');
        }
        js_error_put_value(ctx, dbuf, func_name);
        if (js_error_is_nonempty(method_name) &&
            !js_error_ends_with_method(ctx, func_name, method_name)) {
            dbuf_putstr(dbuf, " [as ");
            js_error_put_value(ctx, dbuf, method_name);
            dbuf_putc(dbuf, ']');
        }
    } else {
        if (js_error_is_nonempty(type_name)) {
            js_error_put_value(ctx, dbuf, type_name);
            dbuf_putc(dbuf, '.');
        }
        if (js_error_is_nonempty(method_name))
            js_error_put_value(ctx, dbuf, method_name);
        else
            dbuf_putstr(dbuf, "<anonymous>");
    }
    JS_FreeValue(ctx, type_name);
    JS_FreeValue(ctx, method_name);
}

/* One frame, as CallSite.prototype.toString gives it. */
static void js_error_put_frame(JSContext *ctx, DynBuf *dbuf, const JSErrorFrame *f)
{
    JSValue func_name;

    if (f->flags & JS_ERROR_FRAME_ASYNC)
        dbuf_putstr(dbuf, "async ");
    if (f->flags & JS_ERROR_FRAME_PROMISE_COMBINATOR) {
        dbuf_printf(dbuf, "Promise.%s (index %d)",
                    (f->flags & JS_ERROR_FRAME_PROMISE_ALL) ? "all" :
                    (f->flags & JS_ERROR_FRAME_PROMISE_ANY) ? "any" : "allSettled", f->pc);
        return;
    }
    func_name = js_error_function_name(ctx, f->func);
    if (f->flags & JS_ERROR_FRAME_CONSTRUCTOR) {
        dbuf_putstr(dbuf, "new ");
        if (js_error_is_nonempty(func_name))
            js_error_put_value(ctx, dbuf, func_name);
        else
            dbuf_putstr(dbuf, "<anonymous>");
    } else if (!js_error_is_toplevel(ctx, f)) {
        js_error_put_method(ctx, dbuf, f, func_name);
    } else if (js_error_is_nonempty(func_name)) {
        js_error_put_value(ctx, dbuf, func_name);
    } else {
        js_error_put_location(ctx, dbuf, f);
        JS_FreeValue(ctx, func_name);
        return;
    }
    JS_FreeValue(ctx, func_name);
    dbuf_putstr(dbuf, " (");
    js_error_put_location(ctx, dbuf, f);
    dbuf_putc(dbuf, ')');
}

/* The first line of a stack: what Error.prototype.toString gives, whatever the
   object is; what that throws is shown instead. */
static void js_error_put_header(JSContext *ctx, DynBuf *dbuf, JSValueConst error)
{
    JSValue v = js_error_toString(ctx, error, 0, NULL);
    const char *str;
    size_t len;

    if (JS_IsException(v)) {
        JSValue exc = JS_GetException(ctx);
        dbuf_putstr(dbuf, "<error");
        v = JS_IsObject(exc) ? js_error_toString(ctx, exc, 0, NULL) : JS_ToString(ctx, exc);
        JS_FreeValue(ctx, exc);
        if (JS_IsException(v)) {
            JS_FreeValue(ctx, JS_GetException(ctx));
            dbuf_putc(dbuf, '>');
            return;
        }
        dbuf_putstr(dbuf, ": ");
        js_error_put_value(ctx, dbuf, v);
        dbuf_putc(dbuf, '>');
        JS_FreeValue(ctx, v);
        return;
    }
    str = JS_ToCStringLen(ctx, &len, v);
    if (str)
        dbuf_put(dbuf, (const uint8_t *)str, len);
    JS_FreeCString(ctx, str);
    JS_FreeValue(ctx, v);
}

static JSValue js_error_default_text(JSContext *ctx, JSValueConst error,
                                     const JSErrorFrame *frames, int count)
{
    DynBuf dbuf;
    JSValue ret;
    int i;

    js_dbuf_init(ctx, &dbuf);
    js_error_put_header(ctx, &dbuf, error);
    for (i = 0; i < count; i++) {
        dbuf_putstr(&dbuf, "\n    at ");
        js_error_put_frame(ctx, &dbuf, &frames[i]);
    }
    if (dbuf_error(&dbuf))
        ret = JS_ThrowOutOfMemory(ctx);
    else
        ret = JS_NewStringLen(ctx, (const char *)dbuf.buf, dbuf.size);
    dbuf_free(&dbuf);
    return ret;
}

/* The script name of code that is about to be evaluated by eval or new Function:
   where from, as V8's getEvalOrigin() says. NULL when no script is running. */
static char *js_error_eval_name(JSContext *ctx)
{
    JSStackFrame *sf;
    JSFunctionBytecode *b;
    JSErrorFrame f;
    JSValue name;
    DynBuf dbuf;

    for (sf = ctx->rt->current_stack_frame; sf != NULL; sf = sf->prev_frame) {
        b = js_error_bytecode(sf->cur_func);
        if (!b)
            continue;
        f.func = sf->cur_func;
        f.this_val = JS_UNDEFINED;
        f.flags = 0;
        f.pc = sf->cur_pc ? (int)(sf->cur_pc - b->byte_code_buf) - 1 : 0;
        js_dbuf_init(ctx, &dbuf);
        dbuf_putstr(&dbuf, "eval at ");
        name = b->func_name == JS_ATOM__eval_ ? JS_NULL : js_error_function_name(ctx, f.func);
        if (js_error_is_nonempty(name))
            js_error_put_value(ctx, &dbuf, name);
        else
            dbuf_putstr(&dbuf, "<anonymous>");
        JS_FreeValue(ctx, name);
        dbuf_putstr(&dbuf, " (");
        name = js_error_frame_eval_origin(ctx, &f);
        if (JS_IsString(name))
            js_error_put_value(ctx, &dbuf, name);
        else
            js_error_put_location(ctx, &dbuf, &f);
        JS_FreeValue(ctx, name);
        dbuf_putc(&dbuf, ')');
        dbuf_putc(&dbuf, '\0');
        if (dbuf_error(&dbuf)) {
            dbuf_free(&dbuf);
            return NULL;
        }
        return (char *)dbuf.buf;
    }
    return NULL;
}

/* ---- CallSite objects ---- */

static void js_callsite_finalizer(JSRuntime *rt, JSValueConst val)
{
    JSErrorFrame *f = JS_VALUE_GET_OBJ(val)->u.opaque;
    if (f) {
        js_error_frames_free(rt, f, 1);
        js_free_rt(rt, f);
    }
}

static void js_callsite_mark(JSRuntime *rt, JSValueConst val, JS_MarkFunc *mark_func)
{
    JSErrorFrame *f = JS_VALUE_GET_OBJ(val)->u.opaque;
    if (f) {
        JS_MarkValue(rt, f->func, mark_func);
        JS_MarkValue(rt, f->this_val, mark_func);
    }
}

static JSValue js_error_call_sites(JSContext *ctx, const JSErrorFrame *frames, int count)
{
    JSValue arr, obj;
    JSErrorFrame *f;
    int i;

    arr = JS_NewArray(ctx);
    if (JS_IsException(arr))
        return arr;
    for (i = 0; i < count; i++) {
        obj = JS_NewObjectClass(ctx, JS_CLASS_CALL_SITE);
        if (JS_IsException(obj))
            goto fail;
        f = js_malloc(ctx, sizeof(*f));
        if (!f) {
            JS_FreeValue(ctx, obj);
            goto fail;
        }
        *f = frames[i];
        js_dup(f->func);
        js_dup(f->this_val);
        JS_VALUE_GET_OBJ(obj)->u.opaque = f;
        if (JS_DefinePropertyValueUint32(ctx, arr, i, obj, JS_PROP_C_W_E) < 0)
            goto fail;
    }
    return arr;
fail:
    JS_FreeValue(ctx, arr);
    return JS_EXCEPTION;
}

enum {
    CALLSITE_getColumnNumber, CALLSITE_getEnclosingColumnNumber,
    CALLSITE_getEnclosingLineNumber, CALLSITE_getEvalOrigin, CALLSITE_getFileName,
    CALLSITE_getFunction, CALLSITE_getFunctionName, CALLSITE_getLineNumber,
    CALLSITE_getMethodName, CALLSITE_getPosition, CALLSITE_getPromiseIndex,
    CALLSITE_getScriptNameOrSourceURL, CALLSITE_getScriptHash, CALLSITE_getThis,
    CALLSITE_getTypeName, CALLSITE_isAsync, CALLSITE_isConstructor, CALLSITE_isEval,
    CALLSITE_isNative, CALLSITE_isPromiseAll, CALLSITE_isToplevel, CALLSITE_toString,
};

static const char js_callsite_method_names[][26] = {
    "getColumnNumber", "getEnclosingColumnNumber", "getEnclosingLineNumber",
    "getEvalOrigin", "getFileName", "getFunction", "getFunctionName", "getLineNumber",
    "getMethodName", "getPosition", "getPromiseIndex", "getScriptNameOrSourceURL",
    "getScriptHash", "getThis", "getTypeName", "isAsync", "isConstructor", "isEval",
    "isNative", "isPromiseAll", "isToplevel", "toString",
};

static JSValue js_error_number_or_null(int v)
{
    return v > 0 ? js_int32(v) : JS_NULL;
}

static JSValue js_callsite_method(JSContext *ctx, JSValueConst this_val,
                                  int argc, JSValueConst *argv, int magic)
{
    JSErrorFrame *f = JS_GetOpaque(this_val, JS_CLASS_CALL_SITE);
    JSFunctionBytecode *b;
    DynBuf dbuf;
    JSValue ret;
    int line, column;

    if (!f)
        return JS_ThrowTypeError(ctx, "CallSite method %s expects CallSite as receiver",
                                 js_callsite_method_names[magic]);
    b = js_error_bytecode(f->func);
    switch (magic) {
    case CALLSITE_getColumnNumber:
        js_error_frame_line(ctx, f, &column);
        return js_error_number_or_null(column);
    case CALLSITE_getLineNumber:
        line = js_error_frame_line(ctx, f, &column);
        return js_error_number_or_null(line);
    case CALLSITE_getEnclosingColumnNumber:
        return js_error_number_or_null(b ? b->col_num : 0);
    case CALLSITE_getEnclosingLineNumber:
        return js_error_number_or_null(b ? b->line_num : 0);
    case CALLSITE_getEvalOrigin:
        return js_error_frame_eval_origin(ctx, f);
    case CALLSITE_getFileName:
    case CALLSITE_getScriptNameOrSourceURL:
        return js_error_frame_file(ctx, f);
    case CALLSITE_getFunction:
        return (f->flags & JS_ERROR_FRAME_STRICT) ? JS_UNDEFINED : js_dup(f->func);
    case CALLSITE_getThis:
        if (f->flags & JS_ERROR_FRAME_STRICT)
            return JS_UNDEFINED;
        /* sloppy functions receive the global object */
        if (b && (JS_IsUndefined(f->this_val) || JS_IsNull(f->this_val)))
            return js_dup(js_error_function_realm(ctx, f->func)->global_obj);
        return JS_IsUninitialized(f->this_val) ? JS_UNDEFINED : js_dup(f->this_val);
    case CALLSITE_getFunctionName:
        return js_error_function_name(ctx, f->func);
    case CALLSITE_getMethodName:
        if (f->flags & JS_ERROR_FRAME_CONSTRUCTOR)
            return JS_NULL;
        if (JS_IsUndefined(f->this_val)) {
            JSErrorFrame g = *f;
            if (f->flags & JS_ERROR_FRAME_STRICT)
                return JS_NULL;
            g.this_val = js_error_function_realm(ctx, f->func)->global_obj;
            return js_error_method_name(ctx, &g);
        }
        return js_error_method_name(ctx, f);
    case CALLSITE_getTypeName:
        return (f->flags & JS_ERROR_FRAME_CONSTRUCTOR) || JS_VALUE_GET_TAG(f->this_val) == JS_TAG_UNDEFINED ?
            JS_NULL : js_error_type_name(ctx, f);
    case CALLSITE_getPosition:
        return js_int32(b ? f->pc : 0);
    case CALLSITE_getPromiseIndex:
        return (f->flags & JS_ERROR_FRAME_PROMISE_COMBINATOR) ? js_int32(f->pc) : JS_NULL;
    case CALLSITE_getScriptHash:
        return js_empty_string(ctx->rt);
    case CALLSITE_isAsync:
        return js_bool(f->flags & JS_ERROR_FRAME_ASYNC);
    case CALLSITE_isConstructor:
        return js_bool(f->flags & JS_ERROR_FRAME_CONSTRUCTOR);
    case CALLSITE_isEval:
        return js_bool(js_error_is_eval(ctx, f));
    case CALLSITE_isNative:
        return JS_FALSE;
    case CALLSITE_isPromiseAll:
        return js_bool(f->flags & JS_ERROR_FRAME_PROMISE_ALL);
    case CALLSITE_isToplevel:
        return js_bool(js_error_is_toplevel(ctx, f));
    default:
        break;
    }
    js_dbuf_init(ctx, &dbuf);
    js_error_put_frame(ctx, &dbuf, f);
    ret = JS_NewStringLen(ctx, (const char *)dbuf.buf, dbuf.size);
    dbuf_free(&dbuf);
    return ret;
}

static const JSClassShortDef js_callsite_class_def[] = {
    { JS_ATOM_CallSite, js_callsite_finalizer, js_callsite_mark }, /* JS_CLASS_CALL_SITE */
};

static JSValue js_callsite_constructor(JSContext *ctx, JSValueConst this_val,
                                       int argc, JSValueConst *argv)
{
    return JS_ThrowTypeError(ctx, "Unsupported constructor");
}

static int js_error_add_callsite_class(JSContext *ctx)
{
    JSRuntime *rt = ctx->rt;
    JSValue proto, fn;
    int i;

    if (!JS_IsRegisteredClass(rt, JS_CLASS_CALL_SITE)) {
        if (init_class_range(rt, js_callsite_class_def, JS_CLASS_CALL_SITE,
                             countof(js_callsite_class_def)))
            return -1;
    }
    proto = JS_NewObject(ctx);
    if (JS_IsException(proto))
        return -1;
    ctx->class_proto[JS_CLASS_CALL_SITE] = proto;
    fn = JS_NewCFunction2(ctx, js_callsite_constructor, "CallSite", 0, JS_CFUNC_constructor, 0);
    if (JS_IsException(fn))
        return -1;
    JS_SetConstructor2(ctx, fn, proto, 0, JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
    JS_FreeValue(ctx, fn);
    for (i = 0; i < (int)countof(js_callsite_method_names); i++) {
        fn = JS_NewCFunctionMagic(ctx, js_callsite_method, js_callsite_method_names[i],
                                  0, JS_CFUNC_generic_magic, i);
        if (JS_IsException(fn))
            return -1;
        if (JS_DefinePropertyValueStr(ctx, proto, js_callsite_method_names[i], fn, 0) < 0)
            return -1;
    }
    return 0;
}

/* ---- `stack` ---- */

/* ---- the source line of a position ---- */

/* Does the function's text hold all of that line of that file? */
static bool js_error_has_line(JSValueConst func, JSAtom filename, int line)
{
    JSFunctionBytecode *b = js_error_bytecode(func);
    const char *p, *end;
    int n;

    if (!b || !b->source || b->filename != filename || line < b->line_num)
        return false;
    if (line == b->line_num)
        return b->col_num <= 1;
    for (n = b->line_num, p = b->source, end = p + b->source_len; p < end && n < line; p++)
        n += *p == '\n';
    return n == line;
}

/* The innermost of the frames whose text has the line of the first one. */
static JSValueConst js_error_source_function(JSContext *ctx, const JSErrorFrame *frames,
                                             int count, int line)
{
    JSFunctionBytecode *b = js_error_bytecode(frames[0].func);
    int i;

    for (i = 0; b && i < count; i++) {
        if (js_error_has_line(frames[i].func, b->filename, line))
            return frames[i].func;
    }
    return JS_UNDEFINED;
}

static JSValue js_error_line_text(JSContext *ctx, JSValueConst func, int line)
{
    JSFunctionBytecode *b = js_error_bytecode(func);
    const char *p, *start, *end;
    JSValue ret;
    int n;

    if (!b || !b->source)
        return JS_UNDEFINED;
    end = b->source + b->source_len;
    for (n = b->line_num, p = b->source; p < end && n < line; p++)
        n += *p == '\n';
    for (start = p; p < end && *p != '\n' && *p != '\r'; p++)
        ;
    ret = JS_NewStringLen(ctx, start, p - start);
    if (JS_IsException(ret)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        return JS_UNDEFINED;
    }
    return ret;
}

/* ---- where the exception on its way was thrown ---- */

static bool js_error_is_thrown(JSRuntime *rt)
{
    JSValueConst a = rt->throw_value, b = rt->current_exception;

    if (JS_VALUE_GET_TAG(a) != JS_VALUE_GET_TAG(b) || JS_IsUndefined(rt->throw_func))
        return false;
    if (JS_VALUE_HAS_REF_COUNT(a))
        return JS_VALUE_GET_PTR(a) == JS_VALUE_GET_PTR(b);
    return JS_VALUE_GET_TAG(a) != JS_TAG_INT || JS_VALUE_GET_INT(a) == JS_VALUE_GET_INT(b);
}

static void js_error_forget_throw(JSRuntime *rt)
{
    JSValue func = rt->throw_func, value = rt->throw_value;

    rt->throw_func = rt->throw_value = JS_UNDEFINED;
    JS_FreeValueRT(rt, func);
    JS_FreeValueRT(rt, value);
}

static void js_error_note_throw(JSRuntime *rt, JSStackFrame *sf, int pc)
{
    js_error_forget_throw(rt);
    rt->throw_func = js_dup(sf->cur_func);
    rt->throw_value = js_dup(rt->current_exception);
    rt->throw_pc = pc;
}

/* The position of the first frame moves into the record, then the frames go. */
static void js_error_drop_frames(JSContext *ctx, JSErrorStack *s)
{
    JSErrorFrame *frames = s->frames;
    int count = s->count;

    if (count && !s->line) {
        s->line = js_error_frame_line(ctx, &frames[0], &s->column);
        JS_FreeValue(ctx, s->file);
        s->file = js_error_frame_file(ctx, &frames[0]);
        s->source_func = js_dup(js_error_source_function(ctx, frames, count, s->line));
    }
    s->frames = NULL;
    s->count = 0;
    js_error_frames_free(ctx->rt, frames, count);
    js_free_rt(ctx->rt, frames);
}

/* The host's callback: the realm's own, or that of the runtime's oldest realm. */
static JSValue js_error_prepare_callback(JSContext *ctx)
{
    struct list_head *el;

    if (!JS_IsUndefined(ctx->error_prepare_callback))
        return js_dup(ctx->error_prepare_callback);
    list_for_each(el, &ctx->rt->context_list) {
        JSContext *other = list_entry(el, JSContext, link);
        if (!JS_IsUndefined(other->error_prepare_callback))
            return js_dup(other->error_prepare_callback);
    }
    return JS_UNDEFINED;
}

/* Makes the value of `stack`; ctx is the realm of the error. */
static JSValue js_error_format(JSContext *ctx, JSValueConst error, JSErrorStack *s)
{
    JSRuntime *rt = ctx->rt;
    JSValue func = JS_UNDEFINED, sites, ret;
    JSErrorFrame *frames;
    JSProperty *pr;
    JSShapeProperty *prs;
    int count, i, argc;

    /* the callback may read or set `stack` of this very error: work on a copy */
    count = s->count;
    frames = NULL;
    if (count) {
        frames = js_malloc(ctx, count * sizeof(*frames));
        if (!frames)
            return JS_EXCEPTION;
        for (i = 0; i < count; i++) {
            frames[i] = s->frames[i];
            js_dup(frames[i].func);
            js_dup(frames[i].this_val);
        }
    }
    if (!rt->in_build_stack_trace) {
        func = js_error_prepare_callback(ctx);
        argc = 3;
        if (JS_IsUndefined(func)) {
            argc = 2;
            prs = NULL;
            if (JS_VALUE_GET_TAG(ctx->error_ctor) == JS_TAG_OBJECT)
                prs = find_own_property(&pr, JS_VALUE_GET_OBJ(ctx->error_ctor),
                                        JS_ATOM_prepareStackTrace);
            if (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_NORMAL &&
                JS_IsFunction(ctx, pr->u.value))
                func = js_dup(pr->u.value);
        }
    }
    if (JS_IsUndefined(func)) {
        ret = js_error_default_text(ctx, error, frames, count);
    } else {
        sites = js_error_call_sites(ctx, frames, count);
        if (JS_IsException(sites)) {
            ret = JS_EXCEPTION;
        } else {
            JSValueConst args[3] = { ctx->global_obj, error, sites };
            rt->in_build_stack_trace = true;
            ret = JS_Call(ctx, func, argc == 3 ? JS_UNDEFINED : ctx->error_ctor,
                          argc, args + 3 - argc);
            rt->in_build_stack_trace = false;
            JS_FreeValue(ctx, sites);
        }
        JS_FreeValue(ctx, func);
    }
    js_error_frames_free(rt, frames, count);
    js_free(ctx, frames);
    return ret;
}

static JSValue js_error_stack_get(JSContext *ctx, JSValueConst this_val)
{
    JSObject *holder;
    JSErrorStack *s;
    JSValue ret, keep;

    if (JS_VALUE_GET_TAG(this_val) != JS_TAG_OBJECT)
        return JS_UNDEFINED;
    holder = js_error_stack_holder(JS_VALUE_GET_OBJ(this_val));
    if (!holder)
        return JS_UNDEFINED;
    s = holder->u.opaque;
    if (!JS_IsUninitialized(s->formatted))
        return js_dup(s->formatted);
    keep = js_dup(JS_MKPTR(JS_TAG_OBJECT, holder));
    ret = js_error_format(ctx, this_val, s);
    s = holder->u.opaque; /* captureStackTrace may have replaced it */
    if (!JS_IsException(ret)) {
        JS_FreeValue(ctx, s->formatted);
        s->formatted = js_dup(ret);
        js_error_drop_frames(ctx, s);
    }
    JS_FreeValue(ctx, keep);
    return ret;
}

static JSValue js_error_stack_set(JSContext *ctx, JSValueConst this_val, JSValueConst value)
{
    JSErrorStack *s = js_error_get_data(this_val);
    JSValue old;

    if (s) {
        old = s->formatted;
        s->formatted = js_dup(value);
        js_error_drop_frames(ctx, s);
        JS_FreeValue(ctx, old);
    }
    return JS_UNDEFINED;
}

static JSValue js_error_capture_stack_trace(JSContext *ctx, JSValueConst this_val,
                                            int argc, JSValueConst *argv)
{
    if (JS_VALUE_GET_TAG(argv[0]) != JS_TAG_OBJECT)
        return JS_ThrowTypeError(ctx, "invalid_argument");
    if (js_error_capture_onto(ctx, argv[0],
                              JS_IsFunction(ctx, argv[1]) ? argv[1] : JS_UNDEFINED,
                              JS_IsFunction(ctx, argv[1]) ? 0 : 1) < 0)
        return JS_EXCEPTION;
    return JS_UNDEFINED;
}

static int js_error_add_intrinsic(JSContext *ctx)
{
    JSCFunctionType ft;

    ft.getter = js_error_stack_get;
    ctx->error_stack_getter = JS_NewCFunction2(ctx, ft.generic, "", 0, JS_CFUNC_getter, 0);
    ft.setter = js_error_stack_set;
    ctx->error_stack_setter = JS_NewCFunction2(ctx, ft.generic, "", 1, JS_CFUNC_setter, 0);
    if (JS_IsException(ctx->error_stack_getter) || JS_IsException(ctx->error_stack_setter))
        return -1;
    if (JS_DefinePropertyValue(ctx, ctx->error_ctor, JS_ATOM_stackTraceLimit,
                               js_int32(10), JS_PROP_C_W_E) < 0)
        return -1;
    return js_error_add_callsite_class(ctx);
}

/* ---- the C interface (engine_errors.h) ---- */

void JS_EdgeSetPrepareStackTraceCallback(JSContext *ctx, JSValueConst func)
{
    JSValue old = ctx->error_prepare_callback;
    ctx->error_prepare_callback = js_dup(func);
    JS_FreeValue(ctx, old);
}

JSValue JS_EdgeGetCallSites(JSContext *ctx, int skip, int max)
{
    JSErrorFrameBuffer fb;
    JSValue ret;

    fb.frames = fb.local;
    fb.count = 0;
    fb.size = countof(fb.local);
    fb.limit = max_int(skip, 0) + max_int(max, 0);
    fb.failed = false;
    js_error_walk(ctx, &fb, JS_UNDEFINED, 0);
    skip = min_int(max_int(skip, 0), fb.count);
    ret = js_error_call_sites(ctx, fb.frames + skip, fb.count - skip);
    js_error_frames_free(ctx->rt, fb.frames, fb.count);
    if (fb.frames != fb.local)
        js_free_rt(ctx->rt, fb.frames);
    return ret;
}

static int js_error_frame_position(JSContext *ctx, const JSErrorFrame *f, JSEdgePosition *pos)
{
    pos->line = js_error_frame_line(ctx, f, &pos->column);
    pos->end_column = pos->column ? pos->column + 1 : 0;
    pos->file = js_error_frame_file(ctx, f);
    pos->source_line = JS_UNDEFINED;
    if (JS_IsNull(pos->file))
        pos->file = JS_UNDEFINED;
    if (JS_IsException(pos->file)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        pos->file = JS_UNDEFINED;
    }
    return pos->line > 0;
}

int JS_EdgeGetErrorPosition(JSContext *ctx, JSValueConst err, JSEdgePosition *pos)
{
    JSRuntime *rt = ctx->rt;
    JSErrorStack *s = js_error_get_data(err);
    JSErrorFrame f;
    int i;

    pos->file = pos->source_line = JS_UNDEFINED;
    pos->line = pos->column = pos->end_column = 0;
    if (!(s && JS_IsString(s->source_line)) && !JS_IsUndefined(rt->throw_func) &&
        js_same_value(ctx, err, rt->throw_value)) {
        f.func = rt->throw_func;
        f.this_val = JS_UNDEFINED;
        f.pc = rt->throw_pc;
        f.flags = 0;
        if (js_error_frame_position(ctx, &f, pos)) {
            JSAtom file = js_error_bytecode(f.func)->filename;
            if (js_error_has_line(f.func, file, pos->line)) {
                pos->source_line = js_error_line_text(ctx, f.func, pos->line);
            } else if (s && js_error_has_line(s->source_func, file, pos->line)) {
                pos->source_line = js_error_line_text(ctx, s->source_func, pos->line);
            } else {
                for (i = 0; s && i < s->count; i++) {
                    if (js_error_has_line(s->frames[i].func, file, pos->line)) {
                        pos->source_line = js_error_line_text(ctx, s->frames[i].func, pos->line);
                        break;
                    }
                }
            }
            return 1;
        }
    }
    if (!s)
        return 0;
    if (s->line) {
        pos->file = JS_IsString(s->file) ? js_dup(s->file) : JS_UNDEFINED;
        pos->source_line = JS_IsString(s->source_line) ? js_dup(s->source_line) :
            js_error_line_text(ctx, s->source_func, s->line);
        pos->line = s->line;
        pos->column = s->column;
        pos->end_column = s->end_column ? s->end_column : s->column + 1;
        return 1;
    }
    for (i = 0; i < s->count; i++) {
        if (js_error_bytecode(s->frames[i].func)) {
            if (!js_error_frame_position(ctx, &s->frames[i], pos))
                return 0;
            pos->source_line =
                js_error_line_text(ctx, js_error_source_function(ctx, &s->frames[i], s->count - i,
                                                                 pos->line), pos->line);
            return 1;
        }
    }
    return 0;
}

void JS_EdgeFreePosition(JSContext *ctx, JSEdgePosition *pos)
{
    JS_FreeValue(ctx, pos->file);
    JS_FreeValue(ctx, pos->source_line);
    pos->file = pos->source_line = JS_UNDEFINED;
}

int JS_EdgeGetCurrentPosition(JSContext *ctx, int depth, JSEdgePosition *pos)
{
    JSErrorFrame f;
    JSStackFrame *sf;
    JSFunctionBytecode *b;

    pos->file = pos->source_line = JS_UNDEFINED;
    pos->line = pos->column = pos->end_column = 0;
    for (sf = ctx->rt->current_stack_frame; sf != NULL; sf = sf->prev_frame) {
        b = js_error_bytecode(sf->cur_func);
        if (!b && js_error_hides_native(JS_VALUE_GET_OBJ(sf->cur_func)))
            continue;
        if (depth-- > 0)
            continue;
        f.func = sf->cur_func;
        f.this_val = JS_UNDEFINED;
        f.flags = 0;
        f.pc = !b ? -1 : sf->cur_pc ? (int)(sf->cur_pc - b->byte_code_buf) - 1 : 0;
        return js_error_frame_position(ctx, &f, pos);
    }
    return 0;
}

int JS_EdgeCaptureStackTrace(JSContext *ctx, JSValueConst obj, JSValueConst until)
{
    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT) {
        JS_ThrowTypeError(ctx, "invalid_argument");
        return -1;
    }
    return js_error_capture_onto(ctx, obj, until, 0);
}

