/**
 * A thread of the engine: the caller runs one call after another as they are posted, a helper joins the caller's parallel
 * regions.
 */

import { parentPort, workerData } from "node:worker_threads"

import { instantiate } from "./instance.ts"

/** What a thread is started with. */
export interface ThreadData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Lowest address of its stack. */
  readonly stack: number
  readonly helper: boolean
}
export interface CallMessage {
  readonly name: string
  readonly numbers: ReadonlyArray<number>
}
/** The call's status, or the trap that ended it. */
export type AnswerMessage = { readonly status: number } | { readonly trap: string }

const { helper, memory, module, stack } = workerData as ThreadData
const exports = instantiate(module, memory, stack)

const answer = ({ name, numbers }: CallMessage): AnswerMessage => {
  try {
    return { status: exports[name]!(...numbers) }
  } catch (error) {
    return { trap: String(error) }
  }
}

if (helper) exports["thread_help"]!()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
else parentPort!.on("message", (message: CallMessage) => parentPort!.postMessage(answer(message)))
