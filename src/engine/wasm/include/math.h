/*
 * The mathematics the engine needs. Square roots are instructions; the others are those of JavaScript, imported by name: V8
 * recognises them and calls its own double-precision code (fdlibm) without a detour. The single-precision functions round a
 * double result.
 */
#ifndef WASM_MATH_H
#define WASM_MATH_H

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define isfinite(x) __builtin_isfinite(x)

#define FROM_JAVASCRIPT(NAME) __attribute__((import_module("Math"), import_name(#NAME)))
FROM_JAVASCRIPT(exp) double javascript_exp(double);
FROM_JAVASCRIPT(expm1) double javascript_expm1(double);
FROM_JAVASCRIPT(log) double javascript_log(double);
FROM_JAVASCRIPT(pow) double javascript_pow(double, double);
FROM_JAVASCRIPT(cos) double javascript_cos(double);
FROM_JAVASCRIPT(sin) double javascript_sin(double);
#undef FROM_JAVASCRIPT

static inline double exp(double x) { return javascript_exp(x); }
static inline double expm1(double x) { return javascript_expm1(x); }
static inline double log(double x) { return javascript_log(x); }
static inline double pow(double x, double y) { return javascript_pow(x, y); }
static inline double cos(double x) { return javascript_cos(x); }
static inline double sin(double x) { return javascript_sin(x); }
static inline double sqrt(double x) { return __builtin_sqrt(x); }
static inline float sqrtf(float x) { return __builtin_sqrtf(x); }
static inline float expf(float x) { return (float)exp((double)x); }
static inline float logf(float x) { return (float)log((double)x); }

#endif
