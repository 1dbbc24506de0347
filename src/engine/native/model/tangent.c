#include "tangent.h"

#include <string.h>

#include "../kernels/head.h"
#include "../kernels/layernorm.h"
#include "../kernels/swiglu.h"
#include "../machine/memory.h"
#include "block.h"
#include "workspace.h"

/* The direction is a model of the same shape, whose weights are packed alike. */
typedef struct {
  Pass pass;
  Model *direction;
  float inverse_temperature;
  TangentOutput out;
} Step;

/* n' in w->dnormed from x' in w->dresidual, n = LN(x). */
static void normalise_tangent(const Model *model, Workspace *w, const Operand *normed, const float *rstd, size_t rows) {
  memset(w->dnormed, 0, rows * row_stride(model->shape.padded_width) * sizeof(float));
  block_normalise_backward(model, w, normed, rstd, w->dresidual, w->dnormed, rows);
}

/* x += Wo a, a = Attention(..):   x' += Wo a' + Vo a */
static void attention_half(const Step *step, Workspace *w, size_t layer, size_t rows) {
  const Model *model = step->pass.model;
  const Mode mode = model->mode;
  const Layer *l = &model->layer[layer], *v = &step->direction->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t d = model->shape.padded_width, ld = row_stride(d), ld_qkv = row_stride(3 * d);
  block_query_key_value(model, w, layer, rows);
  normalise_tangent(model, w, &a->normed1, a->rstd1, rows);
  linear_forward_rows(mode, rows, w->dnormed, ld, &l->query_key_value, w->dquery_key_value, ld_qkv, false, w->linear);
  linear_forward(&a->normed1, 0, rows, &v->query_key_value, w->dquery_key_value, ld_qkv, true);
  block_rotate(model, w->dquery_key_value, w->positions, rows, 1.0f);
  block_attention(model, w, layer, rows);
  for (size_t i = 0; i < w->documents; i++) block_attend_tangent(model, w, layer, w->document[i]);
  linear_forward_rows(mode, rows, w->dattended, ld, &l->output, w->dresidual, ld, true, w->linear);
  linear_forward(&a->attended, 0, rows, &v->output, w->dresidual, ld, true);
}

/* x += Wdown h, h = silu(g) u:   x' += Wdown h' + Vdown h. A block of rows goes all the way, so that it stays in the cache. */
static void feed_forward_half(const Step *step, Workspace *w, size_t layer, size_t rows) {
  const Model *model = step->pass.model;
  const Mode mode = model->mode;
  const Layer *l = &model->layer[layer], *v = &step->direction->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t f = model->shape.padded_hidden, span = TILED(mode) ? TILED_SPAN : f;
  const size_t ld = row_stride(model->shape.padded_width), ld_gate_up = row_stride(2 * f), ld_hidden = row_stride(f);
  block_normalise(model, w, w->residual, &a->normed2, a->rstd2, rows);
  normalise_tangent(model, w, &a->normed2, a->rstd2, rows);
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = smaller(rows - first, BLOCK_ROWS);
    float *x = w->residual + first * ld, *dx = w->dresidual + first * ld;
    float *gate_up = w->gate_up, *dgate_up = w->gate_up_tangent, *hidden = w->activated, *dhidden = w->activated_tangent;
    linear_forward(&a->normed2, first, count, &l->gate_up, gate_up, ld_gate_up, false);
    linear_forward_rows(mode, count, w->dnormed + first * ld, ld, &l->gate_up, dgate_up, ld_gate_up, false, w->linear);
    linear_forward(&a->normed2, first, count, &v->gate_up, dgate_up, ld_gate_up, true);
    swiglu_forward(gate_up, ld_gate_up, hidden, ld_hidden, count, f, span);
    swiglu_tangent(gate_up, dgate_up, ld_gate_up, dhidden, ld_hidden, count, f, span);
    linear_forward_rows(mode, count, hidden, ld_hidden, &l->down, x, ld, true, w->linear);
    linear_forward_rows(mode, count, dhidden, ld_hidden, &l->down, dx, ld, true, w->linear);
    linear_forward_rows(mode, count, hidden, ld_hidden, &v->down, dx, ld, true, w->linear);
  }
}

