/*
 * host.c - what the patched engine asks of its host (engine_hooks.h), for a native build of
 * QuickJS-NG's own test262 runner. ARCHITECTURE.md has the commands. Not part of the product.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t edge_clock_realtime_ns(void) { return now_ns(CLOCK_REALTIME); }
int64_t edge_clock_monotonic_ns(void) { return now_ns(CLOCK_MONOTONIC); }
uint64_t edge_random_seed(void) { return now_ns(CLOCK_REALTIME); }
int edge_host_stack_low(void) { return 0; }
int edge_tz_name_byte(int64_t ms, int at) { return 0; }
_Noreturn void edge_out_of_memory(void) { abort(); }
int edge_record_kind(uint32_t record) { return 0; }
void edge_weak_gone(uint32_t record) {}

int edge_tz_offset_minutes(int64_t ms)
{
    time_t t = ms / 1000 - (ms % 1000 < 0);
    struct tm tm;
    return localtime_r(&t, &tm) ? tm.tm_gmtoff / 60 : 0;
}

/* Atomics.wait between the runner's agents, which are threads. */
struct waiter { const void *address; int woken; pthread_cond_t cond; struct waiter *next; };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *waiters;

int edge_atomics_wait(const void *address, int64_t expected, int is_64, int64_t timeout_ms)
{
    struct waiter self = { .address = address }, **at;
    int64_t end = now_ns(CLOCK_REALTIME) + timeout_ms * 1000000;
    struct timespec until = { end / 1000000000, end % 1000000000 };
    int timed_out = 0;

    pthread_mutex_lock(&lock);
    if ((is_64 ? *(volatile int64_t *)address : *(volatile int32_t *)address) != expected) {
        pthread_mutex_unlock(&lock);
        return 1;
    }
    pthread_cond_init(&self.cond, NULL);
    for (at = &waiters; *at; at = &(*at)->next)
        ;
    *at = &self;
    while (!self.woken && !timed_out) {
        if (timeout_ms < 0)
            pthread_cond_wait(&self.cond, &lock);
        else
            timed_out = pthread_cond_timedwait(&self.cond, &lock, &until) == ETIMEDOUT;
    }
    for (at = &waiters; *at; at = &(*at)->next) {
        if (*at == &self) {
            *at = self.next;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&self.cond);
    return self.woken ? 0 : 2;
}

int edge_atomics_notify(const void *address, int count)
{
    int n = 0;
    struct waiter **at = &waiters;

    pthread_mutex_lock(&lock);
    while (*at && n < count) {
        struct waiter *w = *at;
        if (w->address == address) {
            *at = w->next;
            w->woken = 1;
            pthread_cond_signal(&w->cond);
            n++;
        } else {
            at = &w->next;
        }
    }
    pthread_mutex_unlock(&lock);
    return n;
}
