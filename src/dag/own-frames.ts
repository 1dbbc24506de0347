/** Where in our own code an error came from: what its stack says, without packages and Node. */

import * as path from "node:path"
import { fileURLToPath } from "node:url"

import { PACKAGE, REPOSITORY } from "./repository.ts"

const FRAMES = 5

/** The innermost places of this repository in an error's stack, as in `stages/compare.ts:41:9 in run`. */
export const ownFrames = (error: unknown): ReadonlyArray<string> => {
  const stack = error instanceof Error ? (error.stack ?? "") : ""
  const frames = [...stack.matchAll(/^ +at (?:(.*?) \()?((?:file:\/\/)?\/[^()\n]*?):(\d+):(\d+)\)?$/gm)]
  return frames
    .flatMap(([, name, location, line, column]) => {
      const file = ownName(location!.startsWith("file:") ? fileURLToPath(location!) : location!)
      if (file === undefined) return []
      return [`${file}:${line}:${column}${name === undefined ? "" : ` in ${name}`}`]
    })
    .slice(0, FRAMES)
}

/** A file as it is called in the package or in the project that has it; undefined where it is neither's own. */
const ownName = (file: string): string | undefined =>
  [PACKAGE, REPOSITORY]
    .map((folder) => path.relative(folder, file))
    .find((name) => !name.startsWith("..") && !name.split(path.sep).includes("node_modules"))
