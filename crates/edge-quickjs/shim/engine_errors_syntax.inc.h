/*
 * engine_errors_syntax.inc.h - what the parser complains about, in V8's words. Part of the
 * engine (see engine_errors_stack.inc.h).
 *
 * The parser's own texts are the keys; V8 words most of them by the token it found.
 */

static bool js_error_is_one_of(const char *str, const char *const *list)
{
    for (; *list; list++) {
        if (!strcmp(str, *list))
            return true;
    }
    return false;
}

/* The error is about the source from `from` to `to`, and not about the current token. */
static void js_error_set_range(JSParseState *s, const uint8_t *from, const uint8_t *to)
{
    s->error_from = from;
    s->error_to = to;
}

/* Is the current token past what the user wrote? CompileFunction's closing bracket is. */
static bool js_error_at_end(JSParseState *s)
{
    return s->body_end && s->token.ptr && s->token.ptr >= s->body_end && !s->error_at_last;
}

/* Makes the range of the error the place of the current token. */
static void js_error_settle_range(JSParseState *s)
{
    const uint8_t *p, *start = s->token.line_start;
    int line = s->token.line_num;

    if (!s->error_from) {
        if (!js_error_at_end(s))
            return;
        js_error_set_range(s, s->body_end, s->body_end);
    }
    if (!s->token.ptr || !start)
        return;
    /* the line of error_from */
    if (s->error_from < start) {
        for (p = start; p > s->error_from; p--)
            line -= p[-1] == '\n';
    } else {
        for (p = start; p < s->error_from; p++)
            line += *p == '\n';
    }
    for (start = s->error_from; start > s->buf_start && start[-1] != '\n'; start--) {
        if (start == s->edge_first_line)
            break;
    }
    s->token.ptr = s->error_from;
    s->token.line_start = start;
    s->token.line_num = line;
    s->error_at_last = false;
}

/* Where the number or string that begins at p stops to be one, for V8. */
static const uint8_t *js_error_literal_end(JSParseState *s, const uint8_t *p)
{
    const uint8_t *end = s->body_end ? s->body_end : s->buf_end;
    int quote = *p, base;

    if (quote == '"' || quote == '\'') {
        for (p++; p < end && *p != '\n' && *p != '\r'; p++) {
            if (*p == '\\' && p + 1 < end)
                p++;
        }
        return p;
    }
    base = p[0] == '0' ? p[1] | 0x20 : 0;
    if (base == 'x' || base == 'o' || base == 'b') {
        for (p += 2; p < end && (*p == '_' || (from_hex(*p) >= 0 && (base == 'x' || *p < (base == 'o' ? '8' : '2')))); p++)
            ;
    } else {
        for (; p < end && ((*p >= '0' && *p <= '9') || *p == '_' || *p == '.'); p++)
            ;
    }
    return p;
}

/* Behind the bracket that closes the one at p. */
static const uint8_t *js_error_pattern_end(JSParseState *s, const uint8_t *p)
{
    int depth = 0;

    for (; p < s->body_end; p++) {
        if (*p == '[' || *p == '{')
            depth++;
        else if ((*p == ']' || *p == '}') && !--depth)
            return p + 1;
    }
    return p;
}

/* Places that V8 reports and the parser has passed. */
static void js_error_place(JSParseState *s, const char *fmt)
{
    static const char *const at_last[] = {
        "missing ) after argument list", "function name expected", "break must be inside loop or switch",
        "continue must be inside loop", "property constructor appears more than once",
        "cannot delete a direct reference in strict mode", "line terminator not allowed after throw",
        "expecting catch or finally", "'super' is only valid in a method", NULL
    };
    const uint8_t *p = s->token.ptr;

    if (!p || !s->body_end)
        return;
    if (js_error_is_one_of(fmt, at_last))
        s->error_at_last = true;
    else if (!strcmp(fmt, "invalid use of 'super'"))
        s->error_at_last = s->last_val == TOK_SUPER;
    else if (!strcmp(fmt, "missing initializer for variable"))
        s->error_at_last = s->last_val != ']' && s->last_val != '}';
    else if (!strcmp(fmt, "unexpected end of string"))
        js_error_set_range(s, p, js_error_literal_end(s, p));
    else if (!strcmp(fmt, "invalid number literal") || !strncmp(fmt, "Octal literals", 14))
        js_error_set_range(s, p, js_error_literal_end(s, p));
    else if (!strcmp(fmt, "unexpected end of comment"))
        js_error_set_range(s, p, s->body_end);
    else if (!strcmp(fmt, "expected '}' after template expression") && s->expr_ptr)
        js_error_set_range(s, s->expr_ptr, s->expr_end < s->body_end ? s->expr_end : s->body_end);
    else if (!strcmp(fmt, "invalid assignment left-hand side") && s->expr_ptr)
        js_error_set_range(s, s->expr_ptr, s->expr_end);
    else if (!strcmp(fmt, "variable name expected") && (*p == '[' || *p == '{'))
        js_error_set_range(s, p, js_error_pattern_end(s, p));
}

