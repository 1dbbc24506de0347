#include "workspace.h"

#include <stdlib.h>

#include "../kernels/attention.h"
#include "../machine/memory.h"

/* The head works through a chunk in blocks of rows, so that a block of logits stays in the second-level cache. */
static size_t head_rows_of(size_t rows, size_t padded_vocabulary) {
  enum { BLOCK_FLOATS = 1 << 15 };
  const size_t block = BLOCK_FLOATS / padded_vocabulary / 32 * 32;
  return smaller(larger(block, 32), rows);
}

static Operand take_operand(Mode mode, Form form, size_t capacity, size_t width, Arena *arena) {
  Operand operand = {.mode = mode, .form = form, .capacity = capacity, .width = width, .stride = row_stride(width)};
  operand.at = arena_floats(arena, operand_size(&operand));
  return operand;
}

static void lay_out_activations(Activations *a, const Workspace *w, const Model *model, Arena *arena) {
  const Shape *s = &model->shape;
  const size_t rows = w->rows, d = s->padded_width;
  a->normed1 = take_operand(model->mode, ROWS, rows, d, arena);
  a->normed2 = take_operand(model->mode, ROWS, rows, d, arena);
  a->attended = take_operand(model->mode, ROWS, rows, d, arena);
  a->rstd1 = arena_floats(arena, rows);
  a->rstd2 = arena_floats(arena, rows);
  a->query_key_value = arena_floats(arena, rows * row_stride(3 * d));
  a->log_sum = arena_floats(arena, rows * s->heads);
  a->gate_up = NULL;
  if ((w->purpose & TRAINING) && !computes_again(model->mode))
    a->gate_up = arena_floats(arena, round_up(rows, FEED_FORWARD_BLOCK) * row_stride(2 * s->padded_hidden));
}

static void lay_out_derivatives(Workspace *w, const Model *model, Arena *arena) {
  const size_t rows = w->rows, d = model->shape.padded_width;
  w->dresidual = arena_floats(arena, rows * row_stride(d));
  w->dnormed = arena_floats(arena, rows * row_stride(d));
  w->dquery_key_value = arena_floats(arena, (rows + SPILL_ROWS) * row_stride(3 * d));
  w->copy.dquery_key_value = arena_floats(arena, (rows + SPILL_ROWS) * row_stride(3 * d));
  w->copy.dattended = arena_floats(arena, (rows + SPILL_ROWS) * row_stride(d));
}

static void lay_out_tangents(Workspace *w, const Model *model, Arena *arena) {
  const Shape *s = &model->shape;
  w->dattended = arena_floats(arena, (w->rows + SPILL_ROWS) * row_stride(s->padded_width));
  w->dlogits = arena_floats(arena, round_up(w->head_rows, 32) * row_stride(s->padded_vocabulary));
  w->gate_up_tangent = arena_floats(arena, BLOCK_ROWS * row_stride(2 * s->padded_hidden));
  w->activated_tangent = arena_floats(arena, BLOCK_ROWS * row_stride(s->padded_hidden));
}

static void lay_out_gradients(Workspace *w, const Model *model, Arena *arena) {
  const Shape *s = &model->shape;
  const size_t rows = w->rows, d = s->padded_width, f = s->padded_hidden;
  const size_t tiled_rows = TILED(model->mode) ? rows : 0; /* where f32 uses the rows as they are */
  const size_t widest = TILED(model->mode) ? larger(2 * FEED_FORWARD_GROUP, 3 * d) : 0;
  w->dactivated = arena_floats(arena, TILED(model->mode) ? 0 : rows * row_stride(f));
  w->dvalues = arena_floats(arena, w->head_rows);
  w->columns = take_operand(model->mode, COLUMNS, rows, larger(widest, s->padded_vocabulary), arena);
  w->columns_narrow = take_operand(model->mode, COLUMNS, tiled_rows, d, arena);
  w->pairs = take_operand(model->mode, PAIRS, tiled_rows, d, arena);
  w->pairs_narrow = take_operand(model->mode, PAIRS, tiled_rows, FEED_FORWARD_GROUP, arena);
  w->dresidual_rows = take_operand(model->mode, ROWS, tiled_rows, d, arena);
}

