#ifndef LAYERNORM_H
#define LAYERNORM_H

#include <stddef.h>

void layernorm_forward(const float *restrict x, float *restrict y, float *restrict rstd, size_t rows, size_t width,
                       size_t stride);
void layernorm_backward(const float *restrict y, const float *restrict rstd, const float *restrict dy, float *restrict dx,
                        size_t rows, size_t width, size_t stride);

#endif
