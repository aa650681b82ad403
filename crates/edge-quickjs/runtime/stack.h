/* The check of the host's stack, which engine code makes at each call of a JavaScript function: in the code of its callers, where a
   call of a function would cost them what they hold in registers. */
#ifndef EDGE_STACK_H
#define EDGE_STACK_H

#include <stdint.h>

/* What EdgeEngine (engine.h) starts with. */
typedef struct EdgeEngineHead {
  volatile int32_t poison;
  volatile uint32_t interrupt;
  volatile int32_t running;
  uint32_t limit_hit;
  uintptr_t stack_limit;
} EdgeEngineHead;

static inline uint32_t edge_stack_low(const void *engine) {
  uintptr_t here;
#if defined(__x86_64__)
  __asm__("movq %%rsp, %0" : "=r"(here));
#elif defined(__aarch64__)
  __asm__("mov %0, sp" : "=r"(here));
#else
  here = (uintptr_t)__builtin_frame_address(0);
#endif
  return here < ((const EdgeEngineHead *)engine)->stack_limit;
}

#endif
