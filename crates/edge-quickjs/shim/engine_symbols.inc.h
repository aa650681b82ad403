/* engine_symbols.inc.h - private symbols; see engine_hooks.h, 2. */

JSValue JS_EdgeNewPrivateSymbol(JSContext *ctx, const char *description)
{
    JSRuntime *rt = ctx->rt;
    size_t len = strlen(description);
    JSAtom atom;
    JSString *p, *old;

    if (rt->edge.n_private_symbols >= EDGE_PRIVATE_ATOMS)
        return JS_ThrowRangeError(ctx, "too many private symbols");
    /* The atom exists since the runtime does; it only gets its description now. */
    atom = JS_ATOM_END + rt->edge.n_private_symbols;
    old = rt->atom_array[atom];
    p = js_alloc_string(ctx, len, 0);
    if (!p)
        return JS_EXCEPTION;
    memcpy(str8(p), description, len + 1);
    p->hash = old->hash;
    p->hash_next = old->hash_next;
    p->atom_type = old->atom_type;
    p->first_weak_ref = NULL;
#ifdef ENABLE_DUMPS
    list_del(&old->link);
#endif
    js_free_rt(rt, old);
    rt->atom_array[atom] = p;
    rt->edge.n_private_symbols++;
    return js_dup(JS_MKPTR(JS_TAG_SYMBOL, p));
}

int JS_EdgeIsPrivateSymbol(JSContext *ctx, JSValueConst v)
{
    return JS_VALUE_GET_TAG(v) == JS_TAG_SYMBOL &&
        edge_atom_is_private(js_get_atom_index(ctx->rt, JS_VALUE_GET_PTR(v)));
}

/* p is NULL for primitives, which have no private properties. */
static JSValue edge_get_private(JSContext *ctx, JSObject *p, JSAtom prop)
{
    JSProperty *pr;
    JSShapeProperty *prs = p ? find_own_property(&pr, p, prop) : NULL;

    if (!prs)
        return JS_UNDEFINED;
    return js_dup(pr->u.value);
}

/* val is freed. */
static int edge_set_private(JSContext *ctx, JSValueConst obj, JSAtom prop, JSValue val)
{
    JSObject *p;
    JSProperty *pr;

    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT) {
        JS_FreeValue(ctx, val);
        return true;
    }
    p = JS_VALUE_GET_OBJ(obj);
    if (find_own_property(&pr, p, prop)) {
        set_value(ctx, &pr->u.value, val);
        return true;
    }
    pr = add_property(ctx, p, prop, JS_PROP_C_W_E);
    if (!pr) {
        JS_FreeValue(ctx, val);
        return -1;
    }
    pr->u.value = val;
    return true;
}
