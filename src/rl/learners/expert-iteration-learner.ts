/**
 * Expert Iteration in rounds of several sampling steps: collect what is correct, and at the end of a round imitate it, starting
 * from the base policy (the paper) or from the current one. Between rounds the policy does not move. Selection is in
 * expert-iteration.ts.
 */

import * as Effect from "effect/Effect"

import type { Part } from "../../dag/Checkpoints.ts"
import type { AdamW, EngineError, Model } from "../../engine/Engine.ts"
import { permutation } from "../../random/philox.ts"
import { type ExpertIterationOptions, imitationLoss, selectDemonstrations, STARTS } from "../algorithms/expert-iteration.ts"
import { broadcast } from "../objective/group-advantages.ts"
import { type Rollouts, selectSequences, sequenceCount } from "../packed/Rollouts.ts"
import { type Learner, reportOf, usedSequences } from "./learner.ts"
import type { LearningBatch } from "./minibatches.ts"
import { type Judge, oldPolicy } from "./old-policy.ts"

export interface Rounds {
  /** Sampling steps of a round. */
  readonly steps: number
  /** Sampling steps in all: the last round ends with them, however short it is. */
  readonly end: number
  readonly epochs: number
  /** Demonstrations in a gradient step. */
  readonly batch: number
  readonly seed: number
  /** Of sampling, and so of what the policy says of its completions. */
  readonly temperature: number
}

/**
 * The order in which an epoch of a round walks through its `count` demonstrations.
 *
 * @internal the tests hold that no two are the same
 */
export const imitationOrder = (
  count: number,
  seed: number,
  { round, epoch }: { readonly round: number; readonly epoch: number }
): Int32Array => permutation(count, seed, "imitation", round, epoch)

export const expertIterationLearner = (
  policy: Model,
  /** The parameters every round starts from, under `startFrom: base`. */
  base: Float32Array,
  options: ExpertIterationOptions,
  rounds: Rounds,
  /** Learning rate and so on, by update of the round and updates in all. */
  optimizer: (update: number, updates: number) => AdamW
): Learner => {
  let collected: Rollouts = none

  const imitate = Effect.fnUntraced(function* (round: number) {
    const count = sequenceCount(collected)
    const perEpoch = Math.ceil(count / rounds.batch)
    const updates = perEpoch * rounds.epochs
    // Each round is a training of its own: a fresh optimizer either way.
    const start = STARTS[options.startFrom](base, yield* policy.read("parameters"))
    yield* policy.write("parameters", start)
    yield* policy.write("firstMoments", new Float32Array(start.length))
    yield* policy.write("secondMoments", new Float32Array(start.length))
    yield* policy.setUpdates(0)
    let loss = 0
    let norm = 0
    for (let epoch = 0; epoch < rounds.epochs; epoch++) {
      const order = imitationOrder(count, rounds.seed, { round, epoch })
      for (let i = 0; i < perEpoch; i++) {
        const batch = selectSequences(collected, order.subarray(i * rounds.batch, (i + 1) * rounds.batch))
        loss += (yield* policy.lossStep(batch, imitationLoss(batch))).loss
        norm += (yield* policy.optimStep(optimizer(epoch * perEpoch + i, updates))).gradientNorm
      }
    }
    const { learningRate } = optimizer(updates - 1, updates)
    return { loss: loss / updates, gradientNorm: norm / updates, updates, learningRate }
  })

  return {
    state: {
      demonstrations: resumableRollouts(
        () => collected,
        (saved) => (collected = saved)
      )
    },
    update: Effect.fnUntraced(function* <E>(sampled: LearningBatch, judge: Judge<E>) {
      const { step, rollouts, mask } = sampled
      const scores = yield* oldPolicy(policy, sampled, rounds.temperature, judge).scores
      const kept = usedSequences(rollouts, mask)
      const eligible = sampled.scores.map((score, s) => (kept[s] === 1 ? score : Number.NEGATIVE_INFINITY))
      const { sequences } = selectDemonstrations(rollouts, eligible, options, { seed: rounds.seed, step })
      const used = new Uint8Array(sequenceCount(rollouts))
      for (const s of sequences) used[s] = 1
      collected = join(collected, selectSequences(rollouts, sequences))
      let outcome: { loss: number; gradientNorm: number; updates: number; learningRate: number } | null = null
      if ((step + 1) % rounds.steps === 0 || step + 1 === rounds.end) {
        if (sequenceCount(collected) > 0) outcome = yield* imitate(Math.floor(step / rounds.steps))
        collected = none
      }
      // A demonstration is imitated with weight 1, everything else with 0.
      const advantages = broadcast(used, rollouts.responseOffsets)
      return reportOf([], { klCoefficient: 0, advantages, used, scores, ...outcome }, 0)
    })
  }
}

const none: Rollouts = {
  tokens: new Int32Array(0),
  offsets: Int32Array.of(0),
  promptLengths: new Int32Array(0),
  responseOffsets: Int32Array.of(0),
  groups: new Int32Array(0),
  stopped: new Uint8Array(0),
  logProbs: new Float32Array(0)
}

const concat = <A extends Int32Array | Float32Array | Uint8Array>(a: A, b: A): A => {
  const out = new (a.constructor as new (length: number) => A)(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** One after the other; groups of `b` are questions of their own. */
const join = (a: Rollouts, b: Rollouts): Rollouts => ({
  tokens: concat(a.tokens, b.tokens),
  offsets: concat(
    a.offsets,
    b.offsets.subarray(1).map((offset) => offset + a.tokens.length)
  ),
  promptLengths: concat(a.promptLengths, b.promptLengths),
  responseOffsets: concat(
    a.responseOffsets,
    b.responseOffsets.subarray(1).map((offset) => offset + a.responseOffsets.at(-1)!)
  ),
  groups: concat(a.groups, b.groups),
  stopped: concat(a.stopped, b.stopped),
  logProbs: concat(a.logProbs, b.logProbs)
})

const resumableRollouts = (get: () => Rollouts, set: (rollouts: Rollouts) => void): Part<EngineError> => ({
  save: Effect.sync(() => ({ ...get() })),
  restore: (saved) =>
    Effect.sync(() => {
      const int = (name: string) => saved[name] as Int32Array
      set({
        tokens: int("tokens"),
        offsets: int("offsets"),
        promptLengths: int("promptLengths"),
        responseOffsets: int("responseOffsets"),
        groups: int("groups"),
        stopped: saved["stopped"] as Uint8Array,
        logProbs: saved["logProbs"] as Float32Array
      })
    })
})
