/* engine_contexts.inc.h - realms with a sandbox behind their global; see engine_hooks.h, 7.

   What Node's ContextifyContext does with V8's interceptors: a name is looked up on the sandbox
   (with its prototypes), then among the realm's built-ins; new names are made on the sandbox. */

typedef struct JSEdgeGlobal {
    JSValue sandbox;
    JSValue builtins; /* the realm's original global object */
} JSEdgeGlobal;

static JSEdgeGlobal *edge_global(JSObject *p)
{
    return p->u.opaque;
}

static void edge_global_finalizer(JSRuntime *rt, JSValueConst val)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(val));

    if (g) {
        JS_FreeValueRT(rt, g->sandbox);
        JS_FreeValueRT(rt, g->builtins);
        js_free_rt(rt, g);
    }
}

static void edge_global_mark(JSRuntime *rt, JSValueConst val, JS_MarkFunc *mark_func)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(val));

    if (g) {
        JS_MarkValue(rt, g->sandbox, mark_func);
        JS_MarkValue(rt, g->builtins, mark_func);
    }
}

/* The realm's global wherever the sandbox itself would be seen. val is freed. */
static JSValue edge_hide_sandbox(JSContext *ctx, JSObject *p, JSValue val)
{
    if (JS_VALUE_GET_TAG(val) == JS_TAG_OBJECT &&
        JS_VALUE_GET_OBJ(val) == JS_VALUE_GET_OBJ(edge_global(p)->sandbox)) {
        JS_FreeValue(ctx, val);
        return js_dup(JS_MKPTR(JS_TAG_OBJECT, p));
    }
    return val;
}

static JSValue edge_global_get(JSContext *ctx, JSObject *p, JSAtom prop, bool throw_ref_error)
{
    JSEdgeGlobal *g = edge_global(p);
    JSValue hold = js_dup(JS_MKPTR(JS_TAG_OBJECT, p)), ret;
    int has = JS_HasProperty(ctx, g->sandbox, prop);

    if (has < 0)
        ret = JS_EXCEPTION;
    else if (has)
        ret = edge_hide_sandbox(ctx, p, JS_GetProperty(ctx, g->sandbox, prop));
    else
        ret = JS_GetPropertyInternal(ctx, g->builtins, prop, hold, throw_ref_error);
    JS_FreeValue(ctx, hold);
    return ret;
}

static int edge_global_get_own_property(JSContext *ctx, JSPropertyDescriptor *desc,
                                        JSValueConst obj, JSAtom prop)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(obj));
    int ret = JS_GetOwnPropertyInternal(ctx, desc, JS_VALUE_GET_OBJ(g->sandbox), prop);

    if (ret == 0)
        ret = JS_GetOwnPropertyInternal(ctx, desc, JS_VALUE_GET_OBJ(g->builtins), prop);
    return ret;
}

/* Names of the sandbox, then those of the built-ins that it has not. */
static int edge_global_get_own_property_names(JSContext *ctx, JSPropertyEnum **ptab,
                                              uint32_t *plen, JSValueConst obj)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(obj));
    JSPropertyEnum *tab, *more, *all;
    uint32_t len, more_len, n;
    const int flags = JS_GPN_STRING_MASK | JS_GPN_SYMBOL_MASK;

    if (JS_GetOwnPropertyNamesInternal(ctx, &tab, &len, JS_VALUE_GET_OBJ(g->sandbox), flags))
        return -1;
    if (JS_GetOwnPropertyNamesInternal(ctx, &more, &more_len, JS_VALUE_GET_OBJ(g->builtins),
                                       flags)) {
        js_free_prop_enum(ctx, tab, len);
        return -1;
    }
    all = js_realloc(ctx, tab, sizeof(*tab) * max_int(len + more_len, 1));
    if (!all) {
        js_free_prop_enum(ctx, tab, len);
        js_free_prop_enum(ctx, more, more_len);
        return -1;
    }
    n = len;
    for (uint32_t i = 0; i < more_len; i++) {
        int dup = JS_GetOwnPropertyInternal(ctx, NULL, JS_VALUE_GET_OBJ(g->sandbox),
                                            more[i].atom);
        if (dup == 0)
            all[n++] = more[i];
        else
            JS_FreeAtom(ctx, more[i].atom);
        if (dup < 0) {
            for (i++; i < more_len; i++)
                JS_FreeAtom(ctx, more[i].atom);
            js_free(ctx, more);
            js_free_prop_enum(ctx, all, n);
            return -1;
        }
    }
    js_free(ctx, more);
    *ptab = all;
    *plen = n;
    return 0;
}

