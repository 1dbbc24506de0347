/*
 * The threads of a GPU on a CPU, which device.cuh is written in where there is no GPU.
 *
 * The threads of a block are fibers. One runs until it meets the others, in an operation of its warp or at a barrier of its
 * block; then it is the next one's turn. Whose turn that is, and which block is next, is the order, of which there are several: a
 * kernel that is right gives the same bits in all of them. Blocks run one after another.
 *
 * Shared memory is full of NaN when a block begins. A copy lands when it is waited for, not before.
 */
#ifndef SIMULATE_THREADS_H
#define SIMULATE_THREADS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>
#include <utility>

namespace simulate {

struct Index {
  unsigned x, y, z;
};

enum { WARP = 32, MOST_THREADS = 1024, SHARED_ROOM = 232448 };

/* A kernel by its name, with the threads of a block that it is written for. Making one adds it to those that `find` knows. */
struct Kernel {
  const char *name;
  unsigned threads;
  void (*call)(void **parameters);
  const Kernel *next;
  Kernel(const char *name, unsigned threads, void (*call)(void **parameters));
};
const Kernel *find(const char *name);

/* A kernel called with its parameters by address, as a launch hands them over. */
template <auto KERNEL> struct Call;
template <class... Parameters, void (*KERNEL)(Parameters...)> struct Call<KERNEL> {
  template <size_t... I> static void spread(void **parameters, std::index_sequence<I...>) {
    KERNEL(*(std::remove_const_t<Parameters> *)parameters[I]...);
  }
  static void parameters(void **parameters) { spread(parameters, std::index_sequence_for<Parameters...>{}); }
};

/*
 * Whose turn it is:
 *   FORWARD    threads and blocks ascending, a warp as far as it can go before the next
 *   BACKWARD   the same descending
 *   SHUFFLED   another order of blocks, and of threads at each turn, drawn with the seed order - SHUFFLED
 */
enum Order : unsigned { FORWARD, BACKWARD, SHUFFLED };

/* Runs a kernel over a grid. Gives null, or in words what went wrong; then the rest did not run. */
const char *launch(const Kernel &kernel, Index grid, size_t shared_bytes, unsigned order, void **parameters);

/* Where the running thread is. */
extern int running;
extern Index own_block, grid;
inline int thread() { return running; }
inline Index block() { return own_block; }
inline Index blocks() { return grid; }

void block_barrier();

unsigned char *shared_memory();
/* Zeros where `from` is null. */
void copy_later(void *shared, const void *from, size_t bytes);
void copies_close();
void copies_wait(size_t groups);

void device_fence();
unsigned count_up(unsigned *counter, unsigned last);

/* A load or store of the running thread is looked at; where it may not be, the launch ends. */
void touched(const void *at, size_t bytes, bool write);

/*
 * An operation of the whole warp: every lane gives an In and gets an Out, and `meaning` makes the 32 of the one from the 32 of
 * the other when the last lane has come. `name` tells operations apart: lanes that meet in different ones are a fault.
 */
struct alignas(16) Exchange {
  unsigned char in[WARP * 64], out[WARP * 64];
};
Exchange &exchange();        /* of the running thread's warp */
bool meet(const char *name); /* true in the last lane to come; the others wait until it calls release_warp */
void release_warp();

template <class Out, class In, class Meaning> Out together(const char *name, const In &in, Meaning meaning) {
  static_assert(sizeof(In) <= 64 && sizeof(Out) <= 64, "fits an exchange");
  Exchange &own = exchange();
  const int lane = thread() % WARP;
  memcpy(own.in + lane * sizeof(In), &in, sizeof in);
  if (meet(name)) {
    meaning((const In *)own.in, (Out *)own.out);
    release_warp();
  }
  Out out;
  memcpy(&out, own.out + lane * sizeof(Out), sizeof out);
  return out;
}

/*
 * The load of four matrices of 8 x 8: `row` is row lane % 8 of matrix lane / 8. Register j of a lane gets two numbers of matrix
 * j, at row g, columns t and t + 1 with g = lane / 4, t = 2 (lane % 4), or, of the transposed matrices, at rows t and t + 1,
 * column g.
 */
void load_matrices(uint32_t (&registers)[4], const void *row, bool transposed);

} // namespace simulate

#endif