/* V8's report of a token that does not fit. */
static void js_error_put_unexpected(JSParseState *s, DynBuf *d)
{
    static const char *const strict_words[] = {
        "implements", "interface", "let", "package", "private", "protected", "public",
        "static", "yield", NULL
    };
    static const char *const reserved_words[] = { "await", "enum", NULL };
    char buf[ATOM_GET_STR_BUF_SIZE];
    const char *name;
    int len;

    if (js_error_at_end(s)) {
        dbuf_putstr(d, "Unexpected end of input");
        return;
    }
    switch (s->token.val) {
    case TOK_EOF:
        dbuf_putstr(d, "Unexpected end of input");
        return;
    case TOK_NUMBER:
        dbuf_putstr(d, "Unexpected number");
        return;
    case TOK_STRING:
        dbuf_putstr(d, "Unexpected string");
        return;
    case TOK_TEMPLATE:
        dbuf_putstr(d, "Unexpected template string");
        return;
    case TOK_ERROR:
        dbuf_putstr(d, "Invalid or unexpected token");
        return;
    default:
        break;
    }
    if (token_is_ident(s->token.val) || s->token.val == TOK_PRIVATE_NAME) {
        name = JS_AtomGetStr(s->ctx, buf, sizeof(buf), s->token.u.ident.atom);
        if (js_error_is_one_of(name, reserved_words) &&
            (s->token.val != TOK_IDENT || s->token.u.ident.is_reserved))
            dbuf_putstr(d, "Unexpected reserved word");
        else if (s->cur_func && s->cur_func->is_strict_mode &&
                 js_error_is_one_of(name, strict_words))
            dbuf_putstr(d, "Unexpected strict mode reserved word");
        else
            dbuf_printf(d, s->token.val == TOK_IDENT || s->token.val == TOK_PRIVATE_NAME ||
                        js_error_is_one_of(name, strict_words) ?
                        "Unexpected identifier '%s'" : "Unexpected token '%s'", name);
        return;
    }
    if (strchr("@#\\", *s->token.ptr)) {
        dbuf_putstr(d, "Invalid or unexpected token");
        return;
    }
    len = s->buf_ptr > s->token.ptr ? (int)(s->buf_ptr - s->token.ptr) : 1;
    dbuf_printf(d, "Unexpected token '%.*s'", min_int(len, 200), (const char *)s->token.ptr);
}

/* Was the last token the identifier `word`? */
static bool js_error_last_token_is(JSParseState *s, const char *word)
{
    size_t len = strlen(word);
    const uint8_t *p = s->last_ptr;
    return s->last_val == TOK_IDENT && p && p - s->buf_start >= (ptrdiff_t)len &&
        !memcmp(p - len, word, len) &&
        (p - s->buf_start == (ptrdiff_t)len || !lre_js_is_ident_next(p[-(ptrdiff_t)len - 1]));
}

static const JSMessageText js_syntax_texts[] = {
    { "\"use strict\" not allowed in function with default or destructuring parameter", "Illegal 'use strict' directive in function with non-simple parameter list" },
    { "'for await' loop should be used with 'of'", "Unexpected token 'in'" },
    { "'for of' expression cannot start with 'async'", "The left-hand side of a for-of loop may not be 'async'." },
    { "'let' is not a valid lexical identifier", "let is disallowed as a lexically bound name" },
    { "'undefined' already declared", "Identifier 'undefined' has already been declared" },
    { "Octal literals are not allowed in strict mode", "Octal literals are not allowed in strict mode." },
    { "assignment rest property must be last", "Rest element must be last element" },
    { "class declarations can't appear in single-statement context", "Unexpected token 'class'" },
    { "duplicate label name", "Label has already been declared" },
    { "for await is only valid in asynchronous functions", "Unexpected reserved word" },
    { "function declarations can't appear in single-statement context", "In non-strict mode code, functions can only be declared at top level, inside a block, or as the body of an if statement." },
    { "function name expected", "Function statements require a function name" },
    { "invalid argument name in strict code", "Unexpected eval or arguments in strict mode" },
    { "invalid field name", "Classes may not have a field named 'constructor'" },
    { "invalid first character of private name", "Invalid or unexpected token" },
    { "invalid function name in strict code", "Unexpected eval or arguments in strict mode" },
    { "invalid keyword: with", "Strict mode code may not include a with statement" },
    { "invalid lexical variable name 'let'", "let is disallowed as a lexically bound name" },
    { "invalid method name", "Classes may not have a static property named 'prototype'" },
    { "invalid number of arguments for getter or setter", "Setter must have exactly one formal parameter." },
    { "invalid use of 'import()'", "Cannot use new with import" },
    { "invalid variable name in strict mode", "Unexpected eval or arguments in strict mode" },
    { "property constructor appears more than once", "A class may only have one constructor" },
    { "return in a static initializer block", "Illegal return statement" },
    { "too complicated destructuring expression", "Missing initializer in destructuring declaration" },
    { "missing initializer for variable", "Missing initializer in const declaration" },
    { "unexpected end of regexp", "Invalid regular expression: missing /" },
};

