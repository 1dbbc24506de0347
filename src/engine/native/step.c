#include "step.h"

#include <stdlib.h>
#include <string.h>

#include "adamw.h"
#include "attention.h"
#include "head.h"
#include "layernorm.h"
#include "memory.h"
#include "rope.h"
#include "swiglu.h"
#include "vector.h"

Chunk next_chunk(Batch batch, size_t document) {
  Chunk chunk = {.document = document, .first = (size_t)batch.offsets[document]};
  while (document < batch.documents) {
    const size_t end = (size_t)batch.offsets[document + 1];
    if (chunk.documents > 0 && end - chunk.first > CHUNK_ROWS) break;
    document++;
    chunk.documents++;
    chunk.rows = end - chunk.first;
  }
  return chunk;
}

static void embed(const Model *model, const int32_t *tokens, size_t rows, float *x) {
  const size_t d = model->shape.padded_width, stride = row_stride(d);
  for (size_t row = 0; row < rows; row++)
    memcpy(x + row * stride, model->parameters + model->embedding + (size_t)tokens[row] * d, d * sizeof(float));
}

void chunk_forward(const Model *model, Workspace *w, Batch batch, Chunk chunk, LayerHook hook, void *context) {
  const Shape *s = &model->shape;
  const Mode mode = model->mode;
  const size_t rows = chunk.rows, d = s->padded_width, f = s->padded_hidden;
  const size_t ld = row_stride(d), ld_qkv = row_stride(3 * d), ld_gate_up = row_stride(2 * f), ld_hidden = row_stride(f);
  const int32_t *offsets = batch.offsets + chunk.document;
  for (size_t i = 0; i < chunk.documents; i++)
    for (int32_t t = offsets[i]; t < offsets[i + 1]; t++) w->positions[(size_t)t - chunk.first] = t - offsets[i];

  embed(model, batch.tokens + chunk.first, rows, w->residual);
  for (size_t l = 0; l < s->layers; l++) {
    const Layer *layer = &model->layer[l];
    Activations *a = &w->activations[l];
    layernorm_forward(w->residual, a->normed1, a->rstd1, rows, s->width, ld);
    linear_forward(mode, rows, a->normed1, ld, &layer->query_key_value, a->query_key_value, ld_qkv, false, w->linear);
    rope_rotate(a->query_key_value, rows, ld_qkv, w->positions, s->heads, s->head_width, model->cosines, model->sines, 1.0f);
    rope_rotate(a->query_key_value + d, rows, ld_qkv, w->positions, s->heads, s->head_width, model->cosines, model->sines, 1.0f);
    if (hook) hook(context, l, a->query_key_value);
    for (size_t i = 0; i < chunk.documents; i++) {
      const size_t at = (size_t)offsets[i] - chunk.first, length = (size_t)(offsets[i + 1] - offsets[i]);
      attention_forward(model, length, a->query_key_value + at * ld_qkv, a->attended + at * ld, a->log_sum + at * s->heads,
                        w->attention);
    }
    linear_forward(mode, rows, a->attended, ld, &layer->output, w->residual, ld, true, w->linear);
    layernorm_forward(w->residual, a->normed2, a->rstd2, rows, s->width, ld);
    linear_forward(mode, rows, a->normed2, ld, &layer->gate_up, a->gate_up, ld_gate_up, false, w->linear);
    swiglu_forward(a->gate_up, a->activated, rows, f);
    linear_forward(mode, rows, a->activated, ld_hidden, &layer->down, w->residual, ld, true, w->linear);
  }
  layernorm_forward(w->residual, w->final, w->final_rstd, rows, s->width, ld);
}

