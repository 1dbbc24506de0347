/*
 * The feed-forward half of a layer with its products on tiles. No [rows, hidden] matrix of floats is ever written: 32 hidden
 * units of some rows at a time come out of the tile unit into a few kilobytes of the first-level cache, pass through SwiGLU there
 * and leave as bf16 operands of the next products. With one plane the backward pass computes gates and ups again, which is
 * cheaper than keeping them; with two it is not, and they are kept, block by block.
 *
 * Weights are packed so that the gates and the ups of 32 units are neighbours (`paired` in linear.h): one product gives both.
 */
#include "feed_forward_tiled.h"

#include "../kernels/swiglu.h"
#include "../machine/memory.h"

#if HAVE_BF16

enum {
  UNITS = TILED_SPAN,         /* hidden units, */
  BLOCK = FEED_FORWARD_BLOCK, /* and rows that come out together */
  GROUP = FEED_FORWARD_GROUP  /* hidden units of the backward pass whose gradients are multiplied together */
};

/* Gates and ups of 32 units and a block of rows: where the forward pass keeps them, else NULL. */
static float *kept_block(const Activations *a, size_t unit, size_t first, size_t rows) {
  const size_t blocks = (rows + BLOCK - 1) / BLOCK;
  return a->gate_up ? a->gate_up + (unit / UNITS * blocks + first / BLOCK) * (2 * BLOCK * UNITS) : NULL;
}

/* [rows] from column `column` of a row-major operand on. */
static TileLeft columns_from(TileLeft a, size_t column) {
  a.at += column;
  return a;
}

void feed_forward_tiled(const Model *model, Workspace *w, size_t layer, size_t rows) {
  const int planes = planes_of(model->mode);
  const size_t d = model->shape.padded_width, f = model->shape.padded_hidden, ld = row_stride(d);
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const TileLeft normed = operand_left(&a->normed2);
  const Operand activated = narrowed(w->hidden, f);
  const TileLeft hidden = operand_left(&activated);
  const TileRight gate_up = linear_forward_tiles(&l->gate_up);
  float *results = w->block + 2 * BLOCK * UNITS;
  for (size_t unit = 0; unit < f; unit += UNITS)
    for (size_t first = 0; first < rows; first += BLOCK) {
      const size_t count = smaller(rows - first, BLOCK);
      float *kept = kept_block(a, unit, first, rows), *products = kept ? kept : w->block;
      tiled_product(planes, count, 2 * UNITS, d, rows_from(normed, first), strip_from(gate_up, unit / 16), products, 2 * UNITS,
                    false);
      swiglu_forward(products, 2 * UNITS, results, UNITS, count, UNITS, UNITS);
      tiled_left(planes, results, UNITS, count, UNITS, columns_from(rows_from(hidden, first), unit));
    }
  tiled_product(planes, rows, d, f, hidden, linear_forward_tiles(&l->down), w->residual, ld, true);
}

/* Operands of the backward pass over one group of hidden units: dgate and dup in turns, the units' activations. */
typedef struct {
  const Activations *activations;
  TileLeft normed, dresidual;          /* [rows, d] */
  TileLeft dgate_up;                   /* [rows, 2 GROUP] */
  TileLeft dgate_columns, dup_columns; /* [GROUP, rows] */
  TileRight activated;                 /* [rows, GROUP] */
} Group;

/* Gradients of gates and ups and the activations of 32 units, `place` units into the group. */
static void backward_units(const Group *group, const Layer *l, int planes, size_t unit, size_t place, size_t rows,
                           float *products) {
  float *results = products + 2 * BLOCK * UNITS;
  const size_t d = l->down.out;
  const TileRight gate_up = strip_from(linear_forward_tiles(&l->gate_up), unit / 16);
  const TileRight down = strip_from(linear_backward_tiles(&l->down), unit / 32);
  for (size_t first = 0; first < rows; first += BLOCK) {
    const size_t count = smaller(rows - first, BLOCK);
    const float *kept = kept_block(group->activations, unit, first, rows);
    if (!kept) tiled_product(planes, count, 2 * UNITS, d, rows_from(group->normed, first), gate_up, products, 2 * UNITS, false);
    tiled_product(planes, count, UNITS, d, rows_from(group->dresidual, first), down, results, UNITS, false);
    swiglu_backward(kept ? kept : products, products, 2 * UNITS, results, UNITS, count, UNITS, UNITS);
    tiled_left(planes, products, 2 * UNITS, count, 2 * UNITS, columns_from(rows_from(group->dgate_up, first), 2 * place));
    tiled_left_transposed(planes, products, 2 * UNITS, count, UNITS, columns_from(rows_from(group->dgate_columns, place), first));
    tiled_left_transposed(planes, products + UNITS, 2 * UNITS, count, UNITS,
                          columns_from(rows_from(group->dup_columns, place), first));
    tiled_right(planes, results, UNITS, count, UNITS, depth_from(strip_from(group->activated, place / 32), first));
  }
}

void feed_forward_tiled_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane) {
  const int planes = planes_of(model->mode);
  const size_t d = model->shape.padded_width, f = model->shape.padded_hidden, ld = row_stride(d), depth = round_up(rows, 32);
  const Layer *l = &model->layer[layer];
  const Activations *a = &w->activations[layer];
  const Operand dgate_up = narrowed(w->hidden, 2 * GROUP), columns = narrowed(w->columns, 2 * GROUP);
  const Operand activated = narrowed(w->pairs_narrow, GROUP), pairs = narrowed(w->pairs, d);
  operand_put(&w->dresidual_rows, 0, rows, w->dresidual, ld);
  operand_put(&w->columns_narrow, 0, rows, w->dresidual, ld);
  const TileLeft dresidual_columns = operand_left(&w->columns_narrow);
  const Operand normed_pairs = operand_pair(&a->normed2, rows, &pairs);
  const TileRight normed = operand_right(&normed_pairs);
  const Group group = {.activations = a,
                       .normed = operand_left(&a->normed2),
                       .dresidual = operand_left(&w->dresidual_rows),
                       .dgate_up = operand_left(&dgate_up),
                       .dgate_columns = operand_left(&columns),
                       .dup_columns = rows_from(operand_left(&columns), GROUP),
                       .activated = operand_right(&activated)};
  for (size_t start = 0; start < f; start += GROUP) {
    const size_t units = smaller(f - start, GROUP);
    for (size_t place = 0; place < units; place += UNITS) backward_units(&group, l, planes, start + place, place, rows, w->block);
    tiled_product(planes, rows, d, 2 * units, group.dgate_up, depth_from(linear_backward_tiles(&l->gate_up), 2 * start),
                  w->dnormed, ld, start > 0);
    tiled_product(planes, d, units, depth, dresidual_columns, group.activated, lane.gradient + l->down.offset + start, f,
                  !lane.fresh);
    float *dgate = lane.gradient + l->gate_up.offset + start * d, *dup = dgate + f * d;
    tiled_product(planes, units, d, depth, group.dgate_columns, normed, dgate, d, !lane.fresh);
    tiled_product(planes, units, d, depth, group.dup_columns, normed, dup, d, !lane.fresh);
  }
}

#endif
