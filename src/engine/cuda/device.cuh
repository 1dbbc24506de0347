/*
 * What the kernels are written in: every primitive of a GPU that they use, once.
 *
 * Under nvcc a primitive is the instruction named beside it (PTX ISA; compute capability 8.0 and newer). Under a C++ compiler it
 * is what that instruction means, said with the threads of simulate/threads.h: the same kernels then run on a CPU, where tests
 * reach them. A meaning is written from NVIDIA's manual alone, so that the two agree only as far as the manual was understood.
 *
 * Arithmetic: nvcc is told to fuse nothing by itself (build.ts), division and square root round correctly, a multiply-add is
 * written `fused`. So all but `multiply_add_tiles` gives the same bits on both.
 */
#ifndef DEVICE_CUH
#define DEVICE_CUH

#include <stddef.h>
#include <stdint.h>

#ifdef __CUDACC__
#define DEVICE __device__ __forceinline__
/* A kernel that is launched with so many threads a block. */
#define KERNEL(name, threads, ...) extern "C" __global__ void __launch_bounds__(threads) name(__VA_ARGS__)
#else
#include <math.h>
#include <string.h>

#include "simulate/threads.h"
#define DEVICE static inline
#define KERNEL(name, threads, ...)                                                               \
  static void name(__VA_ARGS__);                                                                 \
  static const simulate::Kernel name##_kernel(#name, threads, simulate::Call<name>::parameters); \
  static void name(__VA_ARGS__)
#endif

/* Places. A warp is 32 threads that go together. */

#ifdef __CUDACC__
DEVICE int thread_of_block() { return threadIdx.x; }
DEVICE int block_x() { return blockIdx.x; }
DEVICE int block_y() { return blockIdx.y; }
DEVICE int block_z() { return blockIdx.z; }
DEVICE int blocks_x() { return gridDim.x; }
DEVICE int blocks_y() { return gridDim.y; }
DEVICE int blocks_z() { return gridDim.z; }
#else
DEVICE int thread_of_block() { return simulate::thread(); }
DEVICE int block_x() { return (int)simulate::block().x; }
DEVICE int block_y() { return (int)simulate::block().y; }
DEVICE int block_z() { return (int)simulate::block().z; }
DEVICE int blocks_x() { return (int)simulate::blocks().x; }
DEVICE int blocks_y() { return (int)simulate::blocks().y; }
DEVICE int blocks_z() { return (int)simulate::blocks().z; }
#endif
DEVICE int lane_of_warp() { return thread_of_block() & 31; }
DEVICE int warp_of_block() { return thread_of_block() >> 5; }

/* Numbers. */

/* The upper half of a float: 8 bits of exponent, 7 of fraction. */
struct bf16 {
  uint16_t bits;
};

/* a b + c, rounded once: fma.rn.f32. */
DEVICE float fused(float a, float b, float c) {
#ifdef __CUDACC__
  return __fmaf_rn(a, b, c);
#else
  return fmaf(a, b, c);
#endif
}

/* Rounded correctly: sqrt.rn.f32. */
DEVICE float square_root(float x) {
#ifdef __CUDACC__
  return __fsqrt_rn(x);
#else
  return sqrtf(x);
#endif
}

DEVICE float widen(bf16 x) {
#ifdef __CUDACC__
  return __uint_as_float((uint32_t)x.bits << 16);
#else
  const uint32_t bits = (uint32_t)x.bits << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
#endif
}

/* To the nearest, of two equally near the even one; every NaN becomes one: cvt.rn.bf16.f32. */
DEVICE bf16 round_to_bf16(float x) {
  bf16 y;
#ifdef __CUDACC__
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
#else
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  y.bits = x != x ? 0x7fff : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
  return y;
}

/* What activations are kept in, f32 or bf16, as numbers and back. */
DEVICE float number(float x) { return x; }
DEVICE float number(bf16 x) { return widen(x); }
DEVICE void keep(float *to, float x) { *to = x; }
DEVICE void keep(bf16 *to, float x) { *to = round_to_bf16(x); }

/* Threads together. */

/* All threads of the block have come here, and see what the others have written: bar.sync. */
DEVICE void block_barrier() {
#ifdef __CUDACC__
  __syncthreads();
#else
  simulate::block_barrier();
#endif
}

/* The x of the lane whose number differs in the bits of `mask`: shfl.sync.bfly.b32. */
DEVICE float lane_xor(float x, int mask) {
#ifdef __CUDACC__
  return __shfl_xor_sync(0xffffffffu, x, mask);
#else
  struct Word {
    float x;
    int mask;
  };
  return simulate::together<float>("lane_xor", Word{x, mask}, [](const Word *in, float *out) {
    for (int lane = 0; lane < 32; lane++) out[lane] = in[lane ^ in[lane].mask].x;
  });
#endif
}

/* What this thread has written is seen by every block that sees a later write of it: fence.acq_rel.gpu. */
DEVICE void device_fence() {
#ifdef __CUDACC__
  __threadfence();
#else
  simulate::device_fence();
#endif
}

