#ifndef ADAMW_H
#define ADAMW_H

#include "model.h"

typedef struct {
  double learning_rate, beta1, beta2, epsilon, weight_decay;
  double clip_norm; /* 0: no clipping */
  int step;         /* from 1 */
} AdamW;

/* One update from the summed lanes; *norm gets the gradient norm before clipping. The gradient is used up, whatever the outcome. */
Status adamw_update(Model *model, int threads, const AdamW *options, double *norm);

/* Sum of the lanes in order, padded layout. */
void adamw_gradient(const Model *model, float *padded);

void adamw_zero(Model *model);

#endif
