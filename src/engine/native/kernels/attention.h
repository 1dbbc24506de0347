#ifndef ATTENTION_H
#define ATTENTION_H

#include "attention_heads.h"

/* Floats of scratch for documents of up to `rows` tokens. */
size_t attention_scratch_size(Mode mode, size_t rows, size_t head_width);

/*
 * One document of `length` tokens, all heads. query_key_value is [length, 3d] with q and k rotated and q scaled by 1/sqrt(head
 * width); writes attended [length, d] and log_sum [length, heads]. Rows before `from` are wanted as keys and values only: what is
 * written there means nothing.
 */
void attention_forward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value, float *attended,
                       float *log_sum, float *scratch);

/*
 * Writes the derivative of `attended` along a direction, given that of query_key_value; both are rotated, and both q scaled. In
 * f32 whatever the mode. Rows before `from` as in `attention_forward`.
 */
void attention_tangent(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                       const float *query_key_value_tangent, float *attended_tangent, float *scratch);

/* Its floats of scratch. */
size_t attention_tangent_scratch_size(size_t rows, size_t head_width);

/*
 * Writes dquery_key_value [length, 3d], still rotated, the gradient of q still scaled. Before `from`, dattended must be 0, and
 * what is written for q means nothing.
 */
void attention_backward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                        const float *log_sum, const float *dattended, float *dquery_key_value, float *scratch);

#endif
