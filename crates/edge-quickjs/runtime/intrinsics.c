/* The `intrinsic` lines of boundary.in. */
#include "engine.h"
#include "engine_w2c.h"

u32 w2c_env_stack_low(struct w2c_env *env) {
  return (uintptr_t)__builtin_frame_address(0) < ((EdgeEngine *)env)->stack_limit;
}

u32 w2c_env_interrupt_pending(struct w2c_env *env) {
  if (__builtin_expect(((EdgeEngine *)env)->interrupt == 0, 1))
    return 0;
  return w2c_env_interrupt(env);
}
