#include "block.h"

#include <math.h>
#include <string.h>

#include "../kernels/attention.h"
#include "../kernels/layernorm.h"
#include "../kernels/rope.h"
#include "../machine/memory.h"
#include "feed_forward.h"
#include "sketch.h"

void block_normalise(const Model *model, Workspace *w, const float *x, const Operand *y, float *rstd, size_t rows) {
  const size_t ld = row_stride(model->shape.padded_width);
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = smaller(rows - first, BLOCK_ROWS);
    float *normed = operand_target(y, first, w->normed);
    layernorm_forward(x + first * ld, normed, rstd + first, count, model->shape.width, ld);
    operand_put(y, first, count, normed, ld);
  }
}

void block_normalise_backward(const Model *model, Workspace *w, const Operand *y, const float *rstd, const float *dy, float *dx,
                              size_t rows) {
  const size_t ld = row_stride(model->shape.padded_width);
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = smaller(rows - first, BLOCK_ROWS);
    layernorm_backward(operand_floats(y, first, count, w->normed), rstd + first, dy + first * ld, dx + first * ld, count,
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

static AttentionShape attention_shape(const Model *model) {
  const Shape *s = &model->shape;
  return (AttentionShape){.mode = model->mode, .heads = s->heads, .head_width = s->head_width, .padded_width = s->padded_width};
}

static void copy_rows(float *to, const float *from, size_t rows, size_t stride) {
  memcpy(to, from, rows * stride * sizeof(float));
}

void block_attend_tangent(const Model *model, Workspace *w, size_t layer, Document document) {
  const Activations *a = &w->activations[layer];
  const size_t d = model->shape.padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d);
  const size_t shared = (size_t)document.shared, own = document.length - shared, row = document.row;
  const AttentionShape shape = attention_shape(model);
  const float *qkv = a->query_key_value + row * ld_qkv, *tangent = w->dquery_key_value + row * ld_qkv;
  float *attended = w->dattended + row * ld;
  if (!document.copied) {
    attention_tangent(&shape, 0, document.length, qkv, tangent, attended, w->attention);
    return;
  }
  const DocumentCopy *copy = &w->copy;
  copy_rows(copy->query_key_value + shared * ld_qkv, qkv, own, ld_qkv);
  copy_rows(copy->dquery_key_value + shared * ld_qkv, tangent, own, ld_qkv);
  attention_tangent(&shape, shared, document.length, copy->query_key_value, copy->dquery_key_value, copy->dattended,
                    w->attention);
  copy_rows(attended, copy->dattended + shared * ld, own, ld);
}

/* Forward attention of a document that shares rows: reads and writes its own rows, those in common lie in w->copy already. */
static void attend_copy(const Model *model, Workspace *w, const Activations *a, Document document, float *attended) {
  const size_t d = model->shape.padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d), heads = model->shape.heads;
  const size_t shared = (size_t)document.shared, own = document.length - shared, row = document.row;
  const DocumentCopy *copy = &w->copy;
  const AttentionShape shape = attention_shape(model);
  copy_rows(copy->query_key_value + shared * ld_qkv, a->query_key_value + row * ld_qkv, own, ld_qkv);
  attention_forward(&shape, shared, document.length, copy->query_key_value, copy->attended, copy->log_sum, w->attention);
  copy_rows(attended + row * ld, copy->attended + shared * ld, own, ld);
  copy_rows(a->log_sum + row * heads, copy->log_sum + shared * heads, own, heads);
}

void block_attention(const Model *model, Workspace *w, size_t layer, size_t rows) {
  const Shape *s = &model->shape;
  Activations *a = &w->activations[layer];
  const size_t d = s->padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d);
  const AttentionShape shape = attention_shape(model);
  float *attended = operand_target(&a->attended, 0, w->attended);
  for (size_t i = 0; i < w->documents; i++) {
    const Document document = w->document[i];
    if (document.copied) attend_copy(model, w, a, document, attended);
    else
      attention_forward(&shape, 0, document.length, a->query_key_value + document.row * ld_qkv, attended + document.row * ld,
                        a->log_sum + document.row * s->heads, w->attention);
  }
  operand_put(&a->attended, 0, rows, attended, ld);
  linear_forward(&a->attended, 0, rows, &model->layer[layer].output, w->residual, ld, true);
}

