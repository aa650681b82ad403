/*
 * engine_errors_json.inc.h - what JSON.parse and JSON.stringify complain about, in V8's words
 * and at V8's places. Part of the engine (see engine_errors_stack.inc.h).
 *
 * The engine's scanner stops at other places than V8's (a whole word, a whole number), so a
 * text that failed is read once more here, for the error alone.
 */

static bool js_json_is_digit(const uint8_t *p, const uint8_t *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* Behind the opening quote; leaves *pp behind the closing one or at the error. */
static const char *js_json_skip_string(const uint8_t **pp, const uint8_t *end)
{
    const uint8_t *p = *pp;
    const char *text = NULL;
    int i;

    for (;;) {
        if (p >= end) {
            text = "Unterminated string";
            break;
        }
        if (*p == '"') {
            p++;
            break;
        }
        if (*p < 0x20) {
            text = "Bad control character in string literal";
            break;
        }
        if (*p++ != '\\')
            continue;
        if (p >= end) {
            text = "Unterminated string";
            break;
        }
        if (*p == 'u') {
            for (i = 0, p++; i < 4 && p < end && from_hex(*p) >= 0; i++)
                p++;
            if (i < 4) {
                text = "Bad Unicode escape";
                break;
            }
        } else if (strchr("\"\\/bfnrt", *p) && *p) {
            p++;
        } else {
            text = "Bad escaped character";
            break;
        }
    }
    *pp = p;
    return text;
}

/* What V8 says of a character that starts nothing; "" for its default text. */
static const char *js_json_unexpected(const uint8_t *p, const uint8_t *end)
{
    if (p < end && (*p == '-' || js_json_is_digit(p, end)))
        return "Unexpected number";
    if (p < end && *p == '"')
        return "Unexpected string";
    return "";
}

static const char *js_json_skip_number(const uint8_t **pp, const uint8_t *end)
{
    const uint8_t *p = *pp;
    const char *text = NULL;

    if (*p == '-' && !js_json_is_digit(++p, end)) {
        text = "No number after minus sign";
        goto done;
    }
    if (*p == '0') {
        if (js_json_is_digit(++p, end)) {
            text = "Unexpected number";
            goto done;
        }
    } else {
        while (js_json_is_digit(p, end))
            p++;
    }
    if (p < end && *p == '.') {
        if (!js_json_is_digit(++p, end)) {
            text = "Unterminated fractional number";
            goto done;
        }
        while (js_json_is_digit(p, end))
            p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        if (!js_json_is_digit(p, end)) {
            text = "Exponent part is missing a number";
            goto done;
        }
        while (js_json_is_digit(p, end))
            p++;
    }
done:
    *pp = p;
    return text;
}

static const uint8_t *js_json_skip_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* The first error from *pp on: V8's text for it ("": the default one), and *pp at its place. NULL:
   there is none (or no memory to find it). */
static const char *js_json_find_error(JSContext *ctx, const uint8_t **pp, const uint8_t *end)
{
    static const char *const words[] = { "true", "false", "null" };
    const uint8_t *p = *pp;
    const char *text = NULL, *word;
    DynBuf open; /* the brackets around p */
    bool key = false, value = true;
    int i;

    js_dbuf_init(ctx, &open);
    for (;;) {
        p = js_json_skip_space(p, end);
        if (key) {
            /* behind '{' or ',' */
            if (p < end && *p == '}' && value) {
                open.size--;
                p++;
                key = value = false;
                continue;
            }
            if (p >= end || *p != '"') {
                text = value ? "Expected property name or '}'" : "Expected double-quoted property name";
                break;
            }
            p++;
            if ((text = js_json_skip_string(&p, end)))
                break;
            p = js_json_skip_space(p, end);
            if (p >= end || *p != ':') {
                text = "Expected ':' after property name";
                break;
            }
            p++;
            key = false;
            value = true;
        } else if (!value) {
            /* behind a value */
            if (!open.size) {
                if (p < end)
                    text = "Unexpected non-whitespace character after JSON";
                break;
            }
            if (p < end && *p == ',') {
                p++;
                key = open.buf[open.size - 1] == '{';
                value = !key;
            } else if (p < end && *p == (open.buf[open.size - 1] == '{' ? '}' : ']')) {
                p++;
                open.size--;
            } else {
                text = open.buf[open.size - 1] == '{' ? "Expected ',' or '}' after property value" :
                    "Expected ',' or ']' after array element";
                break;
            }
        } else if (p >= end) {
            text = "";
            break;
        } else if (*p == '"') {
            p++;
            if ((text = js_json_skip_string(&p, end)))
                break;
            value = false;
        } else if (*p == '-' || js_json_is_digit(p, end)) {
            if ((text = js_json_skip_number(&p, end)))
                break;
            value = false;
        } else if (*p == '{' || *p == '[') {
            if (dbuf_putc(&open, *p))
                break;
            if (*p++ == '{') {
                key = true;
            } else {
                p = js_json_skip_space(p, end);
                if (p < end && *p == ']') {
                    p++;
                    open.size--;
                    value = false;
                }
            }
        } else {
            for (i = 0; i < (int)countof(words) && *p != (uint8_t)words[i][0]; i++)
                ;
            if (i == (int)countof(words)) {
                text = "";
                break;
            }
            for (word = words[i]; *word && p < end && *p == (uint8_t)*word; word++)
                p++;
            if (*word) {
                text = js_json_unexpected(p, end);
                break;
            }
            value = false;
        }
    }
    dbuf_free(&open);
    *pp = p;
    return text;
}

/* Is the text what String() gives for a value that nobody means to parse? */
static bool js_json_is_special(const uint8_t *p, size_t len)
{
    static const char *const texts[] = { "[object Object]", "undefined", "NaN", "Infinity" };
    size_t i;
    for (i = 0; i < countof(texts); i++) {
        if (strlen(texts[i]) == len && !memcmp(texts[i], p, len))
            return true;
    }
    return false;
}

/* JSON.parse met what does not fit: throws, and makes its place that of the current token. False: the
   engine's own text serves. */
static bool js_error_throw_json(JSParseState *s)
{
    JSContext *ctx = s->ctx;
    const uint8_t *at = s->buf_start, *from = s->buf_start, *to = s->buf_end, *p, *line_start;
    const char *text = js_json_find_error(ctx, &at, s->buf_end);
    int pos = 0, len = 0, line = 1, column = 1, start, end, i, n;
    DynBuf d;

    if (!text)
        return false;
    for (p = line_start = s->buf_start; p < s->buf_end; p++) {
        n = ((*p & 0xc0) != 0x80) + (*p >= 0xf0); /* UTF-16 units */
        len += n;
        if (p >= at)
            continue;
        pos += n;
        column += n;
        if (*p == '\n' || (*p == '\r' && p[1] != '\n')) {
            line++;
            column = 1;
            line_start = p + 1;
        }
    }
    s->token.ptr = at;
    s->token.line_start = line_start;
    s->token.line_num = line;
    js_dbuf_init(ctx, &d);
    if (*text) {
        dbuf_printf(&d, "%s%s at position %d (line %d column %d)", text,
                    strstr(text, "after JSON") ? "" : " in JSON", pos, line, column);
    } else if (at >= s->buf_end) {
        dbuf_putstr(&d, "Unexpected end of JSON input");
    } else if (js_json_is_special(s->buf_start, s->buf_end - s->buf_start)) {
        dbuf_printf(&d, "\"%.*s\" is not valid JSON", (int)(s->buf_end - s->buf_start),
                    (const char *)s->buf_start);
    } else {
        /* ten characters either side */
        start = len >= 21 && pos >= 10 ? pos - 10 : 0;
        end = len >= 21 && (pos < 10 || pos < len - 10) ? pos + 10 : len;
        for (i = 0, p = s->buf_start; p < s->buf_end; p++) {
            n = ((*p & 0xc0) != 0x80) + (*p >= 0xf0);
            if (n && i == start)
                from = p;
            if (n && i == end)
                to = p;
            i += n;
        }
        for (p = at + 1; p < s->buf_end && (*p & 0xc0) == 0x80; p++)
            ;
        dbuf_printf(&d, "Unexpected token '%.*s', ", (int)(p - at), (const char *)at);
        if (start > 0)
            dbuf_putstr(&d, "...");
        dbuf_putc(&d, '"');
        dbuf_put(&d, from, to - from);
        dbuf_putc(&d, '"');
        if (end < len)
            dbuf_putstr(&d, "...");
        dbuf_putstr(&d, " is not valid JSON");
    }
    dbuf_putc(&d, '\0');
    if (dbuf_error(&d)) {
        dbuf_free(&d);
        return false;
    }
    JS_Throw(ctx, JS_MakeError2(ctx, JS_SYNTAX_ERROR, false, (const char *)d.buf));
    dbuf_free(&d);
    return true;
}

static void js_error_put_circle_step(JSContext *ctx, DynBuf *d, JSValueConst from, JSValueConst to)
{
    JSObject *p = JS_VALUE_GET_OBJ(from);
    JSProperty *pr;
    uint32_t i;

    if (p->fast_array && p->class_id == JS_CLASS_ARRAY) {
        for (i = 0; i < p->u.array.count; i++) {
            if (js_same_value(ctx, p->u.array.u.values[i], to)) {
                dbuf_printf(d, "index %u", i);
                return;
            }
        }
    }
    for (i = 0; i < p->shape->prop_count; i++) {
        JSShapeProperty *prs = &get_shape_prop(p->shape)[i];
        if (prs->atom == JS_ATOM_NULL || (prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL ||
            !(prs->flags & JS_PROP_ENUMERABLE))
            continue;
        pr = &p->prop[i];
        if (js_same_value(ctx, pr->u.value, to)) {
            if (__JS_AtomIsTaggedInt(prs->atom)) {
                dbuf_printf(d, "index %u", __JS_AtomToUInt32(prs->atom));
            } else {
                dbuf_putstr(d, "property ");
                js_error_put_quoted_atom(ctx, d, prs->atom);
            }
            return;
        }
    }
    dbuf_putstr(d, "property '...'");
}

static void js_error_put_object_with_constructor(JSContext *ctx, DynBuf *d, JSValueConst v)
{
    JSValue name = js_error_constructor_name(ctx, JS_VALUE_GET_OBJ(v));
    dbuf_putstr(d, "object with constructor '");
    js_error_put_value(ctx, d, name);
    dbuf_putc(d, '\'');
    JS_FreeValue(ctx, name);
}

/* JSON.stringify met `val` again; `stack` is the array of objects being written. */
static JSValue js_error_throw_circular(JSContext *ctx, JSValueConst stack, JSValueConst val)
{
    JSObject *p = JS_VALUE_GET_OBJ(stack);
    JSValue *v = p->u.array.u.values;
    int count = p->u.array.count, start, i;
    DynBuf d;

    for (start = 0; start < count - 1 && !js_same_value(ctx, v[start], val); start++)
        ;
    js_dbuf_init(ctx, &d);
    dbuf_putstr(&d, "Converting circular structure to JSON\n    --> starting at ");
    js_error_put_object_with_constructor(ctx, &d, v[start]);
    /* two steps, then the last one */
    for (i = start + 1; i < count; i++) {
        if (i - start > 2 && i < count - 1) {
            if (i - start == 3)
                dbuf_putstr(&d, "\n    |     ...");
            continue;
        }
        dbuf_putstr(&d, "\n    |     ");
        js_error_put_circle_step(ctx, &d, v[i - 1], v[i]);
        dbuf_putstr(&d, " -> ");
        js_error_put_object_with_constructor(ctx, &d, v[i]);
    }
    dbuf_putstr(&d, "\n    --- ");
    js_error_put_circle_step(ctx, &d, v[count - 1], val);
    dbuf_putstr(&d, " closes the circle");
    return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &d);
}
