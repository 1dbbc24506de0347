/**
 * Copies what is wanted from one backend into another. What is there already stays; objects come before the records that point at
 * them, and logs of runs last: stopped at any moment, the target holds nothing that points at what is missing, and the next time
 * goes on from there.
 */

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { errorText } from "../../text/error-text.ts"
import { joined } from "../objects/observations.ts"
import { type ActionRecord, objectsOf } from "../objects/records.ts"
import { type Backend, RemoteFailed } from "../remote/Backend.ts"
import { bringOver } from "./objects-over.ts"
import {
  codeName,
  type KeptRecord,
  logName,
  objectName,
  observationsName,
  recordName,
  type Survey,
  type Wanted
} from "./wanted.ts"

/** What of what is wanted the target lacks. */
export interface Missing {
  readonly objects: ReadonlyArray<{ readonly digest: string; readonly size: number }>
  readonly bytes: number
  readonly records: ReadonlyArray<KeptRecord>
  readonly observed: ReadonlyArray<string>
  readonly code: ReadonlyArray<string>
  readonly runs: ReadonlyArray<readonly [run: string, log: Uint8Array]>
}

/** By what a listing of the target says: what it lacks wrongly is copied once more, and changes nothing. */
export const missingIn = (target: Survey, wanted: Wanted): Missing => {
  const objects = [...wanted.objects].flatMap(([digest, size]) => (target.objects.get(digest) === size ? [] : [{ digest, size }]))
  return {
    objects,
    bytes: objects.reduce((sum, { size }) => sum + size, 0),
    records: wanted.records.filter(({ record }) => !target.records.has(record.key)),
    observed: wanted.observed.filter((key) => !target.records.has(key) || !target.observed.has(key)),
    code: wanted.code.filter((digest) => !target.code.has(digest)),
    // A log only grows.
    runs: [...wanted.runs].filter(([run, log]) => (target.runs.get(run) ?? -1) < log.length)
  }
}

/** Told after each object. */
export type Progress = (objects: number, bytes: number) => void

const FILES_AT_ONCE = { concurrency: 6, discard: true } as const
const ALL_AT_ONCE = { concurrency: 32, discard: true } as const

/** Copies it, and gives what could not be copied or was there in another form: a line each. */
export const transfer = Effect.fnUntraced(function* (
  source: Backend,
  target: Backend,
  missing: Missing,
  { scratch, progress }: { readonly scratch: string; readonly progress: Progress }
) {
  const notes: Array<string> = []
  const damaged = new Set<string>()
  let objects = 0
  let bytes = 0
  yield* Effect.forEach(
    missing.objects,
    ({ digest, size }) =>
      Effect.map(bringOver(source, target, { digest, size, scratch }), (sound) => {
        if (!sound) {
          damaged.add(digest)
          notes.push(`${source.url}: ${objectName(digest)} is not what its name says; results that need it were not copied.`)
        }
        progress(++objects, (bytes += size))
      }),
    FILES_AT_ONCE
  )
  const whole = missing.records.filter(({ record }) => objectsOf(record).every((digest) => !damaged.has(digest)))
  const left = new Set(missing.records.filter((kept) => !whole.includes(kept)).map(({ record }) => record.key))
  const copy = (name: string) =>
    Effect.flatMap(source.read(name), (found) => (found === null ? Effect.void : target.put(name, found.bytes)))
  const tell = (note: string | null) => void (note === null || notes.push(note))
  yield* Effect.forEach(missing.code, (digest) => copy(codeName(digest)), ALL_AT_ONCE)
  // Noted before it is recorded: a record without its note is one that was tampered with, a note without its record one lost.
  const observed = missing.observed.filter((key) => !left.has(key))
  yield* Effect.forEach(observed, (key) => Effect.map(observationsOver(source, target, key), tell), ALL_AT_ONCE)
  yield* Effect.forEach(whole, (kept) => Effect.map(recordOver(target, kept), tell), ALL_AT_ONCE)
  yield* Effect.forEach(missing.runs, ([run, log]) => target.put(logName(run), log), ALL_AT_ONCE)
  return { records: whole.length, notes }
})

/** What is said of results that the target has too, and that are others there: a line each. */
export const differences = (target: Backend, there: Survey, { records }: Wanted) =>
  Effect.map(
    Effect.forEach(
      records.filter(({ record }) => there.records.has(record.key)),
      ({ record }) => differenceIn(target, record),
      { concurrency: ALL_AT_ONCE.concurrency }
    ),
    (notes) => notes.filter((note) => note !== null)
  )

const differenceIn = (target: Backend, { key, stage, output }: ActionRecord) =>
  Effect.map(target.read(recordName(key)), (found) =>
    found === null || textOf(found.bytes).includes(`"${output.digest}"`)
      ? null
      : `Action ${key.slice(0, 12)} (${stage}) has another result in ${target.url}; that one stays.`
  )

/** Another result of the key that was there first stays, and is told of. */
const recordOver = Effect.fnUntraced(function* (target: Backend, { record, text }: KeptRecord) {
  if ((yield* target.create(recordName(record.key), Buffer.from(text))) !== "refused") return null
  return yield* differenceIn(target, record)
})

/** Joins what both know of a key. Another who does so at the same time is let through first. */
const observationsOver = Effect.fnUntraced(function* (source: Backend, target: Backend, key: string) {
  const name = observationsName(key)
  const here = yield* source.read(name)
  if (here === null) return null
  for (let tries = 0; tries < TRIES; tries++) {
    const there = yield* target.read(name)
    const text = yield* Effect.result(
      Effect.try({
        try: () => joined(key, there === null ? null : textOf(there.bytes), textOf(here.bytes)),
        catch: (cause) => `What is known of action ${key.slice(0, 12)} was not copied: it ${errorText(cause)}.`
      })
    )
    if (Result.isFailure(text)) return text.failure
    const bytes = Buffer.from(text.success)
    if (there !== null && Buffer.compare(bytes, there.bytes) === 0) return null
    const written = yield* there === null ? target.create(name, bytes) : target.replace(name, bytes, there.tag)
    if (written !== "refused") return null
  }
  return yield* new RemoteFailed({
    url: target.url,
    problem: `${name} is changed by others all the time. Run this again.`,
    passing: true,
    badInput: false
  })
})

const TRIES = 10
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")
