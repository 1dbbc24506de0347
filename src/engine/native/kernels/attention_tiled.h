/* Attention on tiles: the bf16 modes' side of attention.h, same arguments. Exists only where there are tiles. */
#ifndef ATTENTION_TILED_H
#define ATTENTION_TILED_H

#include "attention_heads.h"
#include "tiled.h"

size_t attention_tiled_scratch_size(Mode mode, size_t rows, size_t head_width);
void attention_tiled_forward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                             float *attended, float *log_sum, float *scratch);
void attention_tiled_backward(const AttentionShape *shape, size_t from, size_t length, const float *query_key_value,
                              const float *log_sum, const float *dattended, float *dquery_key_value, float *scratch);

#endif
