/*
 * One register of floats, written with the vector extensions of GCC and Clang, so that one source serves AVX-512, AVX2, SSE,
 * NEON and WebAssembly.
 *
 * Every result is the same bits on all of them. LANES floats fill a register of the instruction set this file is compiled for,
 * and nothing depends on how many: sums over a row are formed in sixteen partial sums, whatever the registers (`Sixteen`), added
 * in one tree. The compiler fuses no product with a sum by itself (-ffp-contract=off); where one is meant it says `fused`, which
 * rounds once everywhere. There are no estimates.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t vector_int __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE vector load(const float *p) { return *(const vector *)p; }
INLINE void store(float *p, vector x) { *(vector *)p = x; }
/* x - 0 is x for every x, -0 among them: nothing is left to compute. */
INLINE vector splat(float x) { return x - (vector){0}; }

/*
 * a b + c rounded once, without an instruction for it. The product of two floats is exact in double precision; its sum with c is
 * rounded to odd, so that rounding once more to single precision gives what rounding once would have given (Boldo & Melquiond
 * 2008).
 */
INLINE float fused_in_double(float a, float b, float c) {
  const double product = (double)a * (double)b, addend = (double)c;
  double sum = product + addend;
  const double part = sum - product, rest = (product - (sum - part)) + (addend - part); /* what the sum lost (Knuth) */
  int64_t bits;
  memcpy(&bits, &sum, sizeof bits);
  const int64_t away = (rest > 0) == (sum > 0) ? 1 : -1;
  if ((rest > 0 || rest < 0) && (bits & 1) == 0) bits += away;
  memcpy(&sum, &bits, sizeof sum);
  return (float)sum;
}

#if defined(EXACT_FUSED) || !(defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__wasm_relaxed_simd__))
#define FUSED_IS_EXACT_EMULATION 1
typedef float pair_float __attribute__((vector_size(8), aligned(4), may_alias));
typedef double pair __attribute__((vector_size(16)));
typedef int32_t pair_words __attribute__((vector_size(16)));

/*
 * The same for a register. Rounding twice goes wrong only where the first result lies just between two floats, which its last 29
 * bits tell, or is below the normal ones: then, and that is seldom, lane by lane.
 */
INLINE vector fused_by_pairs(vector a, vector b, vector c) {
  float lane[3][LANES], result[LANES];
  memcpy(lane[0], &a, sizeof a);
  memcpy(lane[1], &b, sizeof b);
  memcpy(lane[2], &c, sizeof c);
  const pair_words last = {0x1fffffff, 0, 0x1fffffff, 0}, between = {0x10000000, 1, 0x10000000, 1}; /* the low word first */
  pair_words doubtful = {0};
  for (int i = 0; i < LANES; i += 2) {
    pair x[3];
    for (int j = 0; j < 3; j++) x[j] = __builtin_convertvector(*(const pair_float *)(lane[j] + i), pair);
    const pair sum = x[0] * x[1] + x[2];
    doubtful |= ((pair_words)sum & last) == between;
    doubtful |= (pair_words)((sum < 0x1p-126) & (sum > -0x1p-126) & (sum != 0));
    *(pair_float *)(result + i) = __builtin_convertvector(sum, pair_float);
  }
  if (doubtful[0] | doubtful[1] | doubtful[2] | doubtful[3])
    for (int i = 0; i < LANES; i++) result[i] = fused_in_double(lane[0][i], lane[1][i], lane[2][i]);
  return load(result);
}
#endif

/* a b + c, rounded once. */
INLINE vector fused(vector a, vector b, vector c) {
#if defined(FUSED_IS_EXACT_EMULATION)
  return fused_by_pairs(a, b, c);
#elif defined(__AVX512F__)
  return (vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__)
  return (vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_FEATURE_FMA)
  return (vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return (vector)__builtin_wasm_relaxed_madd_f32x4(a, b, c);
#endif
}

/*
 * total += a b, rounded once: for the inner loops of products, in files whose first pragma says so; there the compiler makes
 * one instruction of it and keeps total in its register. (GCC 12 does not with the intrinsics above.)
 */
#if defined(FUSED_IS_EXACT_EMULATION) || defined(__wasm__)
#define ADD_FUSED(total, a, b) ((total) = fused(splat(a), b, total))
#else
#define ADD_FUSED(total, a, b) ((total) += (a) * (b))
#endif

INLINE vector maximum(vector a, vector b) {
#if defined(__AVX512F__)
  return (vector)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vector)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
  return (vector)_mm_max_ps((__m128)a, (__m128)b);
#else
  const vector_int larger = a > b;
  return (vector)((larger & (vector_int)a) | (~larger & (vector_int)b));
#endif
}

/* Sixteen floats, in as many registers as that takes. */
enum { SIXTEENTH = 16 / LANES };
typedef struct {
  vector at[SIXTEENTH];
} Sixteen;

