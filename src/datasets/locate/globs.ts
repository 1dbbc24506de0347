/**
 * Which files a layout means: globs, where `*` stands for any characters but a slash, and text files may also be packed (`.gz`,
 * `.zst`).
 */

import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"

/** Name of a file without a packing suffix: what its contents are. */
export const unpackedName = (path: string): string => path.replace(/\.(?:gz|zst)$/, "")

/** Paths inside `folder` of the files below it that a glob stands for; hidden ones are left out. */
export const namesBelow = (folder: string, glob: string): ReadonlyArray<string> => expand(folder, "", glob.split("/"))

/** The pattern of one segment of a glob; text files may also be packed (`.gz`, `.zst`). */
const segmentPattern = (segment: string): string =>
  `${segment.split("*").map(literally).join("[^/]*")}${/\.(?:jsonl|json|csv)$/.test(segment) ? "(?:\\.gz|\\.zst)?" : ""}`

/** Whether a path inside the folder of a source is one that a glob stands for. */
export const matchesGlob = (name: string, glob: string): boolean =>
  new RegExp(`^${glob.split("/").map(segmentPattern).join("/")}$`).test(name)

const expand = (folder: string, prefix: string, segments: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [segment, ...rest] = segments
  const here = join(folder, prefix)
  const pattern = new RegExp(`^${segmentPattern(segment!)}$`)
  return entries(here)
    .filter((entry) => pattern.test(entry) && !entry.startsWith("."))
    .flatMap((entry) => {
      const name = prefix === "" ? entry : `${prefix}/${entry}`
      const isFolder = statSync(join(folder, name)).isDirectory()
      if (rest.length > 0) return isFolder ? expand(folder, name, rest) : []
      return isFolder ? [] : [name]
    })
}

const literally = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&")

const entries = (folder: string): ReadonlyArray<string> =>
  existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : []
