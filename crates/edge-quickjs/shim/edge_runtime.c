/* The runtime, its first context, and memory for the host. */
#include <stdlib.h>
#include <string.h>

#include "edge_boundary.h"
#include "edge_runtime.h"
#include "engine_hooks.h"

JSRuntime *edge_rt;
JSContext *edge_ctx;

static int on_interrupt(JSRuntime *rt, void *opaque) {
  (void)rt, (void)opaque;
  return edge_host_interrupt_pending();
}

int32_t edge_init(void) {
  edge_rt = JS_NewRuntime();
  if (!edge_rt)
    return -1;
  /* The stack lies at the start of linear memory; what is left of it below this is for functions that do not ask. */
  JS_EdgeSetStackLimit(edge_rt, 256 << 10);
  JS_SetInterruptHandler(edge_rt, on_interrupt, NULL);
  edge_ctx = JS_NewContext(edge_rt);
  return edge_ctx ? 0 : -1;
}

void *edge_malloc(uint32_t size) {
  return malloc(size);
}

void edge_free(void *block) {
  free(block);
}
