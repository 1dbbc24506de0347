/*
 * A model: its shape, where its tensors lie, their values, moments and gradients.
 *
 * Inside the engine every matrix is padded with zeros to multiples of 32 rows and columns, so that kernels never meet a ragged
 * edge; `parameters`, `first_moments`, `second_moments` and each gradient lane share this one padded layout. The flat vector the
 * outside reads and writes has no padding. Padding stays exactly 0: products with zeros leave zeros, and AdamW leaves zeros
 * alone.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kernels/linear.h"
#include "../machine/threads.h"
#include "../requests.h"

typedef struct {
  size_t vocabulary, width, layers, heads, hidden, context;
  bool tied, value_head;
  /* Derived. */
  size_t head_width;
  size_t padded_vocabulary, padded_width, padded_hidden; /* multiples of 32 */
} Shape;

/* One tensor: `rows` x `columns` outside, padded to `stride` columns inside. */
typedef struct {
  size_t rows, columns, stride;
  size_t offset, padded_offset;
} Tensor;

/* Projections of one layer, each a single product: q, k and v lie one after another, and so do gate and up. */
typedef struct {
  Linear query_key_value, output, gate_up, down;
} Layer;

/*
 * Gradients are summed in a fixed number of lanes: chunk i of a batch adds into lane i mod lanes, a lane's chunks run in order,
 * and lanes are reduced in order. So sums do not depend on the number of threads.
 */
enum { MAXIMUM_LANES = 8 };

typedef struct Model {
  Shape shape;
  Mode mode;
  size_t tensors;
  Tensor *tensor;
  size_t count, padded_count; /* floats outside, floats inside */
  Layer *layer;
  Linear head;
  size_t embedding, value_weight, value_bias; /* padded offsets */
  float *cosines, *sines;

  float *parameters, *first_moments, *second_moments;
  int lanes;
  float *gradient[MAXIMUM_LANES]; /* allocated at the first training call */
  bool lane_used[MAXIMUM_LANES];  /* whether it holds anything since the last update */
  float *pack_memory;
  bool packs_current; /* whether the packed weights are those of `parameters` */

  struct Workspace *workspace[MAXIMUM_THREADS]; /* kept here, made and freed by workspace.c */
  atomic_bool cancelled;
} Model;

/*
 * Whether the sizes of all arrays of a model, and of those for `rows` rows at once, are numbers that size_t holds. Without this a
 * model too large for a 32-bit address space (WebAssembly) would get arrays that are too short.
 */
bool model_addressable(const Shape *shape, size_t rows);

Model *model_create(const Shape *shape, Mode mode);
void model_destroy(Model *model); /* after `workspaces_release` */
Status model_need_gradients(Model *model);
Status model_need_moments(Model *model);

/* Between the padded layout and the flat vector. */
void model_export(const Model *model, const float *padded, float *flat);
void model_import(const Model *model, const float *flat, float *padded);

/* Packs the weights for products in both directions unless that is done already. */
void model_pack(Model *model, int threads);

#endif
