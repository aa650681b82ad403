/*
 * engine_hooks.h - what patches 02xx and engine_hooks*.inc.h add to QuickJS-NG's
 * C interface: what Node's library needs of V8 and the engine does not offer
 * (private symbols, promise hooks, details of values, scripts with host-defined
 * options, module records, vm contexts, a frozen heap).
 *
 * All functions follow the engine's conventions: JSValueConst arguments are
 * borrowed, JSValue results are owned by the caller, JS_EXCEPTION (or -1) means
 * that an exception is pending in ctx. "Owned" module and context values are
 * ordinary objects without a prototype: they can lie in any handle, property or
 * reference, and the garbage collector follows them.
 */
#ifndef EDGE_ENGINE_HOOKS_H
#define EDGE_ENGINE_HOOKS_H

#include <stddef.h>
#include <stdint.h>
#include "quickjs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. What the host provides ------------------------------------------ */

/* Offset of local time from UTC in minutes, east positive (Paris in winter:
   +60), at an instant given in ms since the epoch, UTC. */
extern int edge_tz_offset_minutes(int64_t epoch_ms);
/* A byte (ASCII) of the zone's English name at an instant; 0 past its end, and where
   it is not known. */
extern int edge_tz_name_byte(int64_t epoch_ms, int at);
/* Wall clock, nanoseconds since the epoch. */
extern int64_t edge_clock_realtime_ns(void);
/* Monotonic clock, nanoseconds since any fixed instant. */
extern int64_t edge_clock_monotonic_ns(void);
/* A seed for Math.random and hash tables; asked for once per realm made and once
   per realm by JS_EdgeReseedRandom. */
extern uint64_t edge_random_seed(void);
/* Non-zero when the machine stack of the calling thread is nearly used up. Asked
   together with the engine's own limit wherever the engine recurses. */
extern int edge_host_stack_low(void);
/* Atomics.wait on an address in engine memory that holds an int32 or int64: waits at
   most timeout_ms (-1: no limit). 0 woken, 1 the value is not `expected`, 2 timed out,
   below 0: waiting is not possible here (the engine throws a TypeError). */
extern int edge_atomics_wait(const void *address, int64_t expected, int is_64, int64_t timeout_ms);
/* Atomics.notify: wakes at most `count` waiters, returns how many. */
extern int edge_atomics_notify(const void *address, int count);
/* The heap is full: ends the engine from outside, and does not return. */
extern _Noreturn void edge_out_of_memory(void);

/* Gives Math.random a fresh seed in every realm; call it after an image restore. */
void JS_EdgeReseedRandom(JSRuntime *rt);
/* The lowest address to which the engine's own (shadow) stack may grow; 0 turns
   that check off. Stays as it is when the thread or entry depth changes. */
void JS_EdgeSetStackLimit(JSRuntime *rt, uintptr_t lowest_address);

/* ---- 2. Private symbols -------------------------------------------------- */

/* A symbol value with the semantics of V8's private symbols: obj[sym] reads,
   writes and tests own properties only, on any object (frozen ones, proxies without
   calling a trap), and no listing or copying ever shows it. typeof is 'symbol'. */
JSValue JS_EdgeNewPrivateSymbol(JSContext *ctx, const char *description);
int JS_EdgeIsPrivateSymbol(JSContext *ctx, JSValueConst v);

/* ---- 3. Promises, microtasks, async context ------------------------------ */

/* V8's Context::SetPromiseHooks, for the runtime: init(promise, parent),
   before(promise), after(promise), settled(promise); JS_UNDEFINED: none. What a
   hook throws is thrown again by a microtask, so it ends as uncaught. Returns 0 or -1. */
int JS_EdgeSetPromiseHooks(JSContext *ctx, JSValueConst init, JSValueConst before,
                           JSValueConst after, JSValueConst settled);

