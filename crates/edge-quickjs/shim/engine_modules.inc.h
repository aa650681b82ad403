/* engine_modules.inc.h - module records; see engine_hooks.h, 6. */

/* What an object of module_class holds. Every JSModuleDef pointer that outlives a call is
   accompanied by a reference to the object that owns it. */
typedef struct JSEdgeModule {
    JSModuleDef *m;   /* owned; NULL until compiled */
    JSObject *obj;    /* the object itself, not counted */
    JSContext *ctx;
    JSValue wrap;
    JSValue option;   /* host-defined: symbol or undefined */
    JSValue steps;    /* synthetic modules: the evaluation steps */
    JSValue *refs;    /* objects of the modules that m points to */
    int refs_count, refs_size;
    uint32_t stamp;   /* visited by the graph walk of that number */
    bool is_synthetic;
} JSEdgeModule;

typedef struct JSEdgeLine {
    int line;
    char *text;
} JSEdgeLine;

static void edge_module_finalizer(JSRuntime *rt, JSValueConst val)
{
    JSEdgeModule *em = JS_GetOpaque(val, rt->edge.module_class);

    if (!em)
        return;
    if (em->m) {
        /* js_free_module_def() only takes the runtime from its context, which may be gone */
        JSContext fake;
        fake.rt = rt;
        js_free_module_def(&fake, em->m);
    }
    for (int i = 0; i < em->refs_count; i++)
        JS_FreeValueRT(rt, em->refs[i]);
    js_free_rt(rt, em->refs);
    JS_FreeValueRT(rt, em->wrap);
    JS_FreeValueRT(rt, em->option);
    JS_FreeValueRT(rt, em->steps);
    if (em->ctx)
        JS_FreeContext(em->ctx);
    js_free_rt(rt, em);
}

static void edge_module_mark(JSRuntime *rt, JSValueConst val, JS_MarkFunc *mark_func)
{
    JSEdgeModule *em = JS_GetOpaque(val, rt->edge.module_class);

    if (!em)
        return;
    if (em->m)
        js_mark_module_def(rt, em->m, mark_func);
    for (int i = 0; i < em->refs_count; i++)
        JS_MarkValue(rt, em->refs[i], mark_func);
    JS_MarkValue(rt, em->wrap, mark_func);
    JS_MarkValue(rt, em->steps, mark_func);
    if (em->ctx)
        mark_func(rt, &em->ctx->header);
}

static JSValue edge_new_module(JSContext *ctx, JSValueConst option, JSEdgeModule **pem)
{
    JSEdgeModule *em = js_mallocz(ctx, sizeof(*em));
    JSValue obj;

    if (!em)
        return JS_EXCEPTION;
    em->wrap = em->steps = JS_UNDEFINED;
    em->option = js_dup(option);
    obj = edge_new_object(ctx, ctx->rt->edge.module_class, em);
    if (JS_IsException(obj)) {
        JS_FreeValue(ctx, em->option);
        js_free(ctx, em);
        return obj;
    }
    em->obj = JS_VALUE_GET_OBJ(obj);
    em->ctx = JS_DupContext(ctx);
    *pem = em;
    return obj;
}

/* Takes m out of the context's list; em owns it now. */
static void edge_module_adopt(JSEdgeModule *em, JSModuleDef *m)
{
    list_del(&m->link);
    init_list_head(&m->link);
    JS_REF_COUNT(m) = 1;
    m->resolved = true;
    m->edge = em;
    em->m = m;
}

static JSEdgeModule *edge_get_module(JSContext *ctx, JSValueConst v)
{
    JSEdgeModule *em = JS_GetOpaque(v, ctx->rt->edge.module_class);

    if (!em || !em->m) {
        JS_ThrowTypeError(ctx, "not a module");
        return NULL;
    }
    return em;
}

static JSValue edge_module_value(JSContext *ctx, JSModuleDef *m)
{
    if (!m->edge)
        return JS_NewModuleValue(ctx, m);
    return js_dup(JS_MKPTR(JS_TAG_OBJECT, m->edge->obj));
}

