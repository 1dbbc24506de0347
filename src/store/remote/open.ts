/** Opens the backend of a location. */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import type { Backend } from "./Backend.ts"
import { folderBackend } from "./folder.ts"
import { bucketAt, isAddress } from "./location.ts"
import { IN_A_HURRY, patient } from "./patient.ts"
import { probe } from "./probe.ts"

/**
 * The folder or bucket that a text names, reached once: what is wrong with name, keys or network is said now. `writing`: a server
 * that lets two writers win is refused.
 */
export const openBackend = Effect.fnUntraced(function* (text: string, writing: boolean) {
  if (!isAddress(text)) return folderBackend(path.resolve(text))
  const bucket = yield* Effect.try({ try: () => bucketAt(text), catch: (cause) => cause })
  const { s3Backend } = yield* Effect.promise(() => import("./s3.ts"))
  const raw = s3Backend(bucket)
  // Not by `stat`: an answer without a body does not say that it is the bucket which is not there.
  yield* patient(raw, IN_A_HURRY).read(REACHED)
  const backend: Backend = patient(raw)
  if (writing) yield* probe(backend)
  return backend
})

/** Any name: not that it is there counts, but that there is an answer. */
const REACHED = "probe"
