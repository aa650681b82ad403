
/* Ours, from runtime/instance.inc.c: behind wasm2c's file 0, whose initialisers are static. */
#include "engine.h"

size_t edge_instance_size(void) {
  return sizeof(w2c_engine);
}

/* A generous bound of the table's bytes, for the memory that Rust gives it. */
size_t edge_table_bytes(void) {
  return sizeof(elem_segment_exprs_w2c_engine_e0) / sizeof(elem_segment_exprs_w2c_engine_e0[0]) * sizeof(wasm_rt_funcref_t) + 65536;
}

/* Fills the one table of the process. Rust makes its memory read-only afterwards. */
static wasm_rt_funcref_table_t edge_table;

extern void *edge_table_memory;

void edge_table_fill(void *memory) {
  static w2c_engine first;
  edge_table_memory = memory;
  init_tables(&first);
  init_elem_instances(&first);
  edge_table = first.w2c_T0;
}

/* Makes `instance` one of `engine`. `image_pages` = 0: a fresh one, data segments copied into the (committed) memory, with
   `_initialize` still to be run; else its memory is already there with that many pages. */
void edge_instantiate(EdgeEngine *engine, w2c_engine *instance, u32 image_pages, u32 stack_pointer) {
  EdgeEngine *outer = edge_current;
  edge_current = engine;
  engine->instance = (struct w2c_engine *)instance;
  init_instance_import(instance, (struct w2c_env *)engine);
  init_globals(instance);
  instance->w2c_T0 = edge_table;
  if (image_pages) {
    wasm_rt_allocate_memory(&instance->w2c_memory, image_pages, 65536, 0, 65536);
    instance->w2c_0x5F_stack_pointer = stack_pointer;
  } else {
    init_memories(instance);
    init_data_instances(instance);
  }
  edge_current = outer;
}

u32 edge_stack_pointer(w2c_engine *instance) {
  return instance->w2c_0x5F_stack_pointer;
}

/* The constructors of a fresh instance; an image has run them. */
int edge_call_initialize(EdgeEngine *engine) {
  EDGE_ENTER(engine);
  w2c_engine_0x5Finitialize(engine->instance);
  EDGE_LEAVE(engine);
  return 0;
}
