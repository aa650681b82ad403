/* The `intrinsic` lines of boundary.in. */
#include "engine.h"
#include "engine_w2c.h"
#include "stack.h"
#include <stddef.h>

_Static_assert(offsetof(EdgeEngine, stack_limit) == offsetof(EdgeEngineHead, stack_limit), "stack.h says how an EdgeEngine starts");

u32 w2c_env_stack_low(struct w2c_env *env) { return edge_stack_low(env); }

u32 w2c_env_interrupt_pending(struct w2c_env *env) {
  if (__builtin_expect(((EdgeEngine *)env)->interrupt == 0, 1))
    return 0;
  return w2c_env_interrupt(env);
}
