/*
 * The arithmetic of products. Only f32 exists everywhere; the others round their operands to one bf16 number or to the sum of
 * two, lay them out in tiles and need a unit that multiplies them (tiled.h).
 */
#ifndef MODE_H
#define MODE_H

#include <stdbool.h>

#include "../machine/tiles.h"
#include "../requests.h"

/* Whether this variant has a unit for bf16: AMX or AVX512-BF16. */
#if defined(__AVX512BF16__)
#define HAVE_BF16 1
#else
#define HAVE_BF16 0
#endif

/* Whether a mode's operands are tiled. A macro, so that variants without bf16 drop the calls. */
#define TILED(mode) (HAVE_BF16 && (mode) != MODE_F32)

/* bf16 numbers that an operand is the sum of. */
static inline int planes_of(Mode mode) { return mode == MODE_BF16X3 ? 2 : 1; }

/* Whether the backward pass computes gates and ups again: on tiles a product costs less than keeping its result. */
static inline bool computes_again(Mode mode) { return HAVE_TILES && mode == MODE_BF16; }

/* Whether this process may use a mode. Split operands are for tiles alone: their three products take longer than one in f32
 * elsewhere. */
static inline bool mode_request(Mode mode) {
  if (mode == MODE_F32) return true;
  return HAVE_TILES ? tiles_request() : HAVE_BF16 && mode == MODE_BF16;
}

#endif
