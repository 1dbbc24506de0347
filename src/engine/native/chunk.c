#include "chunk.h"

/*
 * The last token in common stands before different ones, so its row has a target of its own in each document and is not shared. Thus
 * every document has at least one row of its own, and all positions of a row predict the same token.
 */
void find_shared(const int32_t *tokens, const int32_t *offsets, size_t documents, int32_t *shared) {
  for (size_t i = 0; i < documents; i++) {
    int32_t common = 0;
    if (i > 0) {
      const int32_t *before = tokens + offsets[i - 1], *here = tokens + offsets[i];
      const int32_t lengths[2] = {offsets[i] - offsets[i - 1], offsets[i + 1] - offsets[i]};
      while (common < lengths[0] && common < lengths[1] && before[common] == here[common]) common++;
    }
    shared[i] = common > LEAST_SHARED ? common - 1 : 0;
  }
}

static size_t shared_with_neighbour(Batch batch, Chunk chunk, size_t document) {
  return document > chunk.document && batch.shared ? (size_t)batch.shared[document] : 0;
}

Chunk next_chunk(Batch batch, size_t document) {
  Chunk chunk = {.document = document};
  while (document < batch.documents) {
    const size_t length = (size_t)(batch.offsets[document + 1] - batch.offsets[document]);
    const size_t own = length - shared_with_neighbour(batch, chunk, document);
    if (chunk.documents > 0 && chunk.rows + own > (own < length ? RELATED_ROWS : CHUNK_ROWS)) break;
    document++;
    chunk.documents++;
    chunk.rows += own;
  }
  return chunk;
}

void chunk_lay_out(Workspace *w, Batch batch, Chunk chunk) {
  size_t row = 0;
  w->documents = chunk.documents;
  for (size_t i = 0; i < chunk.documents; i++) {
    const size_t document = chunk.document + i, first = (size_t)batch.offsets[document];
    const size_t length = (size_t)batch.offsets[document + 1] - first, shared = shared_with_neighbour(batch, chunk, document);
    w->document[i] = (Document){.first = first, .length = length, .shared = (int32_t)shared, .row = row, .copied = shared > 0};
    if (shared > 0) w->document[i - 1].copied = true;
    for (size_t t = shared; t < length; t++, row++) {
      w->positions[row] = (int32_t)t;
      w->document_of[row] = i;
    }
  }
}
