/**
 * What code a stage's result depends on: its module, what that imports and finds beside itself, and the versions of the packages.
 * What makes no difference is left out (`essence.ts`). `dag/`, `cli/` and most of `store/` plan, keep and print; they compute no
 * result and are left out, as are the engines' sources, which are part of the numerics class. Of the store, declarations of
 * tables are code of the stages that use them, and the writer of Arrow files is part of every key (`layoutDigest`).
 *
 * Names are paths inside the repository. Outside of it they are taken from the folder of a stage that lies there too, or are the
 * bare names in the order in which they are met, so that they say nothing of where a clone lies. In the text, what a module
 * imports stands under such a name too.
 *
 * What is imported counts as this process loaded it; what a module reads, or a worker loads, as it is in its file.
 */

import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

import * as Schema from "effect/Schema"

import { sha256 } from "../../store/objects/digest.ts"
import { errorText } from "../../text/error-text.ts"
import { publicModule, PACKAGE } from "../repository.ts"
import { type Essence, type Reach, textOf } from "./essence.ts"
import { keepEssences, knownEssence } from "./known-essences.ts"
import { loadedText, loadings } from "./loaded.ts"
import { packageOf } from "./packages.ts"
import { noteRead, withFilesRead } from "./touched.ts"

const LEFT_OUT = [
  "bin/",
  "src/dag/",
  "src/cli/",
  "src/store/objects/",
  "src/store/upkeep/",
  "src/engine/native/",
  "src/engine/wasm/",
  "src/engine/tfjs/"
]

/** What makes files of the tables of every stage, and no stage imports. */
const WRITER = path.join(PACKAGE, "src/store/arrow/TableWriter.ts")

/**
 * A stage's result would depend on code that no key can hold.
 *
 * @public
 */
export class CodeUnknown extends Schema.TaggedError<CodeUnknown>()("CodeUnknown", {
  file: Schema.String,
  line: Schema.Int,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `${this.file}:${this.line} ${this.problem}`
  }
}

export interface ModuleCode {
  /** Path inside the repository, or `package`. */
  readonly name: string
  readonly digest: string
}

export interface CodeOptions {
  /** Given the text behind each digest. */
  readonly keepText?: (digest: string, text: string) => void
  /** Reads files again that this process has read before and not loaded. */
  readonly again?: boolean
  /** Folders and files of the repository that are no part of it, other than for a stage. */
  readonly leftOut?: ReadonlyArray<string>
  /** Modules that may reach what cannot be told: it is counted by the caller. */
  readonly trusted?: ReadonlyArray<string>
  /** What cannot be told is left out, where no result depends on it. */
  readonly lenient?: boolean
}

/** Digest of the code that makes bytes of a table: equal rows are equal files only as long as it stays the same. */
export const layoutDigest = ({ again = false, keepText }: Pick<CodeOptions, "again" | "keepText"> = {}): string => {
  const code = codeOf(WRITER, { again, leftOut: [...LEFT_OUT, "src/store/disk/", "src/machine/", "src/text/"] })
  let layout = layouts.get(code)
  if (layout === undefined) {
    const text = code.map(({ name, digest }) => `${name} ${digest}`).join("\n")
    layouts.set(code, (layout = counted(text)))
  }
  keepText?.(layout.digest, layout.text)
  return layout.digest
}

/** By the code that they are of: one look serves all nodes of a plan. */
const layouts = new WeakMap<ReadonlyArray<ModuleCode>, Pick<Code, "digest" | "text">>()

/**
 * Every module, file and package version that a module reaches, by name. Throws `CodeUnknown` where it reaches what cannot be
 * told.
 */
