/**
 * Action records: what a key gave. A record is sealed with a digest of itself, and nothing of it is believed before its shape has
 * been looked at: a store may be damaged or hostile, and what reads a record goes on to build paths, sums and loops from it.
 */

import * as Schema from "effect/Schema"

import { errorCode } from "../../text/error-text.ts"
import { systemRefusal } from "../../text/system-problem.ts"
import { lookAt } from "../disk/calls.ts"
import { inside, namesInside, readText } from "../disk/inside.ts"
import { isObject, isSealed, parseObject, seal, Unsound, unseal } from "../disk/sealed.ts"
import { RemoteFailed } from "../remote/Backend.ts"
import { digestOf } from "./digest.ts"
import { isCount, isDigest, isDuration, isPlainRecord, isText, isTime, optional } from "./fields.ts"

/** What an artifact consists of: the files of its tables and documents, by digest. */
export interface Manifest {
  readonly kind: string
  readonly tables: Readonly<Record<string, { readonly file: string; readonly rows: number; readonly bytes: number }>>
  readonly documents: Readonly<Record<string, { readonly file: string; readonly bytes: number }>>
}

export interface Component {
  readonly name: string
  readonly value: string
}

/** The shorter result that another went on from, where it began, and which share of its work was left from there. */
export interface Continuation {
  readonly key: string
  readonly artifact: string
  readonly step: number
  readonly left: number
}

export interface ActionRecord {
  /** 2 is sealed; 1, of earlier programs, is not. */
  readonly version: 1 | 2
  readonly key: string
  readonly stage: string
  readonly components: ReadonlyArray<Component>
  /** Every value, defaults included. */
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, string>>
  readonly output: Manifest & { readonly digest: string }
  readonly seconds: number
  readonly cpuSeconds: number
  readonly finishedAt: string
  readonly host: string
  /** What computed it: attestation, not identity. */
  readonly engine: Readonly<Record<string, unknown>> | null
  /** Provenance, not identity: the bytes are those that it would have come to by itself. */
  readonly continued?: Continuation
  readonly attempt: string
}

/**
 * Of the actions that gave one artifact the one that tells most of it: what was made from other artifacts before what brought the
 * same in from outside, then the newest.
 */
export const tellingMaker = (makers: ReadonlyArray<ActionRecord>): ActionRecord | undefined => {
  const made = makers.filter(({ inputs }) => Object.keys(inputs).length > 0)
  return (made.length > 0 ? made : makers).toSorted((a, b) => (a.finishedAt > b.finishedAt ? -1 : 1))[0]
}

