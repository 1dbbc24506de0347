/**
 * Standard output: every command prints through here, so that what is lost on the way is noticed in one place. A full disk or a
 * failing device behind it is an error of the command, whatever else it did. A reader that went away (`| head`) is none: nothing
 * is said, what runs goes on without it, and the exit code is that of every program which the system ends for it.
 *
 * Standard error is where problems are told; what it loses cannot be told anywhere.
 */

import type { Writable } from "node:stream"

import { errorCode, errorText } from "../text/error-text.ts"
import { visibleLines } from "../text/visible.ts"

/** 128 and the number of SIGPIPE, as shells show it. */
const READER_GONE = 141

/** What first went wrong with standard output. */
let failure: unknown
/** Whether the command's exit code tells of its work alone, though its reader may have left. */
let readerMayLeave = false

/** Called once, before a command runs. Without it a failed write would end the process with Node's own words. */
export const watchOutput = (): void => {
  process.stdout.on("error", (cause) => {
    failure ??= cause
  })
  process.stderr.on("error", () => {})
}

/** For a command whose work counts and not what it prints: its exit code stays that of its work when the reader goes away. */
export const goOnWithoutReader = (): void => {
  readerMayLeave = true
}

/** Prints a text. What it quotes comes from outside: control characters are escaped, as in JSON, which stays JSON. */
export const print = (text: string): void => printAsItIs(visibleLines(text))

/** Prints what holds control codes of our own, and none of others. */
export const printAsItIs = (text: string): void => {
  if (failure === undefined) process.stdout.write(text)
}

/**
 * Prints a piece of something large, as it is where a program or a file takes it and as `print` does where a person does. Waits
 * until there is room for the next. False: nobody takes more of it.
 */
export const printPiece = async (piece: string | Uint8Array): Promise<boolean> => {
  const shown = typeof piece === "string" && process.stdout.isTTY === true ? visibleLines(piece) : piece
  if (failure === undefined && process.stdout.write(shown) === false && failure === undefined)
    await changed(process.stdout, "drain")
  return failure === undefined
}

/** Waits for an event of a stream, or until it fails or is closed: it may be already, and then nothing more is heard of it. */
export const changed = (stream: Writable, event: "drain" | "end" | "close"): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) return resolve()
    const done = () => {
      stream.off(event, done).off("error", done).off("close", done)
      resolve()
    }
    stream.on(event, done).on("error", done).on("close", done)
  })

/** A line on standard error: a warning, a remark, a problem. */
export const say = (line: string): void => void process.stderr.write(`${visibleLines(line)}\n`)

/** Waits until all that was printed is out. The exit code: that of the command, unless what it printed is lost. */
export const outputEnded = async (code: number): Promise<number> => {
  if (failure === undefined) await new Promise<void>((resolve) => process.stdout.write("", () => resolve()))
  // What a failed write reports comes after the write.
  await new Promise<void>((resolve) => setImmediate(resolve))
  if (failure === undefined) return code
  if (errorCode(failure) === "EPIPE") return code === 0 && !readerMayLeave ? READER_GONE : code
  say(`Standard output could not take all that this printed: ${errorText(failure)}. What is there is not whole.`)
  return code === 0 ? 1 : code
}
