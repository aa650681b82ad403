/*
 * engine_errors.h - what patches 01xx add to QuickJS-NG's C interface: error
 * stacks, call sites and source positions as Node's library expects of V8.
 *
 * All functions follow the engine's conventions: JSValueConst arguments are
 * borrowed, JSValue results are owned by the caller, JS_EXCEPTION (or -1) means
 * that an exception is pending in ctx. Lines and columns count from 1, columns
 * in UTF-16 code units, as V8's CallSite methods give them.
 */
#ifndef EDGE_ENGINE_ERRORS_H
#define EDGE_ENGINE_ERRORS_H

#include "quickjs.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sets the function that makes the value of an error's `stack` when it is read
 * for the first time: func(globalThis, error, callSites), with the global object
 * of the realm in which the error was made. A context without a callback of its
 * own uses the one of the oldest context of its runtime, so vm contexts
 * share the main realm's. JS_UNDEFINED removes it: the engine then looks up
 * Error.prepareStackTrace(error, callSites), or else formats in V8's default way.
 * Node: errors.setPrepareStackTraceCallback.
 */
void JS_EdgeSetPrepareStackTraceCallback(JSContext *ctx, JSValueConst func);

/*
 * The current JavaScript stack, innermost frame first, as an array of CallSite
 * objects (the same objects that prepareStackTrace receives). `skip` frames are
 * left out at the top, at most `max` are returned. Frames that V8 does not show
 * (call, apply, bind, Reflect.*, host functions) are neither counted nor returned.
 */
JSValue JS_EdgeGetCallSites(JSContext *ctx, int skip, int max);

typedef struct JSEdgePosition {
    JSValue file;        /* string; JS_UNDEFINED if unknown */
    JSValue source_line; /* string without line end; JS_UNDEFINED unless known: known for
                            SyntaxErrors of the parser, and where a function on the error's
                            stack kept its source text and that has the whole line */
    int line;            /* 1-based, 0 if unknown */
    int column;          /* 1-based, 0 if unknown */
    int end_column;      /* 1-based, exclusive; column + 1 if unknown */
} JSEdgePosition;

/*
 * Where an error comes from. For a SyntaxError of the parser the offending token; for
 * the value (of any type) that JavaScript threw last and did not catch, the place of
 * the throw, as V8's uncaught-exception message has it; otherwise the innermost frame
 * of the stack captured when the error was made. Works before `stack` is read and
 * afterwards, and never runs JavaScript. Returns 1 and fills *pos (free its
 * two values), or 0 when err carries no captured stack; never throws.
 */
int JS_EdgeGetErrorPosition(JSContext *ctx, JSValueConst err, JSEdgePosition *pos);

void JS_EdgeFreePosition(JSContext *ctx, JSEdgePosition *pos);

/*
 * File, line and column of the current frame `depth` JavaScript frames up (0 =
 * innermost shown frame). Cheaper than call sites. Returns 1 or 0 (no such frame).
 */
int JS_EdgeGetCurrentPosition(JSContext *ctx, int depth, JSEdgePosition *pos);

/*
 * Captures the current stack onto obj as Error.captureStackTrace(obj, until) does
 * (until: JS_UNDEFINED for the whole stack). Returns 0, or -1 with an exception.
 */
int JS_EdgeCaptureStackTrace(JSContext *ctx, JSValueConst obj, JSValueConst until);

#ifdef __cplusplus
}
#endif

#endif /* EDGE_ENGINE_ERRORS_H */
