/*
 * What every pass over a batch begins with: the batch cut into chunks, room for them, packed weights; and a chunk's way from its
 * tokens to its hidden states.
 */
#ifndef PASS_H
#define PASS_H

#include "chunk.h"

typedef struct {
  Model *model;
  Batch batch;
  int threads;
  size_t chunks;
  Chunk *chunk;
  size_t longest;       /* rows of the longest chunk */
  int32_t *arrangement; /* of the batch: order and shared; NULL where each document is apart */
} Pass;

/*
 * Cuts the batch into chunks and makes room for `purpose` (workspace.h). At most `jobs` threads have work at once. Documents that
 * begin alike share rows unless they are to be kept `apart`. To be freed whatever the outcome.
 */
Status pass_prepare(Pass *pass, Purpose purpose, size_t jobs, bool apart);
void pass_free(Pass *pass);

/* Called after each layer's attention inputs exist: q, k, v of the chunk, [rows, 3d]. */
typedef void (*LayerHook)(void *context, size_t layer, const float *query_key_value);

/* The embeddings of a chunk's tokens into w->residual. */
void chunk_embed(const Model *model, Workspace *w, Batch batch, Chunk chunk);

/* Embedding to final LayerNorm: leaves the final hidden states in w->final. `hook` may be NULL. */
void chunk_forward(const Model *model, Workspace *w, Batch batch, Chunk chunk, LayerHook hook, void *context);

/* The final LayerNorm of w->residual. */
void chunk_finish(const Model *model, Workspace *w, Chunk chunk);

/* The token of a row. */
int32_t token_of(const Workspace *w, Batch batch, size_t row);

/* Where a token has its embedding among the parameters. */
static inline size_t embedding_of(const Model *model, int32_t token) {
  return model->embedding + (size_t)token * model->shape.padded_width;
}

/* The token a position predicts; -1 at the end of a document. */
int target_of(Batch batch, const Workspace *w, Chunk chunk, size_t row);

#endif
