/*
 * Who may touch what: every load and store of a kernel held against the barriers and fences between threads.
 *
 * In shared and device memory a word remembers who wrote and who read it last. Two threads may meet in a word, one of them
 * writing, only if something orders them:
 *
 *   in one block           a barrier of the block between them
 *   in different blocks    a fence of the first block, then its arrival at a counter, then another's arrival there and its
 *                          fence, with barriers of the blocks where other threads wrote before and read afterwards
 *   in different launches  the launches
 *
 * The place of a copy that is under way belongs to nobody, the thread that began it included. What lies outside of all
 * allocations may not be touched at all.
 *
 * Blocks run one after another here, so that no wrong number need come of a missing fence; that is why it is looked for. Kernels
 * are compiled with -fsanitize=thread, whose calls hooks.cpp answers, and all with -DCHECKED; else these functions do nothing.
 */
#ifndef SIMULATE_CHECKS_H
#define SIMULATE_CHECKS_H

#include <stddef.h>
#include <stdint.h>

namespace simulate {

/* A thread at a moment: `epoch` is how many barriers its block has passed. */
struct Moment {
  int block, thread;
  unsigned epoch;
};

#ifdef CHECKED
void checks_begin_launch(const unsigned char *shared, size_t shared_bytes, size_t shared_room);
void checks_begin_block();
/* What is wrong with a load or store, in words; null where nothing is. */
const char *checks_access(const Moment &who, const void *at, size_t bytes, bool write);
const char *checks_copy_begins(const Moment &who, const void *shared, size_t bytes);
const char *checks_copy_lands(const Moment &who, const void *shared, size_t bytes);
void checks_fence(const Moment &who);
const char *checks_counter(const Moment &who, const void *counter);
#else
static inline void checks_begin_launch(const unsigned char *, size_t, size_t) {}
static inline void checks_begin_block() {}
static inline const char *checks_access(const Moment &, const void *, size_t, bool) { return nullptr; }
static inline const char *checks_copy_begins(const Moment &, const void *, size_t) { return nullptr; }
static inline const char *checks_copy_lands(const Moment &, const void *, size_t) { return nullptr; }
static inline void checks_fence(const Moment &) {}
static inline const char *checks_counter(const Moment &, const void *) { return nullptr; }
#endif

} // namespace simulate

#endif