static JSModuleDef *edge_module_def(JSContext *ctx, JSValueConst v)
{
    JSEdgeModule *em;

    if (JS_VALUE_GET_TAG(v) == JS_TAG_MODULE)
        return JS_VALUE_GET_PTR(v);
    em = JS_GetOpaque(v, ctx->rt->edge.module_class);
    return em->m;
}

static int edge_module_ref(JSContext *ctx, JSModuleDef *holder, JSModuleDef *m)
{
    JSEdgeModule *em = holder->edge;

    if (!em || !m->edge)
        return 0;
    if (js_resize_array(ctx, (void **)&em->refs, sizeof(em->refs[0]), &em->refs_size,
                        em->refs_count + 1))
        return -1;
    em->refs[em->refs_count++] = js_dup(JS_MKPTR(JS_TAG_OBJECT, m->edge->obj));
    return 0;
}

/* ---- the parser's side: source lines of specifiers, for link errors ---- */

static void edge_free_lines(JSRuntime *rt, JSModuleDef *m)
{
    for (int i = 0; i < m->edge_lines_count; i++)
        js_free_rt(rt, m->edge_lines[i].text);
    js_free_rt(rt, m->edge_lines);
}

static void edge_note_specifier(JSParseState *s, JSModuleDef *m)
{
    const uint8_t *p = s->token.line_start, *end;
    JSEdgeLine *l;

    s->edge_spec_line = s->token.line_num;
    s->edge_spec_col = s->token.col_num;
    if (!p || p > s->token.ptr || (m->edge_lines_count && m->edge_lines[m->edge_lines_count - 1].line == s->token.line_num))
        return;
    for (end = s->token.ptr; end < s->buf_end && *end != '\n' && *end != '\r'; end++)
        ;
    if (end - p > 1000) /* a bundle in one line */
        return;
    if (js_resize_array(s->ctx, (void **)&m->edge_lines, sizeof(*l), &m->edge_lines_size,
                        m->edge_lines_count + 1))
        goto fail;
    l = &m->edge_lines[m->edge_lines_count];
    l->line = s->token.line_num;
    l->text = js_strndup(s->ctx, (const char *)p, end - p);
    if (l->text) {
        m->edge_lines_count++;
        return;
    }
fail: /* it only serves a message */
    JS_FreeValue(s->ctx, JS_GetException(s->ctx));
}

/* Makes the place of a specifier the place of the pending SyntaxError. */
static void edge_set_error_position(JSContext *ctx, JSModuleDef *m, const char *file, int line,
                                    int col)
{
    JSValue error = JS_GetException(ctx), text = JS_UNDEFINED;
    JSErrorStack *st;

    build_backtrace(ctx, error, JS_UNDEFINED, file, line, col, 0);
    for (int i = 0; i < m->edge_lines_count; i++) {
        if (m->edge_lines[i].line == line)
            text = JS_NewString(ctx, m->edge_lines[i].text);
    }
    st = JS_VALUE_GET_OBJ(error)->class_id == JS_CLASS_ERROR ? JS_VALUE_GET_OBJ(error)->u.opaque : NULL;
    if (st && JS_IsString(text) && JS_IsUndefined(st->source_line)) {
        JSString *p;
        uint32_t i;

        st->source_line = text;
        st->end_column = st->column + 1;
        if (JS_VALUE_GET_TAG(text) == JS_TAG_STRING) {
            p = JS_VALUE_GET_STRING(text);
            for (i = st->column; i < p->len && lre_js_is_ident_next(string_get(p, i)); i++)
                st->end_column++;
        }
    } else {
        JS_FreeValue(ctx, text);
    }
    JS_Throw(ctx, error);
}

