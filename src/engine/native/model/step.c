#include "step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/head.h"
#include "../kernels/layernorm.h"
#include "../machine/memory.h"
#include "../machine/vector.h"
#include "block.h"
#include "sketch.h"
#include "update.h"

/* The embedding's gradient in the documents' sketches: what arrives at a token goes to the token's row. */
static void sketch_embedding(const Sketch *sketch, const Model *model, Workspace *w, Batch batch, Chunk chunk) {
  const size_t matrix = embedding_matrix(&model->shape), d = model->shape.padded_width, n = sketch->rows;
  for (size_t row = 0; row < chunk.rows; row++)
    memcpy(sketch->sides[matrix % 2].left + row * n, sketch->projection[matrix].out + (size_t)token_of(w, batch, row) * n,
           n * sizeof(float));
  sketch_inputs(sketch, matrix, 0, chunk.rows, d, w->dresidual, row_stride(d));
  sketch_documents(sketch, w, matrix);
}

/* From the gradient of the residual stream in w->dresidual back to the embedding, weights' gradients into `lane`. */
static void chunk_backward(const Model *model, Workspace *w, Batch batch, Chunk chunk, Lane lane) {
  const size_t d = model->shape.padded_width, ld = row_stride(d);
  for (size_t layer = model->shape.layers; layer-- > 0;) {
    block_feed_forward_backward(model, w, layer, chunk.rows, lane);
    block_attention_backward(model, w, layer, chunk.rows, lane);
  }
  if (lane.sketch) {
    sketch_embedding(lane.sketch, model, w, batch, chunk);
    return;
  }
  for (size_t row = 0; row < chunk.rows; row++) {
    float *to = lane.gradient + embedding_of(model, token_of(w, batch, row));
    for (size_t i = 0; i < d; i++) to[i] += w->dresidual[row * ld + i];
  }
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
  Pass pass;
  const Loss *loss;
  float inverse_temperature;
  ScoreOutput out;
  double *chunk_loss;
} Step;

