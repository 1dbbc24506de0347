/*
 * The thread pool of threads.h on WebAssembly: the host starts a worker for each further thread, all on one shared memory, and
 * each calls `thread_help`, which never returns. Helpers sleep between regions. Only one thread may start regions: the host's
 * caller.
 */
#include "../native/machine/threads.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

static struct {
  atomic_int helpers; /* those that are ready */
  atomic_uint
      region;      /* number of the region, times 256, plus how many helpers are invited: one word, so that they fit together */
  atomic_int busy; /* invited helpers still at work */
  atomic_int next;
  Job job;
  void *context;
  int jobs;
} pool;

static void sleep_while(const void *word, unsigned value) { __builtin_wasm_memory_atomic_wait32((int *)word, (int)value, -1); }
static void wake(const void *word, unsigned count) { __builtin_wasm_memory_atomic_notify((int *)word, count); }

static void take_jobs(int worker) {
  for (int index; (index = atomic_fetch_add(&pool.next, 1)) < pool.jobs;) pool.job(pool.context, index, worker);
}

__attribute__((export_name("thread_help"))) void thread_help(void) {
  /* Read before it is counted: a region that invites it must look new to it. */
  unsigned seen = atomic_load(&pool.region);
  const unsigned worker = (unsigned)atomic_fetch_add(&pool.helpers, 1) + 1;
  for (;;) {
    sleep_while(&pool.region, seen);
    const unsigned region = atomic_load(&pool.region);
    if (region == seen) continue;
    seen = region;
    if (worker > region % 256) continue;
    take_jobs((int)worker);
    if (atomic_fetch_sub(&pool.busy, 1) == 1) wake(&pool.busy, 1);
  }
}

void parallel(int threads, int jobs, Job job, void *context) {
  if (threads > MAXIMUM_THREADS) threads = MAXIMUM_THREADS;
  if (threads > jobs) threads = jobs;
  const int ready = atomic_load(&pool.helpers);
  const int invited = threads - 1 < ready ? threads - 1 : ready;
  if (invited <= 0) {
    for (int index = 0; index < jobs; index++) job(context, index, 0);
    return;
  }
  pool.job = job;
  pool.context = context;
  pool.jobs = jobs;
  atomic_store(&pool.next, 0);
  atomic_store(&pool.busy, invited);
  atomic_store(&pool.region, (atomic_load(&pool.region) / 256 + 1) * 256 + (unsigned)invited);
  wake(&pool.region, MAXIMUM_THREADS);
  take_jobs(0);
  for (int busy; (busy = atomic_load(&pool.busy)) > 0;) sleep_while(&pool.busy, (unsigned)busy);
}
