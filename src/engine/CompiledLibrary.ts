/**
 * The functions of native/api.c, however they were compiled: as a shared library called through koffi (`native`) or as a
 * WebAssembly module (`wasm`). What they are given is described in requests.ts.
 */

import type { Mode } from "./Engine.ts"
import type { CallName, calls, Choice, Values } from "./requests.ts"

/** Outcome of a call. */
export type Status = Choice<"Status">

/** A model inside the library. */
export type Handle = { readonly __handle: never }

export interface CompiledLibrary {
  /** What to say and to advise when it has no more memory. */
  readonly outOfMemory: string
  /** Whether this process may use a mode. To be asked before the first model. */
  readonly supports: (mode: Mode) => boolean
  /** A new model; null where there is no memory for it. */
  readonly create: (request: Values<"CreateRequest">) => Handle | null
  readonly destroy: (handle: Handle) => void
  /** True asks the call that runs to stop soon; false, before a call, forgets earlier wishes. */
  readonly cancel: (handle: Handle, cancelled: boolean) => void
  readonly zeroGradients: (handle: Handle) => void
  /**
   * Computes off the event loop, one call at a time per model. `whenDone` is told what broke, if anything did, and how the call
   * ended. The library holds on to the arrays of the request until then. By then the arrays that C writes hold what it wrote.
   */
  readonly call: <Name extends CallName>(
    name: Name,
    handle: Handle,
    request: Values<(typeof calls)[Name]>,
    whenDone: (broken: string | undefined, status: Status) => void
  ) => void
}
