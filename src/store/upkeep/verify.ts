/**
 * Is every stored thing what its name says? Each object against its digest, each table by opening it; each action record, run
 * log, observation and code text against the digest of itself that it carries or is called by; and each against the others, so
 * that what was lost is named as well. What cannot be read is told apart from what is damaged. Finds; changes nothing.
 */

import type { Machine } from "../presence/machine.ts"
import { type Damage, type Finding, isUnclear, type Unclear } from "./findings.ts"
import { foreignIn } from "./foreign.ts"
import type { Inventory } from "./inventory.ts"
import { verifyHistory } from "./verify-history.ts"
import { verifyResults } from "./verify-results.ts"

/** What was found, and how much was looked at. */
export interface Verification {
  readonly damages: ReadonlyArray<Damage>
  /** What nothing can be said of now. */
  readonly unclear: ReadonlyArray<Unclear>
  /** What is missing or too much without harm to any result, a sentence each. */
  readonly notes: ReadonlyArray<string>
  readonly objects: number
  readonly bytes: number
  readonly actions: number
  readonly tables: number
  readonly runs: number
}

/**
 * Checks everything in `stock`. `machine`: whose eyes tell whether a run goes on. `watch` is told how many of its objects are
 * done. Damage is in the result and never thrown.
 */
export const verifyStore = (
  root: string,
  stock: Inventory,
  machine: Machine,
  watch: (done: number, total: number) => void = () => {}
): Verification => {
  const results = verifyResults(root, stock, watch)
  const history = verifyHistory(root, stock, machine)
  const foreign = foreignIn(root)
  const unlisted = stock.unlisted.map(({ file, problem, remedy }): Finding => ({ file, problem, because: "unread", remedy }))
  const found = [...results.found, ...history.found, ...unlisted, ...foreign.unlisted]
  const { objects, bytes, strays, tables } = results
  const notes = [
    ...(history.lostCode.length === 0
      ? []
      : [`The code texts of ${history.lostCode.join(", ")} are missing: a plan cannot show what changed there.`]),
    ...foreignNote(foreign.paths),
    // What needs them may be what cannot be read.
    ...(strays === 0 || stock.unreadable.length + stock.unlisted.length > 0
      ? []
      : [`Objects that no action needs: ${strays}. They were not looked at; pipeline gc removes them.`])
  ]
  return {
    damages: found.filter((finding): finding is Damage => !isUnclear(finding)),
    // Several looks may have met one file that cannot be read.
    unclear: [...new Map(found.filter(isUnclear).map((finding) => [finding.file, finding])).values()],
    notes,
    objects,
    bytes,
    actions: stock.actions.length,
    tables,
    runs: history.runs
  }
}

/** As many are named. */
const MOST_NAMED = 20

const foreignNote = (foreign: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (foreign.length === 0) return []
  const named = foreign.slice(0, MOST_NAMED).map((file) => `\n  ${file}`)
  const more = foreign.length <= MOST_NAMED ? "" : `\n  and ${foreign.length - MOST_NAMED} more`
  return [
    `Not of this store, and harmless: ${foreign.length}. Nothing here reads or removes what has no name of a store; remove it ` +
      `yourself where it is not wanted.${named.join("")}${more}`
  ]
}
