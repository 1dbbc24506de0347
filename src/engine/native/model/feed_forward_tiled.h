/* The feed-forward half of a layer on tiles: the bf16 modes' side of feed_forward.h. Exists only where there are tiles. */
#ifndef FEED_FORWARD_TILED_H
#define FEED_FORWARD_TILED_H

#include "workspace.h"

void feed_forward_tiled(const Model *model, Workspace *w, size_t layer, size_t rows);
void feed_forward_tiled_backward(const Model *model, Workspace *w, size_t layer, size_t rows, Lane lane);

#endif
