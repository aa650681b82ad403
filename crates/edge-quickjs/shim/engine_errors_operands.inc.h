/*
 * engine_errors_operands.inc.h - "x is not a function", "x is not iterable" and their like: errors
 * that name an operand by its source text. Part of the engine (see
 * engine_errors_stack.inc.h); engine_errors_callee.inc.h finds the text.
 */

static bool js_error_throw_bad_callback(JSContext *ctx);

/* "x is not a function" / "x is not a constructor": the callee of the running call. */
static JSValue js_error_throw_not_callable(JSContext *ctx, JSValueConst func, bool is_new)
{
    const char *what = is_new ? " is not a constructor" : " is not a function";
    JSCallee c;
    DynBuf dbuf;
    bool done = false;

    js_dbuf_init(ctx, &dbuf);
    if (js_callee_open_current(&c, ctx)) {
        JSCalleeInstr *in = &c.instrs[c.count - 1];
        int base = in->depth - in->n_pop;
        c.out = &dbuf;
        done = true;
        switch (js_callee_op(&c, c.count - 1)) {
        case OP_apply:
            if (get_u16(c.b->byte_code_buf + c.instrs[c.count - 1].pos + 1) & 1)
                what = " is not a constructor";
            /* fall thru */
        case OP_call_constructor:
        case OP_eval:
        case OP_apply_eval:
            js_callee_print_or_iv(&c, c.count - 1, base);
            break;
        case OP_call:
        case OP_call0: case OP_call1: case OP_call2: case OP_call3:
        case OP_tail_call:
            {
                /* a property called without its object: `(0, o.f)()` */
                int out, i;
                bool optional;
                i = js_callee_producer(&c, c.count - 1, base, &out, &optional);
                if (js_callee_op(&c, i) == OP_get_field || js_callee_op(&c, i) == OP_get_array_el) {
                    size_t mark;
                    dbuf_putstr(&dbuf, "(0 , ");
                    mark = dbuf.size;
                    js_callee_print_or_iv(&c, c.count - 1, base);
                    if (dbuf.buf[mark] == '(') /* o.a || b */
                        memmove(dbuf.buf, dbuf.buf + mark, dbuf.size -= mark);
                    else
                        dbuf_putc(&dbuf, ')');
                } else {
                    js_callee_print_or_iv(&c, c.count - 1, base);
                }
            }
            break;
        case OP_call_method:
        case OP_tail_call_method:
            js_callee_print_or_iv(&c, c.count - 1, base + 1);
            break;
        case OP_for_of_start:
        case OP_for_await_of_start:
        case OP_append:
            /* Symbol.iterator is there but not callable */
            js_callee_print_or_iv(&c, c.count - 1,
                                  js_callee_op(&c, c.count - 1) == OP_append ?
                                  in->depth - 1 : base);
            what = " is not iterable";
            break;
        default:
            done = false;
            break;
        }
    }
    js_callee_close(&c);
    if (!done && !is_new && js_error_throw_bad_callback(ctx)) {
        dbuf_free(&dbuf);
        return JS_EXCEPTION;
    }
    if (!done) {
        JSValue name = is_new ? js_error_function_name(ctx, func) : JS_NULL;
        if (js_error_is_nonempty(name))
            js_error_put_value(ctx, &dbuf, name);
        else if (is_new)
            js_error_put_brief(ctx, &dbuf, func);
        else
            js_error_put_default_operand(ctx, &dbuf, func);
        JS_FreeValue(ctx, name);
    }
    dbuf_putstr(&dbuf, what);
    return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &dbuf);
}

/* Is the running OP_append the last argument of a call, as in f(...x)? */
static bool js_callee_is_call_spread(JSCallee *c)
{
    int i;
    if (js_callee_op(c, c->count - 1) != OP_append || js_callee_op(c, c->count) != OP_drop)
        return false;
    for (i = c->count + 1; i < c->count + 4; i++) {
        int op = js_callee_op(c, i);
        if (op == OP_apply || op == OP_apply_eval)
            return true;
        if (op != OP_perm3 && op != OP_undefined && op != OP_swap)
            return false;
    }
    return false;
}

