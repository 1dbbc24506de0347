/* The mathematics the engine needs of a C library: square roots, which are instructions, and what tells numbers apart. */
#ifndef WASM_MATH_H
#define WASM_MATH_H

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define isfinite(x) __builtin_isfinite(x)

static inline double sqrt(double x) { return __builtin_sqrt(x); }
static inline float sqrtf(float x) { return __builtin_sqrtf(x); }

#endif
