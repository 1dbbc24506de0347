#include "pass.h"

#include <stdlib.h>
#include <string.h>

#include "../kernels/layernorm.h"
#include "../machine/memory.h"
#include "block.h"

Status pass_prepare(Pass *pass, Purpose purpose, size_t jobs, bool apart) {
  Batch *batch = &pass->batch;
  pass->chunk = calloc(batch->documents, sizeof *pass->chunk);
  if (!pass->chunk) return OUT_OF_MEMORY;
  if (!apart) {
    pass->arrangement = calloc(2 * batch->documents, sizeof *pass->arrangement);
    if (!pass->arrangement) return OUT_OF_MEMORY;
    arrange(batch, pass->arrangement, pass->arrangement + batch->documents);
  }
  for (size_t document = 0; document < batch->documents;) {
    const Chunk chunk = next_chunk(*batch, document);
    pass->chunk[pass->chunks++] = chunk;
    document += chunk.documents;
    pass->longest = larger(pass->longest, chunk.rows);
  }
  jobs = smaller(jobs, pass->chunks);
  if ((size_t)pass->threads > jobs) pass->threads = (int)jobs;
  const Status status = workspaces_need(pass->model, pass->threads, larger(pass->longest, CHUNK_ROWS), purpose);
  if (status == OK) model_pack(pass->model, pass->threads);
  return status;
}

void pass_free(Pass *pass) {
  free(pass->chunk);
  free(pass->arrangement);
}

/* The position that a row has in the document whose own it is. */
static size_t own_position(const Workspace *w, size_t row) { return position_in(w, row, w->document_of[row]); }

int32_t token_of(const Workspace *w, Batch batch, size_t row) { return batch.tokens[own_position(w, row)]; }

int target_of(Batch batch, const Workspace *w, Chunk chunk, size_t row) {
  const bool last = row + 1 == chunk.rows || w->positions[row + 1] != w->positions[row] + 1;
  return last ? -1 : batch.tokens[own_position(w, row) + 1];
}

void chunk_embed(const Model *model, Workspace *w, Batch batch, Chunk chunk) {
  const size_t d = model->shape.padded_width, ld = row_stride(d);
  chunk_lay_out(w, batch, chunk);
  for (size_t row = 0; row < chunk.rows; row++)
    memcpy(w->residual + row * ld, model->parameters + embedding_of(model, token_of(w, batch, row)), d * sizeof(float));
}

void chunk_finish(const Model *model, Workspace *w, Chunk chunk) {
  const size_t ld = row_stride(model->shape.padded_width);
  layernorm_forward(w->residual, w->final, w->final_rstd, chunk.rows, model->shape.width, ld);
  w->final_rows = operand_of(&w->final_rows, chunk.rows, w->final, ld);
}

void chunk_forward(const Model *model, Workspace *w, Batch batch, Chunk chunk, LayerHook hook, void *context) {
  chunk_embed(model, w, batch, chunk);
  for (size_t layer = 0; layer < model->shape.layers; layer++) {
    block_query_key_value(model, w, layer, chunk.rows);
    if (hook) hook(context, layer, w->activations[layer].query_key_value);
    block_attention(model, w, layer, chunk.rows);
    block_feed_forward(model, w, layer, chunk.rows);
  }
  chunk_finish(model, w, chunk);
}