static int edge_global_delete(JSContext *ctx, JSValueConst obj, JSAtom prop)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(obj));
    int ret = JS_DeleteProperty(ctx, g->sandbox, prop, 0);

    if (ret <= 0)
        return ret;
    return JS_DeleteProperty(ctx, g->builtins, prop, 0);
}

/* Flags of prop on obj or its prototypes: 1 found, 0 not, -1 exception. */
static int edge_real_flags(JSContext *ctx, JSValueConst obj, JSAtom prop, int *flags)
{
    JSObject *p;

    for (p = JS_VALUE_GET_OBJ(obj); p; p = p->shape->proto) {
        int ret = JS_GetOwnPropertyFlagsInternal(ctx, flags, p, prop);
        if (ret)
            return ret;
        if (p->class_id == JS_CLASS_PROXY) {
            *flags = JS_PROP_C_W_E;
            return JS_HasProperty(ctx, JS_MKPTR(JS_TAG_OBJECT, p), prop);
        }
    }
    return 0;
}

static int edge_global_define(JSContext *ctx, JSValueConst obj, JSAtom prop, JSValueConst val,
                              JSValueConst getter, JSValueConst setter, int flags)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(obj));
    int own, old;

    own = JS_GetOwnPropertyFlagsInternal(ctx, &old, JS_VALUE_GET_OBJ(g->builtins), prop);
    if (own < 0)
        return -1;
    if (own && !(old & (JS_PROP_WRITABLE | JS_PROP_GETSET | JS_PROP_CONFIGURABLE)))
        return JS_DefineProperty(ctx, g->builtins, prop, val, getter, setter, flags);
    return JS_DefineProperty(ctx, g->sandbox, prop, val, getter, setter, flags);
}

static int edge_global_has(JSContext *ctx, JSValueConst obj, JSAtom prop)
{
    JSEdgeGlobal *g = edge_global(JS_VALUE_GET_OBJ(obj));
    int ret = JS_HasProperty(ctx, g->sandbox, prop);

    return ret ? ret : JS_HasProperty(ctx, g->builtins, prop);
}

