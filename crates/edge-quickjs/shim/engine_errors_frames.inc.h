/*
 * engine_errors_frames.inc.h - what a stack frame says about itself (names,
 * receiver, place), and its text as V8 writes it.
 * Part of the engine (see engine_errors_stack.inc.h, which includes it).
 */

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

static bool js_error_string_is(JSContext *ctx, JSValueConst v, const char *text)
{
    const char *str = JS_ToCString(ctx, v);
    bool ret = str && !strcmp(str, text);
    JS_FreeCString(ctx, str);
    return ret;
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
                if (js_error_is_nonempty(v) && !js_error_string_is(ctx, v, "Object"))
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
/* Node's own library comes out of V8's code cache, where what an assignment called a function is
   not known, unlike the names of arrow functions that are compiled later. */
static bool js_error_lost_name(JSContext *ctx, const JSErrorFrame *f)
{
    JSFunctionBytecode *b = js_error_bytecode(f->func);
    char buf[ATOM_GET_STR_BUF_SIZE];

    return b && b->name_is_inferred && b->has_prototype &&
        !strncmp(JS_AtomGetStr(ctx, buf, sizeof(buf), b->filename), "node:", 5);
}

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
    } else if (js_error_is_nonempty(func_name) && !js_error_lost_name(ctx, f)) {
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
