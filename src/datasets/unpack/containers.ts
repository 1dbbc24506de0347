/**
 * What the two containers, gzip and Zstandard, have in common: members one after another, and the sentences for what is wrong
 * with one of them.
 */

import { errorCode } from "../../text/error-text.ts"
import { systemCode } from "../../text/system-problem.ts"
import { DatasetFileCorrupt, isDatasetError, ofAnotherKind } from "../errors.ts"
import type { ByteQueue } from "./ByteQueue.ts"
import { kindOf, LONGEST_MARK, plainTextOf } from "./kinds.ts"

/** Bytes that are read, and unpacked, at a time. */
export const CHUNK = 1 << 18

/** The sentences about a packed file; the number is that of the member, from 1. */
export interface Container {
  readonly endsEarly: (member: number) => DatasetFileCorrupt
  readonly damaged: (member: number, what: string) => DatasetFileCorrupt
  /** What stands where a member should begin is something else. */
  readonly foreign: (bytes: ByteQueue, member: number) => Promise<DatasetFileCorrupt>
  readonly tooLarge: (member: number, problem: string) => DatasetFileCorrupt
  readonly needsDictionary: (id: number) => DatasetFileCorrupt
  /** Of an error of the decoder: what it means. Errors that say more than that are given back. */
  readonly fault: (error: unknown, member: number) => unknown
}

/** The sentences for one file: its packing is `gzip` of `member`s, or `Zstandard` of `frame`s. */
export const container = (file: string, packing: string, member: string): Container => {
  const corrupt = (problem: string, remedy?: string) =>
    new DatasetFileCorrupt({ file, problem, ...(remedy === undefined ? {} : { remedy, state: "refused" }) })
  const endsEarly = (number: number) =>
    corrupt(
      `its ${packing} data ends too early${number === 1 ? "" : `, inside ${member} ${number}`}, as after an interrupted download`
    )
  const damaged = (number: number, what: string) => corrupt(`its ${packing} data is damaged in ${member} ${number}: ${what}`)
  return {
    endsEarly,
    damaged,
    foreign: async (bytes, number) => {
      const head = await bytes.peek(LONGEST_MARK)
      if (head.length === 0) return endsEarly(number)
      const kind = kindOf(head) ?? plainTextOf(head, packing === "gzip" ? ".gz" : ".zst")
      const but = kind === null ? "" : ` but ${kind.name}`
      if (number === 1 && kind !== null) return ofAnotherKind(file, `is not ${packing} data${but}`, kind)
      return number === 1
        ? corrupt(`is not ${packing} data`)
        : corrupt(`goes on behind its ${member} ${number - 1} with what is not ${packing} data${but}`)
    },
    tooLarge: (number, problem) =>
      corrupt(
        `${member} ${number} of its ${packing} data ${problem}`,
        "Unpack it on a machine that has as much (zstd -d --long=31), and put the unpacked file in its place; " +
          "if no one packed it so, it is damaged"
      ),
    needsDictionary: (id) =>
      corrupt(
        `was packed with a dictionary (number ${id}), which is not in it`,
        "Unpack it where the dictionary is (zstd -d -D DICTIONARY), and put the unpacked file in its place"
      ),
    fault: (error, number) => {
      if (isDatasetError(error) || systemCode(error) !== null) return error
      const code = errorCode(error)
      if (code === "Z_BUF_ERROR") return endsEarly(number)
      return damaged(
        number,
        code === "ZSTD_error_checksum_wrong" ? "its checksum is another than it states" : "it cannot be unpacked"
      )
    }
  }
}

/**
 * The parts of a member. Who stops before the last has the rest read all the same: the checksum stands at the end, and what was
 * used is vouched for by nothing else.
 */
export async function* toItsEnd(parts: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let handingOn = false
  try {
    for (;;) {
      const part = await parts.next()
      if (part.done === true) return
      handingOn = true
      yield part.value
      handingOn = false
    }
  } finally {
    if (handingOn) for await (const _ of parts) continue
  }
}
