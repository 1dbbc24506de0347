/*
 * Causal softmax attention inside one document, a block of query rows at a time. No T x T matrix is kept: the forward pass saves
 * log_sum_i = log sum_j exp(s_ij) per row and the backward pass forms the probabilities of a block again (Dao et al. 2022). Only
 * the columns up to the block's last row are computed. q comes scaled by 1/sqrt(head width).
 *
 *   s = q k^T, causal      p_ij = exp(s_ij - log_sum_i)     y = p v
 *   dv = p^T dy            dp = dy v^T                      ds = p (dp - rowsum(p dp))      dq = ds k        dk = ds^T q
 *
 * Along a direction, where q', k' and v' are the derivatives of q, k and v:
 *
 *   s' = q' k^T + q k'^T   p' = p (s' - rowsum(p s'))       y' = p' v + p v'
 *
 * This file has the f32 products and the entry points; attention_tiled.c has the same on tiles.
 */
#include "attention.h"

#include "../machine/memory.h"
#include "attention_heads.h"
#include "attention_rows.h"
#include "attention_tiled.h"
#include "gemm.h"

enum { BLOCK = 32 }; /* query rows */

/* One head of one document with its scratch; w is the padded head width, t the padded length. */
typedef struct {
  HeadShape shape;
  size_t padded_length;
  Matrix q, k, v, dy;         /* [length, w] */
  float *k_packed, *v_packed; /* operands of q k^T and dy v^T */
  float *p, *dp;              /* [BLOCK, t], row stride `stride` */
  size_t stride;
  float *copy[4], *out[3]; /* padded copies, [length, w] */
} Head;

static Head lay_out(size_t length, size_t head_width, Arena *arena) {
  const size_t t = round_up(length, BLOCK), w = round_up(head_width, 16);
  Head head = {.shape = {length, head_width, w}, .padded_length = t, .stride = row_stride(t)};
  for (size_t i = 0; i < 4; i++) head.copy[i] = arena_floats(arena, t * w);
  for (size_t i = 0; i < 3; i++) head.out[i] = arena_floats(arena, t * w);
  head.k_packed = arena_floats(arena, gemm_packed_size(w, t));
  head.v_packed = arena_floats(arena, gemm_packed_size(w, t));
  head.p = arena_floats(arena, BLOCK * head.stride);
  head.dp = arena_floats(arena, BLOCK * head.stride);
  return head;
}

size_t attention_tangent_scratch_size(size_t rows, size_t head_width) {
  Arena arena = {0};
  lay_out(rows, head_width, &arena);
  return arena.used / sizeof(float);
}

size_t attention_scratch_size(Mode mode, size_t rows, size_t head_width) {
  return TILED(mode) ? attention_tiled_scratch_size(mode, rows, head_width) : attention_tangent_scratch_size(rows, head_width);
}

/* Takes in q, k and v of a head: `query_key_value` points at its columns of q in the first row. */
static void take_in(Head *head, const float *query_key_value, size_t d) {
  const size_t stride = row_stride(3 * d);
  head->q = columns_of_head(head->shape, query_key_value, stride, head->copy[0]);
  head->k = columns_of_head(head->shape, query_key_value + d, stride, head->copy[1]);
  head->v = columns_of_head(head->shape, query_key_value + 2 * d, stride, head->copy[2]);
}

/* The operand of a product with m^T: [w, t], columns past the document 0. */
static void pack_transposed(const Head *head, Matrix m, float *packed) {
  gemm_pack_transposed_rows(m.at, m.stride, head->shape.length, head->padded_length, head->shape.width, packed);
}

static Left rows_at(Matrix m, size_t first) { return rows_of(m.at + first * m.stride, m.stride); }
static Right all_of(Matrix m, size_t first) { return unpacked(m.at + first * m.stride, m.stride); }

/* Scores of a block of rows from `first`, the future masked. Returns the number of columns computed. */
static size_t block_scores(const Head *head, size_t first, size_t rows) {
  const size_t columns = round_up(first + rows, 16), w = head->shape.width;
  gemm(rows, columns, w, rows_at(head->q, first), packed(head->k_packed, w), head->p, head->stride, false);
  for (size_t i = 0; i < rows; i++) mask_future(head->p + i * head->stride, first + i, columns);
  return columns;
}

void attention_forward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value, float *attended,
                       float *log_sum, float *scratch) {
  if (TILED(shape->mode)) {
    attention_tiled_forward(shape, from, length, query_key_value, attended, log_sum, scratch);
    return;
  }
  const AttentionShape *s = shape;
  const size_t d = s->padded_width, y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  Head head = lay_out(length, s->head_width, &arena);
  const size_t start = from / BLOCK * BLOCK;
  for (size_t h = 0; h < s->heads; h++) {
    float *to = attended + h * s->head_width;
    take_in(&head, query_key_value + h * s->head_width, d);
    pack_transposed(&head, head.k, head.k_packed);
    const Matrix y = target_of_head(head.shape, to, y_stride, head.out[0]);
    for (size_t first = start; first < length; first += BLOCK) {
      const size_t rows = smaller(length - first, BLOCK);
      const size_t columns = block_scores(&head, first, rows);
      for (size_t i = 0; i < rows; i++) log_sum[(first + i) * s->heads + h] = softmax_row(head.p + i * head.stride, columns);
      gemm(rows, head.shape.width, first + rows, rows_of(head.p, head.stride), all_of(head.v, 0), y.at + first * y.stride,
           y.stride, false);
    }
    settle(head.shape, to, y_stride, head.out[0]);
  }
}

