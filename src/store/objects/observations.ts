/**
 * What is known of a key beyond its record, `observations/<key>.jsonl`: every result that it ever gave, so that a second,
 * different one is noticed; and that its record was let go on purpose, so that a record that is lost can be told from one that
 * was tidied away. Each line is sealed together with the one before it.
 */

import * as os from "node:os"

import { type Durable, replacing, waiting } from "../disk/durable.ts"
import { inside, makeInside } from "../disk/inside.ts"
import { isSealed, parseObject, seal, sealOf, Unsound, unseal } from "../disk/sealed.ts"
import { isDigest } from "./fields.ts"
import { understood } from "./records.ts"

export interface Observations {
  /** The digests of its results, oldest first, each once. */
  readonly digests: ReadonlyArray<string>
  /** Whether the last word is that its record was let go. */
  readonly letGo: boolean
  /** Whether its last line is sealed: earlier programs did not note what was let go. */
  readonly sealed: boolean
}

const observationsFile = (root: string, key: string): string => inside(root, "observations", `${key}.jsonl`)

/** What is known of a key; null where nothing is. Throws `Damaged`. */
export const readObservations = (root: string, key: string): Observations | null =>
  understood(observationsFile(root, key), (text) => read(key, text).known)

/** Notes a result of the key. What is there must be readable: `readObservations` says so. */
export const notingResult = (root: string, key: string, digest: string): Durable<void> => append(root, key, { digest })

/** The same at once. */
export const noteResult = (root: string, key: string, digest: string): void => waiting(notingResult(root, key, digest))

/** Notes that the record of the key is about to be removed on purpose. */
export const noteLetGo = (root: string, key: string): void => waiting(append(root, key, { letGo: true }))

/** Written anew as a whole: two processes that have one key at once may lose a line, and never leave half of one. */
function* append(root: string, key: string, fact: Readonly<Record<string, unknown>>): Durable<void> {
  const file = observationsFile(root, key)
  makeInside(root, "observations")
  const before = understood(file, (text) => text)
  yield* replacing(file, withFact(key, before, fact))
}

const withFact = (key: string, before: string | null, fact: Readonly<Record<string, unknown>>): string => {
  const { text, last } = before === null ? { text: "", last: key } : { text: before, last: read(key, before).last }
  const line = JSON.stringify({ ...fact, at: new Date().toISOString(), host: os.hostname() })
  return `${text}${seal(line, last)}\n`
}

/**
 * What one place knows of a key together with what another does: the text there, with the results that are new to it noted.
 * Throws `Unsound` where a text is damaged.
 */
export const joined = (key: string, there: string | null, here: string): string => {
  const known = new Set(there === null ? [] : read(key, there).known.digests)
  const fresh = read(key, here).known.digests.filter((digest) => !known.has(digest))
  // A line of its own for each, in their order.
  return there === null ? here : fresh.reduce((text, digest) => withFact(key, text, { digest }), there)
}

/** What a line of an earlier program held, and nothing else: with its seal made unreadable, one of ours is none of these. */
const UNSEALED = "digest,at,host"

/** `last`: the seal that the next line is bound to; the key before the first. */
const read = (key: string, text: string): { readonly known: Observations; readonly last: string } => {
  if (text === "") throw new Unsound({ problem: "is empty" })
  if (!text.endsWith("\n")) throw new Unsound({ problem: "ends within a line" })
  const digests = new Set<string>()
  let letGo = false
  let last = key
  for (const line of text.slice(0, -1).split("\n")) {
    // Those of earlier programs were not sealed; they come first.
    const plain = last === key && !isSealed(line)
    const fact = plain ? parseObject(line) : unseal(line, last)
    if (plain && Object.keys(fact).join() !== UNSEALED) throw new Unsound({ problem: "has a line that lacks its seal" })
    if (!plain) last = sealOf(line)
    if (isDigest(fact["digest"])) digests.add(fact["digest"])
    letGo = fact["letGo"] === true
  }
  return { known: { digests: [...digests], letGo, sealed: last !== key }, last }
}
