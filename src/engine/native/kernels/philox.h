/*
 * Philox4x32-10 (Salmon et al. 2011): four random words as a pure function of key and counter. Per round
 *   (hi0, lo0) = M0 c0, (hi1, lo1) = M1 c2;   c = (hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0)
 * with the key bumped by the Weyl constants before every round but the first.
 */
#ifndef PHILOX_H
#define PHILOX_H

#include <stdint.h>

void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Strictly inside (0, 1), exact in double. */
double philox_uniform(uint32_t word);

#endif
