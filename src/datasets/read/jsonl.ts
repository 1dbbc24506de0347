/**
 * JSON Lines, plain or packed: one object a line, the row is the line's index from 0.
 *
 * Lines are cut from bytes and skipped without being parsed, so that resuming deep inside a file costs little more than
 * reading it. Blank lines keep their index and give no row. A file that is one JSON array, or no JSON from its first lines
 * on, is refused as a whole rather than line by line.
 */

import { DatasetFileCorrupt, ofAnotherKind } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import { jsonRow } from "./json.ts"
import type { RawRow, Reader } from "./RawRow.ts"
import { LONGEST_RECORD, withoutMark } from "./text.ts"

const NEWLINE = 0x0a
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d

/** Reads JSON Lines. Throws DatasetFileCorrupt. */
export const readJsonl: Reader = async function* ({ path, from }) {
  yield* jsonlRows(path, textBytes(path), from)
}

/** The same of bytes that come from elsewhere; `name` is what messages call them. */
export async function* jsonlRows(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  from = 0
): AsyncGenerator<ReadonlyArray<RawRow>> {
  for await (const lines of linesOf(name, chunks)) {
    const rows: Array<RawRow> = []
    // Where files were put one behind another, a line in the middle begins with a mark.
    for (const { row, bytes } of lines) if (row >= from) rows.push(jsonRow(withoutMark(bytes), row, `line ${row + 1} `))
    if (rows.length > 0) yield rows
  }
}

/** Number of lines that hold a record. */
export const countJsonl = async (path: string): Promise<number> => {
  let count = 0
  for await (const lines of linesOf(path, textBytes(path))) count += lines.length
  return count
}

interface Line {
  readonly row: number
  readonly bytes: Uint8Array
}

/** Lines of a file that are not blank, those that end in one chunk together; the last line needs no newline. */
async function* linesOf(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Array<Line>> {
  let row = 0
  let pending: Array<Uint8Array> = []
  let length = 0
  let start = true
  for await (const bytes of chunks) {
    const chunk = start ? withoutMark(bytes) : bytes
    if (start) refuseOtherText(path, chunk)
    start = false
    const lines: Array<Line> = []
    let at = 0
    while (at < chunk.length) {
      // Blanks before a line are no part of it, so that a file of nothing else fills no memory.
      if (length === 0 && (isBlank(chunk[at]!) || chunk[at] === NEWLINE)) {
        if (chunk[at] === NEWLINE) row++
        at++
        continue
      }
      const end = chunk.indexOf(NEWLINE, at)
      pending.push(chunk.subarray(at, end < 0 ? chunk.length : end))
      length += pending.at(-1)!.length
      if (length > LONGEST_RECORD)
        throw new DatasetFileCorrupt({
          file: path,
          problem: `has a line of more than ${LONGEST_RECORD / 2 ** 20} MiB, so it is not JSON Lines`
        })
      if (end < 0) break
      lines.push({ row, bytes: pending.length === 1 ? pending[0]! : Buffer.concat(pending) })
      row++
      at = end + 1
      pending = []
      length = 0
    }
    if (lines.length > 0) yield lines
  }
  if (length > 0) yield [{ row, bytes: Buffer.concat(pending) }]
}

/** A line is known by its beginning. */
const BEGINNING = 60

const refuseOtherText = (path: string, head: Uint8Array): void => {
  const lines = Buffer.from(head.subarray(0, 4096)).toString("utf8").split("\n")
  const [first = "", second = "{"] = lines.map((line) => line.trim()).filter((line) => line !== "")
  if (first.startsWith("["))
    throw ofAnotherKind(path, "begins with [, so it is a JSON array and not JSON Lines", {
      remedy: "Write each of its records on a line of its own"
    })
  if (!first.startsWith("{") && !second.startsWith("{") && lines.length > 2)
    throw ofAnotherKind(path, `is not JSON Lines: its first lines are no JSON but ${JSON.stringify(first.slice(0, BEGINNING))}`, {
      remedy: "Write each of its records as a JSON object on a line of its own"
    })
}
