/*
 * Attention with its products on tiles; formulas in attention.c. Operands of a head are converted once per document. The
 * gradients of keys and values sum over query rows, so p^T and ds^T of a STRETCH of rows are collected first and multiplied
 * together.
 */
#include "attention_tiled.h"

#include "../machine/memory.h"
#include "attention_rows.h"
#include "gemm.h"

#if HAVE_BF16

enum { BLOCK = 32, STRETCH = 128 };

typedef struct {
  int planes;
  HeadShape shape;
  size_t padded_length;
  TileLeft q_left, dy_left;             /* [t, w] */
  TileRight q, k, v, dy;                /* [t, w] */
  TileRight k_transposed, v_transposed; /* [w, t] */
  TileLeft block;                       /* [BLOCK, t] */
  TileLeft p_columns, ds_columns;       /* [t, STRETCH] */
  float *p, *dp;                        /* [BLOCK, t], row stride `stride` */
  size_t stride;
  float *copy[4], *out; /* padded copies, [t, w] */
  /* With two planes the scores alone are computed in f32: the exponential turns their absolute error into a relative one. */
  Matrix q_floats;
  float *k_packed;
} Head;

static TileLeft take_left(int planes, size_t rows, size_t k, Arena *arena) {
  const size_t stride = tiled_left_stride(k), plane = round_up(rows, 32) * stride;
  return (TileLeft){(bf16 *)arena_floats(arena, (size_t)planes * plane / 2), plane, stride};
}

static TileRight take_right(int planes, size_t k, size_t n, Arena *arena) {
  return (TileRight){(bf16 *)arena_floats(arena, (size_t)planes * k * n / 2), k * n, k * 32};
}

static Head lay_out(Mode mode, size_t length, size_t head_width, Arena *arena) {
  const int planes = planes_of(mode);
  const size_t t = round_up(length, 32), w = round_up(head_width, 32);
  Head head = {.planes = planes, .shape = {length, head_width, w}, .padded_length = t, .stride = row_stride(t)};
  head.q_left = take_left(planes, t, w, arena);
  head.dy_left = take_left(planes, t, w, arena);
  TileRight *const by_rows[] = {&head.q, &head.k, &head.v, &head.dy};
  for (size_t i = 0; i < 4; i++) *by_rows[i] = take_right(planes, t, w, arena);
  head.k_transposed = take_right(planes, w, t, arena);
  head.v_transposed = take_right(planes, w, t, arena);
  head.block = take_left(planes, BLOCK, t, arena);
  head.p_columns = take_left(planes, t, STRETCH, arena);
  head.ds_columns = take_left(planes, t, STRETCH, arena);
  head.p = arena_floats(arena, BLOCK * head.stride);
  head.dp = arena_floats(arena, BLOCK * head.stride);
  for (size_t i = 0; i < 4; i++) head.copy[i] = arena_floats(arena, (t + SPILL_ROWS) * w);
  head.out = arena_floats(arena, (t + SPILL_ROWS) * w);
  head.k_packed = planes == 2 ? arena_floats(arena, gemm_packed_size(w, t)) : NULL;
  return head;
}

size_t attention_tiled_scratch_size(Mode mode, size_t rows, size_t head_width) {
  Arena arena = {0};
  lay_out(mode, rows, head_width, &arena);
  return arena.used / sizeof(float);
}

/* Takes in what the scores are made of: q and k of the document. */
static void prepare_scores(Head *head, Matrix q, Matrix k) {
  if (head->planes == 2) {
    head->q_floats = q;
    gemm_pack_transposed_rows(k.at, k.stride, head->shape.length, head->padded_length, head->shape.width, head->k_packed);
  } else {
    tiled_left(1, q.at, q.stride, head->shape.length, head->shape.width, head->q_left);
    tiled_right_transposed(1, k.at, k.stride, head->shape.length, head->shape.width, head->k_transposed);
  }
}

/* Scores of a block of rows from `first`, the future masked. Returns the number of columns. */
static size_t block_scores(const Head *head, size_t first, size_t rows) {
  const size_t columns = round_up(first + rows, 32), w = head->shape.width;
  if (head->planes == 2) {
    const Matrix q = head->q_floats;
    gemm(rows, columns, w, rows_of(q.at + first * q.stride, q.stride), packed(head->k_packed, w), head->p, head->stride, false);
  } else {
    tiled_product(1, rows, columns, w, rows_from(head->q_left, first), head->k_transposed, head->p, head->stride, false);
  }
  for (size_t i = 0; i < rows; i++) mask_future(head->p + i * head->stride, first + i, columns);
  return columns;
}

