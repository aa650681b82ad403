/* engine_details.inc.h - what a value is, without running JavaScript; see
   engine_hooks.h, 4. */

static int edge_init_atoms(JSRuntime *rt)
{
#define EDGE_ATOM_MAKE(name, text, type) \
    if (__JS_NewAtomInit(rt, text, strlen(text), type) != JS_ATOM_ ## name) \
        return -1;
    EDGE_ADDED_ATOMS(EDGE_ATOM_MAKE)
#undef EDGE_ATOM_MAKE
    return 0;
}

static bool edge_is_class(JSObject *p)
{
    return p->class_id == JS_CLASS_BYTECODE_FUNCTION &&
        p->u.func.function_bytecode->is_class_constructor;
}

static const uint8_t edge_class_kinds[JS_CLASS_INIT_COUNT] = {
    [JS_CLASS_OBJECT] = JS_EDGE_KIND_OBJECT,
    [JS_CLASS_ARRAY] = JS_EDGE_KIND_ARRAY,
    [JS_CLASS_ERROR] = JS_EDGE_KIND_ERROR,
    [JS_CLASS_NUMBER] = JS_EDGE_KIND_NUMBER_OBJECT,
    [JS_CLASS_STRING] = JS_EDGE_KIND_STRING_OBJECT,
    [JS_CLASS_BOOLEAN] = JS_EDGE_KIND_BOOLEAN_OBJECT,
    [JS_CLASS_SYMBOL] = JS_EDGE_KIND_SYMBOL_OBJECT,
    [JS_CLASS_BIG_INT] = JS_EDGE_KIND_BIGINT_OBJECT,
    [JS_CLASS_ARGUMENTS] = JS_EDGE_KIND_ARGUMENTS,
    [JS_CLASS_MAPPED_ARGUMENTS] = JS_EDGE_KIND_ARGUMENTS,
    [JS_CLASS_DATE] = JS_EDGE_KIND_DATE,
    [JS_CLASS_MODULE_NS] = JS_EDGE_KIND_MODULE_NAMESPACE,
    [JS_CLASS_C_FUNCTION] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_BYTECODE_FUNCTION] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_C_FUNCTION_DATA] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_C_CLOSURE] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_PROMISE_RESOLVE_FUNCTION] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_PROMISE_REJECT_FUNCTION] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_ASYNC_FUNCTION_RESOLVE] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_ASYNC_FUNCTION_REJECT] = JS_EDGE_KIND_FUNCTION,
    [JS_CLASS_BOUND_FUNCTION] = JS_EDGE_KIND_BOUND_FUNCTION,
    [JS_CLASS_GENERATOR_FUNCTION] = JS_EDGE_KIND_GENERATOR_FUNCTION,
    [JS_CLASS_ASYNC_FUNCTION] = JS_EDGE_KIND_ASYNC_FUNCTION,
    [JS_CLASS_ASYNC_GENERATOR_FUNCTION] = JS_EDGE_KIND_ASYNC_GENERATOR_FUNCTION,
    [JS_CLASS_REGEXP] = JS_EDGE_KIND_REGEXP,
    [JS_CLASS_ARRAY_BUFFER] = JS_EDGE_KIND_ARRAY_BUFFER,
    [JS_CLASS_SHARED_ARRAY_BUFFER] = JS_EDGE_KIND_SHARED_ARRAY_BUFFER,
    [JS_CLASS_UINT8C_ARRAY] = JS_EDGE_KIND_UINT8_CLAMPED_ARRAY,
    [JS_CLASS_INT8_ARRAY] = JS_EDGE_KIND_INT8_ARRAY,
    [JS_CLASS_UINT8_ARRAY] = JS_EDGE_KIND_UINT8_ARRAY,
    [JS_CLASS_INT16_ARRAY] = JS_EDGE_KIND_INT16_ARRAY,
    [JS_CLASS_UINT16_ARRAY] = JS_EDGE_KIND_UINT16_ARRAY,
    [JS_CLASS_INT32_ARRAY] = JS_EDGE_KIND_INT32_ARRAY,
    [JS_CLASS_UINT32_ARRAY] = JS_EDGE_KIND_UINT32_ARRAY,
    [JS_CLASS_BIG_INT64_ARRAY] = JS_EDGE_KIND_BIGINT64_ARRAY,
    [JS_CLASS_BIG_UINT64_ARRAY] = JS_EDGE_KIND_BIGUINT64_ARRAY,
    [JS_CLASS_FLOAT16_ARRAY] = JS_EDGE_KIND_FLOAT16_ARRAY,
    [JS_CLASS_FLOAT32_ARRAY] = JS_EDGE_KIND_FLOAT32_ARRAY,
    [JS_CLASS_FLOAT64_ARRAY] = JS_EDGE_KIND_FLOAT64_ARRAY,
    [JS_CLASS_DATAVIEW] = JS_EDGE_KIND_DATA_VIEW,
    [JS_CLASS_MAP] = JS_EDGE_KIND_MAP,
    [JS_CLASS_SET] = JS_EDGE_KIND_SET,
    [JS_CLASS_WEAKMAP] = JS_EDGE_KIND_WEAK_MAP,
    [JS_CLASS_WEAKSET] = JS_EDGE_KIND_WEAK_SET,
    [JS_CLASS_WEAK_REF] = JS_EDGE_KIND_WEAK_REF,
    [JS_CLASS_FINALIZATION_REGISTRY] = JS_EDGE_KIND_FINALIZATION_REGISTRY,
    [JS_CLASS_ITERATOR_CONCAT] = JS_EDGE_KIND_ITERATOR_HELPER,
    [JS_CLASS_ITERATOR_HELPER] = JS_EDGE_KIND_ITERATOR_HELPER,
    [JS_CLASS_ITERATOR_WRAP] = JS_EDGE_KIND_ITERATOR_HELPER,
    [JS_CLASS_MAP_ITERATOR] = JS_EDGE_KIND_MAP_ITERATOR,
    [JS_CLASS_SET_ITERATOR] = JS_EDGE_KIND_SET_ITERATOR,
    [JS_CLASS_ARRAY_ITERATOR] = JS_EDGE_KIND_ARRAY_ITERATOR,
    [JS_CLASS_STRING_ITERATOR] = JS_EDGE_KIND_STRING_ITERATOR,
    [JS_CLASS_REGEXP_STRING_ITERATOR] = JS_EDGE_KIND_REGEXP_STRING_ITERATOR,
    [JS_CLASS_GENERATOR] = JS_EDGE_KIND_GENERATOR,
    [JS_CLASS_ASYNC_GENERATOR] = JS_EDGE_KIND_ASYNC_GENERATOR,
    [JS_CLASS_PROXY] = JS_EDGE_KIND_PROXY,
    [JS_CLASS_PROMISE] = JS_EDGE_KIND_PROMISE,
    [JS_CLASS_DISPOSABLE_STACK] = JS_EDGE_KIND_DISPOSABLE_STACK,
    [JS_CLASS_ASYNC_DISPOSABLE_STACK] = JS_EDGE_KIND_ASYNC_DISPOSABLE_STACK,
    [JS_CLASS_RAWJSON] = JS_EDGE_KIND_RAW_JSON,
    [JS_CLASS_CALL_SITE] = JS_EDGE_KIND_CALL_SITE,
};

