/**
 * Where datasets lie on this machine.
 *
 * Roots are searched in a fixed order: a folder given by the user, ECHO_CHAMBER_DATA, `shared/data` beside the repository, `data`
 * inside it. Under a root a source has a folder by its hub id (`openai/gsm8k`), by the last part of it, by its name here, or in
 * the layout of the hub's own cache. The first root and folder with files of a layout wins; files are in the order of their
 * names, so that (file, row) means the same on every machine.
 */

import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

import { COMMAND, REPOSITORY } from "../../dag/repository.ts"
import { type Environment, readVariable } from "../../machine/environment.ts"
import { visible } from "../../text/visible.ts"
import type { Layout, Source, SplitSource } from "../Dataset.ts"
import { DatasetIncomplete, DatasetMissing, DatasetUnreadable } from "../errors.ts"
import { findSource } from "../registry.ts"
import { isFolder, namesInFolder, requireDataFile } from "./data-file.ts"
import { namesBelow, unpackedName } from "./globs.ts"

export interface RootOptions {
  /** Folder named by the user; searched first. */
  readonly data?: string
  /** Repository folder, beside and inside which data is looked for; default: the one this file is in. */
  readonly repository?: string
  readonly environment?: Environment
}

/** The folder that ECHO_CHAMBER_DATA names, or undefined. */
const namedByEnvironment = (environment?: Environment): string | undefined => readVariable("ECHO_CHAMBER_DATA", environment)

/** The folders that the user named, in order; they need not exist. */
export const namedRoots = (options: RootOptions = {}): ReadonlyArray<string> =>
  [options.data, namedByEnvironment(options.environment)]
    .filter((root) => root !== undefined && root !== "")
    .map((root) => resolve(root!))

/** Where data is looked for unasked. */
const defaultRoots = (repository: string): ReadonlyArray<string> => [
  resolve(repository, "../shared/data"),
  resolve(repository, "data")
]
const DEFAULT_ROOTS = new Set(defaultRoots(REPOSITORY))

/** The folders searched, in order; they need not exist. */
export const datasetRoots = (options: RootOptions = {}): ReadonlyArray<string> => {
  const repository = options.repository ?? REPOSITORY
  return [...new Set([...namedRoots(options), ...defaultRoots(repository)])]
}

/** The folder that datasets are imported into: the one given, that of ECHO_CHAMBER_DATA, else `data` inside the repository. */
export const importFolder = (given?: string): string => resolve(given ?? namedByEnvironment() ?? join(REPOSITORY, "data"))

export interface LocatedFile {
  /** Full path. */
  readonly path: string
  /** Path inside the folder of the source, with forward slashes: what rows and fingerprints carry. */
  readonly name: string
}

/** The files of one split, as found. */
export interface Located {
  readonly source: Source
  readonly splitName: string
  readonly split: SplitSource
  readonly layout: Layout
  /** Folder of the source. */
  readonly folder: string
  readonly files: ReadonlyArray<LocatedFile>
  /** Left out on purpose, with the reason. */
  readonly excluded: ReadonlyArray<LocatedFile & { readonly why: string }>
  /** Folders of roots that nobody named and that may not be read: another was read instead. */
  readonly unreadable: ReadonlyArray<DatasetUnreadable>
  /** Shards that the names of the others say exist (`train-00003-of-00032.parquet`). */
  readonly missing: ReadonlyArray<string>
}

/**
 * Finds the files of a split. Throws DatasetUnknown, DatasetMissing, DatasetUnreadable, or, unless `partial`, DatasetIncomplete.
 */
export const locateDataset = (name: string, splitName: string, roots: ReadonlyArray<string>, partial = false): Located => {
  const { source, split } = findSource(name, splitName)
  const unreadable: Array<DatasetUnreadable> = []
  for (const root of roots)
    for (const layout of split.layouts)
      for (const folder of foldersOf(source, layout, root)) {
        const files = matches(folder, layout.globs, unreadable)
        // Whoever names a folder means it: another is not read instead of one that may not be.
        if (unreadable.length > 0 && !DEFAULT_ROOTS.has(root)) throw unreadable[0]!
        if (files.length === 0) continue
        const why = layout.excluded?.why ?? ""
        const excluded = matches(folder, layout.excluded?.globs ?? [], unreadable).map((file) => ({ ...file, why }))
        const missing = missingShards(files.map((file) => file.name))
        if (missing.length > 0 && !partial)
          throw new DatasetIncomplete({
            source: name,
            split: splitName,
            folder,
            missing,
            present: files.length,
            obtain: obtain(source, splitName)
          })
        return { source, splitName, split, layout, folder, files, excluded, unreadable, missing }
      }
  const [first] = unreadable
  if (first !== undefined) throw first
  throw new DatasetMissing({
    source: name,
    split: splitName,
    files: split.layouts.flatMap((layout) => layout.globs.map((glob) => `${layout.hub ?? source.hub}/${glob}`)),
    folders: roots.flatMap((root) =>
      existsSync(root) ? [rootWords(source, root), ...otherwiseNamed(source, split, root)] : [`${root} (does not exist)`]
    ),
    obtain: obtain(source, splitName)
  })
}

