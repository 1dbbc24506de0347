/**
 * The functions of native/api.c, however they were compiled: as a shared library called through koffi (`native`) or as a WebAssembly
 * module (`wasm`). Both bind by the prototypes below: a `const` pointer is an array that C reads, another pointer one that C writes.
 *
 * Long calls run off the event loop. The caller holds on to the arrays until the call has ended; C keeps none of them.
 */

/** Outcome codes of api.c. */
export const statuses = ["ok", "out of memory", "cancelled", "non-finite"] as const
export type Status = (typeof statuses)[number]

/** A model inside the library. */
export type Handle = { readonly __handle: never }

type Callback = (error: unknown, status: number) => void
/** A call that runs off the event loop. */
export type Long<A extends ReadonlyArray<unknown>> = (...args: [...A, Callback]) => void

type F32 = Float32Array | null

export interface CompiledLibrary {
  /** What to say and to advise when it has no more memory. */
  readonly outOfMemory: string
  readonly supports: (mode: number) => number
  readonly create: (spec: Int32Array, mode: number) => Handle | null
  readonly destroy: (handle: Handle) => void
  readonly cancel: (handle: Handle, cancelled: number) => void
  readonly zeroGradients: (handle: Handle) => void
  readonly philox: (counter: Uint32Array, key: Uint32Array, out: Uint32Array) => void
  readonly read: Long<[Handle, number, Float32Array]>
  readonly write: Long<[Handle, number, Float32Array]>
  readonly score: Long<[Handle, number, Int32Array, Int32Array, number, number, F32, F32, F32]>
  readonly gradient: Long<
    [
      ...[Handle, number, Int32Array, Int32Array, number, number, Float64Array],
      ...[F32, F32, F32, F32, F32, F32, F32, F32, F32],
      ...[Float64Array, F32]
    ]
  >
  readonly update: Long<[Handle, number, Float64Array, number, Float64Array]>
  readonly generate: Long<
    [
      ...[Handle, number, Int32Array, Int32Array, number, number, number, number, number, number],
      ...[Int32Array, number, number, Uint32Array, Int32Array, Float32Array, Int32Array, Uint8Array]
    ]
  >
}

/** Calls that return at once. */
export const shortPrototypes = {
  supports: "int engine_supports(int mode)",
  create: "void *engine_create(const int32_t *spec, int mode)",
  destroy: "void engine_destroy(void *model)",
  cancel: "void engine_cancel(void *model, int cancelled)",
  zeroGradients: "void engine_zero_gradients(void *model)",
  philox: "void engine_philox(const uint32_t *counter, const uint32_t *key, uint32_t *out)"
} as const

/** Calls that compute; each returns a status. */
export const longPrototypes = {
  read: "int engine_read(void *model, int which, float *flat)",
  write: "int engine_write(void *model, int which, const float *flat)",
  score:
    "int engine_score(void *model, int threads, const int32_t *tokens, const int32_t *offsets, int documents, double inverse_temperature, float *log_probs, float *entropies, float *values)",
  gradient:
    "int engine_gradient(void *model, int threads, const int32_t *tokens, const int32_t *offsets, int documents, int kind, const double *numbers, const float *weights, const float *advantages, const float *old_log_probs, const float *ref_log_probs, const float *returns, const float *old_values, const float *d_log_prob, const float *d_entropy, const float *d_value, double *total, float *log_probs)",
  update: "int engine_update(void *model, int threads, const double *numbers, int step, double *norm)",
  generate:
    "int engine_generate(void *model, int threads, const int32_t *prompt_tokens, const int32_t *prompt_offsets, int prompts, int samples, int max_new_tokens, double temperature, int top_k, double top_p, const int32_t *stop, int stops, uint32_t seed, const uint32_t *streams, int32_t *tokens, float *log_probs, int32_t *lengths, uint8_t *stopped)"
} as const
