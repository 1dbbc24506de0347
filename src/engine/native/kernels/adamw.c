/*
 * AdamW with decoupled decay (Loshchilov & Hutter 2019), value by value; s is the number of the update.
 *
 *   g = clip g      m = b1 m + (1 - b1) g      v = b2 v + (1 - b2) g^2
 *   p = (1 - lr wd) p - lr (m / (1 - b1^s)) / (sqrt(v / (1 - b2^s)) + eps)
 */
#include "adamw.h"

#include <math.h>

#include "../machine/elementary.h"

void adamw(const AdamW *options, float clip, size_t count, const float *restrict gradient, float *restrict parameters,
           float *restrict first, float *restrict second) {
  const AdamW *o = options;
  float *restrict p = parameters, *restrict m = first, *restrict v = second;
  const float c1 = (float)(1 / (1 - whole_power_of(o->beta1, o->step)));
  const float c2 = (float)(1 / (1 - whole_power_of(o->beta2, o->step)));
  const float b1 = (float)o->beta1, b2 = (float)o->beta2, a1 = (float)(1 - o->beta1), a2 = (float)(1 - o->beta2);
  const float rate = (float)o->learning_rate, keep = (float)(1 - o->learning_rate * o->weight_decay);
  const float epsilon = (float)o->epsilon;
  for (size_t i = 0; i < count; i++) {
    const float g = gradient[i] * clip;
    const float mean = b1 * m[i] + a1 * g, square = b2 * v[i] + a2 * g * g;
    m[i] = mean;
    v[i] = square;
    /* Where nothing ever arrived (padding, unseen tokens) the step is 0, also with epsilon 0. */
    const float step = mean == 0.0f ? 0.0f : rate * (mean * c1) / (sqrtf(square * c2) + epsilon);
    p[i] = p[i] * keep - step;
  }
}