void attention_tangent(const AttentionShape *s, size_t from, size_t length, const float *query_key_value,
                       const float *query_key_value_tangent, float *attended_tangent, float *scratch) {
  const size_t d = s->padded_width, stride = row_stride(3 * d), y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  Head head = lay_out(length, s->head_width, &arena);
  const HeadShape shape = head.shape;
  const size_t start = from / BLOCK * BLOCK, w = shape.width;
  for (size_t h = 0; h < s->heads; h++) {
    const size_t column = h * s->head_width;
    const float *tangents = query_key_value_tangent + column;
    take_in(&head, query_key_value + column, d);
    const Matrix dq = columns_of_head(shape, tangents, stride, head.copy[3]),
                 dk = columns_of_head(shape, tangents + d, stride, head.out[1]),
                 dv = columns_of_head(shape, tangents + 2 * d, stride, head.out[2]),
                 dy = target_of_head(shape, attended_tangent + column, y_stride, head.out[0]);
    float *dk_packed = head.v_packed; /* v is no left factor's partner here */
    pack_transposed(&head, head.k, head.k_packed);
    pack_transposed(&head, dk, dk_packed);
    for (size_t first = start; first < length; first += BLOCK) {
      const size_t rows = smaller(length - first, BLOCK);
      const size_t columns = block_scores(&head, first, rows);
      gemm(rows, columns, w, rows_at(dq, first), packed(head.k_packed, w), head.dp, head.stride, false);
      gemm(rows, columns, w, rows_at(head.q, first), packed(dk_packed, w), head.dp, head.stride, true);
      for (size_t i = 0; i < rows; i++) {
        softmax_row(head.p + i * head.stride, columns);
        tangent_row(head.p + i * head.stride, head.dp + i * head.stride, columns);
      }
      float *to = dy.at + first * dy.stride;
      gemm(rows, w, first + rows, rows_of(head.dp, head.stride), all_of(head.v, 0), to, dy.stride, false);
      gemm(rows, w, first + rows, rows_of(head.p, head.stride), all_of(dv, 0), to, dy.stride, true);
    }
    settle(shape, attended_tangent + column, y_stride, head.out[0]);
  }
}

/* to[j] (+)= sum over the block's rows i of columns[i][j] right[i]: if `begun`, rows of `to` before the block have a sum already.
 */
static void sum_columns(const Head *head, const float *columns, Right right, size_t first, size_t rows, Matrix to, bool begun) {
  const size_t w = head->shape.width;
  gemm(first, w, rows, columns_of(columns, head->stride), right, to.at, to.stride, begun);
  gemm(rows, w, rows, columns_of(columns + first, head->stride), right, to.at + first * to.stride, to.stride, false);
}

void attention_backward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                        const float *log_sum, const float *dattended, float *dquery_key_value, float *scratch) {
  if (TILED(shape->mode)) {
    attention_tiled_backward(shape, from, length, query_key_value, log_sum, dattended, dquery_key_value, scratch);
    return;
  }
  const AttentionShape *s = shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d), y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  Head head = lay_out(length, s->head_width, &arena);
  const size_t start = from / BLOCK * BLOCK;
  const size_t w = head.shape.width;
  for (size_t h = 0; h < s->heads; h++) {
    const size_t column = h * s->head_width;
    take_in(&head, query_key_value + column, d);
    head.dy = columns_of_head(head.shape, dattended + column, y_stride, head.copy[3]);
    pack_transposed(&head, head.k, head.k_packed);
    pack_transposed(&head, head.v, head.v_packed);
    float *to = dquery_key_value + column;
    const Matrix dq = target_of_head(head.shape, to, stride, head.out[0]),
                 dk = target_of_head(head.shape, to + d, stride, head.out[1]),
                 dv = target_of_head(head.shape, to + 2 * d, stride, head.out[2]);
    for (size_t first = start; first < length; first += BLOCK) {
      const size_t rows = smaller(length - first, BLOCK);
      const size_t columns = block_scores(&head, first, rows);
      gemm(rows, columns, w, rows_at(head.dy, first), packed(head.v_packed, w), head.dp, head.stride, false);
      for (size_t i = 0; i < rows; i++) {
        gradient_row(head.p + i * head.stride, head.dp + i * head.stride, columns, log_sum[(first + i) * s->heads + h]);
      }
      gemm(rows, w, first + rows, rows_of(head.dp, head.stride), all_of(head.k, 0), dq.at + first * dq.stride, dq.stride, false);
      sum_columns(&head, head.dp, all_of(head.q, first), first, rows, dk, first > start);
      sum_columns(&head, head.p, all_of(head.dy, first), first, rows, dv, first > start);
    }
    for (size_t part = 0; part < 3; part++) settle(head.shape, to + part * d, stride, head.out[part]);
  }
}
