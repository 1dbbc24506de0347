/**
 * Computes one action, in this process: takes the lease, opens the inputs, goes on from a checkpoint if there is one, runs the
 * stage and commits. The same for light stages in the driver, for child processes and for cluster jobs.
 *
 * Commit order: files under temporary names, synced, taken in under their content names; outputs checked against their
 * declarations; code, engine and external inputs still those of the key; the lease still ours; the action record, create-once.
 */

import * as os from "node:os"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

import { inside, lookAnew } from "../../store/disk/inside.ts"
import { type ActionRecord, LeaseLost, manifestJson, Store, storeFailed } from "../../store/objects/Store.ts"
import { acquire, isLease, type Lease } from "../../store/presence/Lease.ts"
import type { Heart, Observer } from "../../store/presence/Presence.ts"
import { COMMIT } from "../../store/presence/Sweep.ts"
import { sharing } from "../../store/transfer/shared-checkpoints.ts"
import { firstDifference } from "../../store/upkeep/difference.ts"
import { soundAs } from "../../store/upkeep/open-parts.ts"
import { errorText } from "../../text/error-text.ts"
import * as Checkpoints from "../Checkpoints.ts"
import { inputsAgree } from "../inputs-agree.ts"
import type { Progress } from "../Progress.ts"
import type { Stage } from "../Stage.ts"
import { goOnFromOthers, makeAttemptFolder, tidyAttempts } from "./attempts/folders.ts"
import { attemptComesIn, inStore, lookOut } from "./come-in.ts"
import { Busy, type Obtained, type StageRequest } from "./Executor.ts"
import { openArtifact, openContinued } from "./input-artifact.ts"
import { type HeldKey, holdKey, type Numerics } from "./key-holds.ts"
import { beginOutput, type OnRow, openOutput } from "./output-artifact.ts"

/** What a computation is told by the process that it runs in, and tells it. */
export interface Surroundings {
  readonly progress: Progress
  readonly stopRequested: () => boolean
  /** Called when the stage takes up its checkpoints: from then on a request to stop waits for the next one. */
  readonly onResumable?: () => void
  /** Is told of the rows of the result as the stage adds them. */
  readonly onRow?: OnRow
  /** A result that differs from an earlier one of the same key. */
  readonly onNondeterminism?: (detail: string) => void
  /** Absent where no engine is at hand. */
  readonly numerics?: Numerics
  /** Attestation of the engine for the action record. */
  readonly attest: () => Readonly<Record<string, unknown>> | null
}

/**
 * The record of the action that a request names, computed unless it is there. Fails with `Busy` while another process has the
 * key, with `LeaseLost` when one has taken it from us, with `Stopped` when asked to stop, else with what kept the stage from its
 * result.
 */
export const computeAction = Effect.fnUntraced(function* (stage: Stage.Any, request: StageRequest, surroundings: Surroundings) {
  const store = yield* Store
  const { key, attempt } = request
  const seen = yield* lookOut
  const notes: Array<string> = []
  const note = (line: string) => void notes.push(line)
  const { presence, heart } = yield* attemptComesIn(seen, attempt, note)
  const lease = yield* Effect.acquireRelease(
    inStore(store.root, "taking a lease", () => acquire(seen, key, presence, note)),
    (held) => Effect.ignore(Effect.try(() => isLease(held) && held.release()))
  )
  for (const line of notes) yield* surroundings.progress.note(line)
  if (!isLease(lease)) return yield* new Busy({ host: lease.host, pid: lease.pid })
  // Who had the lease before may have been through with it a moment ago, on another host.
  lookAnew(store.root, "actions")
  const done = yield* store.lookup(key, soundAs(stage.output))
  if (done !== null) return { action: done, computed: false } satisfies Obtained

  const held = yield* holdKey(stage, request, surroundings.numerics)
  yield* inputsAgree(stage, (input) => Effect.succeed(request.inputs[input]))
  const elapsed = stopwatch()
  const work = Effect.gen(function* () {
    const output = yield* runStage(stage, request, { seen, lease, heart, held }, surroundings)
    const action = yield* commit(stage, request, { lease, held }, output, elapsed, surroundings)
    yield* output.endSharing
    return { action, computed: true } satisfies Obtained
  })
  const obtained = yield* Effect.catchCause(work, (cause) => overtaken(key, lease, cause))
  yield* Effect.ignore(Effect.try(() => tidyAttempts(seen, key, attempt)))
  return obtained
}, Effect.scoped)

/** What a failure comes to when another holder has the action by now: its result, or the news that it is at work. */
const overtaken = Effect.fnUntraced(function* <E>(key: string, lease: Lease, cause: Cause.Cause<E>) {
  if (Cause.hasInterruptsOnly(cause) || Cause.squash(cause) instanceof Checkpoints.Stopped) return yield* Effect.failCause(cause)
  if (lease.isOurs()) return yield* Effect.failCause(cause)
  const store = yield* Store
  const action = yield* store.lookup(key)
  if (action === null) return yield* new LeaseLost({ key })
  return { action, computed: false } satisfies Obtained
})

/** What a holder of the lease has at hand. */
interface Holding {
  readonly seen: Observer
  readonly lease: Lease
  readonly heart: Heart
  readonly held: HeldKey
}

