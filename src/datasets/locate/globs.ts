/**
 * Which files a layout means: globs, where `*` stands for any characters but a slash, and text files may also be packed (`.gz`,
 * `.zst`).
 */

import { join } from "node:path"

import { isFolder, namesInFolder } from "./data-file.ts"

/** Name of a file without a packing suffix: what its contents are. */
export const unpackedName = (path: string): string => path.replace(/\.(?:gz|zst)$/, "")

/**
 * Paths inside `folder` of the files below it that a glob stands for; hidden ones are left out. Whatever has such a name is taken
 * for the file: a link that leads nowhere is a file that is not there, and not one that nobody asked for.
 */
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
  return namesInFolder(here)
    .filter((entry) => pattern.test(entry) && !entry.startsWith("."))
    .flatMap((entry) => {
      const name = prefix === "" ? entry : `${prefix}/${entry}`
      const deeper = isFolder(join(folder, name))
      if (rest.length > 0) return deeper ? expand(folder, name, rest) : []
      return deeper && segment!.includes("*") ? [] : [name]
    })
}

const literally = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&")
