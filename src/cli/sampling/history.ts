/**
 * Lines typed at the prompt, kept from one session to the next: a file of the user's own, a line each, newest last. A place that
 * cannot be read or written keeps nothing and is no error.
 */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { readVariable } from "../../machine/environment.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"

/** Lines that are kept. */
const MOST_LINES = 1000

/** `$XDG_STATE_HOME`, else `~/.local/state`; null for a user without a home. */
const historyFile = (): string | null => {
  const named = readVariable("XDG_STATE_HOME")
  // A relative one is to be ignored, as the specification of these folders says.
  const state = named !== undefined && path.isAbsolute(named) ? named : path.join(os.homedir(), ".local/state")
  return path.isAbsolute(state) ? path.join(state, "echo-chamber/sample-history") : null
}

const quietly = <A>(work: () => A, otherwise: A): A => {
  try {
    return work()
  } catch {
    return otherwise
  }
}

/** The lines of earlier sessions, the newest first. */
export const earlierLines = (): ReadonlyArray<string> => {
  const file = historyFile()
  if (file === null) return []
  const lines = quietly(() => fs.readFileSync(file, "utf8"), "").split("\n")
  const kept = lines.filter((line) => line !== "").slice(-MOST_LINES)
  // Sessions only add to the file: it is cut when it has grown to twice what is kept.
  if (lines.length > 2 * MOST_LINES) quietly(() => fs.writeFileSync(file, `${kept.join("\n")}\n`, { mode: 0o600 }), undefined)
  return kept.toReversed()
}

/** Adds a line. It may say anything: it is the user's alone. */
export const keepLine = (line: string): void => {
  const file = historyFile()
  if (file === null || line.trim() === "") return
  quietly(() => {
    makeFolder(path.dirname(file), 0o700)
    fs.appendFileSync(file, `${line.replaceAll("\n", " ")}\n`, { mode: 0o600 })
  }, undefined)
}
