/** What stands at a path that is to be a folder: asked before anything relies on it, and never an exception. */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../text/error-text.ts"
import { systemProblem } from "../text/system-problem.ts"

/** Why a path is no folder that can be used, as a sentence; null where it is one. Links to folders are folders. */
export const folderProblem = (folder: string): string | null => folderTrouble(folder)?.problem ?? null

/** `absent`: nothing is there; `unreachable`: nothing can be; `unread`: the system does not say, so that it may be there. */
export interface FolderTrouble {
  readonly sort: "absent" | "unreachable" | "unread"
  readonly problem: string
}

/** The same with the sort of trouble. */
export const folderTrouble = (folder: string): FolderTrouble | null => {
  try {
    const found = fs.statSync(folder, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) return null
    if (found !== undefined) return { sort: "absent", problem: `${folder} is not a folder.` }
    const above = fileAbove(folder)
    if (above === null) return { sort: "absent", problem: `There is no folder ${folder}.` }
    return { sort: "unreachable", problem: `${folder} cannot be reached: ${above} is not a folder. Name another place.` }
  } catch (cause) {
    const problem = systemProblem(cause)
    if (problem === null) return { sort: "absent", problem: `${JSON.stringify(folder)} is no name that a folder can have.` }
    return { sort: errorCode(cause) === "ENAMETOOLONG" ? "absent" : "unread", problem }
  }
}

/** What is no folder on the way to a path. */
const fileAbove = (at: string): string | null => {
  const above = path.dirname(at)
  if (above === at) return null
  const stat = fs.statSync(above, { throwIfNoEntry: false })
  return stat === undefined ? fileAbove(above) : stat.isDirectory() ? null : above
}
