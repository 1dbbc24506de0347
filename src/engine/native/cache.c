#include "cache.h"

#include "gemm.h"
#include "memory.h"

static Cache describe(const Shape *shape, size_t capacity) {
  Cache cache = {.capacity = round_up(capacity, 16), .width = round_up(shape->head_width, 16), .heads = shape->heads};
  cache.head_keys = gemm_packed_size(cache.width, cache.capacity);
  cache.head_size = cache.head_keys + cache.capacity * cache.width;
  cache.entry_size = shape->layers * shape->heads * cache.head_size;
  return cache;
}

size_t cache_entry_size(const Shape *shape, size_t capacity) { return describe(shape, capacity).entry_size; }

Status cache_create(Cache *cache, const Shape *shape, size_t capacity, size_t entries) {
  *cache = describe(shape, capacity);
  cache->memory = memory_take(entries * cache->entry_size * sizeof(float));
  return cache->memory ? OK : OUT_OF_MEMORY;
}

void cache_destroy(Cache *cache) { memory_release(cache->memory); }

float *cache_keys(const Cache *cache, size_t entry, size_t layer, size_t head) {
  return cache->memory + entry * cache->entry_size + (layer * cache->heads + head) * cache->head_size;
}

float *cache_values(const Cache *cache, size_t entry, size_t layer, size_t head) {
  return cache_keys(cache, entry, layer, head) + cache->head_keys;
}

void cache_put(const Cache *cache, const Shape *shape, size_t entry, size_t layer, size_t position, const float *query_key_value) {
  const float *key = query_key_value + shape->padded_width, *value = key + shape->padded_width;
  for (size_t head = 0; head < shape->heads; head++) {
    float *keys = cache_keys(cache, entry, layer, head) + position / PANEL * (cache->width * PANEL) + position % PANEL;
    float *values = cache_values(cache, entry, layer, head) + position * cache->width;
    for (size_t i = 0; i < shape->head_width; i++) {
      keys[i * PANEL] = key[head * shape->head_width + i];
      values[i] = value[head * shape->head_width + i];
    }
  }
}
