/* One engine as the C side of the boundary sees it. The same layout is `RawEngine` in src/instance.rs. */
#ifndef EDGE_ENGINE_H
#define EDGE_ENGINE_H

#include <stdint.h>

typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;
typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef float f32;
typedef double f64;
#define WASM_RT_CORE_TYPES_DEFINED

typedef struct EdgeEngine EdgeEngine;
struct w2c_engine;

/* Why an engine is poisoned (PoisonReason in src/trap.rs). 1 to 15 are wasm-rt.h's traps. */
enum {
  EDGE_POISON_STACK = 10,
  EDGE_POISON_KILLED = 16,
  EDGE_POISON_PANIC = 17,
  EDGE_POISON_MEMORY = 18,
};

/* Rust's functions, in the order of boundary.in. */
typedef struct EdgeHostTable {
  /* Makes bytes `from` to `to` of linear memory usable; 0 is success. */
  s32 (*commit)(EdgeEngine *engine, u64 from, u64 to);
#include "edge_host_table.h"
} EdgeHostTable;

/* Where a trap goes: one on the C stack for every host call into the engine that has not returned. */
typedef struct EdgeLanding {
  void *jump[5];
  struct EdgeLanding *previous;
  EdgeEngine *outer;
} EdgeLanding;

struct EdgeEngine {
  /* Not 0: broken or killed, and why. Other threads write it (kill). */
  volatile s32 poison;
  /* Not 0: the engine's interrupt handler shall ask the host. Other threads write it. */
  volatile u32 interrupt;
  /* 1 exactly while this thread runs engine code of this engine: the only time when a jump to the landing is right. */
  volatile s32 running;
  /* A growth was refused because of the limit. */
  u32 limit_hit;
  /* The host's stack: below `stack_limit` the engine must throw, `stack_low` is the end of it. */
  uintptr_t stack_limit;
  uintptr_t stack_low;
  EdgeLanding *landing;
  struct w2c_engine *instance;
  u8 *memory;
  /* Bytes reserved (guard included), usable, in use as wasm sees it, allowed. */
  u64 reserved;
  u64 committed;
  u64 size;
  u64 limit;
  const EdgeHostTable *host;
  /* Rust's own. */
  void *context;
};

/* The engine whose call is innermost on this thread. A signal handler reads it: the model must not allocate. */
extern __thread __attribute__((tls_model("initial-exec"))) EdgeEngine *edge_current;

__attribute__((noreturn, cold)) void edge_unwind(EdgeEngine *engine);

#define EDGE_FENCE() __asm__ volatile("" ::: "memory")

/* `running` goes up before `poison` is looked at and down before the landing goes: a kill in between either finds us
   running, or we find the poison. */
#define EDGE_ENTER(engine)                               \
  EdgeLanding landing;                                   \
  if (__builtin_expect((engine)->poison != 0, 0))        \
    return 1;                                            \
  landing.previous = (engine)->landing;                  \
  landing.outer = edge_current;                          \
  if (__builtin_setjmp(landing.jump)) {                  \
    EdgeEngine *landed = edge_current;                   \
    EdgeLanding *here = landed->landing;                 \
    landed->landing = here->previous;                    \
    edge_current = here->outer;                          \
    return 1;                                            \
  }                                                      \
  (engine)->landing = &landing;                          \
  edge_current = (engine);                               \
  EDGE_FENCE();                                          \
  (engine)->running = 1;                                 \
  EDGE_FENCE();                                          \
  if (__builtin_expect((engine)->poison != 0, 0))        \
    edge_unwind(engine);

#define EDGE_LEAVE(engine)                \
  EDGE_FENCE();                           \
  (engine)->running = 0;                  \
  EDGE_FENCE();                           \
  (engine)->landing = landing.previous;   \
  edge_current = landing.outer;

#define EDGE_TO_HOST(engine) \
  EDGE_FENCE();              \
  (engine)->running = 0;     \
  EDGE_FENCE();

#define EDGE_FROM_HOST(engine)                    \
  EDGE_FENCE();                                   \
  (engine)->running = 1;                          \
  EDGE_FENCE();                                   \
  if (__builtin_expect((engine)->poison != 0, 0)) \
    edge_unwind(engine);

#endif
