/*
 * The three products of a linear layer y = x W^T, W [out, in]:
 *
 *   forward           y  = x W^T      or y += x W^T
 *   input gradient    dx = dy W
 *   weight gradient   dW += dy^T x
 *
 * Weights are packed once per update for the first two; the third reads both operands where they lie. `Mode` picks the arithmetic.
 */
#ifndef LINEAR_H
#define LINEAR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { MODE_F32 = 0, MODE_BF16X3 = 1, MODE_BF16 = 2 } Mode;

/* Planes of bf16 that an operand is split into. */
static inline int planes_of(Mode mode) { return mode == MODE_BF16X3 ? 2 : 1; }

typedef struct {
  size_t out, in;  /* padded */
  size_t offset;   /* of W in the padded parameters */
  float *forward;  /* packed operand of x W^T */
  float *backward; /* packed operand of dy W */
} Linear;

/* Floats of packed memory that a layer takes in each direction. */
size_t linear_packed_size(Mode mode, size_t out, size_t in);
void linear_pack(Mode mode, const Linear *linear, const float *parameters);

void linear_forward(Mode mode, size_t rows, const float *x, size_t x_stride, const Linear *linear, float *y, size_t y_stride,
                    bool accumulate, float *scratch);
void linear_backward_input(Mode mode, size_t rows, const float *dy, size_t dy_stride, const Linear *linear, float *dx,
                           size_t dx_stride, float *scratch);
void linear_backward_weight(Mode mode, size_t rows, const float *dy, size_t dy_stride, const float *x, size_t x_stride,
                            const Linear *linear, float *gradient, float *scratch);

/* Floats of scratch the three products need for up to `rows` rows and `widest` columns. */
size_t linear_scratch_size(Mode mode, size_t rows, size_t widest);

#endif
