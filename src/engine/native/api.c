/*
 * What TypeScript calls. Plain C types only; arrays belong to the caller and are not kept past the call. Long calls (score, gradient,
 * update, generate) may run on any thread, one at a time per model; `engine_cancel` may come from another thread meanwhile.
 * Every call that can fail returns a Status.
 */
#include <string.h>

#include "adamw.h"
#include "amx.h"
#include "generate.h"
#include "memory.h"
#include "philox.h"
#include "step.h"

#define API __attribute__((visibility("default")))

enum { PARAMETERS = 0, FIRST_MOMENTS = 1, SECOND_MOMENTS = 2, GRADIENTS = 3 };

/* Whether this process may use `mode`. To be asked once, before the first model. */
API int engine_supports(int mode) { return mode == MODE_F32 || amx_request(); }

/* spec: vocabulary, width, layers, heads, hidden, context, tied, value head. NULL: out of memory. */
API void *engine_create(const int32_t *spec, int mode) {
  const Shape shape = {.vocabulary = (size_t)spec[0],
                       .width = (size_t)spec[1],
                       .layers = (size_t)spec[2],
                       .heads = (size_t)spec[3],
                       .hidden = (size_t)spec[4],
                       .context = (size_t)spec[5],
                       .tied = spec[6] != 0,
                       .value_head = spec[7] != 0};
  return model_create(&shape, (Mode)mode);
}

API void engine_destroy(void *model) { model_destroy(model); }

/* 1 asks the running call to stop soon; 0, before a call, forgets earlier wishes. */
API void engine_cancel(void *model, int cancelled) { atomic_store(&((Model *)model)->cancelled, cancelled != 0); }

API int engine_read(void *handle, int which, float *flat) {
  Model *model = handle;
  memset(flat, 0, model->count * sizeof(float));
  if (which == GRADIENTS) {
    if (!model->lane_used[0]) return OK;
    float *padded = memory_take(model->padded_count * sizeof(float));
    if (!padded) return OUT_OF_MEMORY;
    adamw_gradient(model, padded);
    model_export(model, padded, flat);
    memory_release(padded);
    return OK;
  }
  const float *vectors[] = {model->parameters, model->first_moments, model->second_moments};
  if (vectors[which]) model_export(model, vectors[which], flat); /* moments that were never needed are 0 */
  return OK;
}

API int engine_write(void *handle, int which, const float *flat) {
  Model *model = handle;
  if (which != PARAMETERS && model_need_moments(model) != OK) return OUT_OF_MEMORY;
  float *vectors[] = {model->parameters, model->first_moments, model->second_moments};
  model_import(model, flat, vectors[which]);
  if (which == PARAMETERS) model->packs_current = false;
  return OK;
}

API void engine_zero_gradients(void *model) { adamw_zero(model); }

/* entropies and values may be NULL; log_probs too, where values alone are wanted. */
API int engine_score(void *model, int threads, const int32_t *tokens, const int32_t *offsets, int documents, double inverse_temperature,
                     float *log_probs, float *entropies, float *values) {
  const Batch batch = {.tokens = tokens, .offsets = offsets, .documents = (size_t)documents};
  return step_score(model, threads, batch, (float)inverse_temperature, (ScoreOutput){log_probs, entropies, values});
}

/*
 * Adds a gradient. numbers: inverse temperature, uniform weight, clip low, clip high, dual clip, kl, entropy, value clip, value
 * coefficients. per_token: nine pointers in the order of the struct Loss, any of them NULL. total gets the loss.
 */
API int engine_gradient(void *model, int threads, const int32_t *tokens, const int32_t *offsets, int documents, int kind,
                        const double *numbers, const float *weights, const float *advantages, const float *old_log_probs,
                        const float *ref_log_probs, const float *returns, const float *old_values, const float *d_log_prob,
                        const float *d_entropy, const float *d_value, double *total, float *log_probs) {
  const Batch batch = {.tokens = tokens, .offsets = offsets, .documents = (size_t)documents};
  const Loss loss = {.kind = (LossKind)kind,
                     .inverse_temperature = (float)numbers[0],
                     .uniform_weight = numbers[1],
                     .clip_low = numbers[2],
                     .clip_high = numbers[3],
                     .dual_clip = numbers[4],
                     .kl_coefficient = numbers[5],
                     .entropy_coefficient = numbers[6],
                     .value_clip = numbers[7],
                     .value_coefficient = numbers[8],
                     .weights = weights,
                     .advantages = advantages,
                     .old_log_probs = old_log_probs,
                     .ref_log_probs = ref_log_probs,
                     .returns = returns,
                     .old_values = old_values,
                     .d_log_prob = d_log_prob,
                     .d_entropy = d_entropy,
                     .d_value = d_value};
  return step_gradient(model, threads, batch, &loss, total, (ScoreOutput){.log_probs = log_probs});
}

/* numbers: learning rate, beta1, beta2, epsilon, weight decay, clip norm (0: none). */
API int engine_update(void *model, int threads, const double *numbers, int step, double *norm) {
  const AdamW options = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], step};
  return adamw_update(model, threads, &options, norm);
}

API int engine_generate(void *model, int threads, const int32_t *prompt_tokens, const int32_t *prompt_offsets, int prompts, int samples,
                        int max_new_tokens, double temperature, int top_k, double top_p, const int32_t *stop, int stops, uint32_t seed,
                        const uint32_t *streams, int32_t *tokens, float *log_probs, int32_t *lengths, uint8_t *stopped) {
  const Generation generation = {.prompt_tokens = prompt_tokens,
                                 .prompt_offsets = prompt_offsets,
                                 .prompts = (size_t)prompts,
                                 .samples = (size_t)samples,
                                 .max_new_tokens = (size_t)max_new_tokens,
                                 .sampling = {(float)temperature, (size_t)top_k, (float)top_p},
                                 .stop = stop,
                                 .stops = (size_t)stops,
                                 .seed = seed,
                                 .streams = streams,
                                 .tokens = tokens,
                                 .log_probs = log_probs,
                                 .lengths = lengths,
                                 .stopped = stopped};
  return generate(model, threads, &generation);
}

API void engine_philox(const uint32_t *counter, const uint32_t *key, uint32_t *out) { philox(counter, key, out); }
