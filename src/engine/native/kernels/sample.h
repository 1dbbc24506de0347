#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "../requests.h"

/* Scratch of one thread: probabilities and an order of the vocabulary. */
typedef struct {
  float *probability; /* [padded vocabulary] */
  int32_t *order;     /* [padded vocabulary] */
} SampleScratch;

/*
 * Draws a token from a row of logits by inverting the cumulative distribution, in order of token id, at u in (0, 1). *log_prob
 * gets log p under softmax(logits / temperature) before top-k and top-p (temperature 1 when greedy).
 */
int32_t sample_token(const float *logits, size_t vocabulary, size_t padded, const Sampling *sampling, double u,
                     SampleScratch scratch, float *log_prob);

#endif
