/**
 * What the numbers of a run do not rest on, and what was cut: rows of suites that could not be asked, prompts without room,
 * suites smaller than what was asked of them, documents longer than the context, completions without an end, evaluation questions
 * in training data. Read from the small tables in which the stages count it.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { openArtifactTable } from "../dag/foresight/artifact-table.ts"
import { askedWords } from "../evaluation/prompt-room.ts"
import { overlapWords, suiteWords } from "../mixing/corpus-account.ts"
import { plural } from "../text/plural.ts"
import { cutDocumentWords } from "../training/cut-documents.ts"
import { nodeKinds } from "./data/artifact-reader.ts"
import { artifactOf, type RunNode, type RunRecord } from "./data/RunRecord.ts"

/** Shares of completions without an end of text. */
export interface CutCompletions {
  readonly label: string
  /** `greedy`, `sampled`, or `RL`: the mean over the steps. */
  readonly decoding: string
  readonly withoutEnd: number
  /** Those of them that were cut where the context ends. */
  readonly byContext: number
}

export interface LeftOut {
  /** Sentences, each with the label of its node. */
  readonly said: ReadonlyArray<{ readonly label: string; readonly line: string }>
  /** Of nodes of which some did not end by themselves. */
  readonly completions: ReadonlyArray<CutCompletions>
  /** How many nodes and decodings had completions at all. */
  readonly looked: number
}

/** Reads it from every node that finished. What cannot be read is said elsewhere in the report, and is nothing here. */
export const readLeftOut = Effect.fnUntraced(function* (record: RunRecord) {
  const is = yield* nodeKinds(record)
  const said: Array<LeftOut["said"][number]> = []
  const completions: Array<CutCompletions> = []
  for (const node of record.nodes) {
    const artifact = artifactOf(node)
    if (artifact === null) continue
    const { label } = node
    const note = (lines: ReadonlyArray<string>) => lines.forEach((line) => said.push({ label, line }))
    if (is(node, Corpus)) note(yield* ofCorpus(node, artifact))
    if (is(node, Checkpoint)) note(cutDocumentWords(yield* rowsOf(openArtifactTable(Checkpoint, "cutDocuments", artifact))))
    if (is(node, RlRun)) {
      note((yield* rowsOf(openArtifactTable(RlRun, "asked", artifact))).flatMap(askedWords))
      const steps = yield* rowsOf(openArtifactTable(RlRun, "updates", artifact))
      const mean = (of: (row: (typeof steps)[number]) => number) => steps.reduce((sum, row) => sum + of(row), 0) / steps.length
      if (steps.length > 0)
        completions.push({
          label,
          decoding: "RL",
          withoutEnd: mean(({ truncated }) => truncated),
          byContext: mean(({ cutByContext }) => cutByContext)
        })
    }
    if (is(node, Evaluation)) {
      note((yield* rowsOf(openArtifactTable(Evaluation, "asked", artifact))).flatMap(askedWords))
      const numbers = yield* rowsOf(openArtifactTable(Evaluation, "evaluations", artifact))
      for (const decoding of ["greedy", "sampled"]) {
        const value = (metric: string) =>
          numbers.find((row) => row.metric === metric && row.decoding === decoding && row.profile === "corrected")?.value ?? 0
        completions.push({
          label,
          decoding,
          withoutEnd: value("truncated"),
          byContext: value("cut by context")
        })
      }
    }
  }
  const leftOut: LeftOut = {
    said,
    completions: completions.filter(({ withoutEnd }) => withoutEnd > 0),
    looked: completions.length
  }
  return leftOut
})

const rowsOf = <A, E, R>(table: Effect.Effect<Iterable<A>, E, R>): Effect.Effect<ReadonlyArray<A>, never, R> =>
  table.pipe(
    Effect.map((rows) => [...rows]),
    Effect.orElseSucceed(() => [])
  )

const ofCorpus = Effect.fnUntraced(function* ({ params }: RunNode, artifact: string) {
  const suites = yield* rowsOf(openArtifactTable(Corpus, "suites", artifact))
  const contamination = yield* rowsOf(openArtifactTable(Corpus, "contamination", artifact))
  const bad = yield* rowsOf(openArtifactTable(Corpus, "sources", artifact))
  return [
    ...suites
      .filter(({ rejected }) => rejected > 0)
      .map(
        ({ suite, rejected, problems }) =>
          `suite "${suite}" is without ${plural(rejected, "row")} that cannot be used or graded; problems left: ${problems}`
      ),
    ...suites.flatMap(suiteWords),
    ...bad
      .filter(({ rejected }) => rejected > 0)
      .map(({ source, rejected }) => `source "${source}" is without ${plural(rejected, "row")} that cannot be used`),
    ...contamination.flatMap(({ suite, ...overlap }) =>
      overlapWords({ ...overlap, set: suite }, params["contaminated"] === "drop")
    )
  ]
})
