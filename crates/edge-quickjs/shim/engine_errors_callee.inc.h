/*
 * engine_errors_callee.inc.h - the source text of an operand, for messages such as
 * "o.a.b is not a function". Part of the engine (see engine_errors_stack.inc.h).
 *
 * Nothing is recorded for this at compile time. When an error is thrown, the
 * bytecode up to the running instruction is read once: each instruction's stack
 * depth tells which one produced an operand, and so on down to the names. Works
 * for functions without source text too. What cannot be told is V8's
 * "(intermediate value)".
 */

typedef struct JSCalleeInstr {
    int32_t pos;
    int16_t depth;   /* before it runs; -1: unreachable or not known */
    int16_t n_pop, n_push;
} JSCalleeInstr;

typedef struct JSCallee {
    JSContext *ctx;
    JSFunctionBytecode *b;
    JSCalleeInstr *instrs;
    int count;       /* instructions up to and with the running one */
    int total;       /* all of the function's */
    bool has_default; /* ... or a parameter's default */
    bool detour;     /* a value was found behind a jump back, as in destructuring */
    int nesting;
    DynBuf *out;
} JSCallee;

static int js_callee_jump_target(const uint8_t *bc, int pos, int op)
{
    switch (op) {
    case OP_if_false:
    case OP_if_true:
    case OP_goto:
    case OP_catch:
    case OP_gosub:
        return pos + 1 + (int)get_u32(bc + pos + 1);
    case OP_if_false8:
    case OP_if_true8:
    case OP_goto8:
        return pos + 1 + (int8_t)bc[pos + 1];
    case OP_goto16:
        return pos + 1 + (int16_t)get_u16(bc + pos + 1);
    case OP_with_get_var:
    case OP_with_delete_var:
    case OP_with_make_ref:
    case OP_with_get_ref:
    case OP_with_get_ref_undef:
    case OP_with_put_var:
        return pos + 5 + (int)get_u32(bc + pos + 5);
    default:
        return -1;
    }
}

static bool js_callee_falls_through(int op)
{
    switch (op) {
    case OP_tail_call:
    case OP_tail_call_method:
    case OP_return:
    case OP_return_undef:
    case OP_return_async:
    case OP_throw:
    case OP_throw_error:
    case OP_ret:
    case OP_goto:
    case OP_goto16:
    case OP_goto8:
        return false;
    default:
        return true;
    }
}

static void js_callee_close(JSCallee *c)
{
    js_free_rt(c->ctx->rt, c->instrs);
}

