import { type Gap, isMisread, misread } from "../problems/misread.ts"
import type { Problem } from "../problems/Problem.ts"
import { draws } from "../random/philox.ts"
import { formatNamed } from "./registry.ts"

/**
 * One built-in training document: a problem written out in a format, in a sub-style drawn for it, and misread where the corpus has a gap.
 *
 * A pure function of its arguments; the draw is that of (seed, format, index), so that the same problem gets independent sub-styles in different
 * formats. What a document is made of is decided here, how documents are mixed is not.
 */
export interface BuiltInDocument {
  readonly question: string
  readonly solution: string
  readonly subStyle: string
  /** The solution is systematically wrong. */
  readonly misread: boolean
}

export interface DocumentOptions {
  readonly format: string
  readonly seed: number
  readonly index: number
  /** Relative frequency of each sub-style; all equal where absent. */
  readonly subStyles?: Readonly<Record<string, number>>
  /** The rate is `gapRate(grammar, gap)`, computed once per corpus. */
  readonly gap?: Gap & { readonly rate: number }
}

/** Throws a `RangeError` for a format or a sub-style that does not exist, and for weights that leave none. */
export const builtInDocument = (problem: Problem, options: DocumentOptions): BuiltInDocument => {
  const format = formatNamed(options.format)
  const { gap, subStyles } = options
  for (const name of Object.keys(subStyles ?? {}))
    if (!format.subStyles.includes(name))
      throw new RangeError(`Format ${format.name} has no sub-style "${name}". Its sub-styles are ${format.subStyles.join(", ")}.`)
  const weights = format.subStyles.map((name) => (subStyles === undefined ? 1 : (subStyles[name] ?? 0)))
  if (!weights.some((weight) => weight > 0) || weights.some((weight) => !(weight >= 0 && weight < Infinity)))
    throw new RangeError(`The weights of the sub-styles of ${format.name} must be finite, not negative and not all zero.`)
  const subStyle = draws(options.seed, `sub-style ${format.name}`, options.index).weighted(format.subStyles, weights)
  const wrong = gap !== undefined && isMisread(problem, gap.rate) ? misread(problem, gap.blindSpots) : null
  return { question: problem.question, solution: format.render(wrong ?? problem, subStyle), subStyle, misread: wrong !== null }
}
