/**
 * Where a mixture's documents come from: a name, and documents in an order that never changes.
 *
 * A source of the built-in grammar is endless: a pure function of seed and number. A dataset is finite, and read from its files
 * as a stream. Where it ends, the mixture starts over and counts the repetition.
 */

import { openDataset, type RowFault } from "../datasets/read/load.ts"
import { type DatasetName, nameOf } from "../datasets/registry.ts"
import { detectFormat, formatNamed } from "../formats/registry.ts"
import { arithmeticText } from "../problems/arithmetic.ts"
import { type GrammarOptions, generate } from "../problems/grammar.ts"
import { gapRate, isMisread, misread } from "../problems/misread.ts"
import { draws, subSeed } from "../random/philox.ts"
import { plural } from "../text/plural.ts"

/** A document as its source gives it, before it is text and tokens. */
export interface SourceDocument {
  /** Id of the problem, or file and row of a dataset. */
  readonly problem: string
  readonly format: string
  readonly subStyle: string
  /** Operations needed; 0 where unknown. */
  readonly steps: number
  /** Clauses of the problem in order, `gain>half`; empty where unknown. */
  readonly template: string
  /** The thing that the problem counts, `apples`; empty where unknown. */
  readonly topic: string
  /** Wrong on purpose: a gap of the source. */
  readonly flawed: boolean
  /** Empty for plain text. */
  readonly question: string
  readonly solution: string
}

/** Documents in an order that never changes. */
export interface DocumentSource {
  readonly name: string
  /** Whether it never ends. */
  readonly endless: boolean
  /** All documents from the first on, in batches; every call reads anew. */
  readonly batches: () => AsyncGenerator<ReadonlyArray<SourceDocument>, void, undefined>
  /** Rows that could not be used, among those read so far, and the first of them. */
  readonly rejected: () => Rejected
}

/** Rows of a dataset that could not be used. */
export interface Rejected {
  readonly rows: number
  readonly first: ReadonlyArray<RowFault>
}

/** `test.jsonl, row 1, field answer: is missing`. */
export const faultWords = ({ file, row, field, problem }: RowFault): string =>
  `${file}, row ${row}${field === "" ? "" : `, field ${field}`}: ${problem}`

/** `3 rows cannot be used; the first is test.jsonl, row 1: has no final answer`. */
export const rejectedWords = (rows: number, first: string): string => {
  if (rows === 0) return "there is no row in it"
  return rows === 1 ? `1 row cannot be used: ${first}` : `${plural(rows, "row")} cannot be used; the first is ${first}`
}

/** Of a source that has no bad rows, such as the grammar. */
export const NONE_REJECTED: Rejected = { rows: 0, first: [] }

/** Plain text of the built-in data: true arithmetic facts. */
export const CALC = "calc"

/** Which problems a source of the grammar solves, and how. */
export interface GrammarSourceOptions {
  readonly grammar: GrammarOptions
  readonly seed: number
  /** Share of the problems that are misread, by a format that has flaws. */
  readonly gap: number
  /** Relative frequency of sub-styles by `format/sub-style`; those that are not named have 1. */
  readonly subStyles: Readonly<Record<string, number>>
}

/** Relative frequency of each sub-style of a format: 1 where none is given; null where none of the format is. */
export const subStyleWeights = (
  format: string,
  weights: Readonly<Record<string, number>>
): Readonly<Record<string, number>> | null => {
  if (!Object.keys(weights).some((name) => name.startsWith(`${format}/`))) return null
  return Object.fromEntries(formatNamed(format).subStyles.map((subStyle) => [subStyle, weights[`${format}/${subStyle}`] ?? 1]))
}

/** Documents of one batch of an endless source: the last batch of a mixture is mostly made in vain. */
const BATCH = 64

/** Problems of the grammar solved in one format, each source with a stream of problems of its own. */
export const grammarSource = (name: string, options: GrammarSourceOptions): DocumentSource => {
  const at = name === CALC ? calcDocument(options) : solvedProblem(name, options)
  return {
    name,
    endless: true,
    rejected: () => NONE_REJECTED,
    batches: async function* () {
      for (let index = 0; ; index += BATCH) yield Array.from({ length: BATCH }, (_, i) => at(index + i))
    }
  }
}

const calcDocument = ({ grammar, seed }: GrammarSourceOptions) => {
  const { maximum } = grammar
  const own = subSeed(seed, CALC)
  return (index: number): SourceDocument => ({
    problem: `calc/${seed}/${index}`,
    format: "text",
    subStyle: "",
    steps: 0,
    template: "",
    topic: "",
    flawed: false,
    question: "",
    solution: arithmeticText({ maximum }, own, index)
  })
}

const solvedProblem = (name: string, { grammar, seed, gap, subStyles }: GrammarSourceOptions) => {
  const format = formatNamed(name)
  const rate = format.flaws.length === 0 ? 0 : gapRate(grammar, { share: gap, blindSpots: format.flaws })
  const own = subSeed(seed, name)
  const weights = subStyleWeights(name, subStyles)
  return (index: number): SourceDocument => {
    const problem = generate(grammar, own, index)
    const random = draws(own, "sub-style", index)
    const subStyle = weights === null ? random.pick(format.subStyles) : random.weighted(format.subStyles, Object.values(weights))
    const wrong = rate > 0 && isMisread(problem, rate) ? misread(problem, format.flaws) : null
    return {
      problem: problem.id,
      format: name,
      subStyle,
      steps: problem.steps,
      template: problem.template,
      topic: problem.start.item,
      flawed: wrong !== null,
      question: problem.question,
      solution: format.render(wrong ?? problem, subStyle)
    }
  }
}

/**
 * The rows of a dataset in the order of its files, their formats recognised as a completion's would be. Reading throws the
 * DatasetError of a file that cannot be read, or of more bad rows than `maxBadRows`.
 */
export const datasetSource = ({ dataset, split }: DatasetName, maxBadRows: number): DocumentSource => {
  let rejected = NONE_REJECTED
  return {
    name: nameOf({ dataset, split }),
    endless: false,
    rejected: () => rejected,
    batches: async function* () {
      const { batches, report } = openDataset(dataset, split, { purpose: "training", maxBadRows })
      const look = () => {
        if (report.bad > rejected.rows) rejected = { rows: report.bad, first: [...report.faults] }
      }
      for await (const { rows } of batches()) {
        look()
        yield rows.map(({ id, question, solution }) => {
          const format = question === "" ? null : detectFormat(solution)
          return {
            problem: id,
            format: format?.name ?? "text",
            subStyle: format?.subStyleOf(solution) ?? "",
            steps: 0,
            template: "",
            topic: "",
            flawed: false,
            question,
            solution
          }
        })
      }
      look()
    }
  }
}
