/*
 * Causal softmax attention inside one document, a block of query rows at a time. No T x T matrix is kept: the forward pass saves
 * log_sum_i = log sum_j exp(s_ij) per row and the backward pass forms the probabilities of a block again (Dao et al. 2022). Only the
 * columns up to the block's last row are computed. q comes scaled by 1/sqrt(head width).
 *
 *   s = q k^T, causal      p_ij = exp(s_ij - log_sum_i)     y = p v
 *   dv = p^T dy            dp = dy v^T                      ds = p (dp - rowsum(p dp))      dq = ds k        dk = ds^T q
 *
 * This file has the f32 products and the entry points; attention_tiled.c has the same on tiles. Each head is copied into scratch, padded
 * to whole registers.
 */
#include "attention.h"

#include "attention_rows.h"
#include "attention_tiled.h"
#include "gemm.h"
#include "memory.h"

enum { BLOCK = 32 }; /* query rows */

/* Scratch of one head of one document; w is the padded head width, t the padded length. */
typedef struct {
  size_t length, padded_length, width, stride;
  float *q, *k, *v, *y;           /* [t, w] */
  float *k_packed, *v_packed;     /* operands of q k^T and dy v^T */
  float *p, *dp;                  /* [BLOCK, t], row stride `stride` */
  float *dq, *dk, *dv, *dy;       /* [t, w] */
} Head;

static Head lay_out(size_t length, size_t head_width, Arena *arena) {
  Head head = {.length = length, .padded_length = round_up(length, BLOCK), .width = round_up(head_width, 16)};
  const size_t t = head.padded_length, w = head.width;
  head.stride = row_stride(t);
  float **const matrices[] = {&head.q, &head.k, &head.v, &head.y, &head.dq, &head.dk, &head.dv, &head.dy};
  for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++) *matrices[i] = arena_floats(arena, t * w);
  head.k_packed = arena_floats(arena, gemm_packed_size(w, t));
  head.v_packed = arena_floats(arena, gemm_packed_size(w, t));
  head.p = arena_floats(arena, BLOCK * head.stride);
  head.dp = arena_floats(arena, BLOCK * head.stride);
  return head;
}

size_t attention_scratch_size(Mode mode, size_t rows, size_t head_width) {
  if (HAVE_TILES && mode != MODE_F32) return attention_tiled_scratch_size(mode, rows, head_width);
  Arena arena = {0};
  lay_out(rows, head_width, &arena);
  return arena.used / sizeof(float);
}

/* [t, w] <- columns of a strided matrix; rows past the document and columns past the head are 0. */
static void gather(const Head *head, size_t head_width, const float *from, size_t stride, float *to) {
  const size_t w = head->width;
  for (size_t row = 0; row < head->length; row++) {
    for (size_t i = 0; i < head_width; i++) to[row * w + i] = from[row * stride + i];
    for (size_t i = head_width; i < w; i++) to[row * w + i] = 0;
  }
  memset(to + head->length * w, 0, (head->padded_length - head->length) * w * sizeof(float));
}

static void scatter(const Head *head, size_t head_width, const float *from, float *to, size_t stride) {
  for (size_t row = 0; row < head->length; row++)
    for (size_t i = 0; i < head_width; i++) to[row * stride + i] = from[row * head->width + i];
}

/* Scores of a block of rows from `first`, the future masked. Returns the number of columns computed. */
static size_t block_scores(const Head *head, size_t first, size_t rows) {
  const size_t columns = round_up(first + rows, 16);
  gemm(rows, columns, head->width, rows_of(head->q + first * head->width, head->width), packed(head->k_packed, head->width), head->p,
       head->stride, false);
  for (size_t i = 0; i < rows; i++) mask_future(head->p + i * head->stride, first + i, columns);
  return columns;
}

void attention_forward(const Model *model, size_t length, const float *query_key_value, float *attended, float *log_sum,
                       float *scratch) {
  if (HAVE_TILES && model->mode != MODE_F32) {
    attention_tiled_forward(model, length, query_key_value, attended, log_sum, scratch);
    return;
  }
  const Shape *s = &model->shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d);
  Arena arena = {.base = (char *)scratch};
  const Head head = lay_out(length, s->head_width, &arena);
  for (size_t h = 0; h < s->heads; h++) {
    const float *from = query_key_value + h * s->head_width;
    gather(&head, s->head_width, from, stride, head.q);
    gather(&head, s->head_width, from + d, stride, head.k);
    gather(&head, s->head_width, from + 2 * d, stride, head.v);
    gemm_pack_transposed(head.k, head.width, head.padded_length, head.width, head.k_packed);
    for (size_t first = 0; first < length; first += BLOCK) {
      const size_t rows = length - first < BLOCK ? length - first : BLOCK;
      const size_t columns = block_scores(&head, first, rows);
      for (size_t i = 0; i < rows; i++)
        log_sum[(first + i) * s->heads + h] = softmax_row(head.p + i * head.stride, columns);
      gemm(rows, head.width, columns, rows_of(head.p, head.stride), unpacked(head.v, head.width), head.y + first * head.width,
           head.width, false);
    }
    scatter(&head, s->head_width, head.y, attended + h * s->head_width, row_stride(d));
  }
}

void attention_backward(const Model *model, size_t length, const float *query_key_value, const float *log_sum, const float *dattended,
                        float *dquery_key_value, float *scratch) {
  if (HAVE_TILES && model->mode != MODE_F32) {
    attention_tiled_backward(model, length, query_key_value, log_sum, dattended, dquery_key_value, scratch);
    return;
  }
  const Shape *s = &model->shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d), y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  const Head head = lay_out(length, s->head_width, &arena);
  const size_t w = head.width;
  for (size_t h = 0; h < s->heads; h++) {
    const size_t column = h * s->head_width;
    const float *from = query_key_value + column;
    gather(&head, s->head_width, from, stride, head.q);
    gather(&head, s->head_width, from + d, stride, head.k);
    gather(&head, s->head_width, from + 2 * d, stride, head.v);
    gather(&head, s->head_width, dattended + column, y_stride, head.dy);
    gemm_pack_transposed(head.k, w, head.padded_length, w, head.k_packed);
    gemm_pack_transposed(head.v, w, head.padded_length, w, head.v_packed);
    memset(head.dk, 0, head.padded_length * w * sizeof(float));
    memset(head.dv, 0, head.padded_length * w * sizeof(float));
    for (size_t first = 0; first < length; first += BLOCK) {
      const size_t rows = length - first < BLOCK ? length - first : BLOCK;
      const size_t columns = block_scores(&head, first, rows);
      const float *dy = head.dy + first * w;
      gemm(rows, columns, w, rows_of(dy, w), packed(head.v_packed, w), head.dp, head.stride, false);
      for (size_t i = 0; i < rows; i++) {
        gradient_row(head.p + i * head.stride, head.dp + i * head.stride, columns, log_sum[(first + i) * s->heads + h]);
      }
      gemm(rows, w, columns, rows_of(head.dp, head.stride), unpacked(head.k, w), head.dq + first * w, w, false);
      gemm(columns, w, rows, columns_of(head.dp, head.stride), unpacked(head.q + first * w, w), head.dk, w, true);
      gemm(columns, w, rows, columns_of(head.p, head.stride), unpacked(dy, w), head.dv, w, true);
    }
    float *to = dquery_key_value + column;
    scatter(&head, s->head_width, head.dq, to, stride);
    scatter(&head, s->head_width, head.dk, to + d, stride);
    scatter(&head, s->head_width, head.dv, to + 2 * d, stride);
  }
}
