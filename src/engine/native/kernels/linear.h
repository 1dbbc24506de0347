/*
 * The three products of a linear layer y = x W^T, W [out, in]:
 *
 *   forward           y  = x W^T      or y += x W^T
 *   input gradient    dx = dy W
 *   weight gradient   dW += dy^T x
 *
 * `Mode` picks the arithmetic: f32 in registers (gemm.h), or bf16 on tiles (tiled.h). Each has its own form for an operand, so
 * operands are kept in one of three opaque shapes below. Producers write blocks of rows into them while the rows are still in the
 * first-level cache: in the tiled modes an activation is never stored in f32.
 */
#ifndef LINEAR_H
#define LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "mode.h"
#include "tiled.h"

typedef struct {
  size_t out, in;  /* padded to multiples of 32 */
  size_t offset;   /* of W in the padded parameters */
  bool paired;     /* in tiled packs, the two halves of the outputs take turns in runs of TILED_SPAN, as swiglu.h has it */
  float *forward;  /* packed operand of x W^T */
  float *backward; /* packed operand of dy W */
} Linear;

enum { TILED_SPAN = 32 };

/* Floats of packed memory that a layer takes in each direction. */
size_t linear_packed_size(Mode mode, size_t out, size_t in);
void linear_pack(Mode mode, const Linear *linear, const float *parameters);

/*
 * An activation [rows, width] of at most `capacity` rows in one of the forms
 *   ROWS     left operand of forward products; can be read back
 *   COLUMNS  dy^T, left operand of weight gradients
 *   PAIRS    x, right operand of weight gradients
 */
typedef enum { ROWS, COLUMNS, PAIRS } Form;
typedef struct {
  Mode mode;
  Form form;
  size_t capacity, width;
  float *at;
  size_t stride; /* f32: floats from row to row; all three forms are the rows as they are */
} Operand;

size_t operand_size(const Operand *operand); /* floats */

/* Writes rows [first, first + rows) from x; first is a multiple of 32. Rows up to the next multiple of 32 become 0 where it
 * matters. */
void operand_put(const Operand *operand, size_t first, size_t rows, const float *x, size_t stride);

/* Rows [0, rows) of x as an operand: in f32 x itself, to be used while it stays as it is; on tiles converted into `buffer`. */
Operand operand_of(const Operand *buffer, size_t rows, const float *x, size_t stride);

/* Where to write rows before `operand_put`: in f32 the operand itself, so that nothing is copied; on tiles `scratch`. */
float *operand_target(const Operand *operand, size_t first, float *scratch);

/* Rows as floats with stride row_stride(width), in place or widened into `scratch`. ROWS only. */
const float *operand_floats(const Operand *operand, size_t first, size_t rows, float *scratch);

/* x rows [first, first + rows) of a ROWS operand; first is a multiple of 32. y has room for rows up to a multiple of 16. */
void linear_forward(const Operand *x, size_t first, size_t rows, const Linear *linear, float *y, size_t y_stride,
                    bool accumulate);

/* The same from plain rows; scratch as linear_scratch_size. */
void linear_forward_rows(Mode mode, size_t rows, const float *x, size_t x_stride, const Linear *linear, float *y, size_t y_stride,
                         bool accumulate, float *scratch);
void linear_backward_input(Mode mode, size_t rows, const float *dy, size_t dy_stride, const Linear *linear, float *dx,
                           size_t dx_stride, float *scratch);
size_t linear_scratch_size(Mode mode, size_t rows, size_t widest);

/*
 * Where gradients of weights go: into a gradient lane, or into sketches of the documents (sketch.h). A fresh lane holds nothing
 * yet: the first chunk writes its matrices instead of adding to them.
 */
typedef struct {
  float *gradient;
  bool fresh;
  const struct Sketch *sketch; /* NULL: none */
} Lane;

/* dW += dy^T x over rows [0, rows), at least one; `x` is PAIRS. */
void linear_backward_weight(const Operand *dy, const Operand *x, size_t rows, const Linear *linear, Lane lane);

/* What the tiled files work with: operands and packed weights as tiles. */
TileLeft operand_left(const Operand *operand);
TileRight operand_right(const Operand *operand);
TileRight linear_forward_tiles(const Linear *linear);
TileRight linear_backward_tiles(const Linear *linear);

/* A ROWS operand as PAIRS: in f32 the same rows, on tiles converted into `pairs`. */
Operand operand_pair(const Operand *rows_operand, size_t rows, const Operand *pairs);

#endif
