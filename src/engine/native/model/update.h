/*
 * The gradient of a model, summed over its lanes, and the update from it. The norm is clipped: the gradient is multiplied by
 * min(1, clip / (norm + 1e-6)).
 */
#ifndef UPDATE_H
#define UPDATE_H

#include "../kernels/adamw.h"
#include "model.h"

/* One update from the summed lanes; *norm gets the gradient norm before clipping. The gradient is used up, whatever the outcome.
 */
Status update(Model *model, int threads, const AdamW *options, double *norm);

/* Sum of the lanes in order, padded layout. */
void gradient_sum(const Model *model, float *padded);

void gradient_clear(Model *model);

#endif
