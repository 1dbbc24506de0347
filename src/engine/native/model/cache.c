/* Products and sums of this file are fused: each is one instruction where there is one. */
#if defined(__clang__)
#pragma clang fp contract(fast)
#else
#pragma GCC optimize("fp-contract=fast")
#endif

#include "cache.h"

#include "../kernels/softmax.h"
#include "../kernels/tiled.h"
#include "../machine/memory.h"

static Cache describe(const Shape *shape, Mode mode, size_t capacity) {
  Cache cache = {.half = HAVE_BF16 && mode == MODE_BF16, .width = round_up(shape->head_width, 16), .heads = shape->heads};
  cache.capacity = round_up(capacity, CACHE_BLOCK);
  cache.block_size = 2 * CACHE_BLOCK * cache.width * (cache.half ? sizeof(bf16) : sizeof(float)) * cache.heads;
  cache.layer_size = cache.capacity / CACHE_BLOCK * cache.block_size;
  cache.entry_size = shape->layers * cache.layer_size;
  const double bytes = (double)shape->layers * (double)(cache.capacity / CACHE_BLOCK) * (double)cache.block_size;
  if (bytes > (double)(SIZE_MAX / 2)) cache.entry_size = SIZE_MAX; /* more than can be addressed */
  return cache;
}

size_t cache_entry_size(const Shape *shape, Mode mode, size_t capacity) { return describe(shape, mode, capacity).entry_size; }

Status cache_create(Cache *cache, const Shape *shape, Mode mode, size_t capacity, size_t entries) {
  *cache = describe(shape, mode, capacity);
  const bool addressable = cache->entry_size == 0 || entries <= SIZE_MAX / cache->entry_size;
  cache->memory = addressable ? memory_take(entries * cache->entry_size) : NULL;
  return cache->memory ? OK : OUT_OF_MEMORY;
}

void cache_destroy(Cache *cache) { memory_release(cache->memory); }

/* Keys of a head in the block that holds `position`; its values follow. */
static char *block_at(const Cache *cache, size_t entry, size_t layer, size_t head, size_t position) {
  return cache->memory + entry * cache->entry_size + layer * cache->layer_size + position / CACHE_BLOCK * cache->block_size +
         head * (cache->block_size / cache->heads);
}

/* 16 numbers, rounded to nearest-even. */
static void halve(const float *x, bf16 *to) {
#if HAVE_BF16
  _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(x)));
#else
  (void)x;
  (void)to; /* halves exist with tiles alone */
#endif
}

void cache_put(const Cache *cache, const Shape *shape, size_t entry, size_t layer, size_t position,
               const float *query_key_value) {
  const size_t column = position % CACHE_BLOCK;
  for (size_t head = 0; head < shape->heads; head++) {
    const float *key = query_key_value + shape->padded_width + head * shape->head_width, *value = key + shape->padded_width;
    char *block = block_at(cache, entry, layer, head, position);
    if (cache->half) {
      bf16 *keys = (bf16 *)block, *values = keys + CACHE_BLOCK * cache->width + column * cache->width;
      for (size_t i = 0; i < shape->head_width; i += 16) {
        bf16 part[16];
        halve(key + i, part);
        halve(value + i, values + i);
        for (size_t j = 0; j < 16 && i + j < shape->head_width; j++) keys[(i + j) * CACHE_BLOCK + column] = part[j];
      }
    } else {
      float *keys = (float *)block, *values = keys + CACHE_BLOCK * cache->width + column * cache->width;
      for (size_t i = 0; i < shape->head_width; i++) {
        keys[i * CACHE_BLOCK + column] = key[i];
        values[i] = value[i];
      }
    }
  }
}

/* 16 numbers of the cache. */
INLINE Sixteen cached_sixteen(const char *numbers, size_t index, const bool half) {
#if HAVE_BF16
  if (half) {
    const __m256i words = _mm256_loadu_si256((const __m256i *)((const bf16 *)numbers + index));
    return (Sixteen){{(vector)_mm512_slli_epi32(_mm512_cvtepu16_epi32(words), 16)}};
  }
#endif
  (void)half;
  return load_sixteen((const float *)numbers + index);
}

INLINE void add_product(Sixteen *total, float factor, const Sixteen *x) {
  for (int i = 0; i < SIXTEENTH; i++) ADD_FUSED(total->at[i], factor, x->at[i]);
}

/*
 * Scores of `rows` queries against `blocks` successive blocks. A score is the sum of CHAINS chains of multiply-adds, the same
 * whatever the grouping; several, because one alone would wait for itself.
 */
enum { CHAINS = 2 };
INLINE void score_group(const int rows, const int blocks, const bool half, const char *keys, size_t block_size, size_t head_width,
                        const float *q, size_t q_stride, float *scores, size_t stride) {
  Sixteen total[CHAINS][4][4];
  for (int chain = 0; chain < CHAINS; chain++)
    for (int i = 0; i < rows; i++)
      for (int b = 0; b < blocks; b++) total[chain][i][b] = (Sixteen){0};
  for (size_t c = 0; c < head_width; c += CHAINS)
    for (int chain = 0; chain < CHAINS; chain++)
      for (int b = 0; b < blocks; b++) {
        const size_t at = c + (size_t)chain;
        const Sixteen k = cached_sixteen(keys + (size_t)b * block_size, at * CACHE_BLOCK, half);
        for (int i = 0; i < rows; i++) add_product(&total[chain][i][b], q[(size_t)i * q_stride + at], &k);
      }
  for (int i = 0; i < rows; i++)
    for (int b = 0; b < blocks; b++)
      for (int r = 0; r < SIXTEENTH; r++) {
        vector sum = total[0][i][b].at[r];
        for (int chain = 1; chain < CHAINS; chain++) sum += total[chain][i][b].at[r];
        store(scores + (size_t)i * stride + (size_t)b * CACHE_BLOCK + (size_t)r * LANES, sum);
      }
}

