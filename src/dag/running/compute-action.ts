/**
 * Computes one action, in this process: takes the lease, opens the inputs, goes on from a checkpoint if there is one, runs the
 * stage and commits. The same for light stages in the driver, for child processes and for cluster jobs.
 *
 * Commit order: files under temporary names, synced, taken in under their content names; outputs checked against their
 * declarations; external inputs checked again; the lease still ours; the action record, create-once.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { openTable } from "../../store/arrow/TableReader.ts"
import { TableWriter } from "../../store/arrow/TableWriter.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import { errorText, temporaryName } from "../../store/objects/files.ts"
import { acquire, isLease } from "../../store/objects/Lease.ts"
import {
  type ActionRecord,
  ArtifactCorrupt,
  ArtifactInvalid,
  type Component,
  LeaseLost,
  type Manifest,
  manifestJson,
  Store,
  type StoreFailed
} from "../../store/objects/Store.ts"
import { Kind } from "../../store/schema/Kind.ts"
import { firstDifference } from "../../store/upkeep/difference.ts"
import * as Checkpoints from "../Checkpoints.ts"
import type { Progress } from "../Progress.ts"
import type { Stage } from "../Stage.ts"

/** Everything that a process needs to compute an action; written to the attempt's directory as `request.json`. */
export interface StageRequest {
  readonly key: string
  readonly stage: string
  readonly module: string
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, string>>
  readonly components: ReadonlyArray<Component>
  /** Not identity: where the store is, how many threads, which engine. */
  readonly placement: Placement
}
export interface Placement {
  readonly store: string
  readonly threads: number
  /** Seconds between mid-stage checkpoints. */
  readonly checkpointSeconds: number
  /** Opaque here: handed to whoever provides services to stages. */
  readonly services: Readonly<Record<string, string>>
}

export interface Execution {
  readonly progress: Progress
  readonly stopRequested: () => boolean
  /** Called when the stage takes up its checkpoints: from then on a request to stop waits for the next one. */
  readonly onResumable?: () => void
  /** A result that differs from an earlier one of the same key. */
  readonly onNondeterminism?: (detail: string) => void
  /** Attestation of the engine for the action record. */
  readonly attest: () => Readonly<Record<string, unknown>> | null
}

/** Another live process computes this key already. */
export class Busy extends Schema.TaggedError<Busy>()("Busy", { host: Schema.String, pid: Schema.Int }) {
  override get message() {
    return `Process ${this.pid} on ${this.host} computes this already.`
  }
}

export const execute = Effect.fnUntraced(function* (stage: Stage.Any, request: StageRequest, execution: Execution) {
  const store = yield* Store
  const directory = store.attemptDirectory(request.key)
  const lease = yield* Effect.acquireRelease(
    Effect.sync(() => acquire(directory)),
    (held) => Effect.sync(() => isLease(held) && held.release())
  )
  if (!isLease(lease)) return yield* new Busy({ host: lease.host, pid: lease.pid })
  const done = yield* store.lookup(request.key)
  if (done !== null) return done

  const started = performance.now()
  const cpu = process.cpuUsage()
  const notes: Array<string> = []
  const { saved, tables } = goOn(stage.output, directory, (line) => notes.push(line))
  for (const line of notes) yield* execution.progress.note(line)
  if (saved !== null) yield* execution.progress.note(`resuming after step ${saved.step}`)

  const inputs: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries(stage.inputs)) inputs[name] = yield* openArtifact(kind, request.inputs[name]!)
  const output = yield* openOutput(stage.output, path.join(directory, "output"), tables)

  const checkpoints = Checkpoints.make({
    directory,
    saved,
    outputs: { save: output.save },
    stopRequested: execution.stopRequested,
    every: request.placement.checkpointSeconds
  })
  yield* stage.run({
    inputs,
    params: request.params,
    output: output.writers,
    progress: execution.progress,
    checkpoints: {
      ...checkpoints,
      restore: (parts) => {
        execution.onResumable?.()
        return checkpoints.restore(parts)
      }
    } satisfies Checkpoints.Checkpoints
  })

  const manifest = yield* output.finish
  const json = manifestJson(stage.output, manifest.tables, manifest.documents)
  const digest = yield* store.keepBytes(json)
  for (const external of yield* stage.externals(request.params)) {
    const expected = request.components.find(({ name }) => name === `file:${external.name}`)?.value
    if (expected !== external.sha256)
      return yield* new ArtifactInvalid({
        kind: stage.output.name,
        part: external.name,
        problem: "this input file changed while the stage was reading it; run again."
      })
  }
  if (!lease.isOurs()) return yield* new LeaseLost({ key: request.key })
  const used = process.cpuUsage(cpu)
  const record: ActionRecord = {
    version: 1,
    key: request.key,
    stage: stage.name,
    components: request.components,
    params: request.params,
    inputs: request.inputs,
    output: { ...manifest, digest },
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    finishedAt: new Date().toISOString(),
    host: os.hostname(),
    engine: stage.numerics.length > 0 ? execution.attest() : null,
    attempt: lease.token
  }
  // The loser of a race adopts the winner's record; a result that differs from one seen before is reported, never silent.
  const { existing } = yield* store.record(record)
  for (const other of yield* store.observe(request.key, digest)) {
    const where = yield* firstDifference(stage.output, other, digest).pipe(
      Effect.catchCause(() => Effect.succeed("something, but the earlier result is no longer there to compare with"))
    )
    execution.onNondeterminism?.(
      `the same key gave ${other.slice(0, 12)} before and ${digest.slice(0, 12)} now; they differ first in ${where}`
    )
  }
  yield* Effect.sync(() => {
    for (const name of fs.readdirSync(directory))
      if (name === "output" || name === "checkpoint.json" || name === "request.json" || name.startsWith("state-"))
        fs.rmSync(path.join(directory, name), { recursive: true, force: true })
  })
  return existing
}, Effect.scoped)

