/** What runs of a store need, found in any backend: their logs, the records of their results, and the objects of these. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { errorText } from "../../text/error-text.ts"
import { didYouMean } from "../../text/near.ts"
import { isDigest } from "../objects/fields.ts"
import { type ActionRecord, objectsOf, recordIn } from "../objects/records.ts"
import { historyIn, studyOf } from "../objects/Runs.ts"
import type { Backend } from "../remote/Backend.ts"

/** No run of the source is called so. */
class NoSuchRun extends Schema.TaggedError<NoSuchRun>()("NoSuchRun", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

export interface KeptRecord {
  readonly record: ActionRecord
  readonly text: string
}

/** All by the names that they have in every store. */
export interface Wanted {
  /** Sizes by digest. */
  readonly objects: ReadonlyMap<string, number>
  readonly records: ReadonlyArray<KeptRecord>
  /** Keys of which something is known beside the record. */
  readonly observed: ReadonlyArray<string>
  readonly code: ReadonlyArray<string>
  /** Logs by the id of the run. */
  readonly runs: ReadonlyMap<string, Uint8Array>
  /** What is not whole, and so left out: a line each. */
  readonly notes: ReadonlyArray<string>
}

/** Requests at once: answers take their time, and bring little. */
const ALL_AT_ONCE = { concurrency: 32 } as const

export const objectName = (digest: string): string => `objects/sha256/${digest.slice(0, 2)}/${digest}`
export const recordName = (key: string): string => `actions/${key}.json`
export const observationsName = (key: string): string => `observations/${key}.jsonl`
export const codeName = (digest: string): string => `code/${digest}.txt`
export const logName = (run: string): string => `runs/${run}/events.jsonl`

/** What is called as these are, of a listing. */
const among = (entries: ReadonlyArray<{ readonly name: string }>, pattern: RegExp): ReadonlyArray<string> =>
  entries.flatMap(({ name }) => pattern.exec(name)?.[1] ?? [])

const DIGEST = "([0-9a-f]{64})"
const RECORD = new RegExp(`^actions/${DIGEST}\\.json$`)
const OBJECT = new RegExp(`^objects/sha256/[0-9a-f]{2}/${DIGEST}$`)
const CODE = new RegExp(`^code/${DIGEST}\\.txt$`)
const OBSERVATIONS = new RegExp(`^observations/${DIGEST}\\.jsonl$`)
const LOG = /^runs\/([^/]+)\/events\.jsonl$/

/** What is there, by listings: these may lack what is new. */
export const survey = Effect.fnUntraced(function* (backend: Backend) {
  const [objects, actions, observations, code, runs] = yield* Effect.all(
    [backend.list("objects"), backend.list("actions"), backend.list("observations"), backend.list("code"), backend.list("runs")],
    ALL_AT_ONCE
  )
  const sizes = (entries: typeof objects, pattern: RegExp) =>
    new Map(entries.flatMap(({ name, size }) => (pattern.test(name) ? [[pattern.exec(name)![1]!, size] as const] : [])))
  return {
    objects: sizes(objects, OBJECT),
    records: new Set(among(actions, RECORD)),
    observed: sizes(observations, OBSERVATIONS),
    code: new Set(among(code, CODE)),
    runs: sizes(runs, LOG)
  }
})

export type Survey = Effect.Success<ReturnType<typeof survey>>

/** What the named runs and the runs of the named studies need; without a name, all that is there. */
export const wantedOf = Effect.fnUntraced(function* (source: Backend, there: Survey, names: ReadonlyArray<string>) {
  const notes: Array<string> = []
  const ids = yield* chosen(source.url, [...there.runs.keys()], names)
  const logs = yield* read(source, ids, logName)
  const keys = names.length === 0 ? [...there.records] : keysOf(logs, notes)
  const texts = yield* read(source, keys, recordName)
  const sound = recordsIn(texts, keys, notes)
  const sizes = yield* sizesOf(source, there, new Set(sound.flatMap(({ record }) => objectsOf(record))))
  const whole = sound.filter(({ record }) => objectsOf(record).every((digest) => sizes.has(digest)))
  if (whole.length < sound.length)
    notes.push(`${sound.length - whole.length} of ${sound.length} results lack objects in ${source.url}; they are left out.`)
  const objects = new Map(whole.flatMap(({ record }) => objectsOf(record).map((digest) => [digest, sizes.get(digest)!] as const)))
  const values = new Set(whole.flatMap(({ record }) => record.components.map(({ value }) => value)))
  const wanted: Wanted = {
    objects,
    records: whole,
    observed: whole.flatMap(({ record }) => (there.observed.has(record.key) ? [record.key] : [])),
    code: [...values].filter((value) => there.code.has(value)),
    runs: logs,
    notes
  }
  return wanted
})

/** The ids that names stand for. */
const chosen = (url: string, ids: ReadonlyArray<string>, names: ReadonlyArray<string>) => {
  const studies = ids.map(studyOf)
  const unknown = names.find((name) => !ids.includes(name) && !studies.includes(name))
  if (unknown !== undefined)
    return Effect.fail(
      new NoSuchRun({
        problem: `No run or study "${unknown}" has run in ${url}.${didYouMean(unknown, [...new Set([...studies, ...ids])])}`
      })
    )
  return Effect.succeed(names.length === 0 ? ids : ids.filter((id) => names.includes(id) || names.includes(studyOf(id))))
}

/** What is there of these, by the same names. */
const read = Effect.fnUntraced(function* (source: Backend, names: ReadonlyArray<string>, at: (name: string) => string) {
  const found = yield* Effect.forEach(names, (name) => source.read(at(name)), ALL_AT_ONCE)
  return new Map(found.flatMap((each, i) => (each === null ? [] : [[names[i]!, each.bytes] as const])))
})

const keysOf = (logs: ReadonlyMap<string, Uint8Array>, notes: Array<string>): ReadonlyArray<string> => {
  const keys = new Set<string>()
  for (const [run, bytes] of logs) {
    const { events, damage } = historyIn(run, Buffer.from(bytes).toString("utf8"))
    if (damage !== null) notes.push(`The log of run ${run} ${damage}; what it says before is used.`)
    for (const event of events) if (event.event === "node-finished" && isDigest(event.key)) keys.add(event.key)
  }
  return [...keys]
}

const recordsIn = (
  texts: ReadonlyMap<string, Uint8Array>,
  keys: ReadonlyArray<string>,
  notes: Array<string>
): ReadonlyArray<KeptRecord> => {
  if (texts.size < keys.length) notes.push(`${keys.length - texts.size} of ${keys.length} results have no record any more.`)
  return [...texts].flatMap(([key, bytes]) => {
    const text = Buffer.from(bytes).toString("utf8")
    try {
      return [{ record: recordIn(key, text), text }]
    } catch (cause) {
      notes.push(`The record of action ${key.slice(0, 12)} ${errorText(cause)}; it is left out.`)
      return []
    }
  })
}

/** Sizes of objects that are there. What a listing lacks may only be new. */
const sizesOf = Effect.fnUntraced(function* (source: Backend, there: Survey, digests: ReadonlySet<string>) {
  const sizes = new Map(
    [...digests].flatMap((digest) => (there.objects.has(digest) ? [[digest, there.objects.get(digest)!]] : []))
  )
  const others = [...digests].filter((digest) => !sizes.has(digest))
  const found = yield* Effect.forEach(others, (digest) => source.stat(objectName(digest)), ALL_AT_ONCE)
  for (const [i, size] of found.entries()) if (size !== null) sizes.set(others[i]!, size)
  return sizes
})
