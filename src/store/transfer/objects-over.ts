/** Objects from one backend into another, with the contents that their names say or not at all. */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import { discard, temporaryName } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside } from "../disk/inside.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { type Backend, RemoteFailed } from "../remote/Backend.ts"
import { fetchFile, onDisk } from "../remote/fetch-file.ts"
import { objectName } from "./wanted.ts"

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
      // What went away meanwhile is not what its name says either.
      Effect.flatMap((there) => (there ? hasContents(source.url, file, digest) : Effect.succeed(false))),
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

const hasContents = (url: string, file: string, digest: string) => onDisk(url, () => sha256OfFile(file) === digest)
