/*
 * What one thread needs to carry a chunk of a batch through the model: activations of every layer when training, of one layer when
 * only scoring, and scratch. Grown when a batch brings a longer chunk, freed with the model.
 */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include "model.h"

/* Kept per layer for the backward pass. Row strides are `row_stride(width)` of each array's width. */
typedef struct {
  float *normed1, *rstd1;      /* [rows, d], [rows]: input of q, k, v */
  float *query_key_value;      /* [rows, 3d], q and k rotated */
  float *log_sum;              /* [rows, heads]: log of the softmax denominator, maximum included */
  float *attended;             /* [rows, d] */
  float *normed2, *rstd2;      /* [rows, d], [rows] */
  float *gate_up, *activated;  /* [rows, 2f], [rows, f] */
} Activations;

typedef struct Workspace {
  size_t rows;   /* capacity */
  bool training; /* whether every layer has its own activations and the gradient buffers exist */
  void *memory;
  Activations *activations; /* [layers] */
  float *residual;          /* [rows, d] */
  float *final, *final_rstd;
  float *logits;            /* [head_rows, vocabulary] */
  size_t head_rows;
  float *dvalues;           /* [head_rows] */
  int32_t *positions;       /* [rows] */
  float *dresidual, *dnormed; /* [rows, d] */
  float *dattended;           /* [rows, d] */
  float *dquery_key_value;    /* [rows, 3d] */
  float *dgate_up, *dactivated;
  float *attention; /* scratch of attention.c */
  float *linear;    /* scratch of linear.c */
} Workspace;

/* Makes sure the first `threads` workspaces can take `rows` rows. */
Status workspaces_need(Model *model, int threads, size_t rows, bool training);
void workspace_destroy(Workspace *workspace);

#endif
