/*
 * What TypeScript calls; requests.h has what it hands over. Long calls (score, gradient, update, generate) may run on any thread,
 * one at a time per model; `engine_cancel` may come from another thread meanwhile. Calls that can fail return a Status.
 */
#include <string.h>

#include "kernels/mode.h"
#include "machine/memory.h"
#include "model/generate.h"
#include "model/step.h"
#include "model/tangent.h"
#include "model/update.h"
#include "requests.h"

#define API __attribute__((visibility("default")))

/* Whether this process may use `mode`. To be asked once, before the first model. */
API int engine_supports(int mode) { return mode_request((Mode)mode); }

/* NULL: out of memory. */
API void *engine_create(const CreateRequest *request) {
  const Shape shape = {.vocabulary = request->vocabulary,
                       .width = request->width,
                       .layers = request->layers,
                       .heads = request->heads,
                       .hidden = request->hidden,
                       .context = request->context,
                       .tied = request->tied,
                       .value_head = request->value_head};
  return model_create(&shape, request->mode);
}

API void engine_destroy(void *model) {
  workspaces_release(model);
  model_destroy(model);
}

/* 1 asks the running call to stop soon; 0, before a call, forgets earlier wishes. */
API void engine_cancel(void *model, int cancelled) { atomic_store(&((Model *)model)->cancelled, cancelled != 0); }

API int engine_read(void *handle, const ReadRequest *request) {
  Model *model = handle;
  memset(request->flat, 0, model->count * sizeof(float));
  if (request->which == GRADIENTS) {
    if (!model->lane_used[0]) return OK;
    float *padded = memory_take(model->padded_count * sizeof(float));
    if (!padded) return OUT_OF_MEMORY;
    gradient_sum(model, padded);
    model_export(model, padded, request->flat);
    memory_release(padded);
    return OK;
  }
  const float *vectors[] = {model->parameters, model->first_moments, model->second_moments};
  const float *vector = vectors[request->which];
  if (vector) model_export(model, vector, request->flat); /* moments that were never needed are 0 */
  return OK;
}

API int engine_write(void *handle, const WriteRequest *request) {
  Model *model = handle;
  if (request->which != PARAMETERS && model_need_moments(model) != OK) return OUT_OF_MEMORY;
  float *vectors[] = {model->parameters, model->first_moments, model->second_moments};
  model_import(model, request->flat, vectors[request->which]);
  if (request->which == PARAMETERS) model->packs_current = false;
  return OK;
}

API void engine_zero_gradients(void *model) { gradient_clear(model); }

API int engine_score(void *model, const ScoreRequest *request) {
  const Batch batch = {.tokens = request->tokens, .offsets = request->offsets, .documents = request->documents};
  const ScoreOutput out = {.log_probs = request->log_probs, .entropies = request->entropies, .values = request->values};
  return step_score(model, request->threads, batch, request->inverse_temperature, out);
}

/* Adds a gradient. */
API int engine_gradient(void *model, const GradientRequest *request) {
  const Batch batch = {.tokens = request->tokens, .offsets = request->offsets, .documents = request->documents};
  const ScoreOutput out = {.log_probs = request->log_probs, .entropies = request->entropies};
  return step_gradient(model, request->threads, batch, &request->loss, request->total, out);
}

/* Scores and their derivatives along a direction. */
API int engine_tangent(void *model, const TangentRequest *request) {
  const Batch batch = {.tokens = request->tokens, .offsets = request->offsets, .documents = request->documents};
  const TangentOutput out = {.log_probs = request->log_probs, .tangents = request->tangents};
  return tangent_score(model, request->threads, batch, request->inverse_temperature, request->direction, out);
}

/* A sketch of every document's gradient. */
API int engine_sketch(void *model, const SketchRequest *request) {
  const Batch batch = {.tokens = request->tokens, .offsets = request->offsets, .documents = request->documents};
  return step_sketch(model, request->threads, batch, request->seed, request->rows, request->columns, request->sketches);
}

API int engine_update(void *model, const UpdateRequest *request) {
  return update(model, request->threads, &request->options, request->norm);
}

API int engine_generate(void *model, const GenerateRequest *request) { return generate(model, request); }
