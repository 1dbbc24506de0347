/**
 * The store: immutable objects by content, action records by key. An artifact is a manifest (itself an object) that
 * lists the files of one kind; its digest is the digest of the manifest, so equal contents have equal digests wherever
 * and whenever they were made.
 *
 *   objects/sha256/ab/<digest>    immutable files, read-only
 *   actions/<key>.json            components, outputs, digest, cost
 *   attempts/<key>/               lease, and a folder a holder: checkpoints, log
 *   observations/<key>.jsonl      every digest that a key ever gave
 *   runs/<run id>/events.jsonl    what happened
 *   presence/, trash/             who works here now, and what gc is about to remove: see presence/
 *   code/<digest>.txt             the code that keys speak of, without comments: only ever shown, never run
 */

import * as fs from "node:fs"

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { errorText } from "../../text/error-text.ts"
import { type Durable, together } from "../disk/durable.ts"
import { inside, makeInside, removeInside } from "../disk/inside.ts"
import { writingNew } from "../disk/publish.ts"
import { behindStore } from "../remote/mirror.ts"
import type { Kind } from "../schema/Kind.ts"
import { keepCode, readCode } from "./code-texts.ts"
import { canonicalJson, sha256 } from "./digest.ts"
import { type ArtifactCorrupt, artifactCorrupt, ResultUnread, StoreFailed, storeFailed } from "./failures.ts"
import { letGo } from "./let-go.ts"
import { adopt, bringObservations, bringRecord, presenceIn, recordThere, shareObservations } from "./mirrored.ts"
import { MISSING, Objects } from "./Objects.ts"
import { notingResult, type Observations, readObservations } from "./observations.ts"
import {
  actionKeys,
  type ActionRecord,
  Damaged,
  damagedBy,
  type Manifest,
  objectsOf,
  readRecord,
  recordFile,
  recordText
} from "./records.ts"
import { setAside } from "./set-aside.ts"

export {
  ArtifactCorrupt,
  artifactCorrupt,
  ArtifactInvalid,
  LeaseLost,
  ResultUnread,
  StoreFailed,
  storeFailed
} from "./failures.ts"
export type { ActionRecord, Component, Continuation, Manifest } from "./records.ts"

/** Whether an artifact is what its user takes it for, beyond the digests of its files: a kind, say. */
export interface Soundness {
  /** Under which it is noted that a record is sound in this way. */
  readonly name: string
  /** Throws where an output is not; `pathOf`: where the objects are. */
  readonly check: (output: Manifest, pathOf: (digest: string) => string) => void
}

/** One store, open; see the head of this file. */
export class Store extends Context.Service<
  Store,
  {
    readonly root: string
    /**
     * The record of a key whose files are all there with the contents that their names say; null otherwise. What is damaged is
     * told, and set aside where the store may be written: it is computed again like what was never there. So is one that is not
     * `sound`, if that is asked. What cannot be read is neither there nor not there: that fails.
     */
    readonly lookup: (key: string, sound?: Soundness) => Effect.Effect<ActionRecord | null, StoreFailed | ResultUnread>
    /** Which file keeps a result that a `lookup` of this key did not find from being used, and why; null where there is none. */
    readonly flawOf: (key: string) => string | null
    readonly actions: Effect.Effect<ReadonlyArray<ActionRecord>, StoreFailed>
    /**
     * Records of an artifact: those that were there when this was first asked, and those that were looked up or recorded here.
     * The folder is read once: that a run asks of each of its nodes what made its inputs is to cost in proportion to them.
     */
    readonly makersOf: (artifact: string) => Effect.Effect<ReadonlyArray<ActionRecord>, StoreFailed>
    /** The manifest of an artifact, checked against its digest. */
    readonly manifest: (artifact: string) => Effect.Effect<Manifest, ArtifactCorrupt>
    /** Path of an object of an artifact after hashing its bytes, once per process and file: for what is computed from it. */
    readonly verified: (artifact: string, part: Part) => Effect.Effect<string, ArtifactCorrupt>
    /** The same where it is enough that nobody touched the file since it was hashed: for what is only shown. */
    readonly readable: (artifact: string, part: Part) => Effect.Effect<string, ArtifactCorrupt>
    /** Takes a finished, synced temporary file in; its digest is its name from then on. */
    readonly keepFile: (temporary: string, digest: string) => Effect.Effect<void, StoreFailed>
    readonly keepBytes: (bytes: string | Uint8Array) => Effect.Effect<string, StoreFailed>
    /**
     * Create-once. False when the key already had a record: `existing` is then the winner. `through`: a folder in which the
     * record is made; when that is gone, so is the right to commit, and nothing is recorded.
     */
    readonly record: (
      action: ActionRecord,
      through?: string
    ) => Effect.Effect<{ readonly won: boolean; readonly existing: ActionRecord }, StoreFailed>
    /** Notes that a key gave this digest; the other digests that were ever seen for it, oldest first. */
    readonly observe: (key: string, digest: string) => Effect.Effect<ReadonlyArray<string>, StoreFailed>
    /** Forgets a key, so that the next run computes it again. */
    readonly forget: (key: string) => Effect.Effect<void, StoreFailed>
    readonly attemptDirectory: (key: string) => string
    readonly objectPath: (digest: string) => string
    /**
     * Keeps the text behind a code digest, so that a later plan can show what changed. A store that cannot take it goes without.
     */
    readonly keepCode: (digest: string, text: string) => void
    /** The text behind a code digest, or null when it was not kept. */
    readonly codeText: (digest: string) => string | null
  }
