/*
 * The arithmetic of products. Only f32 exists everywhere; the others run on tiles (amx.h) and round their operands to one bf16
 * number or to the sum of two.
 */
#ifndef MODE_H
#define MODE_H

#include "../machine/tiles.h"
#include "../requests.h"

/* Whether a mode's products run on tiles. A macro, so that variants without tiles drop the calls. */
#define TILED(mode) (HAVE_TILES && (mode) != MODE_F32)

/* bf16 numbers that an operand is the sum of. */
static inline int planes_of(Mode mode) { return mode == MODE_BF16X3 ? 2 : 1; }

#endif
