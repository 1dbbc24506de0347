/**
 * A tiny chain of real stages on the real engine, in this process: a corpus, a model that has seen a little of it, fine-tuned
 * with tags. What tests of RL and evaluation start from; some seconds of work, shared by the tests of a file.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { Cause, Effect, Exit, Layer, type Scope } from "effect"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import * as Arguments from "../../src/dag/arguments.ts"
import { Stopped } from "../../src/dag/Checkpoints.ts"
import { componentsOf } from "../../src/dag/key.ts"
import { computeAction } from "../../src/dag/running/compute-action.ts"
import type { Obtained, StageRequest } from "../../src/dag/running/Executor.ts"
import { openArtifact } from "../../src/dag/running/input-artifact.ts"
import type { Reader, Stage } from "../../src/dag/Stage.ts"
import type { Engine } from "../../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import { keyOf } from "../../src/store/objects/records.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { newToken } from "../../src/store/presence/Presence.ts"
import type { Kind } from "../../src/store/schema/Kind.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { sft } from "../../stages/sft.ts"

export interface Computed {
  readonly artifact: string
  readonly notes: ReadonlyArray<string>
  /** Attempts it took: more than one when it was stopped on the way. */
  readonly attempts: number
}

interface HowToRun {
  readonly threads?: number
  /** Asks the stage to stop after every step, and goes on in a new attempt each time. */
  readonly interrupted?: boolean
  /** A shorter result to go on from. */
  readonly continues?: StageRequest["continues"]
}

let attempt = 0

/** A place to compute stages in. */
export const chain = (root: string) => {
  const layer = (threads: number) =>
    Layer.merge(
      Store.layer(root),
      Layer.unwrap(resolveEngine({ engine: "auto", mode: "f32" }).pipe(Effect.map((choice) => engineLayer(choice, { threads }))))
    )

  /**
   * Computes a stage anew, whatever was computed before; fails with what the stage fails with. `inputs` gives the artifact of
   * every input that the stage has: one left out is an error of types.
   */
  const compute = async <S extends Stage.Any>(
    stage: S,
    inputs: { readonly [Name in keyof S["inputs"]]: string },
    given: Readonly<Record<string, unknown>>,
    how: HowToRun = {}
  ): Promise<Computed> => {
    const { threads = 1, interrupted = false, continues } = how
    const notes: Array<string> = []
    const params = Arguments.complete(stage.name, stage.params, given)
    const externals = await Effect.runPromise(stage.externals(params))
    // No class of this machine's engine: each computation of a stage that uses one has a key of its own.
    const components = componentsOf({ stage, params, inputs, externals, numerics: { engine: `attempt ${attempt++}` } })
    const key = keyOf(components)
    for (const names of [
      ["actions", `${key}.json`],
      ["attempts", key]
    ])
      fs.rmSync(path.join(root, ...names), { recursive: true, force: true })
    const request: StageRequest = {
      key,
      ...(continues === undefined ? {} : { continues }),
      stage: stage.name,
      module: stage.module,
      params,
      inputs,
      components,
      attempt: newToken(),
      placement: { store: root, threads, checkpointSeconds: 3600, services: {} }
    }
    const program: Effect.Effect<Obtained, unknown, Store | Engine | Scope.Scope> = computeAction(stage, request, {
      stopRequested: () => interrupted,
      attest: () => null,
      progress: { report: () => Effect.void, note: (line) => Effect.sync(() => void notes.push(line)) }
    })
    for (let attempts = 1; ; attempts++) {
      const exit = await Effect.runPromiseExit(Effect.scoped(Effect.provide(program, layer(threads))))
      if (Exit.isSuccess(exit)) return { artifact: exit.value.action.output.digest, notes, attempts }
      const error = Cause.squash(exit.cause)
      if (!(error instanceof Stopped)) throw error
    }
  }

  const read = <K extends Kind.Any>(kind: K, artifact: string): Promise<Reader<K>> =>
    Effect.runPromise(Effect.provide(openArtifact(kind, artifact), Store.layer(root))) as Promise<Reader<K>>

  /** A corpus of small problems and a policy that solves a few of them; `tags` as in sft. */
  const begin = async (tags: "native" | "none" = "native") => {
    const settings = {
      tokens: 220_000,
      maximum: 10,
      difficulty: { 1: 1 },
      suites: ["train-easy", "unseen-values"],
      suiteSize: 60,
      heldOut: 4,
      seed: 1
    }
    const { artifact: corpus } = await compute(mix, {}, settings)
    const trained = { scale: "xs", promptWeight: 0.1, evaluations: 0, context: 128, seed: 1 }
    const { artifact: base } = await compute(pretrain, { corpus }, trained)
    const { artifact: policy } = await compute(sft, { base, corpus }, { tags, documents: 150, seed: 1 })
    return { corpus, policy }
  }

  /** The weights of a checkpoint, tensor by tensor. */
  const weights = async (artifact: string): Promise<ReadonlyArray<Uint8Array>> => {
    const table = (await read(Checkpoint, artifact)).weights
    return Array.from({ length: table.rows }, (_, row) => table.column("data").at(row).slice())
  }

  return { compute, read, begin, weights }
}
