#include "generate.h"

#include <stdlib.h>

#include "../kernels/layernorm.h"
#include "../kernels/philox.h"
#include "../kernels/sample.h"
#include "../kernels/softmax.h"
#include "../machine/memory.h"
#include "block.h"
#include "cache.h"
#include "pass.h"

/*
 * Sequences that a thread decodes together. A step reads the weights once for all of them, and then the cache of each: many share
 * the weights, few find their caches in the second- and third-level cache. Samples of one prompt share its cache too.
 */
enum { FEW = 16, SOME = 32, MANY = 64 };
static const size_t NEAR_BYTES = (size_t)12 << 20;                             /* of caches that stay near, per thread */
static const size_t CACHE_BYTES = (size_t)1 << (sizeof(size_t) > 4 ? 30 : 28); /* of own caches, per thread */

/* Up to `slots` samples of one prompt, admitted together. */
typedef struct {
  size_t prompt, prompt_length;
  size_t first_row, rows;
  size_t prefix; /* entry of the prefix cache */
} Unit;

/* A sequence being decoded. */
typedef struct {
  size_t row;      /* of the result */
  size_t unit;     /* index into Decoder.units, which is also its prefix entry */
  size_t entry;    /* of the own cache */
  size_t produced; /* tokens so far; all but the last are in the caches */
  size_t limit;
  int32_t last;
} Sequence;

typedef struct {
  Cache prefix, own;
  size_t prefixes;
  Unit *units; /* [prefixes] */
  size_t *free_prefix, *free_entry;
  size_t free_prefixes, free_entries;
  Sequence *active; /* [slots], those of a unit side by side */
  size_t count;
  float *scores, *mixed; /* of one unit and head: [slots, score_stride], [slots, head width] */
  size_t score_stride;
  SampleScratch sample;
  /* Prompts being admitted. */
  int32_t *tokens, *offsets;
  size_t *admitted, admissions;
  void *memory;
} Decoder;

typedef struct {
  Model *model;
  const GenerateRequest *g;
  size_t slots, units_per_prompt, units, longest_prompt, own_capacity;
  atomic_size_t next;
  Decoder *decoder;
} Session;

static size_t limit_of(const Session *session, size_t prompt_length) {
  const size_t room = session->model->shape.context - prompt_length;
  return smaller(room, session->g->max_new_tokens);
}

static bool is_stop(const GenerateRequest *g, int32_t token) {
  for (size_t i = 0; i < g->stops; i++)
    if (g->stop[i] == token) return true;
  return false;
}

/* Draws the next token of a sequence from its logits and records it. Returns whether the sequence goes on. */
static bool draw(const Session *session, Decoder *decoder, Sequence *sequence, const float *logits) {
  const GenerateRequest *g = session->g;
  const Shape *s = &session->model->shape;
  const uint32_t counter[4] = {(uint32_t)sequence->produced, 0, 0, 0}, key[2] = {g->seed, g->streams[sequence->row]};
  uint32_t words[4];
  philox(counter, key, words);
  float log_prob;
  const int32_t token = sample_token(logits, s->vocabulary, s->padded_vocabulary, &g->sampling, philox_uniform(words[0]),
                                     decoder->sample, &log_prob);
  const size_t at = sequence->row * g->max_new_tokens + sequence->produced;
  g->tokens[at] = token;
  g->log_probs[at] = log_prob;
  g->lengths[sequence->row] = (int32_t)++sequence->produced;
  sequence->last = token;
  if (is_stop(g, token)) {
    g->stopped[sequence->row] = 1;
    return false;
  }
  return sequence->produced < sequence->limit;
}

/* Drops sequences that ended (limit set to 0), keeping the order of the others; a unit without sequences gives its prefix back.
 */
static void compact(Decoder *decoder) {
  size_t kept = 0;
  for (size_t i = 0; i < decoder->count; i++) {
    const Sequence sequence = decoder->active[i];
    if (sequence.limit > 0) {
      decoder->active[kept++] = sequence;
      continue;
    }
    decoder->free_entry[decoder->free_entries++] = sequence.entry;
    if (--decoder->units[sequence.unit].rows == 0) decoder->free_prefix[decoder->free_prefixes++] = sequence.unit;
  }
  decoder->count = kept;
}

/* Copies a layer's keys and values of the admitted prompts into their prefix caches. */
typedef struct {
  const Session *session;
  const Decoder *decoder;
} Prefill;

