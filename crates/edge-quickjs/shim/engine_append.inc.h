/*
 * engine_append.inc.h - `text += part` without a copy of the text. Part of the engine (see patch 0240).
 *
 * Upstream's `+=` on a variable holds the variable's string twice while it adds to it, so that the string
 * always has two owners and is copied each time; and each addition to a rope makes a new rope.
 */

/*
 * Adds `part` at the end of the string or rope in *target, where it stands. False: that cannot be done,
 * and nothing has changed. It can be done when nobody but *target sees the string, and it is short enough to be
 * moved now and then; room is made for half as much again.
 */
static bool edge_append(JSContext *ctx, JSValue *target, JSString *part)
{
    JSStringRope *rope = NULL;
    JSString *text;
    uint32_t len;
    int wide;
    size_t size, usable;

    if (JS_VALUE_GET_TAG(*target) == JS_TAG_STRING_ROPE) {
        rope = JS_VALUE_GET_STRING_ROPE(*target);
        if (JS_REF_COUNT(rope) != 1 || JS_VALUE_GET_TAG(rope->right) != JS_TAG_STRING || part->len > JS_STRING_LEN_MAX - rope->len)
            return false;
        target = &rope->right;
    }
    text = JS_VALUE_GET_STRING(*target);
    wide = text->is_wide_char;
    /* An atom's text is what it is found by; a slice's belongs to another. */
    if (JS_REF_COUNT(text) != 1 || text->atom_type || text->kind != JS_STRING_KIND_NORMAL || wide != part->is_wide_char ||
        part->len > JS_STRING_ROPE_SHORT_LEN || text->len > JS_STRING_ROPE_SHORT2_LEN)
        return false;
    len = text->len + part->len;
    size = sizeof(*text) + ((size_t)len << wide) + 1 - wide;
    usable = js_malloc_usable_size(ctx, text);
    if (size > usable) {
        text = js_realloc_rt(ctx->rt, text, size + (size >> 1));
        if (!text)
            return false;
        *target = JS_MKPTR(JS_TAG_STRING, text);
    }
    if (wide)
        memcpy(str16(text) + text->len, str16(part), (size_t)part->len << 1);
    else
        memcpy(str8(text) + text->len, str8(part), part->len);
    text->len = len;
    if (!wide)
        str8(text)[len] = '\0';
    if (rope)
        rope->len += part->len;
    return true;
}

/* The variable that the instruction at pc takes the top of the stack for; NULL: it does something else. *size is the instruction's. */
static JSValue *edge_put(const uint8_t *pc, JSValue *var_buf, JSValue *arg_buf, JSVarRef **var_refs, int *size)
{
    *size = 1;
    switch (*pc) {
    case OP_put_loc0: case OP_put_loc1: case OP_put_loc2: case OP_put_loc3:
        return &var_buf[*pc - OP_put_loc0];
    case OP_put_arg0: case OP_put_arg1: case OP_put_arg2: case OP_put_arg3:
        return &arg_buf[*pc - OP_put_arg0];
    case OP_put_var_ref0: case OP_put_var_ref1: case OP_put_var_ref2: case OP_put_var_ref3:
        return var_refs[*pc - OP_put_var_ref0]->pvalue;
    case OP_put_loc8:
        *size = 2;
        return &var_buf[pc[1]];
    }
    *size = 3;
    switch (*pc) {
    case OP_put_loc: case OP_put_loc_check:
        return &var_buf[get_u16(pc + 1)];
    case OP_put_arg:
        return &arg_buf[get_u16(pc + 1)];
    case OP_put_var_ref: case OP_put_var_ref_check:
        return var_refs[get_u16(pc + 1)]->pvalue;
    }
    return NULL;
}

/* The variable that the statement ending at pc assigns the top of the stack to, and nothing else sees it. */
static JSValue *edge_assigned(const uint8_t *pc, JSValue *var_buf, JSValue *arg_buf, JSVarRef **var_refs)
{
    JSValue *variable;
    int size;

    if (*pc != OP_dup)
        return edge_put(pc, var_buf, arg_buf, var_refs, &size);
    variable = edge_put(pc + 1, var_buf, arg_buf, var_refs, &size);
    return variable && pc[1 + size] == OP_drop ? variable : NULL;
}

/*
 * sp[-2] += sp[-1], where the next instruction puts the sum into the variable that sp[-2] came out of: nobody
 * can look at the variable before that, so it gives its string up. sp[-2] is a string or a rope. False: nothing has changed.
 */
static no_inline bool edge_append_to_variable(JSContext *ctx, JSValue *sp, const uint8_t *pc, JSValue *var_buf, JSValue *arg_buf,
                                              JSVarRef **var_refs)
{
    JSValue part = sp[-1], *variable;
    int *owners;

    if (JS_VALUE_GET_TAG(part) != JS_TAG_STRING)
        return false;
    variable = edge_assigned(pc, var_buf, arg_buf, var_refs);
    if (!variable || JS_VALUE_GET_TAG(*variable) != JS_VALUE_GET_TAG(sp[-2]) || JS_VALUE_GET_PTR(*variable) != JS_VALUE_GET_PTR(sp[-2]))
        return false;
    owners = &JS_REF_COUNT(JS_VALUE_GET_PTR(sp[-2]));
    if (*owners != 2)
        return false;
    *owners = 1;
    if (!edge_append(ctx, &sp[-2], JS_VALUE_GET_STRING(part))) {
        *owners = 2;
        return false;
    }
    *variable = JS_UNDEFINED;
    JS_FreeValue(ctx, part);
    return true;
}
