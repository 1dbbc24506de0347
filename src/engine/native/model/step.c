#include "step.h"

#include <stdlib.h>
#include <string.h>

#include "../kernels/head.h"
#include "../kernels/layernorm.h"
#include "../machine/memory.h"
#include "../machine/vector.h"
#include "block.h"
#include "update.h"

/* The position that a row has in the document whose own it is. */
static size_t own_position(const Workspace *w, size_t row) { return position_in(w, row, w->document_of[row]); }

/* Where a row's token has its embedding among the parameters. */
static size_t embedding_of(const Model *model, const Workspace *w, Batch batch, size_t row) {
  return model->embedding + (size_t)batch.tokens[own_position(w, row)] * model->shape.padded_width;
}

void chunk_forward(const Model *model, Workspace *w, Batch batch, Chunk chunk, LayerHook hook, void *context) {
  const size_t d = model->shape.padded_width, ld = row_stride(d);
  chunk_lay_out(w, batch, chunk);
  for (size_t row = 0; row < chunk.rows; row++)
    memcpy(w->residual + row * ld, model->parameters + embedding_of(model, w, batch, row), d * sizeof(float));
  for (size_t layer = 0; layer < model->shape.layers; layer++) {
    block_query_key_value(model, w, layer, chunk.rows);
    if (hook) hook(context, layer, w->activations[layer].query_key_value);
    block_attention(model, w, layer, chunk.rows);
    block_feed_forward(model, w, layer, chunk.rows);
  }
  layernorm_forward(w->residual, w->final, w->final_rstd, chunk.rows, model->shape.width, ld);
  w->final_rows = operand_of(&w->final_rows, chunk.rows, w->final, ld);
}

/* From the gradient of the residual stream in w->dresidual back to the embedding, weights' gradients into `lane`. */
static void chunk_backward(const Model *model, Workspace *w, Batch batch, Chunk chunk, Lane lane) {
  const size_t d = model->shape.padded_width, ld = row_stride(d);
  for (size_t layer = model->shape.layers; layer-- > 0;) {
    block_feed_forward_backward(model, w, layer, chunk.rows, lane);
    block_attention_backward(model, w, layer, chunk.rows, lane);
  }
  for (size_t row = 0; row < chunk.rows; row++) {
    float *to = lane.gradient + embedding_of(model, w, batch, row);
    for (size_t i = 0; i < d; i++) to[i] += w->dresidual[row * ld + i];
  }
}

/* The token a position predicts; -1 at the end of a document. */
static int target_of(Batch batch, const Workspace *w, Chunk chunk, size_t row) {
  const bool last = row + 1 == chunk.rows || w->positions[row + 1] != w->positions[row] + 1;
  return last ? -1 : batch.tokens[own_position(w, row) + 1];
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
  int32_t *arrangement; /* of the batch: order and shared */
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
    const size_t row = first + i;
    float ignored;
    const RowScore score =
        head_score(w->logits + i * stride, s->vocabulary, s->padded_vocabulary, target_of(step->batch, w, chunk, row),
                   step->inverse_temperature, step->out.entropies != NULL, false, &ignored);
    const float value = step->out.values ? value_of(step->model, w->final + row * ld) : 0;
    for (size_t document = w->document_of[row]; belongs_to(w, row, document); document++) {
      const size_t position = position_in(w, row, document);
      step->out.log_probs[position] = score.log_prob;
      if (step->out.entropies) step->out.entropies[position] = score.entropy;
      if (step->out.values) step->out.values[position] = value;
    }
  }
}

/* Values alone of all rows. */
static void score_values(const Step *step, const Workspace *w, size_t rows) {
  const size_t ld = row_stride(step->model->shape.padded_width);
  for (size_t row = 0; row < rows; row++) {
    const float value = value_of(step->model, w->final + row * ld);
    for (size_t document = w->document_of[row]; belongs_to(w, row, document); document++)
      step->out.values[position_in(w, row, document)] = value;
  }
}

/* The loss and its derivatives at a row: the sum over its positions. */
static TokenGradient loss_of_row(const Step *step, const Workspace *w, size_t row, bool has_target, RowScore score,
                                 double value) {
  TokenGradient sum = {0};
  for (size_t document = w->document_of[row]; belongs_to(w, row, document); document++) {
    const size_t position = position_in(w, row, document);
    const TokenGradient g = loss_at(step->loss, position, has_target, (double)score.log_prob, (double)score.entropy, value);
    sum.loss += g.loss;
    sum.d_log_prob += g.d_log_prob;
    sum.d_entropy += g.d_entropy;
    sum.d_value += g.d_value;
    if (step->out.log_probs) step->out.log_probs[position] = score.log_prob;
    if (step->out.entropies) step->out.entropies[position] = score.entropy;
  }
  return sum;
}

