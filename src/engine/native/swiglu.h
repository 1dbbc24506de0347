#ifndef SWIGLU_H
#define SWIGLU_H

#include <stddef.h>

void swiglu_forward(const float *restrict gate_up, float *restrict y, size_t rows, size_t hidden);
void swiglu_backward(const float *restrict gate_up, const float *restrict dy, float *restrict dgate_up, float *restrict y, size_t rows,
                     size_t hidden);

#endif
