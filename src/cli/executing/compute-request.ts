/**
 * Computes one action of a request in this process, with the engine that the request names: what a child process of the driver
 * does and what a job of a cluster does.
 */

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

import { Stopped } from "../../dag/Checkpoints.ts"
import type { LiveRow } from "../../dag/Progress.ts"
import { type LiveRowsFile, liveRowsFile } from "../../dag/running/attempts/live-rows.ts"
import { computeAction } from "../../dag/running/compute-action.ts"
import { Busy, type Ending, type News, type Obtained, type StageRequest } from "../../dag/running/Executor.ts"
import { failureOf } from "../../dag/running/NodeFailed.ts"
import type { OnRow } from "../../dag/running/output-artifact.ts"
import { loadStage } from "../../dag/stage-modules.ts"
import { Engine } from "../../engine/Engine.ts"
import { type EngineChoice, engineLayer, numericsOf } from "../../engine/select.ts"
import { toPoint } from "../../exporting/tensorboard/curves.ts"
import { LeaseLost, Store } from "../../store/objects/Store.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { CURVES } from "./services.ts"

/** Progress messages a second, at most. */
const MESSAGES_PER_SECOND = 5

/** Rows in a message, at most. */
const MOST_ROWS = 500

/** A computation that is under way. */
export interface Computation {
  /** Asks it to save its state and leave. One that has nothing to save leaves at once. */
  readonly stop: () => void
  readonly ending: Promise<Ending>
}

/**
 * Begins. `choose` turns what the request says of the engine into the one that computes here; `tell` hears of what goes on. What
 * goes wrong is in the ending, and on standard error in full.
 */
export const computeRequest = (
  request: StageRequest,
  choose: (planned: EngineChoice) => Effect.Effect<EngineChoice, unknown>,
  tell: (news: News) => void
): Computation => {
  let stopped = false
  let resumable = false
  let attestation: Readonly<Record<string, unknown>> | null = null
  const { key, attempt, placement } = request
  const file = liveRowsFile(placement.store, key, attempt)
  const rows = rowsTo(placement.services[CURVES] === undefined ? null : tell, file)
  const program = Effect.gen(function* () {
    const stage = yield* Effect.promise(() => loadStage(request.module, request.stage))
    const choice = stage.numerics.includes("engine")
      ? yield* choose(JSON.parse(request.placement.services["engine"]!) as EngineChoice)
      : null
    const compute = computeAction(stage, request, {
      onRow: rows.add,
      ...(choice === null ? {} : { numerics: () => ({ engine: numericsOf(choice, true) }) }),
      stopRequested: () => stopped,
      onResumable: () => (resumable = true),
      onNondeterminism: (detail) => tell({ type: "nondeterminism", detail }),
      attest: () => attestation,
      progress: progressTo(tell, rows.flush)
    })
    if (choice === null) return yield* compute
    return yield* Effect.gen(function* () {
      const { info } = yield* Engine
      attestation = { ...info }
      return yield* compute
    }).pipe(Effect.provide(engineLayer(choice, { threads: request.placement.threads })))
  })
  const fiber = Effect.runFork(Effect.provide(program, Store.layer(request.placement.store)) as Effect.Effect<Obtained, unknown>)
  return {
    stop: () => {
      stopped = true
      // A stage with checkpoints leaves at the next one.
      if (!resumable) Effect.runFork(Fiber.interrupt(fiber))
    },
    ending: Effect.runPromise(Fiber.await(fiber)).then((exit) => {
      rows.end()
      return endingOf(exit)
    })
  }
}

/** Writes down rows of numbers, and tells those who asked, of those of a step together. */
const rowsTo = (tell: ((news: News) => void) | null, file: LiveRowsFile) => {
  const points = new Map<string, ReturnType<typeof toPoint>>()
  let held: Array<LiveRow> = []
  const send = () => {
    if (held.length > 0) tell?.({ type: "rows", rows: held })
    held = []
  }
  const flush = () => {
    send()
    file.flush()
  }
  const end = () => {
    send()
    file.end()
  }
  const add: OnRow = (table, row, values) => {
    let pointOf = points.get(table.name)
    if (pointOf === undefined) points.set(table.name, (pointOf = toPoint(table)))
    if (pointOf === null) return
    const told = { table: table.name, row, ...pointOf(values) }
    file.add(told)
    if (tell === null) return
    if (held.length === 0) setImmediate(send)
    held.push(told)
    if (held.length === MOST_ROWS) send()
  }
  return { add, flush, end }
}

const progressTo = (tell: (news: News) => void, flushRows: () => void) => {
  let told = 0
  return {
    report: (done: number, total: number, metrics: Readonly<Record<string, number>> = {}) =>
      Effect.sync(() => {
        // A stage that never lets go of the process lets its rows go here.
        flushRows()
        const now = performance.now()
        if (done < total && now - told < 1000 / MESSAGES_PER_SECOND) return
        told = now
        tell({ type: "progress", done, total, metrics })
      }),
    note: (line: string) =>
      Effect.sync(() => {
        process.stdout.write(`${new Date().toISOString()} ${line}\n`)
        tell({ type: "note", line })
      })
  }
}

const endingOf = (exit: Exit.Exit<Obtained, unknown>): Ending => {
  if (Exit.isSuccess(exit)) return { type: "done", computed: exit.value.computed }
  const error = Cause.squash(exit.cause)
  if (error instanceof Busy) return { type: "busy", host: error.host, pid: error.pid }
  if (error instanceof LeaseLost) return { type: "overtaken" }
  if (error instanceof Stopped) return { type: "stopped", step: error.step }
  if (Cause.hasInterruptsOnly(exit.cause)) return { type: "stopped", step: 0 }
  process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
  return { type: "failed", ...(systemProblem(error) === null ? {} : { machine: true }), ...failureOf(error) }
}