/** Seconds and seconds of CPU since the call. */
const stopwatch = () => {
  const started = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const used = process.cpuUsage(cpu)
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (used.user + used.system) / 1e6 }
  }
}

/** Runs the stage from its last checkpoint or from the beginning; gives what it has written. */
const runStage = Effect.fnUntraced(function* (
  stage: Stage.Any,
  request: StageRequest,
  { seen, lease, heart, held }: Holding,
  { progress, stopRequested, onResumable, onRow }: Surroundings
) {
  const store = yield* Store
  const { key, attempt } = request
  const warnings: Array<string> = []
  const warn = (line: string) => void warnings.push(line)
  const directory = yield* Effect.try({
    try: () => {
      const folder = makeAttemptFolder(store.root, key, attempt)
      goOnFromOthers(seen, key, attempt, warn)
      return folder
    },
    catch: (cause) => storeFailed(store.root, "beginning an attempt", cause)
  })
  const { saved, tables } = beginOutput(stage.output, directory, warn)
  for (const line of warnings) yield* progress.note(line)
  if (saved !== null) yield* progress.note(`resuming after step ${saved.step}`)

  const inputs: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries(stage.inputs)) inputs[name] = yield* openArtifact(kind, request.inputs[name]!)
  const { continues } = request
  const continued = continues === undefined ? null : yield* openContinued(stage.output, continues, progress)
  const output = openOutput(stage.output, directory, tables, onRow)
  const shared = sharing(store.root, key, attempt)
  const share =
    shared === null
      ? Effect.void
      : Effect.try(shared.save).pipe(
          Effect.catch(({ cause }) => progress.note(`the checkpoint is only on this machine: ${errorText(cause)}`))
        )
  const made = Checkpoints.make({
    directory,
    saved,
    outputs: {
      save: () => {
        const problem = held.codeHolds()
        if (problem !== null) throw problem
        return output.save()
      }
    },
    stopRequested,
    onSaved: share,
    every: request.placement.checkpointSeconds
  })
  const checkpoints: Checkpoints.Checkpoints = {
    ...made,
    restore: (parts) => {
      onResumable?.()
      return made.restore(parts)
    },
    // Whoever has lost the lease would only work in vain.
    offer: (finished, parts) =>
      heart.touch() && !lease.isOurs() ? Effect.die(new LeaseLost({ key })) : made.offer(finished, parts)
  }
  const beating: Progress = {
    ...progress,
    report: (done, total, metrics) => Effect.andThen(Effect.sync(heart.touch), progress.report(done, total, metrics))
  }
  yield* stage.run({ inputs, params: request.params, output: output.writers, progress: beating, checkpoints, continued })
  return {
    ...output,
    continued: continued === null ? undefined : continues,
    endSharing: Effect.ignore(Effect.try(() => shared?.end()))
  }
})

/** Takes what was written into the store and records the action. The loser of a race adopts the winner's record. */
const commit = Effect.fnUntraced(function* (
  stage: Stage.Any,
  request: StageRequest,
  { lease, held }: Pick<Holding, "lease" | "held">,
  output: ReturnType<typeof openOutput> & { readonly continued: StageRequest["continues"] },
  elapsed: ReturnType<typeof stopwatch>,
  { attest, onNondeterminism }: Surroundings
) {
  const store = yield* Store
  const manifest = yield* output.finish
  const digest = yield* store.keepBytes(manifestJson(stage.output, manifest.tables, manifest.documents))
  yield* held.holds
  if (!lease.isOurs()) return yield* new LeaseLost({ key: request.key })
  const record: ActionRecord = {
    version: 2,
    key: request.key,
    stage: stage.name,
    components: request.components,
    params: request.params,
    inputs: request.inputs,
    output: { ...manifest, digest },
    ...elapsed(),
    finishedAt: new Date().toISOString(),
    host: os.hostname(),
    engine: stage.numerics.length > 0 ? attest() : null,
    ...(output.continued === undefined ? {} : { continued: output.continued }),
    attempt: lease.token
  }
  // Noted before it is recorded: a record without its note is one that was tampered with.
  for (const difference of yield* earlierResults(stage, request.key, digest)) onNondeterminism?.(difference)
  // From a folder that `gc` takes away before it decides what nobody needs: then this fails, and nothing points at what is gone.
  const { existing } = yield* store.record(record, inside(store.root, "attempts", request.key, request.attempt, COMMIT))
  return existing
})

/** A sentence for each other result that the key ever gave: one that differs is reported, never silent. */
const earlierResults = Effect.fnUntraced(function* (stage: Stage.Any, key: string, digest: string) {
  const store = yield* Store
  const sentences: Array<string> = []
  for (const other of yield* store.observe(key, digest)) {
    const where = yield* firstDifference(stage.output, { store, artifact: other }, { store, artifact: digest }).pipe(
      Effect.map(({ where, first, second }) => `${where}: ${first} and then ${second}`),
      Effect.catchCause(() => Effect.succeed("something, but the earlier result is no longer there to compare with"))
    )
    sentences.push(`the same key gave ${other.slice(0, 12)} before and ${digest.slice(0, 12)} now; they differ first in ${where}`)
  }
  return sentences
})
