/* engine_scripts.inc.h - compiling scripts and functions, running them in any realm,
   bytecode, termination; see engine_hooks.h, 5. */

/* What the functions of one source have in common; JSFunctionBytecode.referrer. */
typedef struct JSEdgeRecord {
    JSValue option; /* symbol or undefined */
    JSAtom name;
} JSEdgeRecord;

typedef struct JSEdgeScript {
    JSValue code;  /* bytecode of the realm it was compiled in */
    JSValue clone; /* bytecode of the last other realm, or undefined */
} JSEdgeScript;

static void edge_record_finalizer(JSRuntime *rt, JSValueConst val)
{
    JSEdgeRecord *r = JS_GetOpaque(val, rt->edge.record_class);

    if (r) {
        JS_FreeValueRT(rt, r->option);
        JS_FreeAtomRT(rt, r->name);
        js_free_rt(rt, r);
    }
}

static void edge_script_finalizer(JSRuntime *rt, JSValueConst val)
{
    JSEdgeScript *s = JS_GetOpaque(val, rt->edge.script_class);

    if (s) {
        JS_FreeValueRT(rt, s->code);
        JS_FreeValueRT(rt, s->clone);
        js_free_rt(rt, s);
    }
}

static void edge_script_mark(JSRuntime *rt, JSValueConst val, JS_MarkFunc *mark_func)
{
    JSEdgeScript *s = JS_GetOpaque(val, rt->edge.script_class);

    if (s) {
        JS_MarkValue(rt, s->code, mark_func);
        JS_MarkValue(rt, s->clone, mark_func);
    }
}

static int edge_new_class(JSRuntime *rt, JSClassID *id, const JSClassDef *def)
{
    JS_NewClassID(rt, id);
    return JS_NewClass(rt, *id, def);
}

static JSValue edge_new_object(JSContext *ctx, JSClassID class_id, void *opaque)
{
    JSValue obj = JS_NewObjectProtoClass(ctx, JS_NULL, class_id);

    if (!JS_IsException(obj))
        JS_SetOpaque(obj, opaque);
    return obj;
}

static JSValue edge_new_record(JSContext *ctx, JSValueConst option, const char *name)
{
    JSEdgeRecord *r = js_malloc(ctx, sizeof(*r));
    JSValue obj;

    if (!r)
        return JS_EXCEPTION;
    r->name = JS_NewAtom(ctx, name);
    r->option = js_dup(option);
    obj = edge_new_object(ctx, ctx->rt->edge.record_class, r);
    if (r->name == JS_ATOM_NULL || JS_IsException(obj)) {
        JS_FreeAtom(ctx, r->name);
        JS_FreeValue(ctx, r->option);
        js_free(ctx, r);
        return JS_EXCEPTION;
    }
    return obj;
}

/* ---- the compiler's side ---- */

/* What CompileFunction puts behind a body. */
#define EDGE_FUNCTION_TAIL "\n}"

static void edge_parse_init(JSParseState *s)
{
    JSEdgeRuntime *e = &s->ctx->rt->edge;

    s->body_end = s->buf_end;
    if (e->compile_explicit) {
        if (e->compile_first_byte)
            s->body_end -= strlen(EDGE_FUNCTION_TAIL);
        s->edge_first_line = s->buf_start + e->compile_first_byte;
        s->col_offset = e->compile_col_offset;
    }
}

/* Exactly one function expression; its value is the completion value. */
static __exception int edge_parse_function(JSParseState *s)
{
    JSFunctionDef *fd = s->cur_func;

    if (next_token(s))
        return -1;
    fd->is_global_var = true;
    if (js_parse_function_decl(s, JS_PARSE_FUNC_EXPR, JS_FUNC_NORMAL, JS_ATOM_NULL, s->token.ptr,
                               s->token.line_num, s->token.col_num))
        return -1;
    if (s->token.val != TOK_EOF) /* the source closed the function early */
        return js_parse_error(s, "Unexpected token '}'");
    emit_return(s, true);
    return 0;
}

/* The referrer of the innermost running JavaScript function, borrowed. */
static JSValueConst edge_current_referrer(JSContext *ctx)
{
    JSStackFrame *sf;

    for (sf = ctx->rt->current_stack_frame; sf; sf = sf->prev_frame) {
        JSObject *p;
        if (JS_VALUE_GET_TAG(sf->cur_func) != JS_TAG_OBJECT)
            continue;
        p = JS_VALUE_GET_OBJ(sf->cur_func);
        if (js_class_has_bytecode(p->class_id))
            return p->u.func.function_bytecode->referrer;
    }
    return JS_UNDEFINED;
}

