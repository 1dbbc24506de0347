/*
 * Causal softmax attention inside one document, a block of query rows at a time. No T x T matrix is kept: the forward pass saves
 * log_sum_i = log sum_j exp(s_ij) per row and the backward pass forms the probabilities of a block again (Dao et al. 2022). Only the
 * columns up to the block's last row are computed.
 *
 *   s = q k^T / sqrt(h), causal      p_ij = exp(s_ij - log_sum_i)     y = p v
 *   dv = p^T dy      dp = dy v^T     ds = p (dp - rowsum(dy y))       dq = ds k / sqrt(h)     dk = ds^T q / sqrt(h)
 *
 * Each head is copied into scratch, padded to whole registers, with 1/sqrt(h) folded into q.
 */
#include "attention.h"

#include <math.h>

#include "gemm.h"
#include "memory.h"
#include "softmax.h"

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
  (void)mode;
  Arena arena = {0};
  lay_out(rows, head_width, &arena);
  return arena.used / sizeof(float);
}

/* [t, w] <- scale * columns of a strided matrix; rows past the document and columns past the head are 0. */
static void gather(const Head *head, size_t head_width, const float *from, size_t stride, float scale, float *to) {
  const size_t w = head->width;
  for (size_t row = 0; row < head->length; row++) {
    for (size_t i = 0; i < head_width; i++) to[row * w + i] = scale * from[row * stride + i];
    for (size_t i = head_width; i < w; i++) to[row * w + i] = 0;
  }
  memset(to + head->length * w, 0, (head->padded_length - head->length) * w * sizeof(float));
}

static void scatter(const Head *head, size_t head_width, const float *from, float scale, float *to, size_t stride) {
  for (size_t row = 0; row < head->length; row++)
    for (size_t i = 0; i < head_width; i++) to[row * stride + i] = scale * from[row * head->width + i];
}

/* Scores of a block of rows from `first`, the future masked. Returns the number of columns computed. */
static size_t block_scores(const Head *head, size_t first, size_t rows) {
  const size_t columns = round_up(first + rows, 16);
  gemm(rows, columns, head->width, rows_of(head->q + first * head->width, head->width), packed(head->k_packed, head->width), head->p,
       head->stride, false);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = first + i + 1; j < columns; j++) head->p[i * head->stride + j] = MASKED;
  return columns;
}

void attention_forward(const Model *model, size_t length, const float *query_key_value, float *attended, float *log_sum,
                       float *scratch) {
  const Shape *s = &model->shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d);
  Arena arena = {.base = (char *)scratch};
  const Head head = lay_out(length, s->head_width, &arena);
  for (size_t h = 0; h < s->heads; h++) {
    const float *from = query_key_value + h * s->head_width;
    gather(&head, s->head_width, from, stride, 1.0f / sqrtf((float)s->head_width), head.q);
    gather(&head, s->head_width, from + d, stride, 1.0f, head.k);
    gather(&head, s->head_width, from + 2 * d, stride, 1.0f, head.v);
    gemm_pack_transposed(head.k, head.width, head.padded_length, head.width, head.k_packed);
    for (size_t first = 0; first < length; first += BLOCK) {
      const size_t rows = length - first < BLOCK ? length - first : BLOCK;
      const size_t columns = block_scores(&head, first, rows);
      for (size_t i = 0; i < rows; i++)
        log_sum[(first + i) * s->heads + h] = softmax_row(head.p + i * head.stride, columns);
      gemm(rows, head.width, columns, rows_of(head.p, head.stride), unpacked(head.v, head.width), head.y + first * head.width,
           head.width, false);
    }
    scatter(&head, s->head_width, head.y, 1.0f, attended + h * s->head_width, row_stride(d));
  }
}

/* p <- probabilities, dp <- ds, for row i of a block. */
static void block_gradient_row(const Head *head, size_t i, size_t columns, float log_sum, float product) {
  float *p = head->p + i * head->stride, *dp = head->dp + i * head->stride;
  for (size_t j = 0; j < columns; j += LANES) {
    const vector probability = exponential(load(p + j) - log_sum);
    store(p + j, probability);
    store(dp + j, probability * (load(dp + j) - product));
  }
}

void attention_backward(const Model *model, size_t length, const float *query_key_value, const float *attended, const float *log_sum,
                        const float *dattended, float *dquery_key_value, float *scratch) {
  const Shape *s = &model->shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d), y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  const Head head = lay_out(length, s->head_width, &arena);
  const size_t w = head.width;
  const float scale = 1.0f / sqrtf((float)s->head_width);
  for (size_t h = 0; h < s->heads; h++) {
    const size_t column = h * s->head_width;
    const float *from = query_key_value + column;
    gather(&head, s->head_width, from, stride, scale, head.q);
    gather(&head, s->head_width, from + d, stride, 1.0f, head.k);
    gather(&head, s->head_width, from + 2 * d, stride, 1.0f, head.v);
    gather(&head, s->head_width, dattended + column, y_stride, 1.0f, head.dy);
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
        const size_t row = first + i;
        const float product = dot(dy + i * w, attended + row * y_stride + column, s->head_width);
        block_gradient_row(&head, i, columns, log_sum[row * s->heads + h], product);
      }
      gemm(rows, w, columns, rows_of(head.dp, head.stride), unpacked(head.k, w), head.dq + first * w, w, false);
      gemm(columns, w, rows, columns_of(head.dp, head.stride), unpacked(head.q + first * w, w), head.dk, w, true);
      gemm(columns, w, rows, columns_of(head.p, head.stride), unpacked(dy, w), head.dv, w, true);
    }
    float *to = dquery_key_value + column;
    scatter(&head, s->head_width, head.dq, scale, to, stride);
    scatter(&head, s->head_width, head.dk, 1.0f, to + d, stride); /* q already carries 1/sqrt(h) */
    scatter(&head, s->head_width, head.dv, 1.0f, to + 2 * d, stride);
  }
}
