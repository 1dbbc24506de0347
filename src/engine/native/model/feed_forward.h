/*
 * The feed-forward half of a transformer layer over the rows of a chunk:
 *
 *   x += Wdown (silu(Wgate n) * (Wup n))      n = LN(x)
 *
 * The backward pass gets n of the forward pass and the gradient of x in w->dresidual; it writes the gradient of n to w->dnormed
 * and adds the weights' gradients to `lane`.
 */
#ifndef FEED_FORWARD_H
#define FEED_FORWARD_H

#include "workspace.h"

void feed_forward(const Model *model, Workspace *w, size_t layer, size_t rows);
void feed_forward_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane);

#endif
