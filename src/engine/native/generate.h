/*
 * Sampling: every thread decodes up to `slots` sequences side by side, one token of each per pass, and admits new ones as others end
 * (continuous batching). Samples of one prompt share its keys and values: the prompt runs once, and attention reads it once for all.
 *
 * Invariant: a sequence depends on weights, prompt, seed and stream only. Products treat rows independently, a row's own cache is
 * separate from its prompt's, and randomness is counter-based, so neighbours, slots and threads cannot matter.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "model.h"
#include "sample.h"

typedef struct {
  const int32_t *prompt_tokens, *prompt_offsets; /* [prompts + 1] */
  size_t prompts, samples;                       /* samples per prompt */
  size_t max_new_tokens;
  Sampling sampling;
  const int32_t *stop;
  size_t stops;
  uint32_t seed;
  const uint32_t *streams; /* [prompts * samples] */
  /* Results, a row per sample. */
  int32_t *tokens;   /* [rows, max_new_tokens] */
  float *log_probs;  /* [rows, max_new_tokens] */
  int32_t *lengths;  /* [rows] */
  uint8_t *stopped;  /* [rows] */
} Generation;

Status generate(Model *model, int threads, const Generation *generation);

#endif
