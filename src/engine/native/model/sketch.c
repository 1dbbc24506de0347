#include "sketch.h"

#include "../kernels/gemm.h"
#include "../kernels/philox.h"
#include "../machine/memory.h"

enum { KEY = 0x736b6574, OUT = 0, IN = 1 };

/* Signs of row `index` of a side of a tensor: bit j of the words of the blocks with counter (index, block, tensor, side). */
static void draw_signs(uint32_t seed, size_t tensor, int side, size_t index, size_t count, float *signs) {
  const uint32_t key[2] = {seed, KEY};
  uint32_t words[4];
  for (size_t j = 0; j < count; j++) {
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(j / 128), (uint32_t)tensor, (uint32_t)side};
    if (j % 128 == 0) philox(counter, key, words);
    signs[j] = (words[j % 128 / 32] >> (j % 32)) & 1 ? 1.0f : -1.0f;
  }
}

/* Where output `at` of a linear layer lies among the rows of its tensors: as in linear_pack. */
static size_t unpaired(Mode mode, const Linear *linear, size_t at) {
  if (!TILED(mode) || !linear->paired) return at;
  const size_t block = at / TILED_SPAN, blocks = linear->out / TILED_SPAN;
  return (block / 2 + block % 2 * (blocks / 2)) * TILED_SPAN + at % TILED_SPAN;
}

/* Signs of a matrix made of `tensors` tensors one below another, from `tensor` on. Padding keeps its zeros. */
static void draw_matrix(const Model *model, const Linear *linear, size_t tensor, size_t tensors, uint32_t seed, size_t rows,
                        size_t columns, Projection projection) {
  const size_t each = linear->out / tensors; /* padded */
  for (size_t at = 0; at < linear->out; at++) {
    const size_t from = unpaired(model->mode, linear, at), part = tensor + from / each;
    if (from % each < model->tensor[part].rows) draw_signs(seed, part, OUT, from % each, rows, projection.out + at * rows);
  }
  for (size_t at = 0; at < model->tensor[tensor].columns; at++)
    draw_signs(seed, tensor, IN, at, columns, projection.in + at * columns);
}

/* A linear layer or the embedding, and its tensors. */
typedef struct {
  Linear linear;
  size_t tensor, tensors;
} Matrix;

static Matrix matrix_at(const Model *model, size_t i) {
  enum { TENSORS = 7 }; /* of a layer; the embedding comes before */
  const Shape *s = &model->shape;
  if (i == embedding_matrix(s)) return (Matrix){{.out = s->padded_vocabulary, .in = s->padded_width}, 0, 1};
  if (i == head_matrix(s)) return (Matrix){model->head, s->tied ? 0 : 1 + TENSORS * s->layers, 1};
  const Layer *l = &model->layer[i / PER_LAYER];
  const size_t first = 1 + TENSORS * (i / PER_LAYER);
  switch ((LayerMatrix)(i % PER_LAYER)) {
    case QUERY_KEY_VALUE: return (Matrix){l->query_key_value, first, 3};
    case OUTPUT: return (Matrix){l->output, first + 3, 1};
    case GATE_UP: return (Matrix){l->gate_up, first + 4, 2};
    default: return (Matrix){l->down, first + 6, 1};
  }
}

static size_t lay_out(const Model *model, size_t rows, size_t columns, Projection *projections, char *base) {
  const size_t matrices = embedding_matrix(&model->shape) + 1;
  Arena arena = {.base = base};
  arena_floats(&arena, matrices * sizeof *projections / sizeof(float)); /* the table itself */
  for (size_t i = 0; i < matrices; i++) {
    const Linear linear = matrix_at(model, i).linear;
    const Projection projection = {.out = arena_floats(&arena, linear.out * rows),
                                   .in = arena_floats(&arena, linear.in * columns)};
    if (projections) projections[i] = projection;
  }
  return arena.used;
}

Projection *projections_create(const Model *model, uint32_t seed, size_t rows, size_t columns) {
  Projection *projections = memory_take(lay_out(model, rows, columns, NULL, NULL));
  if (!projections) return NULL;
  lay_out(model, rows, columns, projections, (char *)projections);
  for (size_t i = 0; i <= embedding_matrix(&model->shape); i++) {
    const Matrix m = matrix_at(model, i);
    draw_matrix(model, &m.linear, m.tensor, m.tensors, seed, rows, columns, projections[i]);
  }
  return projections;
}

void projections_destroy(Projection *projections) { memory_release(projections); }

void sketch_deltas(const Sketch *sketch, size_t matrix, size_t first, size_t count, size_t width, const float *delta,
                   size_t stride) {
  const size_t n = sketch->rows;
  gemm(count, n, width, rows_of(delta, stride), unpacked(sketch->projection[matrix].out, n),
       sketch->sides[matrix % 2].left + first * n, n, false);
}

void sketch_inputs(const Sketch *sketch, size_t matrix, size_t first, size_t count, size_t width, const float *x, size_t stride) {
  const size_t n = sketch->columns;
  gemm(count, n, width, rows_of(x, stride), unpacked(sketch->projection[matrix].in, n),
       sketch->sides[matrix % 2].right + first * n, n, false);
}

void sketch_operand(const Sketch *sketch, Workspace *w, size_t matrix, const Operand *x, size_t rows) {
  for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
    const size_t count = smaller(rows - first, BLOCK_ROWS);
    sketch_inputs(sketch, matrix, first, count, x->width, operand_floats(x, first, count, w->normed), row_stride(x->width));
  }
}

void sketch_matrix(const Sketch *sketch, Workspace *w, size_t matrix, size_t rows, size_t width, const float *delta,
                   const Operand *x) {
  sketch_deltas(sketch, matrix, 0, rows, width, delta, row_stride(width));
  sketch_operand(sketch, w, matrix, x, rows);
  sketch_documents(sketch, w, matrix);
}

void sketch_documents(const Sketch *sketch, const Workspace *w, size_t matrix) {
  const size_t m = sketch->rows, n = sketch->columns;
  const Sides sides = sketch->sides[matrix % 2];
  for (size_t i = 0; i < w->documents; i++) {
    const size_t row = w->document[i].row;
    gemm(m, n, w->document[i].length, columns_of(sides.left + row * m, m), unpacked(sides.right + row * n, n),
         sketch->to + i * m * n, n, true);
  }
}