/* What `%Name(a, b)` calls: func('Name', a, b). JS_UNDEFINED (as at the start): a syntax
   error. Texts that are compiled from now on; returns 0 or -1. */
int JS_EdgeSetNativesSyntax(JSContext *ctx, JSValueConst func);

/* Numbers of task_queue.promiseRejectEvents. */
typedef enum JSEdgePromiseRejectEvent {
    JS_EDGE_PROMISE_REJECT_WITH_NO_HANDLER = 0,
    JS_EDGE_PROMISE_HANDLER_ADDED_AFTER_REJECT = 1,
    JS_EDGE_PROMISE_REJECT_AFTER_RESOLVED = 2,
    JS_EDGE_PROMISE_RESOLVE_AFTER_RESOLVED = 3,
} JSEdgePromiseRejectEvent;

/* func(type, promise, reason or value); JS_UNDEFINED removes it. For type 1 the
   reason is undefined, as in V8. What it throws is thrown again by a microtask. */
int JS_EdgeSetPromiseRejectCallback(JSContext *ctx, JSValueConst func);

/* 0 pending, 1 fulfilled, 2 rejected, -1 not a promise (no exception). *result
   (may be NULL) receives value or reason, else JS_UNDEFINED. */
int JS_EdgeGetPromiseDetails(JSContext *ctx, JSValueConst promise, JSValue *result);
/* Keeps a promise out of rejection tracking. Returns 0, or -1 if no promise. */
int JS_EdgeMarkPromiseAsHandled(JSContext *ctx, JSValueConst promise);

/* The async-context slot (V8: continuation-preserved embedder data): saved when a
   promise reaction, await or microtask is queued, put back while it runs. */
JSValue JS_EdgeGetContinuationData(JSRuntime *rt);
void JS_EdgeSetContinuationData(JSRuntime *rt, JSValueConst data);

/* Queues fn() as a microtask, in the current async context. Returns 0 or -1. */
int JS_EdgeEnqueueMicrotask(JSContext *ctx, JSValueConst fn);
/* Lets go of what was seen through a WeakRef since the last time: when the jobs are done. */
void JS_EdgeClearKept(JSRuntime *rt);
/* Runs microtasks until none is left; may be called from inside JavaScript and
   from inside a microtask. An exception goes to the callback below and the loop goes
   on. Returns 0, or -1 when execution was terminated (the error is pending in
   the context of the job; the queue keeps its other jobs). */
int JS_EdgeRunMicrotasks(JSRuntime *rt);

/* From now on JS_EdgeRunScript ends with the context's own microtasks (vm: afterEvaluate). */
void JS_EdgeSetOwnMicrotasks(JSContext *ctx);

/* Tells those of Atomics.waitAsync whose time is up. */
void JS_EdgeExpireWaiters(JSRuntime *rt);
/* Receives what a microtask threw (borrowed). Without one it is dropped. */
typedef void JSEdgeMicrotaskError(JSContext *ctx, JSValueConst error, void *opaque);
void JS_EdgeSetMicrotaskErrorCallback(JSRuntime *rt, JSEdgeMicrotaskError *cb, void *opaque);

/* ---- 4. Details of values ------------------------------------------------ */

