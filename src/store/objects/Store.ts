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
import * as Schema from "effect/Schema"

import { errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { inside, makeInside, removeInside } from "../disk/inside.ts"
import { writeNew } from "../disk/publish.ts"
import type { Kind } from "../schema/Kind.ts"
import { keepCode, readCode } from "./code-texts.ts"
import { canonicalJson, sha256 } from "./digest.ts"
import { letGo } from "./let-go.ts"
import { MISSING, Objects } from "./Objects.ts"
import { noteResult, type Observations, readObservations } from "./observations.ts"
import {
  actionKeys,
  type ActionRecord,
  Damaged,
  damagedBy,
  type Manifest,
  readRecord,
  recordFile,
  recordText
} from "./records.ts"
import { setAside } from "./set-aside.ts"

export type { ActionRecord, Component, Manifest } from "./records.ts"

/** The store's folder cannot be read or written. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  path: Schema.String,
  problem: Schema.String,
  /** Whether the machine is to blame, in the middle of the work, and not the folder that was given. */
  machine: Schema.optionalKey(Schema.Boolean)
}) {
  get badInput() {
    return this.machine !== true
  }
  override get message() {
    return `The store at ${this.path} cannot be used: ${this.problem}`
  }
}

/** The failure of something in a store, by what was thrown. */
export const storeFailed = (root: string, what: string, cause: unknown): StoreFailed => {
  const machine = systemProblem(cause)
  return new StoreFailed({ path: root, problem: `${what}: ${machine ?? errorText(cause)}`, machine: machine !== null })
}

/** A stored file is not what its name says: damaged, truncated or gone. */
export class ArtifactCorrupt extends Schema.TaggedError<ArtifactCorrupt>()("ArtifactCorrupt", {
  artifact: Schema.String,
  file: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `Artifact ${this.artifact.slice(0, 12)} is damaged: ${this.file} ${this.problem}. Nothing was computed from it. ` +
      `"pipeline verify --repair" sets damaged artifacts aside; the next run makes them again.`
    )
  }
}

/** A stage wrote something its kind does not allow. */
export class ArtifactInvalid extends Schema.TaggedError<ArtifactInvalid>()("ArtifactInvalid", {
  kind: Schema.String,
  part: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `Output ${this.kind}.${this.part}: ${this.problem}`
  }
}

/** The lease was lost while computing; whoever has it now will commit. */
export class LeaseLost extends Schema.TaggedError<LeaseLost>()("LeaseLost", { key: Schema.String }) {
  override get message() {
    return `Another process took over action ${this.key.slice(0, 12)}; this result was not committed.`
  }
}

/** One store, open; see the head of this file. */
export class Store extends Context.Service<
  Store,
  {
    readonly root: string
    /**
     * The record of a key whose files are all there with the contents that their names say; null otherwise. What is damaged is
     * told, and set aside where the store may be written: it is computed again like what was never there.
     */
    readonly lookup: (key: string) => Effect.Effect<ActionRecord | null, StoreFailed>
    readonly actions: Effect.Effect<ReadonlyArray<ActionRecord>, StoreFailed>
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
  /** Said once: a damaged record is met by every look at the store. */
  const said = new Set<string>()
  const tell = (line: string) => {
    if (!said.has(line)) notice(line)
    said.add(line)
  }
  /** Tells of damage and moves it out of the way; what the store cannot move is only left out. */
  const retire = (file: string, problem: string, ...names: ReadonlyArray<string>) => {
    if (!writing) return tell(`${file} ${problem}; it is left out. "pipeline verify" says more.`)
    try {
      tell(`${file} ${problem}; it was moved to ${setAside(root, ...names)} and is made again.`)
    } catch (cause) {
      tell(`${file} ${problem}, and cannot be moved aside (${errorText(cause)}).`)
    }
  }

  /** The record of a key; null where there is none, or none that can be trusted. */
  const readAction = (key: string): ActionRecord | null => {
    try {
      return readRecord(root, key)
    } catch (cause) {
      if (!(cause instanceof Damaged) || cause.unread === true) throw cause
      retire(cause.file, cause.problem, "actions", `${key}.json`)
      return null
    }
  }
  /** Whether a record's result is there in full. Damaged objects are retired, missing ones were let go or lost. */
  const hasFiles = (record: ActionRecord): boolean =>
    sizesOf(record).every(([digest, bytes]) => {
      try {
        if (bytes === null) objects.checkManifest(digest)
        else objects.check(digest, { bytes })
        return true
      } catch (cause) {
        if (!(cause instanceof Damaged) || cause.unread === true) throw cause
        if (cause.problem !== MISSING) retire(cause.file, cause.problem, "objects", "sha256", digest.slice(0, 2), digest)
        return false
      }
    })

  /** What is known of a key; what is damaged of it is retired. */
  const observed = (key: string): Observations | null => {
    try {
      return readObservations(root, key)
    } catch (cause) {
      if (!(cause instanceof Damaged) || cause.unread === true) throw cause
      retire(cause.file, cause.problem, "observations", `${key}.jsonl`)
      return null
    }
  }

  const known = new Map<string, ActionRecord>()
  const keptCode = new Set<string>()

  const usable = (artifact: string, { file, bytes }: Part, anew: boolean) =>
    Effect.suspend(() => {
      const problem = objects.problem(file, { bytes, anew })
      return problem === null
        ? Effect.succeed(objects.path(file))
        : Effect.fail(new ArtifactCorrupt({ artifact, file: objects.path(file), problem }))
    })

  return Store.of({
    root,
    objectPath: (digest) => objects.path(digest),
    attemptDirectory: (key) => inside(root, "attempts", key),
    verified: (artifact, part) => usable(artifact, part, true),
    readable: (artifact, part) => usable(artifact, part, false),
    keepBytes: (bytes) => attempt("writing an object", () => objects.keepBytes(bytes)),
    lookup: (key) =>
      attempt(`reading action ${key.slice(0, 12)}`, () => {
        const record = readAction(key)
        if (record === null || !hasFiles(record)) return null
        if (sha256(manifestOf(record.output)) === record.output.digest) return record
        retire(recordFile(root, key), "disagrees with the manifest of its artifact", "actions", `${key}.json`)
        return null
      }),
    actions: attempt("reading the actions", () =>
      actionKeys(root).flatMap((key) => {
        const record = known.get(key) ?? readAction(key)
        if (record === null) return []
        known.set(key, record)
        return [record]
      })
    ),
    manifest: (artifact) =>
      Effect.try({
        try: () => objects.manifest(artifact),
        catch: (cause) => {
          const { file, problem } = damagedBy(artifact, cause)
          return new ArtifactCorrupt({ artifact, file, problem })
        }
      }),
    keepFile: (temporary, digest) => attempt("taking in a file", () => objects.keepFile(temporary, digest)),
    record: (action, through) =>
      attempt("recording an action", () => {
        known.delete(action.key)
        const file = recordFile(root, action.key)
        const won = writeNew(file, recordText(action), through)
        if (won) return { won, existing: action }
        const existing = readAction(action.key)
        if (existing !== null && hasFiles(existing)) return { won, existing }
        // The record of a result whose files are gone or damaged: ours replaces it.
        removeInside(root, "actions", `${action.key}.json`)
        return { won: writeNew(file, recordText(action), through), existing: action }
      }),
    observe: (key, digest) =>
      attempt("noting an observation", () => {
        const known = observed(key)
        if (known === null || known.letGo || !known.digests.includes(digest)) noteResult(root, key, digest)
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
