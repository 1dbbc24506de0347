#include "tiled.h"

#if HAVE_BF16

#include <immintrin.h>

#include "../machine/memory.h"
#include "../machine/vector.h"

#if HAVE_TILES
#include "unit_amx.h"
#else
#include "unit_pairs.h"
#endif

enum {
  STRIPE = 128, /* rows of A that stay in the second-level cache while B passes by */
  FEW = 64      /* so few rows that are only written are in the first-level cache already */
};

/* Brings a block of C into the first-level cache for writing. */
INLINE void prefetch_block(const float *c, size_t stride) {
  for (size_t row = 0; row < TOGETHER; row++) {
    __builtin_prefetch(c + row * stride, 1);
    __builtin_prefetch(c + row * stride + 16, 1);
  }
}

/* Rows [from, end) of C. */
static void product_rows(int planes, size_t from, size_t end, size_t n, size_t k, TileLeft a, TileRight b, float *c,
                         size_t stride, bool accumulate) {
  for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
    const size_t depth = smaller(k - k0, DEPTH);
    const bool add = accumulate || k0 > 0, ahead = add || end - from > FEW;
    for (size_t j = 0; j < n; j += 32) {
      const bf16 *right = b.at + j / 32 * b.strip + k0 * 32;
      for (size_t i = from; i < end; i += TOGETHER) {
        /* The next block of C is on its way while this one is computed. */
        if (ahead && i + TOGETHER < end) prefetch_block(c + (i + TOGETHER) * stride + j, stride);
        else if (ahead && j + 32 < n) prefetch_block(c + from * stride + j + 32, stride);
        block(planes, smaller(end - i, TOGETHER), depth, a, a.at + i * a.stride + k0, b, right, c + i * stride + j, stride, add);
      }
    }
  }
}

void tiled_product(int planes, size_t m, size_t n, size_t k, TileLeft a, TileRight b, float *c, size_t stride, bool accumulate) {
  unit_begin();
  /* The smaller operand passes by the larger again and again: a stripe of A, or a strip of B, stays in the cache. */
  const size_t stripe = m > n ? STRIPE : m;
  for (size_t i = 0; i < m; i += stripe)
    product_rows(planes, i, m - i < stripe ? m : i + stripe, n, k, a, b, c, stride, accumulate);
}

/* 32 bf16 from two registers of floats, `low` first. */
INLINE __m512i narrow(__m512 low, __m512 high) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }
INLINE __m512 widen(__m256i half) { return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16); }

/* What rounding left over, rounded in turn: the second plane. */
INLINE __m512i narrow_rest(__m512 low, __m512 high, __m512i rounded) {
  return narrow(_mm512_sub_ps(low, widen(_mm512_castsi512_si256(rounded))),
                _mm512_sub_ps(high, widen(_mm512_extracti64x4_epi64(rounded, 1))));
}

/* low[0] high[0] low[1] high[1] ...: a pair of rows as the tile unit wants it. */
INLINE __m512i interleave(__m512i rows) {
  static const uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                     8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return _mm512_permutexvar_epi16(_mm512_loadu_si512(order), rows);
}

/* Transposes 16 x 16 32-bit words. */
INLINE void transpose(__m512i *r) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    const __m512i ab0 = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88), ab1 = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    const __m512i cd0 = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88), cd1 = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    t[i] = _mm512_shuffle_i32x4(ab0, cd0, 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(ab1, cd1, 0x88);
    t[i + 8] = _mm512_shuffle_i32x4(ab0, cd0, 0xdd);
    t[i + 12] = _mm512_shuffle_i32x4(ab1, cd1, 0xdd);
  }
  for (int i = 0; i < 16; i++) r[i] = t[i];
}

void tiled_left(int planes, const float *x, size_t stride, size_t m, size_t k, TileLeft to) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < k; j += 32) {
      const __m512 low = _mm512_loadu_ps(x + i * stride + j), high = _mm512_loadu_ps(x + i * stride + j + 16);
      const __m512i rounded = narrow(low, high);
      bf16 *at = to.at + i * to.stride + j;
      _mm512_storeu_si512(at, rounded);
      if (planes == 2) _mm512_storeu_si512(at + to.plane, narrow_rest(low, high, rounded));
    }
}

void tiled_left_floats(int planes, TileLeft from, size_t m, size_t k, float *x, size_t stride) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < k; j += 16) {
      const bf16 *at = from.at + i * from.stride + j;
      __m512 value = widen(_mm256_loadu_si256((const __m256i *)at));
      if (planes == 2) value = _mm512_add_ps(value, widen(_mm256_loadu_si256((const __m256i *)(at + from.plane))));
      _mm512_storeu_ps(x + i * stride + j, value);
    }
}

