#include "chunk.h"

#include <string.h>

static size_t document_at(const Batch *batch, size_t i) { return batch->order ? (size_t)batch->order[i] : i; }

static size_t length_of(const Batch *batch, size_t document) {
  return (size_t)(batch->offsets[document + 1] - batch->offsets[document]);
}

/* How many tokens two documents have in common from their beginning. */
static size_t agreement(const Batch *batch, size_t a, size_t b) {
  const int32_t *x = batch->tokens + batch->offsets[a], *y = batch->tokens + batch->offsets[b];
  const size_t most = smaller(length_of(batch, a), length_of(batch, b));
  size_t common = 0;
  while (common < most && x[common] == y[common]) common++;
  return common;
}

/* Lexicographic: at the first token that differs; a document that ends there comes first. */
static bool precedes(const Batch *batch, size_t a, size_t b) {
  const size_t common = agreement(batch, a, b);
  if (common == length_of(batch, a) || common == length_of(batch, b)) return length_of(batch, a) < length_of(batch, b);
  return batch->tokens[(size_t)batch->offsets[a] + common] < batch->tokens[(size_t)batch->offsets[b] + common];
}

/* Merge sort, stable, from runs of one document upwards. */
static void sort(const Batch *batch, int32_t *order, int32_t *merged) {
  const size_t n = batch->documents;
  for (size_t i = 0; i < n; i++) order[i] = (int32_t)i;
  for (size_t run = 1; run < n; run *= 2) {
    for (size_t from = 0; from < n; from += 2 * run) {
      const size_t middle = smaller(from + run, n), end = smaller(middle + run, n);
      for (size_t left = from, right = middle, to = from; to < end; to++) {
        const bool take_right = left == middle || (right < end && precedes(batch, (size_t)order[right], (size_t)order[left]));
        merged[to] = order[take_right ? right++ : left++];
      }
    }
    memcpy(order, merged, n * sizeof *order);
  }
}

/*
 * The last token in common stands before different ones, so its row has a target of its own in each document and is not shared.
 * Thus every document has at least one row of its own, and all positions of a row predict the same token.
 */
void arrange(Batch *batch, int32_t *order, int32_t *shared) {
  sort(batch, order, shared);
  for (size_t i = 0; i < batch->documents; i++) {
    const size_t common = i == 0 ? 0 : agreement(batch, (size_t)order[i - 1], (size_t)order[i]);
    shared[i] = common > LEAST_SHARED ? (int32_t)common - 1 : 0;
  }
  batch->order = order;
  batch->shared = shared;
}

/* Tokens whose rows the i-th document shares if `chunk` takes it in. */
static size_t shared_in(const Batch *batch, Chunk chunk, size_t i) {
  return i > chunk.document && batch->shared ? (size_t)batch->shared[i] : 0;
}

Chunk next_chunk(Batch batch, size_t document) {
  Chunk chunk = {.document = document};
  for (size_t i = document; i < batch.documents; i++) {
    const size_t shared = shared_in(&batch, chunk, i), own = length_of(&batch, document_at(&batch, i)) - shared;
    if (chunk.documents > 0 && chunk.rows + own > (shared > 0 ? RELATED_ROWS : CHUNK_ROWS)) break;
    chunk.documents++;
    chunk.rows += own;
  }
  return chunk;
}

void chunk_lay_out(Workspace *w, Batch batch, Chunk chunk) {
  size_t row = 0;
  w->documents = chunk.documents;
  for (size_t i = 0; i < chunk.documents; i++) {
    const size_t document = document_at(&batch, chunk.document + i), shared = shared_in(&batch, chunk, chunk.document + i);
    const size_t length = length_of(&batch, document);
    w->document[i] = (Document){
        .first = (size_t)batch.offsets[document], .length = length, .shared = (int32_t)shared, .row = row, .copied = shared > 0};
    if (shared > 0) w->document[i - 1].copied = true;
    for (size_t t = shared; t < length; t++, row++) {
      w->positions[row] = (int32_t)t;
      w->document_of[row] = i;
    }
  }
}
