/*
 * A document's gradient as a few numbers. The gradient of a matrix W [out, in] over a document is G = sum_t delta_t x_t^T, where
 * x_t is the matrix's input at token t and delta_t the gradient of its output. Its sketch needs no G:
 *
 *   S = A^T G B = sum_t (A^T delta_t) (B^T x_t)^T       A [out, rows], B [in, columns] of signs
 *
 * The sketch of a document is sum_W S_W / sqrt(rows columns), with signs of their own for each matrix. Then
 * E <sketch g, sketch h> = <g, h> over the signs: those of different matrices are independent, so only pairs of the same matrix
 * remain, and E A A^T = rows I. Compressing both sides is LoGra's (Choe et al. 2024); sketches of matrices are summed here, not
 * put side by side, so that a large gradient in a few of them has all the numbers there are.
 *
 * A sign depends on seed, tensor, side, index and place alone (src/engine/sketch.ts has the same in TypeScript). q, k and v have
 * one input and so one B, and so have gates and ups. An embedding is a matrix whose input is a row of the identity: with
 * delta = the token's row, x = the gradient that arrives there.
 */
#ifndef SKETCH_H
#define SKETCH_H

#include "workspace.h"

/* Signs of one matrix, as floats. */
typedef struct {
  float *out; /* [out, rows] */
  float *in;  /* [in, columns] */
} Projection;

/* The matrices of a model: four a layer, the head, the embedding. */
typedef enum { QUERY_KEY_VALUE, OUTPUT, GATE_UP, DOWN, PER_LAYER } LayerMatrix;
static inline size_t layer_matrix(size_t layer, LayerMatrix which) { return layer * PER_LAYER + which; }
static inline size_t head_matrix(const Shape *s) { return s->layers * PER_LAYER; }
static inline size_t embedding_matrix(const Shape *s) { return s->layers * PER_LAYER + 1; }

/* A^T delta [.., rows] and B^T x [.., columns] of the chunk's rows. */
typedef struct {
  float *left, *right;
} Sides;

typedef struct Sketch {
  size_t rows, columns; /* multiples of 16 */
  const Projection *projection;
  Sides sides[2]; /* of even and of odd matrices: two may be under way at once */
  float *to;      /* sketches of the chunk's documents, one after another */
} Sketch;

/* Signs of all matrices; NULL: out of memory. Free with `projections_destroy`. */
Projection *projections_create(const Model *model, uint32_t seed, size_t rows, size_t columns);
void projections_destroy(Projection *projections);

/* Rows [first, first + count) of the chunk: left = A^T delta, right = B^T x, from plain rows. */
void sketch_deltas(const Sketch *sketch, size_t matrix, size_t first, size_t count, size_t width, const float *delta,
                   size_t stride);
void sketch_inputs(const Sketch *sketch, size_t matrix, size_t first, size_t count, size_t width, const float *x, size_t stride);
/* The inputs of all rows, from an operand. */
void sketch_operand(const Sketch *sketch, Workspace *w, size_t matrix, const Operand *x, size_t rows);

/* Adds a whole matrix to the sketches: delta [rows, width] with stride row_stride(width), x ROWS. */
void sketch_matrix(const Sketch *sketch, Workspace *w, size_t matrix, size_t rows, size_t width, const float *delta,
                   const Operand *x);

/* Adds the matrix, whose sides are there, to the sketch of every document. */
void sketch_documents(const Sketch *sketch, const Workspace *w, size_t matrix);

#endif