/* Embedding to final LayerNorm: hidden states in w->final, their tangents in w->dnormed. */
static void forward(const Step *step, Workspace *w, Chunk chunk) {
  const Model *model = step->pass.model, *direction = step->direction;
  const size_t d = model->shape.padded_width, ld = row_stride(d);
  chunk_embed(model, w, step->pass.batch, chunk);
  for (size_t row = 0; row < chunk.rows; row++) {
    const size_t from = embedding_of(direction, token_of(w, step->pass.batch, row));
    memcpy(w->dresidual + row * ld, direction->parameters + from, d * sizeof(float));
  }
  for (size_t layer = 0; layer < model->shape.layers; layer++) {
    attention_half(step, w, layer, chunk.rows);
    feed_forward_half(step, w, layer, chunk.rows);
  }
  chunk_finish(model, w, chunk);
  memset(w->dnormed, 0, chunk.rows * ld * sizeof(float));
  layernorm_backward(w->final, w->final_rstd, w->dresidual, w->dnormed, chunk.rows, model->shape.width, ld);
}

/* Scores of a block of rows, whose logits and their tangents are in w. */
static void score_block(const Step *step, const Workspace *w, Chunk chunk, size_t first, size_t rows) {
  const Shape *s = &step->pass.model->shape;
  const size_t stride = row_stride(s->padded_vocabulary);
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i;
    const int target = target_of(step->pass.batch, w, chunk, row);
    float *logits = w->logits + i * stride, log_denominator;
    const RowScore score = head_score(logits, s->vocabulary, s->padded_vocabulary, target, step->inverse_temperature, false,
                                      false, &log_denominator);
    const float tangent =
        head_tangent(logits, w->dlogits + i * stride, s->padded_vocabulary, target, step->inverse_temperature, log_denominator);
    for (size_t document = w->document_of[row]; belongs_to(w, row, document); document++) {
      const size_t position = position_in(w, row, document);
      step->out.log_probs[position] = score.log_prob;
      step->out.tangents[position] = tangent;
    }
  }
}

static void tangent_chunk(void *context, int index, int worker) {
  const Step *step = context;
  Model *model = step->pass.model;
  if (atomic_load(&model->cancelled)) return;
  Workspace *w = model->workspace[worker];
  const Chunk chunk = step->pass.chunk[index];
  const size_t ld = row_stride(model->shape.padded_width), ld_logits = row_stride(model->shape.padded_vocabulary);
  forward(step, w, chunk);
  for (size_t first = 0; first < chunk.rows; first += w->head_rows) {
    const size_t rows = smaller(chunk.rows - first, w->head_rows);
    linear_forward(&w->final_rows, first, rows, &model->head, w->logits, ld_logits, false);
    linear_forward_rows(model->mode, rows, w->dnormed + first * ld, ld, &model->head, w->dlogits, ld_logits, false, w->linear);
    linear_forward(&w->final_rows, first, rows, &step->direction->head, w->dlogits, ld_logits, true);
    score_block(step, w, chunk, first, rows);
  }
}

Status tangent_score(Model *model, int threads, Batch batch, float inverse_temperature, const float *direction,
                     TangentOutput out) {
  if (batch.documents == 0) return OK;
  Step step = {.pass = {.model = model, .batch = batch, .threads = threads},
               .direction = model_create(&model->shape, model->mode),
               .inverse_temperature = inverse_temperature,
               .out = out};
  if (!step.direction) return OUT_OF_MEMORY;
  model_import(step.direction, direction, step.direction->parameters);
  model_pack(step.direction, threads);
  Status status = pass_prepare(&step.pass, TANGENTS, SIZE_MAX, false);
  if (status == OK) {
    parallel(step.pass.threads, (int)step.pass.chunks, tangent_chunk, &step);
    if (atomic_load(&model->cancelled)) status = CANCELLED;
  }
  pass_free(&step.pass);
  model_destroy(step.direction);
  return status;
}
