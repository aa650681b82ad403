/*
 * engine_errors_callsite.inc.h - CallSite objects, the `stack` accessor, the place of a
 * throw and its source line, and the C interface of engine_errors.h.
 * Part of the engine (see engine_errors_stack.inc.h, which includes it).
 */

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
        /* Node's own library comes out of V8's code cache, which has no inferred names */
        if (b && b->name_is_inferred) {
            char buf[ATOM_GET_STR_BUF_SIZE];
            if (!strncmp(JS_AtomGetStr(ctx, buf, sizeof(buf), b->filename), "node:", 5))
                return JS_NULL;
        }
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
static bool js_error_has_line(JSValueConst func, JSAtom filename, int line, bool whole)
{
    JSFunctionBytecode *b = js_error_bytecode(func);
    const char *p, *end;
    int n;

    if (!b || !b->source || b->filename != filename || line < b->line_num)
        return false;
    if (line == b->line_num && b->col_num > 1)
        return false;
    for (n = b->line_num, p = b->source, end = p + b->source_len; p < end && n < line; p++)
        n += *p == '\n';
    if (n != line || !whole || b->func_name == JS_ATOM__eval_)
        return n == line;
    return memchr(p, '\n', end - p) != NULL;
}

/* The innermost of the frames whose text has the line of the first one. */
static JSValueConst js_error_source_function(JSContext *ctx, const JSErrorFrame *frames,
                                             int count, int line)
{
    JSFunctionBytecode *b = js_error_bytecode(frames[0].func);
    int i, whole;

    for (whole = 1; whole >= 0; whole--) {
        for (i = 0; b && i < count; i++) {
            if (js_error_has_line(frames[i].func, b->filename, line, whole))
                return frames[i].func;
        }
    }
    return JS_UNDEFINED;
}

/* With a limit of one or two frames the function that holds the whole of the first frame's line, which
   an uncaught error shows, may be among the frames that are left out. */
static void js_error_keep_source(JSContext *ctx, JSErrorStack *s, const JSErrorFrame *first)
{
    JSFunctionBytecode *b = js_error_bytecode(first->func);
    JSStackFrame *sf;
    int line, column;

    if (!b)
        return;
    line = js_error_frame_line(ctx, first, &column);
    for (sf = ctx->rt->current_stack_frame; sf != NULL; sf = sf->prev_frame) {
        if (js_error_has_line(sf->cur_func, b->filename, line, true)) {
            s->source_func = js_dup(sf->cur_func);
            return;
        }
    }
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

static bool js_error_is_async_throw(JSRuntime *rt)
{
    JSFunctionBytecode *b = js_error_bytecode(rt->throw_func);
    return b && b->func_kind != JS_FUNC_NORMAL;
}

/* A handler takes the exception: the value is let go, the place is kept. */
static void js_error_caught_throw(JSRuntime *rt, int handler)
{
    JSValue value = rt->throw_value;

    rt->throw_handler = handler;
    rt->throw_caught = JS_VALUE_HAS_REF_COUNT(value) ? JS_VALUE_GET_PTR(value) : rt;
    rt->throw_value = JS_UNDEFINED;
    JS_FreeValueRT(rt, value);
}

static void js_error_note_throw(JSRuntime *rt, JSStackFrame *sf, int pc)
{
    JSFunctionBytecode *b = js_error_bytecode(sf->cur_func);
    void *caught = rt->throw_caught;

    if (!b)
        return;
    rt->throw_caught = NULL;
    if (b->byte_code_buf[pc] == OP_throw &&
        ((pc >= 5 && b->byte_code_buf[pc - 5] == OP_gosub) || (caught && pc == rt->throw_handler))) {
        /* the end of a `finally`, which may be empty, throws on what it interrupted */
        if (caught != (JS_VALUE_HAS_REF_COUNT(rt->current_exception) ?
                       JS_VALUE_GET_PTR(rt->current_exception) : (void *)rt)) {
            js_error_forget_throw(rt);
            rt->throw_func = JS_NULL; /* no longer known */
        }
        rt->throw_value = js_dup(rt->current_exception);
        return;
    }
    js_error_forget_throw(rt);
    rt->throw_func = js_dup(JS_MKPTR(JS_TAG_FUNCTION_BYTECODE, b));
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
        if (JS_IsUndefined(s->source_func))
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
    JSValueConst *reaction = ctx->rt->edge.reaction;
    JSValue ret;

    fb.frames = fb.local;
    fb.count = 0;
    fb.size = countof(fb.local);
    fb.limit = max_int(skip, 0) + max_int(max, 0);
    fb.failed = false;
    ctx->rt->edge.reaction = NULL; /* only what runs, not who waits for it */
    js_error_walk(ctx, &fb, JS_UNDEFINED, 0);
    ctx->rt->edge.reaction = reaction;
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
    int i, whole;

    pos->file = pos->source_line = JS_UNDEFINED;
    pos->line = pos->column = pos->end_column = 0;
    /* what an async function throws is a rejection: V8 places it where it was made */
    if (!(s && (JS_IsString(s->source_line) || js_error_is_async_throw(rt))) &&
        !JS_IsUndefined(rt->throw_func) && js_same_value(ctx, err, rt->throw_value)) {
        f.func = rt->throw_func;
        f.this_val = JS_UNDEFINED;
        f.pc = rt->throw_pc;
        f.flags = 0;
        if (js_error_frame_position(ctx, &f, pos)) {
            JSAtom file = js_error_bytecode(f.func)->filename;
            for (whole = 1; whole >= 0 && JS_IsUndefined(pos->source_line); whole--) {
                JSValueConst from = JS_UNDEFINED;
                if (js_error_has_line(f.func, file, pos->line, whole))
                    from = f.func;
                else if (s && js_error_has_line(s->source_func, file, pos->line, whole))
                    from = s->source_func;
                for (i = 0; s && i < s->count && JS_IsUndefined(from); i++) {
                    if (js_error_has_line(s->frames[i].func, file, pos->line, whole))
                        from = s->frames[i].func;
                }
                pos->source_line = js_error_line_text(ctx, from, pos->line);
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
                js_error_line_text(ctx, JS_IsUndefined(s->source_func) ?
                                   js_error_source_function(ctx, &s->frames[i], s->count - i, pos->line) :
                                   s->source_func, pos->line);
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
