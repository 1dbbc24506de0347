/**
 * One task of a batch, in a job of a cluster: its actions one after the other, each with a holder of its own, so that a process
 * that was taken for dead disturbs nobody. What it tells goes into files beside the batch.
 */

import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { forgetEnding, isAskedToStop, leaveEnding, readTask, tellFrom } from "../../cluster/batches.ts"
import type { Ending, StageRequest } from "../../dag/running/Executor.ts"
import { type EngineChoice, resolveEngine } from "../../engine/select.ts"
import { holderOf } from "../../store/presence/Lease.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { newToken, observer } from "../../store/presence/Presence.ts"
import { asEffect } from "../../store/presence/steps.ts"
import { errorText } from "../../text/error-text.ts"
import { UsageError } from "../usage.ts"
import { type Computation, computeRequest } from "./compute-request.ts"

/** Exit codes: states were saved, and the task is to be submitted again; or another holder has taken an action over. */
const SAVED = 75
const OVERTAKEN = 76

/** Signals that mean "save your state and leave", whatever a site sends. */
const STOPPING = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const

/** How often a task looks whether it is asked to stop, where no signal reaches it. */
const LOOK_MS = 2000

/** Computes the actions of a task; gives an exit code for people: the driver goes by what is left beside the batch. */
export const execTask = async (file: string, task: number): Promise<number> => {
  const folder = path.dirname(path.resolve(file))
  const requests = requestsOf(folder, task)
  const tell = tellFrom(folder, task)
  let stopped = false
  let current: Computation | null = null
  const stop = () => {
    stopped = true
    current?.stop()
  }
  for (const signal of STOPPING) process.on(signal, stop)
  const asked = setInterval(() => {
    if (isAskedToStop(folder, task)) stop()
  }, LOOK_MS)
  asked.unref()
  let code = 0
  for (const request of requests) {
    const { key } = request
    if (stopped) {
      leave(folder, key, { type: "stopped", step: 0 })
      code = SAVED
      continue
    }
    // A word that a process before this one has left, which the scheduler has started again, is not ours.
    forgetEnding(folder, key)
    tell({ key, type: "began", host: os.hostname() })
    const compute = async () => {
      current = computeRequest({ ...request, attempt: newToken() }, engineHere, (news) => tell({ key, ...news }))
      const ending = await current.ending
      current = null
      return ending
    }
    let ending = await compute()
    if (ending.type === "busy" && (await fallsFree(request, () => stopped))) ending = await compute()
    leave(folder, key, ending)
    if (ending.type === "stopped") code = SAVED
    else if (ending.type === "overtaken") code = code === 0 ? OVERTAKEN : code
    else if (ending.type === "failed") code = 1
  }
  process.exit(code)
}

const requestsOf = (folder: string, task: number): ReadonlyArray<StageRequest> => {
  try {
    return readTask(folder, task)
  } catch (cause) {
    throw new UsageError({
      problem: `pipeline exec-stage: task ${task} of the batch ${folder} cannot be read: ${errorText(cause)}.`
    })
  }
}

/** A word that cannot be left, on a disk that is full, is told by the job's end: the others of the task go on. */
const leave = (folder: string, key: string, ending: Ending): void => {
  try {
    leaveEnding(folder, key, ending)
  } catch (cause) {
    process.stderr.write(`${errorText(cause)}\n`)
  }
}

/**
 * Waits while it is not known whether the holder of a key lives: the scheduler starts a task again, elsewhere, whose node is
 * gone, and the dead have a lease until they have been silent for long. True when the key is free.
 */
const fallsFree = async ({ key, placement }: StageRequest, isStopped: () => boolean): Promise<boolean> => {
  const seen = observer(placement.store, thisMachine())
  while (!isStopped()) {
    const holder = await Effect.runPromise(asEffect(holderOf(seen, key)))
    if (holder === null) return true
    if (seen.judge(holder) === "alive") return false
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return false
}

/** The engine of this machine rounds otherwise than the one that the run was planned for. */
class EngineDiffers extends Schema.TaggedError<EngineDiffers>()("EngineDiffers", {
  planned: Schema.String,
  here: Schema.String,
  host: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `the machine ${this.host} computes in the numerics class ${this.here}, and the run was planned for ${this.planned}: ` +
      "its results would belong to other keys. Run with --mode f32, which is one class everywhere, or name nodes of one kind " +
      "by constraint in the profile."
    )
  }
}

/** The engine that this machine has for what was planned on another: its instruction set is its own, its numerics are not. */
const engineHere = ({ name, mode, numericsClass }: EngineChoice) =>
  Effect.gen(function* () {
    const here = yield* resolveEngine({ engine: name === "tfjs" || mode !== "f32" ? name : "auto", mode })
    if (here.numericsClass !== numericsClass)
      return yield* new EngineDiffers({ planned: numericsClass, here: here.numericsClass, host: os.hostname() })
    return here
  })
