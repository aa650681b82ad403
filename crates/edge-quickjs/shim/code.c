/*
 * code.c - compiling and running source, bytecode, contexts, call sites, positions.
 */
#include "state.h"
#include "internals.h"
#include "engine_errors.h"
#include "engine_hooks.h"
#include "edge_boundary.h"

/* The realm whose global object is in `slot`; 0 is the main one. NULL threw. */
static JSContext *realm_of(uint32_t slot)
{
    JSValue context;
    JSContext *realm;

    if (!slot || slot == EDGE_SLOT_GLOBAL)
        return edge.ctx;
    context = edge_value(slot);
    realm = JS_EdgeContextOf(edge.ctx, context);
    if (realm)
        return realm;
    if (JS_IsObject(context) && !JS_IsUndefined(edge.context_key)) {
        JSAtom key = JS_ValueToAtom(edge.ctx, edge.context_key);
        context = JS_GetProperty(edge.ctx, context, key);
        JS_FreeAtom(edge.ctx, key);
        realm = JS_IsException(context) ? NULL : JS_EdgeContextOf(edge.ctx, context);
        JS_FreeValue(edge.ctx, context); /* its global holds it */
        if (JS_HasException(edge.ctx))
            JS_FreeValue(edge.ctx, JS_GetException(edge.ctx));
        if (realm)
            return realm;
    }
    JS_ThrowTypeError(edge.ctx, "not the global object of a context");
    return NULL;
}

/* A source as the host passes it, in edge.scratch. */
typedef struct {
    uint32_t source, filename;
    int32_t line_offset, column_offset;
    uint32_t host_option, context;
} EdgeSource;

typedef struct {
    JSContext *realm;
    const char *text, *filename;
    size_t length;
    int line, column;
    JSValue host_option;
} Source;

static int source_open(Source *s, const EdgeSource *from)
{
    s->text = s->filename = NULL;
    s->realm = realm_of(from->context);
    if (!s->realm)
        return -1;
    s->text = JS_ToCStringLen(edge.ctx, &s->length, edge_value(from->source));
    if (!s->text)
        return -1;
    s->filename = JS_ToCString(edge.ctx, edge_value(from->filename));
    if (!s->filename) {
        JS_FreeCString(edge.ctx, s->text);
        return -1;
    }
    s->line = from->line_offset;
    s->column = from->column_offset;
    s->host_option = from->host_option ? edge_value(from->host_option) : JS_UNDEFINED;
    return 0;
}

static void source_close(Source *s)
{
    JS_FreeCString(edge.ctx, s->text);
    JS_FreeCString(edge.ctx, s->filename);
}

/* A function whose body is the source (EdgeSource at `source`); `params`: slots of
   names. */
uint32_t edge_compile_function(void *source, uint32_t n_params, void *params)
{
    Source s;
    const uint32_t *slots = params;
    const char *small[16], **names = small;
    JSValue func = JS_EXCEPTION;
    uint32_t i, done = 0;

    if (source_open(&s, source) < 0)
        return edge_push(JS_EXCEPTION);
    if (n_params > 16)
        names = js_malloc(edge.ctx, n_params * sizeof(*names));
    if (names) {
        for (; done < n_params; done++) {
            names[done] = JS_ToCString(edge.ctx, edge_value(slots[done]));
            if (!names[done])
                break;
        }
        if (done == n_params)
            func = JS_EdgeCompileFunction(s.realm, s.text, s.length, s.filename, s.line, s.column,
                                          names, n_params, s.host_option);
        for (i = 0; i < done; i++)
            JS_FreeCString(edge.ctx, names[i]);
        if (names != small)
            js_free(edge.ctx, names);
    }
    source_close(&s);
    return edge_push(func);
}

uint32_t edge_compile_script(void *source)
{
    Source s;
    JSValue script;

    if (source_open(&s, source) < 0)
        return edge_push(JS_EXCEPTION);
    script = JS_EdgeCompileScript(s.realm, s.text, s.length, s.filename, s.line, s.column,
                                  s.host_option);
    source_close(&s);
    return edge_push(script);
}

uint32_t edge_run_script(uint32_t script, uint32_t context)
{
    JSContext *realm = realm_of(context);
    return edge_push(realm ? JS_EdgeRunScript(realm, edge_value(script)) : JS_EXCEPTION);
}

/* napi_run_script: the string's text as a script of the main context. */
uint32_t edge_run_text(uint32_t text)
{
    size_t length;
    const char *source = JS_ToCStringLen(edge.ctx, &length, edge_value(text));
    JSValue v;

    if (!source)
        return edge_push(JS_EXCEPTION);
    v = JS_Eval(edge.ctx, source, length, "<anonymous>", JS_EVAL_TYPE_GLOBAL);
    JS_FreeCString(edge.ctx, source);
    return edge_push(v);
}

/* Bytecode: 0 and edge.out gets address and size (give it back with edge_js_free), -1
   threw. */
