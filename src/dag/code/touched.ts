/**
 * Whether files were touched. Contents that are the same before and after say nothing of what was there in between; the device,
 * inode, size and times of a file do, and no program can set the last of them back. What this process has in its memory
 * (`loaded.ts`) is no longer read from a file and does not matter here.
 */

import * as fs from "node:fs"
import * as path from "node:path"

/** A file behind all links, and the links on the way to it; null where there is none. */
const identityOf = (file: string): string | null => {
  const stat = fs.statSync(file, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return null
  const links = fs.realpathSync.native(file) === file ? [] : linksTo(file)
  return [`${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`, ...links].join(", ")
}

const linksTo = (file: string): ReadonlyArray<string> => {
  const entry = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false })
  const here = entry?.isSymbolicLink() === true ? [`${entry.dev} ${entry.ino} ${entry.ctimeNs}`] : []
  const above = path.dirname(file)
  return above === file ? here : [...here, ...linksTo(above)]
}

/** Files by path with what they were when they were first looked at. */
export type Identities = ReadonlyMap<string, string | null>

/** What files were when this process first heard of them, before anything was computed. */
const first = new Map<string, string | null>()

/** Remembers what a file is now, unless it was heard of before. */
export const hearOf = (file: string): void => {
  if (!first.has(file)) first.set(file, identityOf(file))
}

/** Files as they are; those that were heard of as they were then. */
export const identitiesOf = (files: Iterable<string>): Identities =>
  new Map([...files].map((file) => [file, first.get(file) ?? identityOf(file)]))

/** Those that are no longer what they were. */
export const touched = (before: Identities): ReadonlyArray<string> =>
  [...before].flatMap(([file, identity]) => (identityOf(file) === identity ? [] : [file]))

let noted: Set<string> | null = null

/** Runs a look at the code, and gives the files that it read because they are in no memory. */
export const withFilesRead = <A>(look: () => A): { readonly value: A; readonly files: ReadonlySet<string> } => {
  const outer = noted
  const files = new Set<string>()
  noted = files
  try {
    return { value: look(), files }
  } finally {
    noted = outer
  }
}

/** Says that a look at the code reads a file. */
export const noteRead = (file: string): void => void noted?.add(file)
