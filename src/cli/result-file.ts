/**
 * The file that a command was asked to write with `--output`: it has its name when it is whole, and whatever had the name before
 * stays untouched until then. What was there keeps its permissions; a link is followed to what it names. A device or a pipe
 * cannot be written beside, so it is written as it comes.
 */

import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import type { Writable } from "node:stream"
import { createGzip } from "node:zlib"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { closeFile, discard, moveInPlace, syncAll, syncFile, temporaryName, writeAll } from "../store/disk/calls.ts"
import { errorText } from "../text/error-text.ts"
import { systemProblem } from "../text/system-problem.ts"
import { changed, printPiece } from "./output.ts"
import { UsageError } from "./usage.ts"

/** What was asked for is right, but could not be written: exit code 1. */
class OutputFailed extends Schema.TaggedError<OutputFailed>()("OutputFailed", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

/** Where `--output` leads. */
export type Target =
  | { readonly kind: "standard output" }
  | { readonly kind: "device"; readonly path: string; readonly fifo: boolean }
  /** `old`: what is there now. */
  | { readonly kind: "file"; readonly path: string; readonly old: fs.Stats | undefined }

const STANDARD_OUTPUT = new Set(["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])

/** Where a link to nothing leads. */
const linkTarget = (file: string): string => {
  let at = file
  for (let i = 0; i < 40 && fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true; i++)
    at = path.resolve(path.dirname(at), fs.readlinkSync(at))
  return at
}

/** What `--output` names. Throws `UsageError` where nothing can be written. */
export const outputTarget = (text: string): Target => {
  if (STANDARD_OUTPUT.has(text)) return { kind: "standard output" }
  const refuse = (problem: string): never => {
    throw new UsageError({ problem: `--output ${text}: ${problem}` })
  }
  if (text === "") return refuse("it names no file.")
  const file = path.resolve(text)
  try {
    const old = fs.statSync(file, { throwIfNoEntry: false })
    if (old?.isDirectory() === true || /[/\\]$/.test(text)) return refuse(`${file} is a folder: name a file in it.`)
    if (old !== undefined && !old.isFile()) return { kind: "device", path: file, fifo: old.isFIFO() }
    const real = old === undefined ? linkTarget(file) : fs.realpathSync(file)
    const folder = path.dirname(real)
    const parent = fs.statSync(folder, { throwIfNoEntry: false })
    if (parent?.isDirectory() !== true) return refuse(`the folder ${folder} does not exist.`)
    if (old !== undefined) fs.accessSync(real, fs.constants.W_OK)
    fs.accessSync(folder, fs.constants.W_OK)
    return { kind: "file", path: real, old }
  } catch (cause) {
    return cause instanceof UsageError ? refuse(cause.problem.replace(/^--output .*?: /, "")) : refuse(`${errorText(cause)}.`)
  }
}

/**
 * The folder that a flag names, which need not be there yet. Throws `UsageError` where nothing can be written: before a study
 * runs for hours.
 */
export const folderToWrite = (flag: "figures" | "tensorboard", text: string): string => {
  const refuse = (problem: string): never => {
    throw new UsageError({ problem: `--${flag} ${text}: ${problem}` })
  }
  const folder = path.resolve(text)
  try {
    let at = folder
    while (fs.statSync(at, { throwIfNoEntry: false }) === undefined && path.dirname(at) !== at) {
      if (fs.lstatSync(at, { throwIfNoEntry: false }) !== undefined) return refuse(`${at} is a link to nothing. Name a folder.`)
      at = path.dirname(at)
    }
    if (!fs.statSync(at).isDirectory()) return refuse(`${at} is a file, not a folder. Name a folder, or one to be made.`)
    fs.accessSync(at, fs.constants.W_OK | fs.constants.X_OK)
    return folder
  } catch (cause) {
    return cause instanceof UsageError
      ? refuse(cause.problem.slice(`--${flag} ${text}: `.length))
      : refuse(`${errorText(cause)}.`)
  }
}

/** A file on its way. */
export interface ResultFile {
  /** Takes a piece; resolves when there is room for the next. */
  readonly write: (piece: string | Uint8Array) => Promise<void>
  /** All was written: the file gets its name. */
  readonly commit: () => Promise<void>
  /** Leaves nothing behind. Does nothing after `commit`. */
  readonly abandon: () => void
}

/** The place beside a file where another program writes it first; `commit` and `abandon` as of `ResultFile`. */
export const placeBeside = (target: Target & { readonly kind: "file" }) => {
  const partial = temporaryName(path.dirname(target.path))
  let done = false
  return {
    partial,
    commit: () => {
      done = true
      const { old } = target
      try {
        const handle = fs.openSync(partial, "r+")
        try {
          if (old !== undefined) keepOwner(handle, old)
          syncAll(handle, target.path)
        } finally {
          closeFile(handle)
        }
      } catch (cause) {
        discard(partial)
        throw cause
      }
      moveInPlace(partial, target.path)
      syncFile(path.dirname(target.path))
    },
    abandon: () => {
      if (!done) discard(partial)
      done = true
    }
  }
}

const keepOwner = (handle: number, old: fs.Stats): void => {
  fs.fchmodSync(handle, old.mode & 0o777)
  try {
    fs.fchownSync(handle, old.uid, old.gid)
  } catch {
    // Only root may give files away; the file is then ours.
  }
}

/** The failure to write a target. */
export const outputFailed = (file: string, cause: unknown): Error =>
  new OutputFailed({ problem: `--output: ${systemProblem(cause, file) ?? `${file} cannot be written: ${errorText(cause)}.`}` })

/** A file that is written here, beside the target. Failures name the target. */
const resultFile = (target: Target & { readonly kind: "file" | "device" }, gzip = false): ResultFile => {
  const failed = (cause: unknown): never => {
    throw outputFailed(target.path, cause)
  }
  const plain = target.kind === "device" ? deviceFile(target) : regularFile(target)
  const file = gzip ? gzipped(plain) : plain
  return {
    write: (piece) => file.write(piece).catch(failed),
    commit: () => file.commit().catch(failed),
    abandon: file.abandon
  }
}

/** Takes pieces to where they belong, and puts the file in its place at the end. */
export const written = <A, E>(
  target: Target,
  gzip: boolean,
  write: (put: (piece: string | Uint8Array) => Promise<boolean>) => Effect.Effect<A, E>
): Effect.Effect<A, unknown> =>
  target.kind === "standard output"
    ? write(printPiece)
    : Effect.acquireUseRelease(
        Effect.sync(() => resultFile(target, gzip)),
        (out) =>
          Effect.gen(function* () {
            let failure: unknown
            const put = (piece: string | Uint8Array) =>
              out.write(piece).then(
                () => true,
                (cause: unknown) => {
                  failure = cause
                  return false
                }
              )
            const result = yield* write(put)
            if (failure !== undefined) return yield* Effect.fail(failure)
            yield* Effect.tryPromise({ try: () => out.commit(), catch: (cause) => cause })
            return result
          }),
        (out) => Effect.sync(() => out.abandon())
      )

const regularFile = (target: Target & { readonly kind: "file" }): ResultFile => {
  const place = placeBeside(target)
  let handle: number | undefined
  const open = () => (handle ??= fs.openSync(place.partial, "wx"))
  const close = () => {
    if (handle !== undefined) closeFile(handle)
  }
  return {
    write: async (piece) => writeAll(open(), target.path, typeof piece === "string" ? Buffer.from(piece) : piece),
    commit: async () => {
      open()
      close()
      place.commit()
    },
    abandon: () => {
      close()
      place.abandon()
    }
  }
}

/** Opened without waiting: a pipe that nobody reads would be waited for for ever. */
const deviceFile = (target: Target & { readonly kind: "device" }): ResultFile => {
  let stream: Writable | undefined
  const open = (): Writable => {
    if (stream !== undefined) return stream
    const fd = fs.openSync(target.path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)
    stream = target.fifo ? new net.Socket({ fd, readable: false, writable: true }) : fs.createWriteStream("", { fd })
    // Listened to, so that it ends nothing; what it was stands in the stream as soon as it has happened.
    stream.on("error", () => {})
    return stream
  }
  const check = () => {
    if (stream?.errored != null) throw stream.errored
  }
  return {
    write: async (piece) => {
      const out = open()
      check()
      if (!out.write(piece)) await changed(out, "drain")
      check()
    },
    commit: async () => {
      const out = open()
      out.end()
      await changed(out, "close")
      check()
    },
    abandon: () => void stream?.destroy()
  }
}

const gzipped = (file: ResultFile): ResultFile => {
  const zip = createGzip()
  let writing: Promise<void> = Promise.resolve()
  let problem: unknown
  zip.on("error", () => {})
  zip.on("data", (piece: Uint8Array) => {
    zip.pause()
    writing = file.write(piece).then(
      () => void zip.resume(),
      (cause: unknown) => {
        problem ??= cause
        zip.destroy()
      }
    )
  })
  const check = () => {
    const cause = problem ?? zip.errored
    if (cause != null) throw cause
  }
  return {
    write: async (piece) => {
      check()
      if (piece.length > 0 && !zip.write(piece)) await changed(zip, "drain")
      check()
    },
    commit: async () => {
      zip.end()
      await changed(zip, "end")
      await writing
      check()
      await file.commit()
    },
    abandon: () => {
      zip.destroy()
      file.abandon()
    }
  }
}