/* The row of token t of document i. */
static size_t row_of(const Workspace *w, size_t i, size_t t) {
  while (t < (size_t)w->document[i].shared) i--;
  return w->document[i].row + t - (size_t)w->document[i].shared;
}

/* Backward attention of a document that shares rows: writes its own rows of w->dquery_key_value and adds to those in common. */
static void attend_copy_backward(const Model *model, Workspace *w, const Activations *a, size_t i) {
  const size_t d = model->shape.padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d), heads = model->shape.heads;
  const Document document = w->document[i];
  const size_t shared = (size_t)document.shared, own = document.length - shared, row = document.row;
  const DocumentCopy *copy = &w->copy;
  const AttentionShape shape = attention_shape(model);
  copy_rows(copy->query_key_value + shared * ld_qkv, a->query_key_value + row * ld_qkv, own, ld_qkv);
  copy_rows(copy->log_sum + shared * heads, a->log_sum + row * heads, own, heads);
  /* What the rows in common attended to belongs to the document before: here they are keys and values only. */
  memset(copy->dattended, 0, shared * ld * sizeof(float));
  copy_rows(copy->dattended + shared * ld, w->dnormed + row * ld, own, ld);
  attention_backward(&shape, shared, document.length, copy->query_key_value, copy->log_sum, copy->dattended,
                     copy->dquery_key_value, w->attention);
  copy_rows(w->dquery_key_value + row * ld_qkv, copy->dquery_key_value + shared * ld_qkv, own, ld_qkv);
  for (size_t t = 0; t < shared; t++) {
    const float *from = copy->dquery_key_value + t * ld_qkv + d;
    float *to = w->dquery_key_value + row_of(w, i, t) * ld_qkv + d;
    for (size_t j = 0; j < 2 * d; j++) to[j] += from[j];
  }
}

void block_attention_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane) {
  const Shape *s = &model->shape;
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t d = s->padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d);
  const AttentionShape shape = attention_shape(model);
  const Operand pairs = narrowed(w->pairs, d), columns = narrowed(w->columns, 3 * d);

  linear_backward_input(model->mode, rows, w->dresidual, ld, &l->output, w->dnormed, ld, w->linear);
  if (lane.sketch) {
    sketch_matrix(lane.sketch, w, layer_matrix(layer, OUTPUT), rows, d, w->dresidual, &a->attended);
  } else {
    const Operand dresidual = operand_of(&w->columns_narrow, rows, w->dresidual, ld);
    const Operand attended = operand_pair(&a->attended, rows, &pairs);
    linear_backward_weight(&dresidual, &attended, rows, &l->output, lane);
  }

  for (size_t i = 0; i < w->documents; i++) {
    const Document document = w->document[i];
    if (document.copied) attend_copy_backward(model, w, a, i);
    else
      attention_backward(&shape, 0, document.length, a->query_key_value + document.row * ld_qkv,
                         a->log_sum + document.row * s->heads, w->dnormed + document.row * ld,
                         w->dquery_key_value + document.row * ld_qkv, w->attention);
  }
  block_rotate(model, w->dquery_key_value, w->positions, rows, -1.0f);

  linear_backward_input(model->mode, rows, w->dquery_key_value, ld_qkv, &l->query_key_value, w->dnormed, ld, w->linear);
  if (lane.sketch) {
    sketch_matrix(lane.sketch, w, layer_matrix(layer, QUERY_KEY_VALUE), rows, 3 * d, w->dquery_key_value, &a->normed1);
  } else {
    const Operand dquery_key_value = operand_of(&columns, rows, w->dquery_key_value, ld_qkv);
    const Operand normed = operand_pair(&a->normed1, rows, &pairs);
    linear_backward_weight(&dquery_key_value, &normed, rows, &l->query_key_value, lane);
  }
  block_normalise_backward(model, w, &a->normed1, a->rstd1, w->dnormed, w->dresidual, rows);
}

void block_feed_forward(const Model *model, Workspace *w, size_t layer, size_t rows) {
  const Activations *a = &w->activations[layer];
  block_normalise(model, w, w->residual, &a->normed2, a->rstd2, rows);
  feed_forward(model, w, layer, rows);
}

void block_feed_forward_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane) {
  const Activations *a = &w->activations[layer];
  feed_forward_backward(model, w, layer, rows, lane);
  block_normalise_backward(model, w, &a->normed2, a->rstd2, w->dnormed, w->dresidual, rows);
}
