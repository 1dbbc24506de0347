#include "workspace.h"

#include <stdlib.h>

#include "attention.h"
#include "memory.h"

/* The head works through a chunk in blocks of rows, so that a block of logits stays in the second-level cache. */
static size_t head_rows_of(size_t rows, size_t padded_vocabulary) {
  enum { BLOCK_FLOATS = 1 << 17 };
  size_t block = BLOCK_FLOATS / padded_vocabulary / 32 * 32;
  if (block < 32) block = 32;
  return block < rows ? block : round_up(rows, 32);
}

static void lay_out_activations(Activations *a, const Shape *s, size_t rows, Arena *arena) {
  const size_t d = row_stride(s->padded_width);
  a->normed1 = arena_floats(arena, rows * d);
  a->rstd1 = arena_floats(arena, rows);
  a->query_key_value = arena_floats(arena, rows * row_stride(3 * s->padded_width));
  a->log_sum = arena_floats(arena, rows * s->heads);
  a->attended = arena_floats(arena, rows * d);
  a->normed2 = arena_floats(arena, rows * d);
  a->rstd2 = arena_floats(arena, rows);
  a->gate_up = arena_floats(arena, rows * row_stride(2 * s->padded_hidden));
  a->activated = arena_floats(arena, rows * row_stride(s->padded_hidden));
}

static void lay_out(Workspace *w, const Model *model, Arena *arena) {
  const Shape *s = &model->shape;
  const size_t rows = w->rows, d = row_stride(s->padded_width);
  for (size_t i = 0; i < s->layers; i++) {
    if (i == 0 || w->training) lay_out_activations(&w->activations[i], s, rows, arena);
    else w->activations[i] = w->activations[0];
  }
  w->residual = arena_floats(arena, rows * d);
  w->final = arena_floats(arena, rows * d);
  w->final_rstd = arena_floats(arena, rows);
  w->head_rows = head_rows_of(rows, s->padded_vocabulary);
  w->logits = arena_floats(arena, w->head_rows * row_stride(s->padded_vocabulary));
  w->dvalues = arena_floats(arena, w->head_rows);
  w->positions = (int32_t *)arena_floats(arena, rows);
  w->attention = arena_floats(arena, attention_scratch_size(model->mode, rows, s->head_width));
  size_t widest = 3 * s->padded_width;
  if (2 * s->padded_hidden > widest) widest = 2 * s->padded_hidden;
  if (s->padded_vocabulary > widest) widest = s->padded_vocabulary;
  w->linear = arena_floats(arena, linear_scratch_size(model->mode, rows, widest));
  if (!w->training) return;
  w->dresidual = arena_floats(arena, rows * d);
  w->dnormed = arena_floats(arena, rows * d);
  w->dattended = arena_floats(arena, rows * d);
  w->dquery_key_value = arena_floats(arena, rows * row_stride(3 * s->padded_width));
  w->dgate_up = arena_floats(arena, rows * row_stride(2 * s->padded_hidden));
  w->dactivated = arena_floats(arena, rows * row_stride(s->padded_hidden));
}

static Workspace *workspace_create(const Model *model, size_t rows, bool training) {
  Workspace *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  w->rows = round_up(rows, 32);
  w->training = training;
  w->activations = calloc(model->shape.layers ? model->shape.layers : 1, sizeof *w->activations);
  if (w->activations) {
    Arena arena = {0};
    lay_out(w, model, &arena);
    w->memory = memory_take(arena.used);
    if (w->memory) {
      arena = (Arena){.base = w->memory};
      lay_out(w, model, &arena);
      return w;
    }
  }
  workspace_destroy(w);
  return NULL;
}

void workspace_destroy(Workspace *w) {
  if (!w) return;
  memory_release(w->memory);
  free(w->activations);
  free(w);
}

Status workspaces_need(Model *model, int threads, size_t rows, bool training) {
  if (threads > MAXIMUM_THREADS) threads = MAXIMUM_THREADS;
  for (int i = 0; i < threads; i++) {
    const Workspace *old = model->workspace[i];
    if (old && old->rows >= rows && (old->training || !training)) continue;
    const size_t larger = old && old->rows > rows ? old->rows : rows;
    const bool train = training || (old && old->training);
    workspace_destroy(model->workspace[i]);
    model->workspace[i] = NULL;
    if (!(model->workspace[i] = workspace_create(model, larger, train))) return OUT_OF_MEMORY;
  }
  return OK;
}
