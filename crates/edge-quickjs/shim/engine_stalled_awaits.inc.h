/* engine_stalled_awaits.inc.h - where the modules of a graph wait that will never be settled (0223). Included by
   engine_hooks.inc.h. */

/* The body of a module is about to wait: remember behind which await. */
static void edge_note_await(const JSStackFrame *sf)
{
    JSFunctionBytecode *b = js_error_bytecode(sf->cur_func);

    if (b && b->func_name == JS_ATOM__eval_)
        b->await_pc = sf->cur_pc ? (int)(sf->cur_pc - b->byte_code_buf) : 0;
}

typedef struct EdgeStalled {
    JSModuleDef **seen;
    int seen_count, seen_size;
    JSValue errors;
    uint32_t count;
} EdgeStalled;

/* An Error whose place is the await of the module; nothing when that is not known. */
static int edge_stalled_add(JSContext *ctx, EdgeStalled *found, JSModuleDef *m)
{
    JSFunctionBytecode *b = js_error_bytecode(m->func_obj);
    JSErrorFrame frame = { .func = m->func_obj, .this_val = JS_UNDEFINED };
    JSErrorStack *s;
    JSValue error;

    if (!b || !b->await_pc)
        return 0;
    error = JS_NewError(ctx);
    if (JS_IsException(error))
        return -1;
    js_error_attach(ctx, error, JS_UNDEFINED, 0);
    s = js_error_get_data(error);
    if (s) {
        js_error_frames_free(ctx->rt, s->frames, s->count);
        js_free_rt(ctx->rt, s->frames);
        s->frames = NULL;
        s->count = 0;
        frame.pc = b->await_pc - 1;
        s->line = js_error_frame_line(ctx, &frame, &s->column);
        s->end_column = s->column + 1;
        JS_FreeValue(ctx, s->file);
        s->file = JS_AtomToString(ctx, m->module_name);
        JS_FreeValue(ctx, s->source_func);
        s->source_func = js_dup(m->func_obj);
    }
    return JS_DefinePropertyValueUint32(ctx, found->errors, found->count++, error, JS_PROP_C_W_E) < 0 ? -1 : 0;
}

/* V8's order: a module that waits for no other one, else what it requests. */
static int edge_stalled_visit(JSContext *ctx, EdgeStalled *found, JSModuleDef *m)
{
    int i;

    if (js_check_stack_overflow(ctx->rt, 0)) {
        JS_ThrowStackOverflow(ctx);
        return -1;
    }
    if (m->status == JS_MODULE_STATUS_EVALUATING_ASYNC && m->async_evaluation && !m->pending_async_dependencies)
        return edge_stalled_add(ctx, found, m);
    for (i = 0; i < m->req_module_entries_count; i++) {
        JSModuleDef *child = m->req_module_entries[i].module;
        int k;

        for (k = 0; child && k < found->seen_count && found->seen[k] != child; k++) {
        }
        if (!child || k < found->seen_count)
            continue;
        if (js_resize_array(ctx, (void **)&found->seen, sizeof(found->seen[0]), &found->seen_size, found->seen_count + 1))
            return -1;
        found->seen[found->seen_count++] = child;
        if (edge_stalled_visit(ctx, found, child))
            return -1;
    }
    return 0;
}

JSValue JS_EdgeModuleGetStalledAwaits(JSContext *ctx, JSValueConst module)
{
    JSModuleDef *m = edge_module_def(ctx, module);
    EdgeStalled found = { .errors = JS_NewArray(ctx) };

    if (JS_IsException(found.errors))
        return found.errors;
    if (m && edge_stalled_visit(ctx, &found, m)) {
        JS_FreeValue(ctx, found.errors);
        found.errors = JS_EXCEPTION;
    }
    js_free(ctx, found.seen);
    return found.errors;
}
