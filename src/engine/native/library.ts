/**
 * The compiled engine as functions: one binding per function of api.c, through koffi. The only module that imports koffi.
 *
 * Long calls run on a thread of koffi's pool, so the event loop keeps turning. Arrays are passed by address: the caller holds on to
 * them until the call has ended, and C keeps none of them.
 */
import koffi from "koffi"

/** Outcome codes of api.c. */
export const statuses = ["ok", "out of memory", "cancelled", "non-finite"] as const
export type Status = (typeof statuses)[number]

/** A model inside the library. */
export type Handle = object & { readonly __handle: never }

type Callback = (error: unknown, status: number) => void
/** A call that runs off the event loop. */
export type Long<A extends ReadonlyArray<unknown>> = (...args: [...A, Callback]) => void

type F32 = Float32Array | null

export interface Library {
  readonly supports: (mode: number) => number
  readonly create: (spec: Int32Array, mode: number) => Handle | null
  readonly destroy: (handle: Handle) => void
  readonly cancel: (handle: Handle, cancelled: number) => void
  readonly zeroGradients: (handle: Handle) => void
  readonly philox: (counter: Uint32Array, key: Uint32Array, out: Uint32Array) => void
  readonly read: Long<[Handle, number, Float32Array]>
  readonly write: Long<[Handle, number, Float32Array]>
  readonly score: Long<[Handle, number, Int32Array, Int32Array, number, number, Float32Array, F32, F32]>
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

/** Loads the library at `path`; throws what the loader throws. */
export const loadLibrary = (path: string): Library => {
  const library = koffi.load(path)
  const long = (signature: string) => library.func(signature).async
  return {
    supports: library.func("int engine_supports(int mode)"),
    create: library.func("void *engine_create(const int32_t *spec, int mode)"),
    destroy: library.func("void engine_destroy(void *model)"),
    cancel: library.func("void engine_cancel(void *model, int cancelled)"),
    zeroGradients: library.func("void engine_zero_gradients(void *model)"),
    philox: library.func("void engine_philox(const uint32_t *counter, const uint32_t *key, uint32_t *out)"),
    read: long("int engine_read(void *model, int which, float *flat)"),
    write: long("int engine_write(void *model, int which, const float *flat)"),
    score: long(
      "int engine_score(void *model, int threads, const int32_t *tokens, const int32_t *offsets, int documents, double inverse_temperature, float *log_probs, float *entropies, float *values)"
    ),
    gradient: long(
      "int engine_gradient(void *model, int threads, const int32_t *tokens, const int32_t *offsets, int documents, int kind, const double *numbers, const float *weights, const float *advantages, const float *old_log_probs, const float *ref_log_probs, const float *returns, const float *old_values, const float *d_log_prob, const float *d_entropy, const float *d_value, double *total, float *log_probs)"
    ),
    update: long("int engine_update(void *model, int threads, const double *numbers, int step, double *norm)"),
    generate: long(
      "int engine_generate(void *model, int threads, const int32_t *prompt_tokens, const int32_t *prompt_offsets, int prompts, int samples, int max_new_tokens, double temperature, int top_k, double top_p, const int32_t *stop, int stops, uint32_t seed, const uint32_t *streams, int32_t *tokens, float *log_probs, int32_t *lengths, uint8_t *stopped)"
    )
  }
}