export const codeOf = (entry: string, options: CodeOptions = {}): ReadonlyArray<ModuleCode> => {
  const { keepText, again = false, leftOut = LEFT_OUT, trusted = [], lenient = false } = options
  const place = JSON.stringify([entry, leftOut, trusted, lenient])
  const known = again ? (looksAgain?.get(place) ?? fromMemory(place)) : looks.get(place)
  if (known !== undefined) {
    for (const file of known.files) noteRead(file)
    tell(known, keepText)
    return known.code
  }
  const target = entry.startsWith("file:") ? fileURLToPath(entry) : path.resolve(PACKAGE, entry)
  const start = realFile(target, null)
  const look: Look = {
    base: isInside(start) ? PACKAGE : path.dirname(start),
    again,
    places: new Map(),
    outside: new Map()
  }
  const seen = new Map<string, ModuleCode>()
  const texts = new Map<string, string>()
  const visited = new Set<string>()
  /** Whether all of it is as this process will see it from now on: a file that a module reads is read by each look. */
  let settled = true
  /** Whether all of it is what this process has loaded: then a file that was edited since makes no difference. */
  let inMemory = true
  const before = loadings()
  const visit = ({ file, target, by }: Reached, within: boolean): void => {
    const name = nameOf(file, look)
    if (file !== start && leftOut.some((prefix) => name.startsWith(prefix))) return
    const fromFile = within || by !== "import"
    if (fromFile || loadedText(file) === undefined) {
      noteRead(target)
      inMemory = false
    }
    if (by === "beside") {
      settled = false
      const contents = contentsOf(file)
      const extension = path.extname(file)
      // Beside what it is as code or as JSON, if something imports it.
      const as = isModule(extension) || extension === ".json" ? `${name} (contents)` : name
      seen.set(as, { name: as, digest: contents.digest })
      texts.set(contents.digest, contents.text)
      if (!isModule(extension)) return
    }
    if (visited.has(`${file}\0true`) || visited.has(`${file}\0${fromFile}`)) return
    visited.add(`${file}\0${fromFile}`)
    const { text, digest, modules, packages, kept } = readCode(file, fromFile, lenient || trusted.includes(name), look)
    settled &&= kept
    seen.set(name, { name, digest })
    texts.set(digest, text)
    for (const used of packages) seen.set(used.name, used)
    for (const module of modules) visit(module, fromFile)
  }
  const { files } = withFilesRead(() => visit({ file: start, target, by: "import" }, false))
  for (const read of files) noteRead(read)
  keepEssences()
  const looked: Looked = { code: inOrder([...seen.values()]), texts, files, told: new WeakSet() }
  if (inMemory) inMemories.set(place, { looked, loadings: before })
  if (again) looksAgain?.set(place, looked)
  else if (settled) looks.set(place, looked)
  tell(looked, keepText)
  return looked.code
}

/** What a look at an entry gave. */
interface Looked {
  readonly code: ReadonlyArray<ModuleCode>
  readonly texts: ReadonlyMap<string, string>
  /** Those that it read because they are in no memory. */
  readonly files: ReadonlySet<string>
  /** Who was given the texts. */
  readonly told: WeakSet<WeakKey>
}

/** One state of the files serves all nodes of a plan, which as a rule are thousands of a few stages. */
const looks = new Map<string, Looked>()

/** The same of looks that are made again, while several are made at once. */
let looksAgain: Map<string, Looked> | null = null

/** Looks that met nothing but what was loaded, with how much that was then. */
const inMemories = new Map<string, { readonly looked: Looked; readonly loadings: number }>()

/** Such a look is as good as one that is made now, until something more is loaded: what runs here is what was loaded. */
const fromMemory = (place: string): Looked | undefined => {
  const known = inMemories.get(place)
  return known?.loadings === loadings() ? known.looked : undefined
}

/** Makes looks at the code as it is now that all of them mean: what is read again is read once. */
export const atOneLook = <A>(looks: ReadonlyArray<() => A>): ReadonlyArray<A> => {
  looksAgain = new Map()
  try {
    return looks.map((look) => look())
  } finally {
    looksAgain = null
  }
}

const tell = ({ texts, told }: Looked, keepText: CodeOptions["keepText"]): void => {
  if (keepText === undefined || told.has(keepText)) return
  for (const [digest, text] of texts) keepText(digest, text)
  told.add(keepText)
}