INLINE void scores_of(const bool half, const Cache *cache, const char *keys, size_t length, size_t head_width, size_t rows,
                      const float *q, size_t q_stride, float *scores, size_t stride) {
  const size_t size = cache->block_size;
  size_t i = 0;
  for (; i + 4 <= rows; i += 4)
    for (size_t t = 0; t < length; t += CACHE_BLOCK)
      score_group(4, 1, half, keys + t / CACHE_BLOCK * size, size, head_width, q + i * q_stride, q_stride,
                  scores + i * stride + t, stride);
  for (; i < rows; i++) {
    size_t t = 0;
    for (; t + 3 * CACHE_BLOCK < length; t += 4 * CACHE_BLOCK)
      score_group(1, 4, half, keys + t / CACHE_BLOCK * size, size, head_width, q + i * q_stride, q_stride,
                  scores + i * stride + t, stride);
    const char *at = keys + t / CACHE_BLOCK * size;
    const float *query = q + i * q_stride;
    float *to = scores + i * stride + t;
    switch (t < length ? (length - t + CACHE_BLOCK - 1) / CACHE_BLOCK : 0) {
      case 3: score_group(1, 3, half, at, size, head_width, query, q_stride, to, stride); break;
      case 2: score_group(1, 2, half, at, size, head_width, query, q_stride, to, stride); break;
      case 1: score_group(1, 1, half, at, size, head_width, query, q_stride, to, stride); break;
      default: break;
    }
  }
}

void cache_scores(const Cache *cache, size_t entry, size_t layer, size_t head, size_t length, size_t head_width, size_t rows,
                  const float *q, size_t q_stride, float *scores, size_t stride) {
  const char *keys = block_at(cache, entry, layer, head, 0);
  if (cache->half) scores_of(true, cache, keys, length, head_width, rows, q, q_stride, scores, stride);
  else scores_of(false, cache, keys, length, head_width, rows, q, q_stride, scores, stride);
  for (size_t i = 0; i < rows; i++)
    for (size_t t = length; t % CACHE_BLOCK != 0; t++) scores[i * stride + t] = MASKED;
}

/*
 * `groups` times 16 columns of the values' sum for `rows` rows: even and odd tokens apart, to have two chains of multiply-adds
 * each, added at the end.
 */
INLINE void mix_group(const int rows, const int groups, const bool half, const Cache *cache, const char *values, size_t column,
                      size_t length, const float *probabilities, size_t stride, float *mixed) {
  Sixteen total[4][2][2];
  for (int i = 0; i < rows; i++)
    for (int g = 0; g < groups; g++) total[i][g][0] = total[i][g][1] = (Sixteen){0};
  for (size_t start = 0; start < length; start += CACHE_BLOCK, values += cache->block_size) {
    const size_t end = smaller(length - start, CACHE_BLOCK);
    for (size_t t = 0; t < end; t += 2)
      for (size_t odd = 0; odd < 2 && t + odd < end; odd++)
        for (int g = 0; g < groups; g++) {
          const Sixteen v = cached_sixteen(values, (t + odd) * cache->width + column + (size_t)g * 16, half);
          for (int i = 0; i < rows; i++) add_product(&total[i][g][odd], probabilities[(size_t)i * stride + start + t + odd], &v);
        }
  }
  for (int i = 0; i < rows; i++)
    for (int g = 0; g < groups; g++)
      for (int r = 0; r < SIXTEENTH; r++) {
        float *to = mixed + (size_t)i * cache->width + column + (size_t)g * 16 + (size_t)r * LANES;
        store(to, load(to) + (total[i][g][0].at[r] + total[i][g][1].at[r]));
      }
}

INLINE void mix_of(const bool half, const Cache *cache, const char *values, size_t length, size_t rows,
                   const float *probabilities, size_t stride, float *mixed) {
  size_t i = 0;
  for (; i + 4 <= rows; i += 4)
    for (size_t column = 0; column < cache->width; column += 16)
      mix_group(4, 1, half, cache, values, column, length, probabilities + i * stride, stride, mixed + i * cache->width);
  for (; i < rows; i++) {
    size_t column = 0;
    for (; column + 32 <= cache->width; column += 32)
      mix_group(1, 2, half, cache, values, column, length, probabilities + i * stride, stride, mixed + i * cache->width);
    if (column < cache->width)
      mix_group(1, 1, half, cache, values, column, length, probabilities + i * stride, stride, mixed + i * cache->width);
  }
}

void cache_mix(const Cache *cache, size_t entry, size_t layer, size_t head, size_t length, size_t rows,
               const float *probabilities, size_t stride, float *mixed) {
  const size_t keys_size = cache->block_size / cache->heads / 2;
  const char *values = block_at(cache, entry, layer, head, 0) + keys_size;
  if (cache->half) mix_of(true, cache, values, length, rows, probabilities, stride, mixed);
  else mix_of(false, cache, values, length, rows, probabilities, stride, mixed);
}