/* V8's texts, located at the specifier of the importing module. */
static void edge_throw_resolve_error(JSContext *ctx, int res, JSModuleDef *m, int req_idx,
                                     JSAtom name, int line, int col)
{
    const char *spec, *ident, *file;

    if (res == JS_RESOLVE_RES_EXCEPTION)
        return;
    spec = JS_AtomToCString(ctx, m->req_module_entries[req_idx].module_name);
    ident = JS_AtomToCString(ctx, name);
    file = JS_AtomToCString(ctx, m->module_name);
    if (spec && ident && file) {
        switch (res) {
        case JS_RESOLVE_RES_CIRCULAR:
            JS_ThrowSyntaxError(ctx, "Detected cycle while resolving name '%s' in '%s'", ident, spec);
            break;
        case JS_RESOLVE_RES_AMBIGUOUS:
            JS_ThrowSyntaxError(ctx, "The requested module '%s' contains conflicting star exports "
                                "for name '%s'", spec, ident);
            break;
        default:
            JS_ThrowSyntaxError(ctx, "The requested module '%s' does not provide an export named '%s'",
                                spec, ident);
            break;
        }
        if (line > 0) {
            edge_set_error_position(ctx, m, file, line, col);
        }
    }
    JS_FreeCString(ctx, spec);
    JS_FreeCString(ctx, ident);
    JS_FreeCString(ctx, file);
}

/* ---- making modules ---- */

JSValue JS_EdgeNewSourceModule(JSContext *ctx, const char *url, const char *source, size_t len,
                               int line_offset, int col_offset, JSValueConst host_option)
{
    EdgeCompile saved;
    JSEdgeModule *em;
    JSValue obj = edge_new_module(ctx, host_option, &em), code;

    if (JS_IsException(obj))
        return obj;
    edge_compile_begin(ctx, &saved, js_dup(obj), 0, col_offset);
    code = __JS_EvalInternal(ctx, JS_UNDEFINED, source, len, url, line_offset + 1,
                             JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY, -1);
    edge_compile_end(ctx, &saved);
    if (JS_IsException(code)) {
        JS_FreeValue(ctx, obj);
        return code;
    }
    edge_module_adopt(em, JS_VALUE_GET_PTR(code));
    return obj;
}

static int edge_synthetic_init(JSContext *ctx, JSModuleDef *m)
{
    JSEdgeModule *em = m->edge;
    JSValue self = JS_IsUndefined(em->wrap) ? edge_module_value(ctx, m) : js_dup(em->wrap), ret;
    JSValue steps = em->steps;

    em->steps = JS_UNDEFINED; /* they run once */
    ret = JS_Call(em->ctx, steps, self, 0, NULL);
    JS_FreeValue(ctx, steps);
    JS_FreeValue(ctx, self);
    if (JS_IsException(ret))
        return -1;
    JS_FreeValue(ctx, ret);
    return 0;
}

JSValue JS_EdgeNewSyntheticModule(JSContext *ctx, const char *url, const char *const *names,
                                  int n_names, JSValueConst steps)
{
    JSEdgeModule *em;
    JSModuleDef *m;
    JSAtom name;
    JSValue obj;

    if (check_function(ctx, steps))
        return JS_EXCEPTION;
    obj = edge_new_module(ctx, JS_UNDEFINED, &em);
    if (JS_IsException(obj))
        return obj;
    name = JS_NewAtom(ctx, url);
    m = name == JS_ATOM_NULL ? NULL : js_new_module_def(ctx, name);
    if (!m)
        goto fail;
    edge_module_adopt(em, m);
    em->is_synthetic = true;
    em->steps = js_dup(steps);
    m->init_func = edge_synthetic_init;
    m->func_created = true;
    for (int i = 0; i < n_names; i++) {
        JSVarRef *var_ref;
        if (JS_AddModuleExport(ctx, m, names[i]))
            goto fail;
        var_ref = js_create_module_var(ctx, false);
        if (!var_ref)
            goto fail;
        m->export_entries[m->export_entries_count - 1].u.local.var_ref = var_ref;
    }
    return obj;
fail:
    JS_FreeValue(ctx, obj);
    return JS_EXCEPTION;
}

int JS_EdgeModuleSetExport(JSContext *ctx, JSValueConst module, JSValueConst name,
                           JSValueConst value)
{
    JSEdgeModule *em = edge_get_module(ctx, module);
    JSExportEntry *me;
    JSAtom atom;

    if (!em)
        return -1;
    atom = JS_ValueToAtom(ctx, name);
    if (atom == JS_ATOM_NULL)
        return -1;
    me = em->is_synthetic ? find_export_entry(ctx, em->m, atom) : NULL;
    if (!me) {
        char buf[ATOM_GET_STR_BUF_SIZE];
        JS_ThrowReferenceError(ctx, "Export '%s' is not defined in module",
                               JS_AtomGetStr(ctx, buf, sizeof(buf), atom));
    } else {
        set_value(ctx, me->u.local.var_ref->pvalue, js_dup(value));
    }
    JS_FreeAtom(ctx, atom);
    return me ? 0 : -1;
}