JSEdgeClassKind JS_EdgeClassKind(JSContext *ctx, JSValueConst v)
{
    JSEdgeRuntime *e = &ctx->rt->edge;
    JSObject *p;
    JSClassID id;

    if (JS_VALUE_GET_TAG(v) != JS_TAG_OBJECT)
        return JS_EDGE_KIND_NONE;
    p = JS_VALUE_GET_OBJ(v);
    id = p->class_id;
    if (id < JS_CLASS_INIT_COUNT) {
        if (edge_is_class(p))
            return JS_EDGE_KIND_CLASS;
        return edge_class_kinds[id] ? edge_class_kinds[id] : JS_EDGE_KIND_OBJECT;
    }
    if (id == e->external_class)
        return JS_EDGE_KIND_EXTERNAL;
    if (id == e->module_class)
        return JS_EDGE_KIND_MODULE;
    if (id == e->context_class)
        return JS_EDGE_KIND_CONTEXT;
    if (id == e->global_class)
        return JS_EDGE_KIND_OBJECT;
    return JS_EDGE_KIND_HOST;
}

void JS_EdgeSetExternalClass(JSRuntime *rt, JSClassID class_id)
{
    rt->edge.external_class = class_id;
}

static int edge_push(JSContext *ctx, JSValue array, uint32_t *len, JSValueConst v)
{
    return JS_DefinePropertyValueUint32(ctx, array, (*len)++, js_dup(v), JS_PROP_C_W_E);
}

