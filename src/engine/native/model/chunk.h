/*
 * A batch is cut into chunks of whole documents of about CHUNK_ROWS rows. A thread carries a chunk through the whole model,
 * forward and backward, without meeting the others; a chunk's activations mostly stay in its second-level cache.
 *
 * Documents are taken in the order of their tokens. So a gradient does not depend on the order in which they come, and those that
 * begin alike, as completions of one prompt do, lie side by side and are computed once as far as they agree: what the model makes
 * of a token depends on the tokens up to it and on nothing else. A shared row stands for several positions of the batch, and its
 * gradient is the sum over them.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include "workspace.h"

enum { CHUNK_ROWS = 256 };

/* As long as documents share rows with those before, more of them go together: a chunk must compute its first document whole. */
enum { RELATED_ROWS = 640 };

/* Fewest tokens worth sharing: attention copies the documents concerned. */
enum { LEAST_SHARED = 16 };

typedef struct {
  const int32_t *tokens;
  const int32_t *offsets; /* [documents + 1] */
  size_t documents;
  /* Which document comes when, and how many of its first tokens may share the rows of the one before. NULL: as they lie, sharing
   * none. */
  const int32_t *order, *shared;
} Batch;

/* Documents [document, document + documents) in order. The first of a chunk shares nothing. */
typedef struct {
  size_t document, documents;
  size_t rows;
} Chunk;

/* Fills `order` and `shared`, [documents] each, and has the batch point to them. */
void arrange(Batch *batch, int32_t *order, int32_t *shared);

/* The next chunk from `document` on. */
Chunk next_chunk(Batch batch, size_t document);

/* Says in w which documents and tokens the chunk's rows are. */
void chunk_lay_out(Workspace *w, Batch batch, Chunk chunk);

/*
 * The positions of a row in the batch:
 *   for (size_t i = w->document_of[row]; belongs_to(w, row, i); i++) position_in(w, row, i)
 */
static inline bool belongs_to(const Workspace *w, size_t row, size_t document) {
  return document == w->document_of[row] || (document < w->documents && w->document[document].shared > w->positions[row]);
}
static inline size_t position_in(const Workspace *w, size_t row, size_t document) {
  return w->document[document].first + (size_t)w->positions[row];
}

#endif
