/*
 * One register of floats, written with the vector extensions of GCC and Clang, so that one source serves AVX-512, AVX2, SSE and
 * NEON.
 *
 * LANES floats fill a register of the instruction set this file is compiled for. Sums over a row are always formed in LANES
 * partial sums added pairwise at the end: the order is fixed by the length alone, never by the compiler.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
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
INLINE vector splat(float x) { return (vector){0} + x; }

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

INLINE float horizontal_sum(vector x) {
  float lane[LANES];
  memcpy(lane, &x, sizeof lane);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  return lane[0];
}

INLINE float horizontal_maximum(vector x) {
  float lane[LANES];
  memcpy(lane, &x, sizeof lane);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = lane[i] > lane[i + half] ? lane[i] : lane[i + half];
  return lane[0];
}

/* Sums over rows of any length: whole registers, then the tail one by one. */
INLINE float sum(const float *x, size_t n) {
  vector total = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) total += load(x + i);
  float rest = 0;
  for (; i < n; i++) rest += x[i];
  return horizontal_sum(total) + rest;
}

INLINE float dot(const float *x, const float *y, size_t n) {
  vector total = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) total += load(x + i) * load(y + i);
  float rest = 0;
  for (; i < n; i++) rest += x[i] * y[i];
  return horizontal_sum(total) + rest;
}

INLINE float sum_squared_difference(const float *x, float from, size_t n) {
  vector total = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const vector d = load(x + i) - from;
    total += d * d;
  }
  float rest = 0;
  for (; i < n; i++) rest += (x[i] - from) * (x[i] - from);
  return horizontal_sum(total) + rest;
}

/* 1 / x to about 1 ulp: an estimate of 14 bits and a step of Newton's where there is one, else a division. 0 above 2^126. */
INLINE vector reciprocal(vector x) {
#if defined(__AVX512F__)
  const vector estimate = (vector)_mm512_rcp14_ps((__m512)x);
  return estimate * (2.0f - x * estimate);
#else
  return 1.0f / x;
#endif
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
  const vector shifted = capped * 1.44269504f + shift;
  const vector n = shifted - shift;
  const vector r = (capped - n * 0.693359375f) + n * 2.12194440e-4f;
  vector p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const vector_int power = ((vector_int)shifted << 23) + 0x3f800000;
  const vector y = p * (vector)power;
#if defined(__AVX512F__)
  return (vector)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(-87.3f), _CMP_NLT_UQ), (__m512)y);
#else
  return (vector)(~(vector_int)(x < -87.3f) & (vector_int)y);
#endif
}

/* e^x of one number, bit-equal to a lane of `exponential`. */
INLINE float exponential_one(float x) {
  float lane[LANES];
  const vector y = exponential(splat(x));
  memcpy(lane, &y, sizeof lane);
  return lane[0];
}

#endif
