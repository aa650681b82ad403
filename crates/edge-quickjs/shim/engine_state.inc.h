/*
 * engine_state.inc.h - included by quickjs.c after its types and prototypes
 * (patch 0200): inline tests that the engine's own functions make, and prototypes of
 * what they call. The implementations are in engine_hooks.inc.h.
 */

static void edge_init_runtime(JSRuntime *rt);
static void edge_free_runtime(JSRuntime *rt);
static void edge_init_context(JSContext *ctx);
static void edge_free_context(JSContext *ctx);
static void edge_mark_context(JSRuntime *rt, JSContext *ctx, JS_MarkFunc *mark_func);

/* ---- strings (0250) ---- */

static JSValue edge_throw_to_bigint(JSContext *ctx, JSValueConst val, bool is_syntax);

/* Whether to go on; false when `obj` (an object) is being joined already. */
static inline bool edge_join_begin(JSContext *ctx, JSEdgeJoining *joining, JSValueConst obj)
{
    JSEdgeJoining *j;

    joining->object = JS_VALUE_GET_OBJ(obj);
    joining->outer = ctx->rt->edge.joining;
    for (j = joining->outer; j; j = j->outer) {
        if (j->object == joining->object)
            return false;
    }
    ctx->rt->edge.joining = joining;
    return true;
}

static inline void edge_join_end(JSContext *ctx, const JSEdgeJoining *joining)
{
    ctx->rt->edge.joining = joining->outer;
}

/* ---- private symbols (0202): a fixed block of atoms after the predefined ones ---- */

static inline bool edge_atom_is_private(JSAtom atom)
{
    return (uint32_t)(atom - JS_ATOM_END) < EDGE_PRIVATE_ATOMS;
}

static JSValue edge_get_private(JSContext *ctx, JSObject *p, JSAtom prop);
static int edge_set_private(JSContext *ctx, JSValueConst obj, JSAtom prop, JSValue val);

/* ---- promises (0203) ---- */

static JSValue edge_throwaway_promise(JSContext *ctx, JSValueConst parent);
static void edge_reaction_hook(JSContext *ctx, JSPromiseHookType type, JSValueConst target);
static void edge_multiple_resolves(JSContext *ctx, JSValueConst promise, JSValueConst value,
                                   bool is_reject);
static JSValue edge_await_value(JSContext *ctx, JSValueConst outer, JSValueConst value);
static int edge_enqueue_reaction(JSContext *ctx, JSValueConst continuation, JSJobFunc *job_func,
                                 int argc, JSValueConst *argv);

/* ---- function kinds (0206) ---- */

static bool edge_is_class(JSObject *p);

/* ---- brands (0222) ---- */

static void edge_throw_brand(JSContext *ctx, JSValueConst method);

/* ---- scripts (0207) ---- */

#define EDGE_EVAL_FLAG_FUNCTION JS_EVAL_FLAG_UNUSED

static int edge_init_classes(JSRuntime *rt);
struct JSParseState;
struct JSFunctionDef;
static void edge_parse_init(struct JSParseState *s);
static __exception int edge_parse_function(struct JSParseState *s);
static void edge_note_await(const JSStackFrame *sf);
static __exception int edge_parse_native_call(struct JSParseState *s);
static JSValue edge_create_function(JSContext *ctx, struct JSFunctionDef *fd, JSModuleDef *m);
static int edge_dynamic_import(JSContext *ctx, JSValueConst specifier, JSValueConst attributes,
                               JSValue *resolving_funcs);

/* ---- weak references (0220) ---- */

struct JSWeakRefData;
static int edge_keep_target(JSContext *ctx, struct JSWeakRefData *wrd);

/* ---- modules (0209) ---- */

static JSValue edge_module_value(JSContext *ctx, JSModuleDef *m);
static JSModuleDef *edge_module_def(JSContext *ctx, JSValueConst v);
static int edge_module_ref(JSContext *ctx, JSModuleDef *holder, JSModuleDef *m);
static void edge_free_lines(JSRuntime *rt, JSModuleDef *m);
static JSModuleDef *edge_current_module(JSContext *ctx);
static JSValue edge_import_meta(JSContext *ctx, JSModuleDef *m);
static void edge_note_specifier(struct JSParseState *s, JSModuleDef *m);
static void edge_throw_resolve_error(JSContext *ctx, int res, JSModuleDef *m, int req_idx,
                                     JSAtom name, int line, int col);

/* ---- contexts (0210) ---- */

static JSValue edge_global_get(JSContext *ctx, JSObject *p, JSAtom prop, bool throw_ref_error);
static JSObject *edge_global_owner(JSContext *ctx, JSObject *p, JSAtom prop);
static int edge_global_declare(JSContext *ctx, JSObject *p, JSAtom prop, JSValueConst value,
                               bool is_function, int configurable);
static JSValue edge_throw_code_generation(JSContext *ctx);

/* ---- frozen heap (0211) ---- */

static void edge_thaw_heap(JSRuntime *rt);

/* ---- Atomics.waitAsync (0218) ---- */

static int edge_atomics_resolve(JSRuntime *rt, const void *address, int count);
static void edge_free_waiters(JSRuntime *rt);

/* ---- the heap's limit (0212) ---- */

static size_t edge_next_collection(JSRuntime *rt);
