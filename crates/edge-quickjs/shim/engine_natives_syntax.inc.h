/* engine_natives_syntax.inc.h - `%Name(a, b)` calls the host's hook as hook('Name', a, b); see engine_hooks.h, 4. */

int JS_EdgeSetNativesSyntax(JSContext *ctx, JSValueConst func)
{
    if (!JS_IsUndefined(func) && check_function(ctx, func))
        return -1;
    set_value(ctx, &ctx->rt->edge.natives_syntax, js_dup(func));
    return 0;
}

static __exception int edge_parse_native_call(JSParseState *s)
{
    int argc = 1;

    if (next_token(s))
        return -1;
    if (s->token.val != TOK_IDENT)
        return js_parse_error(s, "invalid use of '%%'");
    if (emit_push_const(s, s->ctx->rt->edge.natives_syntax, false))
        return -1;
    emit_op(s, OP_push_atom_value);
    emit_u32(s, JS_DupAtom(s->ctx, s->token.u.ident.atom));
    if (next_token(s) || js_parse_expect(s, '('))
        return -1;
    while (s->token.val != ')') {
        if (++argc > 255)
            return js_parse_error(s, "Too many arguments in function call (only %d allowed)", 254);
        if (js_parse_assign_expr(s))
            return -1;
        if (s->token.val != ')' && js_parse_expect(s, ','))
            return -1;
    }
    if (next_token(s))
        return -1;
    emit_op(s, OP_call);
    emit_u16(s, argc);
    return 0;
}