typedef enum JSEdgeClassKind {
    JS_EDGE_KIND_NONE = 0,            /* not an object */
    JS_EDGE_KIND_OBJECT,              /* ordinary, or any class not named here */
    JS_EDGE_KIND_ARRAY,
    JS_EDGE_KIND_ERROR,               /* Error.isError: any realm, any prototype */
    JS_EDGE_KIND_NUMBER_OBJECT,
    JS_EDGE_KIND_STRING_OBJECT,
    JS_EDGE_KIND_BOOLEAN_OBJECT,
    JS_EDGE_KIND_SYMBOL_OBJECT,
    JS_EDGE_KIND_BIGINT_OBJECT,
    JS_EDGE_KIND_ARGUMENTS,
    JS_EDGE_KIND_DATE,
    JS_EDGE_KIND_REGEXP,
    JS_EDGE_KIND_MODULE_NAMESPACE,
    JS_EDGE_KIND_FUNCTION,            /* any plain function, native ones included */
    JS_EDGE_KIND_BOUND_FUNCTION,
    JS_EDGE_KIND_GENERATOR_FUNCTION,
    JS_EDGE_KIND_ASYNC_FUNCTION,
    JS_EDGE_KIND_ASYNC_GENERATOR_FUNCTION,
    JS_EDGE_KIND_CLASS,               /* class constructor */
    JS_EDGE_KIND_GENERATOR,
    JS_EDGE_KIND_ASYNC_GENERATOR,
    JS_EDGE_KIND_PROMISE,
    JS_EDGE_KIND_PROXY,
    JS_EDGE_KIND_MAP,
    JS_EDGE_KIND_SET,
    JS_EDGE_KIND_WEAK_MAP,
    JS_EDGE_KIND_WEAK_SET,
    JS_EDGE_KIND_WEAK_REF,
    JS_EDGE_KIND_FINALIZATION_REGISTRY,
    JS_EDGE_KIND_MAP_ITERATOR,
    JS_EDGE_KIND_SET_ITERATOR,
    JS_EDGE_KIND_ARRAY_ITERATOR,
    JS_EDGE_KIND_STRING_ITERATOR,
    JS_EDGE_KIND_REGEXP_STRING_ITERATOR,
    JS_EDGE_KIND_ITERATOR_HELPER,     /* Iterator.prototype.map(), Iterator.from()... */
    JS_EDGE_KIND_ARRAY_BUFFER,
    JS_EDGE_KIND_SHARED_ARRAY_BUFFER,
    JS_EDGE_KIND_DATA_VIEW,
    JS_EDGE_KIND_UINT8_CLAMPED_ARRAY, /* the typed arrays stay in one block, */
    JS_EDGE_KIND_INT8_ARRAY,
    JS_EDGE_KIND_UINT8_ARRAY,
    JS_EDGE_KIND_INT16_ARRAY,
    JS_EDGE_KIND_UINT16_ARRAY,
    JS_EDGE_KIND_INT32_ARRAY,
    JS_EDGE_KIND_UINT32_ARRAY,
    JS_EDGE_KIND_BIGINT64_ARRAY,
    JS_EDGE_KIND_BIGUINT64_ARRAY,
    JS_EDGE_KIND_FLOAT16_ARRAY,
    JS_EDGE_KIND_FLOAT32_ARRAY,
    JS_EDGE_KIND_FLOAT64_ARRAY,       /* ... first to last, in this order */
    JS_EDGE_KIND_DISPOSABLE_STACK,
    JS_EDGE_KIND_ASYNC_DISPOSABLE_STACK,
    JS_EDGE_KIND_RAW_JSON,
    JS_EDGE_KIND_CALL_SITE,
    JS_EDGE_KIND_MODULE,              /* value of JS_EdgeNew...Module */
    JS_EDGE_KIND_CONTEXT,             /* value of JS_EdgeNewContext */
    JS_EDGE_KIND_EXTERNAL,            /* napi_external */
    JS_EDGE_KIND_HOST,                /* any other class that the host registered */
} JSEdgeClassKind;

/* Never runs JavaScript, never throws; a proxy is a proxy, whatever it wraps. */
JSEdgeClassKind JS_EdgeClassKind(JSContext *ctx, JSValueConst v);
/* The class whose objects are EXTERNAL above (the shim's class of napi_external). */
void JS_EdgeSetExternalClass(JSRuntime *rt, JSClassID class_id);

/* Map, Set, WeakMap, WeakSet and the iterators of the first two (not advanced): a
   flat array, keys and values in turn for maps and entries iterators. JS_UNDEFINED
   for anything else. *is_key_value (may be NULL): whether entries are pairs. */
