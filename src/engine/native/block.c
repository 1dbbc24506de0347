#include "block.h"

#include <math.h>

#include "attention.h"
#include "feed_forward.h"
#include "layernorm.h"
#include "memory.h"
#include "rope.h"

static size_t block_of(size_t rows, size_t first) { return rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS; }

void block_normalise(const Model *model, Workspace *w, const float *x, const Operand *y, float *rstd, size_t rows) {
  const size_t ld = row_stride(model->shape.padded_width);
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = block_of(rows, first);
    float *normed = operand_target(y, first, w->normed);
    layernorm_forward(x + first * ld, normed, rstd + first, count, model->shape.width, ld);
    operand_put(y, first, count, normed, ld);
  }
}

void block_normalise_backward(const Model *model, Workspace *w, const Operand *y, const float *rstd, size_t rows) {
  const size_t ld = row_stride(model->shape.padded_width);
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = block_of(rows, first);
    layernorm_backward(operand_floats(y, first, count, w->normed), rstd + first, w->dnormed + first * ld, w->dresidual + first * ld, count,
                       model->shape.width, ld);
  }
}

void block_rotate(const Model *model, float *query_key_value, const int32_t *positions, size_t rows, float sign) {
  const Shape *s = &model->shape;
  const size_t d = s->padded_width, ld = row_stride(3 * d);
  const float scale = 1.0f / sqrtf((float)s->head_width);
  rope_rotate(query_key_value, rows, ld, positions, s->heads, s->head_width, model->cosines, model->sines, sign, scale);
  rope_rotate(query_key_value + d, rows, ld, positions, s->heads, s->head_width, model->cosines, model->sines, sign, 1.0f);
}

void block_query_key_value(const Model *model, Workspace *w, size_t layer, size_t rows) {
  const Shape *s = &model->shape;
  Activations *a = &w->activations[layer];
  const size_t d = s->padded_width, ld = row_stride(3 * d);
  block_normalise(model, w, w->residual, &a->normed1, a->rstd1, rows);
  linear_forward(&a->normed1, 0, rows, &model->layer[layer].query_key_value, a->query_key_value, ld, false);
  block_rotate(model, a->query_key_value, w->positions, rows, 1.0f);
}

void block_attention(const Model *model, Workspace *w, size_t layer, size_t rows, Documents documents) {
  const Shape *s = &model->shape;
  Activations *a = &w->activations[layer];
  const size_t d = s->padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d);
  float *attended = operand_target(&a->attended, 0, w->attended);
  for (size_t i = 0; i < documents.count; i++) {
    const size_t at = (size_t)(documents.offsets[i] - documents.offsets[0]);
    const size_t length = (size_t)(documents.offsets[i + 1] - documents.offsets[i]);
    attention_forward(model, length, a->query_key_value + at * ld_qkv, attended + at * ld, a->log_sum + at * s->heads, w->attention);
  }
  operand_put(&a->attended, 0, rows, attended, ld);
  linear_forward(&a->attended, 0, rows, &model->layer[layer].output, w->residual, ld, true);
}

void block_attention_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Documents documents, Lane lane) {
  const Shape *s = &model->shape;
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t d = s->padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d);
  const Operand pairs = narrowed(w->pairs, d), columns = narrowed(w->columns, 3 * d);

  linear_backward_input(model->mode, rows, w->dresidual, ld, &l->output, w->dnormed, ld, w->linear);
  const Operand dresidual = operand_of(&w->columns_narrow, rows, w->dresidual, ld);
  const Operand attended = operand_pair(&a->attended, rows, &pairs);
  linear_backward_weight(&dresidual, &attended, rows, &l->output, lane);

  for (size_t i = 0; i < documents.count; i++) {
    const size_t at = (size_t)(documents.offsets[i] - documents.offsets[0]);
    const size_t length = (size_t)(documents.offsets[i + 1] - documents.offsets[i]);
    attention_backward(model, length, a->query_key_value + at * ld_qkv, a->log_sum + at * s->heads, w->dnormed + at * ld,
                       w->dquery_key_value + at * ld_qkv, w->attention);
  }
  block_rotate(model, w->dquery_key_value, w->positions, rows, -1.0f);

  linear_backward_input(model->mode, rows, w->dquery_key_value, ld_qkv, &l->query_key_value, w->dnormed, ld, w->linear);
  const Operand dquery_key_value = operand_of(&columns, rows, w->dquery_key_value, ld_qkv);
  const Operand normed = operand_pair(&a->normed1, rows, &pairs);
  linear_backward_weight(&dquery_key_value, &normed, rows, &l->query_key_value, lane);
  block_normalise_backward(model, w, &a->normed1, a->rstd1, rows);
}

void block_feed_forward(const Model *model, Workspace *w, size_t layer, size_t rows) {
  const Activations *a = &w->activations[layer];
  block_normalise(model, w, w->residual, &a->normed2, a->rstd2, rows);
  feed_forward(model, w, layer, rows);
}

void block_feed_forward_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane) {
  const Activations *a = &w->activations[layer];
  feed_forward_backward(model, w, layer, rows, lane);
  block_normalise_backward(model, w, &a->normed2, a->rstd2, rows);
}
