#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "../kernels/rope.h"
#include "../machine/memory.h"

enum { PAD = 32 };

static void derive(Shape *shape) {
  shape->head_width = shape->width / shape->heads;
  shape->padded_vocabulary = round_up(shape->vocabulary, PAD);
  shape->padded_width = round_up(shape->width, PAD);
  shape->padded_hidden = round_up(shape->hidden, PAD);
}

bool model_addressable(const Shape *s, size_t rows) {
  const double d = (double)s->padded_width, f = (double)s->padded_hidden, v = (double)s->padded_vocabulary;
  const double limit = (double)SIZE_MAX / 2 / sizeof(float);
  const double packs = 2 * (2 * v * d + (double)s->layers * (4 * d * d + 3 * d * f));
  return packs < limit && (double)s->context * ((double)s->head_width + 128) < limit &&
         (double)rows * (2 * f + 3 * d + v + 256) < limit;
}

static size_t add_tensor(Model *model, size_t rows, size_t columns) {
  const size_t stride = round_up(columns, PAD);
  model->tensor[model->tensors++] = (Tensor){rows, columns, stride, model->count, model->padded_count};
  model->count += rows * columns;
  model->padded_count += round_up(rows, PAD) * stride;
  return model->tensor[model->tensors - 1].padded_offset;
}

/* The order of `parameterTable` in ModelSpec.ts. */
static void lay_out(Model *model) {
  const Shape *s = &model->shape;
  const size_t d = s->padded_width, f = s->padded_hidden;
  model->embedding = add_tensor(model, s->vocabulary, s->width);
  for (size_t i = 0; i < s->layers; i++) {
    Layer *layer = &model->layer[i];
    layer->query_key_value = (Linear){.out = 3 * d, .in = d, .offset = add_tensor(model, s->width, s->width)};
    add_tensor(model, s->width, s->width);
    add_tensor(model, s->width, s->width);
    layer->output = (Linear){.out = d, .in = d, .offset = add_tensor(model, s->width, s->width)};
    layer->gate_up = (Linear){.out = 2 * f, .in = d, .paired = true, .offset = add_tensor(model, s->hidden, s->width)};
    add_tensor(model, s->hidden, s->width);
    layer->down = (Linear){.out = d, .in = f, .offset = add_tensor(model, s->width, s->hidden)};
  }
  const size_t head = s->tied ? model->embedding : add_tensor(model, s->vocabulary, s->width);
  model->head = (Linear){.out = s->padded_vocabulary, .in = d, .offset = head};
  if (s->value_head) {
    model->value_weight = add_tensor(model, 1, s->width);
    model->value_bias = add_tensor(model, 1, 1);
  }
}

/* The i-th linear layer: four per transformer layer, then the head. */
static Linear *linear_at(Model *model, size_t i) {
  if (i == 4 * model->shape.layers) return &model->head;
  Layer *layer = &model->layer[i / 4];
  Linear *const of[4] = {&layer->query_key_value, &layer->output, &layer->gate_up, &layer->down};
  return of[i % 4];
}

static Status take_packs(Model *model) {
  size_t total = 0;
  for (size_t i = 0; i <= 4 * model->shape.layers; i++) {
    const Linear *linear = linear_at(model, i);
    total += 2 * round_up(linear_packed_size(model->mode, linear->out, linear->in), 16);
  }
  model->pack_memory = memory_take(total * sizeof(float));
  if (!model->pack_memory) return OUT_OF_MEMORY;
  float *at = model->pack_memory;
  for (size_t i = 0; i <= 4 * model->shape.layers; i++) {
    Linear *linear = linear_at(model, i);
    const size_t size = round_up(linear_packed_size(model->mode, linear->out, linear->in), 16);
    linear->forward = at;
    linear->backward = at + size;
    at += 2 * size;
  }
  return OK;
}

/* Fewer lanes for large models: a lane is a whole gradient, and few chunks of a large model keep every thread busy anyway. */
static int lanes_of(size_t count) { return count <= (16u << 20) ? 8 : count <= (64u << 20) ? 4 : 2; }

Model *model_create(const Shape *shape, Mode mode) {
  Model *model = calloc(1, sizeof *model);
  if (!model) return NULL;
  model->shape = *shape;
  model->mode = mode;
  derive(&model->shape);
  if (!model_addressable(&model->shape, 0)) {
    free(model);
    return NULL;
  }
  model->tensor = calloc(7 * shape->layers + 4, sizeof *model->tensor);
  model->layer = calloc(shape->layers ? shape->layers : 1, sizeof *model->layer);
  const size_t angles = shape->context * (model->shape.head_width / 2);
  model->cosines = memory_take(angles * sizeof(float));
  model->sines = memory_take(angles * sizeof(float));
  if (model->tensor && model->layer && model->cosines && model->sines) {
    lay_out(model);
    rope_table(model->cosines, model->sines, shape->context, model->shape.head_width);
    model->lanes = lanes_of(model->count);
    model->parameters = memory_take(model->padded_count * sizeof(float));
    if (model->parameters && take_packs(model) == OK) return model;
  }
  model_destroy(model);
  return NULL;
}

void model_destroy(Model *model) {
  for (int i = 0; i < MAXIMUM_LANES; i++) memory_release(model->gradient[i]);
  memory_release(model->parameters);
  memory_release(model->first_moments);
  memory_release(model->second_moments);
  memory_release(model->pack_memory);
  memory_release(model->cosines);
  memory_release(model->sines);
  free(model->layer);
  free(model->tensor);
  free(model);
}

Status model_need_gradients(Model *model) {
  for (int i = 0; i < model->lanes; i++)
    if (!model->gradient[i] && !(model->gradient[i] = memory_take(model->padded_count * sizeof(float)))) return OUT_OF_MEMORY;
  return OK;
}

Status model_need_moments(Model *model) {
  if (!model->first_moments) model->first_moments = memory_take(model->padded_count * sizeof(float));
  if (!model->second_moments) model->second_moments = memory_take(model->padded_count * sizeof(float));
  return model->first_moments && model->second_moments ? OK : OUT_OF_MEMORY;
}

void model_export(const Model *model, const float *padded, float *flat) {
  for (size_t i = 0; i < model->tensors; i++) {
    const Tensor *t = &model->tensor[i];
    for (size_t row = 0; row < t->rows; row++)
      memcpy(flat + t->offset + row * t->columns, padded + t->padded_offset + row * t->stride, t->columns * sizeof(float));
  }
}

void model_import(const Model *model, const float *flat, float *padded) {
  for (size_t i = 0; i < model->tensors; i++) {
    const Tensor *t = &model->tensor[i];
    for (size_t row = 0; row < t->rows; row++)
      memcpy(padded + t->padded_offset + row * t->stride, flat + t->offset + row * t->columns, t->columns * sizeof(float));
  }
}

static void pack_job(void *context, int index, int worker) {
  (void)worker;
  Model *model = context;
  linear_pack(model->mode, linear_at(model, (size_t)index), model->parameters);
}

void model_pack(Model *model, int threads) {
  if (model->packs_current) return;
  parallel(threads, (int)(4 * model->shape.layers + 1), pack_job, model);
  model->packs_current = true;
}
