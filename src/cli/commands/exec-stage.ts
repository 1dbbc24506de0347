/**
 * `pipeline exec-stage <request.json>`: computes one action in this process and leaves. What the driver starts for heavy stages;
 * it reports over the IPC channel where there is one.
 *
 * `pipeline exec-stage <batch.json> <task>`: computes the actions of one task of a batch, one after the other. What a job of a
 * cluster runs; it reports by files beside the batch.
 *
 * To either any request to stop means "save your state and leave".
 */

import * as fs from "node:fs"

import * as Effect from "effect/Effect"

import { type ChildMessage, DRIVEN, type DriverMessage } from "../../dag/running/child-process.ts"
import type { StageRequest } from "../../dag/running/Executor.ts"
import { discard } from "../../store/disk/calls.ts"
import { errorText } from "../../text/error-text.ts"
import { computeRequest } from "../executing/compute-request.ts"
import { execTask } from "../executing/exec-task.ts"
import { interruptingSignals } from "../signals.ts"
import { UsageError } from "../usage.ts"

/** Computes what a file asks for. Leaves the process with 0 when the records are in the store. */
export const execStage = async ([file, how]: ReadonlyArray<string>): Promise<number> => {
  if (file !== undefined && how !== undefined && /^\d+$/.test(how)) return await execTask(file, Number(how))
  const request = readRequest(file)
  // The driver removes it too, but a driver that was killed cannot.
  if (how === DRIVEN) discard(file!)
  if (how === DRIVEN && !process.connected) return 1
  const tell = (message: ChildMessage) => {
    if (process.connected) process.send!(message)
  }
  const { stop, ending } = computeRequest(request, Effect.succeed, tell)
  for (const signal of [...interruptingSignals(), "SIGUSR2"] as const) process.on(signal, stop)
  process.on("disconnect", stop)
  process.on("message", (message: DriverMessage) => {
    if (message.type === "stop") stop()
  })
  const last = await ending
  tell(last)
  // Let the last message out before leaving; engines may hold threads that would keep the process alive.
  if (process.connected)
    await new Promise<void>((resolve) => process.send!({ type: "note", line: "" } satisfies ChildMessage, () => resolve()))
  process.exit(last.type === "done" ? 0 : 1)
}

const readRequest = (file: string | undefined): StageRequest => {
  if (file === undefined) throw new UsageError({ problem: "pipeline exec-stage needs the file of a request." })
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as StageRequest
  } catch (cause) {
    throw new UsageError({ problem: `pipeline exec-stage: the request ${file} cannot be read: ${errorText(cause)}.` })
  }
}
