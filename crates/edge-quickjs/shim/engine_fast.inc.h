/* What the interpreter's loop asks before it takes the general way: out of the loop's function, so that it stays in the cache. */

/* 1 or 0 where the values' bits tell whether they are strictly equal, else -1: numbers of two kinds, strings, BigInts. */
static inline int js_strict_eq_fast(JSValueConst op1, JSValueConst op2)
{
    int tag1 = JS_VALUE_GET_TAG(op1), tag2 = JS_VALUE_GET_TAG(op2);
#define IS_IDENTITY(tag) ((tag) == JS_TAG_OBJECT || (tag) == JS_TAG_SYMBOL)
#define IS_CONSTANT(tag) ((uint32_t)(tag) - JS_TAG_BOOL <= JS_TAG_UNDEFINED - JS_TAG_BOOL)
    if (tag1 == tag2) {
        if (tag1 == JS_TAG_INT || IS_CONSTANT(tag1))
            return JS_VALUE_GET_INT(op1) == JS_VALUE_GET_INT(op2);
        if (IS_IDENTITY(tag1))
            return JS_VALUE_GET_PTR(op1) == JS_VALUE_GET_PTR(op2);
    } else if (IS_CONSTANT(tag1) || IS_CONSTANT(tag2) || IS_IDENTITY(tag1) || IS_IDENTITY(tag2)) {
        return 0;
    }
    return -1;
#undef IS_IDENTITY
#undef IS_CONSTANT
}

/* Not a registered one, whose atom is elsewhere, nor one of V8's private ones, which are not inherited. `hash_next` is its atom. */
static inline bool is_plain_symbol(const JSAtomStruct *symbol)
{
    return symbol->atom_type == JS_ATOM_TYPE_SYMBOL && !edge_atom_is_private(symbol->hash_next);
}

/* Whether the property with a symbol as key could be read without anybody's code: a value, or none, and no exotic object on the way. */
static no_inline bool js_get_symbol_fast(JSObject *p, JSValueConst key, JSValue *pval)
{
    JSAtomStruct *symbol = JS_VALUE_GET_PTR(key);
    JSProperty *pr;
    JSShapeProperty *prs;

    if (unlikely(!is_plain_symbol(symbol)))
        return false;
    for (;;) {
        prs = find_own_property(&pr, p, symbol->hash_next);
        if (prs) {
            if (unlikely(prs->flags & JS_PROP_TMASK))
                return false;
            *pval = js_dup(pr->u.value);
            return true;
        }
        if (unlikely(p->is_exotic))
            return false;
        p = p->shape->proto;
        if (!p) {
            *pval = JS_UNDEFINED;
            return true;
        }
    }
}

/* Whether `val` became the value of an existing plain property with a symbol as key; the property owns it then. */
static no_inline bool js_put_symbol_fast(JSContext *ctx, JSObject *p, JSValueConst key, JSValue val)
{
    JSAtomStruct *symbol = JS_VALUE_GET_PTR(key);
    JSProperty *pr;
    JSShapeProperty *prs;

    if (unlikely(!is_plain_symbol(symbol)))
        return false;
    prs = find_own_property(&pr, p, symbol->hash_next);
    if (!prs || (prs->flags & (JS_PROP_TMASK | JS_PROP_WRITABLE | JS_PROP_LENGTH)) != JS_PROP_WRITABLE)
        return false;
    set_value(ctx, &pr->u.value, val);
    return true;
}
