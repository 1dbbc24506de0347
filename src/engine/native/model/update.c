/*
 * Two sweeps over the flat padded vectors, block by block:
 *
 *   first    g = sum of the lanes, in order; its squared norm per block, summed in block order
 *   second   AdamW of every block
 *
 * A norm that is not finite stops before the second sweep: parameters and moments stay as they were.
 */
#include "update.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../machine/memory.h"
#include "../machine/threads.h"

enum { BLOCK = 1 << 14 };

typedef struct {
  Model *model;
  size_t blocks;
  double *squares;
  const AdamW *options;
  float clip;
} Update;

static size_t block_end(const Model *model, size_t start) { return smaller(start + BLOCK, model->padded_count); }

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
  update->squares[index] =
      ((partial[0] + partial[1]) + (partial[2] + partial[3])) + ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

static void update_block(void *context, int index, int worker) {
  (void)worker;
  const Update *update = context;
  const Model *model = update->model;
  const size_t start = (size_t)index * BLOCK, count = block_end(model, start) - start;
  adamw(update->options, update->clip, count, model->gradient[0] + start, model->parameters + start, model->first_moments + start,
        model->second_moments + start);
}

void gradient_clear(Model *model) { memset(model->lane_used, 0, sizeof model->lane_used); }

void gradient_sum(const Model *model, float *padded) {
  if (!model->lane_used[0]) return;
  memcpy(padded, model->gradient[0], model->padded_count * sizeof(float));
  add_lanes(model, 1, 0, model->padded_count, padded);
}

Status update(Model *model, int threads, const AdamW *options, double *norm) {
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
  gradient_clear(model);
  *norm = sqrt(squares);
  if (!isfinite(*norm)) return NON_FINITE;
  const double clip = options->clip_norm / (*norm + 1e-6);
  update.clip = options->clip_norm > 0 && clip < 1 ? (float)clip : 1.0f;
  parallel(threads, (int)update.blocks, update_block, &update);
  model->packs_current = false;
  return OK;
}