/* From the gradient of the residual stream in w->dresidual back to the embedding, weights' gradients into `lane`. */
static void chunk_backward(const Model *model, Workspace *w, Batch batch, Chunk chunk, float *lane) {
  const Shape *s = &model->shape;
  const Mode mode = model->mode;
  const size_t rows = chunk.rows, d = s->padded_width, f = s->padded_hidden;
  const size_t ld = row_stride(d), ld_qkv = row_stride(3 * d), ld_gate_up = row_stride(2 * f), ld_hidden = row_stride(f);
  const int32_t *offsets = batch.offsets + chunk.document;
  for (size_t l = s->layers; l-- > 0;) {
    const Layer *layer = &model->layer[l];
    const Activations *a = &w->activations[l];
    linear_backward_input(mode, rows, w->dresidual, ld, &layer->down, w->dactivated, ld_hidden, w->linear);
    linear_backward_weight(mode, rows, w->dresidual, ld, a->activated, ld_hidden, &layer->down, lane, w->linear);
    swiglu_backward(a->gate_up, w->dactivated, w->dgate_up, rows, f);
    linear_backward_input(mode, rows, w->dgate_up, ld_gate_up, &layer->gate_up, w->dnormed, ld, w->linear);
    linear_backward_weight(mode, rows, w->dgate_up, ld_gate_up, a->normed2, ld, &layer->gate_up, lane, w->linear);
    layernorm_backward(a->normed2, a->rstd2, w->dnormed, w->dresidual, rows, s->width, ld);

    linear_backward_input(mode, rows, w->dresidual, ld, &layer->output, w->dattended, ld, w->linear);
    linear_backward_weight(mode, rows, w->dresidual, ld, a->attended, ld, &layer->output, lane, w->linear);
    for (size_t i = 0; i < chunk.documents; i++) {
      const size_t at = (size_t)offsets[i] - chunk.first, length = (size_t)(offsets[i + 1] - offsets[i]);
      attention_backward(model, length, a->query_key_value + at * ld_qkv, a->attended + at * ld, a->log_sum + at * s->heads,
                         w->dattended + at * ld, w->dquery_key_value + at * ld_qkv, w->attention);
    }
    rope_rotate(w->dquery_key_value, rows, ld_qkv, w->positions, s->heads, s->head_width, model->cosines, model->sines, -1.0f);
    rope_rotate(w->dquery_key_value + d, rows, ld_qkv, w->positions, s->heads, s->head_width, model->cosines, model->sines, -1.0f);
    linear_backward_input(mode, rows, w->dquery_key_value, ld_qkv, &layer->query_key_value, w->dnormed, ld, w->linear);
    linear_backward_weight(mode, rows, w->dquery_key_value, ld_qkv, a->normed1, ld, &layer->query_key_value, lane, w->linear);
    layernorm_backward(a->normed1, a->rstd1, w->dnormed, w->dresidual, rows, s->width, ld);
  }
  for (size_t row = 0; row < rows; row++) {
    float *to = lane + model->embedding + (size_t)batch.tokens[chunk.first + row] * d;
    for (size_t i = 0; i < d; i++) to[i] += w->dresidual[row * ld + i];
  }
}

/* The token a position predicts; -1 at the end of a document. */
static int target_of(Batch batch, const Workspace *w, Chunk chunk, size_t row) {
  const bool last = row + 1 == chunk.rows || w->positions[row + 1] == 0;
  return last ? -1 : batch.tokens[chunk.first + row + 1];
}

static float value_of(const Model *model, const float *hidden) {
  return dot(hidden, model->parameters + model->value_weight, model->shape.width) + model->parameters[model->value_bias];
}

/* Values add v = w . h + b to the loss: dh += dv w, dw += dv h, db += dv. */
static void value_gradient(const Model *model, const float *hidden, float d_value, float *d_hidden, float *lane) {
  const float *weight = model->parameters + model->value_weight;
  float *d_weight = lane + model->value_weight;
  for (size_t i = 0; i < model->shape.width; i++) {
    d_hidden[i] += d_value * weight[i];
    d_weight[i] += d_value * hidden[i];
  }
  lane[model->value_bias] += d_value;
}