static void lay_out(Workspace *w, const Model *model, Arena *arena) {
  const Shape *s = &model->shape;
  const size_t rows = w->rows, d = s->padded_width, f = s->padded_hidden;
  for (size_t i = 0; i < s->layers; i++) {
    if (i == 0 || (w->purpose & TRAINING)) lay_out_activations(&w->activations[i], w, model, arena);
    else w->activations[i] = w->activations[0];
  }
  w->document = (Document *)(void *)arena_floats(arena, rows * sizeof(Document) / sizeof(float));
  w->document_of = (size_t *)(void *)arena_floats(arena, rows * sizeof(size_t) / sizeof(float));
  w->positions = (int32_t *)arena_floats(arena, rows);
  w->copy.query_key_value = arena_floats(arena, rows * row_stride(3 * d));
  w->copy.attended = arena_floats(arena, (rows + SPILL_ROWS) * row_stride(d));
  w->copy.log_sum = arena_floats(arena, rows * s->heads);
  w->residual = arena_floats(arena, rows * row_stride(d));
  w->attended = arena_floats(arena, (rows + SPILL_ROWS) * row_stride(d));
  w->final = arena_floats(arena, rows * row_stride(d));
  w->final_rstd = arena_floats(arena, rows);
  w->final_rows = take_operand(model->mode, ROWS, TILED(model->mode) ? rows : 0, d, arena);
  w->head_rows = head_rows_of(rows, s->padded_vocabulary);
  w->logits = arena_floats(arena, round_up(w->head_rows, 32) * row_stride(s->padded_vocabulary));
  w->normed = arena_floats(arena, BLOCK_ROWS * row_stride(d));
  const size_t together = !TILED(model->mode) ? FEED_FORWARD_ROWS : w->purpose & (TANGENTS | SKETCHES) ? BLOCK_ROWS : 0;
  w->gate_up = arena_floats(arena, together * row_stride(2 * f));
  w->activated = arena_floats(arena, together * row_stride(f));
  w->hidden = take_operand(model->mode, ROWS, TILED(model->mode) ? rows : 0, larger(f, 2 * FEED_FORWARD_GROUP), arena);
  w->block = arena_floats(arena, 3 * TILED_SPAN * FEED_FORWARD_BLOCK);
  const size_t attention = attention_scratch_size(model->mode, rows, s->head_width);
  const size_t tangents = w->purpose & TANGENTS ? attention_tangent_scratch_size(rows, s->head_width) : 0;
  w->attention = arena_floats(arena, larger(attention, tangents));
  const size_t widest = larger(larger(2 * f, 3 * d), s->padded_vocabulary);
  w->linear = arena_floats(arena, linear_scratch_size(model->mode, rows, widest));
  if (w->purpose & (TRAINING | TANGENTS)) lay_out_derivatives(w, model, arena);
  if (w->purpose & TANGENTS) lay_out_tangents(w, model, arena);
  if (w->purpose & TRAINING) lay_out_gradients(w, model, arena);
}

static void workspace_destroy(Workspace *w) {
  if (!w) return;
  memory_release(w->memory);
  free(w->activations);
  free(w);
}

static Workspace *workspace_create(const Model *model, size_t rows, Purpose purpose) {
  Workspace *w = model_addressable(&model->shape, rows) ? calloc(1, sizeof *w) : NULL;
  if (!w) return NULL;
  w->rows = round_up(rows, 32);
  w->purpose = purpose;
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

Status workspaces_need(Model *model, int threads, size_t rows, Purpose purpose) {
  if (threads > MAXIMUM_THREADS) threads = MAXIMUM_THREADS;
  for (int i = 0; i < threads; i++) {
    const Workspace *old = model->workspace[i];
    if (old && old->rows >= rows && (purpose & ~old->purpose) == 0) continue;
    const size_t capacity = old ? larger(old->rows, rows) : rows;
    const Purpose all = purpose | (old ? old->purpose : SCORING);
    workspace_destroy(model->workspace[i]);
    model->workspace[i] = NULL;
    if (!(model->workspace[i] = workspace_create(model, capacity, all))) return OUT_OF_MEMORY;
  }
  return OK;
}

void workspaces_release(Model *model) {
  for (int i = 0; i < MAXIMUM_THREADS; i++) {
    workspace_destroy(model->workspace[i]);
    model->workspace[i] = NULL;
  }
}