/* eval and new Function are compiled on behalf of their caller. */
static JSValue edge_create_function(JSContext *ctx, JSFunctionDef *fd, JSModuleDef *m)
{
    JSEdgeRuntime *e = &ctx->rt->edge;
    JSValue saved = e->compile_referrer, ret;

    if (!e->compile_explicit)
        e->compile_referrer = js_dup(edge_current_referrer(ctx));
    else if (m)
        m->resolved = true; /* the host links it */
    ret = js_create_function(ctx, fd);
    if (!e->compile_explicit) {
        JS_FreeValue(ctx, e->compile_referrer);
        e->compile_referrer = saved;
    }
    return ret;
}

typedef struct EdgeCompile {
    JSValue referrer;
    bool is_explicit;
    int first_byte, col_offset;
} EdgeCompile;

/* Sets the referrer (freed by edge_compile_end) and offsets of the compilations in between. */
static void edge_compile_begin(JSContext *ctx, EdgeCompile *saved, JSValue referrer,
                               int first_byte, int col_offset)
{
    JSEdgeRuntime *e = &ctx->rt->edge;

    saved->referrer = e->compile_referrer;
    saved->is_explicit = e->compile_explicit;
    saved->first_byte = e->compile_first_byte;
    saved->col_offset = e->compile_col_offset;
    e->compile_referrer = referrer;
    e->compile_explicit = true;
    e->compile_first_byte = first_byte;
    e->compile_col_offset = col_offset;
}

static void edge_compile_end(JSContext *ctx, EdgeCompile *saved)
{
    JSEdgeRuntime *e = &ctx->rt->edge;

    JS_FreeValue(ctx, e->compile_referrer);
    e->compile_referrer = saved->referrer;
    e->compile_explicit = saved->is_explicit;
    e->compile_first_byte = saved->first_byte;
    e->compile_col_offset = saved->col_offset;
}

static JSValue edge_compile(JSContext *ctx, const char *source, size_t len, const char *filename,
                            int line, int first_byte, int col_offset, JSValueConst host_option,
                            int flags)
{
    EdgeCompile saved;
    JSValue record, ret;

    record = edge_new_record(ctx, host_option, filename);
    if (JS_IsException(record))
        return record;
    edge_compile_begin(ctx, &saved, record, first_byte, col_offset);
    ret = __JS_EvalInternal(ctx, ctx->global_obj, source, len, filename, line,
                            flags | JS_EVAL_FLAG_COMPILE_ONLY, -1);
    edge_compile_end(ctx, &saved);
    return ret;
}

/* ---- scripts ---- */

static JSValue edge_new_script(JSContext *ctx, JSValue code)
{
    JSEdgeScript *s;
    JSValue obj;

    if (JS_IsException(code))
        return code;
    s = js_malloc(ctx, sizeof(*s));
    if (!s)
        goto fail;
    s->code = code;
    s->clone = JS_UNDEFINED;
    obj = edge_new_object(ctx, ctx->rt->edge.script_class, s);
    if (!JS_IsException(obj))
        return obj;
    js_free(ctx, s);
fail:
    JS_FreeValue(ctx, code);
    return JS_EXCEPTION;
}

static JSEdgeScript *edge_get_script(JSContext *ctx, JSValueConst v)
{
    JSEdgeScript *s = JS_GetOpaque(v, ctx->rt->edge.script_class);

    if (!s)
        JS_ThrowTypeError(ctx, "not a script");
    return s;
}

JSValue JS_EdgeCompileScript(JSContext *ctx, const char *source, size_t len, const char *filename,
                             int line_offset, int col_offset, JSValueConst host_option)
{
    return edge_new_script(ctx, edge_compile(ctx, source, len, filename, line_offset + 1,
                                             0, col_offset, host_option,
                                             JS_EVAL_TYPE_GLOBAL));
}

/* The same code for another realm: functions are bound to theirs when they are made. */
static JSValue edge_clone_code(JSContext *target, JSFunctionBytecode *b)
{
    EdgeCompile saved;
    JSValue ret;
    size_t size;
    uint8_t *buf = JS_WriteObject(target, &size, JS_MKPTR(JS_TAG_FUNCTION_BYTECODE, b),
                                  JS_WRITE_OBJ_BYTECODE);

    if (!buf)
        return JS_EXCEPTION;
    edge_compile_begin(target, &saved, js_dup(b->referrer), 0, 0);
    ret = JS_ReadObject(target, buf, size, JS_READ_OBJ_BYTECODE);
    edge_compile_end(target, &saved);
    js_free(target, buf);
    return ret;
}

