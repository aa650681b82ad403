/* engine_brands.inc.h - the error of a private method that is called on a stranger (0222). */

/* `method` is the private method: its home is the class, or what the class makes. */
static void edge_throw_brand(JSContext *ctx, JSValueConst method)
{
    JSObject *home = JS_VALUE_GET_OBJ(method)->u.func.home_object;
    bool is_static = edge_is_class(home);
    JSValue name = JS_UNDEFINED;
    JSProperty *pr;
    JSShapeProperty *prs;
    const char *text = NULL;

    if (is_static) {
        name = js_error_function_name(ctx, JS_MKPTR(JS_TAG_OBJECT, home));
    } else {
        prs = find_own_property(&pr, home, JS_ATOM_constructor);
        if (prs && !(prs->flags & JS_PROP_TMASK) && JS_IsFunction(ctx, pr->u.value))
            name = js_error_function_name(ctx, pr->u.value);
    }
    if (JS_IsString(name))
        text = JS_ToCString(ctx, name);
    JS_ThrowTypeError(ctx, is_static ? "Receiver must be class %s" : "Receiver must be an instance of class %s",
                      text && *text ? text : "anonymous");
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, name);
}