int edge_write_bytecode(uint32_t code, uint32_t strip_source)
{
    size_t size = 0;
    uint8_t *bytes = JS_EdgeWriteBytecode(edge.ctx, &size, edge_value(code), strip_source);

    if (!bytes)
        return edge_threw();
    edge.out[0] = (uintptr_t)bytes;
    edge.out[1] = size;
    return 0;
}

void edge_js_free(void *block)
{
    js_free(edge.ctx, block);
}

uint32_t edge_read_bytecode(void *bytes, uint32_t size, uint32_t host_option)
{
    return edge_push(JS_EdgeReadBytecode(edge.ctx, bytes, size,
                                         host_option ? edge_value(host_option) : JS_UNDEFINED));
}

/* The global object of a new context. Flags: 1 - code from strings is allowed, 2 - microtasks run at
   the end of each script. */
uint32_t edge_make_context(uint32_t sandbox, uint32_t flags)
{
    JSContext *ctx = edge.ctx, *realm;
    JSValue context, global;
    JSAtom key;

    if (JS_IsUndefined(edge.context_key)) {
        edge.context_key = JS_EdgeNewPrivateSymbol(ctx, "edge:context");
        if (JS_IsException(edge.context_key)) {
            edge.context_key = JS_UNDEFINED;
            return edge_push(JS_EXCEPTION);
        }
    }
    context = JS_EdgeNewContext(ctx, sandbox ? edge_value(sandbox) : JS_UNDEFINED);
    if (JS_IsException(context))
        return edge_push(context);
    realm = JS_EdgeContextOf(ctx, context);
    if (!(flags & 1))
        JS_EdgeAllowCodeGeneration(realm, 0, NULL);
    if (flags & 2)
        JS_EdgeSetOwnMicrotasks(realm);
    global = JS_GetGlobalObject(realm);
    key = JS_ValueToAtom(ctx, edge.context_key);
    if (JS_DefinePropertyValue(ctx, global, key, context, 0) < 0) {
        JS_FreeValue(ctx, global);
        global = JS_EXCEPTION;
    }
    JS_FreeAtom(ctx, key);
    return edge_push(global);
}

/* Where an error arose: the slot of its file name, with the source line in the next slot;
   edge.out gets line and columns (1-based, end exclusive). -2: not known. 0 threw. */
int edge_error_position(uint32_t error)
{
    JSEdgePosition position;
    uint32_t slot;

    if (!JS_EdgeGetErrorPosition(edge.ctx, edge_value(error), &position))
        return -2;
    edge.out[0] = position.line;
    edge.out[1] = position.column;
    edge.out[2] = position.end_column;
    slot = edge_push(position.file);
    if (!edge_push(position.source_line))
        return 0;
    return slot;
}

uint32_t edge_call_sites(uint32_t limit)
{
    return edge_push(JS_EdgeGetCallSites(edge.ctx, 0, limit > 10000 ? 10000 : (int)limit));
}

/* {name, scriptName, line, column} of a function (0-based positions). */
uint32_t edge_function_info(uint32_t func)
{
    JSContext *ctx = edge.ctx;
    JSEdgeFunctionInfo info;
    JSValue object;

    if (!JS_EdgeGetFunctionInfo(ctx, edge_value(func), &info))
        return EDGE_SLOT_UNDEFINED;
    object = JS_NewObject(ctx);
    if (!JS_IsException(object) &&
        (JS_DefinePropertyValueStr(ctx, object, "name", JS_DupValue(ctx, info.name), JS_PROP_C_W_E) < 0 ||
         JS_DefinePropertyValueStr(ctx, object, "scriptName", JS_DupValue(ctx, info.file), JS_PROP_C_W_E) < 0 ||
         JS_DefinePropertyValueStr(ctx, object, "line", JS_NewInt32(ctx, info.line - 1), JS_PROP_C_W_E) < 0 ||
         JS_DefinePropertyValueStr(ctx, object, "column", JS_NewInt32(ctx, info.column - 1), JS_PROP_C_W_E) < 0)) {
        JS_FreeValue(ctx, object);
        object = JS_EXCEPTION;
    }
    JS_EdgeFreeFunctionInfo(ctx, &info);
    return edge_push(object);
}

/* ---- modules ------------------------------------------------------------------ */

uint32_t edge_new_source_module(void *source, uint32_t wrap)
{
    Source s;
    JSValue module;

    if (source_open(&s, source) < 0)
        return edge_push(JS_EXCEPTION);
    module = JS_EdgeNewSourceModule(s.realm, s.filename, s.text, s.length, s.line, s.column,
                                    s.host_option);
    source_close(&s);
    if (!JS_IsException(module) && wrap &&
        JS_EdgeModuleSetWrap(edge.ctx, module, edge_value(wrap)) < 0) {
        JS_FreeValue(edge.ctx, module);
        module = JS_EXCEPTION;
    }
    return edge_push(module);
}

