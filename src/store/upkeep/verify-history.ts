/** Can what tells of results be trusted? Run logs, observations, code texts, reports, and checkpoints of unfinished attempts. */

import * as path from "node:path"

import { lookAt } from "../disk/calls.ts"
import { inside } from "../disk/inside.ts"
import { isTemporaryName } from "../disk/own-names.ts"
import { checkSigned } from "../disk/signed-text.ts"
import { readCode } from "../objects/code-texts.ts"
import { isDigest } from "../objects/fields.ts"
import { readObservations } from "../objects/observations.ts"
import { listRuns, readRun, type RunHistory, runNames } from "../objects/Runs.ts"
import type { Machine } from "../presence/machine.ts"
import { driverOf } from "../presence/Presence.ts"
import { type Finding, findingOf, namesOrNone, troubleOf } from "./findings.ts"
import type { Inventory } from "./inventory.ts"
import { damagedCheckpoints } from "./verify-attempts.ts"

/** What was found of the history of a store. */
export interface CheckedHistory {
  readonly found: ReadonlyArray<Finding>
  readonly runs: number
  /** Modules whose texts keys speak of and that are gone: only an explanation is poorer. */
  readonly lostCode: ReadonlyArray<string>
}

/** Checks all that is no result. */
export const verifyHistory = (root: string, stock: Inventory, machine: Machine): CheckedHistory => {
  const unlisted: Array<Finding> = []
  // Every folder of a run, and what lies in place of one.
  const runs = namesOrNone(root, ["runs"], unlisted, () => runNames(root))
  const finished = new Set<string>()
  const logs = runs.flatMap((run) => {
    // Read once: a log may hold hundreds of thousands of events.
    const history = readRun(root, run)
    for (const event of history.events) if (event.event === "node-finished") finished.add(event.key)
    return logFindings(root, run, history, machine)
  })
  return {
    found: [
      ...damagedObservations(root, stock),
      ...logs,
      ...lostRecords(root, stock, finished),
      ...damagedCode(root, stock),
      ...damagedReports(root),
      ...damagedCheckpoints(root),
      ...unlisted
    ],
    runs: runs.length,
    lostCode: lostCode(stock)
  }
}

const logFindings = (
  root: string,
  run: string,
  { damage, unread, remedy }: RunHistory,
  machine: Machine
): ReadonlyArray<Finding> => {
  if (damage === null) return []
  const log = path.join(root, "runs", run, "events.jsonl")
  const folder = troubleOf(() => (lookAt(inside(root, "runs", run))?.isDirectory() === true ? null : "is no folder"))
  const names = folder !== null ? ["runs", run] : listRuns(root).includes(run) ? ["runs", run, "events.jsonl"] : null
  // Whoever drives it may be in the middle of a line, and goes on writing to the file wherever it is moved.
  if (!unread && driverOf(root, machine, run) !== "gone") {
    const now = readRun(root, run)
    const grows = damage.startsWith("ends within") || damage === "is empty" || damage === "is missing"
    return grows || now.damage === null ? [] : [{ file: log, problem: damage, because: "in use" }]
  }
  return findingOf({ problem: damage, unread, remedy }, { file: log, actions: [], names, sort: "log" })
}

/** Observations that are damaged, and those that every record has and one lost. */
const damagedObservations = (root: string, stock: Inventory): ReadonlyArray<Finding> => {
  const unlisted: Array<Finding> = []
  const keys = new Set(namesOrNone(root, ["observations"], unlisted).map((name) => name.replace(/\.jsonl$/, "")))
  const finding = (key: string) => {
    const names = ["observations", `${key}.jsonl`]
    const file = path.join(root, ...names)
    let there = true
    const trouble = troubleOf(() => {
      there = readObservations(root, key) !== null
      return there ? null : "is missing"
    })
    return findingOf(trouble, { file, actions: [], names: there ? names : null, sort: "observation" })
  }
  const needed = unlisted.length > 0 ? [] : stock.actions.map(({ key }) => key).filter((key) => !keys.has(key))
  return [...[...[...keys].filter(isDigest), ...needed].flatMap(finding), ...unlisted]
}

/** Records that a run's log speaks of, that were not let go and are not there. */
const lostRecords = (root: string, stock: Inventory, finished: ReadonlySet<string>): ReadonlyArray<Finding> => {
  const there = new Set(stock.actions.map(({ key }) => key))
  return [...finished].flatMap((key): ReadonlyArray<Finding> => {
    if (there.has(key)) return []
    const names = ["actions", `${key}.json`]
    const trouble = troubleOf(() => {
      // Not as it was when stock was taken: a run may have recorded it since.
      if (lookAt(inside(root, ...names)) !== undefined) return null
      const known = observationsOrNone(root, key)
      // Of stores from before it was noted, nothing can be said.
      return known?.sealed === true && !known.letGo ? "is missing" : null
    })
    return findingOf(trouble, { file: path.join(root, ...names), actions: [key], names: null, sort: "record" })
  })
}

/** What is damaged or cannot be read of them is said where they are looked at for themselves. */
const observationsOrNone = (root: string, key: string) => {
  try {
    return readObservations(root, key)
  } catch {
    return null
  }
}

const damagedCode = (root: string, stock: Inventory): ReadonlyArray<Finding> =>
  [...stock.code].flatMap(([digest, { file, names }]) => {
    const trouble = troubleOf(() => (isDigest(digest) ? (readCode(root, digest), null) : "is not called by a digest"))
    return findingOf(trouble, { file, actions: [], names, sort: "code" })
  })

const damagedReports = (root: string): ReadonlyArray<Finding> => {
  const unlisted: Array<Finding> = []
  const found = namesOrNone(root, ["reports"], unlisted).flatMap((name) => {
    const names = ["reports", name]
    const file = path.join(root, ...names)
    const trouble = isTemporaryName(name) ? null : troubleOf(() => (checkSigned(file), null))
    return findingOf(trouble, { file, actions: [], names, sort: "report" })
  })
  return [...found, ...unlisted]
}

const lostCode = (stock: Inventory): ReadonlyArray<string> => {
  if (stock.unlisted.length > 0) return []
  const spoken = new Map<string, string>()
  for (const { components } of stock.actions)
    for (const { name, value } of components) if (name.startsWith("code:") && isDigest(value)) spoken.set(value, name.slice(5))
  return [...spoken].flatMap(([digest, name]) => (stock.code.has(digest) ? [] : [name]))
}
