/**
 * Files where a dataset is looked for that are not read as it: whoever put them there expected that they would be, and a typing
 * error in a name must not let another folder's file be read in silence.
 */

import { basename, join, sep } from "node:path"

import type { Source } from "../Dataset.ts"
import { DatasetUnreadable } from "../errors.ts"
import { isFolder, namesInFolder } from "./data-file.ts"
import { matchesGlob, unpackedName } from "./globs.ts"
import { foldersOf, type Located, namedRoots, type RootOptions } from "./locate.ts"

export interface PassedOver {
  /** Full path. */
  readonly path: string
  /** Words that go on after the path: `is hidden`. */
  readonly why: string
  /** The folder of another root from which the split is read, where by its name the file would be of the split; else null. */
  readonly instead: string | null
}

/** Folders of a source are no deeper than this. */
const DEEPEST = 4

/**
 * What lies in the folders of a split's source and is not read as any split of it, with the reason: in the roots that the user
 * named, and in the folder that the split is read from.
 */
export const passedOver = (located: Located, options: RootOptions): ReadonlyArray<PassedOver> => {
  const { source } = located
  const roots = namedRoots(options)
  const layouts = Object.values(source.splits).flatMap((each) => each.layouts)
  const folders = new Set(roots.flatMap((root) => layouts.flatMap((layout) => foldersOf(source, layout, root))))
  folders.add(located.folder)
  const taken = new Set([...located.files, ...located.excluded].map((file) => file.path))
  const refused = new Map(located.unreadable.map(({ path, problem }) => [path, problem]))
  const beside = roots.flatMap((root) => strays(source, root, refused))
  const found = [...folders].map((folder) => ({ folder, files: below(folder, "", DEEPEST, refused) }))
  const instead = (path: string): string | null => {
    const root = roots.find((each) => isInside(path, each))
    return root !== undefined && !isInside(located.folder, root) && isOfSplit(located, basename(path)) ? located.folder : null
  }
  const passed = [
    ...[...refused].map(([path, why]) => ({ path, why })),
    ...beside,
    ...found.flatMap(({ folder, files }) =>
      files.flatMap((inside) => {
        const path = join(folder, inside)
        const why = taken.has(path) ? null : reasonOf(located, folder, inside)
        return why === null ? [] : [{ path, why }]
      })
    )
  ]
  return passed.map((file) => ({ ...file, instead: instead(file.path) }))
}

/** A file of a source of which nothing is read. */
export type Unclaimed = Pick<PassedOver, "path" | "why">

/** What lies in the roots that the user named for a source of which no split was found anywhere, and why it is none. */
export const unclaimed = (source: Source, options: RootOptions): ReadonlyArray<Unclaimed> => {
  const layouts = Object.values(source.splits).flatMap((each) => each.layouts)
  const refused = new Map<string, string>()
  const files = namedRoots(options).flatMap((root) => {
    const folders = new Set(layouts.flatMap((layout) => foldersOf(source, layout, root)))
    const inFolders = [...folders].flatMap((folder) =>
      below(folder, "", DEEPEST, refused).flatMap((inside) => {
        const why = misnamed(source, globsOf(source), inside)
        return why === null ? [] : [{ path: join(folder, inside), why }]
      })
    )
    return [...strays(source, root, refused), ...inFolders]
  })
  return [...[...refused].map(([path, why]) => ({ path, why })), ...files]
}

const isInside = (path: string, folder: string): boolean => path.startsWith(join(folder, sep))

/** `Test.csv`, `.test.jsonl` and `test (1).jsonl` begin as `test.jsonl` does, and would be the split. */
const isOfSplit = ({ source, splitName }: Located, file: string): boolean =>
  globsOf(source, splitName).some((glob) => {
    const stem = /^[^.*]*[^.*-]/.exec(basename(glob).toLowerCase())?.[0] ?? ""
    return stem !== "" && file.replace(/^\.+/, "").toLowerCase().startsWith(stem)
  })

const globsOf = (source: Source, split?: string): ReadonlyArray<string> =>
  Object.entries(source.splits).flatMap(([name, each]) =>
    split === undefined || name === split ? each.layouts.flatMap((layout) => layout.globs) : []
  )

/** Data files that lie beside the folders of sources, where none is looked for. */
const strays = (source: Source, root: string, refused: Map<string, string>): ReadonlyArray<Pick<PassedOver, "path" | "why">> =>
  names(root, refused)
    .filter((file) => !isFolder(join(root, file)))
    .filter((file) => globsOf(source).some((glob) => matchesGlob(file, basename(glob))))
    .map((file) => ({ path: join(root, file), why: `lies beside the folders of datasets and not in ${join(root, source.name)}` }))

/** Null for what is read as another split of the source, and for what nobody takes for data. */
const reasonOf = (located: Located, folder: string, inside: string): string | null => {
  const { source, splitName } = located
  const own = globsOf(source, splitName)
  if (!isHidden(inside) && own.some((glob) => matchesGlob(inside, glob))) {
    if (located.folder !== folder) return `is not read, since ${located.folder} comes first`
    return located.files.some(({ name }) => name === unpackedName(inside))
      ? "is there unpacked too, which is read"
      : `is not read, since ${located.files[0]!.name} is in a layout that comes first`
  }
  return misnamed(source, own, inside)
}

const isHidden = (inside: string): boolean => inside.split("/").some((part) => part.startsWith("."))

/** Why a file has no name of a split's; null for one that has, and for what nobody takes for data. */
const misnamed = (source: Source, own: ReadonlyArray<string>, inside: string): string | null => {
  const file = basename(inside)
  if (isHidden(inside)) return isData(file.replace(/^\.+/, "")) ? "is hidden, by the point before its name" : null
  if (globsOf(source).some((glob) => matchesGlob(inside, glob))) return null
  const lower = inside.toLowerCase()
  if (globsOf(source).some((glob) => matchesGlob(lower, glob.toLowerCase())))
    return "is called otherwise in capitals and small letters"
  const whole = file.replace(UNFINISHED, "")
  if (whole !== file) return isData(whole) ? "is an unfinished download or a spare copy, by its name" : null
  return isData(file) ? `is called otherwise than ${own.join(" or ")}` : null
}

const UNFINISHED = /(?:\.(?:part|partial|bak|old|orig|tmp|temp|crdownload|download|incomplete|save|swp)|~|\.\d+| copy| \(\d+\))$/i

const DATA =
  /\.(?:jsonl|ndjson|json|csv|tsv|txt|parquet|pq|arrow|feather|xlsx?)(?:\.(?:gz|zst|bz2|xz|zip|lz4|br|7z))?(?:\.\w{1,12}|~)?$/i

/** What one would take for a file of data. */
const isData = (file: string): boolean =>
  DATA.test(file) && !/^(?:dataset_infos?|config|state|metadata|package|licen[cs]e|readme)\b/i.test(file)

/** Paths inside a folder of all files below it. `refused`: folders that may not be read, and why; more are added. */
const below = (folder: string, inside: string, deep: number, refused: Map<string, string>): ReadonlyArray<string> =>
  names(join(folder, inside), refused).flatMap((name) => {
    const path = inside === "" ? name : `${inside}/${name}`
    if (!isFolder(join(folder, path))) return [path]
    return deep === 0 || name === ".git" || name === ".cache" ? [] : below(folder, path, deep - 1, refused)
  })

const names = (folder: string, refused: Map<string, string>): ReadonlyArray<string> => {
  try {
    return namesInFolder(folder).toSorted()
  } catch (error) {
    if (!(error instanceof DatasetUnreadable)) throw error
    refused.set(error.path, error.problem)
    return []
  }
}