JSValue JS_EdgePreviewEntries(JSContext *ctx, JSValueConst v, int *is_key_value);

/* 1 and the two values (null when revoked), 0 if v is no proxy. */
int JS_EdgeGetProxyDetails(JSContext *ctx, JSValueConst v, JSValue *target, JSValue *handler);

/* Own keys that are no array indices, symbols included, as an array; filter is
   V8's PropertyFilter: 0 all, 1 only writable, 2 only enumerable, 4 only configurable,
   8 skip strings, 16 skip symbols. */
JSValue JS_EdgeGetOwnNonIndexProperties(JSContext *ctx, JSValueConst obj, int filter);

/* Name of the class of obj, walking prototypes without calling a getter or trap;
   'Object' if there is none. util.getConstructorName. */
JSValue JS_EdgeGetConstructorName(JSContext *ctx, JSValueConst obj);

typedef enum JSEdgeGeneratorState {
    JS_EDGE_GENERATOR_NONE = -1,      /* no generator */
    JS_EDGE_GENERATOR_SUSPENDED = 0,
    JS_EDGE_GENERATOR_RUNNING = 1,
    JS_EDGE_GENERATOR_CLOSED = 2,
} JSEdgeGeneratorState;
JSEdgeGeneratorState JS_EdgeGetGeneratorState(JSContext *ctx, JSValueConst v);

/* 1 if v is a string of one-byte (latin1) storage, else 0. */
int JS_EdgeIsOneByteString(JSContext *ctx, JSValueConst v);

typedef struct JSEdgeFunctionInfo {
    JSValue name;        /* own data property `name` if a string, else '' */
    JSValue file;        /* script name; JS_UNDEFINED for native functions */
    int line, column;    /* 1-based position of the definition, 0 if unknown */
    int is_native;
    int is_async, is_generator, is_class, is_strict;
} JSEdgeFunctionInfo;
/* 1 and *info (free it), 0 if v is no function. Bound functions: their target's. */
int JS_EdgeGetFunctionInfo(JSContext *ctx, JSValueConst v, JSEdgeFunctionInfo *info);
void JS_EdgeFreeFunctionInfo(JSContext *ctx, JSEdgeFunctionInfo *info);

/* The realm (borrowed) in which a function was made, or obj's creation realm as far
   as its class knows it; ctx itself if unknown. */
JSContext *JS_EdgeGetCreationContext(JSContext *ctx, JSValueConst obj);

/* ---- 5. Scripts, host-defined options, termination ----------------------- */

/* Sources are UTF-8 (WTF-8 for lone surrogates) and must have a zero byte at
   source[len]. line_offset and col_offset are V8's ScriptOrigin: 0-based; the column
   offset holds for the first line only. host_option: a symbol or JS_UNDEFINED. */

/* Compiles a classic script without running it. The result is an object without
   prototype (kind HOST) that can be run any number of times in any realm. */
JSValue JS_EdgeCompileScript(JSContext *ctx, const char *source, size_t len,
                             const char *filename, int line_offset, int col_offset,
                             JSValueConst host_option);
/* Runs it in the realm of target; result is the completion value. */
JSValue JS_EdgeRunScript(JSContext *target, JSValueConst script);

/* V8's ScriptCompiler::CompileFunction: a function with the given parameter names
   whose body is source; what the source says can not end the body early. */
JSValue JS_EdgeCompileFunction(JSContext *ctx, const char *source, size_t len,
                               const char *filename, int line_offset, int col_offset,
                               const char *const *params, int n_params,
                               JSValueConst host_option);

/* Bytecode of a script (as above), or of a function made by JS_EdgeCompileFunction
   or of a module made by JS_EdgeNewSourceModule and not yet instantiated. Freed with
   js_free(ctx, ptr). strip_source: leave the text for toString out; file names and
   positions stay. The host-defined option is not part of it: it is given at load. */
