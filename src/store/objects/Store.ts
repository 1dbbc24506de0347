/**
 * The store: immutable objects by content, action records by key. An artifact is a manifest (itself an object) that
 * lists the files of one kind; its digest is the digest of the manifest, so equal contents have equal digests wherever
 * and whenever they were made.
 *
 *   objects/sha256/ab/<digest>    immutable files, read-only
 *   actions/<key>.json            components, outputs, digest, cost
 *   attempts/<key>/               lease, checkpoints, log
 *   observations/<key>.jsonl      every digest that a key ever gave
 *   runs/<run id>/events.jsonl    what happened
 *   code/<digest>.txt             the code that keys speak of, without comments: only ever shown, never run
 */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import type { Kind } from "../schema/Kind.ts"
import { canonicalJson, sha256 } from "./digest.ts"
import { errorCode, errorText, publish, sha256OfFile, temporaryName, writeNew } from "./files.ts"

/** The store's folder cannot be read or written. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  path: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `The store at ${this.path} cannot be used: ${this.problem}`
  }
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

export interface Manifest {
  readonly kind: string
  readonly tables: Readonly<Record<string, { readonly file: string; readonly rows: number; readonly bytes: number }>>
  readonly documents: Readonly<Record<string, { readonly file: string; readonly bytes: number }>>
}

export interface Component {
  readonly name: string
  readonly value: string
}

export interface ActionRecord {
  readonly version: 1
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
  readonly attempt: string
}

/** One store, open; see the head of this file. */
export class Store extends Context.Service<
  Store,
  {
    readonly root: string
    /** The record of a key whose files are all there with the right sizes; null otherwise. */
    readonly lookup: (key: string) => Effect.Effect<ActionRecord | null, StoreFailed>
    readonly actions: Effect.Effect<ReadonlyArray<ActionRecord>, StoreFailed>
    /** The manifest of an artifact, checked against its digest. */
    readonly manifest: (artifact: string) => Effect.Effect<Manifest, ArtifactCorrupt>
    /** Path of an object after checking its bytes against its name (once per process and file). */
    readonly verified: (artifact: string, file: string) => Effect.Effect<string, ArtifactCorrupt>
    /** Takes a finished, synced temporary file in; its digest is its name from then on. */
    readonly keepFile: (temporary: string, digest: string) => Effect.Effect<void, StoreFailed>
    readonly keepBytes: (bytes: string | Uint8Array) => Effect.Effect<string, StoreFailed>
    /** Create-once. False when the key already had a record: `existing` is then the winner. */
    readonly record: (
      action: ActionRecord
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
  static readonly layer = (root: string) => Layer.effect(Store, open(root, true))
  /** For those who only look: makes no folder, and takes one that is not there for an empty store. */
  static readonly reading = (root: string) => Layer.effect(Store, open(root, false))
}

const open = Effect.fnUntraced(function* (root: string, writing: boolean) {
  const objects = path.join(root, "objects", "sha256")
  const actionsDirectory = path.join(root, "actions")
  const codeFile = (digest: string) => path.join(root, "code", `${digest}.txt`)
  const attempt = <A>(what: string, body: () => A) =>
    Effect.try({ try: body, catch: (cause) => new StoreFailed({ path: root, problem: `${what}: ${errorText(cause)}` }) })

  yield* Effect.try({
    try: () => {
      if (!writing) {
        const stat = fs.statSync(root, { throwIfNoEntry: false })
        if (stat !== undefined && !stat.isDirectory()) throw new Error("not a folder")
        return
      }
      for (const directory of [objects, actionsDirectory, path.join(root, "attempts"), path.join(root, "runs")])
        makeDirectory(directory)
      fs.accessSync(actionsDirectory, fs.constants.W_OK)
    },
    catch: (cause) =>
      new StoreFailed({
        path: root,
        problem:
          `it cannot be ${writing ? "written" : "read"} (${errorCode(cause) || errorText(cause)}). ` +
          "Give another folder with --store, or mend its permissions."
      })
  })

  const objectPath = (digest: string) => path.join(objects, digest.slice(0, 2), digest)
  const actionFile = (key: string) => path.join(actionsDirectory, `${key}.json`)
  const hasFiles = (record: ActionRecord) =>
    [...Object.values(record.output.tables), ...Object.values(record.output.documents)].every(
      ({ file, bytes }) => sizeOf(objectPath(file)) === bytes
    ) && sizeOf(objectPath(record.output.digest)) >= 0

  const readAction = (key: string): ActionRecord | null => {
    try {
      return JSON.parse(fs.readFileSync(actionFile(key), "utf8")) as ActionRecord
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return null
      throw cause
    }
  }

  const known = new Map<string, ActionRecord>()
  const keptCode = new Set<string>()

  /** A file that is there but is not what its name says gives way to a good copy. */
  const isGood = (digest: string) => sizeOf(objectPath(digest)) >= 0 && sha256OfFile(objectPath(digest)) === digest

  const checked = new Set<string>()
  const verified = (artifact: string, file: string) =>
    Effect.suspend(() => {
      const at = objectPath(file)
      if (checked.has(file)) return Effect.succeed(at)
      const problem =
        sizeOf(at) < 0 ? "is missing" : sha256OfFile(at) === file ? null : "does not have the contents its name says"
      if (problem !== null) return Effect.fail(new ArtifactCorrupt({ artifact, file: at, problem }))
      checked.add(file)
      return Effect.succeed(at)
    })

  const keepBytes = (bytes: string | Uint8Array) =>
    attempt("writing an object", () => {
      const digest = sha256(bytes)
      if (!writeNew(objectPath(digest), bytes) && !isGood(digest)) {
        fs.rmSync(objectPath(digest))
        writeNew(objectPath(digest), bytes)
      }
      fs.chmodSync(objectPath(digest), 0o444)
      return digest
    })

  return Store.of({
    root,
    objectPath,
    attemptDirectory: (key) => path.join(root, "attempts", key),
    verified,
    keepBytes,
    lookup: (key) =>
      attempt(`reading action ${key.slice(0, 12)}`, () => {
        const record = readAction(key)
        return record !== null && hasFiles(record) ? record : null
      }),
    actions: attempt("reading the actions", () =>
      actionKeys(actionsDirectory).flatMap((key) => {
        const record = known.get(key) ?? readAction(key)
        if (record === null) return []
        known.set(key, record)
        return [record]
      })
    ),
    manifest: Effect.fnUntraced(function* (artifact) {
      const file = yield* verified(artifact, artifact)
      return JSON.parse(fs.readFileSync(file, "utf8")) as Manifest
    }),
    keepFile: (temporary, digest) =>
      attempt("taking in a file", () => {
        fs.chmodSync(temporary, 0o444)
        if (sizeOf(objectPath(digest)) >= 0 && !isGood(digest)) fs.rmSync(objectPath(digest))
        publish(temporary, objectPath(digest))
      }),
    record: (action) =>
      attempt("recording an action", () => {
        known.delete(action.key)
        const won = writeNew(actionFile(action.key), JSON.stringify(action, null, 1))
        if (won) return { won, existing: action }
        const existing = readAction(action.key)
        if (existing !== null && hasFiles(existing)) return { won, existing }
        // The record of a result whose files are gone or damaged: ours replaces it.
        fs.rmSync(actionFile(action.key), { force: true })
        return { won: writeNew(actionFile(action.key), JSON.stringify(action, null, 1)), existing: action }
      }),
    observe: (key, digest) =>
      attempt("noting an observation", () => {
        const file = path.join(root, "observations", `${key}.jsonl`)
        const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : []
        const seen = lines.flatMap((line) => /"digest":"([0-9a-f]{64})"/.exec(line)?.[1] ?? [])
        if (!seen.includes(digest)) {
          makeDirectory(path.dirname(file))
          fs.appendFileSync(file, `${JSON.stringify({ digest, at: new Date().toISOString(), host: os.hostname() })}\n`)
        }
        return [...new Set(seen)].filter((other) => other !== digest)
      }),
    forget: (key) =>
      attempt("forgetting an action", () => {
        known.delete(key)
        fs.rmSync(actionFile(key), { force: true })
      }),
    keepCode: (digest, text) => {
      if (keptCode.has(digest)) return
      keptCode.add(digest)
      const file = codeFile(digest)
      if (!writing || fs.existsSync(file)) return
      try {
        fs.mkdirSync(path.dirname(file), { recursive: true })
        const temporary = temporaryName(path.dirname(file))
        fs.writeFileSync(temporary, text)
        fs.renameSync(temporary, file)
      } catch {
        // Only a plan's explanation will be poorer.
      }
    },
    codeText: (digest) => {
      try {
        return fs.readFileSync(codeFile(digest), "utf8")
      } catch {
        return null
      }
    }
  })
})

/** The keys that have a record. */
const actionKeys = (directory: string): ReadonlyArray<string> =>
  fs.existsSync(directory)
    ? fs
        .readdirSync(directory)
        .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
        .map((name) => name.slice(0, 64))
    : []

/**
 * Level by level: Node's own recursive mkdir never returns on file systems that answer "no such file" for a
 * folder that is there (/proc).
 */
const makeDirectory = (directory: string): void => {
  if (fs.existsSync(directory)) return
  makeDirectory(path.dirname(directory))
  try {
    fs.mkdirSync(directory)
  } catch (cause) {
    if (errorCode(cause) !== "EEXIST") throw cause
  }
}

const sizeOf = (file: string): number => {
  try {
    return fs.statSync(file).size
  } catch {
    return -1
  }
}

/** The digest of an artifact: that of its manifest in canonical form. */
export const manifestJson = (kind: Kind.Any, tables: Manifest["tables"], documents: Manifest["documents"]): string =>
  canonicalJson({ kind: kind.name, tables, documents })
