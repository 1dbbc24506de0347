/*
 * One token from one row of logits. Top-k keeps the k most probable tokens (equal ones by lower id); top-p then keeps the
 * smallest set of the most probable of these whose share of their mass reaches p, as Hugging Face's processors do in this order.
 */
#include "sample.h"

#include <math.h>
#include <stdlib.h>

#include "../machine/elementary.h"
#include "../machine/vector.h"

static float largest(const float *x, size_t n) {
  Sixteen most = splat_sixteen(-INFINITY);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) most = maximum_sixteen(most, load_sixteen(x + i));
  float top = horizontal_maximum(most);
  for (; i < n; i++) top = x[i] > top ? x[i] : top;
  return top;
}

/* First place of a value; 0 if it is not there, as among NaNs. */
static int32_t first_of(const float *x, size_t n, float value) {
  for (size_t i = 0; i < n; i++)
    if (x[i] == value) return (int32_t)i;
  return 0;
}

/* probability <- exp((logits - top) / temperature), unnormalised; returns the sum. */
static float exponentials(const float *logits, size_t vocabulary, size_t padded, float top, float inverse_temperature,
                          float *probability) {
  memcpy(probability, logits, vocabulary * sizeof(float));
  for (size_t j = vocabulary; j < padded; j++) probability[j] = -1e30f;
  Sixteen total = {0};
  for (size_t j = 0; j < padded; j += 16)
    for (int r = 0; r < SIXTEENTH; r++) {
      float *at = probability + j + r * LANES;
      const vector e = exponential((load(at) - top) * inverse_temperature);
      total.at[r] += e;
      store(at, e);
    }
  return horizontal_sum(total);
}

/* Heap order: `a` ranks below `b`. */
static int below(const float *p, int32_t a, int32_t b) { return p[a] < p[b] || (p[a] == p[b] && a > b); }

static void sift_down(const float *p, int32_t *heap, size_t count, size_t at) {
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && below(p, heap[child], heap[child + 1])) child++;
    if (!below(p, heap[at], heap[child])) return;
    const int32_t swap = heap[at];
    heap[at] = heap[child];
    heap[child] = swap;
  }
}

/* Zeroes what top-k and top-p drop; returns the mass left. Takes the most probable tokens off a heap until both are satisfied. */
static float filter(float *p, size_t vocabulary, const Sampling *sampling, float mass, int32_t *heap) {
  size_t count = 0;
  for (size_t i = 0; i < vocabulary; i++) heap[count++] = (int32_t)i;
  for (size_t i = count / 2; i-- > 0;) sift_down(p, heap, count, i);
  const size_t k = sampling->top_k > 0 && sampling->top_k < vocabulary ? sampling->top_k : vocabulary;
  /* The kept tokens gather at the end of the array as they leave the heap. */
  size_t kept = 0;
  double sum = 0;
  const double enough = k == vocabulary ? (double)sampling->top_p * (double)mass : INFINITY;
  while (kept < k && sum < enough && p[heap[0]] > 0) {
    const int32_t best = heap[0];
    heap[0] = heap[--count];
    sift_down(p, heap, count, 0);
    heap[count] = best;
    sum += (double)p[best];
    kept++;
  }
  if (k < vocabulary && sampling->top_p < 1) { /* top-p of the mass that top-k left */
    const double share = (double)sampling->top_p * sum;
    double reached = 0;
    size_t keep = 0;
    while (keep < kept && reached < share) reached += (double)p[heap[vocabulary - 1 - keep++]];
    kept = keep;
    sum = reached;
  }
  for (size_t i = 0; i < vocabulary - kept; i++) p[heap[i]] = 0;
  return (float)sum;
}

/* Smallest token whose cumulative mass exceeds `target`; blocks first, then the block's tokens. */
static int32_t invert(const float *p, size_t padded, float target) {
  enum { BLOCK = 32 };
  float before = 0;
  int32_t last = 0;
  for (size_t j = 0; j < padded; j += BLOCK) {
    const float mass = sum(p + j, BLOCK);
    if (mass > 0) {
      float cumulative = before;
      if (before + mass > target)
        for (size_t i = j; i < j + BLOCK; i++) {
          cumulative += p[i];
          if (p[i] > 0) last = (int32_t)i;
          if (p[i] > 0 && cumulative > target) return last;
        }
      else
        for (size_t i = j; i < j + BLOCK; i++)
          if (p[i] > 0) last = (int32_t)i;
    }
    before += mass;
  }
  return last; /* rounding left the target at the very end */
}

int32_t sample_token(const float *logits, size_t vocabulary, size_t padded, const Sampling *sampling, double u,
                     SampleScratch scratch, float *log_prob) {
  const float top = largest(logits, vocabulary);
  const float inverse_temperature = sampling->temperature > 0 ? 1.0f / sampling->temperature : 1.0f;
  const float total = exponentials(logits, vocabulary, padded, top, inverse_temperature, scratch.probability);
  int32_t token;
  if (sampling->temperature == 0) {
    token = first_of(logits, vocabulary, top);
  } else {
    float mass = total;
    if ((sampling->top_k > 0 && sampling->top_k < vocabulary) || sampling->top_p < 1)
      mass = filter(scratch.probability, vocabulary, sampling, total, scratch.order);
    token = invert(scratch.probability, padded, (float)(u * (double)mass));
  }
  *log_prob = (logits[token] - top) * inverse_temperature - (float)logarithm_of((double)total);
  return token;
}
