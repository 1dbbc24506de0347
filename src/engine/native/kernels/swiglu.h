#ifndef SWIGLU_H
#define SWIGLU_H

#include <stddef.h>

/*
 * Gates and ups of a row take turns in runs of `span` columns, gates first: span = hidden is all gates, then all ups. hidden and
 * span are multiples of the register width.
 */

/* y [rows, hidden] from gate_up [rows, 2 hidden]. */
void swiglu_forward(const float *restrict gate_up, size_t gate_up_stride, float *restrict y, size_t stride, size_t rows,
                    size_t hidden, size_t span);

/* The derivative of y along a direction, given that of gate_up. */
void swiglu_tangent(const float *restrict gate_up, const float *restrict gate_up_tangent, size_t gate_up_stride,
                    float *restrict y_tangent, size_t stride, size_t rows, size_t hidden, size_t span);

/* dgate_up may be gate_up itself; dy [rows, hidden] becomes y again, which the gradient of the layer after it needs. */
void swiglu_backward(const float *gate_up, float *dgate_up, size_t gate_up_stride, float *dy, size_t stride, size_t rows,
                     size_t hidden, size_t span);

#endif