static void keep_prompts(void *context, size_t layer, const float *query_key_value) {
  const Prefill *prefill = context;
  const Decoder *decoder = prefill->decoder;
  const Shape *s = &prefill->session->model->shape;
  for (size_t i = 0; i < decoder->admissions; i++) {
    const size_t first = (size_t)decoder->offsets[i], length = (size_t)decoder->offsets[i + 1] - first;
    for (size_t t = 0; t < length; t++)
      cache_put(&decoder->prefix, s, decoder->admitted[i], layer, t,
                query_key_value + (first + t) * row_stride(3 * s->padded_width));
  }
}

/* Takes units from the queue while slots, prefixes and a chunk's rows allow. */
static void take_units(Session *session, Decoder *decoder) {
  const GenerateRequest *g = session->g;
  size_t rows = 0, planned = decoder->count;
  decoder->admissions = 0;
  decoder->offsets[0] = 0;
  while (decoder->free_prefixes > 0 && planned + smaller(g->samples, session->slots) <= session->slots &&
         (rows == 0 || rows + session->longest_prompt <= CHUNK_ROWS)) {
    const size_t index = atomic_fetch_add(&session->next, 1);
    if (index >= session->units) return;
    const size_t prompt = index / session->units_per_prompt, first = index % session->units_per_prompt * session->slots;
    const size_t start = (size_t)g->prompt_offsets[prompt], length = (size_t)g->prompt_offsets[prompt + 1] - start;
    if (limit_of(session, length) == 0) continue;
    const size_t prefix = decoder->free_prefix[--decoder->free_prefixes];
    const size_t samples = smaller(g->samples - first, session->slots);
    decoder->units[prefix] = (Unit){prompt, length, prompt * g->samples + first, samples, prefix};
    memcpy(decoder->tokens + rows, g->prompt_tokens + start, length * sizeof(int32_t));
    rows += length;
    planned += samples;
    decoder->admitted[decoder->admissions++] = prefix;
    decoder->offsets[decoder->admissions] = (int32_t)rows;
  }
}

/* A sequence per sample of the unit, each with its first token drawn. */
static void start_unit(const Session *session, Decoder *decoder, size_t index, const float *logits) {
  const Unit unit = decoder->units[index];
  for (size_t i = 0; i < unit.rows; i++) {
    Sequence *sequence = &decoder->active[decoder->count++];
    *sequence = (Sequence){.row = unit.first_row + i,
                           .unit = index,
                           .entry = decoder->free_entry[--decoder->free_entries],
                           .limit = limit_of(session, unit.prompt_length)};
    if (!draw(session, decoder, sequence, logits)) sequence->limit = 0;
  }
}

/* Runs the admitted prompts and draws the first token of their samples. */
static void admit(Session *session, Decoder *decoder, Workspace *w) {
  take_units(session, decoder);
  if (decoder->admissions == 0) return;
  const Model *model = session->model;
  const Shape *s = &model->shape;
  const size_t ld = row_stride(s->padded_width), ld_logits = row_stride(s->padded_vocabulary);
  const Batch batch = {.tokens = decoder->tokens, .offsets = decoder->offsets, .documents = decoder->admissions};
  const Chunk chunk = {.documents = decoder->admissions, .rows = (size_t)decoder->offsets[decoder->admissions]};
  Prefill prefill = {session, decoder};
  chunk_forward(model, w, batch, chunk, keep_prompts, &prefill);
  for (size_t i = 0; i < decoder->admissions; i++) /* the last row of each prompt */
    memcpy(w->attended + i * ld, w->final + ((size_t)decoder->offsets[i + 1] - 1) * ld, s->padded_width * sizeof(float));
  for (size_t first = 0; first < decoder->admissions; first += w->head_rows) {
    const size_t block = smaller(decoder->admissions - first, w->head_rows);
    linear_forward_rows(model->mode, block, w->attended + first * ld, ld, &model->head, w->logits, ld_logits, false, w->linear);
    for (size_t i = 0; i < block; i++) start_unit(session, decoder, decoder->admitted[first + i], w->logits + i * ld_logits);
  }
  compact(decoder);
}

