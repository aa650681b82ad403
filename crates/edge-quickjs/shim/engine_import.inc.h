/* engine_import.inc.h - host-defined options, import() and import.meta; see
   engine_hooks.h, 5. */

/* Option and name of a referrer (record or module); both borrowed, name may be JS_ATOM_NULL. */
static JSValueConst edge_referrer_option(JSContext *ctx, JSValueConst referrer, JSAtom *name);

static JSValueConst edge_option_or_default(JSContext *ctx, JSValueConst option)
{
    return JS_IsUndefined(option) ? ctx->edge.default_host_option : option;
}

JSValue JS_EdgeGetHostDefinedOption(JSContext *ctx, JSValueConst v)
{
    JSClassID id = JS_GetClassID(v);
    JSValueConst referrer = JS_UNDEFINED;
    JSAtom name;

    if (id == ctx->rt->edge.module_class) {
        referrer = v;
    } else if (id == ctx->rt->edge.script_class) {
        JSEdgeScript *s = JS_GetOpaque(v, id);
        referrer = ((JSFunctionBytecode *)JS_VALUE_GET_PTR(s->code))->referrer;
    } else if (JS_IsObject(v) && js_class_has_bytecode(id)) {
        referrer = JS_VALUE_GET_OBJ(v)->u.func.function_bytecode->referrer;
    }
    return js_dup(edge_referrer_option(ctx, referrer, &name));
}

JSValue JS_EdgeGetCurrentHostDefinedOption(JSContext *ctx)
{
    JSAtom name;

    return js_dup(edge_option_or_default(
        ctx, edge_referrer_option(ctx, edge_current_referrer(ctx), &name)));
}

void JS_EdgeSetDefaultHostDefinedOption(JSContext *ctx, JSValueConst option)
{
    set_value(ctx, &ctx->edge.default_host_option, js_dup(option));
}

static int edge_set_callback(JSContext *ctx, JSValue *slot, JSValueConst func)
{
    if (!JS_IsUndefined(func) && check_function(ctx, func))
        return -1;
    set_value(ctx, slot, js_dup(func));
    return 0;
}

int JS_EdgeSetImportModuleDynamicallyCallback(JSContext *ctx, JSValueConst func)
{
    return edge_set_callback(ctx, &ctx->rt->edge.import_callback, func);
}

int JS_EdgeSetInitializeImportMetaCallback(JSContext *ctx, JSValueConst func)
{
    return edge_set_callback(ctx, &ctx->rt->edge.import_meta_callback, func);
}

/* import(): the promise of the expression follows the one of the callback. */
static int edge_dynamic_import(JSContext *ctx, JSValueConst specifier, JSValueConst attributes,
                               JSValue *resolving_funcs)
{
    JSAtom name = JS_ATOM_NULL;
    JSValueConst option, argv[5];
    JSValue name_val, attrs, func, ret, ret2;

    option = edge_option_or_default(
        ctx, edge_referrer_option(ctx, edge_current_referrer(ctx), &name));
    name_val = name == JS_ATOM_NULL ? JS_UNDEFINED : JS_AtomToString(ctx, name);
    attrs = JS_IsUndefined(attributes) ? JS_NewObjectProto(ctx, JS_NULL) : js_dup(attributes);
    func = js_dup(ctx->rt->edge.import_callback);
    argv[0] = option;
    argv[1] = specifier;
    argv[2] = js_int32(2); /* evaluation phase */
    argv[3] = attrs;
    argv[4] = name_val;
    ret = JS_Call(ctx, func, JS_UNDEFINED, 5, argv);
    JS_FreeValue(ctx, func);
    JS_FreeValue(ctx, attrs);
    JS_FreeValue(ctx, name_val);
    if (JS_IsException(ret))
        return -1;
    ret2 = JS_Call(ctx, resolving_funcs[0], JS_UNDEFINED, 1, vc(&ret));
    JS_FreeValue(ctx, ret);
    JS_FreeValue(ctx, ret2);
    return 0;
}