int JS_EdgeModuleSetWrap(JSContext *ctx, JSValueConst module, JSValueConst wrap)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return -1;
    set_value(ctx, &em->wrap, js_dup(wrap));
    return 0;
}

JSValue JS_EdgeModuleGetWrap(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    return em ? js_dup(em->wrap) : JS_EXCEPTION;
}

/* ---- bytecode ---- */

static JSValueConst edge_module_code(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return JS_EXCEPTION;
    if (em->is_synthetic || em->m->func_created) {
        JS_ThrowTypeError(ctx, "the module has been instantiated");
        return JS_EXCEPTION;
    }
    return JS_MKPTR(JS_TAG_MODULE, em->m);
}

static JSValue edge_read_module(JSContext *ctx, const uint8_t *buf, size_t size,
                                JSValueConst host_option)
{
    EdgeCompile saved;
    JSEdgeModule *em;
    JSValue obj = edge_new_module(ctx, host_option, &em), code;

    if (JS_IsException(obj))
        return obj;
    edge_compile_begin(ctx, &saved, js_dup(obj), 0, 0);
    code = JS_ReadObject(ctx, buf, size, JS_READ_OBJ_BYTECODE);
    edge_compile_end(ctx, &saved);
    if (JS_VALUE_GET_TAG(code) == JS_TAG_MODULE) {
        edge_module_adopt(em, JS_VALUE_GET_PTR(code));
        return obj;
    }
    if (!JS_IsException(code)) {
        JS_FreeValue(ctx, code);
        JS_ThrowSyntaxError(ctx, "invalid bytecode");
    }
    JS_FreeValue(ctx, obj);
    return JS_EXCEPTION;
}

/* ---- linking ---- */

JSValue JS_EdgeModuleGetRequests(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);
    JSValue array, req, attrs;

    if (!em)
        return JS_EXCEPTION;
    array = JS_NewArray(ctx);
    for (int i = 0; i < em->m->req_module_entries_count && !JS_IsException(array); i++) {
        JSReqModuleEntry *rme = &em->m->req_module_entries[i];
        req = JS_NewObjectProto(ctx, JS_NULL);
        attrs = JS_NewObjectProto(ctx, JS_NULL);
        if (JS_IsException(req) || JS_IsException(attrs) ||
            (JS_IsObject(rme->attributes) &&
             JS_CopyDataProperties(ctx, attrs, rme->attributes, JS_UNDEFINED, false)) ||
            JS_DefinePropertyValueStr(ctx, req, "specifier",
                                      JS_AtomToString(ctx, rme->module_name), JS_PROP_C_W_E) < 0 ||
            JS_DefinePropertyValueStr(ctx, req, "attributes", js_dup(attrs), JS_PROP_C_W_E) < 0 ||
            JS_DefinePropertyValueStr(ctx, req, "phase", js_int32(2), JS_PROP_C_W_E) < 0 ||
            JS_DefinePropertyValueUint32(ctx, array, i, js_dup(req), JS_PROP_C_W_E) < 0) {
            JS_FreeValue(ctx, array);
            array = JS_EXCEPTION;
        }
        JS_FreeValue(ctx, req);
        JS_FreeValue(ctx, attrs);
    }
    return array;
}

int JS_EdgeModuleLink(JSContext *ctx, JSValueConst module, int n, JSValueConst *modules)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return -1;
    if (n != em->m->req_module_entries_count) {
        JS_ThrowTypeError(ctx, "linking needs one module for each request");
        return -1;
    }
    if (em->m->status != JS_MODULE_STATUS_UNLINKED) {
        JS_ThrowTypeError(ctx, "the module has been instantiated");
        return -1;
    }
    for (int i = 0; i < n; i++) {
        if (!edge_get_module(ctx, modules[i]))
            return -1;
    }
    for (int i = 0; i < n; i++) {
        JSModuleDef *dep = edge_module_def(ctx, modules[i]);
        if (edge_module_ref(ctx, em->m, dep))
            return -1;
        em->m->req_module_entries[i].module = dep;
    }
    return 0;
}

