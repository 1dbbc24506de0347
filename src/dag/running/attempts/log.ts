/** The log of the process that computed a node: what it printed. Every attempt has its own. */

import * as fs from "node:fs"
import * as path from "node:path"

import { openRegular } from "../../../store/disk/inside.ts"
import { ownNamesInside } from "../../../store/disk/own-names.ts"

/** Where the log of an attempt is kept, in the folder of its holder. */
export const logFile = (attemptFolder: string): string => path.join(attemptFolder, "log")

/** The newest log of an action's attempts; null where none was kept. Stores of earlier programs have one log an action. */
export const newestLog = (root: string, key: string): string | null => {
  const folder = path.join(root, "attempts", key)
  const logs = [folder, ...ownNamesInside(root, ["attempts", key]).map((name) => path.join(folder, name))].flatMap((attempt) => {
    const file = logFile(attempt)
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    return stat?.isFile() === true ? [{ file, modified: stat.mtimeMs }] : []
  })
  return logs.toSorted((a, b) => b.modified - a.modified)[0]?.file ?? null
}

/** As much of a log's end as its last lines may take. */
const END_BYTES = 1 << 16

/** The last lines of a log; none where there is no log, or it cannot be read. */
export const endOfLog = (file: string, lines = 8): ReadonlyArray<string> => {
  try {
    const handle = openRegular(file)
    try {
      const { size } = fs.fstatSync(handle)
      const bytes = Buffer.alloc(Math.min(size, END_BYTES))
      const read = fs.readSync(handle, bytes, 0, bytes.length, size - bytes.length)
      const text = bytes.subarray(0, read).toString("utf8").trimEnd()
      return text === "" ? [] : text.split("\n").slice(-lines)
    } finally {
      fs.closeSync(handle)
    }
  } catch {
    return []
  }
}