/* `names`: slots of the export names. */
uint32_t edge_new_synthetic_module(uint32_t url, uint32_t context, uint32_t n_names, void *names,
                                   uint32_t steps, uint32_t wrap)
{
    JSContext *ctx = edge.ctx, *realm = realm_of(context);
    const uint32_t *slots = names;
    const char **texts, *address;
    JSValue module = JS_EXCEPTION;
    uint32_t i, done = 0;

    if (!realm)
        return edge_push(JS_EXCEPTION);
    address = JS_ToCString(ctx, edge_value(url));
    if (!address)
        return edge_push(JS_EXCEPTION);
    texts = js_malloc(ctx, (n_names + 1) * sizeof(*texts));
    if (texts) {
        for (; done < n_names; done++) {
            texts[done] = JS_ToCString(ctx, edge_value(slots[done]));
            if (!texts[done])
                break;
        }
        if (done == n_names)
            module = JS_EdgeNewSyntheticModule(realm, address, texts, n_names, edge_value(steps));
        for (i = 0; i < done; i++)
            JS_FreeCString(ctx, texts[i]);
        js_free(ctx, texts);
    }
    JS_FreeCString(ctx, address);
    if (!JS_IsException(module) && wrap &&
        JS_EdgeModuleSetWrap(ctx, module, edge_value(wrap)) < 0) {
        JS_FreeValue(ctx, module);
        module = JS_EXCEPTION;
    }
    return edge_push(module);
}

/* Array of [specifier, attributes, phase]. */
uint32_t edge_module_requests(uint32_t module)
{
    static const char *const fields[] = { "specifier", "attributes", "phase" };
    JSContext *ctx = edge.ctx;
    JSValue requests = JS_EdgeModuleGetRequests(ctx, edge_value(module)), request, triple, field;
    int64_t count = 0, i;
    uint32_t j;

    if (JS_IsException(requests) || JS_GetLength(ctx, requests, &count) < 0)
        goto fail;
    for (i = 0; i < count; i++) {
        request = JS_GetPropertyInt64(ctx, requests, i);
        triple = JS_NewArray(ctx);
        for (j = 0; j < 3 && !JS_IsException(triple); j++) {
            field = JS_GetPropertyStr(ctx, request, fields[j]);
            if (JS_IsException(field) ||
                JS_DefinePropertyValueUint32(ctx, triple, j, field, JS_PROP_C_W_E) < 0) {
                JS_FreeValue(ctx, triple);
                triple = JS_EXCEPTION;
            }
        }
        JS_FreeValue(ctx, request);
        if (JS_IsException(triple) ||
            JS_DefinePropertyValueUint32(ctx, requests, i, triple, JS_PROP_C_W_E) < 0)
            goto fail;
    }
    return edge_push(requests);
fail:
    JS_FreeValue(ctx, requests);
    return edge_push(JS_EXCEPTION);
}

int edge_module_link(uint32_t module, uint32_t count, void *modules)
{
    JSContext *ctx = edge.ctx;
    const uint32_t *slots = modules;
    JSValue *values = js_malloc(ctx, (count + 1) * sizeof(*values));
    uint32_t i;
    int status;

    if (!values)
        return edge_threw();
    for (i = 0; i < count; i++)
        values[i] = edge_value(slots[i]);
    status = JS_EdgeModuleLink(ctx, edge_value(module), count, values);
    js_free(ctx, values);
    return edge_status(status);
}

int edge_module_instantiate(uint32_t module)
{
    return edge_status(JS_EdgeModuleInstantiate(edge.ctx, edge_value(module)));
}

uint32_t edge_module_evaluate(uint32_t module)
{
    return edge_push(JS_EdgeModuleEvaluate(edge.ctx, edge_value(module)));
}

uint32_t edge_module_namespace(uint32_t module)
{
    return edge_push(JS_EdgeModuleGetNamespace(edge.ctx, edge_value(module)));
}

int edge_module_status(uint32_t module)
{
    return JS_EdgeModuleGetStatus(edge.ctx, edge_value(module));
}

uint32_t edge_module_error(uint32_t module)
{
    return edge_push(JS_EdgeModuleGetError(edge.ctx, edge_value(module)));
}

/* Array of Errors: see JS_EdgeModuleGetStalledAwaits. */
uint32_t edge_module_stalled_awaits(uint32_t module)
{
    return edge_push(JS_EdgeModuleGetStalledAwaits(edge.ctx, edge_value(module)));
}

/* Bits: 1 own top-level await, 2 the graph is async, 4 the graph is not known yet. */
int edge_module_async(uint32_t module)
{
    JSValue v = edge_value(module);
    int bits = JS_EdgeModuleHasTopLevelAwait(edge.ctx, v) ? 1 : 0, graph;

    graph = JS_EdgeModuleIsGraphAsync(edge.ctx, v);
    if (graph < 0) {
        JS_FreeValue(edge.ctx, JS_GetException(edge.ctx));
        return bits | 4;
    }
    return bits | (graph ? 2 : 0);
}

int edge_module_set_export(uint32_t module, uint32_t name, uint32_t value)
{
    return edge_status(JS_EdgeModuleSetExport(edge.ctx, edge_value(module), edge_value(name),
                                              edge_value(value)));
}
