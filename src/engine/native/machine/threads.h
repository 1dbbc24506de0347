/*
 * The thread pool: the only global state of the engine. Workers sleep between parallel regions and live as long as the process
 * (the library is linked so that it is never unloaded under them).
 *
 * A region runs `job(context, index, worker)` for every index in [0, jobs), each once, on at most `threads` threads; the calling
 * thread is worker 0. Which worker gets which index is not fixed: a job's result must not depend on it. Regions of concurrent
 * callers follow one another.
 */
#ifndef THREADS_H
#define THREADS_H

enum { MAXIMUM_THREADS = 64 };

typedef void (*Job)(void *context, int index, int worker);

void parallel(int threads, int jobs, Job job, void *context);

#endif