/* Reads the bytecode up to the instruction that ends at end_pc (a frame's cur_pc). */
static bool js_callee_open(JSCallee *c, JSContext *ctx, JSFunctionBytecode *b, int end_pc)
{
    const uint8_t *bc = b->byte_code_buf;
    const JSOpCode *oi;
    int16_t *depths;
    int pos, op, depth, target, extra, i, pass, size;
    bool changed;

    c->ctx = ctx;
    c->b = b;
    c->nesting = 0;
    c->detour = false;
    c->has_default = false;
    c->out = NULL;
    c->count = 0;
    c->instrs = NULL;
    if (end_pc <= 0 || end_pc > b->byte_code_len)
        return false;
    for (pos = 0, size = 0; pos < b->byte_code_len; size++)
        pos += short_opcode_info(bc[pos]).size;
    c->instrs = js_malloc_rt(ctx->rt, size * sizeof(*c->instrs));
    depths = js_malloc_rt(ctx->rt, (b->byte_code_len + 1) * sizeof(*depths));
    if (!c->instrs || !depths) {
        js_free_rt(ctx->rt, c->instrs);
        js_free_rt(ctx->rt, depths);
        c->instrs = NULL;
        return false;
    }
    for (i = 0; i <= b->byte_code_len; i++)
        depths[i] = -1;
    depths[0] = 0;
    /* jumps go forward but for loops: a few passes settle them */
    for (pass = 0, changed = true; changed && pass < 4; pass++) {
        changed = false;
        for (pos = 0; pos < b->byte_code_len; ) {
            op = bc[pos];
            oi = &short_opcode_info(op);
            depth = depths[pos];
            if (depth >= 0) {
                int n_pop = oi->n_pop;
                if (oi->fmt == OP_FMT_npop || oi->fmt == OP_FMT_npop_u16)
                    n_pop += get_u16(bc + pos + 1);
                else if (oi->fmt == OP_FMT_npopx)
                    n_pop += op - OP_call0;
                depth += oi->n_push - n_pop;
                target = js_callee_jump_target(bc, pos, op);
                extra = op == OP_gosub ? 1 :
                    op == OP_with_get_var || op == OP_with_delete_var ? 1 :
                    op == OP_with_put_var ? -1 :
                    op >= OP_with_make_ref && op <= OP_with_get_ref_undef ? 2 : 0;
                if (target >= 0 && target < b->byte_code_len && depths[target] < 0) {
                    depths[target] = depth + extra;
                    if (target < pos)
                        changed = true;
                }
                if (op != OP_nip_catch && js_callee_falls_through(op) &&
                    pos + oi->size < b->byte_code_len && depths[pos + oi->size] < 0)
                    depths[pos + oi->size] = depth;
            }
            pos += oi->size;
        }
    }
    for (pos = 0, i = 0; pos < b->byte_code_len; pos += oi->size) {
        JSCalleeInstr *in = &c->instrs[i++];
        op = bc[pos];
        oi = &short_opcode_info(op);
        in->pos = pos;
        in->depth = depths[pos];
        in->n_pop = oi->n_pop;
        if (oi->fmt == OP_FMT_npop || oi->fmt == OP_FMT_npop_u16)
            in->n_pop += get_u16(bc + pos + 1);
        else if (oi->fmt == OP_FMT_npopx)
            in->n_pop += op - OP_call0;
        in->n_push = oi->n_push;
        if (pos + oi->size == end_pc)
            c->count = i;
    }
    c->total = i;
    js_free_rt(ctx->rt, depths);
    return c->count > 0 && c->instrs[c->count - 1].depth >= 0;
}

static int js_callee_op(JSCallee *c, int i)
{
    return i < 0 || i >= c->total ? OP_invalid : c->b->byte_code_buf[c->instrs[i].pos];
}

static bool js_callee_is_if(int op, bool *on_true)
{
    *on_true = op == OP_if_true || op == OP_if_true8;
    return *on_true || op == OP_if_false || op == OP_if_false8;
}

static void js_callee_put(JSCallee *c, const char *str)
{
    dbuf_putstr(c->out, str);
}

static void js_callee_put_atom(JSCallee *c, JSAtom atom)
{
    const char *str = JS_AtomToCString(c->ctx, atom);
    if (str)
        js_callee_put(c, str);
    JS_FreeCString(c->ctx, str);
}

static bool js_callee_put_name(JSCallee *c, JSAtom atom)
{
    char buf[ATOM_GET_STR_BUF_SIZE];
    const char *str;

    if (atom == JS_ATOM_NULL)
        return false;
    str = JS_AtomGetStr(c->ctx, buf, sizeof(buf), atom);
    if (atom == JS_ATOM_new_target)
        js_callee_put(c, ".");
    if (str[0] == '<' || str[0] == '\0')
        return false; /* a variable of the compiler's */
    js_callee_put(c, str);
    return true;
}

static bool js_callee_put_loc(JSCallee *c, int idx)
{
    return c->b->vardefs && idx < c->b->var_count &&
        js_callee_put_name(c, c->b->vardefs[c->b->arg_count + idx].var_name);
}

static bool js_callee_put_arg(JSCallee *c, int idx)
{
    return c->b->vardefs && idx < c->b->arg_count &&
        js_callee_put_name(c, c->b->vardefs[idx].var_name);
}

static bool js_callee_put_var_ref(JSCallee *c, int idx)
{
    return idx < c->b->closure_var_count &&
        js_callee_put_name(c, c->b->closure_var[idx].var_name);
}

