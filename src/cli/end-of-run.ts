/**
 * How `pipeline run` ends: the table of results, where the report is, one query to go on with. Printed from the run's own log, so
 * that it says the same as `pipeline report` of that run. Nothing here can fail a run: what cannot be shown is said in a line.
 */

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import type { Graph } from "../dag/graph.ts"
import type { RunResult } from "../dag/running/Runner.ts"
import type { Study } from "../dag/Study.ts"
import type { StudyClaims } from "../report/claims/study-claims.ts"
import { resultsOf } from "../report/data/results.ts"
import { type RunRecord, recordOf, resultsDigest } from "../report/data/RunRecord.ts"
import { sqlCommand, sqlList } from "../report/page/commands.ts"
import { resultsText } from "../report/page/results-text.ts"
import { ensureReport } from "../report/write-report.ts"
import type { LoggedEvent } from "../store/objects/Runs.ts"
import { Store } from "../store/objects/Store.ts"
import { duration } from "../text/duration.ts"
import { errorText } from "../text/error-text.ts"
import { plural } from "../text/plural.ts"
import { print, printAsItIs, say } from "./output.ts"
import { hasColours, widthOf } from "./printing/terminal.ts"

export interface EndOfRun {
  readonly root: string
  readonly runId: string
  /** What the run's log says, whether or not it could be written. */
  readonly events: ReadonlyArray<LoggedEvent>
  readonly study: Study
  /** The claims of the study's file. */
  readonly ownClaims: StudyClaims
  readonly graph: Graph
  readonly result: RunResult
  readonly seconds: number
  readonly writeReport: boolean
  /** The folder that the figures are to be written to, where they are. */
  readonly figuresIn?: string
}

const MAX_WIDTH = 120

/** Prints the end of a run, and writes its report where asked to. Never throws. */
export const endOfRun = async ({
  root,
  runId,
  events,
  study,
  ownClaims,
  graph,
  seconds,
  writeReport,
  figuresIn
}: EndOfRun): Promise<void> => {
  const out = process.stdout
  const line = (text = "") => print(`${text}\n`)
  try {
    const record = recordOf(events)
    if (record === null) return say(`The log of run ${runId} has no beginning: no results can be shown.`)
    const exit = await Effect.runPromiseExit(Effect.provide(resultsOf(record), Store.reading(root)))
    if (Exit.isFailure(exit)) return say(`The results cannot be shown: ${errorText(Cause.squash(exit.cause))}`)

    const done = record.nodes.filter((node) => node.outcome.state === "finished")
    const cached = done.filter((node) => node.outcome.state === "finished" && node.outcome.cached)
    line()
    const table = { width: Math.min(MAX_WIDTH, widthOf(out)), colours: hasColours(out) }
    for (const row of resultsText(exit.value, table)) printAsItIs(`${row}\n`)
    line()
    line(
      `${study.name}: ${done.length} of ${plural(graph.nodes.length, "node")} done, ${cached.length} from cache, ` +
        `in ${duration(seconds)}. Run ${runId}`
    )
    const digest = resultsDigest(record.nodes)
    if (digest !== null) line(`Digest   ${digest} of all ${done.length} artifacts, ${whereEqual(record.engine)}`)
    for (const verdict of await ownVerdicts(root, record, ownClaims)) line(`Claim    ${verdict}`)
    if (writeReport) {
      const report = await ensureReport({ root, record, description: study.description, ownClaims: [ownClaims] })
      if (report.problem === null) line(`Report   ${report.file}`)
      else say(`The report could not be written: ${report.problem}`)
    }
    if (figuresIn !== undefined) {
      const { writeFigures } = await import("../report/write-figures.ts")
      const figures = await writeFigures({
        root,
        record,
        description: study.description,
        ownClaims: [ownClaims],
        folder: figuresIn
      })
      if (figures.problem === null) line(`Figures  ${figures.index}`)
      else say(`The figures could not be written: ${figures.problem}`)
    }
    if (done.length > 0) line(`Ask      ${queryFor(record)}`)
  } catch (cause) {
    say(`The results cannot be shown: ${errorText(cause)}`)
  }
}

/** Where the same study has the same digest: `engine` is its name, mode and instruction set. */
const whereEqual = (engine: string): string => {
  const [name, mode, isa] = engine.split(" ")
  return name !== "tfjs" && mode === "f32" ? "the same on every machine (f32)" : `the same by ${name} ${mode} on ${isa}`
}

/** What the run says to the claims of its study's file. Only a study that makes some waits for what they are judged by. */
const ownVerdicts = async (root: string, record: RunRecord, ownClaims: StudyClaims): Promise<ReadonlyArray<string>> => {
  if (ownClaims.claims.length === 0) return []
  const { studyVerdicts } = await import("../report/judge-study.ts")
  return Effect.runPromise(Effect.provide(studyVerdicts(record, ownClaims), Store.reading(root)))
}

/** A query that this run can answer. */
const queryFor = (record: RunRecord): string =>
  sqlCommand(
    record,
    record.nodes.some(({ stage, outcome }) => stage === "rl" && outcome.state === "finished")
      ? `select scale, algorithm, format, avg(correct::int) as accuracy, count(*) as completions ` +
          `from rollouts where study = ${sqlList([record.study])} and latest group by all order by all`
      : `select label, status, seconds from nodes where run = ${sqlList([record.run])} order by all`
  )