uint8_t *JS_EdgeWriteBytecode(JSContext *ctx, size_t *size, JSValueConst v, int strip_source);
/* The reverse: a script object, a new closure of the function in the realm ctx, or
   an unlinked module. Only for trusted bytes. */
JSValue JS_EdgeReadBytecode(JSContext *ctx, const uint8_t *buf, size_t size,
                            JSValueConst host_option);

/* Last comment of the form //# sourceMappingURL= or //# sourceURL= in a source, as a
   string; JS_UNDEFINED if there is none. */
JSValue JS_EdgeFindMagicComment(JSContext *ctx, const char *source, size_t len, const char *name);

/* The host-defined option of a function, script or module value; JS_UNDEFINED if
   it has none. */
JSValue JS_EdgeGetHostDefinedOption(JSContext *ctx, JSValueConst v);
/* Of the innermost running JavaScript function. */
JSValue JS_EdgeGetCurrentHostDefinedOption(JSContext *ctx);
/* Option of code that has none of its own in this realm (V8: of the context). */
void JS_EdgeSetDefaultHostDefinedOption(JSContext *ctx, JSValueConst option);

/* func(referrerSymbol, specifier, phase, attributes, referrerName) -> promise, for
   import() of the runtime; phase: 2 evaluation (1 source: not in this engine);
   attributes: null-prototype object. Without it import() rejects. */
int JS_EdgeSetImportModuleDynamicallyCallback(JSContext *ctx, JSValueConst func);
/* func(symbol, meta, wrap), called when a module first reads import.meta; wrap as
   set by JS_EdgeModuleSetWrap. */
int JS_EdgeSetInitializeImportMetaCallback(JSContext *ctx, JSValueConst func);

/* Ends running JavaScript as soon as it polls: an error that no catch, finally or
   promise sees. Stays in force (new calls end at once too) until cancelled. Safe
   from the interrupt handler; from another thread set the handler's flag instead. */
void JS_EdgeTerminate(JSRuntime *rt);
void JS_EdgeCancelTerminate(JSRuntime *rt);
int JS_EdgeIsTerminating(JSRuntime *rt);
/* 1 if the pending exception of ctx is the uncatchable one. */
int JS_EdgeIsTerminationException(JSContext *ctx);

/* ---- 6. Module records ---------------------------------------------------- */

typedef enum JSEdgeModuleStatus {     /* V8's and ModuleWrap's numbers */
    JS_EDGE_MODULE_UNINSTANTIATED = 0,
    JS_EDGE_MODULE_INSTANTIATING = 1,
    JS_EDGE_MODULE_INSTANTIATED = 2,
    JS_EDGE_MODULE_EVALUATING = 3,
    JS_EDGE_MODULE_EVALUATED = 4,
    JS_EDGE_MODULE_ERRORED = 5,
} JSEdgeModuleStatus;

/* Source text module; unlinked. SyntaxErrors are thrown here. */
JSValue JS_EdgeNewSourceModule(JSContext *ctx, const char *url, const char *source, size_t len,
                               int line_offset, int col_offset, JSValueConst host_option);
/* Synthetic module with the given export names; at evaluation steps is called with
   this = the wrap (or the module value if no wrap was set) and no arguments. A promise
   that it returns is not waited for (V8). */
JSValue JS_EdgeNewSyntheticModule(JSContext *ctx, const char *url, const char *const *names,
                                  int n_names, JSValueConst steps);
/* Sets (or changes, even after evaluation) an export of a synthetic module. Throws a
   ReferenceError for an unknown name. */
int JS_EdgeModuleSetExport(JSContext *ctx, JSValueConst module, JSValueConst name,
                           JSValueConst value);

/* The object that stands for the module in JavaScript (ModuleWrap): kept by the
   module and handed to the import.meta callback. */
