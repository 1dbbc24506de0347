#ifndef ATTENTION_H
#define ATTENTION_H

#include "model.h"

/* Floats of scratch for documents of up to `rows` tokens. */
size_t attention_scratch_size(Mode mode, size_t rows, size_t head_width);

/* Rows that may be overwritten past the end of a document in `attended` and `dquery_key_value`: documents go in order. */
enum { SPILL_ROWS = 32 };

/*
 * One document of `length` tokens, all heads. query_key_value is [length, 3d] with q and k rotated and q scaled by 1/sqrt(head width);
 * writes attended [length, d] and log_sum [length, heads]. Rows before `from` are wanted as keys and values only: what is written there
 * means nothing.
 */
void attention_forward(const Model *model, size_t from, size_t length, const float *query_key_value, float *attended, float *log_sum,
                       float *scratch);

/*
 * Writes dquery_key_value [length, 3d], still rotated, the gradient of q still scaled. Before `from`, dattended must be 0, and what is
 * written for q means nothing.
 */
void attention_backward(const Model *model, size_t from, size_t length, const float *query_key_value, const float *log_sum,
                        const float *dattended, float *dquery_key_value, float *scratch);

#endif
