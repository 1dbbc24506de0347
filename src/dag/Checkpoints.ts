/**
 * Mid-stage resume. A long stage names the parts of its exact state and offers them after every step; they are saved when a save
 * is due or when the process is asked to stop. What the stage has appended to its outputs is saved with them. A resumed attempt
 * gives the same bytes as an uninterrupted one: randomness is counter-based, so there is no generator state.
 *
 * On disk, in the attempt's directory: `state-<step>/<part>.<name>.bin` and then, renamed into place last, `checkpoint.json`,
 * which lists them with their digests and its own. Killed at any moment, the directory holds one whole checkpoint or none.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { discard, replaceFile, syncFile, writeWhole } from "../store/disk/calls.ts"
import { sha256OfFile } from "../store/disk/file-digest.ts"
import { inside, readRegular, readText } from "../store/disk/inside.ts"
import { makeFolder } from "../store/disk/make-folder.ts"
import { CHECKPOINT, OUTPUT } from "../store/disk/own-names.ts"
import { seal, Unsound, unseal } from "../store/disk/sealed.ts"
import { sha256 } from "../store/objects/digest.ts"
import { damagedBy } from "../store/objects/records.ts"
import { errorCode } from "../text/error-text.ts"
import { systemProblem } from "../text/system-problem.ts"

/** One part of a stage's state as named byte arrays: parameters, moments, counters. */
export type SavedState = Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array>>

export interface Part<E = never> {
  readonly save: Effect.Effect<SavedState, E>
  readonly restore: (saved: SavedState) => Effect.Effect<void, E>
}

export interface Checkpoints {
  /** Brings the parts back to the last checkpoint; the number of finished steps, 0 on a fresh start. */
  readonly restore: <E>(parts: Readonly<Record<string, Part<E>>>) => Effect.Effect<number, E>
  /** After step `finished`: saves when due, and fails with `Stopped` after saving when asked to stop. */
  readonly offer: <E>(finished: number, parts: Readonly<Record<string, Part<E>>>) => Effect.Effect<void, E | Stopped>
}

/** The stage saved its state and left because it was asked to. The next run goes on from there. */
export class Stopped extends Schema.TaggedError<Stopped>()("Stopped", { step: Schema.Int }) {
  override get message() {
    return `Stopped after step ${this.step}; the next run goes on from there.`
  }
}

const ELEMENT_TYPES = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array } as const
type ElementType = keyof typeof ELEMENT_TYPES

const Saved = Schema.Struct({
  version: Schema.Literal(1),
  step: Schema.Natural,
  rows: Schema.Record(Schema.String, Schema.Natural),
  files: Schema.Array(
    Schema.Struct({
      part: Schema.String,
      name: Schema.String,
      type: Schema.Literals(Object.keys(ELEMENT_TYPES) as ReadonlyArray<ElementType>),
      file: Schema.String,
      sha256: Schema.String
    })
  )
})
type Saved = typeof Saved.Type

/** The stage's outputs, as far as checkpoints are concerned. */
export interface CheckpointedOutputs {
  /** Makes every row so far durable; rows by table. */
  readonly save: () => Readonly<Record<string, number>>
}

export { CHECKPOINT, OUTPUT }

/**
 * What the last checkpoint in an attempt's directory says, or null; one that cannot be trusted is reported and ignored. Throws
 * what the system says where it cannot be read for the moment: the hours in it are not thrown away for that.
 */
export const readCheckpoint = (directory: string, warn: (line: string) => void): Saved | null => {
  try {
    const content = unseal(readText(path.join(directory, CHECKPOINT)))
    if (!Schema.is(Saved)(content)) throw new Unsound({ problem: "is of another version" })
    for (const { file, sha256: expected } of content.files)
      if (sha256OfFile(inside(directory, ...file.split("/"))) !== expected)
        throw new Unsound({ problem: `is damaged: ${file} does not have the contents it says` })
    return content
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" && !fs.existsSync(path.join(directory, CHECKPOINT))) return null
    if (systemProblem(cause) !== null && errorCode(cause) !== "ENOENT") throw cause
    warn(`The checkpoint in ${directory} cannot be used (it ${damagedBy("", cause).problem}); starting over.`)
    return null
  }
}

/** The checkpoints of one attempt, going on from `saved`. */
export const make = (options: {
  readonly directory: string
  readonly saved: Saved | null
  readonly outputs: CheckpointedOutputs
  /** Whether the process was asked to stop. */
  readonly stopRequested: () => boolean
  /** Seconds between saves. */
  readonly every: number
  /** What is done with each whole checkpoint. */
  readonly onSaved?: Effect.Effect<void>
}): Checkpoints => {
  const { directory, saved, outputs } = options
  let last = performance.now()
  let current = saved?.step ?? -1

  const write = Effect.fnUntraced(function* <E>(step: number, parts: Readonly<Record<string, Part<E>>>) {
    const folder = `state-${step}`
    discard(path.join(directory, folder))
    makeFolder(path.join(directory, folder))
    const files: Array<Saved["files"][number]> = []
    for (const [part, { save }] of Object.entries(parts)) {
      for (const [name, values] of Object.entries(yield* save)) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
        const file = `${folder}/${part}.${name}.bin`
        writeWhole(path.join(directory, file), bytes)
        files.push({ part, name, type: elementType(values), file, sha256: sha256(bytes) })
      }
    }
    syncFile(path.join(directory, folder))
    const record: Saved = { version: 1, step, rows: outputs.save(), files }
    replaceFile(path.join(directory, CHECKPOINT), seal(JSON.stringify(record)))
    for (const other of fs.readdirSync(directory))
      if (other.startsWith("state-") && other !== folder) discard(path.join(directory, other))
    current = step
    if (options.onSaved !== undefined) yield* options.onSaved
    last = performance.now()
  })

  return {
    restore: Effect.fnUntraced(function* (parts) {
      if (saved === null) return 0
      for (const [part, { restore }] of Object.entries(parts)) {
        const state: Record<string, SavedState[string]> = {}
        for (const entry of saved.files)
          if (entry.part === part) state[entry.name] = readTyped(path.join(directory, entry.file), entry.type)
        yield* restore(state)
      }
      return saved.step
    }),
    offer: Effect.fnUntraced(function* (finished, parts) {
      const stop = options.stopRequested()
      if (!stop && performance.now() - last < options.every * 1000) return
      if (finished !== current) yield* write(finished, parts)
      if (stop) return yield* new Stopped({ step: finished })
    })
  }
}

const elementType = (values: SavedState[string]): ElementType => {
  for (const name of Object.keys(ELEMENT_TYPES) as Array<ElementType>) if (values instanceof ELEMENT_TYPES[name]) return name
  throw new TypeError("not a typed array")
}

/** From a file whose digest was right. */
const readTyped = (file: string, type: ElementType): SavedState[string] =>
  new ELEMENT_TYPES[type](new Uint8Array(readRegular(file, Number.MAX_SAFE_INTEGER)).buffer)
