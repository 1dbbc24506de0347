/*
 * Forward-mode differentiation: with every activation x goes x', its derivative along a direction v of the parameters, so that
 * one pass gives d/de log p(theta + e v) at e = 0 of every token (Wengert 1964). A product has the rule of products,
 *
 *   y = W x      y' = W x' + V x      V: what v has in the place of W
 *
 * so that a pass costs three products where scoring has one: what a gradient costs.
 */
#ifndef TANGENT_H
#define TANGENT_H

#include "pass.h"

typedef struct {
  float *log_probs; /* per position of the batch: the bits of `step_score` */
  float *tangents;  /* per position: their derivatives; 0 without a target */
} TangentOutput;

/* `direction` as the flat vector of the parameters. Products in the model's mode, attention's tangents in f32. */
Status tangent_score(Model *model, int threads, Batch batch, float inverse_temperature, const float *direction,
                     TangentOutput out);

#endif