void tiled_left_transposed(int planes, const float *x, size_t stride, size_t k, size_t m, TileLeft to) {
  for (size_t i = 0; i < m; i += 16)
    for (size_t j = 0; j < k; j += 32) {
      __m512i first[16], second[16];
      for (size_t pair = 0; pair < 16; pair++) {
        const size_t row = j + 2 * pair;
        const __m512 low = row < k ? _mm512_loadu_ps(x + row * stride + i) : _mm512_setzero_ps();
        const __m512 high = row + 1 < k ? _mm512_loadu_ps(x + (row + 1) * stride + i) : _mm512_setzero_ps();
        const __m512i rounded = narrow(low, high);
        first[pair] = interleave(rounded);
        if (planes == 2) second[pair] = interleave(narrow_rest(low, high, rounded));
      }
      bf16 *at = to.at + i * to.stride + j;
      transpose(first);
      for (size_t row = 0; row < 16; row++) _mm512_storeu_si512(at + row * to.stride, first[row]);
      if (planes == 2) {
        transpose(second);
        for (size_t row = 0; row < 16; row++) _mm512_storeu_si512(at + to.plane + row * to.stride, second[row]);
      }
    }
}

/* Where a pair of rows starts in B, for the strip of 16 columns at `column`. */
INLINE bf16 *pair_at(TileRight to, size_t row, size_t column) {
  return to.at + column / 32 * to.strip + row / 32 * (2 * TILE) + (column / 16 % 2) * TILE + (row / 2 % 16) * 32;
}

void tiled_right(int planes, const float *x, size_t stride, size_t k, size_t n, TileRight to) {
  const size_t padded = (k + 31) / 32 * 32;
  for (size_t row = 0; row < padded; row += 2)
    for (size_t j = 0; j < n; j += 16) {
      const __m512 low = row < k ? _mm512_loadu_ps(x + row * stride + j) : _mm512_setzero_ps();
      const __m512 high = row + 1 < k ? _mm512_loadu_ps(x + (row + 1) * stride + j) : _mm512_setzero_ps();
      const __m512i rounded = narrow(low, high);
      bf16 *at = pair_at(to, row, j);
      _mm512_storeu_si512(at, interleave(rounded));
      if (planes == 2) _mm512_storeu_si512(at + to.plane, interleave(narrow_rest(low, high, rounded)));
    }
}

void tiled_right_from_left(int planes, TileLeft from, size_t k, size_t n, TileRight to) {
  const size_t padded = (k + 31) / 32 * 32;
  for (int plane = 0; plane < planes; plane++)
    for (size_t row = 0; row < padded; row += 2) {
      const bf16 *at = from.at + (size_t)plane * from.plane + row * from.stride;
      for (size_t j = 0; j < n; j += 16) {
        const __m256i low = row < k ? _mm256_loadu_si256((const __m256i *)(at + j)) : _mm256_setzero_si256();
        const __m256i high = row + 1 < k ? _mm256_loadu_si256((const __m256i *)(at + from.stride + j)) : _mm256_setzero_si256();
        const __m512i rows = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
        _mm512_storeu_si512(pair_at(to, row, j) + (size_t)plane * to.plane, interleave(rows));
      }
    }
}

void tiled_right_transposed(int planes, const float *w, size_t stride, size_t n, size_t k, TileRight to) {
  const size_t padded = (n + 31) / 32 * 32;
  for (size_t j = 0; j < padded; j += 16)
    for (size_t i = 0; i < k; i += 32) {
      __m512i first[16], second[16];
      for (size_t row = 0; row < 16; row++) {
        const float *from = w + (j + row) * stride + i;
        const bool inside = j + row < n;
        const __m512 low = inside ? _mm512_loadu_ps(from) : _mm512_setzero_ps();
        const __m512 high = inside ? _mm512_loadu_ps(from + 16) : _mm512_setzero_ps();
        first[row] = narrow(low, high);
        if (planes == 2) second[row] = narrow_rest(low, high, first[row]);
      }
      bf16 *at = to.at + j / 32 * to.strip + i / 32 * (2 * TILE) + (j / 16 % 2) * TILE;
      transpose(first);
      for (size_t pair = 0; pair < 16; pair++) _mm512_storeu_si512(at + pair * 32, first[pair]);
      if (planes == 2) {
        transpose(second);
        for (size_t pair = 0; pair < 16; pair++) _mm512_storeu_si512(at + to.plane + pair * 32, second[pair]);
      }
    }
}

#endif
