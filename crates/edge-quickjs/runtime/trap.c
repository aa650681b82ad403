/* Traps and kills: the way from engine code to the innermost landing point. */
#include "engine.h"
#include "wasm-rt.h"

__thread __attribute__((tls_model("initial-exec"))) EdgeEngine *edge_current;

/* Jumps over engine frames only: between the landing and here there is no Rust, because every call out of the engine
   puts `running` down and every call into it makes a landing of its own. */
__attribute__((noreturn, noinline, cold)) void edge_unwind(EdgeEngine *engine) {
  EDGE_FENCE();
  engine->running = 0;
  EDGE_FENCE();
  __builtin_longjmp(engine->landing->jump, 1);
}

WASM_RT_NO_RETURN void wasm_rt_trap(wasm_rt_trap_t code) {
  EdgeEngine *engine = edge_current;
  /* A trap that has nowhere to go would be a trap outside of any engine call: only instantiation, whose bounds the
     build fixes. */
  if (!engine || !engine->landing)
    __builtin_trap();
  engine->poison = (s32)code;
  edge_unwind(engine);
}

/* Where a signal handler shall continue instead of where it interrupted. */
typedef struct {
  uintptr_t pc;
  uintptr_t sp;
  uintptr_t argument;
} EdgeRedirect;

static int redirect(EdgeEngine *engine, s32 reason, EdgeRedirect *to) {
  if (!engine->poison)
    engine->poison = reason;
  engine->running = 0;
  to->pc = (uintptr_t)&edge_unwind;
  /* Below the frame that made the landing everything is dead; the interrupted stack pointer may be past the stack's end. */
  to->sp = ((uintptr_t)engine->landing->jump[2] - 512) & ~(uintptr_t)15;
#if defined(__x86_64__)
  to->sp -= sizeof(void *); /* as after a call */
#endif
  to->argument = (uintptr_t)engine;
  return 1;
}

/* A memory fault at `address` on this thread (async-signal-safe). 1: it was engine code's, continue at `to`. */
int edge_on_fault(uintptr_t address, EdgeRedirect *to) {
  EdgeEngine *engine = edge_current;
  if (!engine || !engine->running)
    return 0;
  uintptr_t base = (uintptr_t)engine->memory;
  /* UINTPTR_MAX: raised again by a handler that was called before ours; engine code has no other faults than ours. */
  if (address - base < engine->reserved || address == UINTPTR_MAX)
    return redirect(engine, WASM_RT_TRAP_OOB, to);
  /* The guard below the stack, and a frame's worth above it (the kernel's own stack gap on the main thread). */
  uintptr_t guard = (uintptr_t)1 << 20;
  if (address - (engine->stack_low - guard) < guard + 65536)
    return redirect(engine, EDGE_POISON_STACK, to);
  return 0;
}

/* The kill signal arrived on this thread (async-signal-safe). 1: continue at `to`. */
int edge_on_kill(EdgeRedirect *to) {
  EdgeEngine *engine = edge_current;
  if (!engine || !engine->running || !engine->poison)
    return 0;
  return redirect(engine, EDGE_POISON_KILLED, to);
}
