/**
 * `pipeline exec-stage <request.json>`: computes one action in this process and leaves. What the driver starts for heavy stages
 * and what a cluster job runs. Reports over the IPC channel where there is one; any request to stop means "checkpoint and leave".
 */

import * as fs from "node:fs"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

import { Stopped } from "../../dag/Checkpoints.ts"
import { type ChildMessage, DRIVEN, type DriverMessage } from "../../dag/running/child-process.ts"
import { computeAction } from "../../dag/running/compute-action.ts"
import { Busy, type Obtained, type StageRequest } from "../../dag/running/Executor.ts"
import { failureOf } from "../../dag/running/NodeFailed.ts"
import { loadStage } from "../../dag/stage-modules.ts"
import { Engine } from "../../engine/Engine.ts"
import { type EngineChoice, engineLayer, numericsOf } from "../../engine/select.ts"
import { discard } from "../../store/disk/calls.ts"
import { LeaseLost, Store } from "../../store/objects/Store.ts"
import { errorText } from "../../text/error-text.ts"
import { interruptingSignals } from "../signals.ts"
import { UsageError } from "../usage.ts"

/** Progress messages a second, at most. */
const MESSAGES_PER_SECOND = 5

/** Computes the action of a request file. Leaves the process with 0 when its record is in the store, else with 1. */
export const execStage = async ([file, how]: ReadonlyArray<string>): Promise<number> => {
  const request = readRequest(file)
  // The driver removes it too, but a driver that was killed cannot.
  if (how === DRIVEN) discard(file!)
  let stop = false
  let resumable = false
  let fiber: Fiber.Fiber<Obtained, unknown> | null = null
  // A stage with checkpoints leaves at the next one; one without has nothing to save and leaves at once.
  const requestStop = () => {
    stop = true
    if (!resumable && fiber !== null) Effect.runFork(Fiber.interrupt(fiber))
  }
  for (const signal of [...interruptingSignals(), "SIGUSR2"] as const) process.on(signal, requestStop)
  process.on("disconnect", requestStop)
  if (how === DRIVEN && !process.connected) return 1
  process.on("message", (message: DriverMessage) => {
    if (message.type === "stop") requestStop()
  })
  const tell = (message: ChildMessage) => {
    if (process.connected) process.send!(message)
  }

  let told = 0
  let attestation: Readonly<Record<string, unknown>> | null = null
  const program = Effect.gen(function* () {
    const stage = yield* Effect.promise(() => loadStage(request.module, request.stage))
    const needsEngine = stage.numerics.includes("engine")
    const choice = needsEngine ? (JSON.parse(request.placement.services["engine"]!) as EngineChoice) : null
    const compute = computeAction(stage, request, {
      ...(choice === null ? {} : { numerics: () => ({ engine: numericsOf(choice, true) }) }),
      stopRequested: () => stop,
      onResumable: () => (resumable = true),
      onNondeterminism: (detail) => tell({ type: "nondeterminism", detail }),
      attest: () => attestation,
      progress: {
        report: (done, total, metrics = {}) =>
          Effect.sync(() => {
            const now = performance.now()
            if (done < total && now - told < 1000 / MESSAGES_PER_SECOND) return
            told = now
            tell({ type: "progress", done, total, metrics })
          }),
        note: (line) =>
          Effect.sync(() => {
            process.stdout.write(`${new Date().toISOString()} ${line}\n`)
            tell({ type: "note", line })
          })
      }
    })
    if (choice === null) return yield* compute
    return yield* Effect.gen(function* () {
      const { info } = yield* Engine
      attestation = { ...info }
      return yield* compute
    }).pipe(Effect.provide(engineLayer(choice, { threads: request.placement.threads })))
  })

  fiber = Effect.runFork(Effect.provide(program, Store.layer(request.placement.store)) as Effect.Effect<Obtained, unknown>)
  const exit = await Effect.runPromise(Fiber.await(fiber))
  if (Exit.isSuccess(exit)) tell({ type: "done", computed: exit.value.computed })
  else {
    const error = Cause.squash(exit.cause)
    if (error instanceof Busy) tell({ type: "busy", host: error.host, pid: error.pid })
    else if (error instanceof LeaseLost) tell({ type: "overtaken" })
    else if (error instanceof Stopped) tell({ type: "stopped", step: error.step })
    else if (Cause.hasInterruptsOnly(exit.cause)) tell({ type: "stopped", step: 0 })
    else {
      process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
      tell({ type: "failed", ...failureOf(error) })
    }
  }
  // Let the last message out before leaving; engines may hold threads that would keep the process alive.
  if (process.connected)
    await new Promise<void>((resolve) => process.send!({ type: "note", line: "" } satisfies ChildMessage, () => resolve()))
  process.exit(Exit.isSuccess(exit) ? 0 : 1)
}

const readRequest = (file: string | undefined): StageRequest => {
  if (file === undefined) throw new UsageError({ problem: "pipeline exec-stage needs the file of a request." })
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as StageRequest
  } catch (cause) {
    throw new UsageError({ problem: `pipeline exec-stage: the request ${file} cannot be read: ${errorText(cause)}.` })
  }
}