static JSContext *edge_code_realm(JSValueConst code)
{
    return ((JSFunctionBytecode *)JS_VALUE_GET_PTR(code))->realm;
}

void JS_EdgeSetOwnMicrotasks(JSContext *ctx)
{
    ctx->edge.own_microtasks = true;
}

/* Runs the microtasks of one context, those included that they add. -1: terminated. */
static int edge_run_own_microtasks(JSContext *ctx)
{
    JSRuntime *rt = ctx->rt;
    struct list_head *el;
    JSContext *ran;
    JSValue error;

    for (;;) {
        list_for_each(el, &rt->job_list) {
            if (list_entry(el, JSJobEntry, link)->ctx == ctx)
                break;
        }
        if (el == &rt->job_list)
            return 0;
        list_del(el);
        list_add(el, &rt->job_list);
        if (JS_ExecutePendingJob(rt, &ran) < 0) {
            if (JS_IsUncatchableError(rt->current_exception))
                return -1;
            error = JS_GetException(ctx);
            /* uncaught, and the oldest context's to tell: not among those run here */
            JS_EnqueueJob(list_entry(rt->context_list.next, JSContext, link), edge_rethrow_job, 1,
                          vc(&error));
            JS_FreeValue(ctx, error);
        }
    }
}

JSValue JS_EdgeRunScript(JSContext *target, JSValueConst script)
{
    JSEdgeScript *s = edge_get_script(target, script);
    JSValue code;

    if (!s)
        return JS_EXCEPTION;
    if (edge_code_realm(s->code) == target) {
        code = s->code;
    } else {
        if (JS_IsUndefined(s->clone) || edge_code_realm(s->clone) != target) {
            JSValue clone = edge_clone_code(target, JS_VALUE_GET_PTR(s->code));
            if (JS_IsException(clone))
                return clone;
            set_value(target, &s->clone, clone);
        }
        code = s->clone;
    }
    code = JS_EvalFunctionInternal(target, js_dup(code), target->global_obj, NULL, NULL);
    if (target->edge.own_microtasks && !JS_IsException(code) && edge_run_own_microtasks(target)) {
        JS_FreeValue(target, code);
        return JS_EXCEPTION;
    }
    return code;
}

/* ---- functions ---- */

/* Good enough to keep a name from saying anything but a name; the parser has the last word. */
static bool edge_is_identifier(const char *s)
{
    if (!*s || (*s >= '0' && *s <= '9'))
        return false;
    for (; *s; s++) {
        uint8_t c = *s;
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '$' || c >= 0x80))
            return false;
    }
    return true;
}

JSValue JS_EdgeCompileFunction(JSContext *ctx, const char *source, size_t len,
                               const char *filename, int line_offset, int col_offset,
                               const char *const *params, int n_params, JSValueConst host_option)
{
    DynBuf text;
    size_t body;
    JSValue code = JS_EXCEPTION;

    for (int i = 0; i < n_params; i++) {
        if (!edge_is_identifier(params[i]))
            return JS_ThrowSyntaxError(ctx, "Invalid parameter name");
    }
    js_dbuf_init(ctx, &text);
    dbuf_putstr(&text, "function (");
    for (int i = 0; i < n_params; i++) {
        if (i)
            dbuf_putstr(&text, ", ");
        dbuf_putstr(&text, params[i]);
    }
    dbuf_putstr(&text, ") {\n");
    body = text.size;
    dbuf_put(&text, (const uint8_t *)source, len);
    dbuf_putstr(&text, EDGE_FUNCTION_TAIL);
    dbuf_putc(&text, 0);
    if (text.error) {
        JS_ThrowOutOfMemory(ctx);
    } else {
        if (len >= 2 && source[0] == '#' && source[1] == '!')
            memcpy(text.buf + body, "//", 2);
        code = edge_compile(ctx, (const char *)text.buf, text.size - 1, filename, line_offset,
                            body, col_offset, host_option,
                            JS_EVAL_TYPE_GLOBAL | EDGE_EVAL_FLAG_FUNCTION);
    }
    dbuf_free(&text);
    if (JS_IsException(code))
        return code;
    return JS_EvalFunctionInternal(ctx, code, ctx->global_obj, NULL, NULL);
}

/* ---- bytecode: one byte for the kind, then the engine's format ---- */

enum { EDGE_CODE_SCRIPT = 'S', EDGE_CODE_FUNCTION = 'F', EDGE_CODE_MODULE = 'M' };

static JSValueConst edge_module_code(JSContext *ctx, JSValueConst module);
static JSValue edge_read_module(JSContext *ctx, const uint8_t *buf, size_t size,
                                JSValueConst host_option);