static bool js_callee_put_const(JSCallee *c, JSValueConst v, bool quote)
{
    const char *str;

    switch (JS_VALUE_GET_NORM_TAG(v)) {
    case JS_TAG_STRING:
        str = JS_ToCString(c->ctx, v);
        if (!str)
            return false;
        if (quote)
            dbuf_putc(c->out, '"');
        js_callee_put(c, str);
        if (quote)
            dbuf_putc(c->out, '"');
        JS_FreeCString(c->ctx, str);
        return true;
    case JS_TAG_INT:
    case JS_TAG_FLOAT64:
    case JS_TAG_BOOL:
    case JS_TAG_SHORT_BIG_INT:
    case JS_TAG_BIG_INT:
        str = JS_ToCString(c->ctx, v);
        if (!str)
            return false;
        js_callee_put(c, str);
        JS_FreeCString(c->ctx, str);
        return true;
    default:
        return false;
    }
}

static bool js_callee_print(JSCallee *c, int before, int slot);

static void js_callee_print_or_iv(JSCallee *c, int before, int slot)
{
    size_t mark = c->out->size;
    if (!js_callee_print(c, before, slot)) {
        c->out->size = mark;
        js_callee_put(c, "(intermediate value)");
    }
}

/* The string constant that instruction i pushes, or JS_ATOM_NULL; owned. */
static JSAtom js_callee_string_key(JSCallee *c, int i)
{
    const uint8_t *p = c->b->byte_code_buf + c->instrs[i].pos;
    JSValue v;

    switch (*p) {
    case OP_push_atom_value:
        return JS_DupAtom(c->ctx, get_u32(p + 1));
    case OP_push_const:
        v = c->b->cpool[get_u32(p + 1)];
        break;
    case OP_push_const8:
        v = c->b->cpool[p[1]];
        break;
    default:
        return JS_ATOM_NULL;
    }
    return JS_VALUE_GET_TAG(v) == JS_TAG_STRING ? JS_ValueToAtom(c->ctx, v) : JS_ATOM_NULL;
}

/* The instruction before `before` that filled stack slot `slot`; *out tells which
   of its results; *optional: an optional chain's test lies between. */
static int js_callee_producer(JSCallee *c, int before, int slot, int *out, bool *optional)
{
    int i, j, base, op, detours = 0;
    bool on_true;

    *optional = false;
    for (i = before - 1; i >= 0; i--) {
        JSCalleeInstr *in = &c->instrs[i];
        if (in->depth < 0)
            continue;
        /* `let {a} = x`: the code for x follows that of the pattern and jumps back */
        op = js_callee_op(c, i);
        if ((((op == OP_goto || op == OP_goto8 || op == OP_goto16) && in->depth == slot) ||
             ((op == OP_if_true || op == OP_if_true8) && in->depth == slot + 2 &&
              js_callee_op(c, i - 1) == OP_is_undefined && js_callee_op(c, i - 2) == OP_dup)) &&
            i + 1 < c->total && detours < 8) {
            bool has_default = op == OP_if_true || op == OP_if_true8;
            /* `undefined` to start with stands for no value yet */

            for (j = i + 1; j < c->total; j++) {
                op = js_callee_op(c, j);
                if ((op == OP_goto || op == OP_goto8 || op == OP_goto16) &&
                    js_callee_jump_target(c->b->byte_code_buf, c->instrs[j].pos, op) ==
                    c->instrs[i + 1].pos)
                    break;
            }
            if (j < c->total) {
                if (has_default && js_callee_op(c, i - 3) != OP_undefined)
                    c->has_default = true;
                detours++;
                c->detour = true;
                i = j;
                continue;
            }
        }
        base = in->depth - in->n_pop;
        if (slot < base || slot >= base + in->n_push)
            continue;
        op = js_callee_op(c, i);
        /* dup; is_undefined_or_null; if_false L; drop...; undefined; goto end; L: */
        if (op == OP_undefined && i + 1 < before &&
            (js_callee_op(c, i + 1) == OP_goto || js_callee_op(c, i + 1) == OP_goto8 ||
             js_callee_op(c, i + 1) == OP_goto16)) {
            j = i - 1;
            while (js_callee_op(c, j) == OP_drop)
                j--;
            if (js_callee_is_if(js_callee_op(c, j), &on_true) && !on_true &&
                js_callee_op(c, j - 1) == OP_is_undefined_or_null &&
                js_callee_op(c, j - 2) == OP_dup) {
                *optional = true;
                i = j - 2;
                continue;
            }
        }
        *out = slot - base;
        return i;
    }
    return -1;
}