void attention_tiled_forward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                             float *attended, float *log_sum, float *scratch) {
  const AttentionShape *s = shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d), y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  Head head = lay_out(s->mode, length, s->head_width, &arena);
  const size_t w = head.shape.width;
  for (size_t h = 0; h < s->heads; h++) {
    const float *at = query_key_value + h * s->head_width;
    const Matrix q = columns_of_head(head.shape, at, stride, head.copy[0]),
                 k = columns_of_head(head.shape, at + d, stride, head.copy[1]),
                 v = columns_of_head(head.shape, at + 2 * d, stride, head.copy[2]);
    prepare_scores(&head, q, k);
    tiled_right(head.planes, v.at, v.stride, length, w, head.v);
    const Matrix y = target_of_head(head.shape, attended + h * s->head_width, y_stride, head.out);
    for (size_t first = from / BLOCK * BLOCK; first < length; first += BLOCK) {
      const size_t rows = smaller(length - first, BLOCK);
      const size_t columns = block_scores(&head, first, rows);
      for (size_t i = 0; i < rows; i++) log_sum[(first + i) * s->heads + h] = softmax_row(head.p + i * head.stride, columns);
      tiled_left(head.planes, head.p, head.stride, rows, columns, head.block);
      tiled_product(head.planes, rows, w, columns, head.block, head.v, y.at + first * y.stride, y.stride, false);
    }
    settle(head.shape, attended + h * s->head_width, y_stride, head.out);
  }
}

/* to[j] (+)= sum over the stretch's rows i >= j of columns[j][i] right[i], j < end; if `begun`, rows before `start` have a sum
 * already. */
static void sum_columns(const Head *head, TileLeft columns, TileRight right, size_t start, size_t end, Matrix to, bool begun) {
  for (size_t j = 0; j < end; j += BLOCK) {
    const size_t from = j > start ? j : start;
    TileLeft left = rows_from(columns, j);
    left.at += from - start;
    tiled_product(head->planes, BLOCK, head->shape.width, round_up(end - from, 32), left, depth_from(right, from),
                  to.at + j * to.stride, to.stride, begun && j < start);
  }
}

/* Operands and targets of one head's backward pass. */
typedef struct {
  const float *log_sum; /* [length, heads], this head's column */
  size_t heads;
  Matrix dq, dk, dv;
} HeadGradient;

static void backward_block(const Head *head, const HeadGradient *g, size_t first, size_t stretch) {
  const size_t rows = smaller(head->shape.length - first, BLOCK), stride = head->stride;
  const size_t columns = block_scores(head, first, rows);
  tiled_product(head->planes, rows, columns, head->shape.width, rows_from(head->dy_left, first), head->v_transposed, head->dp,
                stride, false);
  for (size_t i = 0; i < rows; i++) {
    gradient_row(head->p + i * stride, head->dp + i * stride, columns, g->log_sum[(first + i) * g->heads]);
  }
  tiled_left(head->planes, head->dp, stride, rows, columns, head->block);
  tiled_product(head->planes, rows, head->shape.width, columns, head->block, head->k, g->dq.at + first * g->dq.stride,
                g->dq.stride, false);
  TileLeft p_columns = head->p_columns, ds_columns = head->ds_columns;
  p_columns.at += first - stretch;
  ds_columns.at += first - stretch;
  tiled_left_transposed(head->planes, head->p, stride, rows, columns, p_columns);
  tiled_left_transposed(head->planes, head->dp, stride, rows, columns, ds_columns);
}

void attention_tiled_backward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                              const float *log_sum, const float *dattended, float *dquery_key_value, float *scratch) {
  const AttentionShape *s = shape;
  const size_t d = s->padded_width, stride = row_stride(3 * d), y_stride = row_stride(d);
  Arena arena = {.base = (char *)scratch};
  Head head = lay_out(s->mode, length, s->head_width, &arena);
  const size_t w = head.shape.width;
  const size_t begin = from / BLOCK * BLOCK;
  const int planes = head.planes;
  /* Three gradients are written by turns: a padded head needs a place for each. */
  float *const out[3] = {head.out, head.copy[1], head.copy[2]};
  for (size_t h = 0; h < s->heads; h++) {
    const size_t column = h * s->head_width;
    const float *at = query_key_value + column;
    float *to = dquery_key_value + column;
    const Matrix q = columns_of_head(head.shape, at, stride, head.copy[0]),
                 k = columns_of_head(head.shape, at + d, stride, head.copy[1]),
                 v = columns_of_head(head.shape, at + 2 * d, stride, head.copy[2]),
                 dy = columns_of_head(head.shape, dattended + column, y_stride, head.copy[3]);
    prepare_scores(&head, q, k);
    tiled_left(planes, dy.at, dy.stride, length, w, head.dy_left);
    tiled_right_transposed(planes, v.at, v.stride, length, w, head.v_transposed);
    tiled_right(planes, k.at, k.stride, length, w, head.k);
    tiled_right(planes, q.at, q.stride, length, w, head.q);
    tiled_right(planes, dy.at, dy.stride, length, w, head.dy);
    HeadGradient g = {.log_sum = log_sum + h, .heads = s->heads};
    Matrix *const targets[3] = {&g.dq, &g.dk, &g.dv};
    for (size_t part = 0; part < 3; part++) *targets[part] = target_of_head(head.shape, to + part * d, stride, out[part]);
    for (size_t start = begin; start < length; start += STRETCH) {
      const size_t end = smaller(start + STRETCH, length);
      for (size_t first = start; first < end; first += BLOCK) backward_block(&head, &g, first, start);
      sum_columns(&head, head.ds_columns, head.q, start, end, g.dk, start > begin);
      sum_columns(&head, head.p_columns, head.dy, start, end, g.dv, start > begin);
    }
    for (size_t part = 0; part < 3; part++) settle(head.shape, to + part * d, stride, out[part]);
  }
}

#endif
