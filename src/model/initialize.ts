/**
 * The parameters of a fresh model: matrices from N(0, 0.02^2) as OLMo 1 (not truncated), value heads 0. A pure function of (seed,
 * tensor name, element), through Philox, so that every engine starts from the same bits and a tensor does not depend on the
 * others.
 */

import { cos, log, sin } from "../elementary/elementary.ts"
import { philox, stream, uniform, word32 } from "../random/philox.ts"
import { parameterTable, type ModelSpec } from "./ModelSpec.ts"

const STANDARD_DEVIATION = 0.02

/** Fills `out` with normals: block b of the stream (seed, name) gives elements 4b..4b+3, two Box-Muller pairs. */
const fillNormals = (out: Float32Array, seed: number, name: string): void => {
  const key0 = word32(seed, "seed")
  const key1 = stream(name)
  const words = new Uint32Array(4)
  for (let i = 0; i < out.length; i += 4) {
    philox(i / 4, 0, 0, 0, key0, key1, words)
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = STANDARD_DEVIATION * Math.sqrt(-2 * log(uniform(words[pair]!)))
      const angle = 2 * Math.PI * uniform(words[pair + 1]!)
      if (i + pair < out.length) out[i + pair] = radius * cos(angle)
      if (i + pair + 1 < out.length) out[i + pair + 1] = radius * sin(angle)
    }
  }
}

/** The flat parameter vector of a new model, in the order of `parameterTable`. */
export const initialParameters = (spec: ModelSpec, seed: number): Float32Array => {
  const table = parameterTable(spec)
  const last = table.at(-1)!
  const parameters = new Float32Array(last.offset + last.size)
  for (const { name, offset, size } of table)
    if (!name.startsWith("value_head.")) fillNormals(parameters.subarray(offset, offset + size), seed, name)
  return parameters
}
