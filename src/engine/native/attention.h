#ifndef ATTENTION_H
#define ATTENTION_H

#include "model.h"

/* Floats of scratch for documents of up to `rows` tokens. */
size_t attention_scratch_size(Mode mode, size_t rows, size_t head_width);

/*
 * One document of `length` tokens, all heads. query_key_value is [length, 3d] with q and k rotated; writes attended [length, d] and
 * log_sum [length, heads].
 */
void attention_forward(const Model *model, size_t length, const float *query_key_value, float *attended, float *log_sum,
                       float *scratch);

/* Writes dquery_key_value [length, 3d], still rotated. */
void attention_backward(const Model *model, size_t length, const float *query_key_value, const float *attended, const float *log_sum,
                        const float *dattended, float *dquery_key_value, float *scratch);

#endif