const inOrder = (code: ReadonlyArray<ModuleCode>) => code.toSorted((a, b) => (a.name < b.name ? -1 : 1))

const isInside = (file: string): boolean => file.startsWith(`${PACKAGE}${path.sep}`)

/** One look at the code of one entry. */
interface Look {
  /** The folder that names are taken from. */
  readonly base: string
  readonly again: boolean
  /** Real files by the paths that led to them. */
  readonly places: Map<string, string>
  /** Files outside the repository that its modules reach, by what they are called. */
  readonly outside: Map<string, string>
}

const nameOf = (file: string, { base, outside }: Look): string => {
  const posix = (name: string) => (path.sep === "/" ? name : name.split(path.sep).join("/"))
  if (isInside(file)) return posix(file.slice(PACKAGE.length + 1))
  if (base !== PACKAGE) return `outside:${posix(path.relative(base, file))}`
  for (let n = 1; ; n++) {
    const name = `outside:${n === 1 ? "" : `${n}:`}${path.basename(file)}`
    const owner = outside.get(name)
    if (owner === undefined) outside.set(name, file)
    if (owner === undefined || owner === file) return name
  }
}

/** A file as a module reaches it. */
interface Reached extends Pick<Reach, "by"> {
  readonly file: string
  /** The path that led to it, links and all. */
  readonly target: string
}

/** One file and what it reaches. */
interface Code {
  readonly digest: string
  /** What the digest is of. */
  readonly text: string
  readonly modules: ReadonlyArray<Reached>
  readonly packages: ReadonlyArray<ModuleCode>
}

/** By base, file and trust. One state of the files serves all nodes of a plan. */
const read = new Map<string, Code>()

const readCode = (file: string, fromFile: boolean, trusted: boolean, look: Look): Code & { readonly kept: boolean } => {
  const place = `${look.base}\0${file}\0${fromFile}\0${trusted}`
  const known = look.again ? undefined : read.get(place)
  if (known !== undefined) return { ...known, kept: true }
  const code = codeIn(file, fromFile, trusted, look)
  // What lies outside is named anew by each look.
  const inside = isInside(file) && code.modules.every((module) => isInside(module.file))
  const kept = !look.again && (inside || look.base !== PACKAGE)
  if (kept) read.set(place, code)
  return { ...code, kept }
}

const LANGUAGES = { ".ts": "typescript", ".mts": "typescript", ".js": "javascript", ".mjs": "javascript" } as const

const isModule = (extension: string): extension is keyof typeof LANGUAGES => Object.hasOwn(LANGUAGES, extension)

const codeIn = (file: string, fromFile: boolean, trusted: boolean, look: Look): Code => {
  const extension = path.extname(file)
  const loaded = loadedText(file)
  const source = fromFile || loaded === undefined ? fs.readFileSync(file, "utf8") : loaded
  if (!isModule(extension)) return extension === ".json" ? { ...counted(jsonText(source)), ...REACHES_NOTHING } : contentsOf(file)
  const { parts, reaches, refused } = parsed(file, source, LANGUAGES[extension])
  const [refusal] = refused
  if (refusal !== undefined && !trusted) throw new CodeUnknown({ file: shown(file), ...refusal })
  const modules: Array<Reached> = []
  const packages: Array<ModuleCode> = []
  const names = reaches.map((reach) => {
    const found = resolve(reach, file, trusted, look)
    if (found === null) return reach.specifier
    if ("digest" in found) {
      packages.push(found)
      return reach.specifier
    }
    modules.push(found)
    return nameOf(found.file, look)
  })
  const text = textOf({ parts, reaches }, names)
  // One text was loaded here, and a worker loads another: both count.
  const both = loaded === undefined || loaded === source ? text : `${text}\n${loaded}`
  return { ...counted(both), modules, packages }
}

