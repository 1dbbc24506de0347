#ifndef ROPE_H
#define ROPE_H

#include <stddef.h>
#include <stdint.h>

/* cosines and sines are [context, head_width / 2]. */
void rope_table(float *cosines, float *sines, size_t context, size_t head_width);

/* Rotates the `heads` heads of each row in place and scales them; sign +1 forward, -1 for the gradient. */
void rope_rotate(float *x, size_t rows, size_t stride, const int32_t *positions, size_t heads, size_t head_width,
                 const float *cosines, const float *sines, float sign, float scale);

#endif
