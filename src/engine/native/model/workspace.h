/*
 * What one thread needs to carry a chunk of a batch through the model: activations of every layer when training, of one layer
 * when only scoring, and scratch. Grown when a batch brings a longer chunk, freed with the model.
 *
 * Invariant: the padding columns of every buffer are 0, because each buffer keeps one width and producers write zeros there.
 */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include "../machine/memory.h"
#include "model.h"

/* Rows that go through the steps between two products together, so that they stay in the first- and second-level cache. */
enum { BLOCK_ROWS = 64 };

/* Most rows of the f32 feed-forward half that go through it together. */
enum { FEED_FORWARD_ROWS = 256 };

/* Rows of the tiled feed-forward half that go from one product through SwiGLU to the next together. */
enum { FEED_FORWARD_BLOCK = 64 };

/* Hidden units that the tiled backward pass of the feed-forward half takes together. */
enum { FEED_FORWARD_GROUP = 64 };

/* What a workspace has room for beyond scoring; a set of bits, since one may come to serve several. */
typedef unsigned Purpose;
enum {
  SCORING = 0,
  TRAINING = 1, /* activations of every layer, gradients */
  TANGENTS = 2, /* derivatives along a direction */
  SKETCHES = 4  /* sketches of documents' gradients; goes with TRAINING */
};

/* Kept per layer for the backward pass. Row strides are `row_stride(width)` of each array's width. */
typedef struct {
  Operand normed1, normed2; /* ROWS [rows, d]: input of q, k, v; input of gate and up */
  Operand attended;         /* ROWS [rows, d] */
  float *rstd1, *rstd2;     /* [rows] */
  float *query_key_value;   /* [rows, 3d], q and k rotated */
  float *log_sum;           /* [rows, heads]: log of the softmax denominator, maximum included */
  float *gate_up;           /* [rows, 2f] in training; NULL where it is computed again (mode.h) */
} Activations;

/* A document of a chunk. Its first `shared` tokens are those of the document before it, and so are their rows. */
typedef struct {
  size_t first;  /* position of its first token in the batch */
  size_t length; /* tokens */
  int32_t shared;
  size_t row;  /* of token `shared`, the first of its own */
  bool copied; /* shares rows with a neighbour: attention works on a copy that has its rows one after another */
} Document;

/* The copy: in turn every document's, so that what one has in common with the one before lies there already. */
typedef struct {
  float *query_key_value, *dquery_key_value; /* [rows, 3d] */
  float *attended, *dattended;               /* [rows, d] */
  float *log_sum;                            /* [rows, heads] */
} DocumentCopy;

typedef struct Workspace {
  size_t rows; /* capacity */
  Purpose purpose;
  void *memory;
  Activations *activations; /* [layers] */
  Document *document;       /* [documents] of the chunk, at most [rows] */
  size_t documents;
  size_t *document_of; /* [rows]: the document whose own row it is */
  int32_t *positions;  /* [rows]: token in the document */
  DocumentCopy copy;
  float *residual;           /* [rows, d] */
  float *attended;           /* [rows, d] */
  float *final, *final_rstd; /* [rows, d], [rows] */
  Operand final_rows;        /* ROWS of `final` */
  float *logits;             /* [head_rows, vocabulary] */
  size_t head_rows;
  float *normed;              /* [BLOCK_ROWS, d] */
  float *gate_up, *activated; /* [FEED_FORWARD_ROWS, 2f], [.., f] of f32 and of what goes row by row; training keeps gate_up */
  /* Tiled modes. */
  Operand hidden; /* ROWS [rows, f] */
  float *block;   /* FEED_FORWARD_BLOCK rows of gates, ups and results of TILED_SPAN hidden units */
  /* Derivatives: of the loss in a backward pass, along a direction in a forward one. */
  float *dresidual, *dnormed; /* [rows, d] */
  float *dquery_key_value;    /* [rows, 3d] */
  /* Tangents. */
  float *dattended;         /* [rows, d] */
  float *dlogits;           /* [head_rows, vocabulary] */
  float *gate_up_tangent;   /* [BLOCK_ROWS, 2f] */
  float *activated_tangent; /* [BLOCK_ROWS, f] */
  /* Gradients. */
  float *dactivated;               /* [rows, f] in f32 */
  float *dvalues;                  /* [head_rows] */
  Operand columns, columns_narrow; /* COLUMNS: of the widest dy, and of width d; f32 needs room for dlogits alone */
  Operand pairs, pairs_narrow;     /* PAIRS of width d; of FEED_FORWARD_GROUP hidden units */
  Operand dresidual_rows;          /* ROWS [rows, d] */
  float *attention;                /* scratch of attention.c */
  float *linear;                   /* scratch of linear.c */
} Workspace;

/* Makes sure the first `threads` workspaces can take `rows` rows. */
Status workspaces_need(Model *model, int threads, size_t rows, Purpose purpose);
void workspaces_release(Model *model);

/* An operand buffer seen with another, smaller width. */
static inline Operand narrowed(Operand operand, size_t width) {
  operand.width = width;
  operand.stride = row_stride(width);
  return operand;
}

#endif
