/*
 * What TypeScript hands over in one call. Written by `pnpm build:requests` from src/engine/requests.ts: change that, not this.
 *
 * Every field lies in a slot of 8 bytes of its own, so that a struct is the same bytes with 64-bit and with 32-bit pointers.
 * Arrays belong to the caller and are not kept past the call.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOT _Alignas(8)

/* clang-format off */

typedef enum { MODE_F32 = 0, MODE_BF16X3 = 1, MODE_BF16 = 2 } Mode;

typedef enum { LOSS_CROSS_ENTROPY = 0, LOSS_SURROGATE = 1, LOSS_COEFFICIENTS = 2 } LossKind;

typedef enum { PARAMETERS = 0, FIRST_MOMENTS = 1, SECOND_MOMENTS = 2, GRADIENTS = 3 } ModelVector;

typedef enum { OK = 0, OUT_OF_MEMORY = 1, CANCELLED = 2, NON_FINITE = 3 } Status;

typedef struct {
  SLOT LossKind kind;
  SLOT float inverse_temperature;
  SLOT const float *weights; /* cross-entropy: NULL for the uniform weight */
  SLOT double uniform_weight; /* of every target */
  SLOT const float *advantages; /* surrogate */
  SLOT const float *old_log_probs; /* surrogate; NULL: those of this very pass, so that r is 1 */
  SLOT const float *ref_log_probs; /* surrogate with kl_coefficient */
  SLOT const float *returns; /* surrogate with value_coefficient */
  SLOT const float *old_values; /* surrogate with value_clip */
  SLOT double clip_low;
  SLOT double clip_high;
  SLOT double dual_clip; /* 0: none */
  SLOT double kl_coefficient;
  SLOT double entropy_coefficient;
  SLOT double value_clip; /* 0: none */
  SLOT double value_coefficient;
  SLOT const float *d_log_prob; /* coefficients: dL/dlogp */
  SLOT const float *d_entropy; /* coefficients: dL/dH */
  SLOT const float *d_value; /* coefficients: dL/dV */
} Loss;
_Static_assert(sizeof(Loss) == 8 * 19, "a slot per field");

typedef struct {
  SLOT double learning_rate;
  SLOT double beta1;
  SLOT double beta2;
  SLOT double epsilon;
  SLOT double weight_decay;
  SLOT double clip_norm; /* 0: no clipping */
  SLOT int step; /* from 1 */
} AdamW;
_Static_assert(sizeof(AdamW) == 8 * 7, "a slot per field");

typedef struct {
  SLOT float temperature; /* 0: greedy */
  SLOT size_t top_k; /* 0: all */
  SLOT float top_p; /* 1: all */
} Sampling;
_Static_assert(sizeof(Sampling) == 8 * 3, "a slot per field");

typedef struct {
  SLOT Mode mode;
  SLOT size_t vocabulary;
  SLOT size_t width;
  SLOT size_t layers;
  SLOT size_t heads;
  SLOT size_t hidden;
  SLOT size_t context;
  SLOT bool tied;
  SLOT bool value_head;
} CreateRequest;
_Static_assert(sizeof(CreateRequest) == 8 * 9, "a slot per field");

typedef struct {
  SLOT ModelVector which;
  SLOT float *flat;
} ReadRequest;
_Static_assert(sizeof(ReadRequest) == 8 * 2, "a slot per field");

typedef struct {
  SLOT ModelVector which; /* not the gradients */
  SLOT const float *flat;
} WriteRequest;
_Static_assert(sizeof(WriteRequest) == 8 * 2, "a slot per field");

typedef struct {
  SLOT int threads;
  SLOT const int32_t *tokens;
  SLOT const int32_t *offsets; /* [documents + 1] */
  SLOT size_t documents;
  SLOT float inverse_temperature;
  SLOT float *log_probs; /* [tokens]; NULL: values alone are wanted */
  SLOT float *entropies; /* [tokens] */
  SLOT float *values; /* [tokens] */
} ScoreRequest;
_Static_assert(sizeof(ScoreRequest) == 8 * 8, "a slot per field");

typedef struct {
  SLOT int threads;
  SLOT const int32_t *tokens;
  SLOT const int32_t *offsets; /* [documents + 1] */
  SLOT size_t documents;
  SLOT Loss loss;
  SLOT double *total; /* one number: the loss */
  SLOT float *log_probs; /* [tokens] */
  SLOT float *entropies; /* [tokens] */
} GradientRequest;
_Static_assert(sizeof(GradientRequest) == 8 * 26, "a slot per field");

typedef struct {
  SLOT int threads;
  SLOT const int32_t *tokens;
  SLOT const int32_t *offsets; /* [documents + 1] */
  SLOT size_t documents;
  SLOT float inverse_temperature;
  SLOT const float *direction; /* [parameters], flat */
  SLOT float *log_probs; /* [tokens] */
  SLOT float *tangents; /* [tokens] */
} TangentRequest;
_Static_assert(sizeof(TangentRequest) == 8 * 8, "a slot per field");

typedef struct {
  SLOT int threads;
  SLOT const int32_t *tokens;
  SLOT const int32_t *offsets; /* [documents + 1] */
  SLOT size_t documents;
  SLOT uint32_t seed;
  SLOT size_t rows;
  SLOT size_t columns;
  SLOT float *sketches; /* [documents, rows columns] */
} SketchRequest;
_Static_assert(sizeof(SketchRequest) == 8 * 8, "a slot per field");

typedef struct {
  SLOT int threads;
  SLOT AdamW options;
  SLOT double *norm; /* one number: the gradient norm before clipping */
} UpdateRequest;
_Static_assert(sizeof(UpdateRequest) == 8 * 9, "a slot per field");

typedef struct {
  SLOT int threads;
  SLOT const int32_t *prompt_tokens;
  SLOT const int32_t *prompt_offsets; /* [prompts + 1] */
  SLOT size_t prompts;
  SLOT size_t samples; /* per prompt; rows = prompts samples */
  SLOT size_t max_new_tokens;
  SLOT Sampling sampling;
  SLOT const int32_t *stop; /* [stops] */
  SLOT size_t stops;
  SLOT uint32_t seed;
  SLOT const uint32_t *streams; /* [rows] */
  SLOT int32_t *tokens; /* [rows, max_new_tokens] */
  SLOT float *log_probs; /* [rows, max_new_tokens] */
  SLOT int32_t *lengths; /* [rows] */
  SLOT uint8_t *stopped; /* [rows] */
} GenerateRequest;
_Static_assert(sizeof(GenerateRequest) == 8 * 17, "a slot per field");

#endif