static bool js_callee_binary_name(int op, const char **name)
{
    static const struct { uint8_t op; char name[11]; } ops[] = {
        { OP_mul, "*" }, { OP_div, "/" }, { OP_mod, "%" }, { OP_add, "+" }, { OP_sub, "-" },
        { OP_shl, "<<" }, { OP_sar, ">>" }, { OP_shr, ">>>" }, { OP_and, "&" },
        { OP_xor, "^" }, { OP_or, "|" }, { OP_pow, "**" }, { OP_lt, "<" }, { OP_lte, "<=" },
        { OP_gt, ">" }, { OP_gte, ">=" }, { OP_instanceof, "instanceof" }, { OP_in, "in" },
        { OP_eq, "==" }, { OP_neq, "!=" }, { OP_strict_eq, "===" }, { OP_strict_neq, "!==" },
    };
    int i;
    for (i = 0; i < (int)countof(ops); i++) {
        if (ops[i].op == op) {
            *name = ops[i].name;
            return true;
        }
    }
    return false;
}

/* `a || b`, `a && b`, `a ?? b`: the merge lies behind instruction i, which produced
   the right operand in `slot`. */
static bool js_callee_print_logical(JSCallee *c, int i, int before, int slot)
{
    int j, t, op, target;
    bool on_true, nullish;
    const uint8_t *bc = c->b->byte_code_buf;

    for (j = i - 1; j > 1; j--) {
        op = js_callee_op(c, j);
        if (!js_callee_is_if(op, &on_true) || c->instrs[j].depth < 0)
            continue;
        target = js_callee_jump_target(bc, c->instrs[j].pos, op);
        t = j + 1;
        /* the jump must skip exactly the right operand */
        if (target != (i + 1 < c->count ? c->instrs[i + 1].pos : -1) ||
            js_callee_op(c, t) != OP_drop)
            continue;
        nullish = js_callee_op(c, j - 1) == OP_is_undefined_or_null;
        if (js_callee_op(c, nullish ? j - 2 : j - 1) != OP_dup ||
            c->instrs[t].depth != slot + 1)
            continue;
        js_callee_put(c, "(");
        js_callee_print_or_iv(c, nullish ? j - 2 : j - 1, slot);
        js_callee_put(c, nullish ? " ?? " : on_true ? " || " : " && ");
        c->nesting += 100; /* the right operand is no logical expression again */
        js_callee_print_or_iv(c, i + 1, slot);
        c->nesting -= 100;
        js_callee_put(c, ")");
        return true;
    }
    return false;
}