static int edge_global_set(JSContext *ctx, JSValueConst obj, JSAtom prop, JSValueConst value,
                           JSValueConst receiver, int flags)
{
    JSObject *p = JS_VALUE_GET_OBJ(obj);
    JSEdgeGlobal *g = edge_global(p);
    JSShapeProperty *prs;
    int on_builtins, on_sandbox, bf = 0, sf = 0, ret;

    if (JS_VALUE_GET_TAG(receiver) != JS_TAG_OBJECT || JS_VALUE_GET_OBJ(receiver) != p) {
        /* inherited from the global, or Reflect.set: an ordinary write on the receiver */
        if (JS_VALUE_GET_TAG(receiver) != JS_TAG_OBJECT)
            return JS_ThrowTypeErrorOrFalse(ctx, flags, "not an object");
        return JS_DefineProperty(ctx, receiver, prop, value, JS_UNDEFINED, JS_UNDEFINED,
                                 JS_PROP_C_W_E | JS_PROP_HAS_VALUE | JS_PROP_HAS_CONFIGURABLE |
                                 JS_PROP_HAS_WRITABLE | JS_PROP_HAS_ENUMERABLE | flags);
    }
    on_builtins = edge_real_flags(ctx, g->builtins, prop, &bf);
    on_sandbox = on_builtins < 0 ? -1 : edge_real_flags(ctx, g->sandbox, prop, &sf);
    if (on_sandbox < 0)
        return -1;
    if ((on_builtins && !(bf & (JS_PROP_WRITABLE | JS_PROP_GETSET))) ||
        (on_sandbox && !(sf & (JS_PROP_WRITABLE | JS_PROP_GETSET))))
        return JS_ThrowTypeErrorReadOnly(ctx, flags, prop);
    if (!on_builtins && !on_sandbox && JS_AtomGetKind(ctx, prop) == JS_ATOM_KIND_SYMBOL)
        return JS_SetPropertyInternal(ctx, g->builtins, prop, js_dup(value), flags);
    ret = JS_SetPropertyInternal(ctx, g->sandbox, prop, js_dup(value), 0);
    if (ret < 0)
        return -1;
    /* V8 goes on with the real global: seen when the sandbox is frozen or loses the name */
    prs = find_own_property1(JS_VALUE_GET_OBJ(g->builtins), prop);
    if ((ret == 0 && !on_sandbox) || (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_NORMAL))
        ret = JS_SetPropertyInternal(ctx, g->builtins, prop, js_dup(value), 0);
    return ret < 0 ? -1 : true;
}

static const JSClassExoticMethods edge_global_exotic_methods = {
    .get_own_property = edge_global_get_own_property,
    .get_own_property_names = edge_global_get_own_property_names,
    .delete_property = edge_global_delete,
    .define_own_property = edge_global_define,
    .has_property = edge_global_has,
    .set_property = edge_global_set,
};

/* The object whose shape says how prop is declared. */
static JSObject *edge_global_owner(JSContext *ctx, JSObject *p, JSAtom prop)
{
    JSEdgeGlobal *g = edge_global(p);
    JSObject *builtins = JS_VALUE_GET_OBJ(g->builtins);

    return find_own_property1(builtins, prop) ? builtins : JS_VALUE_GET_OBJ(g->sandbox);
}

/* `var` and function declarations of scripts: on the sandbox, and like V8 on the real global as
   well (configurable: whether `delete` may remove it there), so that `delete` leaves the variable. */
static int edge_global_declare(JSContext *ctx, JSObject *p, JSAtom prop, JSValueConst value,
                               bool is_function, int configurable)
{
    JSEdgeGlobal *g = edge_global(p);
    JSObject *builtins = JS_VALUE_GET_OBJ(g->builtins);
    int has;

    if (is_function) {
        has = JS_GetOwnPropertyInternal(ctx, NULL, JS_VALUE_GET_OBJ(g->sandbox), prop);
        if (has > 0)
            has = JS_SetPropertyInternal(ctx, g->sandbox, prop, js_dup(value), 0);
        else if (has == 0) /* not through a setter of a prototype */
            has = JS_DefinePropertyValue(ctx, g->sandbox, prop, js_dup(value), JS_PROP_C_W_E);
    } else {
        has = edge_global_has(ctx, JS_MKPTR(JS_TAG_OBJECT, p), prop);
        if (has > 0)
            return 0;
        if (has == 0)
            has = JS_DefinePropertyValue(ctx, g->sandbox, prop, js_dup(value), JS_PROP_C_W_E);
    }
    if (has < 0)
        return -1;
    if (find_own_property1(builtins, prop))
        return is_function && JS_SetPropertyInternal(ctx, g->builtins, prop, js_dup(value), 0) < 0;
    return JS_DefinePropertyValue(ctx, g->builtins, prop, js_dup(value),
                                  JS_PROP_WRITABLE | JS_PROP_ENUMERABLE |
                                  (configurable & JS_PROP_CONFIGURABLE)) < 0 ? -1 : 0;
}

/* ---- context values ---- */

