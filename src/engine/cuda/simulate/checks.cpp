#include "checks.h"

#ifdef CHECKED
#include <map>
#include <unordered_map>
#include <vector>

#include <stdio.h>

#include "memory.h"

namespace simulate {

namespace {

enum { NOBODY = -1, SEVERAL = -2, WORD = 2 /* bytes, those of the smallest number */, MOST_THREADS = 1024 };

/* Of threads that nothing orders, the reads of all but one are remembered as SEVERAL. */
struct Access {
  unsigned serial; /* of the launch, in shared memory of the block; what is older is ordered */
  int block, thread;
  unsigned epoch;
};

struct Word {
  Access write, read;
  unsigned under_way; /* serial while a copy is to land here */
};

unsigned serials, launch_serial, block_serial;
const unsigned char *shared_at;
size_t shared_size, shared_reserved;
std::vector<Word> shared_words;
std::unordered_map<size_t, std::vector<Word>> device_words; /* by allocation */

/* Up to which barrier a block's writes are seen: those before are. */
using Seen = std::map<int, unsigned>;
std::map<const void *, Seen> published; /* by counter */
/* Of the block that runs: what it knows, since which barrier; what it will know at a fence behind its arrival, and that arrival;
 * for each thread the barriers that the block had passed at its last fence, or NOBODY. */
Seen known, arriving;
unsigned known_since;
Moment arrival;
std::vector<int> fences;

char text[400];

bool is_ordered(const Access &earlier, const Moment &who, bool is_shared) {
  if (earlier.serial != (is_shared ? block_serial : launch_serial) || earlier.thread == NOBODY) return true;
  if (earlier.block == who.block) return earlier.thread == who.thread || earlier.epoch != who.epoch;
  const auto found = known.find(earlier.block);
  return who.epoch > known_since && found != known.end() && earlier.epoch < found->second;
}

const char *name_of(const Access &access, char *name, size_t size) {
  if (access.thread == SEVERAL || access.block == SEVERAL) snprintf(name, size, "several threads");
  else snprintf(name, size, "thread %d of block %d", access.thread, access.block);
  return name;
}

const char *race(const Access &earlier, const char *did, const Moment &who, const char *does, bool is_shared) {
  char name[64];
  snprintf(text, sizeof text,
           "race in %s memory: thread %d of block %d %s what %s %s, and no %s is between them (after barrier %u of the block)",
           is_shared ? "shared" : "device", who.thread, who.block, does, name_of(earlier, name, sizeof name), did,
           earlier.block == who.block ? "barrier" : "fence with a counter", who.epoch);
  return text;
}

/* The words of an address, the first of them; null where it is nobody's to check. */
Word *words_of(const Moment &who, const void *at, size_t bytes, bool &is_shared, const char *&problem) {
  const unsigned char *p = (const unsigned char *)at;
  is_shared = p >= shared_at && p < shared_at + shared_reserved;
  const bool inside = is_shared ? p + bytes <= shared_at + shared_size : memory_holds((uint64_t)at, bytes);
  if (!is_shared && !memory_owns((uint64_t)at)) return nullptr;
  if (!inside) {
    snprintf(text, sizeof text, "illegal address: thread %d of block %d touches %zu bytes outside of %s", who.thread, who.block,
             bytes, is_shared ? "the launch's shared memory" : "every allocation");
    problem = text;
    return nullptr;
  }
  if (is_shared) return &shared_words[(size_t)(p - shared_at) / WORD];
  const Place place = memory_place((uint64_t)at);
  std::vector<Word> &words = device_words[place.allocation];
  if (words.empty()) words.resize((place.size + WORD - 1) / WORD);
  return &words[place.offset / WORD];
}

/* Writing to shared memory at the beginning or at the landing of a copy is a write like any other. */
const char *touch(const Moment &who, const void *at, size_t bytes, bool write, const char *does, bool landing, bool begins) {
  bool is_shared;
  const char *problem = nullptr;
  Word *word = words_of(who, at, bytes, is_shared, problem);
  if (word == nullptr) return problem;
  const unsigned serial = is_shared ? block_serial : launch_serial;
  const size_t first = (uintptr_t)at / WORD, last = ((uintptr_t)at + bytes - 1) / WORD;
  for (size_t i = 0; i <= last - first; i++) {
    Word &w = word[i];
    if (!landing && w.under_way == serial) {
      snprintf(text, sizeof text, "copy under way: thread %d of block %d %s where a copy has not been waited for", who.thread,
               who.block, does);
      return text;
    }
    if (!is_ordered(w.write, who, is_shared)) return race(w.write, "wrote", who, does, is_shared);
    if (write && !is_ordered(w.read, who, is_shared)) return race(w.read, "read", who, does, is_shared);
    const Access now = {serial, who.block, who.thread, who.epoch};
    if (write) w.write = now;
    else if (w.read.serial == serial && w.read.block != who.block) w.read.block = SEVERAL;
    else if (w.read.serial == serial && w.read.epoch == who.epoch && w.read.thread != who.thread) w.read.thread = SEVERAL;
    else w.read = now;
    if (begins) w.under_way = serial;
    else if (landing) w.under_way = 0;
  }
  return nullptr;
}

} // namespace

void checks_begin_launch(const unsigned char *shared, size_t shared_bytes, size_t shared_room) {
  launch_serial = ++serials;
  shared_at = shared;
  shared_size = shared_bytes;
  shared_reserved = shared_room;
  shared_words.resize(shared_room / WORD);
  published.clear();
}

void checks_begin_block() {
  block_serial = ++serials;
  known.clear();
  arriving.clear();
  fences.assign(MOST_THREADS, NOBODY);
}

const char *checks_access(const Moment &who, const void *at, size_t bytes, bool write) {
  return touch(who, at, bytes, write, write ? "writes" : "reads", false, false);
}
const char *checks_copy_begins(const Moment &who, const void *shared, size_t bytes) {
  return touch(who, shared, bytes, true, "begins a copy over", false, true);
}
const char *checks_copy_lands(const Moment &who, const void *shared, size_t bytes) {
  return touch(who, shared, bytes, true, "copies over", true, false);
}

/* Whether something a thread did is before the moment of another, or the same, of its block. */
static bool is_before(int thread, unsigned epoch, const Moment &who) { return thread == who.thread || epoch < who.epoch; }

void checks_fence(const Moment &who) {
  fences[who.thread] = (int)who.epoch;
  if (arriving.empty() || !is_before(arrival.thread, arrival.epoch, who)) return;
  for (const auto &[block, epoch] : arriving)
    if (known[block] < epoch) known[block] = epoch;
  known_since = who.epoch;
}

const char *checks_counter(const Moment &who, const void *counter) {
  if (!memory_owns((uint64_t)counter) || !memory_holds((uint64_t)counter, sizeof(unsigned))) {
    snprintf(text, sizeof text, "illegal address: thread %d of block %d counts outside of every allocation", who.thread,
             who.block);
    return text;
  }
  Seen &seen = published[counter];
  for (int thread = 0; thread < MOST_THREADS; thread++) {
    if (fences[thread] == NOBODY || !is_before(thread, (unsigned)fences[thread], who)) continue;
    seen[who.block] = seen[who.block] < (unsigned)fences[thread] ? (unsigned)fences[thread] : seen[who.block];
    for (const auto &[block, epoch] : known)
      if (seen[block] < epoch) seen[block] = epoch;
  }
  arriving = seen;
  arrival = who;
  return nullptr;
}

} // namespace simulate
#endif