JSValue JS_EdgePreviewEntries(JSContext *ctx, JSValueConst v, int *is_key_value)
{
    JSObject *p;
    JSMapState *s;
    JSMapRecord *mr;
    struct list_head *el;
    bool keys = true, values = false, is_map = false;
    uint32_t len = 0;
    JSValue array;

    if (is_key_value)
        *is_key_value = false;
    if (JS_VALUE_GET_TAG(v) != JS_TAG_OBJECT)
        return JS_UNDEFINED;
    p = JS_VALUE_GET_OBJ(v);
    switch (p->class_id) {
    case JS_CLASS_MAP:
    case JS_CLASS_WEAKMAP:
        is_map = values = true;
        /* fall through */
    case JS_CLASS_SET:
    case JS_CLASS_WEAKSET:
        s = p->u.map_state;
        el = s ? s->records.next : NULL;
        break;
    case JS_CLASS_MAP_ITERATOR:
        is_map = true;
        /* fall through */
    case JS_CLASS_SET_ITERATOR: {
        JSMapIteratorData *it = p->u.map_iterator_data;
        if (!it)
            return JS_UNDEFINED;
        if (it->kind == JS_ITERATOR_KIND_KEY_AND_VALUE) {
            values = true;
        } else if (it->kind == JS_ITERATOR_KIND_VALUE && is_map) {
            keys = false;
            values = true;
        }
        s = JS_IsUndefined(it->obj) ? NULL : JS_VALUE_GET_OBJ(it->obj)->u.map_state;
        el = !s ? NULL : it->cur_record ? it->cur_record->link.next : s->records.next;
        break;
    }
    default:
        return JS_UNDEFINED;
    }
    if (is_key_value)
        *is_key_value = keys && values;
    array = JS_NewArray(ctx);
    if (JS_IsException(array) || !s)
        return array;
    for (; el != &s->records; el = el->next) {
        mr = list_entry(el, JSMapRecord, link);
        if (mr->empty)
            continue;
        if (keys && edge_push(ctx, array, &len, mr->key) < 0)
            goto fail;
        if (values && edge_push(ctx, array, &len, is_map ? mr->value : mr->key) < 0)
            goto fail;
    }
    return array;
fail:
    JS_FreeValue(ctx, array);
    return JS_EXCEPTION;
}

int JS_EdgeGetProxyDetails(JSContext *ctx, JSValueConst v, JSValue *target, JSValue *handler)
{
    JSProxyData *s;

    if (JS_VALUE_GET_TAG(v) != JS_TAG_OBJECT || JS_VALUE_GET_OBJ(v)->class_id != JS_CLASS_PROXY)
        return 0;
    s = JS_VALUE_GET_OBJ(v)->u.proxy_data;
    if (s->is_revoked) {
        *target = JS_NULL;
        *handler = JS_NULL;
    } else {
        *target = js_dup(s->target);
        *handler = js_dup(s->handler);
    }
    return 1;
}

/* V8's PropertyFilter bits */
enum {
    EDGE_ONLY_WRITABLE = 1,
    EDGE_ONLY_ENUMERABLE = 2,
    EDGE_ONLY_CONFIGURABLE = 4,
    EDGE_SKIP_STRINGS = 8,
    EDGE_SKIP_SYMBOLS = 16,
};

