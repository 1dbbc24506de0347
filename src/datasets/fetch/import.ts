/**
 * Brings a split into the data folder in the layout of the hub, where `locate.ts` finds it: from the hub, from a URL, or from
 * files that the user has.
 *
 * Every file arrives under another name and gets its own only when it is whole; afterwards its first rows are read as
 * a study would read them, so that a file of another shape is refused here and not in the middle of a study.
 * Importing again does what is missing.
 */

import { copyFileSync, existsSync, readdirSync, renameSync, statfsSync, statSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"

import * as Schema from "effect/Schema"

import { remove } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import type { Layout, Source } from "../Dataset.ts"
import { DatasetFileCorrupt, isDatasetError } from "../errors.ts"
import { sha256OfFile } from "../locate/fingerprint.ts"
import { matchesGlob, unpackedName } from "../locate/globs.ts"
import { openDataset } from "../read/load.ts"
import { type DatasetName, findSource, nameOf } from "../registry.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import { download, type Fetched, tokenHeader } from "./download.ts"
import { hubFiles, type HubOptions } from "./hub.ts"

export interface ImportOptions extends HubOptions {
  /** The data folder: a root of `datasetRoots`. */
  readonly to: string
  /** A file, a folder or a URL; the hub where absent. */
  readonly from?: string
  /** Told before a file is fetched, and as its bytes come. */
  readonly progress?: (file: ImportProgress) => void
  /** See `DownloadOptions`. */
  readonly patience?: number
}

export interface ImportProgress {
  readonly name: string
  readonly file: number
  readonly files: number
  readonly bytes: number
  /** Null where unknown. */
  readonly total: number | null
}

export interface ImportedFile {
  readonly name: string
  readonly path: string
  /** The user's own file that was copied; absent for what was fetched. */
  readonly origin?: string
  readonly bytes: number
  readonly sha256: string
  readonly how: Fetched | "copied"
}

export interface Imported {
  readonly name: string
  readonly licence: string
  readonly folder: string
  /** Commit of the hub's repository, or null for other origins. */
  readonly commit: string | null
  readonly files: ReadonlyArray<ImportedFile>
}

/**
 * What was named with `from` does not fit.
 *
 * @public For programs that import datasets.
 */
export class ImportRefused extends Schema.TaggedError<ImportRefused>()("ImportRefused", {
  dataset: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `${this.dataset} was not imported: ${this.problem}`
  }
}

/** Rows read of what was imported, to see that they are of the source's shape. */
const SAMPLE = 1000

/**
 * Imports a split. Throws DatasetUnknown, ImportRefused, DownloadFailed, or the DatasetError of a file that
 * is not of the source's shape.
 */
export const importDataset = async (dataset: DatasetName, options: ImportOptions): Promise<Imported> => {
  const name = nameOf(dataset)
  const { source, split } = findSource(dataset.dataset, dataset.split)
  const layout = split.layouts[0]!
  const folder = join(options.to, layout.hub ?? source.hub)
  const common = { name, licence: source.licence, folder }
  if (options.from === undefined) return { ...common, ...(await fromHub(dataset, source, layout, folder, options)) }
  const isUrl = /^https?:\/\//.test(options.from)
  const files = isUrl
    ? [await fromUrl(name, options.from, split.layouts, folder, options)]
    : await fromFiles(name, resolve(options.from), split.layouts, folder, options)
  await checkShape(dataset, folder, files, options.to, false)
  return { ...common, commit: null, files }
}

const fromHub = async (
  dataset: DatasetName,
  source: Source,
  layout: Layout,
  folder: string,
  options: ImportOptions
): Promise<Pick<Imported, "commit" | "files">> => {
  const name = nameOf(dataset)
  const hub = layout.hub ?? source.hub
  const repository = await hubFiles(hub, layout.globs, options)
  const wanted = repository.files.filter((file) => layout.globs.some((glob) => matchesGlob(file.name, glob)))
  if (wanted.length === 0) {
    const elsewhere = source.url === undefined ? "" : ` It is also published at ${source.url}:`
    throw new ImportRefused({
      dataset: name,
      problem:
        `${hub} has no file ${layout.globs.join(" or ")} on the hub.${elsewhere} ` +
        "fetch it there and import it with --from FILE."
    })
  }
  const missing = wanted.filter((file) => !existsSync(join(folder, file.name))).reduce((sum, file) => sum + file.bytes, 0)
  refuseFullDisk(name, options.to, missing)
  const files: Array<ImportedFile> = []
  for (const [i, file] of wanted.entries()) {
    const path = join(folder, file.name)
    const progress = (bytes: number) =>
      options.progress?.({ name: file.name, file: i, files: wanted.length, bytes, total: file.bytes })
    progress(0)
    const how = await download(file.url, path, file, { ...options, progress, headers: tokenHeader() })
    files.push({ name: file.name, path, bytes: file.bytes, sha256: file.sha256 ?? (await sha256OfFile(path)), how })
  }
  await checkShape(dataset, folder, files, options.to, true)
  return { commit: repository.commit, files }
}

const fromUrl = async (
  name: string,
  url: string,
  layouts: ReadonlyArray<Layout>,
  folder: string,
  options: ImportOptions
): Promise<ImportedFile> => {
  const target = targetName(name, decodeURIComponent(new URL(url).pathname).slice(1), layouts)
  const path = join(folder, target)
  const progress = (bytes: number) => options.progress?.({ name: target, file: 0, files: 1, bytes, total: null })
  // Nothing tells what the file must be, so that what is there cannot be taken for it.
  if (existsSync(path)) throw new ImportRefused({ dataset: name, problem: `${path} is there already; remove it first.` })
  const how = await download(url, path, { bytes: null, sha256: null, gitBlob: null }, { ...options, progress })
  return { name: target, path, bytes: statSync(path).size, sha256: await sha256OfFile(path), how }
}

const fromFiles = async (
  name: string,
  from: string,
  layouts: ReadonlyArray<Layout>,
  folder: string,
  options: ImportOptions
): Promise<ReadonlyArray<ImportedFile>> => {
  if (!existsSync(from)) throw new ImportRefused({ dataset: name, problem: `there is no file or folder ${from}.` })
  const isFolder = statSync(from).isDirectory()
  const found = isFolder ? filesBelow(from, layouts) : [{ path: from, target: targetName(name, from, layouts) }]
  if (found.length === 0)
    throw new ImportRefused({
      dataset: name,
      problem: `${from} holds none of the files it is read from: ${globsOf(layouts).join(", ")}.`
    })
  refuseFullDisk(
    name,
    options.to,
    found.reduce((sum, file) => sum + statSync(file.path).size, 0)
  )
  const files: Array<ImportedFile> = []
  for (const [i, { path: original, target }] of found.entries()) {
    const path = join(folder, target)
    const bytes = statSync(original).size
    options.progress?.({ name: target, file: i, files: found.length, bytes: 0, total: bytes })
    const sha256 = await sha256OfFile(original)
    const present = existsSync(path) && (path === original || (await sha256OfFile(path)) === sha256)
    if (!present) {
      if (existsSync(path))
        throw new ImportRefused({ dataset: name, problem: `${path} is there already, with other contents; remove it first.` })
      makeFolder(dirname(path))
      copyFileSync(original, `${path}.partial`)
      if ((await sha256OfFile(`${path}.partial`)) !== sha256)
        throw new DatasetFileCorrupt({ file: original, problem: "changed while it was copied" })
      renameSync(`${path}.partial`, path)
    }
    files.push({ name: target, path, origin: original, bytes, sha256, how: present ? "present" : "copied" })
  }
  return files
}

const globsOf = (layouts: ReadonlyArray<Layout>): ReadonlyArray<string> => layouts.flatMap((layout) => layout.globs)

/** Files of the first layout that has any, by their paths inside `from` or inside any folder below it. */
const filesBelow = (
  from: string,
  layouts: ReadonlyArray<Layout>
): ReadonlyArray<{ readonly path: string; readonly target: string }> => {
  const names = readdirSync(from, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => statSync(join(from, name), { throwIfNoEntry: false })?.isFile() === true)
    .toSorted()
  for (const layout of layouts) {
    const found = names.flatMap((name) => {
      const target = innerName(name, layout.globs)
      return target === null || target.split("/").some((part) => part.startsWith(".")) ? [] : [{ path: join(from, name), target }]
    })
    const targets = new Set(found.map(({ target }) => target))
    if (found.length > 0 && targets.size === found.length) return found
  }
  return []
}

/** The end of a path that a glob stands for: `somewhere/main/train-0.parquet` ends in `main/train-0.parquet`. */
const innerName = (path: string, globs: ReadonlyArray<string>): string | null => {
  const parts = path.split("/")
  for (const glob of globs) {
    const end = parts.slice(-glob.split("/").length).join("/")
    if (matchesGlob(end, glob)) return end
  }
  return null
}

/** The name that one file gets: its own where a glob knows it, else that of a glob of the same kind. */
const targetName = (dataset: string, path: string, layouts: ReadonlyArray<Layout>): string => {
  const parts = path.replaceAll("\\", "/")
  const globs = globsOf(layouts)
  const inner = innerName(parts, globs)
  if (inner !== null) return inner
  const file = basename(parts)
  for (const glob of globs) {
    const inFolder = join(dirname(glob), file)
    if (matchesGlob(inFolder, glob)) return inFolder
  }
  const kind = (name: string) => /\.[a-z]+$/i.exec(unpackedName(name))?.[0].toLowerCase()
  const packing = file.slice(unpackedName(file).length)
  for (const glob of globs)
    if (kind(glob) !== undefined && kind(glob) === kind(file)) {
      const target = `${unpackedName(glob).replaceAll("*", "imported")}${packing}`
      if (matchesGlob(target, glob)) return target
    }
  throw new ImportRefused({
    dataset,
    problem: `${file} is not of a kind that it is read from: ${globs.join(", ")} (text files also packed, .gz or .zst).`
  })
}

/**
 * Reads the first rows as a study would, and what is packed to its end: of files from the hub the digest is known, of others
 * only what they say of themselves. What was copied and is damaged or of another shape is removed again.
 */
const checkShape = async (
  { dataset, split }: DatasetName,
  folder: string,
  files: ReadonlyArray<ImportedFile>,
  root: string,
  vouchedFor: boolean
): Promise<void> => {
  // A copy is removed again: what is wrong is wrong with the user's own file.
  const ofOrigin = (text: string) =>
    files.reduce((said, { path, origin }) => (origin === undefined ? said : said.replaceAll(path, origin)), text)
  const fail = (problem: string): never => {
    for (const file of files) if (file.how !== "present") remove(file.path)
    throw new ImportRefused({ dataset: nameOf({ dataset, split }), problem: ofOrigin(problem) })
  }
  const open = openDataset(dataset, split, {
    data: root,
    purpose: "evaluation",
    partial: true,
    limit: SAMPLE,
    maxBadRows: { share: 1 }
  })
  const shadowed = files.filter((file) => !open.files.some((found) => resolve(found.path) === resolve(file.path)))
  if (shadowed.length > 0)
    fail(`${open.folder} already holds ${open.files.map((file) => file.name).join(", ")}, which would be read instead.`)
  try {
    for await (const _ of open.batches()) if (open.report.rows >= SAMPLE) break
    for (const { path, how } of vouchedFor ? [] : files)
      if (how !== "present" && unpackedName(path) !== path) for await (const _ of textBytes(path)) continue
  } catch (error) {
    if (isDatasetError(error)) fail(error.message)
    throw error
  }
  const { rows, bad, faults } = open.report
  const first = faults[0]
  if (rows > 0) return
  if (first === undefined) fail("none of its rows can be used.")
  else {
    const field = first.field === "" ? "" : `, field ${first.field}`
    const place = `${relative(folder, join(folder, first.file))}, row ${first.row}${field}`
    fail(`none of its rows can be used; the first of ${bad}: ${place}: ${first.problem}.`)
  }
}

const refuseFullDisk = (dataset: string, folder: string, bytes: number): void => {
  let existing = resolve(folder)
  while (!existsSync(existing)) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  const free = bavail * bsize
  const gigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`
  if (bytes > free)
    throw new ImportRefused({
      dataset,
      problem: `it needs ${gigabytes(bytes)} and ${existing} has ${gigabytes(free)} free; name another folder with --data.`
    })
}
