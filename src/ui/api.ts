/** What the page may ask for, by path: each answer is data, of one of the types in wire.ts. Nothing here changes a store. */

import * as fs from "node:fs"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { SqlFailed } from "../catalog/SqlFailed.ts"
import { metricColumns } from "../catalog/tables/table-source.ts"
import { inside, namesInside } from "../store/disk/inside.ts"
import { isWhole } from "../store/disk/signed-text.ts"
import type * as Table from "../store/schema/Table.ts"
import type { Asking } from "./asking.ts"
import { growingCurves, growingFormats, withRows } from "./growing.ts"
import * as questions from "./questions.ts"
import type { RunLogs } from "./run-logs.ts"
import type { Answer, Attribution, CompletionDetail, CompletionPage, Measure, Report, RunDetail, RunNode } from "./wire.ts"

/** A request that cannot be answered as it is. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  status: Schema.Number,
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

const bad = (problem: string) => new BadRequest({ status: 400, problem })
const missing = (problem: string) => new BadRequest({ status: 404, problem })

/** What the answers are made of. */
export interface Sources {
  readonly logs: RunLogs
  /** For the page's own questions. */
  readonly views: Asking
  /** For the user's. */
  readonly box: Asking
  readonly tables: ReadonlyArray<Table.Any>
}

type Answered = Effect.Effect<unknown, SqlFailed | BadRequest>

/** Rows of a page of completions. */
const PAGE_ROWS = 50
/** Rows that the SQL box shows and draws. */
const BOX_ROWS = 2000
/** Runs whose curves are compared at once. */
const MOST_RUNS = 12

/** The answers by path. */
export const answers: Readonly<Record<string, (sources: Sources, query: URLSearchParams) => Answered>> = {
  "/api/runs": ({ logs }) => Effect.sync(() => logs.runs()),
  "/api/run": ({ logs }, query) => Effect.map(runOf(logs, query), ({ detail }) => detail),
  "/api/measures": ({ tables }) => Effect.succeed(measuresOf(tables)),
  "/api/curves": (sources, query) =>
    Effect.gen(function* () {
      const runs = yield* runsOf(sources.logs, query)
      const measure = measuresOf(sources.tables).find(({ table, name }) => `${table}.${name}` === query.get("measure"))
      if (measure === undefined) return yield* bad("There is no such measure.")
      const finished = yield* sources.views.ask(questions.curves(runs, measure), 100_000)
      return withRows(finished, growingCurves(sources.logs.growing(runs), measure))
    }),
  "/api/formats": (sources, query) =>
    Effect.gen(function* () {
      const runs = yield* runsOf(sources.logs, query)
      const finished = yield* sources.views.ask(questions.formats(runs), 100_000)
      return withRows(finished, growingFormats(sources.logs.growing(runs)))
    }),
  "/api/completions": (sources, query) =>
    Effect.gen(function* () {
      const wanted = yield* wantedOf(sources.logs, query)
      const offset = yield* wholeOf(query, "offset", 0)
      const counts = yield* sources.views.ask(questions.completionCounts(wanted), 1000)
      const page = yield* sources.views.ask(questions.completions(wanted, PAGE_ROWS, offset), PAGE_ROWS)
      const steps = wanted.table === "rollouts" ? yield* sources.views.ask(questions.stepsOf(wanted.run, wanted.node), 1) : null
      const [first, last] = steps?.rows[0] ?? []
      return {
        page,
        counts,
        rowsOfPage: PAGE_ROWS,
        steps: typeof first === "number" && typeof last === "number" ? { first, last } : null
      } satisfies CompletionPage
    }),
  "/api/completion": (sources, query) =>
    Effect.gen(function* () {
      const wanted = yield* wantedOf(sources.logs, query)
      const number = yield* wholeOf(query, "number", 0)
      const { detail } = yield* runOf(sources.logs, query)
      const completion = yield* sources.views.ask(questions.completion(wanted, number), 1)
      if (completion.rows.length === 0) return yield* missing("There is no such completion.")
      const before = ancestors(detail, wanted.node)
      const attributed = attributionsOf(detail, wanted.node)
      const attribution: Attribution | null =
        attributed.length === 0
          ? null
          : {
              sources: yield* sources.views.ask(questions.attributed(wanted.run, attributed, number), 500),
              documents: yield* sources.views.ask(
                questions.documents(wanted.run, attributed, idsOfStage(before, "mix"), number),
                50
              )
            }
      return { completion, lineage: before, attribution } satisfies CompletionDetail
    }),
  "/api/reports": ({ logs }) => Effect.sync(() => reportsIn(logs.root))
}