INLINE Sixteen load_sixteen(const float *p) {
  Sixteen x;
  for (int r = 0; r < SIXTEENTH; r++) x.at[r] = load(p + r * LANES);
  return x;
}
INLINE Sixteen splat_sixteen(float x) {
  Sixteen all;
  for (int r = 0; r < SIXTEENTH; r++) all.at[r] = splat(x);
  return all;
}
INLINE Sixteen add_sixteen(Sixteen a, Sixteen b) {
  for (int r = 0; r < SIXTEENTH; r++) a.at[r] += b.at[r];
  return a;
}
INLINE Sixteen fused_sixteen(Sixteen a, Sixteen b, Sixteen c) {
  for (int r = 0; r < SIXTEENTH; r++) c.at[r] = fused(a.at[r], b.at[r], c.at[r]);
  return c;
}
INLINE Sixteen maximum_sixteen(Sixteen a, Sixteen b) {
  for (int r = 0; r < SIXTEENTH; r++) a.at[r] = maximum(a.at[r], b.at[r]);
  return a;
}

/* The sum of sixteen: the upper half onto the lower, four times. */
INLINE float horizontal_sum(Sixteen x) {
  float lane[16];
  memcpy(lane, &x, sizeof lane);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  return lane[0];
}

INLINE float horizontal_maximum(Sixteen x) {
  float lane[16];
  memcpy(lane, &x, sizeof lane);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = lane[i] > lane[i + half] ? lane[i] : lane[i + half];
  return lane[0];
}

/* The last n < 16 floats of a row, with zeros behind them. */
INLINE Sixteen load_tail(const float *p, size_t n) {
  float lane[16] = {0};
  memcpy(lane, p, n * sizeof(float));
  return load_sixteen(lane);
}

/* Sums over rows of any length. */
INLINE float sum(const float *x, size_t n) {
  Sixteen total = {0};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) total = add_sixteen(total, load_sixteen(x + i));
  if (i < n) total = add_sixteen(total, load_tail(x + i, n - i));
  return horizontal_sum(total);
}

INLINE float dot(const float *x, const float *y, size_t n) {
  Sixteen total = {0};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) total = fused_sixteen(load_sixteen(x + i), load_sixteen(y + i), total);
  if (i < n) total = fused_sixteen(load_tail(x + i, n - i), load_tail(y + i, n - i), total);
  return horizontal_sum(total);
}

INLINE float sum_squared_difference(const float *x, float from, size_t n) {
  Sixteen total = {0};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const Sixteen d = add_sixteen(load_sixteen(x + i), splat_sixteen(-from));
    total = fused_sixteen(d, d, total);
  }
  if (i < n) {
    float lane[16] = {0};
    for (size_t j = 0; i + j < n; j++) lane[j] = x[i + j] - from;
    const Sixteen d = load_sixteen(lane);
    total = fused_sixteen(d, d, total);
  }
  return horizontal_sum(total);
}

/*
 * e^x to about 1 ulp (Cephes' expf): x = n ln 2 + r, |r| <= ln 2 / 2, e^r by a polynomial of degree 6, scaled by 2^n through the
 * exponent bits. Exactly 0 below -87.3, so that masked scores vanish; capped above 88.3; NaN stays NaN.
 */
INLINE vector exponential(vector x) {
  const vector shift = splat(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
#if defined(__AVX512F__)
  const vector capped = (vector)_mm512_min_ps(_mm512_set1_ps(88.3f), _mm512_max_ps(_mm512_set1_ps(-87.3f), (__m512)x));
#elif defined(__AVX2__)
  const vector capped = (vector)_mm256_min_ps(_mm256_set1_ps(88.3f), _mm256_max_ps(_mm256_set1_ps(-87.3f), (__m256)x));
#elif defined(__SSE2__)
  const vector capped = (vector)_mm_min_ps(_mm_set1_ps(88.3f), _mm_max_ps(_mm_set1_ps(-87.3f), (__m128)x));
#else
  const vector_int low = x < -87.3f, high = x > 88.3f;
  const vector capped =
      (vector)((low & (vector_int)splat(-87.3f)) | (high & (vector_int)splat(88.3f)) | (~(low | high) & (vector_int)x));
#endif
  const vector shifted = fused(capped, splat(1.44269504f), shift);
  const vector n = shifted - shift;
  const vector r = fused(n, splat(2.12194440e-4f), fused(n, splat(-0.693359375f), capped));
  vector p = splat(1.9875691500e-4f);
  p = fused(p, r, splat(1.3981999507e-3f));
  p = fused(p, r, splat(8.3334519073e-3f));
  p = fused(p, r, splat(4.1665795894e-2f));
  p = fused(p, r, splat(1.6666665459e-1f));
  p = fused(p, r, splat(5.0000001201e-1f));
  p = fused(p, r * r, r) + 1.0f;
  const vector_int power = ((vector_int)shifted << 23) + 0x3f800000;
  const vector y = p * (vector)power;
#if defined(__AVX512F__)
  return (vector)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(-87.3f), _CMP_NLT_UQ), (__m512)y);
#else
  return (vector)(~(vector_int)(x < -87.3f) & (vector_int)y);
#endif
}

INLINE Sixteen exponential_sixteen(Sixteen x) {
  for (int r = 0; r < SIXTEENTH; r++) x.at[r] = exponential(x.at[r]);
  return x;
}

/* e^x of one number, bit-equal to a lane of `exponential`. */
INLINE float exponential_one(float x) {
  float lane[LANES];
  const vector y = exponential(splat(x));
  memcpy(lane, &y, sizeof lane);
  return lane[0];
}

#endif
