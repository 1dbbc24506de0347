/*
 * AdamW with decoupled decay (Loshchilov & Hutter 2019) and clipping by the global norm, in two sweeps over the flat padded vectors.
 *
 *   first    g = sum of the lanes, in order; its squared norm per block, summed in block order
 *   second   g *= min(1, clip / (norm + 1e-6));   p *= 1 - lr wd
 *            m = b1 m + (1 - b1) g;   v = b2 v + (1 - b2) g^2
 *            p -= lr (m / (1 - b1^s)) / (sqrt(v / (1 - b2^s)) + eps)
 *
 * A norm that is not finite stops before the second sweep: parameters and moments stay as they were.
 */
#include "adamw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { BLOCK = 1 << 14 };

typedef struct {
  Model *model;
  size_t blocks;
  double *squares;
  const AdamW *options;
  float clip, first_correction, second_correction;
} Update;

static size_t block_end(const Model *model, size_t start) {
  return smaller(start + BLOCK, model->padded_count);
}

/* Sums lanes [from, ..) into `to`, which holds the first used lane already. */
static void add_lanes(const Model *model, int from, size_t start, size_t end, float *restrict to) {
  for (int lane = from; lane < model->lanes; lane++) {
    if (!model->lane_used[lane]) continue;
    const float *restrict g = model->gradient[lane];
    for (size_t i = start; i < end; i++) to[i] += g[i];
  }
}

/* Lane 0 is used whenever any is: chunk 0 goes there. */
static void reduce_block(void *context, int index, int worker) {
  (void)worker;
  Update *update = context;
  const Model *model = update->model;
  const size_t start = (size_t)index * BLOCK, end = block_end(model, start);
  float *g = model->gradient[0];
  add_lanes(model, 1, start, end, g);
  double partial[8] = {0};
  for (size_t i = start; i < end; i += 8) /* the padded count is a multiple of 32 */
    for (size_t j = 0; j < 8; j++) partial[j] += (double)g[i + j] * (double)g[i + j];
  update->squares[index] = ((partial[0] + partial[1]) + (partial[2] + partial[3])) + ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

static void update_block(void *context, int index, int worker) {
  (void)worker;
  const Update *update = context;
  const Model *model = update->model;
  const AdamW *o = update->options;
  const size_t start = (size_t)index * BLOCK, end = block_end(model, start);
  float *restrict p = model->parameters, *restrict m = model->first_moments, *restrict v = model->second_moments;
  const float *restrict gradient = model->gradient[0];
  const float clip = update->clip, c1 = update->first_correction, c2 = update->second_correction;
  const float b1 = (float)o->beta1, b2 = (float)o->beta2, a1 = (float)(1 - o->beta1), a2 = (float)(1 - o->beta2);
  const float rate = (float)o->learning_rate, keep = (float)(1 - o->learning_rate * o->weight_decay), epsilon = (float)o->epsilon;
  for (size_t i = start; i < end; i++) {
    const float g = gradient[i] * clip;
    const float first = b1 * m[i] + a1 * g, second = b2 * v[i] + a2 * g * g;
    m[i] = first;
    v[i] = second;
    /* Where nothing ever arrived (padding, unseen tokens) the step is 0, also with epsilon 0. */
    const float step = first == 0.0f ? 0.0f : rate * (first * c1) / (sqrtf(second * c2) + epsilon);
    p[i] = p[i] * keep - step;
  }
}

void adamw_zero(Model *model) { memset(model->lane_used, 0, sizeof model->lane_used); }

void adamw_gradient(const Model *model, float *padded) {
  if (!model->lane_used[0]) return;
  memcpy(padded, model->gradient[0], model->padded_count * sizeof(float));
  add_lanes(model, 1, 0, model->padded_count, padded);
}

Status adamw_update(Model *model, int threads, const AdamW *options, double *norm) {
  Update update = {.model = model, .blocks = (model->padded_count + BLOCK - 1) / BLOCK, .options = options};
  Status status = model_need_gradients(model);
  if (status == OK) status = model_need_moments(model);
  if (status == OK && !(update.squares = calloc(update.blocks, sizeof *update.squares))) status = OUT_OF_MEMORY;
  if (status != OK) return status;
  if (!model->lane_used[0]) memset(model->gradient[0], 0, model->padded_count * sizeof(float));
  parallel(threads, (int)update.blocks, reduce_block, &update);
  double squares = 0;
  for (size_t i = 0; i < update.blocks; i++) squares += update.squares[i];
  free(update.squares);
  adamw_zero(model);
  *norm = sqrt(squares);
  if (!isfinite(*norm)) return NON_FINITE;
  const double clip = options->clip_norm / (*norm + 1e-6);
  update.clip = options->clip_norm > 0 && clip < 1 ? (float)clip : 1.0f;
  update.first_correction = (float)(1 / (1 - pow(options->beta1, options->step)));
  update.second_correction = (float)(1 / (1 - pow(options->beta2, options->step)));
  parallel(threads, (int)update.blocks, update_block, &update);
  model->packs_current = false;
  return OK;
}
