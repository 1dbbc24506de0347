/**
 * The C source as text: which files it is, and what of them can affect a result. It is read once a process, so that what is
 * compiled is what the digest is of.
 */

import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

import { makeFolder } from "../../store/disk/make-folder.ts"

/** Where the C source is. */
export const sourceFolder = fileURLToPath(new URL(".", import.meta.url))

/**
 * The C source takes in a file that no digest can hold.
 *
 * @public
 */
export class SourceUnknown extends Schema.TaggedError<SourceUnknown>()("SourceUnknown", {
  file: Schema.String,
  include: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `${this.file} of the native engine has ${this.include}, which is not in ${sourceFolder}: a change of it would go ` +
      "unseen in the keys of results. Move it there and include it by its relative path."
    )
  }
}

/**
 * The files of the C source, headers too, as paths inside `sourceFolder`.
 * @internal A test reads their includes.
 */
export const sourceFiles = (): ReadonlyArray<string> =>
  readdirSync(sourceFolder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".c") || name.endsWith(".h"))
    .toSorted()

/** Paths of the files that a compiler is given, in a room of `sourceFolder` if one is named. */
export const translationUnits = (room = ""): ReadonlyArray<string> =>
  sourceFiles()
    .filter((name) => name.endsWith(".c") && name.startsWith(room))
    .map((name) => join(sourceFolder, name))

/** A line that goes on behind a backslash is one line. */
const spliced = (source: string): string => source.replaceAll(/\\[^\S\n]*\n/g, "")

/** Comments, and what only looks as if it held some: names of system headers, strings, characters. */
const OPAQUE = new RegExp(
  [/\/\*[^]*?\*\/|\/\/[^\n]*/, /(?<=#[^\S\n]*(?:include|embed)[^\S\n]*)<[^>\n]*>/, /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/]
    .map(({ source }) => source)
    .join("|"),
  "g"
)

/**
 * Source without comments and with runs of white space as one blank: what can affect a result. A line of the preprocessor stays a
 * line; nothing inside strings is a comment. A text in which lines are numbered, or a string is raw, stays as it is.
 *
 * @internal Tests give it sources that no file has.
 */
export const significantText = (source: string): string => {
  const text = spliced(source)
  if (countsLines(text) || text.includes("\0")) return source
  const kept: Array<string> = []
  const plain = text.replaceAll(OPAQUE, (piece) => {
    if (piece.startsWith("/")) return " "
    kept.push(piece)
    return "\0"
  })
  const lines: Array<string> = []
  /** Whether the last line may go on: one of the preprocessor ends where it ends. */
  let open = false
  for (const line of plain.split("\n").map((line) => line.replaceAll(/\s+/g, " ").trim())) {
    if (line === "") continue
    const directive = line.startsWith("#") || line.startsWith("%:")
    if (directive || !open) lines.push(line)
    else lines[lines.length - 1] += ` ${line}`
    open = !directive
  }
  let next = 0
  return lines.join("\n").replaceAll("\0", () => kept[next++]!)
}

const countsLines = (text: string): boolean => /\b__LINE__\b|R"/.test(text)

/** Files that a source names: those it includes, and those whose presence it asks for. */
const named = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?:#\s*(?:include|include_next|import|embed)|__has_(?:include|embed)\s*\()\s*"([^"\n]+)"/g)].map(
    ([, file]) => file!
  )

const significant = new WeakMap<Buffer, string>()

/** The significant text of a file's bytes, taken once. */
const significantOf = (bytes: Buffer): string => {
  const text = significant.get(bytes) ?? significantText(bytes.toString("utf8"))
  significant.set(bytes, text)
  return text
}

let files: ReadonlyMap<string, Buffer> | undefined

/** Every file of the source by its path inside the folder; what is included counts whatever it is called. */
const readSource = (): ReadonlyMap<string, Buffer> => {
  if (files !== undefined) return files
  const found = new Map<string, Buffer>()
  const take = (name: string): void => {
    if (found.has(name)) return
    const bytes = readFileSync(join(sourceFolder, name))
    found.set(name, bytes)
    const text = significantOf(bytes)
    const [computed] = /#\s*include\s+[A-Za-z_]\w*/.exec(text) ?? []
    if (computed !== undefined) throw new SourceUnknown({ file: name, include: computed })
    for (const include of named(text)) {
      const target = posix.normalize(posix.join(posix.dirname(name), include))
      if (include.startsWith("/") || target.startsWith("../"))
        throw new SourceUnknown({ file: name, include: `#include "${include}"` })
      if (!found.has(target) && existsSync(join(sourceFolder, target))) take(target)
    }
  }
  for (const name of sourceFiles()) take(name)
  files = new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return files
}

let digest: string | undefined

/** SHA-256 of the C source, comments and layout aside. */
export const sourceDigest = (): string => (digest ??= digestOf(readSource()))

/**
 * The digest of such files.
 * @internal Tests give it sources of their own.
 */
export const digestOf = (source: ReadonlyMap<string, Buffer>): string => {
  const hash = createHash("sha256")
  const asTheyAre = [...source.values()].some((bytes) => countsLines(spliced(bytes.toString("utf8"))))
  for (const [name, bytes] of source) {
    const counted = asTheyAre ? bytes.toString("utf8") : significantOf(bytes)
    hash.update(`${name}\0${counted.length}\0${counted}\0`)
  }
  return hash.digest("hex")
}

/** Writes the source that `sourceDigest` is of into a folder; gives the files for a compiler. */
export const writeSource = (folder: string): ReadonlyArray<string> => {
  for (const [name, bytes] of readSource()) {
    makeFolder(dirname(join(folder, name)))
    writeFileSync(join(folder, name), bytes)
  }
  return [...readSource().keys()].filter((name) => name.endsWith(".c")).map((name) => join(folder, name))
}
