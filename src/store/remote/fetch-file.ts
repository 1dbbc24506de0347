/** A file of a backend as one of this machine. */

import * as fs from "node:fs"

import * as Effect from "effect/Effect"

import { errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { closeFile, syncAll, writeAll } from "../disk/calls.ts"
import { type Backend, RemoteFailed } from "./Backend.ts"

/** Bytes that are asked for at once: so much is asked for again where a connection breaks. */
const PIECE = 8 << 20

/** Something with files of this machine, on the way to or from a backend. */
export const onDisk = <A>(url: string, what: () => A): Effect.Effect<A, RemoteFailed> =>
  Effect.try({
    try: what,
    catch: (cause) =>
      new RemoteFailed({ url, problem: systemProblem(cause) ?? `${errorText(cause)}.`, passing: false, badInput: false })
  })

/** Writes what has this name into a new file, piece by piece. False where there is nothing of that name. */
export const fetchFile = Effect.fnUntraced(function* (source: Backend, name: string, size: number, file: string) {
  const handle = yield* onDisk(file, () => fs.openSync(file, "wx"))
  const pieces = Effect.gen(function* () {
    for (let from = 0; from < size; from += PIECE) {
      const found = yield* source.read(name, { from, to: Math.min(size, from + PIECE) })
      if (found === null) return false
      yield* onDisk(file, () => writeAll(handle, file, found.bytes))
    }
    yield* onDisk(file, () => syncAll(handle, file))
    return true
  })
  return yield* Effect.ensuring(
    pieces,
    Effect.sync(() => closeFile(handle))
  )
})