/** The rows of a query of the user's own. */
export const boxAnswer = ({ box }: Sources, sql: string): Effect.Effect<Answer, SqlFailed | BadRequest> =>
  sql.trim() === "" ? Effect.fail(bad("The query is empty.")) : box.ask(sql, BOX_ROWS)

/** The text of a report, where there is one of this name and it is as it was written. */
export const reportText = (root: string, name: string): string | null => {
  if (!namesInside(root, "reports").includes(name) || !isWhole(inside(root, "reports", name))) return null
  return fs.readFileSync(inside(root, "reports", name), "utf8")
}

const reportsIn = (root: string): ReadonlyArray<Report> =>
  namesInside(root, "reports")
    .filter((name) => /^[\w.-]+\.html$/.test(name))
    .flatMap((name) => {
      const stat = fs.lstatSync(inside(root, "reports", name), { throwIfNoEntry: false })
      if (stat === undefined || !stat.isFile()) return []
      const study = name.replace(/-[0-9a-f]{16}\.html$/, "")
      return [{ name, study, bytes: stat.size, writtenAt: stat.mtime.toISOString() }]
    })
    .toSorted((a, b) => (a.writtenAt > b.writtenAt ? -1 : 1))

/** Every number of a table over steps. */
const measuresOf = (tables: ReadonlyArray<Table.Any>): ReadonlyArray<Measure> =>
  tables.filter((table) => table.metrics).flatMap((table) => metricColumns(table).map((name) => ({ table: table.name, name })))

const wholeOf = (query: URLSearchParams, name: string, least: number): Effect.Effect<number, BadRequest> => {
  const given = query.get(name)
  const value = given === null ? least : Number(given)
  return Number.isSafeInteger(value) && value >= least
    ? Effect.succeed(value)
    : Effect.fail(bad(`${name} is no number of a row.`))
}

const runOf = (logs: RunLogs, query: URLSearchParams): Effect.Effect<{ readonly detail: RunDetail }, BadRequest> =>
  Effect.suspend(() => {
    const detail = logs.run(query.get("run") ?? "")
    return detail === null ? Effect.fail(missing("There is no such run in this store.")) : Effect.succeed({ detail })
  })

const runsOf = (logs: RunLogs, query: URLSearchParams): Effect.Effect<ReadonlyArray<string>, BadRequest> =>
  Effect.suspend(() => {
    const wanted = [...new Set(query.getAll("run"))]
    const known = new Set(logs.runs().runs.map(({ run }) => run))
    if (wanted.length === 0) return Effect.fail(bad("Choose a run."))
    if (wanted.length > MOST_RUNS) return Effect.fail(bad(`At most ${MOST_RUNS} runs can be told apart: choose fewer.`))
    return wanted.every((run) => known.has(run))
      ? Effect.succeed(wanted)
      : Effect.fail(missing("There is no such run in this store."))
  })

const wantedOf = (logs: RunLogs, query: URLSearchParams): Effect.Effect<questions.Wanted, BadRequest> =>
  Effect.gen(function* () {
    const { detail } = yield* runOf(logs, query)
    const node = detail.nodes.find(({ id }) => id === query.get("node"))
    if (node === undefined) return yield* missing("There is no such node in this run.")
    const { completions: table } = node
    if (table === null) return yield* bad(`A result of ${node.stage} holds no completions.`)
    const right = query.get("right")
    return {
      table,
      run: detail.summary.run,
      node: node.id,
      format: query.get("format"),
      correct: right === null ? null : right === "yes",
      step: query.has("step") ? yield* wholeOf(query, "step", 0) : null
    }
  })

/** A node and all that it hangs on, each before what it reads. */
const ancestors = ({ nodes }: RunDetail, id: string): ReadonlyArray<RunNode> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const found = new Set([id])
  // A set takes in what is added while it is walked.
  for (const at of found) for (const input of Object.values(byId.get(at)?.inputs ?? {})) found.add(input)
  return nodes.filter((node) => found.has(node.id)).toReversed()
}

const idsOfStage = (nodes: ReadonlyArray<RunNode>, stage: string): ReadonlyArray<string> =>
  nodes.filter((node) => node.stage === stage).map(({ id }) => id)

/** Stages that attribute completions, with their input that has them. */
const ATTRIBUTING: ReadonlyMap<string, string> = new Map([
  ["attribute", "scores"],
  ["attribute-rollouts", "rollouts"]
])

/** The nodes that attribute the completions of a node. */
const attributionsOf = ({ nodes }: RunDetail, completions: string): ReadonlyArray<string> =>
  nodes
    .filter(({ stage, inputs, artifact }) => artifact !== null && inputs[ATTRIBUTING.get(stage) ?? ""] === completions)
    .map(({ id }) => id)
