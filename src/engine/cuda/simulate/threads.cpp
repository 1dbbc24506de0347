#include "threads.h"

#include <stdarg.h>
#include <stdio.h>

#include <vector>

#include "checks.h"
#include "fibers.h"

namespace simulate {

int running;
Index own_block, grid;

namespace {

enum State { READY, IN_WARP, AT_BARRIER, ENDED };

struct Copy {
  void *to;
  const void *from;
  size_t bytes;
};

struct Thread {
  State state;
  const char *name; /* of the operation that it waits in */
  std::vector<Copy> copies;
  std::vector<size_t> groups; /* where in `copies` each group that is under way ends */
};

struct Warp {
  int arrived;
  Exchange exchange;
};

struct alignas(1024) Shared {
  unsigned char bytes[SHARED_ROOM];
};

Thread threads[MOST_THREADS];
Warp warps[MOST_THREADS / WARP];
Shared shared;
int count;      /* of threads in a block */
unsigned epoch; /* barriers that the block has passed */
const Kernel *kernels, *kernel;
void **arguments;
char fault_text[600];
bool failed;

Moment now_of(int thread) { return {(int)((own_block.z * grid.y + own_block.y) * grid.x + own_block.x), thread, epoch}; }
Moment now() { return now_of(running); }

/* Ends the launch, from inside a thread: it is left where it is. */
void fault(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(fault_text, sizeof fault_text, format, list);
  va_end(list);
  failed = true;
  fiber_suspend(running);
}
void fault_if(const char *problem) {
  if (problem != nullptr) fault("%s", problem);
}

void wait(State state, const char *name) {
  Thread &own = threads[running];
  own.state = state;
  own.name = name;
  fiber_suspend(running);
}

void begin_thread() {
  kernel->call(arguments);
  Thread &own = threads[running];
  if (!own.copies.empty()) fault("thread %d ends while a copy of its own is under way", running);
  own.state = ENDED;
  fiber_suspend(running);
}

/* Order. */

uint64_t random_state;
unsigned draw(unsigned below) { /* xorshift*, Vigna 2016 */
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (unsigned)((random_state * 0x2545f4914f6cdd1dull >> 33) % below);
}

/* The numbers 0, 1, ... n - 1 in an order of this kind. */
void arrange(std::vector<unsigned> &numbers, unsigned n, unsigned order) {
  numbers.resize(n);
  for (unsigned i = 0; i < n; i++) numbers[i] = order == BACKWARD ? n - 1 - i : i;
  if (order < SHUFFLED) return;
  for (unsigned i = n - 1; i > 0; i--) std::swap(numbers[i], numbers[draw(i + 1)]);
}

/* The next turn of every thread that is ready. False where there was none. */
bool take_turns(const std::vector<unsigned> &turns) {
  bool any = false;
  for (const unsigned i : turns) {
    if (threads[i].state != READY) continue;
    running = (int)i;
    fiber_resume((int)i);
    any = true;
    if (failed) return true;
  }
  return any;
}

/* Where all others are when nobody can go on. */
void describe_standstill() {
  for (int i = 1; i < count; i++) {
    const Thread &a = threads[0], &b = threads[i];
    if (a.state == b.state && (a.state == ENDED || a.name == b.name)) continue;
    running = i;
    const char *at = a.state == ENDED ? "the end" : a.name, *other = b.state == ENDED ? "the end" : b.name;
    snprintf(fault_text, sizeof fault_text, "standstill: thread 0 is at %s and thread %d at %s, and each waits for the others",
             at, i, other);
    failed = true;
    return;
  }
}

bool release_barrier() {
  for (int i = 0; i < count; i++)
    if (threads[i].state != AT_BARRIER) return false;
  for (int i = 0; i < count; i++) threads[i].state = READY;
  epoch++;
  return true;
}

bool all_ended() {
  for (int i = 0; i < count; i++)
    if (threads[i].state != ENDED) return false;
  return true;
}

void run_block(size_t shared_bytes, unsigned order) {
  memset(shared.bytes, 0xff, shared_bytes);
  checks_begin_block();
  epoch = 0;
  for (int i = 0; i < count; i++) {
    threads[i].state = READY;
    threads[i].copies.clear();
    threads[i].groups.clear();
    fiber_begin(i, begin_thread);
  }
  for (int w = 0; w < count / WARP; w++) warps[w].arrived = 0;

  std::vector<unsigned> turns, own;
  while (!failed) {
    bool any = false;
    if (order >= SHUFFLED) {
      arrange(turns, (unsigned)count, order);
      any = take_turns(turns);
    } else {
      arrange(turns, (unsigned)count, order);
      for (size_t first = 0; first < turns.size() && !failed; first += WARP) {
        own.assign(turns.begin() + (long)first, turns.begin() + (long)first + WARP);
        while (!failed && take_turns(own)) any = true;
      }
    }
    if (any || failed || release_barrier()) continue;
    if (all_ended()) return;
    describe_standstill();
  }
}

} // namespace

Kernel::Kernel(const char *name, unsigned threads, void (*call)(void **parameters))
    : name(name), threads(threads), call(call), next(kernels) {
  kernels = this;
}

const Kernel *find(const char *name) {
  const Kernel *found = kernels;
  while (found != nullptr && strcmp(found->name, name) != 0) found = found->next;
  return found;
}

const char *launch(const Kernel &which, Index size, size_t shared_bytes, unsigned order, void **parameters) {
  kernel = &which;
  arguments = parameters;
  grid = size;
  count = (int)which.threads;
  failed = false;
  random_state = 0x9e3779b97f4a7c15ull + order;
  checks_begin_launch(shared.bytes, shared_bytes, sizeof shared.bytes);
  std::vector<unsigned> turns;
  arrange(turns, size.x * size.y * size.z, order);
  for (const unsigned i : turns) {
    own_block = {i % size.x, i / size.x % size.y, i / size.x / size.y};
    run_block(shared_bytes, order);
    if (failed) return fault_text;
  }
  return nullptr;
}

void block_barrier() { wait(AT_BARRIER, "block_barrier"); }

unsigned char *shared_memory() { return shared.bytes; }

void copy_later(void *to, const void *from, size_t bytes) {
  if (from != nullptr) touched(from, bytes, false);
  fault_if(checks_copy_begins(now(), to, bytes));
  threads[running].copies.push_back({to, from, bytes});
}

void copies_close() { threads[running].groups.push_back(threads[running].copies.size()); }

void copies_wait(size_t groups) {
  Thread &own = threads[running];
  if (own.groups.size() <= groups) return;
  const size_t ended = own.groups.size() - groups, landing = own.groups[ended - 1];
  for (size_t i = 0; i < landing; i++) {
    const Copy &copy = own.copies[i];
    fault_if(checks_copy_lands(now(), copy.to, copy.bytes));
    if (copy.from == nullptr) memset(copy.to, 0, copy.bytes);
    else memcpy(copy.to, copy.from, copy.bytes);
  }
  own.copies.erase(own.copies.begin(), own.copies.begin() + (long)landing);
  own.groups.erase(own.groups.begin(), own.groups.begin() + (long)ended);
  for (size_t &end : own.groups) end -= landing;
}

void device_fence() { checks_fence(now()); }

unsigned count_up(unsigned *counter, unsigned last) {
  fault_if(checks_counter(now(), counter));
  const unsigned before = *counter;
  *counter = before >= last ? 0 : before + 1;
  return before;
}

void touched(const void *at, size_t bytes, bool write) { fault_if(checks_access(now(), at, bytes, write)); }

Exchange &exchange() { return warps[running / WARP].exchange; }

bool meet(const char *name) {
  Warp &own = warps[running / WARP];
  const int first = running / WARP * WARP;
  for (int i = first; i < first + WARP; i++)
    if (threads[i].state == IN_WARP && strcmp(threads[i].name, name) != 0)
      fault("lanes apart: thread %d is in %s while thread %d of its warp is in %s", running, name, i, threads[i].name);
  if (++own.arrived == WARP) return true;
  wait(IN_WARP, name);
  return false;
}

void release_warp() {
  warps[running / WARP].arrived = 0;
  const int first = running / WARP * WARP;
  for (int i = first; i < first + WARP; i++)
    if (threads[i].state == IN_WARP) threads[i].state = READY;
}

void load_matrices(uint32_t (&registers)[4], const void *row, bool transposed) {
  struct Registers {
    uint32_t at[4];
  };
  struct Row {
    const uint16_t *at;
    bool transposed;
  };
  const int first = running / WARP * WARP;
  const char *name = transposed ? "load_matrices_transposed" : "load_matrices";
  const Row own = {(const uint16_t *)row, transposed};
  const Registers loaded = together<Registers>(name, own, [first](const Row *rows, Registers *out) {
    for (int lane = 0; lane < WARP; lane++)
      for (int j = 0; j < 4; j++) {
        uint32_t pair = 0;
        for (int e = 0; e < 2; e++) {
          const int g = lane / 4, t = lane % 4 * 2 + e;
          const uint16_t *at = rows[lane].transposed ? rows[8 * j + t].at + g : rows[8 * j + g].at + t;
          fault_if(checks_access(now_of(first + lane), at, sizeof *at, false));
          pair |= (uint32_t)*at << 16 * e;
        }
        out[lane].at[j] = pair;
      }
  });
  memcpy(registers, loaded.at, sizeof registers);
}

} // namespace simulate