/* Scores a block of rows whose logits are in w->logits. */
static void score_block(const Step *step, const Workspace *w, Chunk chunk, size_t first, size_t rows) {
  const Shape *s = &step->pass.model->shape;
  const size_t stride = row_stride(s->padded_vocabulary), ld = row_stride(s->padded_width);
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i;
    float ignored;
    const RowScore score =
        head_score(w->logits + i * stride, s->vocabulary, s->padded_vocabulary, target_of(step->pass.batch, w, chunk, row),
                   step->inverse_temperature, step->out.entropies != NULL, false, &ignored);
    const float value = step->out.values ? value_of(step->pass.model, w->final + row * ld) : 0;
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
  const size_t ld = row_stride(step->pass.model->shape.padded_width);
  for (size_t row = 0; row < rows; row++) {
    const float value = value_of(step->pass.model, w->final + row * ld);
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
  const Shape *s = &step->pass.model->shape;
  const Loss *loss = step->loss;
  const size_t stride = row_stride(s->padded_vocabulary), ld = row_stride(s->padded_width);
  const bool entropy = loss_needs_entropy(loss);
  LossOfRows total = {0};
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i;
    const int target = target_of(step->pass.batch, w, chunk, row);
    float *logits = block + i * stride;
    float log_denominator;
    const RowScore score = head_score(logits, s->vocabulary, s->padded_vocabulary, target, loss->inverse_temperature,
                                      entropy || step->out.entropies != NULL, entropy, &log_denominator);
    const double value = loss_needs_value(loss) ? (double)value_of(step->pass.model, w->final + row * ld) : 0;
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
  Model *model = step->pass.model;
  if (atomic_load(&model->cancelled)) return;
  Workspace *w = model->workspace[worker];
  const Chunk chunk = step->pass.chunk[index];
  chunk_forward(model, w, step->pass.batch, chunk, NULL, NULL);
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
  Model *model = step->pass.model;
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
    if (lane.sketch) sketch_deltas(lane.sketch, head_matrix(s), first, rows, s->padded_vocabulary, logits, ld_logits);
    else operand_put(&columns, first, rows, logits, ld_logits);
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
  if (lane.sketch) {
    sketch_inputs(lane.sketch, head_matrix(s), 0, chunk.rows, s->padded_width, w->final, ld);
    sketch_documents(lane.sketch, w, head_matrix(s));
    return total;
  }
  const Operand final = operand_pair(&w->final_rows, chunk.rows, &pairs);
  linear_backward_weight(&columns, &final, chunk.rows, &model->head, lane);
  return total;
}

/* The same where only values count, as for a critic: nothing is computed over the vocabulary. Returns whether anything flows. */
static bool value_backward(const Step *step, Workspace *w, Chunk chunk, Lane lane) {
  bool flows = false;
  const size_t ld = row_stride(step->pass.model->shape.padded_width);
  memset(w->dnormed, 0, chunk.rows * ld * sizeof(float));
  if (!loss_needs_value(step->loss)) return false;
  for (size_t row = 0; row < chunk.rows; row++) {
    float d_value = 0;
    for (size_t document = w->document_of[row]; belongs_to(w, row, document); document++)
      d_value += step->loss->d_value[position_in(w, row, document)];
    if (d_value == 0) continue;
    flows = true;
    value_gradient(step->pass.model, w->final + row * ld, d_value, w->dnormed + row * ld, lane.gradient);
  }
  return flows;
}

/* Forward of one chunk and, if anything flows, backward into the lane. */
static LossOfRows gradient_chunk(const Step *step, Workspace *w, Chunk chunk, Lane lane) {
  const Shape *s = &step->pass.model->shape;
  const size_t ld = row_stride(s->padded_width);
  chunk_forward(step->pass.model, w, step->pass.batch, chunk, NULL, NULL);
  LossOfRows total = {0};
  if (loss_needs_scores(step->loss)) total = head_backward(step, w, chunk, lane);
  else total.flows = value_backward(step, w, chunk, lane);
  if (!total.flows) return total;
  memset(w->dresidual, 0, chunk.rows * ld * sizeof(float));
  layernorm_backward(w->final, w->final_rstd, w->dnormed, w->dresidual, chunk.rows, s->width, ld);
  chunk_backward(step->pass.model, w, step->pass.batch, chunk, lane);
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
  Model *model = step->pass.model;
  Lane lane = {.gradient = model->gradient[index], .fresh = !model->lane_used[index]};
  if (lane.fresh) clear_unwritten(model, lane.gradient, loss_needs_scores(step->loss));
  for (size_t i = (size_t)index; i < step->pass.chunks; i += (size_t)model->lanes) {
    if (atomic_load(&model->cancelled)) return;
    const LossOfRows chunk = gradient_chunk(step, model->workspace[worker], step->pass.chunk[i], lane);
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

Status step_score(Model *model, int threads, Batch batch, float inverse_temperature, ScoreOutput out) {
  if (batch.documents == 0) return OK;
  Step step = {
      .pass = {.model = model, .batch = batch, .threads = threads}, .inverse_temperature = inverse_temperature, .out = out};
  Status status = pass_prepare(&step.pass, SCORING, SIZE_MAX, false);
  if (status == OK) {
    parallel(step.pass.threads, (int)step.pass.chunks, score_chunk, &step);
    if (atomic_load(&model->cancelled)) status = CANCELLED;
  }
  pass_free(&step.pass);
  return status;
}

Status step_gradient(Model *model, int threads, Batch batch, const Loss *loss, double *total, ScoreOutput out) {
  *total = 0;
  if (batch.documents == 0) return OK;
  Step step = {.pass = {.model = model, .batch = batch, .threads = threads}, .loss = loss, .out = out};
  Status status = model_need_gradients(model);
  if (status == OK) status = pass_prepare(&step.pass, TRAINING, (size_t)model->lanes, false);
  if (status == OK && !(step.chunk_loss = calloc(step.pass.chunks, sizeof *step.chunk_loss))) status = OUT_OF_MEMORY;
  if (status == OK) {
    const int lanes = (int)smaller(step.pass.chunks, (size_t)model->lanes);
    parallel(step.pass.threads, lanes, gradient_lane, &step);
    if (atomic_load(&model->cancelled)) {
      status = CANCELLED;
      gradient_clear(model); /* half a gradient is none */
    }
    for (size_t i = 0; i < step.pass.chunks; i++) *total += step.chunk_loss[i];
  }
  free(step.chunk_loss);
  pass_free(&step.pass);
  return status;
}

typedef struct {
  Step step;
  Sketch sketch;
  float *sides; /* of every thread */
  size_t sides_each;
  float *sketches; /* [documents, k] */
} Sketching;

static void sketch_chunk(void *context, int index, int worker) {
  const Sketching *sketching = context;
  const Step *step = &sketching->step;
  Model *model = step->pass.model;
  if (atomic_load(&model->cancelled)) return;
  Sketch sketch = sketching->sketch;
  const size_t rows = step->pass.longest, k = sketch.rows * sketch.columns;
  const Chunk chunk = step->pass.chunk[index];
  float *side = sketching->sides + (size_t)worker * sketching->sides_each;
  for (size_t i = 0; i < 2; i++, side += rows * (sketch.rows + sketch.columns))
    sketch.sides[i] = (Sides){.left = side, .right = side + rows * sketch.rows};
  sketch.to = sketching->sketches + chunk.document * k;
  memset(sketch.to, 0, chunk.documents * k * sizeof(float));
  gradient_chunk(step, model->workspace[worker], chunk, (Lane){.sketch = &sketch});
  const float scale = (float)(1 / sqrt((double)k));
  for (size_t i = 0; i < chunk.documents * k; i++) sketch.to[i] *= scale;
}

Status step_sketch(Model *model, int threads, Batch batch, uint32_t seed, size_t rows, size_t columns, float *sketches) {
  if (batch.documents == 0) return OK;
  const Loss loss = {.kind = LOSS_CROSS_ENTROPY, .inverse_temperature = 1, .uniform_weight = 1};
  Projection *projections = projections_create(model, seed, rows, columns);
  if (!projections) return OUT_OF_MEMORY;
  Sketching sketching = {.step = {.pass = {.model = model, .batch = batch, .threads = threads}, .loss = &loss},
                         .sketch = {.rows = rows, .columns = columns, .projection = projections},
                         .sketches = sketches};
  Pass *pass = &sketching.step.pass;
  Status status = pass_prepare(pass, TRAINING | SKETCHES, SIZE_MAX, true);
  if (status == OK) {
    sketching.sides_each = 2 * pass->longest * (rows + columns);
    sketching.sides = memory_take((size_t)pass->threads * sketching.sides_each * sizeof(float));
    if (!sketching.sides) status = OUT_OF_MEMORY;
  }
  if (status == OK) {
    parallel(pass->threads, (int)pass->chunks, sketch_chunk, &sketching);
    if (atomic_load(&model->cancelled)) status = CANCELLED;
  }
  memory_release(sketching.sides);
  projections_destroy(projections);
  pass_free(pass);
  return status;
}
