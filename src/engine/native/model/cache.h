/*
 * Keys and values of generated sequences, one thread's worth: a prefix cache per prompt at work and an own cache per sequence.
 *
 * Tokens come in blocks of 16. A block holds, head by head, its keys transposed ([head width, 16]: scores of 16 tokens come out
 * of one register) and its values ([16, head width]). So the part of an entry that is in use is one stretch of memory, read in
 * order. Decoding is bound by reading it: in bf16 mode numbers are stored in 16 bits.
 */
#ifndef CACHE_H
#define CACHE_H

#include "model.h"

enum { CACHE_BLOCK = 16 };

typedef struct {
  bool half;       /* bf16 numbers */
  size_t capacity; /* tokens an entry holds */
  size_t width;    /* padded head width, a multiple of 16 */
  size_t heads;
  size_t block_size, layer_size, entry_size; /* bytes */
  char *memory;
} Cache;

/* Bytes of one entry for `capacity` tokens. */
size_t cache_entry_size(const Shape *shape, Mode mode, size_t capacity);
Status cache_create(Cache *cache, const Shape *shape, Mode mode, size_t capacity, size_t entries);
void cache_destroy(Cache *cache);

/* Writes the keys and values of one token (a row of q, k, v of all heads) at `position` of the entry. */
void cache_put(const Cache *cache, const Shape *shape, size_t entry, size_t layer, size_t position, const float *query_key_value);

/*
 * Scores of `rows` queries (q: [rows, head width], row stride q_stride) against the first `length` tokens of an entry; columns
 * past `length` up to a multiple of 16 are masked.
 */
void cache_scores(const Cache *cache, size_t entry, size_t layer, size_t head, size_t length, size_t head_width, size_t rows,
                  const float *q, size_t q_stride, float *scores, size_t stride);

/* mixed [rows, width] += probabilities times values of the first `length` tokens. */
void cache_mix(const Cache *cache, size_t entry, size_t layer, size_t head, size_t length, size_t rows,
               const float *probabilities, size_t stride, float *mixed);

#endif
