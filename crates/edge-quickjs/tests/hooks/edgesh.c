/*
 * edgesh.c - a small native shell over the patched engine for tests of
 * engine_hooks.h: runs a script with `print` and an object `edge` whose members are
 * the C functions under test. Built by run.sh; no part of the product.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "quickjs.h"
#include "engine_hooks.h"
#include "engine_errors.h"

/* ---- the host ---- */

static uintptr_t host_stack_lowest;

int edge_tz_name_byte(int64_t epoch_ms, int at) { (void)epoch_ms; (void)at; return 0; }

int edge_tz_offset_minutes(int64_t epoch_ms)
{
    time_t t = epoch_ms >= 0 ? epoch_ms / 1000 : -((-epoch_ms + 999) / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    return tm.tm_gmtoff / 60;
}

static int64_t now_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
int64_t edge_clock_realtime_ns(void) { return now_ns(CLOCK_REALTIME); }
int64_t edge_clock_monotonic_ns(void) { return now_ns(CLOCK_MONOTONIC); }
static uint64_t seed_counter = 42;
uint64_t edge_random_seed(void) { return seed_counter++ * 0x9E3779B97F4A7C15u; }
int edge_host_stack_low(void) { return (uintptr_t)__builtin_frame_address(0) < host_stack_lowest; }
int edge_atomics_wait(const void *address, int64_t expected, int is_64, int64_t timeout_ms)
{
    int64_t v = is_64 ? *(const int64_t *)address : *(const int32_t *)address;
    if (v != expected)
        return 1;
    if (timeout_ms < 0)
        return -1;
    return 2;
}
int edge_atomics_notify(const void *address, int count) { (void)address; (void)count; return 0; }
_Noreturn void edge_out_of_memory(void) { fprintf(stderr, "out of memory\n"); exit(134); }

/* ---- functions for scripts ---- */

#define FN(name) static JSValue name(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
#define ARG(i) (argc > (i) ? argv[i] : JS_UNDEFINED)

FN(js_print)
{
    for (int i = 0; i < argc; i++) {
        const char *s = JS_ToCString(ctx, argv[i]);
        if (!s)
            return JS_EXCEPTION;
        printf("%s%s", i ? " " : "", s);
        JS_FreeCString(ctx, s);
    }
    putchar('\n');
    return JS_UNDEFINED;
}

FN(f_newPrivateSymbol)
{
    const char *s = JS_ToCString(ctx, ARG(0));
    JSValue v = JS_EdgeNewPrivateSymbol(ctx, s);
    JS_FreeCString(ctx, s);
    return v;
}
FN(f_setPromiseHooks)
{
    if (JS_EdgeSetPromiseHooks(ctx, ARG(0), ARG(1), ARG(2), ARG(3)))
        return JS_EXCEPTION;
    return JS_UNDEFINED;
}
FN(f_setPromiseRejectCallback)
{
    return JS_EdgeSetPromiseRejectCallback(ctx, ARG(0)) ? JS_EXCEPTION : JS_UNDEFINED;
}
FN(f_getPromiseDetails)
{
    JSValue v, a;
    int st = JS_EdgeGetPromiseDetails(ctx, ARG(0), &v);
    if (st < 0)
        return JS_UNDEFINED;
    a = JS_NewArray(ctx);
    JS_SetPropertyUint32(ctx, a, 0, JS_NewInt32(ctx, st));
    if (st)
        JS_SetPropertyUint32(ctx, a, 1, v);
    return a;
}
FN(f_markPromiseAsHandled) { JS_EdgeMarkPromiseAsHandled(ctx, ARG(0)); return JS_UNDEFINED; }
FN(f_getContinuationData) { return JS_EdgeGetContinuationData(JS_GetRuntime(ctx)); }
FN(f_setContinuationData) { JS_EdgeSetContinuationData(JS_GetRuntime(ctx), ARG(0)); return JS_UNDEFINED; }
FN(f_enqueueMicrotask) { return JS_EdgeEnqueueMicrotask(ctx, ARG(0)) ? JS_EXCEPTION : JS_UNDEFINED; }
FN(f_runMicrotasks) { return JS_EdgeRunMicrotasks(JS_GetRuntime(ctx)) ? JS_EXCEPTION : JS_UNDEFINED; }
FN(f_gc) { JS_RunGC(JS_GetRuntime(ctx)); return JS_UNDEFINED; }
FN(f_reseed) { JS_EdgeReseedRandom(JS_GetRuntime(ctx)); return JS_UNDEFINED; }

static JSValue pair(JSContext *ctx, JSValue a, JSValue b)
{
    JSValue r = JS_NewArray(ctx);
    JS_SetPropertyUint32(ctx, r, 0, a);
    JS_SetPropertyUint32(ctx, r, 1, b);
    return r;
}

FN(f_classKind) { return JS_NewInt32(ctx, JS_EdgeClassKind(ctx, ARG(0))); }
FN(f_previewEntries)
{
    int kv;
    JSValue v = JS_EdgePreviewEntries(ctx, ARG(0), &kv);
    if (!JS_IsObject(v) || !JS_ToBool(ctx, ARG(1)))
        return v;
    return pair(ctx, v, JS_NewBool(ctx, kv));
}
FN(f_getProxyDetails)
{
    JSValue t, h;
    if (!JS_EdgeGetProxyDetails(ctx, ARG(0), &t, &h))
        return JS_UNDEFINED;
    return pair(ctx, t, h);
}
FN(f_getOwnNonIndexProperties)
{
    int filter = 0;
    JS_ToInt32(ctx, &filter, ARG(1));
    return JS_EdgeGetOwnNonIndexProperties(ctx, ARG(0), filter);
}
FN(f_getConstructorName) { return JS_EdgeGetConstructorName(ctx, ARG(0)); }
FN(f_generatorState) { return JS_NewInt32(ctx, JS_EdgeGetGeneratorState(ctx, ARG(0))); }
FN(f_isOneByteString) { return JS_NewBool(ctx, JS_EdgeIsOneByteString(ctx, ARG(0))); }
FN(f_functionInfo)
{
    JSEdgeFunctionInfo i;
    JSValue o;
    if (!JS_EdgeGetFunctionInfo(ctx, ARG(0), &i))
        return JS_UNDEFINED;
    o = JS_NewObject(ctx);
    JS_SetPropertyStr(ctx, o, "name", i.name);
    JS_SetPropertyStr(ctx, o, "file", i.file);
    JS_SetPropertyStr(ctx, o, "line", JS_NewInt32(ctx, i.line));
    JS_SetPropertyStr(ctx, o, "column", JS_NewInt32(ctx, i.column));
    JS_SetPropertyStr(ctx, o, "isNative", JS_NewBool(ctx, i.is_native));
    JS_SetPropertyStr(ctx, o, "isClass", JS_NewBool(ctx, i.is_class));
    return o;
}

FN(f_compileScript) /* source, filename, line, column, option */
{
    size_t len;
    const char *src = JS_ToCStringLen(ctx, &len, ARG(0)), *name = JS_ToCString(ctx, ARG(1));
    int line = 0, col = 0;
    JSValue r;
    JS_ToInt32(ctx, &line, ARG(2));
    JS_ToInt32(ctx, &col, ARG(3));
    r = JS_EdgeCompileScript(ctx, src, len, name, line, col, ARG(4));
    JS_FreeCString(ctx, src);
    JS_FreeCString(ctx, name);
    return r;
}
FN(f_runScript) { return JS_EdgeRunScript(ctx, ARG(0)); }
FN(f_compileFunction) /* source, filename, line, column, params, option */
{
    size_t len;
    const char *src = JS_ToCStringLen(ctx, &len, ARG(0)), *name = JS_ToCString(ctx, ARG(1));
    const char *params[16];
    int line = 0, col = 0, n = 0;
    JSValue r;
    JS_ToInt32(ctx, &line, ARG(2));
    JS_ToInt32(ctx, &col, ARG(3));
    r = JS_GetPropertyStr(ctx, ARG(4), "length");
    JS_ToInt32(ctx, &n, r);
    for (int i = 0; i < n; i++) {
        JSValue v = JS_GetPropertyUint32(ctx, ARG(4), i);
        params[i] = JS_ToCString(ctx, v);
        JS_FreeValue(ctx, v);
    }
    r = JS_EdgeCompileFunction(ctx, src, len, name, line, col, params, n, ARG(5));
    for (int i = 0; i < n; i++)
        JS_FreeCString(ctx, params[i]);
    JS_FreeCString(ctx, src);
    JS_FreeCString(ctx, name);
    return r;
}
FN(f_writeBytecode)
{
    size_t size;
    uint8_t *buf = JS_EdgeWriteBytecode(ctx, &size, ARG(0), JS_ToBool(ctx, ARG(1)));
    JSValue r;
    if (!buf)
        return JS_EXCEPTION;
    r = JS_NewArrayBufferCopy(ctx, buf, size);
    js_free(ctx, buf);
    return r;
}
FN(f_readBytecode)
{
    size_t size;
    uint8_t *buf = JS_GetArrayBuffer(ctx, &size, ARG(0));
    return JS_EdgeReadBytecode(ctx, buf, size, ARG(1));
}
FN(f_magicComment)
{
    size_t len;
    const char *src = JS_ToCStringLen(ctx, &len, ARG(0)), *name = JS_ToCString(ctx, ARG(1));
    JSValue r = JS_EdgeFindMagicComment(ctx, src, len, name);
    JS_FreeCString(ctx, src);
    JS_FreeCString(ctx, name);
    return r;
}
FN(f_getOption) { return JS_EdgeGetHostDefinedOption(ctx, ARG(0)); }
FN(f_getCurrentOption) { return JS_EdgeGetCurrentHostDefinedOption(ctx); }
FN(f_setImportCallback)
{
    return JS_EdgeSetImportModuleDynamicallyCallback(ctx, ARG(0)) ? JS_EXCEPTION : JS_UNDEFINED;
}
FN(f_setImportMetaCallback)
{
    return JS_EdgeSetInitializeImportMetaCallback(ctx, ARG(0)) ? JS_EXCEPTION : JS_UNDEFINED;
}
static int64_t deadline;
static int interrupt(JSRuntime *rt, void *opaque)
{
    (void)opaque;
    if (deadline && now_ns(CLOCK_MONOTONIC) > deadline)
        JS_EdgeTerminate(rt);
    return 0;
}
FN(f_runFor) /* ms, fn: its result, or 'terminated' */
{
    JSRuntime *rt = JS_GetRuntime(ctx);
    int ms = 0;
    JSValue r;
    JS_ToInt32(ctx, &ms, ARG(0));
    deadline = now_ns(CLOCK_MONOTONIC) + ms * (int64_t)1000000;
    JS_SetInterruptHandler(rt, interrupt, NULL);
    r = JS_Call(ctx, ARG(1), JS_UNDEFINED, 0, NULL);
    deadline = 0;
    JS_SetInterruptHandler(rt, NULL, NULL);
    if (JS_IsException(r) && JS_EdgeIsTerminationException(ctx)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        r = JS_NewString(ctx, "terminated");
    }
    JS_EdgeCancelTerminate(rt);
    return r;
}
FN(f_newContext) { return JS_EdgeNewContext(ctx, ARG(0)); }
FN(f_runScriptIn)
{
    JSContext *c = JS_EdgeContextOf(ctx, ARG(1));
    return c ? JS_EdgeRunScript(c, ARG(0)) : JS_ThrowTypeError(ctx, "not a context");
}

FN(f_newModule) /* url, source, option */
{
    size_t len;
    const char *url = JS_ToCString(ctx, ARG(0)), *src = JS_ToCStringLen(ctx, &len, ARG(1));
    JSValue r = JS_EdgeNewSourceModule(ctx, url, src, len, 0, 0, ARG(2));
    JS_FreeCString(ctx, url);
    JS_FreeCString(ctx, src);
    return r;
}
FN(f_newSynthetic) /* url, names, steps */
{
    const char *url = JS_ToCString(ctx, ARG(0)), *names[16];
    JSValue r = JS_GetPropertyStr(ctx, ARG(1), "length");
    int n = 0;
    JS_ToInt32(ctx, &n, r);
    for (int i = 0; i < n; i++) {
        JSValue v = JS_GetPropertyUint32(ctx, ARG(1), i);
        names[i] = JS_ToCString(ctx, v);
        JS_FreeValue(ctx, v);
    }
    r = JS_EdgeNewSyntheticModule(ctx, url, names, n, ARG(2));
    for (int i = 0; i < n; i++)
        JS_FreeCString(ctx, names[i]);
    JS_FreeCString(ctx, url);
    return r;
}
FN(f_setExport) { return JS_EdgeModuleSetExport(ctx, ARG(0), ARG(1), ARG(2)) ? JS_EXCEPTION : JS_UNDEFINED; }
FN(f_setWrap) { return JS_EdgeModuleSetWrap(ctx, ARG(0), ARG(1)) ? JS_EXCEPTION : JS_UNDEFINED; }
FN(f_getRequests) { return JS_EdgeModuleGetRequests(ctx, ARG(0)); }
FN(f_link)
{
    JSValue mods[64], r = JS_GetPropertyStr(ctx, ARG(1), "length");
    int n = 0, ret;
    JS_ToInt32(ctx, &n, r);
    for (int i = 0; i < n; i++)
        mods[i] = JS_GetPropertyUint32(ctx, ARG(1), i);
    ret = JS_EdgeModuleLink(ctx, ARG(0), n, (JSValueConst *)mods);
    for (int i = 0; i < n; i++)
        JS_FreeValue(ctx, mods[i]);
    return ret ? JS_EXCEPTION : JS_UNDEFINED;
}
FN(f_instantiate) { return JS_EdgeModuleInstantiate(ctx, ARG(0)) ? JS_EXCEPTION : JS_UNDEFINED; }
FN(f_evaluate) { return JS_EdgeModuleEvaluate(ctx, ARG(0)); }
FN(f_evaluateSync) { return JS_EdgeModuleEvaluateSync(ctx, ARG(0)); }
FN(f_namespace) { return JS_EdgeModuleGetNamespace(ctx, ARG(0)); }
FN(f_status) { return JS_NewInt32(ctx, JS_EdgeModuleGetStatus(ctx, ARG(0))); }
FN(f_moduleError) { return JS_EdgeModuleGetError(ctx, ARG(0)); }
FN(f_hasTLA) { return JS_NewBool(ctx, JS_EdgeModuleHasTopLevelAwait(ctx, ARG(0))); }
FN(f_isGraphAsync)
{
    int r = JS_EdgeModuleIsGraphAsync(ctx, ARG(0));
    return r < 0 ? JS_EXCEPTION : JS_NewBool(ctx, r);
}
FN(f_errorPosition)
{
    JSEdgePosition p;
    JSValue o;
    if (!JS_EdgeGetErrorPosition(ctx, ARG(0), &p))
        return JS_UNDEFINED;
    o = JS_NewObject(ctx);
    JS_SetPropertyStr(ctx, o, "file", p.file);
    JS_SetPropertyStr(ctx, o, "line", JS_NewInt32(ctx, p.line));
    JS_SetPropertyStr(ctx, o, "column", JS_NewInt32(ctx, p.column));
    JS_SetPropertyStr(ctx, o, "text", p.source_line);
    return o;
}

FN(f_allowCodeGeneration)
{
    JS_EdgeAllowCodeGeneration(JS_EdgeContextOf(ctx, ARG(0)), JS_ToBool(ctx, ARG(1)), NULL);
    return JS_UNDEFINED;
}
FN(f_globalOf) { return JS_GetGlobalObject(JS_EdgeContextOf(ctx, ARG(0))); }
FN(f_freeze) { JS_EdgeFreezeHeap(JS_GetRuntime(ctx)); return JS_UNDEFINED; }
FN(f_zeroFree) { JS_EdgeZeroFreeMemory(JS_GetRuntime(ctx)); return JS_UNDEFINED; }

static const struct { const char *name; JSCFunction *f; int n; } functions[] = {
#define E(n, l) { #n, f_##n, l }
    E(newPrivateSymbol, 1), E(setPromiseHooks, 4), E(setPromiseRejectCallback, 1),
    E(getPromiseDetails, 1), E(markPromiseAsHandled, 1), E(getContinuationData, 0),
    E(setContinuationData, 1), E(enqueueMicrotask, 1), E(runMicrotasks, 0), E(gc, 0), E(reseed, 0),
#include "edgesh_more.h"
};

static void dump_error(JSContext *ctx)
{
    JSValue e = JS_GetException(ctx);
    const char *s = JS_ToCString(ctx, e);
    printf("Uncaught %s\n", s ? s : "?");
    JS_FreeCString(ctx, s);
    if (JS_IsObject(e) && getenv("EDGESH_STACK")) {
        JSValue st = JS_GetPropertyStr(ctx, e, "stack");
        s = JS_ToCString(ctx, st);
        printf("%s\n", s);
        JS_FreeCString(ctx, s);
        JS_FreeValue(ctx, st);
    }
    JS_FreeValue(ctx, e);
}

static void microtask_error(JSContext *ctx, JSValueConst error, void *opaque)
{
    const char *s = JS_ToCString(ctx, error);
    (void)opaque;
    printf("microtask threw %s\n", s);
    JS_FreeCString(ctx, s);
}

static char *read_file(const char *name, size_t *len)
{
    FILE *f = fopen(name, "rb");
    char *buf;
    if (!f) {
        perror(name);
        exit(2);
    }
    fseek(f, 0, SEEK_END);
    *len = ftell(f);
    rewind(f);
    buf = malloc(*len + 1);
    if (fread(buf, 1, *len, f) != *len)
        exit(2);
    buf[*len] = 0;
    fclose(f);
    return buf;
}

static int exit_code;

static void *run(void *arg)
{
    char **files = arg;
    JSRuntime *rt = JS_NewRuntime();
    JSContext *ctx;
    JSValue global, edge, v;
    size_t len;

    host_stack_lowest = (uintptr_t)__builtin_frame_address(0) - 900 * 1024;
    JS_EdgeSetStackLimit(rt, (uintptr_t)__builtin_frame_address(0) - 600 * 1024);
    ctx = JS_NewContext(rt);
    JS_EdgeSetMicrotaskErrorCallback(rt, microtask_error, NULL);
    global = JS_GetGlobalObject(ctx);
    JS_SetPropertyStr(ctx, global, "print", JS_NewCFunction(ctx, js_print, "print", 1));
    edge = JS_NewObject(ctx);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        JS_SetPropertyStr(ctx, edge, functions[i].name,
                          JS_NewCFunction(ctx, functions[i].f, functions[i].name, functions[i].n));
    JS_SetPropertyStr(ctx, global, "edge", edge);
    JS_FreeValue(ctx, global);
    for (; *files; files++) {
        char *src = read_file(*files, &len);
        v = JS_Eval(ctx, src, len, *files, JS_EVAL_TYPE_GLOBAL);
        free(src);
        if (JS_IsException(v)) {
            dump_error(ctx);
            exit_code = 1;
        }
        JS_FreeValue(ctx, v);
        if (JS_EdgeRunMicrotasks(rt)) {
            dump_error(ctx);
            exit_code = 1;
        }
    }
    fflush(stdout);
    JS_FreeContext(ctx);
    JS_FreeRuntime(rt);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t;
    pthread_attr_t a;
    (void)argc;
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 1024 * 1024);
    pthread_create(&t, &a, run, argv + 1);
    pthread_join(t, NULL);
    return exit_code;
}
