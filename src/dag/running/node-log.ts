/** The log of the process that computed a node: what it printed, every attempt after the one before. */

import * as fs from "node:fs"
import * as path from "node:path"

/** Where the log of an attempt is kept. */
export const logFile = (attemptDirectory: string): string => path.join(attemptDirectory, "log")

/** The last lines of a log; none where there is no log. */
export const endOfLog = (file: string, lines = 8): ReadonlyArray<string> => {
  if (!fs.existsSync(file)) return []
  const text = fs.readFileSync(file, "utf8").trimEnd()
  return text === "" ? [] : text.split("\n").slice(-lines)
}
