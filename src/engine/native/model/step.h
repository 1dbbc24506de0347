/* One pass over a batch: forward for scores, forward and backward for gradients, chunk by chunk. */
#ifndef STEP_H
#define STEP_H

#include "../kernels/loss.h"
#include "pass.h"

typedef struct {
  float *log_probs; /* per position of the batch; NULL: values alone are wanted */
  float *entropies; /* NULL: not wanted */
  float *values;    /* NULL: not wanted */
} ScoreOutput;

Status step_score(Model *model, int threads, Batch batch, float inverse_temperature, ScoreOutput out);

/*
 * Adds the gradient of `loss`; *total gets its value. out.log_probs may be NULL. The scores are the bits of `step_score`; a loss
 * of values alone gives none.
 */
Status step_gradient(Model *model, int threads, Batch batch, const Loss *loss, double *total, ScoreOutput out);

/* Called after each layer's attention inputs exist: q, k, v of the chunk, [rows, 3d]. */
typedef void (*LayerHook)(void *context, size_t layer, const float *query_key_value);

/* Embedding to final LayerNorm: leaves the final hidden states in w->final. `hook` may be NULL. */
void chunk_forward(const Model *model, Workspace *w, Batch batch, Chunk chunk, LayerHook hook, void *context);

/*
 * Sketches of rows x columns numbers of each document's gradient (sketch.h): that of its summed -log p over its targets. A
 * document's sketch is the same bits whatever else is in the batch. In f32 but for what the mode's products give.
 */
Status step_sketch(Model *model, int threads, Batch batch, uint32_t seed, size_t rows, size_t columns, float *sketches);

#endif