/* Prints what is in stack slot `slot` before instruction `before`. */
static bool js_callee_print(JSCallee *c, int before, int slot)
{
    const uint8_t *p;
    const char *name;
    int i, out, op, base, k, n;
    bool optional, ok = true;
    JSAtom key;

    if (slot < 0 || (c->nesting % 100) > 20)
        return false;
    i = js_callee_producer(c, before, slot, &out, &optional);
    if (i < 0)
        return false;
    if (c->nesting < 100 && js_callee_print_logical(c, i, before, slot))
        return true;
    if (c->nesting >= 100)
        c->nesting -= 100;
    else if (i + 1 < c->count) {
        /* the two ends of a conditional meet here */
        int j, target;
        for (j = i - 1; j >= 0 && j > i - 400; j--) {
            op = js_callee_op(c, j);
            if (op != OP_goto && op != OP_goto8 && op != OP_goto16)
                continue;
            target = js_callee_jump_target(c->b->byte_code_buf, c->instrs[j].pos, op);
            if (target == c->instrs[i + 1].pos && c->instrs[j].depth == slot + 1 &&
                js_callee_op(c, j - 1) != OP_undefined) {
                js_callee_put(c, "(intermediate value)(intermediate value)(intermediate value)");
                return true;
            }
        }
    }
    c->nesting++;
    p = c->b->byte_code_buf + c->instrs[i].pos;
    op = *p;
    base = c->instrs[i].depth - c->instrs[i].n_pop;
    switch (op) {
    case OP_get_var:
    case OP_get_var_undef:
        ok = js_callee_put_name(c, get_u32(p + 1));
        break;
    case OP_get_loc:
    case OP_get_loc_check:
    case OP_set_loc:
        ok = js_callee_put_loc(c, get_u16(p + 1));
        break;
    case OP_get_loc8:
    case OP_set_loc8:
        ok = js_callee_put_loc(c, p[1]);
        break;
    case OP_get_loc0: case OP_get_loc1: case OP_get_loc2: case OP_get_loc3:
        ok = js_callee_put_loc(c, op - OP_get_loc0);
        break;
    case OP_set_loc0: case OP_set_loc1: case OP_set_loc2: case OP_set_loc3:
        ok = js_callee_put_loc(c, op - OP_set_loc0);
        break;
    case OP_get_loc0_loc1:
        ok = js_callee_put_loc(c, out);
        break;
    case OP_get_arg:
    case OP_set_arg:
        ok = js_callee_put_arg(c, get_u16(p + 1));
        break;
    case OP_get_arg0: case OP_get_arg1: case OP_get_arg2: case OP_get_arg3:
        ok = js_callee_put_arg(c, op - OP_get_arg0);
        break;
    case OP_set_arg0: case OP_set_arg1: case OP_set_arg2: case OP_set_arg3:
        ok = js_callee_put_arg(c, op - OP_set_arg0);
        break;
    case OP_get_var_ref:
    case OP_get_var_ref_check:
    case OP_set_var_ref:
        ok = js_callee_put_var_ref(c, get_u16(p + 1));
        break;
    case OP_get_var_ref0: case OP_get_var_ref1: case OP_get_var_ref2: case OP_get_var_ref3:
        ok = js_callee_put_var_ref(c, op - OP_get_var_ref0);
        break;
    case OP_set_var_ref0: case OP_set_var_ref1: case OP_set_var_ref2: case OP_set_var_ref3:
        ok = js_callee_put_var_ref(c, op - OP_set_var_ref0);
        break;
    case OP_push_this:
        js_callee_put(c, "this");
        break;
    case OP_undefined:
        js_callee_put(c, "undefined");
        break;
    case OP_null:
        js_callee_put(c, "null");
        break;
    case OP_push_true:
        js_callee_put(c, "true");
        break;
    case OP_push_false:
        js_callee_put(c, "false");
        break;
    case OP_push_empty_string:
        js_callee_put(c, "\"\"");
        break;
    case OP_push_i32:
    case OP_push_bigint_i32:
        dbuf_printf(c->out, "%d", (int)get_u32(p + 1));
        break;
    case OP_push_i8:
        dbuf_printf(c->out, "%d", (int8_t)p[1]);
        break;
    case OP_push_i16:
        dbuf_printf(c->out, "%d", (int16_t)get_u16(p + 1));
        break;
    case OP_push_minus1:
    case OP_push_0: case OP_push_1: case OP_push_2: case OP_push_3:
    case OP_push_4: case OP_push_5: case OP_push_6: case OP_push_7:
        dbuf_printf(c->out, "%d", op - OP_push_0);
        break;
    case OP_push_atom_value:
        js_callee_put(c, "\"");
        js_callee_put_atom(c, get_u32(p + 1));
        js_callee_put(c, "\"");
        break;
    case OP_push_const:
        ok = js_callee_put_const(c, c->b->cpool[get_u32(p + 1)], true);
        break;
    case OP_push_const8:
        ok = js_callee_put_const(c, c->b->cpool[p[1]], true);
        break;
    case OP_object:
        js_callee_put(c, "{}");
        break;
    case OP_define_field:
        /* one "(intermediate value)" a property */
        for (n = 1, k = i; ; n++) {
            int o2;
            bool opt2;
            k = js_callee_producer(c, k, base, &o2, &opt2);
            if (k < 0 || js_callee_op(c, k) != OP_define_field)
                break;
        }
        ok = k >= 0 && js_callee_op(c, k) == OP_object;
        js_callee_put(c, "{");
        while (n-- > 0)
            js_callee_put(c, "(intermediate value)");
        js_callee_put(c, "}");
        break;
    case OP_array_from:
        n = get_u16(p + 1);
        js_callee_put(c, "[");
        for (k = 0; k < n; k++) {
            if (k)
                js_callee_put(c, ",");
            js_callee_print_or_iv(c, i, base + k);
        }
        js_callee_put(c, "]");
        break;
    case OP_get_length:
        js_callee_print_or_iv(c, i, base);
        js_callee_put(c, ".length");
        break;
    case OP_get_field:
    case OP_get_field2:
        if (op == OP_get_field2 && out == 0) {
            ok = js_callee_print(c, i, base);
            break;
        }
        js_callee_producer(c, i, base, &k, &optional);
        js_callee_print_or_iv(c, i, base);
        js_callee_put(c, optional ? "?." : ".");
        js_callee_put_atom(c, get_u32(p + 1));
        break;
    case OP_get_array_el:
    case OP_get_array_el2:
        if (op == OP_get_array_el2 && out == 0) {
            ok = js_callee_print(c, i, base);
            break;
        }
        js_callee_producer(c, i, base, &k, &optional);
        js_callee_print_or_iv(c, i, base);
        k = js_callee_producer(c, i, base + 1, &out, &ok);
        ok = true;
        key = k >= 0 ? js_callee_string_key(c, k) : JS_ATOM_NULL;
        if (key != JS_ATOM_NULL) {
            js_callee_put(c, optional ? "?." : ".");
            js_callee_put_atom(c, key);
            JS_FreeAtom(c->ctx, key);
        } else {
            js_callee_put(c, optional ? "?.[" : "[");
            js_callee_print_or_iv(c, i, base + 1);
            js_callee_put(c, "]");
        }
        break;
    case OP_get_private_field:
        js_callee_print_or_iv(c, i, base);
        js_callee_put(c, "[");
        js_callee_print_or_iv(c, i, base + 1);
        js_callee_put(c, "]");
        break;
    case OP_get_super_value:
        js_callee_put(c, "(intermediate value)");
        k = js_callee_producer(c, i, base + 2, &out, &optional);
        key = k >= 0 ? js_callee_string_key(c, k) : JS_ATOM_NULL;
        if (key != JS_ATOM_NULL) {
            js_callee_put(c, ".");
            js_callee_put_atom(c, key);
            JS_FreeAtom(c->ctx, key);
        }
        break;
    case OP_call:
    case OP_call0: case OP_call1: case OP_call2: case OP_call3:
        js_callee_print_or_iv(c, i, base);
        js_callee_put(c, "(...)");
        break;
    case OP_eval:
        js_callee_put(c, "eval(...)");
        break;
    case OP_call_method:
        js_callee_print_or_iv(c, i, base + 1);
        js_callee_put(c, "(...)");
        break;
    case OP_apply:
        if (get_u16(p + 1) & 1) {
            ok = false;
        } else {
            js_callee_print_or_iv(c, i, base);
            js_callee_put(c, "(...)");
        }
        break;
    case OP_dup:
        ok = js_callee_print(c, i, base);
        break;
    case OP_dup1:
        ok = js_callee_print(c, i, out == 2 ? base + 1 : base);
        break;
    case OP_dup2:
        ok = js_callee_print(c, i, base + (out & 1));
        break;
    case OP_dup3:
        ok = js_callee_print(c, i, base + out % 3);
        break;
    case OP_swap:
        ok = js_callee_print(c, i, base + 1 - out);
        break;
    case OP_nip:
        ok = js_callee_print(c, i, base + 1);
        break;
    case OP_nip1:
        ok = js_callee_print(c, i, base + 1 + out);
        break;
    case OP_insert2:
        ok = js_callee_print(c, i, out == 1 ? base : base + 1);
        break;
    case OP_insert3:
        ok = js_callee_print(c, i, out == 0 || out == 3 ? base + 2 : base + out - 1);
        break;
    case OP_perm3: /* obj a b -> a obj b */
        ok = js_callee_print(c, i, out == 2 ? base + 2 : base + 1 - out);
        break;
    case OP_rot3l: /* x a b -> a b x */
        ok = js_callee_print(c, i, base + (out + 1) % 3);
        break;
    case OP_rot3r: /* a b x -> x a b */
        ok = js_callee_print(c, i, base + (out + 2) % 3);
        break;
    case OP_to_object:
    case OP_to_propkey:
    case OP_check_object:
        ok = js_callee_print(c, i, base);
        break;
    case OP_to_propkey2:
        ok = js_callee_print(c, i, base + out);
        break;
    case OP_lnot:
    case OP_not:
    case OP_neg:
    case OP_plus:
    case OP_typeof:
        js_callee_put(c, op == OP_lnot ? "(!" : op == OP_not ? "(~" : op == OP_neg ? "(-" :
                      op == OP_plus ? "(+" : "(typeof ");
        js_callee_print_or_iv(c, i, base);
        js_callee_put(c, ")");
        break;
    case OP_for_of_next:
        js_callee_put(c, ".for");
        break;
    case OP_catch:
        js_callee_put(c, ".catch");
        break;
    case OP_special_object:
        ok = p[1] == OP_SPECIAL_OBJECT_ARGUMENTS ||
            p[1] == OP_SPECIAL_OBJECT_MAPPED_ARGUMENTS;
        if (ok)
            js_callee_put(c, "arguments");
        break;
    case OP_regexp:
        js_callee_put(c, "/");
        k = js_callee_producer(c, i, base, &out, &optional);
        key = k >= 0 ? js_callee_string_key(c, k) : JS_ATOM_NULL;
        ok = key != JS_ATOM_NULL;
        if (ok)
            js_callee_put_atom(c, key);
        JS_FreeAtom(c->ctx, key);
        js_callee_put(c, "/");
        break;
    default:
        ok = js_callee_binary_name(op, &name);
        if (ok) {
            js_callee_put(c, "(");
            js_callee_print_or_iv(c, i, base);
            js_callee_put(c, " ");
            js_callee_put(c, name);
            js_callee_put(c, " ");
            js_callee_print_or_iv(c, i, base + 1);
            js_callee_put(c, ")");
        }
        break;
    }
    c->nesting--;
    return ok;
}

