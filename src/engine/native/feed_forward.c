/*
 * The f32 products of feed_forward.h, in blocks of rows that stay in the second-level cache between them, and the choice of the tiled form.
 * Gates and ups are kept for the backward pass, which turns them into their gradients where they lie.
 */
#include "feed_forward.h"

#include "feed_forward_tiled.h"
#include "memory.h"
#include "swiglu.h"

/*
 * Rows that go through together: few, so that what passes from product to product stays in the cache; more where the weights do not fit
 * beside it, since every block of rows passes over all of them.
 */
static size_t rows_together(const Shape *s) {
  static const size_t fitting = 512 << 10;
  return 3 * s->padded_width * s->padded_hidden * sizeof(float) > fitting ? FEED_FORWARD_ROWS : BLOCK_ROWS;
}

void feed_forward(const Model *model, Workspace *w, size_t layer, size_t rows) {
  if (TILED(model->mode)) {
    feed_forward_tiled(model, w, layer, rows);
    return;
  }
  const Shape *s = &model->shape;
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t f = s->padded_hidden, ld = row_stride(s->padded_width), ld_gate_up = row_stride(2 * f), ld_hidden = row_stride(f),
               together = rows_together(s);
  for (size_t first = 0; first < rows; first += together) {
    const size_t count = smaller(rows - first, together);
    float *gate_up = a->gate_up ? a->gate_up + first * ld_gate_up : w->gate_up;
    linear_forward(&a->normed2, first, count, &l->gate_up, gate_up, ld_gate_up, false);
    swiglu_forward(gate_up, ld_gate_up, w->activated, ld_hidden, count, f, f);
    linear_forward_rows(model->mode, count, w->activated, ld_hidden, &l->down, w->residual + first * ld, ld, true, w->linear);
  }
}

void feed_forward_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane) {
  if (TILED(model->mode)) {
    feed_forward_tiled_backward(model, w, layer, rows, lane);
    return;
  }
  const Shape *s = &model->shape;
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t f = s->padded_hidden, ld = row_stride(s->padded_width), ld_gate_up = row_stride(2 * f), ld_hidden = row_stride(f),
               together = rows_together(s);
  for (size_t first = 0; first < rows; first += together) {
    const size_t count = smaller(rows - first, together);
    float *gate_up = a->gate_up + first * ld_gate_up, *activated = w->dactivated + first * ld_hidden;
    linear_backward_input(model->mode, count, w->dresidual + first * ld, ld, &l->down, activated, ld_hidden, w->linear);
    swiglu_backward(gate_up, gate_up, ld_gate_up, activated, ld_hidden, count, f, f);
    linear_backward_input(model->mode, count, gate_up, ld_gate_up, &l->gate_up, w->dnormed + first * ld, ld, w->linear);
  }
  const Operand dresidual = operand_of(&w->columns_narrow, rows, w->dresidual, ld);
  const Operand activated = operand_of(&w->pairs, rows, w->dactivated, ld_hidden);
  linear_backward_weight(&dresidual, &activated, rows, &l->down, lane);
  const Operand dgate_up = operand_of(&w->columns, rows, a->gate_up, ld_gate_up);
  linear_backward_weight(&dgate_up, &a->normed2, rows, &l->gate_up, lane);
}