/* Visits every module reachable from m once. 1: one awaits at top level, 0: none does, -1:
   out of memory, or (check_linked) a request has no module yet. */
static int edge_walk_graph(JSContext *ctx, JSModuleDef *m, bool check_linked)
{
    uint32_t stamp = ++ctx->rt->edge.module_stamp;
    JSModuleDef **stack = NULL;
    int count = 0, size = 0, ret = 0;

    m->edge->stamp = stamp;
    for (;;) {
        if (m->has_tla)
            ret = 1;
        for (int i = 0; i < m->req_module_entries_count; i++) {
            JSModuleDef *dep = m->req_module_entries[i].module;
            if (!dep) {
                if (check_linked) {
                    const char *spec = JS_AtomToCString(ctx, m->req_module_entries[i].module_name);
                    const char *url = JS_AtomToCString(ctx, m->module_name);
                    JS_ThrowPlainError(ctx, "request for '%s' can not be resolved on module '%s' "
                                       "that is not linked", spec ? spec : "", url ? url : "");
                    JS_FreeCString(ctx, spec);
                    JS_FreeCString(ctx, url);
                    if (JS_IsObject(ctx->rt->current_exception))
                        JS_DefinePropertyValueStr(ctx, ctx->rt->current_exception, "code",
                                                  JS_NewString(ctx, "ERR_VM_MODULE_LINK_FAILURE"),
                                                  JS_PROP_C_W_E);
                    ret = -1;
                    goto done;
                }
                continue;
            }
            if (dep->edge->stamp == stamp)
                continue;
            dep->edge->stamp = stamp;
            if (js_resize_array(ctx, (void **)&stack, sizeof(stack[0]), &size, count + 1)) {
                ret = -1;
                goto done;
            }
            stack[count++] = dep;
        }
        if (!count)
            break;
        m = stack[--count];
    }
done:
    js_free(ctx, stack);
    return ret;
}

int JS_EdgeModuleInstantiate(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return -1;
    if (em->m->status != JS_MODULE_STATUS_UNLINKED)
        return 0;
    if (edge_walk_graph(ctx, em->m, true) < 0 || js_create_module_function(em->ctx, em->m) < 0)
        return -1;
    return js_link_module(em->ctx, em->m);
}

/* ---- evaluation ---- */

JSValue JS_EdgeModuleEvaluate(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);
    JSValue hold, ret;

    if (!em)
        return JS_EXCEPTION;
    switch (em->m->status) {
    case JS_MODULE_STATUS_UNLINKED:
    case JS_MODULE_STATUS_LINKING:
        return JS_ThrowPlainError(ctx, "the module has not been instantiated");
    case JS_MODULE_STATUS_EVALUATING:
        if (!JS_IsUndefined(em->m->promise))
            return js_dup(em->m->promise);
        return JS_ThrowPlainError(ctx, "the module is being evaluated");
    default:
        break;
    }
    hold = js_dup(module);
    ret = js_evaluate_module(em->ctx, em->m);
    JS_FreeValue(ctx, hold);
    return ret;
}

JSValue JS_EdgeModuleEvaluateSync(JSContext *ctx, JSValueConst module)
{
    JSValue promise = JS_EdgeModuleEvaluate(ctx, module), ret;

    if (JS_IsException(promise))
        return promise;
    switch (JS_PromiseState(ctx, promise)) {
    case JS_PROMISE_FULFILLED:
        ret = JS_EdgeModuleGetNamespace(ctx, module);
        break;
    case JS_PROMISE_REJECTED:
        js_promise_set_handled(ctx, promise);
        ret = JS_Throw(ctx, JS_PromiseResult(ctx, promise));
        break;
    default:
        ret = JS_ThrowPlainError(ctx, "the module's evaluation is asynchronous");
        break;
    }
    JS_FreeValue(ctx, promise);
    return ret;
}