/** A reader over an artifact: each table opened on first use, every file checked against its digest first, documents decoded. */
export const openArtifact = Effect.fnUntraced(function* (kind: Kind.Any, artifact: string) {
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  const corrupt = (file: string, problem: string) => new ArtifactCorrupt({ artifact, file, problem })
  if (!Kind.isA(manifest.kind, kind)) return yield* corrupt(artifact, `is of kind ${manifest.kind}, not ${kind.name}`)
  const reader: Record<string, unknown> = { digest: artifact }
  for (const [name, table] of Object.entries(kind.tables)) {
    const entry = manifest.tables[name]
    if (entry === undefined) return yield* corrupt(artifact, `has no table ${name}`)
    const file = yield* store.verified(artifact, entry.file)
    reader[name] = yield* Effect.try({ try: () => openTable(table, file), catch: (cause) => corrupt(file, errorText(cause)) })
  }
  for (const [name, schema] of Object.entries(kind.documents)) {
    const entry = manifest.documents[name]
    if (entry === undefined) return yield* corrupt(artifact, `has no document ${name}`)
    const file = yield* store.verified(artifact, entry.file)
    reader[name] = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.toCodecJson(schema)))(
      fs.readFileSync(file, "utf8")
    ).pipe(Effect.mapError((problem) => corrupt(file, String(problem))))
  }
  return reader
})

interface Output {
  readonly writers: Readonly<Record<string, unknown>>
  /** Makes every row so far durable; rows by table. */
  readonly save: () => Readonly<Record<string, number>>
  readonly finish: Effect.Effect<Manifest, ArtifactInvalid | StoreFailed, Store>
}

type Tables = ReadonlyMap<string, TableWriter<any>>

/**
 * The last checkpoint of an attempt with the tables as they then were. One that cannot be used is reported, and everything is
 * new.
 */
const goOn = (kind: Kind.Any, attempt: string, warn: (line: string) => void) => {
  const output = path.join(attempt, "output")
  const saved = Checkpoints.readCheckpoint(attempt, warn)
  if (saved !== null) {
    try {
      const resumed = Object.entries(kind.tables).map(
        ([name, table]) => [name, TableWriter.resume(table, output, saved.rows[name] ?? 0)] as const
      )
      return { saved, tables: new Map(resumed) satisfies Tables as Tables }
    } catch (cause) {
      warn(`The checkpoint in ${attempt} cannot be used (${errorText(cause)}); starting over.`)
    }
  }
  fs.rmSync(path.join(attempt, Checkpoints.CHECKPOINT), { force: true })
  fs.rmSync(output, { recursive: true, force: true })
  fs.mkdirSync(output, { recursive: true })
  const tables = Object.entries(kind.tables).map(([name, table]) => [name, TableWriter.open(table, output)] as const)
  return { saved: null, tables: new Map(tables) satisfies Tables as Tables }
}

const openOutput = Effect.fnUntraced(function* (kind: Kind.Any, directory: string, tables: Tables) {
  const store = yield* Store
  const invalid = (part: string) => (cause: unknown) => new ArtifactInvalid({ kind: kind.name, part, problem: errorText(cause) })
  const documents = new Map<string, string>()
  const writers: Record<string, unknown> = {}

  for (const [name, writer] of tables) {
    const guarded =
      <A>(append: (input: A) => void) =>
      (input: A) =>
        Effect.try({ try: () => append(input), catch: invalid(name) })
    writers[name] = {
      append: guarded((row: any) => writer.append(row)),
      appendColumns: guarded((columns: any) => writer.appendColumns(columns)),
      rows: () => writer.rows
    }
  }
  for (const [name, schema] of Object.entries(kind.documents)) {
    writers[name] = {
      write: (value: unknown) =>
        Effect.gen(function* () {
          const plain = yield* Schema.encodeUnknownEffect(Schema.toCodecJson(schema))(value)
          documents.set(name, yield* Effect.try({ try: () => canonicalJson(plain, name), catch: (cause) => cause }))
        }).pipe(Effect.mapError(invalid(name)))
    }
  }

  const finish = Effect.gen(function* () {
    const manifest = {
      kind: kind.name,
      tables: {} as Record<string, Manifest["tables"][string]>,
      documents: {} as Record<string, Manifest["documents"][string]>
    }
    for (const [name, writer] of tables) {
      const file = temporaryName(directory)
      const { rows, bytes, sha256 } = yield* Effect.try({ try: () => writer.finish(file), catch: invalid(name) })
      const reopened = yield* Effect.try({ try: () => openTable(kind.tables[name]!, file), catch: invalid(name) })
      if (reopened.rows !== rows) return yield* invalid(name)(`${rows} rows were written and ${reopened.rows} read back`)
      yield* store.keepFile(file, sha256)
      manifest.tables[name] = { file: sha256, rows, bytes }
    }
    for (const name of Object.keys(kind.documents)) {
      const json = documents.get(name)
      if (json === undefined) return yield* invalid(name)("the stage ended without writing this document")
      manifest.documents[name] = { file: yield* store.keepBytes(json), bytes: Buffer.byteLength(json) }
    }
    return manifest
  })
  return {
    writers,
    finish,
    save: () => Object.fromEntries([...tables].map(([name, writer]) => [name, (writer.checkpoint(), writer.rows)]))
  } satisfies Output as Output
})