/* Syntax errors that the engine words by what it wanted, V8 by what it found. */
static const char *const js_syntax_unexpected[] = {
    "'%s' is a reserved identifier", "cannot mix ?? with && or ||", "class statement requires a name",
    "expected 'of' or 'in' in for control expression", "expected '}' after template expression",
    "expecting '%c'", "expecting 'as'", "expecting field name", "expecting target",
    "from clause expected", "identifier expected", "identifier or string expected",
    "identifier or string expected expected", "illegal export name", "invalid assignment syntax",
    "invalid export syntax", "invalid import binding", "invalid property name",
    "invalid switch statement", "meta expected", "missing binding pattern...",
    "missing formal parameter", "string expected", "unexpected 'yield' keyword",
    "unexpected token in expression: '%.*s'", "unexpected token: '%.*s'",
    "unsupported keyword: %s", "variable name expected", "yield is a reserved identifier",
    "Unexpected string template", "Unexpected token '%.*s'", NULL
};

/* Throws a parser's error in V8's words; false when the format serves as it is. */
static bool js_error_throw_syntax(JSParseState *s, const char *fmt)
{
    JSContext *ctx = s->ctx;
    const char *text = NULL;
    char buf[ATOM_GET_STR_BUF_SIZE];
    DynBuf d;
    int i;

    if (!s->cur_func && s->filename && !strcmp(s->filename, "<input>"))
        return js_error_throw_json(s);
    js_error_place(s, fmt);
    js_dbuf_init(ctx, &d);
    if (!strncmp(fmt, "invalid redefinition of", 23) && s->decl_name != JS_ATOM_NULL) {
        dbuf_printf(&d, "Identifier '%s' has already been declared",
                    JS_AtomGetStr(ctx, buf, sizeof(buf), s->decl_name));
        s->error_at_last = token_is_ident(s->last_val);
        s->error_narrow = true;
    } else if (!strcmp(fmt, "private class field is already defined") &&
               s->token.val == TOK_PRIVATE_NAME) {
        dbuf_printf(&d, "Identifier '%s' has already been declared",
                    JS_AtomGetStr(ctx, buf, sizeof(buf), s->token.u.ident.atom));
    } else if (!strcmp(fmt, "break/continue label not found") && token_is_ident(s->token.val)) {
        dbuf_printf(&d, "Undefined label '%s'",
                    JS_AtomGetStr(ctx, buf, sizeof(buf), s->token.u.ident.atom));
    } else if (!strcmp(fmt, "variable name expected") &&
               (s->token.val == '[' || s->token.val == '{')) {
        text = "Missing initializer in destructuring declaration";
    } else if (!strcmp(fmt, "lexical declarations can't appear in single-statement context") &&
               s->token.val == TOK_CONST) {
        text = "Unexpected token 'const'";
    } else if (!strcmp(fmt, "unexpected end of string") && s->token.ptr &&
               (*s->token.ptr == '`' || *s->token.ptr == '}')) {
        /* the parser runs into CompileFunction's tail, V8 into the end */
        text = "Unexpected end of input";
        if (s->body_end)
            js_error_set_range(s, s->body_end, s->body_end);
    } else if (!strcmp(fmt, "expected '}' after template expression")) {
        text = "Missing } in template expression";
    } else if (js_error_is_one_of(fmt, js_syntax_unexpected)) {
        if (!s->got_lf && token_is_ident(s->token.val) && js_error_last_token_is(s, "await")) {
            s->error_at_last = true;
            text = "await is only valid in async functions and the top level bodies of modules";
        } else if (!s->got_lf && (s->token.val == TOK_NUMBER || s->token.val == TOK_STRING ||
                                  s->token.val == TOK_NEW || s->token.val == TOK_THIS) &&
                   js_error_last_token_is(s, "await")) {
            s->error_at_last = true;
            text = "await is only valid in async functions and the top level bodies of modules";
        } else {
            js_error_put_unexpected(s, &d);
        }
    } else {
        for (i = 0; i < (int)countof(js_syntax_texts); i++) {
            if (!strcmp(js_syntax_texts[i].from, fmt)) {
                text = js_syntax_texts[i].to;
                break;
            }
        }
        if (!text) {
            dbuf_free(&d);
            return false;
        }
    }
    if (text)
        dbuf_putstr(&d, text);
    dbuf_putc(&d, '\0');
    if (dbuf_error(&d)) {
        dbuf_free(&d);
        return false;
    }
    JS_Throw(ctx, JS_MakeError2(ctx, JS_SYNTAX_ERROR, false, (const char *)d.buf));
    dbuf_free(&d);
    return true;
}