static int edge_push_key(JSContext *ctx, JSValue array, uint32_t *len, JSAtom atom)
{
    JSValue key = JS_AtomToValue(ctx, atom);
    int ret = JS_IsException(key) ? -1 : edge_push(ctx, array, len, key);
    JS_FreeValue(ctx, key);
    return ret;
}

/* Keys in the object's shape; elements of arrays, typed arrays and strings are not there, so
   a large buffer costs nothing. */
static int edge_push_shape_keys(JSContext *ctx, JSObject *p, int filter, JSAtomKindEnum kind,
                                JSValue array, uint32_t *len)
{
    JSShape *sh = p->shape;
    uint32_t index;

    for (int i = 0; i < sh->prop_count; i++) {
        JSShapeProperty *prs = &get_shape_prop(sh)[i];
        if (prs->atom == JS_ATOM_NULL || JS_AtomGetKind(ctx, prs->atom) != kind)
            continue;
        if (kind == JS_ATOM_KIND_STRING && JS_AtomIsArrayIndex(ctx, &index, prs->atom))
            continue;
        if (((filter & EDGE_ONLY_WRITABLE) && !(prs->flags & JS_PROP_WRITABLE) &&
             (prs->flags & JS_PROP_TMASK) != JS_PROP_GETSET) ||
            ((filter & EDGE_ONLY_ENUMERABLE) && !(prs->flags & JS_PROP_ENUMERABLE)) ||
            ((filter & EDGE_ONLY_CONFIGURABLE) && !(prs->flags & JS_PROP_CONFIGURABLE)))
            continue;
        if (edge_push_key(ctx, array, len, prs->atom) < 0)
            return -1;
    }
    return 0;
}

JSValue JS_EdgeGetOwnNonIndexProperties(JSContext *ctx, JSValueConst obj, int filter)
{
    JSObject *p;
    JSValue array;
    JSPropertyEnum *tab = NULL;
    uint32_t tab_len = 0, len = 0, i, index;

    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT)
        return JS_ThrowTypeErrorNotAnObject(ctx);
    p = JS_VALUE_GET_OBJ(obj);
    array = JS_NewArray(ctx);
    if (JS_IsException(array))
        return array;
    if (!p->is_exotic || p->fast_array || p->class_id == JS_CLASS_ARRAY ||
        p->class_id == JS_CLASS_STRING || is_typed_array(p->class_id)) {
        if (!(filter & EDGE_SKIP_STRINGS) &&
            edge_push_shape_keys(ctx, p, filter, JS_ATOM_KIND_STRING, array, &len))
            goto fail;
        if (!(filter & EDGE_SKIP_SYMBOLS) &&
            edge_push_shape_keys(ctx, p, filter, JS_ATOM_KIND_SYMBOL, array, &len))
            goto fail;
        return array;
    }
    if (JS_GetOwnPropertyNamesInternal(ctx, &tab, &tab_len, p,
                                       (filter & EDGE_SKIP_STRINGS ? 0 : JS_GPN_STRING_MASK) |
                                       (filter & EDGE_SKIP_SYMBOLS ? 0 : JS_GPN_SYMBOL_MASK)))
        goto fail;
    for (i = 0; i < tab_len; i++) {
        if (JS_AtomIsArrayIndex(ctx, &index, tab[i].atom))
            continue;
        if (filter & (EDGE_ONLY_WRITABLE | EDGE_ONLY_ENUMERABLE | EDGE_ONLY_CONFIGURABLE)) {
            int flags, found = JS_GetOwnPropertyFlagsInternal(ctx, &flags, p, tab[i].atom);
            if (found < 0)
                goto fail;
            if (!found ||
                ((filter & EDGE_ONLY_WRITABLE) && !(flags & (JS_PROP_WRITABLE | JS_PROP_GETSET))) ||
                ((filter & EDGE_ONLY_ENUMERABLE) && !(flags & JS_PROP_ENUMERABLE)) ||
                ((filter & EDGE_ONLY_CONFIGURABLE) && !(flags & JS_PROP_CONFIGURABLE)))
                continue;
        }
        if (edge_push_key(ctx, array, &len, tab[i].atom) < 0)
            goto fail;
    }
    js_free_prop_enum(ctx, tab, tab_len);
    return array;
