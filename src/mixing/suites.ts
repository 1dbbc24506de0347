/** Problem suites that a corpus carries: from the built-in grammar by name, or from a dataset as `name:split`. */

import { statSync } from "node:fs"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { SuiteProblem } from "../../schemas/corpus.ts"
import { type Objection, type WiredInput, wiredWith } from "../dag/Stage.ts"
import { type LoadReport, openDataset, type RowFault } from "../datasets/read/load.ts"
import { referenceFault } from "../datasets/read/reference.ts"
import { datasetName, findSource } from "../datasets/registry.ts"
import { didYouMean } from "../text/near.ts"
import { builtInProblem, builtInSuites, isForTraining } from "./built-in-suites.ts"
import { faultWords, NONE_REJECTED, type Rejected, rejectedWords } from "./DocumentSource.ts"
import { type MixtureSettings, passedOverWords } from "./open-sources.ts"

/** Whether scores on a suite mean something only if training never saw its questions. */
export const isForEvaluation = (suite: string): boolean => {
  const dataset = datasetName(suite)
  if (dataset === null) return !isForTraining(suite)
  return findSource(dataset.dataset, dataset.split).split.role === "evaluation"
}

/** Objects to a suite that the corpus of this node does not carry. */
export const suiteObjection = (suite: string, corpus: WiredInput): Objection | null => {
  const carried = wiredWith(corpus, "suites", ["corpus"])?.params["suites"]
  if (!Array.isArray(carried) || carried.includes(suite)) return null
  const known = carried.map(String)
  return {
    param: "suite",
    problem:
      `the corpus carries no problem suite "${suite}".${didYouMean(suite, known)} It has ${known.join(", ")}; ` +
      "others are named in mix.suites."
  }
}

/** Objects to more problems at once than a built-in suite has; how many a dataset has is known when it is read. */
export const suiteSizeObjection = (prompts: number, suite: string, corpus: WiredInput): Objection | null => {
  const size = wiredWith(corpus, "suiteSize", ["corpus"])?.params["suiteSize"]
  if (!builtInSuites.includes(suite) || typeof size !== "number" || prompts <= size) return null
  return { param: "prompts", problem: `is ${prompts}, but suite "${suite}" has ${size} problems (mix.suiteSize).` }
}

/**
 * A dataset without a single problem that can be asked and graded.
 * @public
 */
export class SuiteEmpty extends Schema.TaggedError<SuiteEmpty>()("SuiteEmpty", {
  suite: Schema.String,
  rejected: Schema.Int,
  first: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `mix.suites: "${this.suite}" has not one problem that can be asked and graded: ` +
      `${rejectedWords(this.rejected, this.first)}. ` +
      `Look at it with pipeline data check ${this.suite}, or leave it out.`
    )
  }
}

/** The problems of a suite, and the rows of its dataset that could not be used. */
export interface Suite {
  readonly problems: ReadonlyArray<SuiteProblem>
  readonly rejected: Rejected
}

/**
 * The problems of a suite, whose name the params have checked. Fails with the DatasetError or GrammarImpossible of what cannot be
 * had.
 */
export const suiteProblems = (
  suite: string,
  settings: Omit<MixtureSettings, "sources" | "lacks" | "subStyles" | "suites">
): Effect.Effect<Suite, unknown> =>
  Effect.tryPromise({
    try: async () => {
      const dataset = datasetName(suite)
      if (dataset !== null) {
        const { maxBadRows } = settings
        const { batches, report } = openDataset(dataset.dataset, dataset.split, { purpose: "evaluation", maxBadRows })
        const problems: Array<SuiteProblem> = []
        const ungraded = { rows: 0, first: [] as Array<RowFault> }
        for await (const { rows } of batches())
          for (const row of rows) {
            const fault = referenceFault(row)
            if (fault === null)
              problems.push({ suite, problem: row.id, question: row.question, answer: row.answer!, steps: 0, distractor: false })
            else if (ungraded.rows++ < FIRST_REJECTED) ungraded.first.push(fault)
          }
        const rejected = withUngraded(report, ungraded)
        if (problems.length === 0)
          throw new SuiteEmpty({ suite, rejected: rejected.rows, first: rejected.first.map(faultWords)[0] ?? "" })
        return { problems, rejected }
      }
      const problems = Array.from({ length: settings.suiteSize }, (_, index) => builtInProblem(suite, settings, index))
      return { problems, rejected: NONE_REJECTED }
    },
    catch: (cause) => cause
  })

/** Datasets up to this many bytes are read by a plan. */
const QUICKLY_READ = 32e6

/** Whether a suite is had at once: a built-in one, or a dataset whose files are not large. */
export const isQuicklyHad = (suite: string): boolean => {
  const dataset = datasetName(suite)
  if (dataset === null) return builtInSuites.includes(suite)
  const { files } = openDataset(dataset.dataset, dataset.split, { purpose: "evaluation" })
  return files.reduce((bytes, { path }) => bytes + statSync(path).size, 0) <= QUICKLY_READ
}

/** What a plan says of files that are passed over, and of rows of suites that are left out. Fails with what the mixture will. */
export const suiteRemarks = Effect.fnUntraced(function* (settings: MixtureSettings) {
  const said: Array<string> = [...(yield* passedOverWords(settings))]
  for (const suite of settings.suites) {
    if (datasetName(suite) === null || !isQuicklyHad(suite)) continue
    const { rejected, problems } = yield* suiteProblems(suite, settings)
    const [first] = rejected.first.map(faultWords)
    if (first !== undefined) said.push(`${suite}: ${rejectedWords(rejected.rows, first)}; problems left: ${problems.length}`)
  }
  return said
})

/** Rows of a suite that are named one by one. */
const FIRST_REJECTED = 20

/** Bad rows and those that nothing can be graded against, as one account: in the order of files and rows. */
const withUngraded = ({ bad, faults }: LoadReport, ungraded: Rejected): Rejected => ({
  rows: bad + ungraded.rows,
  first: [...faults, ...ungraded.first]
    .toSorted((a, b) => (a.file === b.file ? a.row - b.row : a.file < b.file ? -1 : 1))
    .slice(0, FIRST_REJECTED)
})
