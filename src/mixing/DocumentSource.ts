/**
 * Where a mixture's documents come from: a name, and documents by number. A source is infinite (the built-in grammar: a pure function of
 * seed and number) or finite (a dataset), in which case the mixture starts over and counts the repetition.
 */
import { formatNamed } from "../formats/registry.ts"
import { arithmeticText } from "../problems/arithmetic.ts"
import { type GrammarOptions, generate } from "../problems/grammar.ts"
import { draws, stream } from "../random/philox.ts"

export interface SourceDocument {
  /** Id of the problem, or file and row of a dataset. */
  readonly problem: string
  readonly format: string
  readonly subStyle: string
  /** Operations needed; 0 where unknown. */
  readonly steps: number
  /** Wrong on purpose: a gap of the source. */
  readonly flawed: boolean
  /** Empty for plain text. */
  readonly question: string
  readonly solution: string
}

export interface DocumentSource {
  readonly name: string
  /** Infinity for a stream. */
  readonly size: number
  readonly at: (index: number) => SourceDocument
  /** Rows that could not be used. */
  readonly rejected: number
}

/** Plain text of the built-in data: true arithmetic facts. */
export const CALC = "calc"

/** Problems of the grammar solved in one format, each source with a stream of problems of its own. */
export const grammarSource = (name: string, grammar: GrammarOptions, seed: number, gap: number): DocumentSource => {
  const sourceSeed = (stream(name) ^ seed) >>> 0
  if (name === CALC)
    return {
      name,
      size: Infinity,
      rejected: 0,
      at: (index) => ({
        problem: `calc/${seed}/${index}`,
        format: "text",
        subStyle: "",
        steps: 0,
        flawed: false,
        question: "",
        solution: arithmeticText({ maximum: grammar.maximum }, sourceSeed, index)
      })
    }
  const format = formatNamed(name)
  return {
    name,
    size: Infinity,
    rejected: 0,
    at: (index) => {
      const problem = generate(grammar, sourceSeed, index)
      const subStyle = draws(sourceSeed, "sub-style", index).pick(format.subStyles)
      const flawed = gap > 0 && hasGap(problem, gap)
      const solution = format.render(flawed ? flaw(problem) : problem, subStyle)
      return { problem: problem.id, format: name, subStyle, steps: problem.steps, flawed, question: problem.question, solution }
    }
  }
}