fail:
    js_free_prop_enum(ctx, tab, tab_len);
    JS_FreeValue(ctx, array);
    return JS_EXCEPTION;
}

/* Own plain data property of p (or of nothing), borrowed; JS_UNDEFINED if there is none. */
static JSValueConst edge_own_data(JSObject *p, JSAtom atom)
{
    JSProperty *pr;
    JSShapeProperty *prs = find_own_property(&pr, p, atom);

    if (!prs || (prs->flags & JS_PROP_TMASK) != JS_PROP_NORMAL)
        return JS_UNDEFINED;
    return pr->u.value;
}

/* The constructor that p's prototypes name; JS_UNDEFINED if none does. Borrowed. */
static JSValueConst edge_maker(JSContext *ctx, JSObject *p)
{
    while ((p = p->class_id == JS_CLASS_PROXY ? NULL : p->shape->proto)) {
        JSValueConst ctor = edge_own_data(p, JS_ATOM_constructor);
        if (JS_IsFunction(ctx, ctor))
            return ctor;
    }
    return JS_UNDEFINED;
}

/* p is about to lose its prototype: V8 still knows then what made it. Plain objects need no
   note, for `Object` is the name of what has none. */
static int edge_keep_maker(JSContext *ctx, JSObject *p)
{
    JSValueConst maker;
    JSProperty *pr;

    if (p->shape->proto == JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT]))
        return 0;
    maker = edge_maker(ctx, p);
    if (JS_IsUndefined(maker) || find_own_property(&pr, p, JS_ATOM_Private_maker))
        return 0;
    pr = add_property(ctx, p, JS_ATOM_Private_maker, 0);
    if (!pr)
        return -1;
    pr->u.value = js_dup(maker);
    return 0;
}

JSValue JS_EdgeGetConstructorName(JSContext *ctx, JSValueConst obj)
{
    JSObject *p, *first;
    JSValueConst ctor, name;
    JSClassID id;

    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT)
        return js_empty_string(ctx->rt);
    first = JS_VALUE_GET_OBJ(obj);
    for (p = first; p; p = p->shape->proto) {
        if (p->class_id == JS_CLASS_PROXY)
            break;
        name = edge_own_data(p, JS_ATOM_Symbol_toStringTag);
        /* V8 knows what made an object of any other class, whatever it says of itself. */
        if (first->class_id == JS_CLASS_OBJECT && JS_VALUE_GET_TAG(name) == JS_TAG_STRING &&
            JS_VALUE_GET_STRING(name)->len)
            return js_dup(name);
        ctor = edge_own_data(p, p == first ? JS_ATOM_Private_maker : JS_ATOM_constructor);
        if (!JS_IsFunction(ctx, ctor))
            continue;
        name = edge_own_data(JS_VALUE_GET_OBJ(ctor), JS_ATOM_name);
        if (JS_IsString(name) && JS_VALUE_GET_TAG(name) == JS_TAG_STRING &&
            JS_VALUE_GET_STRING(name)->len)
            return js_dup(name);
    }
    id = first->class_id;
    if (id == JS_CLASS_PROXY || id == ctx->rt->edge.global_class)
        return JS_AtomToString(ctx, JS_ATOM_Object);
    if (id == JS_CLASS_C_FUNCTION || js_class_has_bytecode(id))
        return JS_AtomToString(ctx, JS_ATOM_Function);
    return JS_AtomToString(ctx, ctx->rt->class_array[id].class_name);
}