typedef struct {
  Model *model;
  Batch batch;
  const Loss *loss;
  float inverse_temperature;
  ScoreOutput out;
  size_t chunks;
  Chunk *chunk;
  double *chunk_loss;
  int threads;
} Step;

/* Scores a block of rows whose logits are in w->logits. */
static void score_block(const Step *step, const Workspace *w, Chunk chunk, size_t first, size_t rows) {
  const Shape *s = &step->model->shape;
  const size_t stride = row_stride(s->padded_vocabulary), ld = row_stride(s->padded_width);
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i, position = chunk.first + row;
    float ignored;
    const RowScore score = head_score(w->logits + i * stride, s->vocabulary, s->padded_vocabulary,
                                      target_of(step->batch, w, chunk, row), step->inverse_temperature,
                                      step->out.entropies != NULL, false, &ignored);
    step->out.log_probs[position] = score.log_prob;
    if (step->out.entropies) step->out.entropies[position] = score.entropy;
    if (step->out.values) step->out.values[position] = value_of(step->model, w->final + row * ld);
  }
}

/* Turns a block of logits into their gradients, leaves dL/dV in w->dvalues, returns the block's loss. */
static double loss_block(const Step *step, Workspace *w, Chunk chunk, size_t first, size_t rows) {
  const Shape *s = &step->model->shape;
  const Loss *loss = step->loss;
  const size_t stride = row_stride(s->padded_vocabulary), ld = row_stride(s->padded_width);
  const bool entropy = loss_needs_entropy(loss);
  double total = 0;
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i, position = chunk.first + row;
    const int target = target_of(step->batch, w, chunk, row);
    float *logits = w->logits + i * stride;
    float log_denominator;
    const RowScore score =
        head_score(logits, s->vocabulary, s->padded_vocabulary, target, loss->inverse_temperature, entropy, entropy, &log_denominator);
    const double value = loss_needs_value(loss) ? (double)value_of(step->model, w->final + row * ld) : 0;
    const TokenGradient g = loss_at(loss, position, target >= 0, (double)score.log_prob, (double)score.entropy, value);
    total += g.loss;
    head_gradient(logits, s->padded_vocabulary, target, loss->inverse_temperature, log_denominator, score, (float)g.d_log_prob,
                  (float)g.d_entropy, entropy);
    w->dvalues[i] = (float)g.d_value;
    if (step->out.log_probs) step->out.log_probs[position] = score.log_prob;
  }
  return total;
}

static void score_chunk(void *context, int index, int worker) {
  const Step *step = context;
  Model *model = step->model;
  if (atomic_load(&model->cancelled)) return;
  Workspace *w = model->workspace[worker];
  const Chunk chunk = step->chunk[index];
  const size_t ld = row_stride(model->shape.padded_width);
  chunk_forward(model, w, step->batch, chunk, NULL, NULL);
  for (size_t first = 0; first < chunk.rows; first += w->head_rows) {
    const size_t rows = chunk.rows - first < w->head_rows ? chunk.rows - first : w->head_rows;
    linear_forward(model->mode, rows, w->final + first * ld, ld, &model->head, w->logits, row_stride(model->shape.padded_vocabulary),
                   false, w->linear);
    score_block(step, w, chunk, first, rows);
  }
}

