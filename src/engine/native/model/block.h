/*
 * The two halves of a transformer layer over the rows of one chunk, forward and backward:
 *
 *   x += Wo Attention(RoPE(Wq n), RoPE(Wk n), Wv n)      n = LN(x)
 *   x += Wdown (silu(Wgate n) * (Wup n))                 n = LN(x)
 *
 * x is w->residual, its gradient w->dresidual. `lane` takes the weights' gradients. Attention is per document, as w->document
 * says.
 */
#ifndef BLOCK_H
#define BLOCK_H

#include "workspace.h"

/* Rotates q and k by their positions and scales q by 1/sqrt(head width); sign -1: the same for their gradients. */
void block_rotate(const Model *model, float *query_key_value, const int32_t *positions, size_t rows, float sign);

/* q, k, v of the rows: first half of the attention block, up to the rotation. Also used while sampling prompts. */
void block_query_key_value(const Model *model, Workspace *w, size_t layer, size_t rows);
void block_attention(const Model *model, Workspace *w, size_t layer, size_t rows);
void block_attention_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane);

void block_feed_forward(const Model *model, Workspace *w, size_t layer, size_t rows);
void block_feed_forward_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane);

/* y = LN(x) into an operand, its statistics into rstd. */
void block_normalise(const Model *model, Workspace *w, const float *x, const Operand *y, float *rstd, size_t rows);
/* dx += LN backward of dy. LN's Jacobian is symmetric: it takes a derivative along a direction forward too. */
void block_normalise_backward(const Model *model, Workspace *w, const Operand *y, const float *rstd, const float *dy, float *dx,
                              size_t rows);

/* From the tangents of q, k, v in w->dquery_key_value to those of `attended` in w->dattended. Documents go in order. */
void block_attend_tangent(const Model *model, Workspace *w, size_t layer, Document document);

#endif