/* Sequences [first, last) share a prefix: attention of one head over prefix and own cache. */
static void attend_unit(const Session *session, Decoder *decoder, size_t layer, size_t head, size_t first, size_t last,
                        const float *q, size_t q_stride, float *attended, size_t attended_stride) {
  const size_t h = session->model->shape.head_width, stride = decoder->score_stride, width = decoder->prefix.width;
  const Unit *unit = &decoder->units[decoder->active[first].unit];
  const size_t rows = last - first, length = unit->prompt_length, columns = round_up(length, CACHE_BLOCK);
  cache_scores(&decoder->prefix, unit->prefix, layer, head, length, h, rows, q, q_stride, decoder->scores, stride);
  for (size_t i = 0; i < rows; i++) {
    const Sequence *sequence = &decoder->active[first + i];
    float *row = decoder->scores + i * stride;
    cache_scores(&decoder->own, sequence->entry, layer, head, sequence->produced, h, 1, q + i * q_stride, q_stride, row + columns,
                 stride);
    softmax_row(row, columns + round_up(sequence->produced, CACHE_BLOCK));
  }
  memset(decoder->mixed, 0, rows * width * sizeof(float));
  cache_mix(&decoder->prefix, unit->prefix, layer, head, length, rows, decoder->scores, stride, decoder->mixed);
  for (size_t i = 0; i < rows; i++) {
    const Sequence *sequence = &decoder->active[first + i];
    float *mixed = decoder->mixed + i * width;
    cache_mix(&decoder->own, sequence->entry, layer, head, sequence->produced, 1, decoder->scores + i * stride + columns, stride,
              mixed);
    memcpy(attended + i * attended_stride, mixed, h * sizeof(float));
  }
}

static void attend(const Session *session, Decoder *decoder, size_t layer, const float *query_key_value, float *attended) {
  const Shape *s = &session->model->shape;
  const size_t ld = row_stride(s->padded_width), ld_qkv = row_stride(3 * s->padded_width);
  for (size_t i = 0; i < decoder->count; i++)
    cache_put(&decoder->own, s, decoder->active[i].entry, layer, decoder->active[i].produced - 1, query_key_value + i * ld_qkv);
  for (size_t first = 0, last; first < decoder->count; first = last) {
    for (last = first + 1; last < decoder->count && decoder->active[last].unit == decoder->active[first].unit;) last++;
    for (size_t head = 0; head < s->heads; head++)
      attend_unit(session, decoder, layer, head, first, last, query_key_value + first * ld_qkv + head * s->head_width, ld_qkv,
                  attended + first * ld + head * s->head_width, ld);
  }
}

/* One token of every active sequence: feeds the last one drawn, draws the next. */
static void decode(const Session *session, Decoder *decoder, Workspace *w) {
  const Model *model = session->model;
  const Shape *s = &model->shape;
  const size_t rows = decoder->count, d = s->padded_width, ld = row_stride(d), ld_logits = row_stride(s->padded_vocabulary);
  for (size_t i = 0; i < rows; i++) {
    const Sequence *sequence = &decoder->active[i];
    w->positions[i] = (int32_t)(decoder->units[sequence->unit].prompt_length + sequence->produced - 1);
    memcpy(w->residual + i * ld, model->parameters + model->embedding + (size_t)sequence->last * d, d * sizeof(float));
  }
  for (size_t layer = 0; layer < s->layers; layer++) {
    block_query_key_value(model, w, layer, rows);
    attend(session, decoder, layer, w->activations[layer].query_key_value, w->attended);
    linear_forward_rows(model->mode, rows, w->attended, ld, &model->layer[layer].output, w->residual, ld, true, w->linear);
    block_feed_forward(model, w, layer, rows);
  }
  layernorm_forward(w->residual, w->final, w->final_rstd, rows, s->width, ld);
  for (size_t first = 0; first < rows; first += w->head_rows) {
    const size_t block = smaller(rows - first, w->head_rows);
    linear_forward_rows(model->mode, block, w->final + first * ld, ld, &model->head, w->logits, ld_logits, false, w->linear);
    for (size_t i = 0; i < block; i++) {
      Sequence *sequence = &decoder->active[first + i];
      if (!draw(session, decoder, sequence, w->logits + i * ld_logits)) sequence->limit = 0;
    }
  }
  compact(decoder);
}

static void decode_job(void *context, int index, int worker) {
  Session *session = context;
  Model *model = session->model;
  Decoder *decoder = &session->decoder[index];
  Workspace *w = model->workspace[worker];
  while (!atomic_load(&model->cancelled)) {
    admit(session, decoder, w);
    if (decoder->count > 0) decode(session, decoder, w);
    else if (atomic_load(&session->next) >= session->units) return;
  }
}

