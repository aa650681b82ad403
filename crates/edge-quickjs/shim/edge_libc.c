/* The few functions of libc that would otherwise ask WASI: time and text output. With these here no object of libc that
   imports anything is linked (tests/wasm_imports.rs). */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "edge_boundary.h"

int clock_gettime(clockid_t clock, struct timespec *out) {
  int64_t ns = clock == CLOCK_REALTIME ? edge_host_clock_realtime_ns() : edge_host_clock_monotonic_ns();
  out->tv_sec = ns / 1000000000;
  out->tv_nsec = ns % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  (void)zone;
  int64_t ns = edge_host_clock_realtime_ns();
  out->tv_sec = ns / 1000000000;
  out->tv_usec = ns % 1000000000 / 1000;
  return 0;
}

time_t time(time_t *out) {
  time_t now = edge_host_clock_realtime_ns() / 1000000000;
  if (out)
    *out = now;
  return now;
}

/* QuickJS wants the zone's offset and nothing else. */
struct tm *localtime_r(const time_t *restrict when, struct tm *restrict out) {
  memset(out, 0, sizeof *out);
  out->tm_gmtoff = (long)edge_host_tz_offset_minutes((int64_t)*when * 1000) * 60;
  return out;
}

_Noreturn void abort(void) {
  static const char message[] = "abort";
  edge_host_panic((void *)message, sizeof message - 1);
  __builtin_trap();
}

/* QuickJS prints only in its debugging dumps, which nothing calls: there is nowhere to print to. */
int printf(const char *restrict format, ...) {
  (void)format;
  return 0;
}

int fprintf(FILE *restrict file, const char *restrict format, ...) {
  (void)file, (void)format;
  return 0;
}

int putchar(int c) {
  return c;
}

int puts(const char *text) {
  (void)text;
  return 0;
}

int fputc(int c, FILE *file) {
  (void)file;
  return c;
}

int fputs(const char *restrict text, FILE *restrict file) {
  (void)text, (void)file;
  return 0;
}
