/*
 * Sampling: every thread decodes up to `slots` sequences side by side, one token of each per pass, and admits new ones as others
 * end (continuous batching). Samples of one prompt share its keys and values: the prompt runs once, and attention reads it once
 * for all.
 *
 * Invariant: a sequence depends on weights, prompt, seed and stream only. Products treat rows independently, a row's own cache is
 * separate from its prompt's, and randomness is counter-based, so neighbours, slots and threads cannot matter.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "model.h"

Status generate(Model *model, const GenerateRequest *request);

#endif