static void lay_out(Decoder *decoder, const Session *session, Arena *arena) {
  const Shape *s = &session->model->shape;
  const size_t slots = session->slots, prompt_rows = larger(session->longest_prompt, CHUNK_ROWS);
  const size_t size_ratio = sizeof(size_t) / sizeof(float);
  decoder->score_stride =
      row_stride(round_up(session->longest_prompt, CACHE_BLOCK) + round_up(session->own_capacity, CACHE_BLOCK));
  decoder->scores = arena_floats(arena, slots * decoder->score_stride);
  decoder->mixed = arena_floats(arena, slots * round_up(s->head_width, 16));
  decoder->sample.probability = arena_floats(arena, s->padded_vocabulary);
  decoder->sample.order = (int32_t *)arena_floats(arena, s->padded_vocabulary);
  decoder->tokens = (int32_t *)arena_floats(arena, prompt_rows);
  decoder->offsets = (int32_t *)arena_floats(arena, decoder->prefixes + 1);
  decoder->admitted = (size_t *)(void *)arena_floats(arena, decoder->prefixes * size_ratio);
  decoder->free_prefix = (size_t *)(void *)arena_floats(arena, decoder->prefixes * size_ratio);
  decoder->free_entry = (size_t *)(void *)arena_floats(arena, slots * size_ratio);
  decoder->units = (Unit *)(void *)arena_floats(arena, decoder->prefixes * sizeof(Unit) / sizeof(float));
  decoder->active = (Sequence *)(void *)arena_floats(arena, slots * sizeof(Sequence) / sizeof(float));
}

static Status decoder_create(Decoder *decoder, const Session *session) {
  const Shape *s = &session->model->shape;
  const size_t unit_rows = smaller(session->g->samples, session->slots);
  const size_t together = (session->slots + unit_rows - 1) / unit_rows;
  /* Room for the prompts of stragglers beside those of full units. */
  decoder->prefixes = smaller(2 * together + 1, session->slots);
  Arena arena = {0};
  lay_out(decoder, session, &arena);
  if (!(decoder->memory = memory_take(arena.used))) return OUT_OF_MEMORY;
  arena = (Arena){.base = decoder->memory};
  lay_out(decoder, session, &arena);
  for (size_t i = 0; i < decoder->prefixes; i++) decoder->free_prefix[decoder->free_prefixes++] = i;
  for (size_t i = 0; i < session->slots; i++) decoder->free_entry[decoder->free_entries++] = i;
  const Status status = cache_create(&decoder->prefix, s, session->model->mode, session->longest_prompt, decoder->prefixes);
  return status == OK ? cache_create(&decoder->own, s, session->model->mode, session->own_capacity, session->slots) : status;
}

/* How many sequences a thread takes at once whose own caches have `entry_size` bytes. */
static size_t slots_for(const GenerateRequest *g, int threads, size_t entry_size) {
  const size_t share = (g->prompts * g->samples + (size_t)threads - 1) / (size_t)threads;
  const bool few_near = entry_size <= NEAR_BYTES / FEW, some_near = entry_size <= NEAR_BYTES / SOME;
  const size_t slots = smaller(share, !few_near ? MANY : !some_near && g->samples == 1 ? FEW : SOME);
  return entry_size > CACHE_BYTES / slots ? larger(CACHE_BYTES / entry_size, 1) : slots;
}

Status generate(Model *model, const GenerateRequest *g) {
  const size_t rows = g->prompts * g->samples;
  if (rows == 0 || g->max_new_tokens == 0) return OK;
  Session session = {.model = model, .g = g};
  int threads = g->threads;
  size_t shortest = SIZE_MAX;
  for (size_t i = 0; i < g->prompts; i++) {
    const size_t length = (size_t)(g->prompt_offsets[i + 1] - g->prompt_offsets[i]);
    if (length > session.longest_prompt) session.longest_prompt = length;
    if (length < shortest) shortest = length;
  }
  session.own_capacity = limit_of(&session, shortest);
  if (session.own_capacity == 0) return OK;
  session.slots = slots_for(g, threads, cache_entry_size(&model->shape, model->mode, session.own_capacity));
  session.units_per_prompt = (g->samples + session.slots - 1) / session.slots;
  session.units = g->prompts * session.units_per_prompt;
  if ((size_t)threads > session.units) threads = (int)session.units;

  Status status = workspaces_need(model, threads, larger(session.longest_prompt, CHUNK_ROWS), SCORING);
  session.decoder = calloc((size_t)threads, sizeof *session.decoder);
  if (!session.decoder) status = OUT_OF_MEMORY;
  for (int i = 0; i < threads && status == OK; i++) status = decoder_create(&session.decoder[i], &session);
  if (status == OK) {
    model_pack(model, threads);
    parallel(threads, threads, decode_job, &session);
    if (atomic_load(&model->cancelled)) status = CANCELLED;
  }
  for (int i = 0; session.decoder && i < threads; i++) {
    cache_destroy(&session.decoder[i].prefix);
    cache_destroy(&session.decoder[i].own);
    memory_release(session.decoder[i].memory);
  }
  free(session.decoder);
  return status;
}
