/*
 * engine_errors_names.inc.h - names of anonymous functions in calls, as V8 infers them: in
 * `a.b(() => {}, { c: 1 })` the arrow function is a.b.c in stack traces. Part of the engine (see
 * engine_errors_stack.inc.h and patch 0219); assignments are js_error_infer_name's.
 *
 * V8 keeps a stack of the names that it passes (variables, properties, keys) and a list of
 * functions without one. Each key of an object literal names all that are in the list; the end of a
 * call takes the last one off it. Each assignment expression forgets its names at its end.
 */

enum { JS_INFER_NAMES = 16, JS_INFER_FUNCTIONS = 8 };

static void js_infer_push(JSParseState *s, JSAtom name, bool is_variable)
{
    JSInference *f = &s->inference;

    if (name == JS_ATOM_prototype)
        return;
    if (f->names < JS_INFER_NAMES) {
        f->name[f->names] = JS_DupAtom(s->ctx, name);
        f->is_variable[f->names] = is_variable;
    }
    f->names++;
}

/* Forgets all but the first `names` names, and without any the functions too. */
static void js_infer_leave(JSParseState *s, int names)
{
    JSInference *f = &s->inference;

    while (f->names > names) {
        f->names--;
        if (f->names < JS_INFER_NAMES)
            JS_FreeAtom(s->ctx, f->name[f->names]);
    }
    if (!f->names)
        f->functions = 0;
}

static void js_infer_add_function(JSParseState *s, JSFunctionDef *fd)
{
    JSInference *f = &s->inference;

    if (f->names && f->functions < JS_INFER_FUNCTIONS)
        f->function[f->functions++] = fd;
}

static void js_infer_remove_last(JSParseState *s)
{
    if (s->inference.functions)
        s->inference.functions--;
}

/* Gives the functions of the list the name made of all the names. */
static void js_infer_now(JSParseState *s)
{
    JSInference *f = &s->inference;
    char buf[ATOM_GET_STR_BUF_SIZE];
    JSAtom name;
    DynBuf d;
    int i;

    if (!f->functions)
        return;
    js_dbuf_init(s->ctx, &d);
    for (i = 0; i < f->names && i < JS_INFER_NAMES; i++) {
        /* of variables that follow each other the last one counts */
        if (f->is_variable[i] && i + 1 < f->names && i + 1 < JS_INFER_NAMES && f->is_variable[i + 1])
            continue;
        if (d.size)
            dbuf_putc(&d, '.');
        dbuf_putstr(&d, JS_AtomGetStr(s->ctx, buf, sizeof(buf), f->name[i]));
    }
    name = dbuf_error(&d) ? JS_ATOM_NULL : JS_NewAtomLen(s->ctx, (const char *)d.buf, d.size);
    if (name == JS_ATOM_NULL)
        JS_FreeValue(s->ctx, JS_GetException(s->ctx)); /* it only serves stack traces */
    dbuf_free(&d);
    while (f->functions) {
        JSFunctionDef *fd = f->function[--f->functions];
        if (name != JS_ATOM_NULL && fd->func_name == JS_ATOM_NULL && fd->inferred_name == JS_ATOM_NULL)
            fd->inferred_name = JS_DupAtom(s->ctx, name);
    }
    JS_FreeAtom(s->ctx, name);
}