/* "x is not iterable" and its relatives, for the value being iterated. */
static JSValue js_error_throw_not_iterable(JSContext *ctx, JSValueConst obj)
{
    bool nullish = JS_IsUndefined(obj) || JS_IsNull(obj);
    JSCallee c;
    DynBuf dbuf;
    int op, slot, i, out;
    bool optional, done = false, spread = false, is_async = false;

    js_dbuf_init(ctx, &dbuf);
    if (js_callee_open_current(&c, ctx)) {
        JSCalleeInstr *in = &c.instrs[c.count - 1];
        c.out = &dbuf;
        op = js_callee_op(&c, c.count - 1);
        is_async = op == OP_for_await_of_start;
        slot = in->depth - 1;
        spread = js_callee_is_call_spread(&c);
        if (op == OP_for_of_start || op == OP_for_await_of_start || op == OP_append) {
            /* `[a] = value`, and a pattern in a pattern: V8 has no name for these */
            bool nameless = op == OP_for_of_start && js_callee_op(&c, c.count - 2) == OP_dup;
            i = js_callee_producer(&c, c.count - 1, slot, &out, &optional);
            while (js_callee_op(&c, i) == OP_dup)
                i = js_callee_producer(&c, i, c.instrs[i].depth - 1, &out, &optional);
            op = js_callee_op(&c, i);
            if (op == OP_for_of_next && js_callee_op(&c, i + 1) == OP_drop)
                nameless = true;
            if (nameless) {
                done = false;
            } else if (c.detour) {
                /* array patterns: V8 names variables and literals only */
                done = op != OP_get_field && op != OP_get_array_el && op != OP_get_length &&
                    op != OP_call_method && op != OP_call && !(op >= OP_call0 && op <= OP_call3) &&
                    js_callee_print(&c, c.count - 1, slot);
            } else if (!spread && (op == OP_call || (op >= OP_call0 && op <= OP_call3) ||
                                   op == OP_call_method)) {
                js_callee_print_or_iv(&c, i, c.instrs[i].depth - c.instrs[i].n_pop +
                                      (op == OP_call_method));
                dbuf_putstr(&dbuf, " is not a function or its return value");
                done = true;
            } else {
                done = js_callee_print(&c, c.count - 1, slot);
            }
            if (!done)
                dbuf.size = 0;
        }
    }
    js_callee_close(&c);
    if (spread && !(nullish && done)) {
        dbuf.size = 0;
        dbuf_putstr(&dbuf, "Spread syntax requires ...iterable[Symbol.iterator] to be a function");
        return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &dbuf);
    }
    if (!done) {
        js_error_put_default_operand(ctx, &dbuf, obj);
        dbuf_putstr(&dbuf, " is not iterable (cannot read property Symbol(Symbol.iterator))");
    } else {
        dbuf_putstr(&dbuf, is_async ? " is not async iterable" : " is not iterable");
        if (spread)
            dbuf_putstr(&dbuf, JS_IsNull(obj) ? " (cannot read property null)" :
                        " (cannot read property undefined)");
    }
    return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &dbuf);
}

/* Destructuring of undefined or null (OP_to_object); false when that is not what runs. */
static bool js_error_throw_destructure(JSContext *ctx, JSValueConst obj)
{
    JSCallee c;
    DynBuf dbuf;
    const uint8_t *p, *end;
    JSAtom key = JS_ATOM_NULL;
    bool ok = false, optional;
    int i, op, out, slot;
    size_t mark;

    js_dbuf_init(ctx, &dbuf);
    if (js_callee_open_current(&c, ctx) &&
        js_callee_op(&c, c.count - 1) == OP_to_object) {
        /* the first property that the pattern reads follows */
        p = c.b->byte_code_buf + c.instrs[c.count - 1].pos + 1;
        end = c.b->byte_code_buf + c.b->byte_code_len;
        if (*p == OP_put_loc || *p == OP_put_loc8 || (*p >= OP_put_loc0 && *p <= OP_put_loc3)) {
            js_callee_close(&c); /* `with` */
            dbuf_free(&dbuf);
            return false;
        }
        for (; p < end; p += short_opcode_info(*p).size) {
            if (*p == OP_get_field || *p == OP_get_field2) {
                key = get_u32(p + 1);
                break;
            }
            if (*p == OP_get_length) {
                key = JS_ATOM_length;
                break;
            }
            if (*p != OP_dup && *p != OP_object && *p != OP_swap && *p != OP_nop)
                break;
        }
        c.out = &dbuf;
        slot = c.instrs[c.count - 1].depth - 1;
        i = js_callee_producer(&c, c.count - 1, slot, &out, &optional);
        if (key != JS_ATOM_NULL && !c.detour &&
            (js_callee_op(&c, i) == OP_get_field2 || js_callee_op(&c, i) == OP_get_array_el2)) {
            /* a pattern within a pattern */
            dbuf_putstr(&dbuf, JS_IsNull(obj) ? "Cannot read properties of null (reading '" :
                        "Cannot read properties of undefined (reading '");
            js_error_put_atom(ctx, &dbuf, key);
            dbuf_putstr(&dbuf, "')");
        } else {
            dbuf_putstr(&dbuf, "Cannot destructure ");
            if (key != JS_ATOM_NULL) {
                dbuf_putstr(&dbuf, "property '");
                js_error_put_atom(ctx, &dbuf, key);
                dbuf_putstr(&dbuf, "' of ");
            }
            dbuf_putc(&dbuf, '\'');
            mark = dbuf.size;
            op = js_callee_op(&c, i);
            if (c.has_default)
                dbuf_putstr(&dbuf, "(intermediate value)(intermediate value)(intermediate value)");
            /* a parameter of its own has no name */
            else if ((!c.detour && (op == OP_get_arg || (op >= OP_get_arg0 && op <= OP_get_arg3))) ||
                !js_callee_print(&c, c.count - 1, slot)) {
                dbuf.size = mark;
                js_error_put_default_operand(ctx, &dbuf, obj);
            }
            dbuf_putstr(&dbuf, JS_IsNull(obj) ? "' as it is null." : "' as it is undefined.");
        }
        ok = true;
    }
    js_callee_close(&c);
    if (ok)
        js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &dbuf);
    else
        dbuf_free(&dbuf);
    return ok;
}
