/** Objects from one backend into another, with the contents that their names say or not at all. */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { closeFile, discard, syncAll, temporaryName, writeAll } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside } from "../disk/inside.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { type Backend, RemoteFailed } from "../remote/Backend.ts"
import { objectName } from "./wanted.ts"

/** Bytes that are asked for at once: so much is asked for again where a connection breaks. */
const PIECE = 8 << 20

/**
 * Brings an object over and looks at it there. False where what the source holds is not what its name says. `scratch`: a folder
 * for what is on its way between two buckets.
 */
export const bringOver = Effect.fnUntraced(function* (
  source: Backend,
  target: Backend,
  { digest, size, scratch }: { readonly digest: string; readonly size: number; readonly scratch: string }
) {
  const name = objectName(digest)
  if (source.folder !== null) {
    const file = inside(source.folder, ...name.split("/"))
    if (!(yield* hasContents(source.url, file, digest))) return false
    yield* target.put(name, { file, size, sha256: digest })
  } else {
    const parent = target.folder === null ? scratch : path.join(target.folder, path.dirname(name))
    makeFolder(parent)
    const file = temporaryName(parent)
    const sound = yield* fetchFile(source, name, size, file).pipe(
      Effect.andThen(hasContents(source.url, file, digest)),
      Effect.tap((sound) => (sound ? target.put(name, { file, size, sha256: digest, mayGo: true }) : Effect.void)),
      Effect.ensuring(Effect.sync(() => discard(file)))
    )
    if (!sound) return false
  }
  // What arrived in a folder was hashed there; a service that knows no digests is at least asked how much it has.
  if (target.folder === null && (yield* target.stat(name)) !== size)
    return yield* new RemoteFailed({
      url: target.url,
      problem: `${name} did not arrive whole. Run this again.`,
      passing: true,
      badInput: false
    })
  return true
})

const onDisk = <A>(url: string, what: () => A): Effect.Effect<A, RemoteFailed> =>
  Effect.try({
    try: what,
    catch: (cause) => new RemoteFailed({ url, problem: String(cause), passing: false, badInput: false })
  })

const hasContents = (url: string, file: string, digest: string) => onDisk(url, () => sha256OfFile(file) === digest)

/** Writes what has this name into a new file, piece by piece. */
export const fetchFile = Effect.fnUntraced(function* (source: Backend, name: string, size: number, file: string) {
  const handle = yield* onDisk(file, () => fs.openSync(file, "wx"))
  const pieces = Effect.gen(function* () {
    for (let from = 0; from < size; from += PIECE) {
      const found = yield* source.read(name, { from, to: Math.min(size, from + PIECE) })
      if (found === null)
        return yield* new RemoteFailed({ url: source.url, problem: `${name} went away.`, passing: false, badInput: false })
      yield* onDisk(file, () => writeAll(handle, file, found.bytes))
    }
    yield* onDisk(file, () => syncAll(handle, file))
  })
  yield* Effect.ensuring(
    pieces,
    Effect.sync(() => closeFile(handle))
  )
})
