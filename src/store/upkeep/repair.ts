/**
 * Mends what `verifyStore` found damaged: files are set aside, what only noted something is noted again, and the records of
 * results that suffer are let go, so that the next run makes them again. Nothing that is sound is touched, and nothing that
 * cannot be read, which may be sound.
 */

import { letGo } from "../objects/let-go.ts"
import { noteResult } from "../objects/observations.ts"
import { Damaged, readRecord } from "../objects/records.ts"
import { readRun, restoreRun } from "../objects/Runs.ts"
import { setAside } from "../objects/set-aside.ts"
import type { Damage } from "./findings.ts"

export interface Repaired {
  /** Files that were moved to `damaged/`. */
  readonly setAside: number
  /** Actions that the next run computes again. */
  readonly forgotten: number
}

/** Mends everything in the list that can still be read. Throws what the file system throws. */
export const repair = (root: string, damages: ReadonlyArray<Damage>): Repaired => {
  const keys = new Set<string>()
  let moved = 0
  for (const damage of damages) {
    if (damage.sort === "log" && !mendLog(root, damage)) continue
    if (damage.sort !== "log" && damage.names !== null) setAside(root, ...damage.names)
    if (damage.names !== null) moved++
    for (const key of damage.actions) keys.add(key)
  }
  for (const damage of damages) if (damage.sort === "observation") mendObservation(root, damage)
  const forgotten = [...keys].filter((key) => unlessUnread(() => letGo(root, key)))
  return { setAside: moved, forgotten: forgotten.length }
}

/** False where the log cannot be read any more: then nothing was done. */
const mendLog = (root: string, { file, names }: Damage): boolean => {
  const run = names?.[1] ?? file.split("/").at(-2)!
  const sound = readRun(root, run)
  if (sound.unread) return false
  if (names !== null) setAside(root, ...names)
  restoreRun(root, run, sound)
  return true
}

/** What a sound record says is all that is left to note. */
const mendObservation = (root: string, { file }: Damage): void => {
  const key = file.split("/").at(-1)!.slice(0, -".jsonl".length)
  unlessUnread(() => {
    const record = readRecord(root, key)
    if (record !== null) noteResult(root, key, record.output.digest)
  })
}

/** False where something of it is damaged in turn or cannot be read: that is left to the next repair. */
const unlessUnread = (mend: () => void): boolean => {
  try {
    mend()
    return true
  } catch (cause) {
    if (!(cause instanceof Damaged)) throw cause
    return false
  }
}