uint8_t *JS_EdgeWriteBytecode(JSContext *ctx, size_t *size, JSValueConst v, int strip_source)
{
    int flags = JS_WRITE_OBJ_BYTECODE | (strip_source ? JS_WRITE_OBJ_STRIP_SOURCE : 0);
    JSClassID id = JS_GetClassID(v);
    JSValueConst code;
    uint8_t kind, *buf, *ret;

    if (id == ctx->rt->edge.script_class) {
        kind = EDGE_CODE_SCRIPT;
        code = ((JSEdgeScript *)JS_GetOpaque(v, id))->code;
    } else if (id == ctx->rt->edge.module_class) {
        kind = EDGE_CODE_MODULE;
        code = edge_module_code(ctx, v);
        if (JS_IsException(code))
            return NULL;
    } else if (JS_IsObject(v) && js_class_has_bytecode(id) &&
               JS_VALUE_GET_OBJ(v)->u.func.function_bytecode->closure_var_count == 0) {
        kind = EDGE_CODE_FUNCTION;
        code = JS_MKPTR(JS_TAG_FUNCTION_BYTECODE, JS_VALUE_GET_OBJ(v)->u.func.function_bytecode);
    } else {
        JS_ThrowTypeError(ctx, "not a script, module or top-level function");
        return NULL;
    }
    buf = JS_WriteObject(ctx, size, code, flags);
    if (!buf)
        return NULL;
    ret = js_realloc(ctx, buf, *size + 1);
    if (!ret) {
        js_free(ctx, buf);
        return NULL;
    }
    memmove(ret + 1, ret, *size);
    ret[0] = kind;
    ++*size;
    return ret;
}

JSValue JS_EdgeReadBytecode(JSContext *ctx, const uint8_t *buf, size_t size,
                            JSValueConst host_option)
{
    EdgeCompile saved;
    JSValue record, code;
    JSEdgeRecord *r;
    JSFunctionBytecode *b;

    if (size < 2)
        return JS_ThrowSyntaxError(ctx, "invalid bytecode");
    if (buf[0] == EDGE_CODE_MODULE)
        return edge_read_module(ctx, buf + 1, size - 1, host_option);
    record = edge_new_record(ctx, host_option, "");
    if (JS_IsException(record))
        return record;
    edge_compile_begin(ctx, &saved, js_dup(record), 0, 0);
    code = JS_ReadObject(ctx, buf + 1, size - 1, JS_READ_OBJ_BYTECODE);
    edge_compile_end(ctx, &saved);
    if (JS_IsException(code))
        goto done;
    if (JS_VALUE_GET_TAG(code) != JS_TAG_FUNCTION_BYTECODE) {
        JS_FreeValue(ctx, code);
        code = JS_ThrowSyntaxError(ctx, "invalid bytecode");
        goto done;
    }
    b = JS_VALUE_GET_PTR(code);
    r = JS_GetOpaque(record, ctx->rt->edge.record_class);
    JS_FreeAtom(ctx, r->name);
    r->name = JS_DupAtom(ctx, b->filename);
    if (buf[0] == EDGE_CODE_FUNCTION)
        code = js_closure(ctx, code, NULL, NULL);
    else
        code = edge_new_script(ctx, code);
done:
    JS_FreeValue(ctx, record);
    return code;
}

/* ---- magic comments ---- */

JSValue JS_EdgeFindMagicComment(JSContext *ctx, const char *source, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    const char *p, *end = source + len, *q;

    for (p = end - name_len - 5; len >= name_len + 5 && p >= source; p--) {
        if (p[0] != '/' || p[1] != '/' || (p[2] != '#' && p[2] != '@') ||
            (p[3] != ' ' && p[3] != '\t') || memcmp(p + 4, name, name_len) ||
            p[4 + name_len] != '=')
            continue;
        p += 5 + name_len;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        for (q = p; q < end && !strchr(" \t\r\n'\"", *q); q++)
            ;
        return q > p ? JS_NewStringLen(ctx, p, q - p) : JS_UNDEFINED;
    }
    return JS_UNDEFINED;
}

/* ---- termination ---- */

void JS_EdgeTerminate(JSRuntime *rt)
{
    struct list_head *el;

    rt->edge.terminating = true;
    list_for_each(el, &rt->context_list)
        list_entry(el, JSContext, link)->interrupt_counter = 0;
}

void JS_EdgeCancelTerminate(JSRuntime *rt)
{
    rt->edge.terminating = false;
}

int JS_EdgeIsTerminating(JSRuntime *rt)
{
    return rt->edge.terminating;
}

int JS_EdgeIsTerminationException(JSContext *ctx)
{
    return JS_IsUncatchableError(ctx->rt->current_exception);
}
