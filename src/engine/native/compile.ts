/**
 * The native engine's C source, compiled on first use by the system's compiler into a cache of the user, one library per
 * instruction set.
 *
 *     api.c       what TypeScript calls
 *     model/      a model, its scratch memory, and the passes over it: score, gradient, update, generate
 *     kernels/    one operation a file, the formula at its head; plain arrays, nothing of models
 *     machine/    memory, threads, vector and tile registers
 *
 * Each room includes itself and those below it. To change one kernel and run its test only:
 *
 *     npx vitest run test/engine/native/kernels.test.ts -t layernorm
 *
 * A library's name holds the digest of the source, the flags and the compiler's version, so that a stale one is never loaded. The
 * compiler is given a copy of the very text that the digest is of, since the files may be edited meanwhile. It works on as many
 * files at once as there are cores. The library is written under a temporary name and renamed: processes that compile at the same
 * time do the work twice and agree on the result.
 */

import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, renameSync, statSync } from "node:fs"
import { availableParallelism } from "node:os"
import { delimiter, join } from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { environmentWith, readVariable } from "../../machine/environment.ts"
import { cacheDirectory } from "../../store/disk/cache-directory.ts"
import { discard } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import type { Isa } from "../cpu.ts"
import { codeFlags, compilerCommand, libraryFlags, linkFlags } from "./flags.ts"
import { libraryFolderProblem } from "./library-folder.ts"
import { sourceDigest, sourceFolder, writeSource } from "./source.ts"

export class NoCompiler extends Schema.TaggedError<NoCompiler>()("NoCompiler", { compiler: Schema.String }) {
  readonly badInput = true
  override get message() {
    return (
      `The native engine is compiled on first use and needs a C compiler, but "${this.compiler}" was not found. ` +
      `Install one (Debian, Ubuntu: apt-get install gcc; Fedora: dnf install gcc; macOS: xcode-select --install), ` +
      `name one in CC, or take --engine wasm.`
    )
  }
}

export class CompileFailed extends Schema.TaggedError<CompileFailed>()("CompileFailed", {
  command: Schema.String,
  output: Schema.String
}) {
  override get message() {
    return [
      `Compiling the native engine failed. The command was\n  ${this.command}`,
      `and the compiler said\n${this.output.trimEnd()}`,
      `${this.remedy} The wasm engine needs no compiler: --engine wasm`
    ].join("\n")
  }
  /** What it said first of what is wrong, in one line. */
  get complaint() {
    const lines = this.output.split("\n").map((line) => line.trim())
    const line = lines.find((line) => /\b(error|cannot|no space)\b/i.test(line)) ?? lines.find((line) => line !== "")
    return (line ?? "it said nothing").replace(/\.$/, "")
  }
  /** What helps, as far as can be told from what it said. */
  get remedy() {
    return REMEDIES.find(([said]) => said.test(this.output))?.[1] ?? `Another compiler may do: ${INSTALL}, or name one in CC.`
  }
}

const INSTALL = "Debian, Ubuntu: apt-get install gcc libc6-dev; Fedora: dnf install gcc; macOS: xcode-select --install"

/** What compilers and linkers say, and what helps. */
const REMEDIES: ReadonlyArray<readonly [said: RegExp, remedy: string]> = [
  [
    /no space left|disk quota|file too large/i,
    "Free some space: the compiler puts its files into the system's temporary folder (TMPDIR) and the cache (ECHO_CHAMBER_CACHE)."
  ],
  [
    /unrecognized|unknown (argument|target)|unsupported (option|argument)|invalid (instruction|feature)|no such instruction/i,
    `This compiler is too old or not for this processor: GCC 11, Clang 13 and newer ones do. ${INSTALL}, or name one in CC.`
  ],
  [/\.h['"’]?:? (no such file|file not found)|\.h' file not found/i, `Headers of the C library are missing. ${INSTALL}.`],
  [/cc1|cannot find -l|crt\w*\.o|\b(ld|as)\W* (not found|no such file)/i, `Parts of the compiler are missing. ${INSTALL}.`],
  [/out of memory|cannot allocate|killed|signal/i, "It may have run out of memory: close other programs and run again."]
]

/** Whether the compiler is on the PATH; starts no process. */
export const compilerPresent = (): boolean => {
  const [compiler] = compilerCommand()
  if (compiler.includes("/")) return existsSync(compiler)
  return (readVariable("PATH") ?? "").split(delimiter).some((directory) => existsSync(join(directory, compiler)))
}

const libraryPrefix = (isa: Isa) => `engine-${sourceDigest().slice(0, 16)}-${isa}-`
const suffix = process.platform === "darwin" ? ".dylib" : ".so"

/** A library for this source and instruction set that some compiler made earlier. */
export const cachedLibrary = (isa: Isa): string | undefined => {
  const directory = cacheDirectory()
  const name = namesIn(directory).find((name) => name.startsWith(libraryPrefix(isa)) && name.endsWith(suffix))
  return name === undefined ? undefined : join(directory, name)
}

/** Why the library for an instruction set can be neither compiled nor loaded here, by its folder; null where it can. */
export const libraryProblem = (isa: Isa): string | null =>
  libraryFolderProblem(cacheDirectory(), cachedLibrary(isa) !== undefined)

/** The cache folder has a problem: it cannot be written, is not one's own, or its disk runs nothing. */
export class CacheUnusable extends Schema.TaggedError<CacheUnusable>()("CacheUnusable", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return `${this.problem} The wasm engine needs none: --engine wasm`
  }
}

