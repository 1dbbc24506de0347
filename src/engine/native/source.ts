/**
 * The C source as text: which files it is, and what of them can affect a result. It is read once a process, so that what is
 * compiled is what the digest is of.
 */

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

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

const PIECES = new RegExp(
  [
    /\/\*[^]*?\*\/|\/\/[^\n]*/, // comments
    /(?<=#[^\S\n]*(?:include|embed)[^\S\n]*)<[^>\n]*>/, // names of system headers
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/, // strings and characters
    /\n|[^\S\n]+/,
    /[^\s"'/<#]+|[^]/
  ]
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
  if (countsLines(text)) return source
  let out = ""
  let blank = false
  /** Of the line, so far: nothing, a directive, or other text. */
  let line: "empty" | "directive" | "text" = "empty"
  for (const [piece] of text.matchAll(PIECES)) {
    if (piece === "\n") {
      if (line === "directive") out += "\n"
      else blank = true
      if (line === "directive") blank = false
      line = "empty"
    } else if (/^\s/.test(piece) || piece.startsWith("/*") || piece.startsWith("//")) blank = true
    else {
      const begins: boolean = line === "empty" && (piece === "#" || piece.startsWith("%:"))
      if (begins && out !== "" && !out.endsWith("\n")) out += "\n"
      else if (blank && out !== "" && !out.endsWith("\n")) out += " "
      if (line === "empty") line = begins ? "directive" : "text"
      out += piece
      blank = false
    }
  }
  return out.trim()
}

const countsLines = (text: string): boolean => /\b__LINE__\b|R"/.test(text)

/** Files that a source names: those it includes, and those whose presence it asks for. */
const named = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?:#\s*(?:include|include_next|import|embed)|__has_(?:include|embed)\s*\()\s*"([^"\n]+)"/g)].map(
    ([, file]) => file!
  )

let files: ReadonlyMap<string, Buffer> | undefined

/** Every file of the source by its path inside the folder; what is included counts whatever it is called. */
const readSource = (): ReadonlyMap<string, Buffer> => {
  if (files !== undefined) return files
  const found = new Map<string, Buffer>()
  const take = (name: string): void => {
    if (found.has(name)) return
    const bytes = readFileSync(join(sourceFolder, name))
    found.set(name, bytes)
    const text = significantText(bytes.toString("utf8"))
    const [computed] = /#\s*include\s+[A-Za-z_]\w*/.exec(text) ?? []
    if (computed !== undefined) throw new SourceUnknown({ file: name, include: computed })
    for (const include of named(text)) {
      const target = posix.normalize(posix.join(posix.dirname(name), include))
      if (include.startsWith("/") || target.startsWith("../"))
        throw new SourceUnknown({ file: name, include: `#include "${include}"` })
      if (existsSync(join(sourceFolder, target))) take(target)
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
  const texts = [...source].map(([name, bytes]) => [name, bytes.toString("utf8")] as const)
  const asTheyAre = texts.some(([, text]) => countsLines(spliced(text)))
  for (const [name, text] of texts) {
    const counted = asTheyAre ? text : significantText(text)
    hash.update(`${name}\0${counted.length}\0${counted}\0`)
  }
  return hash.digest("hex")
}

/** Writes the source that `sourceDigest` is of into a folder; gives the files for a compiler. */
export const writeSource = (folder: string): ReadonlyArray<string> => {
  for (const [name, bytes] of readSource()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return [...readSource().keys()].filter((name) => name.endsWith(".c")).map((name) => join(folder, name))
}
