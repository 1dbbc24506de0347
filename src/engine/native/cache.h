/*
 * Keys and values of generated sequences, one thread's worth: a prefix cache per prompt at work and an own cache per sequence.
 * Per layer and head, keys lie transposed in panels (the packed operand of q k^T) and values row by row (the operand of p v), so
 * that both products of attention read them in order.
 */
#ifndef CACHE_H
#define CACHE_H

#include "model.h"

typedef struct {
  size_t capacity;   /* tokens an entry holds */
  size_t width;      /* padded head width */
  size_t head_keys;  /* floats of keys of one layer and head */
  size_t head_size;  /* floats of keys and values of one layer and head */
  size_t heads;
  size_t entry_size; /* floats of one entry */
  float *memory;
} Cache;

/* Floats of one entry for `capacity` tokens. */
size_t cache_entry_size(const Shape *shape, size_t capacity);
Status cache_create(Cache *cache, const Shape *shape, size_t capacity, size_t entries);
void cache_destroy(Cache *cache);

float *cache_keys(const Cache *cache, size_t entry, size_t layer, size_t head);
float *cache_values(const Cache *cache, size_t entry, size_t layer, size_t head);

/* Writes the keys and values of one token (a row of q, k, v of all heads) at `position` of the entry. */
void cache_put(const Cache *cache, const Shape *shape, size_t entry, size_t layer, size_t position, const float *query_key_value);

#endif
