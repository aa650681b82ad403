/*
 * pending.c - weak stand-ins for functions of engine_hooks.h whose patch is not in the
 * series yet: they throw, so that nothing pretends. A patch's own definition wins.
 */
#include "state.h"
#include "engine_errors.h"
#include "engine_hooks.h"

#define WEAK __attribute__((weak))
#define THROW(ctx) JS_ThrowInternalError(ctx, "%s: not in this engine yet", __func__)

WEAK void JS_EdgeReseedRandom(JSRuntime *rt) { (void)rt; }
WEAK JSValue JS_EdgeNewPrivateSymbol(JSContext *ctx, const char *d) { (void)d; return THROW(ctx); }
WEAK int JS_EdgeSetPromiseHooks(JSContext *ctx, JSValueConst a, JSValueConst b, JSValueConst c, JSValueConst d)
{
    (void)a, (void)b, (void)c, (void)d;
    THROW(ctx);
    return -1;
}
WEAK int JS_EdgeSetPromiseRejectCallback(JSContext *ctx, JSValueConst f) { (void)f; THROW(ctx); return -1; }
WEAK int JS_EdgeGetPromiseDetails(JSContext *ctx, JSValueConst p, JSValue *result)
{
    int state = JS_PromiseState(ctx, p);
    if (state >= 0 && result)
        *result = state ? JS_PromiseResult(ctx, p) : JS_UNDEFINED;
    return state;
}
WEAK int JS_EdgeMarkPromiseAsHandled(JSContext *ctx, JSValueConst p)
{
    if (!JS_IsPromise(p))
        return -1;
    JS_PromiseMarkAsHandled(ctx, p);
    return 0;
}
WEAK JSValue JS_EdgeGetContinuationData(JSRuntime *rt) { (void)rt; return JS_UNDEFINED; }
WEAK void JS_EdgeSetContinuationData(JSRuntime *rt, JSValueConst d) { (void)rt, (void)d; }
static JSValue call_job(JSContext *ctx, int argc, JSValueConst *argv)
{
    (void)argc;
    return JS_Call(ctx, argv[0], JS_UNDEFINED, 0, NULL);
}
WEAK int JS_EdgeEnqueueMicrotask(JSContext *ctx, JSValueConst fn) { return JS_EnqueueJob(ctx, call_job, 1, &fn); }
WEAK void JS_EdgeClearKept(JSRuntime *rt) { (void)rt; }
WEAK JSEdgeClassKind JS_EdgeClassKind(JSContext *ctx, JSValueConst v)
{
    if (!JS_IsObject(v))
        return JS_EDGE_KIND_NONE;
    if (JS_IsFunction(ctx, v))
        return JS_EDGE_KIND_FUNCTION;
    if (JS_IsArray(v))
        return JS_EDGE_KIND_ARRAY;
    if (JS_IsError(v))
        return JS_EDGE_KIND_ERROR;
    if (JS_IsDate(v))
        return JS_EDGE_KIND_DATE;
    if (JS_IsRegExp(v))
        return JS_EDGE_KIND_REGEXP;
    if (JS_IsMap(v))
        return JS_EDGE_KIND_MAP;
    if (JS_IsSet(v))
        return JS_EDGE_KIND_SET;
    if (JS_IsPromise(v))
        return JS_EDGE_KIND_PROMISE;
    if (JS_IsProxy(v))
        return JS_EDGE_KIND_PROXY;
    return JS_EDGE_KIND_OBJECT;
}
WEAK void JS_EdgeSetExternalClass(JSRuntime *rt, JSClassID id) { (void)rt, (void)id; }
WEAK JSValue JS_EdgePreviewEntries(JSContext *ctx, JSValueConst v, int *k) { (void)v, (void)k; return THROW(ctx); }
WEAK int JS_EdgeGetProxyDetails(JSContext *ctx, JSValueConst v, JSValue *t, JSValue *h)
{
    if (!JS_IsProxy(v))
        return 0;
    *t = JS_GetProxyTarget(ctx, v);
    *h = JS_GetProxyHandler(ctx, v);
    return 1;
}
WEAK JSValue JS_EdgeGetOwnNonIndexProperties(JSContext *ctx, JSValueConst o, int f) { (void)o, (void)f; return THROW(ctx); }
WEAK JSValue JS_EdgeGetConstructorName(JSContext *ctx, JSValueConst o) { (void)o; return THROW(ctx); }
WEAK int JS_EdgeGetFunctionInfo(JSContext *ctx, JSValueConst v, JSEdgeFunctionInfo *i) { (void)ctx, (void)v, (void)i; return 0; }
WEAK void JS_EdgeFreeFunctionInfo(JSContext *ctx, JSEdgeFunctionInfo *i) { (void)ctx, (void)i; }
WEAK JSValue JS_EdgeCompileScript(JSContext *ctx, const char *s, size_t n, const char *f, int l, int c, JSValueConst h)
{
    (void)s, (void)n, (void)f, (void)l, (void)c, (void)h;
    return THROW(ctx);
}
WEAK JSValue JS_EdgeRunScript(JSContext *ctx, JSValueConst s) { (void)s; return THROW(ctx); }
WEAK JSValue JS_EdgeCompileFunction(JSContext *ctx, const char *s, size_t n, const char *f, int l, int c,
                                    const char *const *p, int np, JSValueConst h)
{
    (void)s, (void)n, (void)f, (void)l, (void)c, (void)p, (void)np, (void)h;
    return THROW(ctx);
}
WEAK uint8_t *JS_EdgeWriteBytecode(JSContext *ctx, size_t *size, JSValueConst v, int s)
{
    (void)size, (void)v, (void)s;
    THROW(ctx);
    return NULL;
}
WEAK JSValue JS_EdgeReadBytecode(JSContext *ctx, const uint8_t *b, size_t n, JSValueConst h) { (void)b, (void)n, (void)h; return THROW(ctx); }
WEAK int JS_EdgeSetImportModuleDynamicallyCallback(JSContext *ctx, JSValueConst f) { (void)f; THROW(ctx); return -1; }
WEAK int JS_EdgeSetInitializeImportMetaCallback(JSContext *ctx, JSValueConst f) { (void)f; THROW(ctx); return -1; }
WEAK void JS_EdgeTerminate(JSRuntime *rt) { (void)rt; }
WEAK void JS_EdgeCancelTerminate(JSRuntime *rt) { (void)rt; }
WEAK int JS_EdgeIsTerminationException(JSContext *ctx)
{
    JSValue v = JS_GetException(ctx);
    int yes = JS_IsUncatchableError(v);
    JS_Throw(ctx, v);
    return yes;
}
WEAK JSValue JS_EdgeNewSourceModule(JSContext *ctx, const char *u, const char *s, size_t n, int l, int c, JSValueConst h)
{
    (void)u, (void)s, (void)n, (void)l, (void)c, (void)h;
    return THROW(ctx);
}
WEAK JSValue JS_EdgeNewSyntheticModule(JSContext *ctx, const char *u, const char *const *names, int n, JSValueConst s)
{
    (void)u, (void)names, (void)n, (void)s;
    return THROW(ctx);
}
WEAK int JS_EdgeModuleSetExport(JSContext *ctx, JSValueConst m, JSValueConst n, JSValueConst v) { (void)m, (void)n, (void)v; THROW(ctx); return -1; }
WEAK int JS_EdgeModuleSetWrap(JSContext *ctx, JSValueConst m, JSValueConst w) { (void)m, (void)w; THROW(ctx); return -1; }
WEAK JSValue JS_EdgeModuleGetRequests(JSContext *ctx, JSValueConst m) { (void)m; return THROW(ctx); }
WEAK int JS_EdgeModuleLink(JSContext *ctx, JSValueConst m, int n, JSValueConst *ms) { (void)m, (void)n, (void)ms; THROW(ctx); return -1; }
WEAK int JS_EdgeModuleInstantiate(JSContext *ctx, JSValueConst m) { (void)m; THROW(ctx); return -1; }
WEAK JSValue JS_EdgeModuleEvaluate(JSContext *ctx, JSValueConst m) { (void)m; return THROW(ctx); }
WEAK JSValue JS_EdgeModuleGetNamespace(JSContext *ctx, JSValueConst m) { (void)m; return THROW(ctx); }
WEAK JSEdgeModuleStatus JS_EdgeModuleGetStatus(JSContext *ctx, JSValueConst m) { (void)ctx, (void)m; return JS_EDGE_MODULE_UNINSTANTIATED; }
WEAK JSValue JS_EdgeModuleGetError(JSContext *ctx, JSValueConst m) { (void)m; return THROW(ctx); }
WEAK int JS_EdgeModuleHasTopLevelAwait(JSContext *ctx, JSValueConst m) { (void)ctx, (void)m; return 0; }
WEAK int JS_EdgeModuleIsGraphAsync(JSContext *ctx, JSValueConst m) { (void)m; THROW(ctx); return -1; }
WEAK JSValue JS_EdgeNewContext(JSContext *ctx, JSValueConst s) { (void)s; return THROW(ctx); }
WEAK JSContext *JS_EdgeContextOf(JSContext *ctx, JSValueConst v) { (void)ctx, (void)v; return NULL; }
WEAK void JS_EdgeAllowCodeGeneration(JSContext *ctx, int allow, const char *m) { (void)ctx, (void)allow, (void)m; }
WEAK void JS_EdgeFreezeHeap(JSRuntime *rt) { (void)rt; }
WEAK void JS_EdgeZeroFreeMemory(JSRuntime *rt) { (void)rt; }

/* engine_errors.h */
WEAK JSValue JS_EdgeGetCallSites(JSContext *ctx, int s, int m) { (void)s, (void)m; return JS_NewArray(ctx); }
WEAK int JS_EdgeGetErrorPosition(JSContext *ctx, JSValueConst e, JSEdgePosition *p) { (void)ctx, (void)e, (void)p; return 0; }
WEAK void JS_EdgeSetPrepareStackTraceCallback(JSContext *ctx, JSValueConst f) { (void)ctx, (void)f; }
