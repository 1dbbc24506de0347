/** The suffix arrays of several texts, each by a thread of its own where they are long. */

import * as os from "node:os"
import { Worker } from "node:worker_threads"

import { THREAD_ARGUMENTS } from "../../machine/threads.ts"
import type { ThreadData } from "./suffix-array-thread.ts"
import { suffixArray, type Symbols } from "./suffix-array.ts"

/** Positions that take about as long as a thread to start. */
const SHORT = 500_000

/**
 * What `suffixArray` gives for each text. Long ones are in memory that threads share, and are sorted by as many threads as the
 * machine has cores, the longest first.
 */
export const suffixArrays = async (texts: ReadonlyArray<Symbols>, alphabet: number): Promise<ReadonlyArray<Int32Array>> => {
  const orders = texts.map(({ length }) => new Int32Array(new SharedArrayBuffer(4 * length)))
  const waiting = [...texts.keys()].toSorted((a, b) => texts[a]!.length - texts[b]!.length)
  const sortAll = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [text, order] = [texts[next]!, orders[next]!]
      if (text.length < SHORT) suffixArray(text, alphabet, order)
      else await sortedByThread({ text, alphabet, order })
    }
  }
  await Promise.all(Array.from({ length: os.availableParallelism() }, sortAll))
  return orders
}

const sortedByThread = (workerData: ThreadData): Promise<void> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./suffix-array-thread.ts", import.meta.url), { workerData, execArgv: THREAD_ARGUMENTS })
    thread.on("error", reject)
    thread.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread that sorted suffixes ended with ${code}`))))
  })
