/**
 * What real data is on this machine: for every source and split, the files found, or what is missing and how to get it.
 *
 * Nothing here fails because of one dataset: a file that cannot be read is part of the description.
 */

import { digestOf } from "../store/objects/digest.ts"
import type { Role, Source } from "./Dataset.ts"
import { DatasetMissing, DatasetUnreadable, type FileState, fileState, isDatasetError } from "./errors.ts"
import { requireDataFile } from "./locate/data-file.ts"
import { sha256OfFile } from "./locate/fingerprint.ts"
import { datasetRoots, type Located, locateDataset, obtain, type RootOptions } from "./locate/locate.ts"
import { formatOf } from "./read/file-readers.ts"
import { type DatasetName, datasetNames, findSource } from "./registry.ts"

export interface DescribeOptions extends RootOptions {
  /** Count records: from the footer of a Parquet file, by reading any other. */
  readonly rows?: boolean
  /** Digest every file. */
  readonly digests?: boolean
  /** Only these splits. */
  readonly only?: ReadonlyArray<DatasetName>
}

export interface SplitDescription {
  readonly source: string
  readonly split: string
  readonly about: string
  readonly role: Role
  readonly licence: string
  readonly hub: string
  /** `found`; `incomplete` with some shards missing; `missing`; or what is the matter with the first file that is not sound. */
  readonly state: "found" | "incomplete" | "missing" | FileState
  readonly folder: string | null
  readonly files: ReadonlyArray<FileDescription>
  readonly bytes: number
  /** Records in all files; null where not counted or not countable. */
  readonly rows: number | null
  /** SHA-256 of the file, or over the names and digests of several; null where not asked for. */
  readonly digest: string | null
  /** Files beside these that are left out, with the reason. */
  readonly excluded: ReadonlyArray<{ readonly name: string; readonly why: string }>
  /** Files that should be there: shards, or the patterns that were looked for. */
  readonly missing: ReadonlyArray<string>
  /** How to get what is missing. */
  readonly obtain: string
  readonly problems: ReadonlyArray<string>
}

export interface FileDescription {
  readonly name: string
  readonly path: string
  readonly bytes: number
  readonly rows: number | null
  readonly sha256: string | null
}

/** Describes all splits of all sources, in the registry's order. Throws DatasetUnknown for a name in `only`. */
export const describeDatasets = async (options: DescribeOptions = {}): Promise<ReadonlyArray<SplitDescription>> => {
  const descriptions: Array<SplitDescription> = []
  for (const { dataset, split } of options.only ?? datasetNames())
    descriptions.push(await describeSplit(findSource(dataset, split).source, split, options))
  return descriptions
}

const describeSplit = async (source: Source, splitName: string, options: DescribeOptions): Promise<SplitDescription> => {
  const split = source.splits[splitName]!
  const common = {
    source: source.name,
    split: splitName,
    about: source.about,
    role: split.role,
    licence: source.licence,
    hub: split.layouts[0]!.hub ?? source.hub,
    obtain: obtain(source, splitName)
  }
  const located = tryLocate(source.name, splitName, options)
  if (located instanceof DatasetMissing || located instanceof DatasetUnreadable)
    return {
      ...common,
      state: located instanceof DatasetMissing ? "missing" : fileState(located),
      folder: null,
      files: [],
      bytes: 0,
      rows: null,
      digest: null,
      excluded: [],
      missing: located instanceof DatasetMissing ? located.files : [],
      problems: located instanceof DatasetMissing ? [] : [located.message]
    }

  const problems: Array<string> = []
  let wrong: FileState | null = null
  const files: Array<FileDescription> = []
  for (const { name, path } of located.files) {
    const attempt = async <A>(wanted: boolean | undefined, compute: () => Promise<A>): Promise<A | null> => {
      if (wanted !== true) return null
      try {
        return await compute()
      } catch (error) {
        if (!isDatasetError(error)) throw error
        problems.push(error.message)
        wrong ??= fileState(error)
        return null
      }
    }
    const bytes = await attempt(true, async () => requireDataFile(path).size)
    const there = bytes !== null
    const rows = await attempt(there && options.rows, () => formatOf(path).count(path))
    const sha256 = await attempt(there && options.digests, () => sha256OfFile(path))
    files.push({ name, path, bytes: bytes ?? 0, rows, sha256 })
  }
  return {
    ...common,
    state: wrong ?? (located.missing.length > 0 ? "incomplete" : "found"),
    folder: located.folder,
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    rows: files.some((file) => file.rows === null) ? null : files.reduce((sum, file) => sum + file.rows!, 0),
    digest: digestOfAll(files),
    excluded: located.excluded.map(({ name, why }) => ({ name, why })),
    missing: located.missing,
    problems
  }
}

const digestOfAll = (files: ReadonlyArray<FileDescription>): string | null => {
  if (files.some(({ sha256 }) => sha256 === null)) return null
  return files.length === 1 ? files[0]!.sha256 : digestOf(files.flatMap(({ name, sha256 }) => [name, sha256!]))
}

const tryLocate = (name: string, split: string, options: DescribeOptions): Located | DatasetMissing | DatasetUnreadable => {
  try {
    return locateDataset(name, split, datasetRoots(options), true)
  } catch (error) {
    if (error instanceof DatasetMissing || error instanceof DatasetUnreadable) return error
    throw error
  }
}
