/** What stands at a path that is to be a folder: asked before anything relies on it, and never an exception. */

import * as fs from "node:fs"

import { systemFault } from "../text/system-problem.ts"

/** Why a path is no folder that can be used, as a sentence; null where it is one. Links to folders are folders. */
export const folderProblem = (folder: string): string | null => {
  try {
    const found = fs.statSync(folder, { throwIfNoEntry: false })
    if (found === undefined) return `There is no folder ${folder}.`
    return found.isDirectory() ? null : `${folder} is not a folder.`
  } catch (cause) {
    const fault = systemFault(cause)
    return fault === null ? `${JSON.stringify(folder)} is no name that a folder can have.` : `${fault}.`
  }
}
