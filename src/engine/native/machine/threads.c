#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

static struct {
  pthread_mutex_t region; /* held by the caller for a whole region */
  pthread_mutex_t lock;   /* protects what follows */
  pthread_cond_t wake, done;
  int workers;       /* threads started so far, the caller not counted */
  int invited, busy; /* workers taking part in this region; those still in it */
  uint64_t generation;
  Job job;
  void *context;
  int jobs;
  atomic_int next;
} pool = {
    .region = PTHREAD_MUTEX_INITIALIZER,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .wake = PTHREAD_COND_INITIALIZER,
    .done = PTHREAD_COND_INITIALIZER,
};

static void take_jobs(int worker) {
  for (int index; (index = atomic_fetch_add(&pool.next, 1)) < pool.jobs;) pool.job(pool.context, index, worker);
}

static void *work(void *argument) {
  const int worker = (int)(intptr_t)argument;
  uint64_t seen = 0;
  pthread_mutex_lock(&pool.lock);
  for (;;) {
    while (pool.generation == seen) pthread_cond_wait(&pool.wake, &pool.lock);
    seen = pool.generation;
    if (worker > pool.invited) continue;
    pthread_mutex_unlock(&pool.lock);
    take_jobs(worker);
    pthread_mutex_lock(&pool.lock);
    if (--pool.busy == 0) pthread_cond_signal(&pool.done);
  }
  return NULL;
}

/* Starts workers until `count` exist, or until the system refuses: then the region runs with fewer. */
static int start_workers(int count) {
  while (pool.workers < count) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    const int failed = pthread_create(&thread, &attributes, work, (void *)(intptr_t)(pool.workers + 1));
    pthread_attr_destroy(&attributes);
    if (failed) break;
    pool.workers++;
  }
  return pool.workers < count ? pool.workers : count;
}

void parallel(int threads, int jobs, Job job, void *context) {
  if (threads > MAXIMUM_THREADS) threads = MAXIMUM_THREADS;
  if (threads > jobs) threads = jobs;
  if (threads <= 1) {
    for (int index = 0; index < jobs; index++) job(context, index, 0);
    return;
  }
  pthread_mutex_lock(&pool.region);
  pthread_mutex_lock(&pool.lock);
  pool.invited = pool.busy = start_workers(threads - 1);
  pool.job = job;
  pool.context = context;
  pool.jobs = jobs;
  atomic_store(&pool.next, 0);
  pool.generation++;
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.lock);
  take_jobs(0);
  pthread_mutex_lock(&pool.lock);
  while (pool.busy > 0) pthread_cond_wait(&pool.done, &pool.lock);
  pthread_mutex_unlock(&pool.lock);
  pthread_mutex_unlock(&pool.region);
}