int JS_EdgeModuleSetWrap(JSContext *ctx, JSValueConst module, JSValueConst wrap);
JSValue JS_EdgeModuleGetWrap(JSContext *ctx, JSValueConst module);

/* Array, in source order, of null-prototype {specifier, attributes, phase}; the same
   specifier with the same attributes is there once. */
JSValue JS_EdgeModuleGetRequests(JSContext *ctx, JSValueConst module);
/* modules[i] answers request i. Throws if the count differs. Sync. */
int JS_EdgeModuleLink(JSContext *ctx, JSValueConst module, int n, JSValueConst *modules);
/* Resolves all names of the graph. Throws V8's SyntaxErrors (JS_EdgeGetErrorPosition gives the
   import) and the module stays uninstantiated; or an Error with code
   ERR_VM_MODULE_LINK_FAILURE when a request has not been linked. */
int JS_EdgeModuleInstantiate(JSContext *ctx, JSValueConst module);
/* The promise of the evaluation; a graph without top-level await has run when this
   returns. Evaluating again gives the same promise. */
JSValue JS_EdgeModuleEvaluate(JSContext *ctx, JSValueConst module);
/* Evaluates a graph without top-level await and returns the namespace, or throws
   what the evaluation threw (that rejection is marked as handled). */
JSValue JS_EdgeModuleEvaluateSync(JSContext *ctx, JSValueConst module);
JSValue JS_EdgeModuleGetNamespace(JSContext *ctx, JSValueConst module);
JSEdgeModuleStatus JS_EdgeModuleGetStatus(JSContext *ctx, JSValueConst module);
/* The error of an errored module, else JS_UNDEFINED. */
JSValue JS_EdgeModuleGetError(JSContext *ctx, JSValueConst module);
int JS_EdgeModuleHasTopLevelAwait(JSContext *ctx, JSValueConst module);
/* 1 if it or anything it depends on awaits at top level; -1 with an exception
   before instantiation. */
int JS_EdgeModuleIsGraphAsync(JSContext *ctx, JSValueConst module);
int JS_EdgeModuleIsSynthetic(JSContext *ctx, JSValueConst module);
JSValue JS_EdgeModuleGetUrl(JSContext *ctx, JSValueConst module);
/* Array of Errors whose places are the awaits that the graph of an unfinished module stands at, as V8 finds them. */
JSValue JS_EdgeModuleGetStalledAwaits(JSContext *ctx, JSValueConst module);

/* ---- 7. vm contexts -------------------------------------------------------- */

/* A realm of its own with all intrinsics. sandbox: the object behind the global, with
   the interceptor semantics of vm.createContext; JS_UNDEFINED: a plain global
   (vm.constants.DONT_CONTEXTIFY). Returns a context value that keeps the realm. */
JSValue JS_EdgeNewContext(JSContext *ctx, JSValueConst sandbox);
/* The realm of a context value (borrowed); NULL if v is none. */
JSContext *JS_EdgeContextOf(JSContext *ctx, JSValueConst v);
/* Whether eval and new Function work in that realm, and what the EvalError says
   otherwise (NULL: V8's text). */
void JS_EdgeAllowCodeGeneration(JSContext *ctx, int allow, const char *message);

/* Bytes that the heap may have (0: not known). Nothing is refused because of it: cycles are looked for in time. */
void JS_EdgeSetHeapLimit(JSRuntime *rt, size_t limit);

/* ---- 8. Boot image --------------------------------------------------------- */

/* Collects garbage, then makes every living object permanent: the cycle
   collector neither scans nor writes them from now on and takes them as roots.
   Reference counts still free them. Allocation goes to fresh pages afterwards. */
void JS_EdgeFreezeHeap(JSRuntime *rt);
/* Fills free blocks of the engine's own pools with zeros. */
void JS_EdgeZeroFreeMemory(JSRuntime *rt);

#ifdef __cplusplus
}
#endif

#endif /* EDGE_ENGINE_HOOKS_H */
