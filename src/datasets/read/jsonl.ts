/**
 * JSON Lines, plain or packed: one object a line, the row is the line's index from 0.
 *
 * Lines are cut from bytes and skipped without being parsed, so that resuming deep inside a file costs little more than
 * reading it. Blank lines keep their index and give no row. A file that is one JSON array, or UTF-16, is refused as a
 * whole rather than line by line.
 */

import { DatasetFileCorrupt } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import { asRow, type RawRow, type Reader } from "./RawRow.ts"
import { exactJson, strictText, withoutMark } from "./text.ts"

const NEWLINE = 0x0a
/** No record of any known source comes near this; a file without newlines would fill the memory. */
const LONGEST_LINE = 2 ** 28

/** Reads JSON Lines. Throws DatasetFileCorrupt. */
export const readJsonl: Reader = async function* ({ path, from }) {
  let row = 0
  for await (const lines of linesOf(path)) {
    const rows: Array<RawRow> = []
    for (const line of lines) {
      const index = row++
      if (index < from) continue
      const parsed = parseLine(line, index)
      if (parsed !== null) rows.push(parsed)
    }
    if (rows.length > 0) yield rows
  }
}

/** Number of lines that hold a record. */
export const countJsonl = async (path: string): Promise<number> => {
  let count = 0
  for await (const lines of linesOf(path)) for (const line of lines) if (!isBlank(line)) count++
  return count
}

/** Lines of a file as bytes, those of one chunk together; the last line needs no newline. */
async function* linesOf(path: string): AsyncGenerator<Array<Uint8Array>> {
  let pending: Array<Uint8Array> = []
  let pendingLength = 0
  let start = true
  for await (const bytes of textBytes(path)) {
    const chunk = start ? withoutMark(bytes) : bytes
    if (start) refuseForeign(path, chunk)
    start = false
    const lines: Array<Uint8Array> = []
    let begin = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      const piece = chunk.subarray(begin, end)
      lines.push(pending.length === 0 ? piece : Buffer.concat([...pending, piece]))
      pending = []
      pendingLength = 0
      begin = end + 1
    }
    if (begin < chunk.length) {
      pending.push(chunk.subarray(begin))
      pendingLength += chunk.length - begin
      if (pendingLength > LONGEST_LINE)
        throw new DatasetFileCorrupt({
          file: path,
          problem: `has a line of more than ${LONGEST_LINE / 2 ** 20} MiB, so it is not JSON Lines`
        })
    }
    if (lines.length > 0) yield lines
  }
  if (pending.length > 0) yield [Buffer.concat(pending)]
}

const refuseForeign = (path: string, head: Uint8Array): void => {
  const first = head.find((byte) => byte > 0x20)
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new DatasetFileCorrupt({ file: path, problem: "is UTF-16; JSON Lines must be UTF-8" })
  if (first === 0x5b)
    throw new DatasetFileCorrupt({ file: path, problem: "begins with [, so it is a JSON array and not JSON Lines" })
}

const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)

const parseLine = (line: Uint8Array, row: number): RawRow | null => {
  if (isBlank(line)) return null
  const decoded = strictText(line)
  if ("problem" in decoded) return { row, field: "", problem: `line ${row + 1} ${decoded.problem}` }
  try {
    return asRow(row, exactJson(decoded.text))
  } catch (error) {
    return { row, field: "", problem: `line ${row + 1} is not valid JSON (${(error as Error).message})` }
  }
}
