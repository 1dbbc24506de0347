/**
 * The compiled engine as a shared library: one binding per prototype, through koffi. The only module that imports koffi. Long calls run
 * on a thread of koffi's pool; arrays are passed by address.
 */
import koffi from "koffi"

import { type CompiledLibrary, longPrototypes, shortPrototypes } from "../CompiledLibrary.ts"

/** Loads the library at `path`; throws what the loader throws. */
export const loadLibrary = (path: string): CompiledLibrary => {
  const library = koffi.load(path)
  const bind = <P extends Readonly<Record<string, string>>>(prototypes: P, as: (prototype: string) => unknown) =>
    Object.fromEntries(Object.entries(prototypes).map(([name, prototype]) => [name, as(prototype)]))
  return {
    outOfMemory: "out of memory; use a smaller model, a shorter context, fewer samples or fewer threads",
    ...bind(shortPrototypes, (prototype) => library.func(prototype)),
    ...bind(longPrototypes, (prototype) => library.func(prototype).async)
  } as unknown as CompiledLibrary
}
