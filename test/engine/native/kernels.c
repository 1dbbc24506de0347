/*
 * What kernels.test.ts calls where a kernel itself cannot be called from outside: inline functions, structs by value, operands
 * that must lie in memory of the engine. Arrays of the caller are dense, [rows, width]; here they get the strides and the room
 * that kernels ask for.
 */
#include <string.h>

#include "kernels/attention.h"
#include "kernels/gemm.h"
#include "kernels/head.h"
#include "kernels/linear.h"
#include "kernels/loss.h"
#include "kernels/sample.h"
#include "kernels/softmax.h"
#include "machine/memory.h"

/* A dense matrix with rows `stride` apart, and room after the last. */
static float *spread(const float *x, size_t rows, size_t width, size_t stride) {
  float *to = memory_take((rows + 64) * stride * sizeof(float));
  for (size_t row = 0; row < rows; row++) memcpy(to + row * stride, x + row * width, width * sizeof(float));
  return to;
}

/* The way back; frees the spread matrix. */
static void gather(float *from, size_t rows, size_t width, size_t stride, float *x) {
  for (size_t row = 0; row < rows; row++) memcpy(x + row * width, from + row * stride, width * sizeof(float));
  memory_release(from);
}

int kernel_supports(int mode) { return mode_request((Mode)mode); }

void kernel_exponential(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = exponential_one(x[i]);
}

float kernel_softmax(float *scores, size_t columns) { return softmax_row(scores, columns); }

/* c (+)= a b: a [m, k], or [k, m] where `transposed`; b [k, n], or [n, k] and packed where `pack`. */
void kernel_gemm(size_t m, size_t n, size_t k, const float *a, int transposed, const float *b, int pack, float *c,
                 int accumulate) {
  float *panels = memory_take(gemm_packed_size(k, n) * sizeof(float));
  if (pack) gemm_pack_transposed(b, k, n, k, panels);
  gemm(m, n, k, transposed ? columns_of(a, m) : rows_of(a, k), pack ? packed(panels, k) : unpacked(b, n), c, n, accumulate);
  memory_release(panels);
}

/* y = x w^T, dx = dy w, dw = dy^T x: w [out, in], x [rows, in], dy [rows, out]. */
void kernel_linear(int mode, size_t rows, size_t out, size_t in, const float *w, const float *x, const float *dy, float *y,
                   float *dx, float *dw) {
  const size_t ld_in = row_stride(in), ld_out = row_stride(out), size = linear_packed_size((Mode)mode, out, in) * sizeof(float);
  const Linear linear = {.out = out, .in = in, .forward = memory_take(size), .backward = memory_take(size)};
  float *x_rows = spread(x, rows, in, ld_in), *dy_rows = spread(dy, rows, out, ld_out);
  float *y_rows = spread(y, rows, out, ld_out), *dx_rows = spread(dx, rows, in, ld_in);
  float *scratch = memory_take(linear_scratch_size((Mode)mode, rows, larger(out, in)) * sizeof(float));
  linear_pack((Mode)mode, &linear, w);
  linear_forward_rows((Mode)mode, rows, x_rows, ld_in, &linear, y_rows, ld_out, false, scratch);
  linear_backward_input((Mode)mode, rows, dy_rows, ld_out, &linear, dx_rows, ld_in, scratch);
  Operand columns = {.mode = (Mode)mode, .form = COLUMNS, .capacity = rows, .width = out, .stride = ld_out};
  Operand pairs = {.mode = (Mode)mode, .form = PAIRS, .capacity = rows, .width = in, .stride = ld_in};
  float *columns_memory = columns.at = memory_take(operand_size(&columns) * sizeof(float));
  float *pairs_memory = pairs.at = memory_take(operand_size(&pairs) * sizeof(float));
  columns = operand_of(&columns, rows, dy_rows, ld_out);
  pairs = operand_of(&pairs, rows, x_rows, ld_in);
  linear_backward_weight(&columns, &pairs, rows, &linear, (Lane){.gradient = dw, .fresh = true});
  gather(y_rows, rows, out, ld_out, y);
  gather(dx_rows, rows, in, ld_in, dx);
  void *const taken[] = {linear.forward, linear.backward, x_rows, dy_rows, scratch, columns_memory, pairs_memory};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) memory_release(taken[i]);
}

/* Forward and backward of one document: q, k and v [length, 3 d], y and dy [length, d]. */
void kernel_attention(int mode, size_t heads, size_t head_width, size_t d, size_t length, const float *query_key_value,
                      const float *dy, float *y, float *dquery_key_value) {
  const AttentionShape shape = {.mode = (Mode)mode, .heads = heads, .head_width = head_width, .padded_width = d};
  const size_t ld = row_stride(d), ld_qkv = row_stride(3 * d);
  float *scratch = memory_take(attention_scratch_size((Mode)mode, length, head_width) * sizeof(float));
  float *log_sum = memory_take(length * heads * sizeof(float));
  float *qkv_rows = spread(query_key_value, length, 3 * d, ld_qkv), *dy_rows = spread(dy, length, d, ld);
  float *y_rows = spread(y, length, d, ld), *dqkv_rows = spread(dquery_key_value, length, 3 * d, ld_qkv);
  attention_forward(&shape, 0, length, qkv_rows, y_rows, log_sum, scratch);
  attention_backward(&shape, 0, length, qkv_rows, log_sum, dy_rows, dqkv_rows, scratch);
  gather(y_rows, length, d, ld, y);
  gather(dqkv_rows, length, 3 * d, ld_qkv, dquery_key_value);
  void *const taken[] = {scratch, log_sum, qkv_rows, dy_rows};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) memory_release(taken[i]);
}

/* row: logits, then their gradient; score gets log p of the target and the entropy. */
void kernel_head(float *row, size_t vocabulary, size_t padded, int target, float inverse_temperature, float d_log_prob,
                 float d_entropy, float *score) {
  float log_denominator;
  const bool keep = d_entropy != 0;
  const RowScore s = head_score(row, vocabulary, padded, target, inverse_temperature, true, keep, &log_denominator);
  head_gradient(row, padded, target, inverse_temperature, log_denominator, s, d_log_prob, d_entropy, keep);
  score[0] = s.log_prob;
  score[1] = s.entropy;
}

/* result: loss, dL/dlogp, dL/dH, dL/dV. */
void kernel_loss(const Loss *loss, size_t position, double log_prob, double entropy, double value, double *result) {
  const TokenGradient g = loss_at(loss, position, true, log_prob, entropy, value);
  result[0] = g.loss;
  result[1] = g.d_log_prob;
  result[2] = g.d_entropy;
  result[3] = g.d_value;
}

int kernel_sample(const float *logits, size_t vocabulary, size_t padded, const Sampling *sampling, double u, float *log_prob) {
  const SampleScratch scratch = {memory_take(padded * sizeof(float)), memory_take(padded * sizeof(int32_t))};
  const int32_t token = sample_token(logits, vocabulary, padded, sampling, u, scratch, log_prob);
  memory_release(scratch.probability);
  memory_release(scratch.order);
  return token;
}
