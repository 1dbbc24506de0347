/** What was found wrong in a store: damage, which can be mended, and what cannot be looked at, which nothing is done about. */

import * as path from "node:path"

import { ownNamesInside } from "../disk/own-names.ts"
import { damagedBy } from "../objects/records.ts"

export interface Damage {
  readonly file: string
  readonly problem: string
  /** Keys of the actions whose results are affected. */
  readonly actions: ReadonlyArray<string>
  /** Names below the store of the file to set aside; null where it is missing. */
  readonly names: ReadonlyArray<string> | null
  /** What mends it beyond setting it aside. */
  readonly sort: "result" | "record" | "log" | "observation" | "code" | "report" | "attempt"
}

/** Something of which nothing can be said now: the system does not give it out, or a run that goes on writes to it. */
export interface Unclear {
  readonly file: string
  readonly problem: string
  readonly because: "unread" | "in use"
  /** What helps, a sentence, where the system says why. */
  readonly remedy?: string | undefined
}

export type Finding = Damage | Unclear

export const isUnclear = (finding: Finding): finding is Unclear => "because" in finding

/** What a look found wrong, as words; `unread` where it could not be finished. */
export interface Trouble {
  readonly problem: string
  readonly unread: boolean
  readonly remedy?: string | undefined
}

/** What `look` finds or throws; null: nothing. */
export const troubleOf = (look: () => string | null): Trouble | null => {
  try {
    const problem = look()
    return problem === null ? null : { problem, unread: false }
  } catch (cause) {
    const { problem, unread = false, remedy } = damagedBy("", cause)
    return { problem, unread, remedy }
  }
}

/** The finding for a file by what a look found: none, `damage` with its problem, or that nothing can be said. */
export const findingOf = (trouble: Trouble | null, damage: Omit<Damage, "problem">): ReadonlyArray<Finding> => {
  if (trouble === null) return []
  const { problem, unread, remedy } = trouble
  return unread ? [{ file: damage.file, problem, because: "unread", remedy }] : [{ ...damage, problem }]
}

/**
 * The names in a folder of the store, its own unless `list` says otherwise; none where it cannot be listed, which is added to
 * `unlisted`. What stands in place of a folder is told of by `inventory`.
 */
export const namesOrNone = (
  root: string,
  names: ReadonlyArray<string>,
  unlisted: Array<Finding>,
  list: () => ReadonlyArray<string> = () => ownNamesInside(root, names)
): ReadonlyArray<string> => {
  try {
    return list()
  } catch (cause) {
    const { problem, unread = false, remedy } = damagedBy("", cause)
    if (unread) unlisted.push({ file: path.join(root, ...names), problem, because: "unread", remedy })
    return []
  }
}
