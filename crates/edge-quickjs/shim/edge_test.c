/* For the tests of the boundary (tests/*.rs): scripts, a native function, and every way to break. Only the host can call
   these; a program cannot reach them. */
#include <stdlib.h>
#include <string.h>

#include "edge_boundary.h"
#include "edge_malloc.h"
#include "state.h"

double edge_eval_for_test(void *source, uint32_t len) {
  JSValue value = JS_Eval(edge.ctx, source, len, "<test>", JS_EVAL_TYPE_GLOBAL);
  double number = 0;
  if (JS_IsException(value) || JS_ToFloat64(edge.ctx, &number, value) < 0) {
    JS_FreeValue(edge.ctx, JS_GetException(edge.ctx));
    number = __builtin_nan("");
  }
  JS_FreeValue(edge.ctx, value);
  return number;
}

static JSValue native(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  int32_t id = 0;
  if (argc > 0 && JS_ToInt32(ctx, &id, argv[0]) < 0)
    return JS_EXCEPTION;
  return JS_NewInt32(ctx, edge_host_call_native(id, 0, argc));
}

void edge_natives_for_test(void) {
  JSValue global = JS_GetGlobalObject(edge.ctx);
  JS_SetPropertyStr(edge.ctx, global, "native", JS_NewCFunction(edge.ctx, native, "native", 1));
  JS_FreeValue(edge.ctx, global);
}

static JSValue function = JS_UNDEFINED;

double edge_call_for_test(int32_t argument) {
  (void)argument;
  if (JS_IsUndefined(function)) {
    JSValue global = JS_GetGlobalObject(edge.ctx);
    function = JS_GetPropertyStr(edge.ctx, global, "f");
    JS_FreeValue(edge.ctx, global);
  }
  JSValue value = JS_Call(edge.ctx, function, JS_UNDEFINED, 0, NULL);
  double number = 0;
  JS_ToFloat64(edge.ctx, &number, value);
  JS_FreeValue(edge.ctx, value);
  return number;
}

static __attribute__((noinline)) int recurse(volatile int *depth) {
  volatile int here = *depth + 1;
  return recurse(&here) + here;
}

/* Nothing of this lies in linear memory: only the machine's stack grows. */
static int (*volatile again)(int);

static int recurse_on_host_stack(int n) {
  return again(n + 1) * 3 + n;
}

int32_t edge_break_for_test(int32_t how) {
  switch (how) {
  case 0:
    return 0;
  case 1:
    return *(volatile int32_t *)0xfffffff0u;
  case 2:
    *(volatile int32_t *)0x7ffffff0u = 1;
    return 0;
  case 3:
    __builtin_trap();
  case 4:
    for (volatile int i = 0;; i = i + 1) {
    }
  case 5: {
    volatile int depth = 0;
    return recurse(&depth);
  }
  case 6:
    again = recurse_on_host_stack;
    return recurse_on_host_stack(0);
  case 7: {
    int32_t (*volatile wrong)(void) = (int32_t (*)(void))0xffff;
    return wrong();
  }
  case 8: {
    volatile int32_t seven = 7, zero = 0;
    return seven / zero;
  }
  default:
    return -1;
  }
}

/* Random blocks, each full of a value of its own, against everything the allocator offers. 0, or the line that failed. */
int32_t edge_malloc_for_test(uint32_t seed, uint32_t rounds) {
  enum { SLOTS = 512 };
  static struct {
    uint8_t *at;
    uint32_t len;
    uint8_t value;
  } slots[SLOTS];
  uint32_t random = seed | 1;
  for (uint32_t round = 0; round < rounds; round++) {
    random = random * 1664525 + 1013904223;
    uint32_t slot = (random >> 8) % SLOTS, kind = random >> 28;
    random = random * 1664525 + 1013904223;
    uint32_t len = (random >> 4) % (kind == 0 ? 300000 : kind < 4 ? 6000 : 300);
    uint8_t *at = slots[slot].at, value = (uint8_t)(random >> 20);
    if (at && (uintptr_t)at % 16)
      return __LINE__;
    for (uint32_t i = 0; at && i < slots[slot].len; i++)
      if (at[i] != slots[slot].value)
        return __LINE__;
    if (!at) {
      at = kind & 1 ? malloc(len) : calloc(1, len);
      if (!at || malloc_usable_size(at) < len)
        return __LINE__;
      for (uint32_t i = 0; !(kind & 1) && i < len; i++)
        if (at[i])
          return __LINE__;
    } else if (kind & 1) {
      free(at);
      slots[slot].at = NULL;
      continue;
    } else {
      at = realloc(at, len ? len : 1);
      if (!at)
        return __LINE__;
      for (uint32_t i = 0; i < len && i < slots[slot].len; i++)
        if (at[i] != slots[slot].value)
          return __LINE__;
    }
    memset(at, value, len);
    slots[slot].at = at;
    slots[slot].len = len;
    slots[slot].value = value;
    if (round % 1000 == 999)
      edge_heap_tidy();
    if (round % 50000 == 49999)
      edge_heap_retire(4096);
  }
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    for (uint32_t i = 0; slots[slot].at && i < slots[slot].len; i++)
      if (slots[slot].at[i] != slots[slot].value)
        return __LINE__;
    free(slots[slot].at);
    slots[slot].at = NULL;
  }
  return 0;
}
