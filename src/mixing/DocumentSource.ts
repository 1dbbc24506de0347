/**
 * Where a mixture's documents come from: a name, and documents by number. A source is infinite (the built-in grammar: a pure function of
 * seed and number) or finite (a dataset), in which case the mixture starts over and counts the repetition.
 */
import type { DatasetRow } from "../datasets/Dataset.ts"
import { detectFormat, formatNamed } from "../formats/registry.ts"
import { arithmeticText } from "../problems/arithmetic.ts"
import { type GrammarOptions, generate } from "../problems/grammar.ts"
import { blindSpots, gapRate, isMisread, misread } from "../problems/misread.ts"
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
  const rate = gapRate(grammar, { share: gap, blindSpots })
  return {
    name,
    size: Infinity,
    rejected: 0,
    at: (index) => {
      const problem = generate(grammar, sourceSeed, index)
      const subStyle = draws(sourceSeed, "sub-style", index).pick(format.subStyles)
      const wrong = rate > 0 && isMisread(problem, rate) ? misread(problem, blindSpots) : null
      return {
        problem: problem.id,
        format: name,
        subStyle,
        steps: problem.steps,
        flawed: wrong !== null,
        question: problem.question,
        solution: format.render(wrong ?? problem, subStyle)
      }
    }
  }
}

/** Rows of a dataset that were read into memory, their formats recognised as a completion's would be. */
export const datasetSource = (name: string, rows: ReadonlyArray<DatasetRow>, rejected: number): DocumentSource => ({
  name,
  size: rows.length,
  rejected,
  at: (index) => {
    const { id, question, solution } = rows[index]!
    const format = question === "" ? null : detectFormat(solution)
    return {
      problem: id,
      format: format?.name ?? "text",
      subStyle: format?.subStyleOf(solution) ?? "",
      steps: 0,
      flawed: false,
      question,
      solution
    }
  }
})