static void gradient_chunk(const Step *step, Workspace *w, Chunk chunk, float *lane, double *total) {
  Model *model = step->model;
  const Shape *s = &model->shape;
  const size_t ld = row_stride(s->padded_width), ld_logits = row_stride(s->padded_vocabulary);
  chunk_forward(model, w, step->batch, chunk, NULL, NULL);
  *total = 0;
  for (size_t first = 0; first < chunk.rows; first += w->head_rows) {
    const size_t rows = chunk.rows - first < w->head_rows ? chunk.rows - first : w->head_rows;
    const float *hidden = w->final + first * ld;
    linear_forward(model->mode, rows, hidden, ld, &model->head, w->logits, ld_logits, false, w->linear);
    *total += loss_block(step, w, chunk, first, rows);
    linear_backward_input(model->mode, rows, w->logits, ld_logits, &model->head, w->dnormed + first * ld, ld, w->linear);
    linear_backward_weight(model->mode, rows, w->logits, ld_logits, hidden, ld, &model->head, lane, w->linear);
    if (loss_needs_value(step->loss))
      for (size_t i = 0; i < rows; i++)
        if (w->dvalues[i] != 0) value_gradient(model, hidden + i * ld, w->dvalues[i], w->dnormed + (first + i) * ld, lane);
  }
  memset(w->dresidual, 0, chunk.rows * ld * sizeof(float));
  layernorm_backward(w->final, w->final_rstd, w->dnormed, w->dresidual, chunk.rows, s->width, ld);
  chunk_backward(model, w, step->batch, chunk, lane);
}

static void gradient_lane(void *context, int index, int worker) {
  const Step *step = context;
  Model *model = step->model;
  float *lane = model->gradient[index];
  if (!model->lane_used[index]) {
    memset(lane, 0, model->padded_count * sizeof(float));
    model->lane_used[index] = true;
  }
  for (size_t i = (size_t)index; i < step->chunks; i += (size_t)model->lanes) {
    if (atomic_load(&model->cancelled)) return;
    gradient_chunk(step, model->workspace[worker], step->chunk[i], lane, &step->chunk_loss[i]);
  }
}

/* Cuts the batch, makes room and packs the weights. */
static Status prepare(Step *step, bool training) {
  size_t longest = 0;
  step->chunk = calloc(step->batch.documents, sizeof *step->chunk);
  if (!step->chunk) return OUT_OF_MEMORY;
  for (size_t document = 0; document < step->batch.documents;) {
    const Chunk chunk = next_chunk(step->batch, document);
    step->chunk[step->chunks++] = chunk;
    document += chunk.documents;
    if (chunk.rows > longest) longest = chunk.rows;
  }
  const size_t jobs = training && step->chunks > (size_t)step->model->lanes ? (size_t)step->model->lanes : step->chunks;
  if ((size_t)step->threads > jobs) step->threads = (int)jobs;
  const Status status = workspaces_need(step->model, step->threads, longest < CHUNK_ROWS ? CHUNK_ROWS : longest, training);
  if (status != OK) return status;
  model_pack(step->model, step->threads);
  return OK;
}

Status step_score(Model *model, int threads, Batch batch, float inverse_temperature, ScoreOutput out) {
  if (batch.documents == 0) return OK;
  Step step = {.model = model, .batch = batch, .inverse_temperature = inverse_temperature, .out = out, .threads = threads};
  Status status = prepare(&step, false);
  if (status == OK) {
    parallel(step.threads, (int)step.chunks, score_chunk, &step);
    if (atomic_load(&model->cancelled)) status = CANCELLED;
  }
  free(step.chunk);
  return status;
}

Status step_gradient(Model *model, int threads, Batch batch, const Loss *loss, double *total, ScoreOutput out) {
  *total = 0;
  if (batch.documents == 0) return OK;
  Step step = {.model = model, .batch = batch, .loss = loss, .out = out, .threads = threads};
  Status status = model_need_gradients(model);
  if (status == OK) status = prepare(&step, true);
  if (status == OK && !(step.chunk_loss = calloc(step.chunks, sizeof *step.chunk_loss))) status = OUT_OF_MEMORY;
  if (status == OK) {
    const int lanes = step.chunks < (size_t)model->lanes ? (int)step.chunks : model->lanes;
    parallel(step.threads, lanes, gradient_lane, &step);
    if (atomic_load(&model->cancelled)) status = CANCELLED, adamw_zero(model); /* half a gradient is none */
    for (size_t i = 0; i < step.chunks; i++) *total += step.chunk_loss[i];
  }
  free(step.chunk_loss);
  free(step.chunk);
  return status;
}