/** Files of a folder that are named where none of them is what is looked for. */
const SHOWN = 5

/** The folders under a root where a split may lie, and what does: who put a file there under another name sees it. */
const otherwiseNamed = (source: Source, split: SplitSource, root: string): ReadonlyArray<string> =>
  [...new Set(split.layouts.flatMap((layout) => foldersOf(source, layout, root)))]
    .filter(isFolder)
    .map((folder) => `${folder}, which holds ${listOf(inside(folder, NESTED)) || "nothing"}`)

/** A root, and what lies in it beside the folders of datasets, or in a folder that has a dataset's name and more. */
const rootWords = (source: Source, root: string): string => {
  const names = [source.name, source.hub.slice(source.hub.indexOf("/") + 1)]
  const taken = new Set([...names, source.hub.split("/", 1)[0]!])
  const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")
  const beside = readableNames(() => namesInFolder(root), [])
    .filter((name) => !/^(?:\.|readme|licen[cs]e)/i.test(name))
    .filter(
      (name) => !isFolder(join(root, name)) || (!taken.has(name) && names.some((own) => letters(name).includes(letters(own))))
    )
    .toSorted()
    .map((name) => (isFolder(join(root, name)) ? `${name}/` : name))
  return beside.length === 0 ? root : `${root}, which holds ${listOf(beside)}`
}

/** Folders in folders of a dataset that are looked into. */
const NESTED = 2

/** Paths inside a folder of what lies there; of a folder that may not be read, that it may not. */
const inside = (folder: string, deep: number): ReadonlyArray<string> => {
  const unreadable: Array<DatasetUnreadable> = []
  const names = readableNames(() => namesInFolder(folder), unreadable).toSorted()
  if (unreadable.length > 0) return ["what may not be read"]
  return names.flatMap((name) => {
    if (!isFolder(join(folder, name))) return [name]
    const within = deep === 0 ? [] : inside(join(folder, name), deep - 1)
    return within.length === 0 ? [`${name}/`] : within.map((path) => `${name}/${path}`)
  })
}

const listOf = (names: ReadonlyArray<string>): string => {
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ""
  return names.slice(0, SHOWN).map(visible).join(", ") + more
}

/** One or two sentences: where a split is published and the command that fetches it. */
export const obtain = (source: Source, splitName: string): string => {
  const hub = source.splits[splitName]!.layouts[0]!.hub ?? source.hub
  const elsewhere = source.url === undefined ? "" : ` and at ${source.url}`
  return (
    `It is published as ${hub} on the Hugging Face hub${elsewhere} (licence: ${source.licence}). ` +
    `To fetch it: ${COMMAND} data import ${source.name}:${splitName} (from files that you have: with --from FILE or FOLDER)`
  )
}

/** Where a layout of a source is looked for under a root, in order; the folders need not exist. */
export const foldersOf = (source: Source, layout: Layout, root: string): ReadonlyArray<string> => {
  const hub = layout.hub ?? source.hub
  const cache = join(root, `datasets--${hub.replace("/", "--")}`)
  const commit = commitOf(join(cache, "refs/main"))
  const snapshot = commit === null ? [] : [join(cache, "snapshots", commit)]
  const names = [hub, hub.slice(hub.indexOf("/") + 1), source.name]
  return [...names.map((name) => join(root, name)), ...snapshot]
}

/** The commit that a reference of the hub's cache names: a file of one line. Null where there is none. */
const commitOf = (reference: string): string | null => {
  if (!existsSync(reference) || requireDataFile(reference).size > LONGEST_REFERENCE) return null
  const commit = readFileSync(reference, "utf8").trim()
  return /^\w[\w.-]*$/.test(commit) ? commit : null
}
const LONGEST_REFERENCE = 1000

/**
 * Files under `folder` that match any of the globs, sorted by name; of a file that is there plain and packed, the plain one. A
 * folder that may not be read has none; why is added to `unreadable`, to be said where the files are nowhere else either.
 */
const matches = (
  folder: string,
  globs: ReadonlyArray<string>,
  unreadable: Array<DatasetUnreadable>
): ReadonlyArray<LocatedFile> => {
  const names = new Set(globs.flatMap((glob) => readableNames(() => namesBelow(folder, glob), unreadable)))
  return [...names]
    .filter((name) => unpackedName(name) === name || !names.has(unpackedName(name)))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ path: join(folder, name), name }))
}

const readableNames = (look: () => ReadonlyArray<string>, unreadable: Array<DatasetUnreadable>): ReadonlyArray<string> => {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof DatasetUnreadable)) throw error
    unreadable.push(error)
    return []
  }
}

/** Names that sharded siblings promise and that are not there. */
const missingShards = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const present = new Set(names)
  const promised = new Set<string>()
  for (const name of names) {
    const match = /^(.*-)(\d+)-of-(\d+)(\.[^/]*)$/.exec(name)
    if (match === null) continue
    const [, head, index, total, tail] = match
    for (let shard = 0; shard < Number(total); shard++)
      promised.add(`${head}${String(shard).padStart(index!.length, "0")}-of-${total}${tail}`)
  }
  return [...promised].filter((name) => !present.has(name))
}