JSValue JS_EdgeModuleGetNamespace(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return JS_EXCEPTION;
    if (em->m->status < JS_MODULE_STATUS_LINKED)
        return JS_ThrowPlainError(ctx, "the module has not been instantiated");
    return JS_GetModuleNamespace(em->ctx, em->m);
}

JSEdgeModuleStatus JS_EdgeModuleGetStatus(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = JS_GetOpaque(module, ctx->rt->edge.module_class);

    if (!em || !em->m)
        return JS_EDGE_MODULE_UNINSTANTIATED;
    if (em->m->eval_has_exception)
        return JS_EDGE_MODULE_ERRORED;
    switch (em->m->status) {
    case JS_MODULE_STATUS_UNLINKED:
        return JS_EDGE_MODULE_UNINSTANTIATED;
    case JS_MODULE_STATUS_LINKING:
        return JS_EDGE_MODULE_INSTANTIATING;
    case JS_MODULE_STATUS_LINKED:
        return JS_EDGE_MODULE_INSTANTIATED;
    case JS_MODULE_STATUS_EVALUATING:
        return JS_EDGE_MODULE_EVALUATING;
    default: /* V8 calls an asynchronous evaluation that goes on evaluated, too */
        return JS_EDGE_MODULE_EVALUATED;
    }
}

JSValue JS_EdgeModuleGetError(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return JS_EXCEPTION;
    return em->m->eval_has_exception ? js_dup(em->m->eval_exception) : JS_UNDEFINED;
}

int JS_EdgeModuleHasTopLevelAwait(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    return em ? em->m->has_tla : -1;
}

int JS_EdgeModuleIsGraphAsync(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    if (!em)
        return -1;
    if (em->m->status < JS_MODULE_STATUS_LINKED) {
        JS_ThrowPlainError(ctx, "the module has not been instantiated");
        return -1;
    }
    return edge_walk_graph(ctx, em->m, false);
}

int JS_EdgeModuleIsSynthetic(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    return em ? em->is_synthetic : -1;
}

JSValue JS_EdgeModuleGetUrl(JSContext *ctx, JSValueConst module)
{
    JSEdgeModule *em = edge_get_module(ctx, module);

    return em ? JS_AtomToString(ctx, em->m->module_name) : JS_EXCEPTION;
}

/* ---- what running code asks ---- */

static JSModuleDef *edge_current_module(JSContext *ctx)
{
    JSEdgeModule *em = JS_GetOpaque(edge_current_referrer(ctx), ctx->rt->edge.module_class);

    return em ? em->m : NULL;
}

static JSValue edge_import_meta(JSContext *ctx, JSModuleDef *m)
{
    JSEdgeModule *em = m->edge;
    JSValue meta, func, ret;
    JSValueConst argv[3];

    if (!JS_IsUndefined(m->meta_obj))
        return js_dup(m->meta_obj);
    meta = JS_NewObjectProto(ctx, JS_NULL);
    if (JS_IsException(meta))
        return meta;
    m->meta_obj = js_dup(meta);
    func = js_dup(ctx->rt->edge.import_meta_callback);
    if (JS_IsUndefined(func))
        return meta;
    argv[0] = edge_option_or_default(ctx, em->option);
    argv[1] = meta;
    argv[2] = em->wrap;
    ret = JS_Call(ctx, func, JS_UNDEFINED, 3, argv);
    JS_FreeValue(ctx, func);
    if (JS_IsException(ret)) {
        set_value(ctx, &m->meta_obj, JS_UNDEFINED);
        JS_FreeValue(ctx, meta);
        return ret;
    }
    JS_FreeValue(ctx, ret);
    return meta;
}

static JSValueConst edge_referrer_option(JSContext *ctx, JSValueConst referrer, JSAtom *name)
{
    JSEdgeRecord *r = JS_GetOpaque(referrer, ctx->rt->edge.record_class);
    JSEdgeModule *em;

    if (r) {
        *name = r->name;
        return r->option;
    }
    em = JS_GetOpaque(referrer, ctx->rt->edge.module_class);
    if (em && em->m) {
        *name = em->m->module_name;
        return em->option;
    }
    return JS_UNDEFINED;
}