/** The names in a folder; none where it is not there, or may not be read. */
const namesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const execute = (command: string, args: ReadonlyArray<string>): Effect.Effect<string, CompileFailed | NoCompiler> =>
  Effect.callback((resume) => {
    const failed = (output: string) => resume(Effect.fail(new CompileFailed({ command: [command, ...args].join(" "), output })))
    // It is English that is looked through for what helps.
    const env = environmentWith({ LC_ALL: "C" })
    const child = execFile(command, args, { maxBuffer: 1 << 24, env }, (error, stdout, stderr) => {
      if (error === null) resume(Effect.succeed(stdout))
      else if (error.code === "ENOENT") resume(Effect.fail(new NoCompiler({ compiler: command })))
      else failed(stderr || stdout || (systemProblem(error) ?? endWords(error)))
    })
    return Effect.sync(() => void child.kill())
  })

const endWords = ({ code, signal }: { readonly code?: unknown; readonly signal?: unknown }): string =>
  typeof signal === "string" ? `nothing; signal ${signal} ended it` : `nothing; its exit code was ${String(code)}`

/** What compilations that were killed left half written. None takes an hour, so what is older has no writer. */
const removeLeftovers = (directory: string): void => {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith("partial-")) continue
    const file = join(directory, name)
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > 3_600_000) discard(file)
  }
}

export interface CompileOptions {
  /** Further flags, such as `-fsanitize=address`; they enter the library's name. */
  readonly flags?: ReadonlyArray<string>
  /** Is told that something is compiled, and how long it took; by default on standard error, which logs keep. */
  readonly say?: (line: string) => void
}

const toStandardError = (line: string): void => void process.stderr.write(`${line}\n`)

/** What the compiler says of a copy of the source is true of the source. */
const ofTheOriginal = ({ command, output }: CompileFailed, copy: string): CompileFailed => {
  const named = (text: string) => text.replaceAll(`${copy}/`, sourceFolder)
  return new CompileFailed({ command: named(command), output: named(output) })
}

/** Path of the library for an instruction set, compiled if it is not in the cache yet. */
export const compileLibrary = Effect.fn("compileLibrary")(function* (isa: Isa, options: CompileOptions = {}) {
  const [compiler, ...compilerArguments] = compilerCommand()
  if (!compilerPresent()) {
    const cached = options.flags === undefined ? cachedLibrary(isa) : undefined
    return cached ?? (yield* new NoCompiler({ compiler }))
  }
  const flags = [...compilerArguments, ...codeFlags(isa), ...libraryFlags, ...(options.flags ?? [])]
  const version = yield* execute(compiler, [...compilerArguments, "--version"])
  const key = createHash("sha256")
    .update([version, ...flags, ...linkFlags].join("\0"))
    .digest("hex")
    .slice(0, 12)
  const directory = cacheDirectory()
  const library = join(directory, `${libraryPrefix(isa)}${key}${suffix}`)
  const unusable = libraryFolderProblem(directory, existsSync(library))
  if (unusable !== null) return yield* new CacheUnusable({ problem: unusable })
  if (existsSync(library)) return library
  const inCache = <A>(body: () => A) =>
    Effect.try({ try: body, catch: (cause) => new CacheUnusable({ problem: systemProblem(cause) ?? errorText(cause) }) })
  yield* inCache(() => {
    // What is in it is run: nobody else is to write there, whatever the umask.
    makeFolder(directory, 0o755)
    removeLeftovers(directory)
  })
  const { say = toStandardError } = options
  const started = performance.now()
  const name = `partial-${process.pid}-${Math.random().toString(36).slice(2)}`
  const [copy, partial] = [join(directory, `${name}-source`), join(directory, `${name}${suffix}`)]
  yield* Effect.gen(function* () {
    const units = yield* inCache(() => writeSource(copy))
    say(`compiling the native engine for ${isa} with ${compiler}, once on this machine`)
    const own = flags.filter((flag) => flag !== "-shared")
    // The largest first: what is left at the end should be short.
    const largestFirst = units.toSorted((a, b) => statSync(b).size - statSync(a).size)
    yield* Effect.forEach(largestFirst, (unit) => execute(compiler, [...own, "-c", unit, "-o", `${unit}.o`]), {
      concurrency: availableParallelism(),
      discard: true
    })
    yield* execute(compiler, [...flags, ...units.map((unit) => `${unit}.o`), "-o", partial, ...linkFlags])
  }).pipe(
    Effect.mapError((error) => (error._tag === "CompileFailed" ? ofTheOriginal(error, copy) : error)),
    Effect.onError(() => Effect.sync(() => discard(partial))),
    Effect.ensuring(Effect.sync(() => discard(copy)))
  )
  if ((statSync(partial, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    discard(partial)
    return yield* new CompileFailed({ command: compiler, output: "nothing; it wrote no library" })
  }
  yield* inCache(() => renameSync(partial, library))
  say(`compiled the native engine in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return library
})
