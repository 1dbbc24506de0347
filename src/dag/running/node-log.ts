/** The log of the process that computed a node: what it printed. Every attempt has its own. */

import * as fs from "node:fs"
import * as path from "node:path"

import { readText } from "../../store/disk/inside.ts"
import { ownNamesInside } from "../../store/disk/own-names.ts"

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

/** The last lines of a log; none where there is no log. */
export const endOfLog = (file: string, lines = 8): ReadonlyArray<string> => {
  if (!fs.existsSync(file)) return []
  const text = readText(file).trimEnd()
  return text === "" ? [] : text.split("\n").slice(-lines)
}
