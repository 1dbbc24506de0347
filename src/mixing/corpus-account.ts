/**
 * What mix counts and says of its suites and sources: how many problems there are, what is too long for a context, and which
 * questions of evaluation suites are in training data.
 */

import type { Corpus, SuiteProblem } from "../../schemas/corpus.ts"
import { isTooMuch, type Overlap, OVERLAP_BY_CHANCE } from "../datasets/overlap/contamination.ts"
import { datasetName } from "../datasets/registry.ts"
import { DEFAULT_CONTEXT } from "../model/presets.ts"
import type { Table } from "../store/schema/Table.ts"
import { percentWords } from "../text/percent.ts"
import { type Lengths, USUAL_CONTEXTS } from "../tokenizer/lengths.ts"
import { isForEvaluation } from "./suites.ts"

type Tables = (typeof Corpus)["tables"]
type SuiteRow = Table.Input<Tables["suites"]>
type LengthRow = Table.Input<Tables["lengths"]>

/** The row of `suites`. */
export const suiteRow = (
  suite: string,
  problems: ReadonlyArray<SuiteProblem>,
  { rejected, suiteSize, lengths }: { readonly rejected: number; readonly suiteSize: number; readonly lengths: Lengths }
): SuiteRow => ({
  suite,
  evaluation: isForEvaluation(suite),
  problems: problems.length,
  distinctQuestions: new Set(problems.map(({ question }) => question)).size,
  wanted: datasetName(suite) === null ? suiteSize : null,
  rejected,
  longestPrompt: lengths.longest
})

/** A suite in which few questions differ is a smaller one than it seems. */
const MOSTLY_DISTINCT = 0.5

/** What is to be said of how many problems a suite has. */
export const suiteWords = ({ suite, problems, distinctQuestions }: SuiteRow): ReadonlyArray<string> =>
  distinctQuestions >= MOSTLY_DISTINCT * problems
    ? []
    : [`suite "${suite}" has ${problems} problems, but only ${distinctQuestions} different questions`]

/** The rows of `lengths` of a suite or a source. */
export const lengthRows = (of: "prompts" | "documents", name: string, lengths: Lengths): ReadonlyArray<LengthRow> =>
  USUAL_CONTEXTS.map((context) => ({
    of,
    name,
    context,
    texts: lengths.texts,
    tooLong: of === "prompts" ? lengths.withoutRoom(context) : lengths.longerThan(context),
    longest: lengths.longest
  }))

/**
 * What is to be said of texts that are too long for a model's context: that of the imported model whose tokens they are, or else
 * the one that a model has unless it is told otherwise.
 */
export const lengthWords = (
  of: "prompts" | "documents",
  name: string,
  lengths: Lengths,
  imported: number | null
): ReadonlyArray<string> => {
  const context = imported ?? DEFAULT_CONTEXT
  const tooLong = of === "prompts" ? lengths.withoutRoom(context) : lengths.longerThan(context)
  if (tooLong === 0) return []
  const what = of === "prompts" ? "prompts leave no room for an answer in" : "documents are longer than"
  const whose = imported === null ? "a context" : "the imported model's context"
  return [
    `${name}: ${tooLong} of ${lengths.texts} ${what} ${whose} of ${context} tokens; ` +
      `the longest has ${lengths.longest} (table lengths${imported === null ? "; pretrain.context" : ""})`
  ]
}

/**
 * What is to be said of evaluation questions in a source. Built-in sentences are few: there only whole questions are no chance.
 */
export const overlapWords = (overlap: Omit<Overlap, "hits">, leftOut: boolean): ReadonlyArray<string> => {
  const { source, set, questions, questionsHit, wholeQuestions, share } = overlap
  const part = datasetName(set) === null ? 1 : OVERLAP_BY_CHANCE.part
  if (!isForEvaluation(set) || !isTooMuch(overlap, { ...OVERLAP_BY_CHANCE, part })) return []
  const remedy = leftOut ? "what holds them is left out" : "mix.contaminated=drop leaves out what holds them"
  return [
    `${source} has ${questionsHit} of ${questions} questions of the evaluation suite "${set}" in it ` +
      `(${percentWords(share)}, ${wholeQuestions} in whole); ${remedy}`
  ]
}
