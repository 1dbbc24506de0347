/*
 * One pass over a batch: forward for scores, forward and backward for gradients.
 *
 * The batch is cut into chunks of whole documents of about CHUNK_ROWS tokens. A thread carries a chunk through the whole model,
 * forward and backward, without meeting the others; a chunk's activations mostly stay in its second-level cache.
 */
#ifndef STEP_H
#define STEP_H

#include "loss.h"
#include "model.h"
#include "workspace.h"

enum { CHUNK_ROWS = 256 };

typedef struct {
  const int32_t *tokens;
  const int32_t *offsets; /* [documents + 1] */
  size_t documents;
} Batch;

/* Documents [document, document + documents): tokens [first, first + rows) of the batch. */
typedef struct {
  size_t document, documents;
  size_t first, rows;
} Chunk;

typedef struct {
  float *log_probs; /* per position of the batch; NULL: values alone are wanted */
  float *entropies; /* NULL: not wanted */
  float *values;    /* NULL: not wanted */
} ScoreOutput;

Status step_score(Model *model, int threads, Batch batch, float inverse_temperature, ScoreOutput out);

/* Adds the gradient of `loss`; *total gets its value. out.log_probs may be NULL. */
Status step_gradient(Model *model, int threads, Batch batch, const Loss *loss, double *total, ScoreOutput out);

/* Called after each layer's attention inputs exist: q, k, v of the chunk, [rows, 3d]. */
typedef void (*LayerHook)(void *context, size_t layer, const float *query_key_value);

/* Embedding to final LayerNorm: leaves the final hidden states in w->final. `hook` may be NULL. */
void chunk_forward(const Model *model, Workspace *w, Batch batch, Chunk chunk, LayerHook hook, void *context);

/* The next chunk from `document` on. */
Chunk next_chunk(Batch batch, size_t document);

#endif