/* Counts to `last` and begins again at 0; gives the count before: atom.global.inc.u32. */
DEVICE unsigned count_up(unsigned *counter, unsigned last) {
#ifdef __CUDACC__
  return atomicInc(counter, last);
#else
  return simulate::count_up(counter, last);
#endif
}

/* Shared memory of the block, as many bytes as the launch names, aligned to 16. */

#ifdef __CUDACC__
DEVICE unsigned char *shared_memory() {
  extern __shared__ __align__(16) unsigned char memory[];
  return memory;
}
DEVICE uint32_t shared_address(const void *p) { return (uint32_t)__cvta_generic_to_shared(p); }
#else
DEVICE unsigned char *shared_memory() { return simulate::shared_memory(); }
#endif

/*
 * Copies 16 bytes into shared memory while the thread goes on; zeros, and nothing is read, unless `there`: cp.async.cg. The bytes
 * have come when the group that `copies_close` put them into was waited for, and then for this thread alone: the others need
 * a barrier behind that.
 */
DEVICE void copy_16_bytes(void *shared, const void *global, bool there) {
#ifdef __CUDACC__
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(there ? 16 : 0)
               : "memory");
#else
  simulate::copy_later(shared, there ? global : nullptr, 16);
#endif
}

/* The copies since the last call are a group: cp.async.commit_group. */
DEVICE void copies_close() {
#ifdef __CUDACC__
  asm volatile("cp.async.commit_group;" ::: "memory");
#else
  simulate::copies_close();
#endif
}

/* Waits until at most GROUPS groups are under way, the youngest: cp.async.wait_group. */
template <int GROUPS> DEVICE void copies_wait() {
#ifdef __CUDACC__
  asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS) : "memory");
#else
  simulate::copies_wait(GROUPS);
#endif
}

/* Tiles. */

/*
 * Four matrices of 8 x 8 numbers in bf16. Lane 8 j + i names row i of matrix j: 16 bytes of shared memory. Register j of a lane
 * gets two numbers of matrix j side by side, at row lane / 4 and columns 2 (lane % 4) and the next: ldmatrix.x4.
 */
DEVICE void load_matrices(uint32_t (&registers)[4], const bf16 *row) {
#ifdef __CUDACC__
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
               : "r"(shared_address(row))
               : "memory");
#else
  simulate::load_matrices(registers, row, false);
#endif
}

/* The same of the transposed matrices: at column lane / 4 and rows 2 (lane % 4) and the next: ldmatrix.x4.trans. */
DEVICE void load_matrices_transposed(uint32_t (&registers)[4], const bf16 *row) {
#ifdef __CUDACC__
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
               : "r"(shared_address(row))
               : "memory");
#else
  simulate::load_matrices(registers, row, true);
#endif
}

/*
 * D += A B for one warp, A [16, 16] and B [16, 8] in bf16, D [16, 8] in f32: mma.sync.m16n8k16. With g = lane / 4, t = 2 (lane %
 * 4), a lane holds
 *
 *   a[0], a[1]   A at rows g, g + 8 and columns t, t + 1         b[0]         B at rows t, t + 1 and column g
 *   a[2], a[3]   the same at columns t + 8, t + 9                b[1]         B at rows t + 8, t + 9
 *   d[0], d[1]   D at row g, columns t, t + 1                    d[2], d[3]   D at row g + 8
 *
 * The manual promises sums of at least single precision in no stated order; here an element is rounded once. This is the one
 * primitive whose bits a GPU need not share.
 */
DEVICE void multiply_add_tiles(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
#ifdef __CUDACC__
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
  struct Fragments {
    uint32_t a[4], b[2];
    float d[4];
  };
  struct Result {
    float d[4];
  };
  const Fragments own = {{a[0], a[1], a[2], a[3]}, {b0, b1}, {d[0], d[1], d[2], d[3]}};
  const Result result = simulate::together<Result>("multiply_add_tiles", own, [](const Fragments *in, Result *out) {
    float left[16][16], right[16][8];
    for (int lane = 0; lane < 32; lane++) {
      const int g = lane / 4, t = 2 * (lane % 4);
      for (int e = 0; e < 2; e++) {
        for (int r = 0; r < 4; r++)
          left[g + 8 * (r & 1)][t + e + 8 * (r >> 1)] = widen(bf16{(uint16_t)(in[lane].a[r] >> 16 * e)});
        for (int r = 0; r < 2; r++) right[t + e + 8 * r][g] = widen(bf16{(uint16_t)(in[lane].b[r] >> 16 * e)});
      }
    }
    for (int row = 0; row < 16; row++) {
      double sum[8];
      for (int column = 0; column < 8; column++) sum[column] = in[row % 8 * 4 + column / 2].d[row / 8 * 2 + column % 2];
      for (int k = 0; k < 16; k++)
        for (int column = 0; column < 8; column++) sum[column] += (double)left[row][k] * right[k][column];
      for (int column = 0; column < 8; column++) out[row % 8 * 4 + column / 2].d[row / 8 * 2 + column % 2] = (float)sum[column];
    }
  });
  for (int e = 0; e < 4; e++) d[e] = result.d[e];
#endif
}

#endif