JSEdgeGeneratorState JS_EdgeGetGeneratorState(JSContext *ctx, JSValueConst v)
{
    JSObject *p;

    if (JS_VALUE_GET_TAG(v) != JS_TAG_OBJECT)
        return JS_EDGE_GENERATOR_NONE;
    p = JS_VALUE_GET_OBJ(v);
    if (p->class_id == JS_CLASS_GENERATOR) {
        JSGeneratorData *s = p->u.generator_data;
        if (!s || s->state == JS_GENERATOR_STATE_COMPLETED)
            return JS_EDGE_GENERATOR_CLOSED;
        return s->state == JS_GENERATOR_STATE_EXECUTING ? JS_EDGE_GENERATOR_RUNNING
                                                        : JS_EDGE_GENERATOR_SUSPENDED;
    }
    if (p->class_id == JS_CLASS_ASYNC_GENERATOR) {
        JSAsyncGeneratorData *s = p->u.async_generator_data;
        if (!s || s->state == JS_ASYNC_GENERATOR_STATE_COMPLETED)
            return JS_EDGE_GENERATOR_CLOSED;
        return s->state == JS_ASYNC_GENERATOR_STATE_EXECUTING ? JS_EDGE_GENERATOR_RUNNING
                                                              : JS_EDGE_GENERATOR_SUSPENDED;
    }
    return JS_EDGE_GENERATOR_NONE;
}

int JS_EdgeIsOneByteString(JSContext *ctx, JSValueConst v)
{
    switch (JS_VALUE_GET_TAG(v)) {
    case JS_TAG_STRING:
        return !JS_VALUE_GET_STRING(v)->is_wide_char;
    case JS_TAG_STRING_ROPE:
        return !JS_VALUE_GET_STRING_ROPE(v)->is_wide_char;
    default:
        return 0;
    }
}

int JS_EdgeGetFunctionInfo(JSContext *ctx, JSValueConst v, JSEdgeFunctionInfo *info)
{
    JSValueConst name;
    JSObject *p;

    memset(info, 0, sizeof(*info));
    info->name = info->file = JS_UNDEFINED;
    if (!JS_IsFunction(ctx, v))
        return 0;
    p = JS_VALUE_GET_OBJ(v);
    while (p->class_id == JS_CLASS_BOUND_FUNCTION)
        p = JS_VALUE_GET_OBJ(p->u.bound_function->func_obj);
    name = edge_own_data(p, JS_ATOM_name);
    info->name = JS_VALUE_GET_TAG(name) == JS_TAG_STRING ? js_dup(name) : js_empty_string(ctx->rt);
    if (js_class_has_bytecode(p->class_id)) {
        JSFunctionBytecode *b = p->u.func.function_bytecode;
        if (b->filename != JS_ATOM_NULL)
            info->file = JS_AtomToString(ctx, b->filename);
        info->line = b->line_num;
        info->column = b->col_num;
        info->is_async = (b->func_kind & JS_FUNC_ASYNC) != 0;
        info->is_generator = (b->func_kind & JS_FUNC_GENERATOR) != 0;
        info->is_class = b->is_class_constructor;
        info->is_strict = b->is_strict_mode;
    } else {
        info->is_native = 1;
    }
    return 1;
}

void JS_EdgeFreeFunctionInfo(JSContext *ctx, JSEdgeFunctionInfo *info)
{
    JS_FreeValue(ctx, info->name);
    JS_FreeValue(ctx, info->file);
}

JSContext *JS_EdgeGetCreationContext(JSContext *ctx, JSValueConst obj)
{
    JSObject *p;

    if (JS_VALUE_GET_TAG(obj) != JS_TAG_OBJECT)
        return ctx;
    p = JS_VALUE_GET_OBJ(obj);
    while (p->class_id == JS_CLASS_BOUND_FUNCTION)
        p = JS_VALUE_GET_OBJ(p->u.bound_function->func_obj);
    if (p->class_id == JS_CLASS_PROXY)
        return ctx;
    return JS_GetFunctionRealm(ctx, JS_MKPTR(JS_TAG_OBJECT, p));
}
