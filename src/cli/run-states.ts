/** Runs for the command line: loaded with a word about what is damaged, and found by the names that people give. */

import { markLatest } from "../catalog/tables/history.ts"
import { type Run, runOf } from "../catalog/tables/run-states.ts"
import { listRuns, readRun, studyOf } from "../store/objects/Runs.ts"
import { onlyBeginning } from "../text/beginning.ts"
import { didYouMean } from "../text/near.ts"
import { plural } from "../text/plural.ts"
import { say } from "./output.ts"
import { NotFound, Unread, UsageError } from "./usage.ts"

/**
 * One run as far as its log can be trusted, or null when that does not hold its beginning (it was killed while starting). What is
 * damaged is said in a line.
 */
const loadRun = (root: string, id: string): Run | null => {
  const history = readRun(root, id)
  const run = runOf(root, history)
  const use = run === null ? "nothing is known of that run" : "what it says before is used"
  if (history.damage !== null) warnOnce(`The log of run ${id} ${history.damage}; ${use}. "pipeline verify" says more.`)
  return run
}

const warned = new Set<string>()
const warnOnce = (line: string): void => {
  if (!warned.has(line)) say(line)
  warned.add(line)
}

/** The newest `most` runs, newest first. */
export const loadRuns = (root: string, most = Number.POSITIVE_INFINITY): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (const id of listRuns(root).toReversed()) {
    if (runs.length >= most) break
    const run = loadRun(root, id)
    if (run !== null) runs.push(run)
  }
  markLatest(runs.map((run) => run.record))
  return runs
}

/**
 * The runs that a name stands for, newest first: the one of this id, those of the study, or the one that begins so. Throws
 * `UsageError` where several begin so, and `NotFound` with near names. `studies`: those that there are, run or not.
 */
export const runsNamed = (root: string, name: string, studies: () => ReadonlyArray<string>): ReadonlyArray<string> => {
  const ids = listRuns(root)
  if (ids.includes(name)) return [name]
  const ofStudy = ids.filter((id) => studyOf(id) === name).toReversed()
  if (ofStudy.length > 0) return ofStudy
  if (ids.length === 0) throw new NotFound({ problem: `There are no runs in ${root} yet. Start with: pipeline run smoke` })
  const there = studies()
  if (there.includes(name))
    throw new NotFound({ problem: `"${name}" has not run in ${root} yet. Start with: pipeline run ${name}` })
  const found = onlyBeginning(name, ids)
  if ("problem" in found) throw new UsageError(found)
  if (found.one !== null) return [found.one]
  const known = new Set([...there, ...ids.map(studyOf), ...ids])
  throw new NotFound({ problem: `No run or study "${name}" has run in ${root}.${didYouMean(name, known)} See pipeline status.` })
}

/** What is said of runs (`runsNamed`) of none of which the log tells anything. `called`: how they are related. */
export const nothingKnown = (
  root: string,
  [newest = "", ...earlier]: ReadonlyArray<string>,
  called = " called so"
): NotFound | Unread => {
  const { damage, unread } = readRun(root, newest)
  const problem =
    `The log of run ${newest} ${damage ?? "tells of no run"}, so nothing is known of it` +
    `${earlier.length > 0 ? `, nor of ${plural(earlier.length, "earlier run")}${called}` : ""}. ` +
    `"pipeline verify" says what helps; what the run computed is in the store all the same.`
  return unread ? new Unread({ problem }) : new NotFound({ problem })
}

/** The run of this name, or the newest of a study whose log says anything. Throws as `runsNamed` does. */
export const namedRun = (root: string, name: string, studies: () => ReadonlyArray<string>): Run => {
  const ids = runsNamed(root, name, studies)
  for (const id of ids) {
    const run = loadRun(root, id)
    if (run !== null) return run
  }
  throw nothingKnown(root, ids)
}
