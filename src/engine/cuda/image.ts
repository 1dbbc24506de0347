/** The compiled kernels as they are committed, and which of them a card takes. */

import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What build.ts makes. */
export const binaries = { ptx: file("engine.ptx"), cubin: file("engine.sm_80.cubin") } as const

/** The version of a card's instructions, such as 8.9. */
export type Capability = readonly [major: number, minor: number]

/**
 * The kernels for a card, as cuModuleLoadData takes them: machine code for 8.0 to 8.9; for newer ones PTX, a text that ends in a
 * zero, which the driver compiles. Undefined for older cards: their tensor units do not know bf16.
 */
export const kernelImage = ([major]: Capability): Uint8Array | undefined => {
  if (major < 8) return undefined
  if (major === 8) return readFileSync(binaries.cubin)
  return Buffer.concat([readFileSync(binaries.ptx), Buffer.alloc(1)])
}
