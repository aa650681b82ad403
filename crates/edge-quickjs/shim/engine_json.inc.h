/*
 * engine_json.inc.h - the common cases of JSON.parse and JSON.stringify without the detours of the
 * general ones. Part of the engine (see patch 0117).
 *
 * Upstream makes a string for every key, number and quoted text, and reads numbers with the C
 * library, which is slow where long double is made of software. Whatever is out of the ordinary (an
 * escape, a long number, an error) is left to upstream's code: these functions then answer 0 and have
 * changed nothing.
 */

/* Behind the opening quote: the end of the text if it is ASCII without escapes, else NULL. */
static const uint8_t *edge_json_plain_end(const uint8_t *p)
{
    /* the buffer ends with a zero */
    while (*p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
        p++;
    return *p == '"' ? p : NULL;
}

/* *pp is behind the opening quote. 1: the token is filled in; 0: not a plain string; -1: exception. */
static int edge_json_string_token(JSParseState *s, const uint8_t **pp)
{
    const uint8_t *end = edge_json_plain_end(*pp);
    JSValue str;

    if (!end)
        return 0;
    str = end == *pp ? js_empty_string(s->ctx->rt) :
        js_new_string8_len(s->ctx, (const char *)*pp, end - *pp);
    if (JS_IsException(str))
        return -1;
    s->token.val = TOK_STRING;
    s->token.u.str.sep = '"';
    s->token.u.str.str = str;
    *pp = end + 1;
    return 1;
}

/* 1: the token is filled in; 0: not a number, or one that needs care. Exact: below 2^53, times or
   divided by a power of ten that a double has exactly, there is one rounding. */
static int edge_json_number_token(JSParseState *s, const uint8_t **pp)
{
    static const double powers[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };
    const uint8_t *p = *pp;
    bool negative = *p == '-', exponent_negative;
    uint64_t m = 0;
    int digits = 0, exponent = 0, e = 0;
    double d;

    if (negative)
        p++;
    if (!is_digit(*p) || (*p == '0' && is_digit(p[1])))
        return 0;
    for (; is_digit(*p); p++, digits++)
        m = m * 10 + (*p - '0');
    if (*p == '.') {
        if (!is_digit(*++p))
            return 0;
        for (; is_digit(*p); p++, digits++, exponent--)
            m = m * 10 + (*p - '0');
    }
    if (digits > 18)
        return 0;
    if (*p == 'e' || *p == 'E') {
        exponent_negative = *++p == '-';
        if (*p == '+' || *p == '-')
            p++;
        if (!is_digit(*p))
            return 0;
        for (; is_digit(*p) && e < 1000; p++)
            e = e * 10 + (*p - '0');
        if (e >= 1000)
            return 0;
        exponent += exponent_negative ? -e : e;
    }
    if (m > (uint64_t)1 << 53 || exponent < -22 || exponent > 22)
        return 0;
    d = exponent < 0 ? m / powers[-exponent] : m * powers[exponent];
    s->token.val = TOK_NUMBER;
    s->token.u.num.val = js_number(negative ? -d : d);
    *pp = p;
    return 1;
}

/* A key and its colon, when they come next and are plain; else JS_ATOM_NULL, with *failed set after an
   exception. */
static JSAtom edge_json_key(JSParseState *s, bool *failed)
{
    const uint8_t *p = s->buf_ptr, *end;
    JSAtom atom;

    *failed = false;
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        p++;
    if (*p++ != '"' || !(end = edge_json_plain_end(p)))
        return JS_ATOM_NULL;
    atom = JS_NewAtomLen(s->ctx, (const char *)p, end - p);
    *failed = atom == JS_ATOM_NULL;
    p = end + 1;
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        p++;
    if (*failed || *p != ':') {
        JS_FreeAtom(s->ctx, atom);
        return JS_ATOM_NULL;
    }
    s->buf_ptr = p + 1;
    return atom;
}

/* A property of an object that no program has seen yet. Frees val. */
static int edge_json_define(JSContext *ctx, JSObject *p, JSAtom key, JSValue val)
{
    JSProperty *pr;

    if (find_own_property(&pr, p, key)) {
        set_value(ctx, &pr->u.value, val);
        return 0;
    }
    pr = add_property(ctx, p, key, JS_PROP_C_W_E);
    if (!pr) {
        JS_FreeValue(ctx, val);
        return -1;
    }
    pr->u.value = val;
    return 0;
}

/* The next element of an array that no program has seen yet. Frees val. */
static int edge_json_append(JSContext *ctx, JSObject *p, uint32_t index, JSValue val)
{
    if (index >= p->u.array.u1.size && expand_fast_array(ctx, p, index + 1)) {
        JS_FreeValue(ctx, val);
        return -1;
    }
    p->u.array.u.values[index] = val;
    p->u.array.count = index + 1;
    p->prop[0].u.value = js_int32(index + 1);
    return 0;
}

/* Writes a string in quotes; 0: it has to be escaped. */
static int edge_json_put_string(StringBuffer *b, JSString *p)
{
    const uint8_t *c;
    uint32_t i;

    if (p->is_wide_char)
        return 0;
    c = str8(p);
    for (i = 0; i < p->len; i++) {
        if (c[i] < 0x20 || c[i] == '"' || c[i] == '\\')
            return 0;
    }
    string_buffer_putc8(b, '"');
    string_buffer_write8(b, c, p->len);
    string_buffer_putc8(b, '"');
    return 1;
}

static void edge_json_put_int(StringBuffer *b, int32_t n)
{
    char buf[12], *p = buf + sizeof(buf);
    uint32_t u = n < 0 ? -(uint32_t)n : (uint32_t)n;

    do {
        *--p = '0' + u % 10;
        u /= 10;
    } while (u);
    if (n < 0)
        *--p = '-';
    string_buffer_write8(b, (const uint8_t *)p, buf + sizeof(buf) - p);
}

/* Writes a number, boolean, null or plain string; 0: not one of these. Does not free val. */
static int edge_json_put_value(StringBuffer *b, JSValueConst val)
{
    JSDTOATempMem mem;
    char buf[128];

    switch (JS_VALUE_GET_NORM_TAG(val)) {
    case JS_TAG_INT:
        edge_json_put_int(b, JS_VALUE_GET_INT(val));
        return 1;
    case JS_TAG_BOOL:
        string_buffer_puts8(b, JS_VALUE_GET_BOOL(val) ? "true" : "false");
        return 1;
    case JS_TAG_NULL:
        string_buffer_puts8(b, "null");
        return 1;
    case JS_TAG_FLOAT64:
        if (!isfinite(JS_VALUE_GET_FLOAT64(val))) {
            string_buffer_puts8(b, "null");
        } else {
            int len = js_dtoa(buf, JS_VALUE_GET_FLOAT64(val), 10, 0, JS_DTOA_FORMAT_FREE, &mem);
            string_buffer_write8(b, (const uint8_t *)buf, len);
        }
        return 1;
    case JS_TAG_STRING:
        return edge_json_put_string(b, JS_VALUE_GET_STRING(val));
    default:
        return 0;
    }
}

/* Writes a property's name in quotes; 0: it has to be escaped. */
static int edge_json_put_key(JSContext *ctx, StringBuffer *b, JSAtom key)
{
    if (__JS_AtomIsTaggedInt(key)) {
        string_buffer_putc8(b, '"');
        edge_json_put_int(b, __JS_AtomToUInt32(key));
        string_buffer_putc8(b, '"');
        return 1;
    }
    return edge_json_put_string(b, ctx->rt->atom_array[key]);
}

/* The key of a property or element, for toJSON and the replacer. */
static JSValue edge_json_key_value(JSContext *ctx, JSValueConst key, JSAtom atom, int64_t index)
{
    if (!JS_IsUndefined(key))
        return js_dup(key);
    if (atom != JS_ATOM_NULL)
        return JS_AtomToString(ctx, atom);
    return JS_ToStringFree(ctx, js_int64(index));
}