/*
 * The loss of some rows, and whether any derivative of it is not 0. In RL whole chunks have none: where a prompt's completions
 * are all right or all wrong, each has advantage 0. The backward pass would add zeros to the gradient, and is left out.
 */
typedef struct {
  double loss;
  bool flows;
} LossOfRows;

/* Turns a block of logits into their gradients, leaves dL/dV in w->dvalues. */
static LossOfRows loss_block(const Step *step, Workspace *w, Chunk chunk, size_t first, size_t rows, float *block) {
  const Shape *s = &step->model->shape;
  const Loss *loss = step->loss;
  const size_t stride = row_stride(s->padded_vocabulary), ld = row_stride(s->padded_width);
  const bool entropy = loss_needs_entropy(loss);
  LossOfRows total = {0};
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i;
    const int target = target_of(step->batch, w, chunk, row);
    float *logits = block + i * stride;
    float log_denominator;
    const RowScore score = head_score(logits, s->vocabulary, s->padded_vocabulary, target, loss->inverse_temperature,
                                      entropy || step->out.entropies != NULL, entropy, &log_denominator);
    const double value = loss_needs_value(loss) ? (double)value_of(step->model, w->final + row * ld) : 0;
    const TokenGradient g = loss_of_row(step, w, row, target >= 0, score, value);
    total.loss += g.loss;
    total.flows |= (float)g.d_log_prob != 0 || (float)g.d_entropy != 0 || (float)g.d_value != 0;
    head_gradient(logits, s->padded_vocabulary, target, loss->inverse_temperature, log_denominator, score, (float)g.d_log_prob,
                  (float)g.d_entropy, entropy);
    w->dvalues[i] = (float)g.d_value;
  }
  return total;
}

static void score_chunk(void *context, int index, int worker) {
  const Step *step = context;
  Model *model = step->model;
  if (atomic_load(&model->cancelled)) return;
  Workspace *w = model->workspace[worker];
  const Chunk chunk = step->chunk[index];
  chunk_forward(model, w, step->batch, chunk, NULL, NULL);
  if (!step->out.log_probs) {
    score_values(step, w, chunk.rows);
    return;
  }
  for (size_t first = 0; first < chunk.rows; first += w->head_rows) {
    const size_t rows = smaller(chunk.rows - first, w->head_rows);
    linear_forward(&w->final_rows, first, rows, &model->head, w->logits, row_stride(model->shape.padded_vocabulary), false);
    score_block(step, w, chunk, first, rows);
  }
}

/* From hidden states to the loss and, if anything flows, back: leaves dL/dhidden in w->dnormed. */
static LossOfRows head_backward(const Step *step, Workspace *w, Chunk chunk, Lane lane) {
  Model *model = step->model;
  const Shape *s = &model->shape;
  const size_t ld = row_stride(s->padded_width), ld_logits = row_stride(s->padded_vocabulary);
  const Operand columns = narrowed(w->columns, s->padded_vocabulary), pairs = narrowed(w->pairs, s->padded_width);
  LossOfRows total = {0};
  for (size_t first = 0; first < chunk.rows; first += w->head_rows) {
    const size_t rows = smaller(chunk.rows - first, w->head_rows);
    float *logits = operand_target(&columns, first, w->logits);
    linear_forward(&w->final_rows, first, rows, &model->head, logits, ld_logits, false);
    const LossOfRows block = loss_block(step, w, chunk, first, rows, logits);
    total.loss += block.loss;
    total.flows |= block.flows;
    operand_put(&columns, first, rows, logits, ld_logits);
    if (!block.flows) {
      memset(w->dnormed + first * ld, 0, rows * ld * sizeof(float));
      continue;
    }
    linear_backward_input(model->mode, rows, logits, ld_logits, &model->head, w->dnormed + first * ld, ld, w->linear);
    if (loss_needs_value(step->loss))
      for (size_t i = first; i < first + rows; i++)
        if (w->dvalues[i - first] != 0)
          value_gradient(model, w->final + i * ld, w->dvalues[i - first], w->dnormed + i * ld, lane.gradient);
  }
  if (!total.flows) return total;
  const Operand final = operand_pair(&w->final_rows, chunk.rows, &pairs);
  linear_backward_weight(&columns, &final, chunk.rows, &model->head, lane);
  return total;
}

