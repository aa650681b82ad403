/*
 * engine_host.inc.h - included near the top of quickjs.c (patch 0201): small
 * pieces between the engine and its host that must be known before the engine's
 * own code.
 */

#if defined(__wasi__)
/* The engine's Atomics want a mutex around a list of waiters. Waiting is the host's
   (edge_atomics_wait), and one instance runs on one thread, so these do nothing. */
typedef int js_once_t;
typedef int js_mutex_t;
typedef int js_cond_t;
#define JS_ONCE_INIT 0
static inline void js_once(js_once_t *guard, void (*callback)(void))
{
    if (!*guard) {
        *guard = 1;
        callback();
    }
}
static inline void js_mutex_init(js_mutex_t *m) { (void)m; }
static inline void js_mutex_lock(js_mutex_t *m) { (void)m; }
static inline void js_mutex_unlock(js_mutex_t *m) { (void)m; }
static inline void js_cond_init(js_cond_t *c) { (void)c; }
static inline void js_cond_destroy(js_cond_t *c) { (void)c; }
static inline void js_cond_signal(js_cond_t *c) { (void)c; }
static inline void js_cond_wait(js_cond_t *c, js_mutex_t *m) { (void)c; (void)m; }
static inline int js_cond_timedwait(js_cond_t *c, js_mutex_t *m, uint64_t t)
{
    (void)c; (void)m; (void)t;
    return -1;
}
#endif

/* Offset (east positive, minutes) for a local time given as if it were UTC. Where
   clocks jump, ECMAScript wants the offset before the transition: a time that
   happens twice is the first of the two, one that never happens is moved on. */
static int edge_local_offset_minutes(int64_t local_ms)
{
    const int64_t limit = 8640000000000000, day = 86400000;
    int before, after;

    if (local_ms > limit + day || local_ms < -limit - day)
        return 0; /* time_clip() makes it NaN */
    before = edge_tz_offset_minutes(local_ms - day);
    after = edge_tz_offset_minutes(local_ms + day);
    if (before == after)
        return before;
    if (edge_tz_offset_minutes(local_ms - before * (int64_t)60000) == before)
        return before;
    if (edge_tz_offset_minutes(local_ms - after * (int64_t)60000) == after)
        return after;
    return before;
}

/* " (Name of the Zone)" of local time at an instant, as Date.prototype.toString ends (0250);
   how many bytes. Nothing when the host knows no name. */
static int edge_put_zone_name(char *buf, size_t size, double epoch_ms)
{
    int length = 0, c;
    size_t n = 0;

    for (; (c = edge_tz_name_byte((int64_t)epoch_ms, length)) > 0 && n + 4 < size; length++) {
        if (n == 0) {
            buf[n++] = ' ';
            buf[n++] = '(';
        }
        buf[n++] = (char)c;
    }
    if (n > 0)
        buf[n++] = ')';
    return (int)n;
}

/* An array that is being joined (0250); innermost first. */
typedef struct JSEdgeJoining {
    JSObject *object;
    struct JSEdgeJoining *outer;
} JSEdgeJoining;

/* The hooks' part of JSRuntime and JSContext. */
typedef struct JSEdgeRuntime {
    JSEdgeJoining *joining;
    uintptr_t stack_limit;        /* absolute, 0: the engine's own */
    int n_private_symbols;
    JSValue promise_hooks[4];     /* init, before, after, settled */
    JSValue promise_reject_callback;
    JSValue continuation_data;
    bool in_microtasks;
    JSValueConst *reaction;       /* arguments of the promise_reaction_job that runs, or NULL */
    JSEdgeMicrotaskError *microtask_error;
    void *microtask_error_opaque;
    JSValue import_callback;
    JSValue import_meta_callback;
    JSValue compile_referrer;     /* of the source being compiled or read */
    bool compile_explicit;        /* set by the functions below, not inherited by eval */
    int compile_first_byte, compile_col_offset; /* columns of the line that starts there */
    uint32_t module_stamp;        /* number of the last graph walk */
    bool terminating;
    JSClassID external_class;
    JSClassID record_class;
    JSClassID script_class;
    JSClassID module_class;
    JSClassID context_class;
    JSClassID global_class;
    struct list_head waiters;     /* of Atomics.waitAsync */
    struct list_head frozen_list; /* GC objects that the collector leaves alone */
    size_t heap_limit;            /* 0: not known */
    struct JSWeakRefData **kept; /* whose targets live until the jobs are done (0220) */
    size_t kept_count;
    size_t kept_size;
    JSValue natives_syntax; /* what %Name(...) calls; undefined: not in the language */
} JSEdgeRuntime;

typedef struct JSEdgeContext {
    JSValue default_host_option;
    JSValue code_generation_message;
    bool code_generation_denied;
    bool own_microtasks;          /* they run at the end of each script */
} JSEdgeContext;