static void edge_context_finalizer(JSRuntime *rt, JSValueConst val)
{
    JSContext *realm = JS_GetOpaque(val, rt->edge.context_class);

    if (realm)
        JS_FreeContext(realm);
}

static void edge_context_mark(JSRuntime *rt, JSValueConst val, JS_MarkFunc *mark_func)
{
    JSContext *realm = JS_GetOpaque(val, rt->edge.context_class);

    if (realm)
        mark_func(rt, &realm->header);
}

/* Globals that a V8 context has not by itself. */
static const char *const edge_extra_globals[] = {
    "DOMException", "atob", "btoa", "queueMicrotask", "performance", "InternalError",
};

static int edge_remove_global(JSContext *realm, JSAtom atom)
{
    int ret = JS_DeleteProperty(realm, realm->global_obj, atom, 0);

    JS_FreeAtom(realm, atom);
    return ret < 0 ? -1 : 0;
}

static int edge_set_sandbox(JSContext *realm, JSValueConst sandbox)
{
    JSEdgeGlobal *g = js_malloc(realm, sizeof(*g));
    JSValue global;

    if (!g)
        return -1;
    global = JS_NewObjectProtoClass(realm, realm->class_proto[JS_CLASS_OBJECT],
                                    realm->rt->edge.global_class);
    if (JS_IsException(global)) {
        js_free(realm, g);
        return -1;
    }
    g->sandbox = js_dup(sandbox);
    g->builtins = realm->global_obj; /* moves */
    JS_SetOpaque(global, g);
    realm->global_obj = global;
    return JS_DefinePropertyValueStr(realm, g->builtins, "globalThis", js_dup(global),
                                     JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE) < 0 ? -1 : 0;
}

JSValue JS_EdgeNewContext(JSContext *ctx, JSValueConst sandbox)
{
    JSContext *realm;
    JSValue obj;

    if (!JS_IsUndefined(sandbox) && !JS_IsObject(sandbox))
        return JS_ThrowTypeErrorNotAnObject(ctx);
    realm = JS_NewContext(ctx->rt);
    if (!realm)
        return JS_ThrowOutOfMemory(ctx);
    for (size_t i = 0; i < countof(edge_extra_globals); i++) {
        if (edge_remove_global(realm, JS_NewAtom(realm, edge_extra_globals[i])))
            goto fail;
    }
    if (edge_remove_global(realm, JS_ATOM_Symbol_toStringTag))
        goto fail;
    if (!JS_IsUndefined(sandbox) && edge_set_sandbox(realm, sandbox))
        goto fail;
    obj = edge_new_object(ctx, ctx->rt->edge.context_class, realm);
    if (!JS_IsException(obj))
        return obj;
fail:
    JS_FreeContext(realm);
    return JS_EXCEPTION;
}

JSContext *JS_EdgeContextOf(JSContext *ctx, JSValueConst v)
{
    return JS_GetOpaque(v, ctx->rt->edge.context_class);
}

void JS_EdgeAllowCodeGeneration(JSContext *ctx, int allow, const char *message)
{
    JSValue text = message ? JS_NewString(ctx, message) : JS_UNDEFINED;

    ctx->edge.code_generation_denied = !allow;
    set_value(ctx, &ctx->edge.code_generation_message, text);
}

static JSValue JS_PRINTF_FORMAT_ATTR(2, 3) edge_throw_eval_error(JSContext *ctx,
                                                                 JS_PRINTF_FORMAT const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    JS_ThrowError(ctx, JS_EVAL_ERROR, fmt, ap);
    va_end(ap);
    return JS_EXCEPTION;
}

static JSValue edge_throw_code_generation(JSContext *ctx)
{
    const char *text = NULL;

    if (JS_IsString(ctx->edge.code_generation_message))
        text = JS_ToCString(ctx, ctx->edge.code_generation_message);
    edge_throw_eval_error(ctx, "%s",
                          text ? text : "Code generation from strings disallowed for this context");
    JS_FreeCString(ctx, text);
    return JS_EXCEPTION;
}