/* The same where only values count, as for a critic: nothing is computed over the vocabulary. Returns whether anything flows. */
static bool value_backward(const Step *step, Workspace *w, Chunk chunk, Lane lane) {
  bool flows = false;
  const size_t ld = row_stride(step->model->shape.padded_width);
  memset(w->dnormed, 0, chunk.rows * ld * sizeof(float));
  if (!loss_needs_value(step->loss)) return false;
  for (size_t row = 0; row < chunk.rows; row++) {
    float d_value = 0;
    for (size_t document = w->document_of[row]; belongs_to(w, row, document); document++)
      d_value += step->loss->d_value[position_in(w, row, document)];
    if (d_value == 0) continue;
    flows = true;
    value_gradient(step->model, w->final + row * ld, d_value, w->dnormed + row * ld, lane.gradient);
  }
  return flows;
}

/* Forward of one chunk and, if anything flows, backward into the lane. */
static LossOfRows gradient_chunk(const Step *step, Workspace *w, Chunk chunk, Lane lane) {
  const Shape *s = &step->model->shape;
  const size_t ld = row_stride(s->padded_width);
  chunk_forward(step->model, w, step->batch, chunk, NULL, NULL);
  LossOfRows total = {0};
  if (loss_needs_scores(step->loss)) total = head_backward(step, w, chunk, lane);
  else total.flows = value_backward(step, w, chunk, lane);
  if (!total.flows) return total;
  memset(w->dresidual, 0, chunk.rows * ld * sizeof(float));
  layernorm_backward(w->final, w->final_rstd, w->dnormed, w->dresidual, chunk.rows, s->width, ld);
  chunk_backward(step->model, w, step->batch, chunk, lane);
  return total;
}

/* Zeroes what no product writes in a fresh lane: an embedding of its own, the value head, and the head where it has no part. */
static void clear_unwritten(const Model *model, float *lane, bool scores) {
  const Shape *s = &model->shape;
  const size_t table = s->padded_vocabulary * s->padded_width * sizeof(float);
  if (!s->tied) memset(lane + model->embedding, 0, table);
  if (!scores) memset(lane + model->head.offset, 0, table);
  if (s->value_head) memset(lane + model->value_weight, 0, (model->padded_count - model->value_weight) * sizeof(float));
}

static void gradient_lane(void *context, int index, int worker) {
  const Step *step = context;
  Model *model = step->model;
  Lane lane = {model->gradient[index], !model->lane_used[index]};
  if (lane.fresh) clear_unwritten(model, lane.gradient, loss_needs_scores(step->loss));
  for (size_t i = (size_t)index; i < step->chunks; i += (size_t)model->lanes) {
    if (atomic_load(&model->cancelled)) return;
    const LossOfRows chunk = gradient_chunk(step, model->workspace[worker], step->chunk[i], lane);
    step->chunk_loss[i] = chunk.loss;
    if (chunk.flows) lane.fresh = false;
  }
  /* The sum over lanes starts with the first, which is therefore always there. */
  if (lane.fresh && index == 0) {
    memset(lane.gradient, 0, model->padded_count * sizeof(float));
    lane.fresh = false;
  }
  model->lane_used[index] = !lane.fresh;
}

static void step_free(Step *step) {
  free(step->chunk_loss);
  free(step->chunk);
  free(step->arrangement);
}

/* Cuts the batch, makes room and packs the weights. */
static Status prepare(Step *step, bool training) {
  size_t longest = 0;
  step->chunk = calloc(step->batch.documents, sizeof *step->chunk);
  step->arrangement = calloc(2 * step->batch.documents, sizeof *step->arrangement);
  if (!step->chunk || !step->arrangement) return OUT_OF_MEMORY;
  arrange(&step->batch, step->arrangement, step->arrangement + step->batch.documents);
  for (size_t document = 0; document < step->batch.documents;) {
    const Chunk chunk = next_chunk(step->batch, document);
    step->chunk[step->chunks++] = chunk;
    document += chunk.documents;
    if (chunk.rows > longest) longest = chunk.rows;
  }
  const size_t jobs = training && step->chunks > (size_t)step->model->lanes ? (size_t)step->model->lanes : step->chunks;
  if ((size_t)step->threads > jobs) step->threads = (int)jobs;
  const Status status = workspaces_need(step->model, step->threads, larger(longest, CHUNK_ROWS), training);
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
  step_free(&step);
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
    const int lanes = (int)smaller(step.chunks, (size_t)model->lanes);
    parallel(step.threads, lanes, gradient_lane, &step);
    if (atomic_load(&model->cancelled)) {
      status = CANCELLED;
      gradient_clear(model); /* half a gradient is none */
    }
    for (size_t i = 0; i < step.chunks; i++) *total += step.chunk_loss[i];
  }
  step_free(&step);
  return status;
}
