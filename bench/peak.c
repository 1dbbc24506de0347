/*
 * What this machine can do at most: independent multiply-adds that stay in registers, on every thread at once. Prints one line,
 * the operations per second of single precision and of the unit for bf16, tiles or VDPBF16PS (0 where this build has neither), in
 * units of 10^9. Argument: threads.
 */

/* A product and its sum are one instruction, as in the engine's kernels. */
#if defined(__clang__)
#pragma clang fp contract(fast)
#else
#pragma GCC optimize("fp-contract=fast")
#endif

#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../src/engine/native/kernels/mode.h"
#include "../src/engine/native/machine/vector.h"

enum { CHAINS = 12, ROUNDS = 5 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double single(void) {
  const long steps = 2000000;
  const vector one = splat(1);
  vector x[CHAINS];
#pragma GCC unroll 12
  for (int i = 0; i < CHAINS; i++) x[i] = splat((float)i);
  const double start = now();
  for (long k = 0; k < steps; k++) {
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++) ADD_FUSED(x[i], 0.001f, one);
    __asm__ volatile("" ::: "memory");
  }
  const double seconds = now() - start;
  vector sum = {0};
#pragma GCC unroll 12
  for (int i = 0; i < CHAINS; i++) sum += x[i];
  float lane[LANES];
  store(lane, sum);
  volatile float keep = lane[0];
  (void)keep;
  return (double)steps * CHAINS * LANES * 2 / seconds / 1e9;
}

static double half(void) {
#if HAVE_TILES
  const long steps = 200000;
  tiles_configure();
  const double start = now();
  for (long k = 0; k < steps; k++) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  return (double)steps * 4 * 16 * 16 * 32 * 2 / (now() - start) / 1e9;
#elif HAVE_BF16
  const long steps = 500000;
  const __m512bh one = (__m512bh)_mm512_set1_epi16(0x3f80);
  __m512 x[CHAINS];
#pragma GCC unroll 12
  for (int i = 0; i < CHAINS; i++) x[i] = _mm512_set1_ps((float)i);
  const double start = now();
  for (long k = 0; k < steps; k++) {
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++) x[i] = _mm512_dpbf16_ps(x[i], one, one);
    __asm__ volatile("" ::: "memory");
  }
  const double seconds = now() - start;
  __m512 sum = _mm512_setzero_ps();
#pragma GCC unroll 12
  for (int i = 0; i < CHAINS; i++) sum += x[i];
  volatile float keep = _mm512_reduce_add_ps(sum);
  (void)keep;
  return (double)steps * CHAINS * 16 * 2 * 2 / seconds / 1e9;
#else
  return 0;
#endif
}

static void *work(void *result) {
  double *best = result;
  for (int i = 0; i < ROUNDS; i++) {
    const double a = single();
    if (a > best[0]) best[0] = a;
  }
  for (int i = 0; i < ROUNDS; i++) {
    const double b = half();
    if (b > best[1]) best[1] = b;
  }
  return NULL;
}

int main(int count, char **arguments) {
  const int threads = count > 1 ? atoi(arguments[1]) : 1;
  static pthread_t thread[64];
  static double best[64][2];
  if (HAVE_TILES && !tiles_request()) return 1;
  double total[2] = {0};
  for (int i = 0; i < threads && i < 64; i++) pthread_create(&thread[i], NULL, work, best[i]);
  for (int i = 0; i < threads && i < 64; i++) {
    pthread_join(thread[i], NULL);
    total[0] += best[i][0];
    total[1] += best[i][1];
  }
  printf("%.1f %.1f\n", total[0], total[1]);
  return 0;
}
