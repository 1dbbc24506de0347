/*
 * Runs the engine's C under AddressSanitizer and UndefinedBehaviorSanitizer: ragged batches, documents that begin alike, widths
 * off every padding, all losses, tangents, sketches, sampling with retiring sequences, several threads. Prints digests of what
 * f32 computes, which are the same everywhere, and "clean" at the end; the sanitizers end the process otherwise. Compiled by
 * sanitizers.test.ts and arm64.test.ts together with the rooms of src/engine/native.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/generate.h"
#include "model/step.h"
#include "model/tangent.h"
#include "model/update.h"

#define CHECK(condition)                                               \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "failed: %s (line %d)\n", #condition, __LINE__); \
      return 1;                                                        \
    }                                                                  \
  } while (0)

/* FNV-1a over bytes, of all that was computed so far. */
static uint64_t digest = 14695981039346656037u;
static void note(const void *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) digest = (digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
}

static const int32_t lengths[] = {1, 2, 31, 32, 33, 5, 64, 90, 17, 128, 300, 3};
enum { DOCUMENTS = sizeof lengths / sizeof *lengths, TOKENS = 1 + 2 + 31 + 32 + 33 + 5 + 64 + 90 + 17 + 128 + 300 + 3 };

static int train(Model *model, Batch batch) {
  static float ones[TOKENS], small[TOKENS], log_probs[TOKENS], entropies[TOKENS], values[TOKENS];
  for (int i = 0; i < TOKENS; i++) {
    ones[i] = 1.0f / TOKENS;
    small[i] = 0.01f * (float)(i % 7 - 3);
  }
  const Loss losses[] = {
      {.kind = LOSS_CROSS_ENTROPY, .inverse_temperature = 1, .uniform_weight = 1.0 / TOKENS},
      {.kind = LOSS_SURROGATE,
       .inverse_temperature = 1.25f,
       .weights = ones,
       .advantages = small,
       .old_log_probs = small,
       .ref_log_probs = small,
       .returns = small,
       .old_values = small,
       .clip_low = 0.2,
       .clip_high = 0.2,
       .dual_clip = 3,
       .kl_coefficient = 0.1,
       .entropy_coefficient = 0.01,
       .value_clip = 0.2,
       .value_coefficient = 0.5},
      {.kind = LOSS_COEFFICIENTS, .inverse_temperature = 1, .d_log_prob = small, .d_entropy = small, .d_value = small},
      {.kind = LOSS_COEFFICIENTS, .inverse_temperature = 1, .d_value = small},
  };
  for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
    double total, norm;
    CHECK(step_gradient(model, 3, batch, &losses[i], &total, (ScoreOutput){.log_probs = log_probs}) == OK);
    CHECK(isfinite(total));
    const AdamW options = {1e-3, 0.9, 0.95, 1e-8, 0.1, 1, (int)i + 1};
    CHECK(update(model, 3, &options, &norm) == OK);
    CHECK(norm > 0);
    note(&total, sizeof total);
    note(&norm, sizeof norm);
    note(log_probs, sizeof log_probs);
  }
  CHECK(step_score(model, 2, batch, 1.0f, (ScoreOutput){log_probs, entropies, values}) == OK);
  note(entropies, sizeof entropies);
  CHECK(step_score(model, 2, batch, 1.0f, (ScoreOutput){.values = values}) == OK);
  note(values, sizeof values);
  return 0;
}

static int derive(Model *model, Batch batch, const float *direction) {
  enum { ROWS = 16, COLUMNS = 32 };
  static float log_probs[TOKENS], tangents[TOKENS], sketches[DOCUMENTS * ROWS * COLUMNS];
  CHECK(tangent_score(model, 3, batch, 1.25f, direction, (TangentOutput){log_probs, tangents}) == OK);
  CHECK(step_sketch(model, 3, batch, 7, ROWS, COLUMNS, sketches) == OK);
  for (int i = 0; i < TOKENS; i++) CHECK(isfinite(tangents[i]));
  for (int i = 0; i < DOCUMENTS * ROWS * COLUMNS; i++) CHECK(isfinite(sketches[i]));
  note(tangents, sizeof tangents);
  note(sketches, sizeof sketches);
  return 0;
}

