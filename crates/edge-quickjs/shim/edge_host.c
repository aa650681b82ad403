/* The host functions that the engine's patches ask for (engine_hooks.h, part 1), from the boundary's imports. */
#include "engine_hooks.h"

#include "edge_boundary.h"

int edge_tz_offset_minutes(int64_t epoch_ms) {
  return edge_host_tz_offset_minutes(epoch_ms);
}

int edge_tz_name_byte(int64_t epoch_ms, int at) {
  return edge_host_tz_name_byte(epoch_ms, at);
}

int64_t edge_clock_realtime_ns(void) {
  return edge_host_clock_realtime_ns();
}

int64_t edge_clock_monotonic_ns(void) {
  return edge_host_clock_monotonic_ns();
}

uint64_t edge_random_seed(void) {
  return (uint64_t)edge_host_random_seed();
}

int edge_atomics_wait(const void *address, int64_t expected, int is_64, int64_t timeout_ms) {
  return edge_host_atomics_wait((void *)address, expected, is_64, timeout_ms);
}

int edge_atomics_notify(const void *address, int count) {
  return edge_host_atomics_notify((void *)address, count);
}

_Noreturn void edge_out_of_memory(void) {
  /* The host knows this text: see native_call.rs. */
  static const char message[] = "out of memory";
  edge_host_panic((void *)message, sizeof message - 1);
  __builtin_trap();
}