/* Opens the innermost frame when it is JavaScript; false when a native runs. */
static bool js_callee_open_current(JSCallee *c, JSContext *ctx)
{
    JSStackFrame *sf = ctx->rt->current_stack_frame;
    JSFunctionBytecode *b;

    c->ctx = ctx;
    c->instrs = NULL;
    if (!sf || ctx->rt->in_out_of_memory)
        return false;
    b = js_error_bytecode(sf->cur_func);
    if (!b || !sf->cur_pc)
        return false;
    return js_callee_open(c, ctx, b, sf->cur_pc - b->byte_code_buf);
}

/* Is the frame in a template literal's call of concat: a constant's own method? */
static bool js_callee_is_template(JSContext *ctx, JSStackFrame *sf)
{
    JSFunctionBytecode *b = js_error_bytecode(sf->cur_func);
    JSCallee c;
    bool optional, ret = false;
    int i, k, out;

    if (!b || !sf->cur_pc)
        return false;
    if (js_callee_open(&c, ctx, b, sf->cur_pc - b->byte_code_buf) &&
        js_callee_op(&c, c.count - 1) == OP_call_method) {
        k = c.instrs[c.count - 1].depth - c.instrs[c.count - 1].n_pop;
        i = js_callee_producer(&c, c.count - 1, k + 1, &out, &optional);
        if (js_callee_op(&c, i) == OP_get_field2) {
            i = js_callee_producer(&c, i, k, &out, &optional);
            switch (js_callee_op(&c, i)) {
            case OP_push_const:
            case OP_push_const8:
            case OP_push_atom_value:
            case OP_push_empty_string:
                ret = true;
                break;
            }
        }
    }
    js_callee_close(&c);
    return ret;
}
