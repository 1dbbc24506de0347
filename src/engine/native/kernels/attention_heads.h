/*
 * The rows that attention reads and writes, and one head's columns among the rows of all heads. The columns are read and written
 * where they lie if the head's width suits the products, else through copies padded with zeros.
 */
#ifndef ATTENTION_HEADS_H
#define ATTENTION_HEADS_H

#include <stddef.h>
#include <string.h>

#include "mode.h"

/* What attention has to know of a model. */
typedef struct {
  Mode mode;
  size_t heads, head_width;
  size_t padded_width; /* d: rows have the stride of d columns, or of 3d for q, k and v */
} AttentionShape;

/* Rows that may be overwritten past the end of a document in `attended` and `dquery_key_value`: documents go in order. */
enum { SPILL_ROWS = 32 };

/* [length, width] floats somewhere in memory. */
typedef struct {
  float *at;
  size_t stride;
} Matrix;

typedef struct {
  size_t length;            /* rows of the document */
  size_t head_width, width; /* width: padded to what the products need */
} HeadShape;

static inline Matrix columns_of_head(HeadShape s, const float *from, size_t stride, float *copy) {
  if (s.head_width == s.width) return (Matrix){(float *)from, stride};
  for (size_t row = 0; row < s.length; row++) {
    memcpy(copy + row * s.width, from + row * stride, s.head_width * sizeof(float));
    memset(copy + row * s.width + s.head_width, 0, (s.width - s.head_width) * sizeof(float));
  }
  return (Matrix){copy, s.width};
}

/* Where a product may write a head's columns, and afterwards moves them to their place if that was not it. */
static inline Matrix target_of_head(HeadShape s, float *to, size_t stride, float *copy) {
  return s.head_width == s.width ? (Matrix){to, stride} : (Matrix){copy, s.width};
}
static inline void settle(HeadShape s, float *to, size_t stride, const float *copy) {
  if (s.head_width == s.width) return;
  for (size_t row = 0; row < s.length; row++) memcpy(to + row * stride, copy + row * s.width, s.head_width * sizeof(float));
}

#endif
