/**
 * The compiled engine as a shared library, through koffi. The only module that imports koffi. Long calls run on a thread of
 * koffi's pool; arrays are passed by address.
 */

import koffi from "koffi"

import type { CompiledLibrary } from "../CompiledLibrary.ts"
import { type CallName, calls, encode, enumerations } from "../requests.ts"

/** Loads the library at `path`; throws what the loader throws. */
export const loadLibrary = (path: string): CompiledLibrary => {
  const library = koffi.load(path)
  const supports = library.func("int engine_supports(int mode)")
  const create = library.func("void *engine_create(const void *request)")
  const destroy = library.func("void engine_destroy(void *model)")
  const cancel = library.func("void engine_cancel(void *model, int cancelled)")
  const zeroGradients = library.func("void engine_zero_gradients(void *model)")
  const compute = new Map(
    Object.keys(calls).map((name) => [name, library.func(`int engine_${name}(void *model, const void *request)`)])
  )
  return {
    outOfMemory: "out of memory; use a smaller model, a shorter context, fewer samples or fewer threads",
    supports: (mode) => supports(enumerations.Mode.choices.indexOf(mode)) !== 0,
    create: (request) => create(encode("CreateRequest", request, koffi.address)),
    destroy,
    cancel: (handle, cancelled) => cancel(handle, Number(cancelled)),
    zeroGradients,
    call: (name: CallName, handle, request, whenDone) => {
      /* The callback's reference keeps the arrays alive, whose addresses alone are in `bytes`. */
      const held: Array<unknown> = [request]
      const bytes = encode(calls[name], request, koffi.address)
      held.push(bytes)
      compute.get(name)!.async(handle, bytes, (error: unknown, status: number) => {
        held.length = 0
        whenDone(
          error === null || error === undefined ? undefined : String(error),
          enumerations.Status.choices[status] ?? "cancelled"
        )
      })
    }
  }
}