/** A record, log or note of a store that cannot be trusted, or that the system does not let us read. */
export class Damaged extends Schema.TaggedError<Damaged>()("Damaged", {
  file: Schema.String,
  problem: Schema.String,
  /** Whether only reading failed: it may be sound, and is left where it is. */
  unread: Schema.optionalKey(Schema.Boolean),
  /** What helps where reading failed, a sentence. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return `${this.file} ${this.problem}`
  }
}

/** What helps where a file cannot be read: nothing can be said of it, so that nothing is done about it either. */
export const UNREAD_ADVICE =
  "It may be sound, so it is left where it is. Mend that, or move the file out of the store: the next run makes it again."

/** The key of an action: SHA-256 over its components in order of name, every name and value with its length in front. */
export const keyOf = (components: ReadonlyArray<Component>): string =>
  digestOf(components.flatMap(({ name, value }) => [name, value]))

/** The file of a key's record. */
export const recordFile = (root: string, key: string): string => inside(root, "actions", `${key}.json`)

/** The keys that have a record. */
export const actionKeys = (root: string): ReadonlyArray<string> =>
  namesInside(root, "actions")
    .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    .map((name) => name.slice(0, 64))

/** The text of a record's file. */
export const recordText = (record: ActionRecord): string => `${seal(JSON.stringify(record, null, 1))}\n`

/** The record of a key, null where there is none. Throws `Damaged`. */
export const readRecord = (root: string, key: string): ActionRecord | null => {
  const file = recordFile(root, key)
  return understood(file, (text) => recordIn(key, text))
}

/** Reads a file that may not be there; whatever is wrong with it is `Damaged`, in words. */
export const understood = <A>(file: string, read: (text: string) => A): A | null => {
  try {
    return read(readText(file))
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" || isAbsent(file)) return null
    throw damagedBy(file, cause)
  }
}

/** Whether nothing is there, of which one learns also where a file cannot be opened. */
const isAbsent = (file: string): boolean => {
  try {
    return lookAt(file) === undefined
  } catch {
    return false
  }
}

/** What was thrown while a file was read, as `Damaged`. */
export const damagedBy = (file: string, cause: unknown): Damaged => {
  if (cause instanceof Damaged) return cause
  if (cause instanceof RemoteFailed)
    return new Damaged({ file, problem: `cannot be had from ${cause.message}`.replace(/\.$/, ""), unread: true })
  const words = isObject(cause) ? (cause["clause"] ?? cause["problem"]) : undefined
  if (typeof words === "string") return new Damaged({ file, problem: words })
  const refusal = systemRefusal(cause)
  if (refusal === null)
    return new Damaged({ file, problem: `cannot be read: ${errorCode(cause) || "unknown error"}`, unread: false })
  return new Damaged({ file, problem: `cannot be read: ${refusal.means}`, unread: true, remedy: refusal.remedy })
}

/** The record that a text is, of this key. Throws `Unsound`. */
export const recordIn = (key: string, text: string): ActionRecord => {
  const sealed = text.endsWith("\n") && isSealed(text.slice(0, -1))
  const record = sealed ? unseal(text.slice(0, -1)) : parseObject(text)
  if (record["version"] === 2 && !sealed) throw new Unsound({ problem: "lacks its seal" })
  const problem = shapeProblem(key, record)
  if (problem !== null) throw new Unsound({ problem })
  return record as unknown as ActionRecord
}

/** Why a value is no record of the key; null when it is one. */
const shapeProblem = (key: string, record: Readonly<Record<string, unknown>>): string | null => {
  const { version, components, params, inputs, output, engine } = record
  if (version !== 1 && version !== 2) return `has version ${JSON.stringify(version)}, and this program knows 1 and 2`
  if (record["key"] !== key) return "is the record of another key"
  if (!["stage", "host", "attempt"].every((name) => isText(record[name]))) return "lacks its stage or host"
  if (!isTime(record["finishedAt"])) return "says no time at which it was made"
  if (!["seconds", "cpuSeconds"].every((name) => isDuration(record[name]))) return "does not say what it took"
  if (!Array.isArray(components) || !components.every((part) => isObject(part) && isText(part["name"]) && isText(part["value"])))
    return "lacks the components of its key"
  if (!isObject(params)) return "lacks its parameters"
  if (!isObject(inputs) || !Object.values(inputs).every((digest) => isDigest(digest))) return "lacks its inputs"
  if (engine !== null && !isPlainRecord(engine)) return "does not say what computed it"
  if (!isContinuation(record["continued"])) return "does not say what it went on from"
  if (!isObject(output) || !isDigest(output["digest"])) return "lacks its output"
  return manifestProblem(output) ?? keyProblem(record as unknown as ActionRecord)
}

const isContinuation = optional(
  (value) =>
    isObject(value) &&
    isDigest(value["key"]) &&
    isDigest(value["artifact"]) &&
    isCount(value["step"]) &&
    isDuration(value["left"])
)

/**
 * Why a record is not that of its key; null when it is. A seal says that nobody damaged it, and not that it is true: what it
 * lists is what its result is taken to be made of, by runs, by `--assume-unchanged` and in queries.
 */
const keyProblem = ({ key, components, stage, inputs }: ActionRecord): string | null => {
  if (keyOf(components) !== key) return "does not follow from the components it lists"
  const own = components.find(({ name }) => name === "stage")?.value ?? stage
  if (own !== stage) return "names another stage than its components do"
  const listed = components.flatMap(({ name, value }) =>
    name.startsWith(INPUT) ? [[name.slice(INPUT.length), value] as const] : []
  )
  const agree = listed.length === Object.keys(inputs).length && listed.every(([name, value]) => inputs[name] === value)
  return agree ? null : "names other inputs than its components do"
}

/** Of the components of a key, those that are inputs begin so: `input:corpus`. */
export const INPUT = "input:"

/** Why a value is no manifest; null when it is one. */
export const manifestProblem = (manifest: Readonly<Record<string, unknown>>): string | null => {
  const { kind, tables, documents } = manifest
  if (!isText(kind)) return "does not say its kind"
  const isPart = (part: unknown) => isObject(part) && isDigest(part["file"]) && isCount(part["bytes"])
  if (!isObject(tables) || !Object.values(tables).every((part) => isPart(part) && isCount((part as { rows: unknown }).rows)))
    return "does not say its tables"
  if (!isObject(documents) || !Object.values(documents).every(isPart)) return "does not say its documents"
  return null
}

/** Every object that an action's result consists of: the manifest, tables and documents. */
export const objectsOf = ({ output }: Pick<ActionRecord, "output">): ReadonlyArray<string> => [
  output.digest,
  ...Object.values(output.tables).map(({ file }) => file),
  ...Object.values(output.documents).map(({ file }) => file)
]
