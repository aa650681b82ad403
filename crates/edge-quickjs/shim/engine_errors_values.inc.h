/*
 * engine_errors_values.inc.h - values and names as V8 shows them in messages. Part of the
 * engine (see engine_errors_stack.inc.h). Nothing here runs JavaScript.
 */

static void js_error_put_atom(JSContext *ctx, DynBuf *dbuf, JSAtom atom)
{
    JSValue v = JS_AtomToValue(ctx, atom);
    if (JS_IsSymbol(v)) {
        JSValue d = js_symbol_toString(ctx, v, 0, NULL);
        js_error_put_value(ctx, dbuf, d);
        JS_FreeValue(ctx, d);
    } else {
        js_error_put_value(ctx, dbuf, v);
    }
    JS_FreeValue(ctx, v);
}

/* A value as V8 shows it in a message: "#<Foo>", "[object Array]", source text of a
   function. Never runs JavaScript. */
/* Has the object another toString than every object? V8 then does not ask for its constructor. */
static bool js_error_has_toString(JSObject *p)
{
    JSObject *q;

    for (q = p; q; q = js_error_prototype(q)) {
        JSProperty *pr;
        JSShapeProperty *prs = find_own_property(&pr, q, JS_ATOM_toString);
        JSObject *f;

        if (!prs)
            continue;
        /* a builtin's that nobody asked for yet */
        if ((prs->flags & JS_PROP_TMASK) == JS_PROP_AUTOINIT)
            return false;
        if ((prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL || !JS_IsObject(pr->u.value))
            return true;
        f = JS_VALUE_GET_OBJ(pr->u.value);
        return !(f->class_id == JS_CLASS_C_FUNCTION && f->u.cfunc.c_function.generic == js_object_toString);
    }
    return false;
}

static void js_error_put_brief(JSContext *ctx, DynBuf *dbuf, JSValueConst v)
{
    JSObject *p;
    JSValue s;

    if (JS_IsSymbol(v)) {
        JSAtom atom = js_symbol_to_atom(ctx, v);
        if (JS_AtomGetKind(ctx, atom) == JS_ATOM_KIND_PRIVATE) {
            char buf[ATOM_GET_STR_BUF_SIZE];
            dbuf_putstr(dbuf, JS_AtomGetStr(ctx, buf, sizeof(buf), atom));
            return;
        }
        s = js_symbol_toString(ctx, v, 0, NULL);
        js_error_put_value(ctx, dbuf, s);
        JS_FreeValue(ctx, s);
        return;
    }
    if (JS_VALUE_GET_TAG(v) != JS_TAG_OBJECT) {
        js_error_put_value(ctx, dbuf, v);
        return;
    }
    p = JS_VALUE_GET_OBJ(v);
    if (p->class_id == JS_CLASS_PROXY) {
        dbuf_putstr(dbuf, "#<Object>");
        return;
    }
    if (JS_IsFunction(ctx, v)) {
        s = js_function_toString(ctx, v, 0, NULL);
        if (JS_IsException(s)) {
            JS_FreeValue(ctx, JS_GetException(ctx));
            dbuf_putstr(dbuf, "function");
            return;
        }
        js_error_put_value(ctx, dbuf, s);
        JS_FreeValue(ctx, s);
        return;
    }
    if (p->class_id == JS_CLASS_ERROR) {
        JSValue name = JS_UNDEFINED, msg = JS_UNDEFINED;
        JSObject *q;
        for (q = p; q && !JS_IsString(name); q = js_error_prototype(q))
            name = js_error_own_string(ctx, q, JS_ATOM_name);
        for (q = p; q && !JS_IsString(msg); q = js_error_prototype(q))
            msg = js_error_own_string(ctx, q, JS_ATOM_message);
        if (JS_IsString(name))
            js_error_put_value(ctx, dbuf, name);
        if (js_error_is_nonempty(msg)) {
            dbuf_putstr(dbuf, ": ");
            js_error_put_value(ctx, dbuf, msg);
        }
        JS_FreeValue(ctx, name);
        JS_FreeValue(ctx, msg);
        return;
    }
    if (p->class_id == JS_CLASS_MODULE_NS) {
        dbuf_putstr(dbuf, "[object Module]");
        return;
    }
    s = js_error_constructor_name(ctx, p);
    switch (p->class_id) {
    case JS_CLASS_ARRAY:
    case JS_CLASS_DATE:
    case JS_CLASS_REGEXP:
    case JS_CLASS_NUMBER:
    case JS_CLASS_STRING:
    case JS_CLASS_BOOLEAN:
        dbuf_putstr(dbuf, "[object ");
        js_error_put_value(ctx, dbuf, s);
        dbuf_putc(dbuf, ']');
        break;
    default:
        if (p->class_id >= JS_CLASS_UINT8C_ARRAY && p->class_id <= JS_CLASS_FLOAT64_ARRAY) {
            dbuf_putstr(dbuf, "[object ");
            js_error_put_value(ctx, dbuf, s);
            dbuf_putc(dbuf, ']');
            break;
        }
        if (js_error_has_toString(p)) {
            JSValue tag = JS_UNDEFINED;
            JSObject *q;
            for (q = p; q && !JS_IsString(tag); q = js_error_prototype(q))
                tag = js_error_own_string(ctx, q, JS_ATOM_Symbol_toStringTag);
            dbuf_putstr(dbuf, "[object ");
            if (JS_IsString(tag))
                js_error_put_value(ctx, dbuf, tag);
            else
                dbuf_putstr(dbuf, "Object");
            dbuf_putc(dbuf, ']');
            JS_FreeValue(ctx, tag);
            break;
        }
        dbuf_putstr(dbuf, "#<");
        js_error_put_value(ctx, dbuf, s);
        dbuf_putc(dbuf, '>');
        break;
    }
    JS_FreeValue(ctx, s);
}

/* V8's stand-in for an operand whose text is unknown: type and simple value. */
static void js_error_put_default_operand(JSContext *ctx, DynBuf *dbuf, JSValueConst v)
{
    JSAtom type = js_operator_typeof(ctx, v);

    js_error_put_atom(ctx, dbuf, type);
    switch (JS_VALUE_GET_NORM_TAG(v)) {
    case JS_TAG_STRING:
    case JS_TAG_STRING_ROPE:
        dbuf_putstr(dbuf, " \"");
        js_error_put_value(ctx, dbuf, v);
        dbuf_putc(dbuf, '"');
        break;
    case JS_TAG_NULL:
    case JS_TAG_BOOL:
    case JS_TAG_INT:
    case JS_TAG_FLOAT64:
        dbuf_putc(dbuf, ' ');
        js_error_put_value(ctx, dbuf, v);
        break;
    default:
        break;
    }
}

/* Throws with the text gathered in dbuf, which it frees. */
static JSValue js_error_throw_dbuf(JSContext *ctx, JSErrorEnum num, DynBuf *dbuf)
{
    JSRuntime *rt = ctx->rt;
    JSStackFrame *sf = rt->current_stack_frame;
    JSValue obj;

    dbuf_putc(dbuf, '\0');
    if (dbuf_error(dbuf)) {
        dbuf_free(dbuf);
        return JS_ThrowOutOfMemory(ctx);
    }
    obj = JS_MakeError2(ctx, num, !sf || !js_error_bytecode(sf->cur_func),
                        (const char *)dbuf->buf);
    dbuf_free(dbuf);
    if (JS_IsException(obj))
        obj = JS_NULL;
    return JS_Throw(ctx, obj);
}
