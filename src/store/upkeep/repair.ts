/**
 * Mends what `verifyStore` found: damaged files are set aside, what only noted something is noted again, and the records of
 * results that suffer are let go, so that the next run makes them again. Nothing that is sound is touched.
 */

import { letGo } from "../objects/let-go.ts"
import { noteResult } from "../objects/observations.ts"
import { readRecord } from "../objects/records.ts"
import { readRun, restoreRun } from "../objects/Runs.ts"
import { setAside } from "../objects/set-aside.ts"
import type { Damage } from "./verify.ts"

export interface Repaired {
  /** Files that were moved to `damaged/`. */
  readonly setAside: number
  /** Actions that the next run computes again. */
  readonly forgotten: number
}

/** Mends everything in the list. Throws what the file system throws. */
export const repair = (root: string, damages: ReadonlyArray<Damage>): Repaired => {
  const forgotten = new Set<string>()
  for (const damage of damages) {
    if (damage.sort === "log") mendLog(root, damage)
    else if (damage.names !== null) setAside(root, ...damage.names)
    for (const key of damage.actions) forgotten.add(key)
  }
  for (const damage of damages) if (damage.sort === "observation") mendObservation(root, damage)
  for (const key of forgotten) letGo(root, key)
  return { setAside: damages.filter(({ names }) => names !== null).length, forgotten: forgotten.size }
}

const mendLog = (root: string, { file, names }: Damage): void => {
  const run = names?.[1] ?? file.split("/").at(-2)!
  const sound = readRun(root, run)
  if (names !== null) setAside(root, ...names)
  restoreRun(root, run, sound)
}

/** What a sound record says is all that is left to note. */
const mendObservation = (root: string, { file }: Damage): void => {
  const key = file.split("/").at(-1)!.slice(0, -".jsonl".length)
  const record = trusted(() => readRecord(root, key))
  if (record !== null) noteResult(root, key, record.output.digest)
}

const trusted = <A>(read: () => A): A | null => {
  try {
    return read()
  } catch {
    return null
  }
}