const REACHES_NOTHING = { modules: [], packages: [] }

const counted = (text: string) => ({ digest: sha256(text), text })

/** A file that is read: every byte counts. */
const contentsOf = (file: string): Code => {
  const bytes = fs.readFileSync(file)
  return { ...counted(`${bytes.length} bytes, SHA-256 ${sha256(bytes)}`), ...REACHES_NOTHING }
}

/** JSON that is imported, without its layout. Numbers stay as they are written: -0 is not 0, and 1e400 is not null. */
const jsonText = (text: string): string => {
  try {
    JSON.parse(text)
    return text.replaceAll(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, "$1")
  } catch {
    // Node will say what is wrong with it.
    return text
  }
}

/** A file, a package with its version, or null for what is part of Node or not of this machine. */
const resolve = (reach: Reach, from: string, trusted: boolean, { places }: Look): Reached | ModuleCode | null => {
  const { by, specifier, line } = reach
  const refuse = (problem: string) => new CodeUnknown({ file: shown(from), line, problem })
  // What this package gives to others is its own code, and not a package with a version.
  const own = by === "import" ? publicModule(specifier) : null
  const isPath = own !== null || by !== "import" || /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)
  if (!isPath) {
    const found = packageOf(specifier, from)
    if (found === null || typeof found === "object") return found
    if (trusted) return null
    throw refuse(`imports "${specifier}", ${found}`)
  }
  const target = own ?? targetOf(specifier, from)
  if (target === undefined) throw refuse(`names "${specifier}", which is no path.`)
  if (target === null) return null
  const known = places.get(target)
  if (known !== undefined && accepts(by, known)) return { file: known, target, by }
  const file = realFile(target, (problem) => refuse(`${by === "import" ? "imports" : "names"} "${specifier}", ${problem}`))
  if (!accepts(by, file))
    throw refuse(
      `imports "${specifier}", which is neither TypeScript, a JavaScript module nor JSON: what it loads cannot be told. ` +
        "Import a .ts, .mts, .js, .mjs or .json file."
    )
  places.set(target, file)
  return { file, target, by }
}

/** Whether what a module reaches so can be told: anything that is read, and of what is imported, what Node loads as text. */
const accepts = (by: Reach["by"], file: string): boolean => {
  const extension = path.extname(file)
  return by !== "import" || isModule(extension) || extension === ".json"
}

/** The path that a specifier stands for by the rules of addresses; null: an address that is no file's; undefined: none at all. */
const targetOf = (specifier: string, from: string): string | null | undefined => {
  // What nearly all are, at a tenth of the price.
  if (/^\.\.?\/[\w./-]+$/.test(specifier)) return path.resolve(path.dirname(from), specifier)
  const base = pathToFileURL(from)
  if (!URL.canParse(specifier, base.href)) return undefined
  const url = new URL(specifier, base)
  if (url.protocol !== "file:") return null
  url.search = ""
  url.hash = ""
  return fileURLToPath(url)
}

/** The file behind all links, by which Node knows a module too. */
const realFile = (file: string, refuse: ((problem: string) => CodeUnknown) | null): string => {
  const wrong =
    refuse ??
    ((problem: string) => new CodeUnknown({ file: shown(file), line: 1, problem: `is the module of a stage, ${problem}` }))
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw wrong("which is not there.")
  if (!stat.isFile()) throw wrong("which is no file. Name a file: what lies in a folder would not be in the key.")
  return fs.realpathSync.native(file)
}

const shown = (file: string): string => (isInside(file) ? path.relative(PACKAGE, file) : file)

const parsed = (file: string, source: string, language: "typescript" | "javascript"): Essence => {
  try {
    return knownEssence(source, language)
  } catch (cause) {
    const line = Number(/\((\d+):\d+\)/.exec(errorText(cause))?.[1] ?? 1)
    throw new CodeUnknown({ file: shown(file), line, problem: `cannot be parsed: ${errorText(cause).split("\n")[0]}.` })
  }
}