static int sample(Model *model) {
  enum { PROMPTS = 5, SAMPLES = 6, NEW = 12, ROWS = PROMPTS * SAMPLES };
  static int32_t prompt_tokens[200], tokens[ROWS * NEW], produced[ROWS];
  static const int32_t offsets[PROMPTS + 1] = {0, 1, 40, 56, 156, 200}, stop[] = {3};
  static float log_probs[ROWS * NEW];
  static uint8_t stopped[ROWS];
  static uint32_t streams[ROWS];
  for (int i = 0; i < 200; i++) prompt_tokens[i] = i % 29;
  for (int i = 0; i < ROWS; i++) streams[i] = (uint32_t)i;
  const Sampling samplings[] = {{0, 0, 1}, {1, 0, 1}, {0.8f, 5, 1}, {1, 0, 0.9f}, {1.2f, 12, 0.8f}};
  for (size_t i = 0; i < sizeof samplings / sizeof *samplings; i++) {
    const GenerateRequest request = {.threads = 2,
                                     .prompt_tokens = prompt_tokens,
                                     .prompt_offsets = offsets,
                                     .prompts = PROMPTS,
                                     .samples = SAMPLES,
                                     .max_new_tokens = NEW,
                                     .sampling = samplings[i],
                                     .stop = stop,
                                     .stops = 1,
                                     .seed = 7,
                                     .streams = streams,
                                     .tokens = tokens,
                                     .log_probs = log_probs,
                                     .lengths = produced,
                                     .stopped = stopped};
    CHECK(generate(model, &request) == OK);
    for (int row = 0; row < ROWS; row++) {
      CHECK(produced[row] >= 1 && produced[row] <= NEW);
      note(tokens + row * NEW, (size_t)produced[row] * sizeof *tokens);
      note(log_probs + row * NEW, (size_t)produced[row] * sizeof *log_probs);
    }
  }
  return 0;
}

int main(void) {
  const Shape shapes[] = {
      {.vocabulary = 29, .width = 6, .layers = 1, .heads = 3, .hidden = 5, .context = 300, .tied = true, .value_head = true},
      {.vocabulary = 200, .width = 64, .layers = 2, .heads = 2, .hidden = 256, .context = 300, .tied = true, .value_head = true},
      {.vocabulary = 77, .width = 48, .layers = 2, .heads = 3, .hidden = 100, .context = 400, .tied = false, .value_head = true},
  };
  static int32_t tokens[TOKENS], related[TOKENS], offsets[DOCUMENTS + 1];
  for (int i = 0; i < DOCUMENTS; i++) offsets[i + 1] = offsets[i] + lengths[i];
  for (int i = 0; i < TOKENS; i++) tokens[i] = (i * 7 + i / 3) % 29;
  for (int i = 0; i < DOCUMENTS; i++) /* documents that differ in their last three tokens, and in their lengths */
    for (int t = 0; t < lengths[i]; t++) related[offsets[i] + t] = (t * 7 + t / 3 + (t + 3 < lengths[i] ? 0 : i)) % 29;
  for (int mode = MODE_F32; mode <= MODE_BF16; mode++) {
    if (!mode_request((Mode)mode)) continue;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
      Model *model = model_create(&shapes[i], (Mode)mode);
      CHECK(model);
      float *flat = malloc(model->count * sizeof *flat);
      for (size_t j = 0; j < model->count; j++) flat[j] = 0.1f * (float)((int)(j * 7919 % 201) - 100) / 100;
      model_import(model, flat, model->parameters);
      CHECK(train(model, (Batch){.tokens = tokens, .offsets = offsets, .documents = DOCUMENTS}) == 0);
      CHECK(train(model, (Batch){.tokens = related, .offsets = offsets, .documents = DOCUMENTS}) == 0);
      CHECK(derive(model, (Batch){.tokens = tokens, .offsets = offsets, .documents = DOCUMENTS}, flat) == 0);
      CHECK(derive(model, (Batch){.tokens = related, .offsets = offsets, .documents = DOCUMENTS}, flat) == 0);
      CHECK(sample(model) == 0);
      model_export(model, model->parameters, flat);
      for (size_t j = 0; j < model->count; j++) CHECK(isfinite(flat[j]));
      note(flat, model->count * sizeof *flat);
      free(flat);
      workspaces_release(model);
      model_destroy(model);
    }
    if (mode == MODE_F32) printf("f32 %016llx\n", (unsigned long long)digest);
  }
  puts("clean");
  return 0;
}
