/*
 * The f32 products of feed_forward.h, in blocks of rows that stay in the second-level cache between them, and the choice of the
 * tiled form. Gates and ups are kept for the backward pass, which turns them into their gradients where they lie.
 */
#include "feed_forward.h"

#include "../kernels/swiglu.h"
#include "../machine/memory.h"
#include "feed_forward_tiled.h"
#include "sketch.h"

/* Row strides, and how many rows go through together. */
typedef struct {
  size_t residual, gate_up, hidden;
  size_t together;
} Layout;

/*
 * Few rows together, so that what passes from product to product stays in the cache; more where the weights do not fit beside it,
 * since every block of rows passes over all of them.
 */
static Layout layout_of(const Shape *s) {
  static const size_t fitting = 512 << 10;
  return (Layout){
      .residual = row_stride(s->padded_width),
      .gate_up = row_stride(2 * s->padded_hidden),
      .hidden = row_stride(s->padded_hidden),
      .together = 3 * s->padded_width * s->padded_hidden * sizeof(float) > fitting ? FEED_FORWARD_ROWS : BLOCK_ROWS,
  };
}

void feed_forward(const Model *model, Workspace *w, size_t layer, size_t rows) {
  if (TILED(model->mode)) {
    feed_forward_tiled(model, w, layer, rows);
    return;
  }
  const Layout ld = layout_of(&model->shape);
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t f = model->shape.padded_hidden;
  for (size_t first = 0; first < rows; first += ld.together) {
    const size_t count = smaller(rows - first, ld.together);
    float *gate_up = a->gate_up ? a->gate_up + first * ld.gate_up : w->gate_up;
    float *residual = w->residual + first * ld.residual;
    linear_forward(&a->normed2, first, count, &l->gate_up, gate_up, ld.gate_up, false);
    swiglu_forward(gate_up, ld.gate_up, w->activated, ld.hidden, count, f, f);
    linear_forward_rows(model->mode, count, w->activated, ld.hidden, &l->down, residual, ld.residual, true, w->linear);
  }
}

/* The backward pass into sketches, in any mode: a block of rows goes all the way, so that it stays in the cache. */
static void feed_forward_sketch(const Model *model, Workspace *w, size_t layer, size_t rows, const Sketch *sketch) {
  const Layout ld = layout_of(&model->shape);
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const Mode mode = model->mode;
  const size_t d = model->shape.padded_width, f = model->shape.padded_hidden, span = TILED(mode) ? TILED_SPAN : f;
  const size_t down = layer_matrix(layer, DOWN), up = layer_matrix(layer, GATE_UP);
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = smaller(rows - first, BLOCK_ROWS);
    float *gate_up = TILED(mode) ? w->gate_up : a->gate_up + first * ld.gate_up;
    const float *dresidual = w->dresidual + first * ld.residual;
    if (TILED(mode)) linear_forward(&a->normed2, first, count, &l->gate_up, gate_up, ld.gate_up, false);
    linear_backward_input(mode, count, dresidual, ld.residual, &l->down, w->activated, ld.hidden, w->linear);
    swiglu_backward(gate_up, gate_up, ld.gate_up, w->activated, ld.hidden, count, f, span);
    linear_backward_input(mode, count, gate_up, ld.gate_up, &l->gate_up, w->dnormed + first * ld.residual, ld.residual,
                          w->linear);
    sketch_deltas(sketch, down, first, count, d, dresidual, ld.residual);
    sketch_inputs(sketch, down, first, count, f, w->activated, ld.hidden);
    sketch_deltas(sketch, up, first, count, 2 * f, gate_up, ld.gate_up);
  }
  sketch_operand(sketch, w, up, &a->normed2, rows);
  sketch_documents(sketch, w, down);
  sketch_documents(sketch, w, up);
}

void feed_forward_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane) {
  if (lane.sketch) {
    feed_forward_sketch(model, w, layer, rows, lane.sketch);
    return;
  }
  if (TILED(model->mode)) {
    feed_forward_tiled_backward(model, w, layer, rows, lane);
    return;
  }
  const Layout ld = layout_of(&model->shape);
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const size_t f = model->shape.padded_hidden;
  for (size_t first = 0; first < rows; first += ld.together) {
    const size_t count = smaller(rows - first, ld.together);
    float *gate_up = a->gate_up + first * ld.gate_up, *activated = w->dactivated + first * ld.hidden;
    float *dresidual = w->dresidual + first * ld.residual, *dnormed = w->dnormed + first * ld.residual;
    linear_backward_input(model->mode, count, dresidual, ld.residual, &l->down, activated, ld.hidden, w->linear);
    swiglu_backward(gate_up, gate_up, ld.gate_up, activated, ld.hidden, count, f, f);
    linear_backward_input(model->mode, count, gate_up, ld.gate_up, &l->gate_up, dnormed, ld.residual, w->linear);
  }
  const Operand dresidual = operand_of(&w->columns_narrow, rows, w->dresidual, ld.residual);
  const Operand activated = operand_of(&w->pairs, rows, w->dactivated, ld.hidden);
  linear_backward_weight(&dresidual, &activated, rows, &l->down, lane);
  const Operand dgate_up = operand_of(&w->columns, rows, a->gate_up, ld.gate_up);
  linear_backward_weight(&dgate_up, &a->normed2, rows, &l->gate_up, lane);
}
