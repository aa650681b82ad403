/* Linear memory and the function table for wasm2c's C. The mapping itself is Rust's (edge-wasix `memory`). */
#include "engine.h"
#include "wasm-rt.h"

/* The engine being instantiated is `edge_current` (instance.inc.c). */
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint64_t initial, uint64_t maximum, bool is64, uint32_t page) {
  EdgeEngine *engine = edge_current;
  memory->data = engine->memory;
  memory->data_end = engine->memory + engine->reserved;
  memory->page_size = page;
  memory->pages = initial;
  memory->max_pages = maximum;
  memory->size = initial * page;
  memory->is64 = is64;
  engine->size = memory->size;
}

uint64_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint64_t delta) {
  EdgeEngine *engine = edge_current;
  uint64_t old = memory->pages;
  uint64_t pages = old + delta;
  if (delta == 0)
    return old;
  if (pages < old || pages > memory->max_pages || pages * memory->page_size > engine->limit) {
    engine->limit_hit = 1;
    return UINT32_MAX;
  }
  uint64_t size = pages * memory->page_size;
  if (size > engine->committed) {
    EDGE_TO_HOST(engine);
    s32 status = engine->host->commit(engine, engine->committed, size);
    EDGE_FROM_HOST(engine);
    if (status != 0)
      return UINT32_MAX;
  }
  memory->pages = pages;
  memory->size = size;
  engine->size = size;
  return old;
}

/* Rust unmaps it. */
void wasm_rt_free_memory(wasm_rt_memory_t *memory) {
  (void)memory;
}

bool wasm_rt_is_initialized(void) {
  return true;
}

/* One table for the process, in memory that Rust makes read-only once it is filled. */
extern void *edge_table_memory;
void *edge_table_memory;

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t elements, uint32_t maximum) {
  table->data = edge_table_memory;
  table->size = elements;
  table->max_size = maximum;
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table) {
  (void)table;
}
