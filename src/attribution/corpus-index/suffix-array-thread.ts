/** A thread that sorts the suffixes of one text, in memory that it shares. */

import { workerData } from "node:worker_threads"

import { suffixArray, type Symbols } from "./suffix-array.ts"

/** What a thread is started with. */
export interface ThreadData {
  readonly text: Symbols
  readonly alphabet: number
  /** Where the suffix array comes: `[positions]`. */
  readonly order: Int32Array
}

const { text, alphabet, order } = workerData as ThreadData
suffixArray(text, alphabet, order)