>()("echo-chamber/store/Store") {
  /** `notice` is told of damage that was met on the way, a line each. */
  static readonly layer = (root: string, notice: Notice = toStandardError) => Layer.effect(Store, open(root, true, notice))
  /** For those who only look: makes no folder, and takes one that is not there for an empty store. */
  static readonly reading = (root: string, notice: Notice = toStandardError) => Layer.effect(Store, open(root, false, notice))
}

/** A table or document as a manifest lists it. */
type Part = Pick<Manifest["documents"][string], "file" | "bytes">

type Notice = (line: string) => void
const toStandardError: Notice = (line) => void process.stderr.write(`${line}\n`)

const open = Effect.fnUntraced(function* (root: string, writing: boolean, notice: Notice) {
  const attempt = <A>(what: string, body: () => A) => Effect.try({ try: body, catch: (cause) => storeFailed(root, what, cause) })

  /** What has begun is brought to its end: an open file is not left behind. */
  const lasting = <A>(what: string, steps: () => Durable<A>) =>
    Effect.uninterruptible(Effect.tryPromise({ try: () => together(steps()), catch: (cause) => storeFailed(root, what, cause) }))

  yield* Effect.try({
    try: () => {
      if (!writing) {
        const stat = fs.statSync(root, { throwIfNoEntry: false })
        if (stat !== undefined && !stat.isDirectory()) throw new Error("not a folder")
        return
      }
      for (const names of [["objects", "sha256"], ["actions"], ["attempts"], ["runs"]])
        fs.accessSync(makeInside(root, ...names), fs.constants.W_OK)
    },
    catch: (cause) =>
      new StoreFailed({
        path: root,
        problem:
          `it cannot be ${writing ? "written" : "read"} (${errorText(cause)}). ` +
          "Give another folder with --store, or mend its permissions."
      })
  })

  const objects = new Objects(root, () => tell("Files of this store are read in full once on this machine; this takes a while."))
  const remote = behindStore(root)
  const isThere = remote === null ? null : presenceIn(remote)
  /** Said once: a damaged record is met by every look at the store. */
  const said = new Set<string>()
  const tell = (line: string) => {
    if (!said.has(line)) notice(line)
    said.add(line)
  }
  /** What `flawOf` says, by key. */
  const flaws = new Map<string, string>()
  /** Tells of damage and moves it out of the way; what the store cannot move is only left out. */
  const retire = (file: string, problem: string, ...names: ReadonlyArray<string>) => {
    if (!writing) return tell(`${file} ${problem}; it is left out. "pipeline verify" says more.`)
    try {
      tell(`${file} ${problem}; it was moved to ${setAside(root, ...names)} and is made again.`)
    } catch (cause) {
      tell(`${file} ${problem}, and cannot be moved aside (${errorText(cause)}).`)
    }
  }

  /** The record of a key; null where there is none, or none that can be trusted. Throws what cannot be read. */
  const readAction = (key: string): ActionRecord | null => {
    try {
      const record = readRecord(root, key)
      if (record !== null || remote === null) return record
      bringRecord(remote, root, key)
      return readRecord(root, key)
    } catch (cause) {
      if (!(cause instanceof Damaged) || cause.unread === true) throw cause
      flaws.set(key, cause.message)
      retire(cause.file, cause.problem, "actions", `${key}.json`)
      return null
    }
  }
  /** The same for whoever looks at all of them: one that cannot be read is left out. */
  const readActionOrNone = (key: string): ActionRecord | null => {
    try {
      return readAction(key)
    } catch (cause) {
      if (!(cause instanceof Damaged)) throw cause
      tell(`${cause.message}; it is left out. "pipeline verify" says more.`)
      return null
    }
  }
  const retireRecord = (key: string, problem: string) => {
    flaws.set(key, `${recordFile(root, key)} ${problem}`)
    retire(recordFile(root, key), problem, "actions", `${key}.json`)
  }
  /**
   * Whether a record's result is there in full. Damaged objects are retired, missing ones were let go or lost; where an object is
   * sound and another than the record says, it is the record that is damaged.
   */
  const hasFiles = (record: ActionRecord): boolean => {
    const sizes = sizesOf(record)
    if (isThere === null) return hasFilesHere(record, sizes)
    const here = sizes.filter(([digest]) => objects.isHere(digest))
    // What may not be needed here is only fetched when it is.
    return hasFilesHere(record, isThere(sizes.filter((each) => !here.includes(each))) ? here : sizes)
  }
  const hasFilesHere = (record: ActionRecord, sizes: ReturnType<typeof sizesOf>): boolean =>
    sizes.every(([digest, bytes]) => {
      try {
        if (bytes === null) {
          objects.checkManifest(digest)
          return true
        }
        const size = objects.check(digest, { bytes })
        if (size !== bytes)
          retireRecord(record.key, `says that object ${digest.slice(0, 12)} has ${bytes} bytes, and it has ${size}`)
        return size === bytes
      } catch (cause) {
        if (!(cause instanceof Damaged) || cause.unread === true) throw cause
        flaws.set(record.key, cause.message)
        if (cause.problem !== MISSING) retire(cause.file, cause.problem, "objects", "sha256", digest.slice(0, 2), digest)
        return false
      }
    })
  /** Whether a record, whose files are what their names say, is sound as its user means it. Noted: opening files takes time. */
  const isSound = ({ key, output }: ActionRecord, { name, check }: Soundness): boolean => {
    const file = recordFile(root, key)
    const noted = sha256(`sound: ${name}`)
    // Looked at when it is fetched, by whoever opens it.
    if (remote !== null && objectsOf({ output }).some((digest) => !objects.isHere(digest))) return true
    if (objects.verified.has(file, noted)) return true
    try {
      check(output, (digest) => objects.path(digest))
      objects.verified.add(file, noted)
      return true
    } catch (cause) {
      const { file: part, problem, unread } = damagedBy(objects.path(output.digest), cause)
      if (unread === true) throw new Damaged({ file: part, problem, unread })
      const what = `is no result of its stage: ${part} ${problem}`
      // Only whoever computes this key knows what the result should be: verify has nothing to object to.
      if (writing) retireRecord(key, what)
      else {
        flaws.set(key, `${part} ${problem}`)
        tell(`${file} ${what}; a run sets it aside and makes it again.`)
      }
      return false
    }
  }

  /** What is known of a key; what is damaged of it is retired. */
  const observed = (key: string): Observations | null | "unread" => {
    try {
      return readObservations(root, key)
    } catch (cause) {
      if (!(cause instanceof Damaged)) throw cause
      if (cause.unread === true) {
        tell(`${cause.message}; what this key gave before cannot be compared. "pipeline verify" says more.`)
        return "unread"
      }
      retire(cause.file, cause.problem, "observations", `${key}.jsonl`)
      return null
    }
  }

  const known = new Map<string, ActionRecord>()
  const allActions = (): ReadonlyArray<ActionRecord> =>
    actionKeys(root).flatMap((key) => {
      const record = known.get(key) ?? readActionOrNone(key)
      if (record === null) return []
      known.set(key, record)
      return [record]
    })
  /** By artifact and key; null until somebody asks. */
  let makers: Map<string, Map<string, ActionRecord>> | null = null
  const noteMaker = (record: ActionRecord): ActionRecord => {
    const { digest } = record.output
    const alike = makers?.get(digest)
    if (alike === undefined) makers?.set(digest, new Map([[record.key, record]]))
    else alike.set(record.key, record)
    return record
  }
  const keptCode = new Set<string>()

  const ofArtifact = <A>(body: () => A, artifact: string, file: string) =>
    Effect.try({ try: body, catch: (cause) => artifactCorrupt(artifact, file, cause) })
  const usable = (artifact: string, { file, bytes }: Part, anew: boolean) =>
    ofArtifact(
      () => {
        objects.check(file, { bytes, anew })
        return objects.path(file)
      },
      artifact,
      file
    )

  return Store.of({
    root,
    objectPath: (digest) => objects.path(digest),
    attemptDirectory: (key) => inside(root, "attempts", key),
    verified: (artifact, part) => usable(artifact, part, true),
    readable: (artifact, part) => usable(artifact, part, false),
    keepBytes: (bytes) => lasting("writing an object", () => objects.keepBytes(bytes)),
    lookup: (key, sound) =>
      Effect.try({
        try: () => {
          flaws.delete(key)
          const record = readAction(key)
          if (record === null || !hasFiles(record)) return null
          if (sha256(manifestOf(record.output)) !== record.output.digest) {
            retireRecord(key, "disagrees with the manifest of its artifact")
            return null
          }
          return sound === undefined || isSound(record, sound) ? noteMaker(record) : null
        },
        catch: (cause) =>
          cause instanceof Damaged && cause.unread === true
            ? new ResultUnread({ key, file: cause.file, problem: cause.problem })
            : storeFailed(root, `reading action ${key.slice(0, 12)}`, cause)
      }),
    actions: attempt("reading the actions", allActions),
    makersOf: (artifact) =>
      attempt("reading the actions", () => {
        if (makers === null) {
          makers = new Map()
          for (const record of allActions()) noteMaker(record)
        }
        return [...(makers.get(artifact)?.values() ?? [])]
      }),
    flawOf: (key) => flaws.get(key) ?? null,
    manifest: (artifact) => ofArtifact(() => objects.manifest(artifact), artifact, artifact),
    keepFile: (temporary, digest) => lasting("taking in a file", () => objects.keepFile(temporary, digest)),
    record: (action, through) =>
      lasting("recording an action", function* () {
        known.delete(action.key)
        const file = recordFile(root, action.key)
        if (remote !== null) {
          const counts = recordThere(remote, action, (digest) => objects.path(digest))
          if (counts !== action) {
            adopt(root, counts)
            return { won: false, existing: noteMaker(counts) }
          }
        }
        const won = yield* writingNew(file, recordText(action), through)
        if (won) return { won, existing: noteMaker(action) }
        const existing = readAction(action.key)
        if (existing !== null && hasFiles(existing)) return { won, existing: noteMaker(existing) }
        // The record of a result whose files are gone or damaged: ours replaces it.
        removeInside(root, "actions", `${action.key}.json`)
        return { won: yield* writingNew(file, recordText(action), through), existing: noteMaker(action) }
      }),
    observe: (key, digest) =>
      lasting("noting an observation", function* () {
        if (remote !== null) bringObservations(remote, root, key)
        const known = observed(key)
        if (known === "unread") return []
        if (known === null || known.letGo || !known.digests.includes(digest)) yield* notingResult(root, key, digest)
        if (remote !== null) shareObservations(remote, root, key)
        return known === null ? [] : known.digests.filter((other) => other !== digest)
      }),
    forget: (key) =>
      attempt("forgetting an action", () => {
        known.delete(key)
        letGo(root, key)
      }),
    keepCode: (digest, text) => {
      if (keptCode.has(digest)) return
      keptCode.add(digest)
      if (!writing) return
      try {
        keepCode(root, digest, text)
      } catch {
        // Only a plan's explanation will be poorer.
      }
    },
    codeText: (digest) => {
      try {
        return readCode(root, digest)
      } catch (cause) {
        tell(`${errorText(cause)}; what changed in it cannot be shown.`)
        return null
      }
    }
  })
})

/** The objects of a record with what it says of their sizes; it does not say that of its manifest. */
const sizesOf = ({ output }: ActionRecord): ReadonlyArray<readonly [string, number | null]> => [
  [output.digest, null],
  ...[...Object.values(output.tables), ...Object.values(output.documents)].map(({ file, bytes }) => [file, bytes] as const)
]

/** The digest of an artifact: that of its manifest in canonical form. */
export const manifestJson = (kind: Kind.Any, tables: Manifest["tables"], documents: Manifest["documents"]): string =>
  manifestOf({ kind: kind.name, tables, documents })

/** The same of what a record says of its output. */
const manifestOf = ({ kind, tables, documents }: Manifest): string => canonicalJson({ kind, tables, documents })
