/*
 * Losses that depend on the forward pass token by token (see TokenLoss in Engine.ts). Given log p of the target, entropy and
 * value of one position, `loss_at` forms the loss and its derivatives.
 */
#ifndef LOSS_H
#define LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "../requests.h"

typedef struct {
  double loss;
  double d_log_prob, d_entropy, d_value;
} TokenGradient;

bool loss_needs_scores(const Loss *loss); /* anything but values */
bool loss_needs_entropy(const Loss *loss);
bool loss_needs_value(const Loss *loss);
TokenGradient loss_at(const Loss *loss, size_t position, bool has_target, double log_prob, double entropy, double value);

#endif
