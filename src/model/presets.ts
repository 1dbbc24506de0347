/**
 * Named model sizes. The small ones are proxies that train on a CPU in minutes; `150m` to `1b` are the paper's (arXiv 2504.07912,
 * and the configurations of its code). All have a SwiGLU of 4 d after gating, as the paper.
 *
 *   name   layers  width  heads  head   parameters without the vocabulary's
 *   xs          2     64      2  tied       0.13 M
 *   s           3     96      3  tied       0.44 M
 *   m           4    128      4  tied       1.05 M
 *   l           5    256      8  tied       5.24 M
 *   150m       12    768     12  untied     113 M     (162 M with the paper's 32,000 tokens)
 *   300m       14   1024     16  untied     235 M     (300 M)
 *   500m       12   1536     12  untied     453 M     (551 M)
 *   1b         16   2048     16  tied     1,074 M     (1,139 M)
 */

import type { ModelSpec } from "./ModelSpec.ts"

interface Preset {
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly tied: boolean
  /** Default context in tokens. */
  readonly context: number
}

const proxy = (layers: number, width: number, heads: number): Preset => ({ layers, width, heads, tied: true, context: 512 })
const paper = (layers: number, width: number, heads: number, tied: boolean): Preset => ({
  layers,
  width,
  heads,
  tied,
  context: 2048
})

/** Tokens of a context where a study names none. */
export const DEFAULT_CONTEXT = 192

const table = {
  xs: proxy(2, 64, 2),
  s: proxy(3, 96, 3),
  m: proxy(4, 128, 4),
  l: proxy(5, 256, 8),
  "150m": paper(12, 768, 12, false),
  "300m": paper(14, 1024, 16, false),
  "500m": paper(12, 1536, 12, false),
  "1b": paper(16, 2048, 16, true)
} as const satisfies Record<string, Preset>

/** One of the sizes above. */
export type PresetName = keyof typeof table

/** Every preset's name, smallest first. */
export const presetNames = Object.keys(table) as ReadonlyArray<PresetName>

/** The full specification of a preset for a vocabulary. */
export const presetSpec = (
  name: PresetName,
  options: { readonly vocabularySize: number; readonly context?: number; readonly valueHead?: boolean }
): ModelSpec => {
  const { context, heads, layers, tied, width } = table[name]
  return {
    vocabularySize: options.vocabularySize,
    width,
    layers,
    heads,
    hidden: 4 * width,
    context: options.context ?? context,
    tied,
    valueHead: options.valueHead ?? false
  }
}
