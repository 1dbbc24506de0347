/**
 * Settings of RL that are each in range and make no sense together: what cannot be computed, and what would silently change
 * nothing or learn nothing. Checked on every node of a study before anything runs. That a setting counts for its node's algorithm
 * at all is known of the setting itself (`Param.only`) and checked before this.
 */

import type { Objection } from "../../dag/Stage.ts"
import { ALGORITHMS } from "../algorithms/registry.ts"
import { BASELINES, DEVIATIONS, SINGLETONS } from "../objective/group-advantages.ts"
import { POLICY_LOSSES, RATIO_OPTIONS, type RatioOptions } from "../objective/policy-loss.ts"
import { REDUCTIONS } from "../objective/reduction.ts"
import { WHITENINGS } from "../objective/whitening.ts"
import { DYNAMIC_SAMPLING } from "../packed/masks.ts"
import { rewardNamed } from "../rewards/registry.ts"
import { SamplingParams, TRUNCATED } from "../sampling/collect.ts"
import { ReferenceParams } from "../sampling/divergence.ts"
import { ratioOfOneProblems } from "./ratio-of-one.ts"
import { klCoefficient, LoopParams, type SettingParams, type Settings, settingsOf } from "./settings.ts"

type Given = SettingParams & {
  readonly prompts: number
  readonly samples: number
  readonly minibatches: number
  readonly klTarget: number | null
  readonly klHorizon: number
  readonly resamples: number
  readonly overlongBuffer: number | null
  readonly overlongFactor: number
  readonly reference: boolean
  readonly klLimit: number | null
  readonly reward: string
  readonly rewardProfile: string
  readonly truncated: keyof typeof TRUNCATED
  readonly epochs: number
  readonly warmup: number
  readonly steps: number
  readonly snapshotEvery: number
}

type Problem = readonly [param: string, problem: string]

/** Which parameter cannot be as it is, and why; null when all can. */
export const settingsProblem = (given: Given): Objection | null => {
  for (const [param, problem] of problems(given)) return { param, problem }
  return null
}

function* problems(given: Given): Iterable<Problem> {
  const { algorithm, preset, overlongBuffer, overlongFactor, maxNewTokens } = given
  const presets = Object.keys(ALGORITHMS[algorithm].presets)
  if (!presets.includes(preset))
    return yield ["preset", `"${preset}" is no preset of ${algorithm}, which has ${presets.join(", ")}.`]
  if (overlongBuffer !== null && overlongBuffer > maxNewTokens)
    yield ["overlongBuffer", `is ${overlongBuffer} tokens, but completions have at most maxNewTokens: ${maxNewTokens}.`]
  if (overlongBuffer === null && overlongFactor !== SamplingParams.overlongFactor.fallback)
    yield ["overlongFactor", "does nothing without a buffer: set overlongBuffer, or leave it out."]
  yield* rewardProblems(given)
  const settings = settingsOf(given)
  if (
    !given.reference &&
    klCoefficient(settings) === 0 &&
    given.klLimit !== null &&
    given.klLimit !== ReferenceParams.klLimit.fallback
  )
    yield ["klLimit", "needs the reference, which reference: false leaves out while no KL term needs it."]
  if (given.snapshotEvery > given.steps)
    yield ["snapshotEvery", `is ${given.snapshotEvery}, but the run has ${given.steps} steps: no snapshot would be kept.`]
  if (settings.algorithm === "ei") {
    if (given.perQuestion !== null && given.perQuestion >= given.samples)
      yield [
        "perQuestion",
        `is ${given.perQuestion}, but a question has ${given.samples} completions (samples): it caps nothing.`
      ]
    return
  }
  yield* klProblems(settings, given)
  if (settings.algorithm !== "ppo") yield* groupProblems(settings, given)
  yield* policyLossProblems(settings, given)
  yield* ratioOfOneProblems(settings, given)
  yield* idleProblems(settings, given)
  if (given.warmup > 0 && Math.round(given.warmup * given.steps) === 0)
    yield ["warmup", `is ${given.warmup} of ${given.steps} steps, which is no whole step. Take more, or leave it out.`]
  if (settings.algorithm === "ppo" && typeof given.clipScore === "number" && given.clipScore >= largestReward(given))
    yield ["clipScore", `is ${given.clipScore}, and no reward is larger than ${largestReward(given)}: it cuts nothing.`]
  const { prompts, samples, minibatches } = given
  if (minibatches > prompts * samples)
    yield [
      "minibatches",
      `is ${minibatches}, but a step has prompts x samples = ${prompts} x ${samples} = ${prompts * samples} ` +
        "completions to share out."
    ]
}

/** What decides how answers are read, where the reward looks at none. */
function* rewardProblems({ reward, rewardProfile, truncated }: Given): Iterable<Problem> {
  if (rewardNamed(reward).readsAnswers) return
  const idle = `does nothing under reward "${reward}", which looks at no answer. Leave it out.`
  if (rewardProfile !== SamplingParams.rewardProfile.fallback) yield ["rewardProfile", idle]
  if (TRUNCATED[truncated].takesPart && truncated !== SamplingParams.truncated.fallback) yield ["truncated", idle]
}

type OnPolicy = Exclude<Settings, { readonly algorithm: "ei" }>
type Grouped = Exclude<OnPolicy, { readonly algorithm: "ppo" }>

function* klProblems(settings: OnPolicy, { klTarget, klHorizon, klGradient, preset }: Given): Iterable<Problem> {
  if (klTarget === null) {
    if (klHorizon !== LoopParams.klHorizon.fallback)
      yield ["klHorizon", "does nothing while klTarget is null: the coefficient stays as it is."]
    return
  }
  if (klCoefficient(settings) === 0)
    yield ["klTarget", "needs a coefficient above 0 to start from, since it is moved by factors: set kl, to 0.01 for instance."]
  else if (settings.algorithm === "grpo" && settings.klGradient === "none")
    yield [
      "klTarget",
      `moves the coefficient of a KL term without gradient (klGradient "none"` +
        `${klGradient === null ? `, as preset "${preset}" has it` : ""}): set klGradient to "own".`
    ]
}

function* groupProblems({ baseline, std, singleton, dynamicSampling }: Grouped, given: Given): Iterable<Problem> {
  const compared = BASELINES[baseline] !== null
  if (!compared && DEVIATIONS[std] !== null)
    yield ["std", `"${std}" needs a baseline to deviate from; with baseline "none" set std to "none".`]
  if (given.samples === 1 && compared && SINGLETONS[singleton](1) === 0)
    yield [
      "samples",
      `is 1: a group of one is its own baseline, every advantage 0 and nothing ever learnt. Take 2 or more, or baseline "none".`
    ]
  if (given.samples === 1 && DYNAMIC_SAMPLING[dynamicSampling].drops)
    yield [
      "dynamicSampling",
      `is "${dynamicSampling}", and a group of one (samples) never has rewards that differ: ` +
        "all would be dropped and nothing learnt."
    ]
  if (given.samples === 1 && given.stdOver !== null)
    yield ["stdOver", "does nothing: a group of one (samples) is divided by no standard deviation."]
  if (given.samples > 1 && given.singleton !== null)
    yield ["singleton", `does nothing: groups have ${given.samples} completions (samples), and it is about groups of one.`]
  if (DEVIATIONS[std] === null)
    for (const name of ["stdOver", "advantageEpsilon"] as const)
      if (given[name] !== null) yield [name, `does nothing while std is "none".`]
}

function* policyLossProblems(settings: OnPolicy, given: Given): Iterable<Problem> {
  const { policyLoss, clipLow, clipHigh } = settings
  const { uses, clipsGradient } = POLICY_LOSSES[policyLoss]
  const used: ReadonlyArray<keyof RatioOptions> = uses
  for (const name of RATIO_OPTIONS)
    if (!used.includes(name) && given[name] !== null) yield [name, `does nothing under policyLoss "${policyLoss}".`]
  if (used.includes("clipLow") && clipLow >= 1)
    yield [
      "clipLow",
      `is ${clipLow}, the distance from 1: a ratio is above 0 and would never fall below ${shown(1 - clipLow)}. ` +
        "Take less than 1; a lower bound of 0.8 is clipLow 0.2."
    ]
  // CISPO bounds a weight, not a step: there a wide range is usual.
  if (clipsGradient && clipHigh >= 1)
    yield [
      "clipHigh",
      `is ${clipHigh}, the distance from 1: the ratio would be clipped at ${shown(1 + clipHigh)} only. ` +
        'An upper bound of 1.2 is clipHigh 0.2; policyLoss "unclipped" never clips.'
    ]
}

/** What is set and does nothing beside the settings that would make it count. */
function* idleProblems(settings: OnPolicy, given: Given): Iterable<Problem> {
  const { replaces } = DYNAMIC_SAMPLING[settings.dynamicSampling]
  if (!replaces && given.resamples !== LoopParams.resamples.fallback)
    yield ["resamples", `does nothing under dynamicSampling "${settings.dynamicSampling}": only "resample" draws new prompts.`]
  if (WHITENINGS[settings.whiten] === null)
    for (const name of ["whitenEpsilon", "whitenGuard"] as const)
      if (given[name] !== null) yield [name, `does nothing while whiten is "none".`]
  if (settings.entropyBonus === 0 && given.entropyReduction !== null)
    yield ["entropyReduction", "does nothing while entropyBonus is 0."]
  if (klCoefficient(settings) === 0) {
    for (const name of ["klEstimator", "klGradient", "klClamp", "klEstimateClamp", "klPlace"] as const)
      if (given[name] !== null) yield [name, "does nothing while kl is 0."]
  } else if (settings.algorithm === "grpo" && settings.klGradient !== "own") {
    // The estimate's own gradient is what clamps cut; the estimator also moves an adaptive coefficient.
    const unfelt = settings.klGradient === "none" ? (["klEstimator"] as const) : []
    for (const name of [...unfelt, "klClamp", "klEstimateClamp"] as const)
      if (given[name] !== null) yield [name, `does nothing while klGradient is "${settings.klGradient}".`]
  }
  if (!masksTokens(settings, given))
    for (const name of ["maskedTokens", "maskedSequences"] as const)
      if (given[name] !== null)
        yield [name, 'does nothing: no token is masked. Set truncated to "mask", or dynamicSampling to "filter" or "resample".']
  if (!countsSequences(settings.reduction) && given.maskedSequences !== null)
    yield ["maskedSequences", `does nothing under reduction "${settings.reduction}", which counts no sequences.`]
}

/** In size: 1 for a right answer, or the punishment of an overlong one. */
const largestReward = ({ overlongBuffer, overlongFactor }: Given): number =>
  overlongBuffer === null ? 1 : Math.max(1, overlongFactor)

/** Whether any token can be kept out of an update. */
const masksTokens = ({ dynamicSampling }: OnPolicy, { truncated }: Given): boolean =>
  !TRUNCATED[truncated].takesPart || DYNAMIC_SAMPLING[dynamicSampling].drops

/** Whether a reduction depends on the number of sequences: asked of the reduction itself. */
const countsSequences = (name: OnPolicy["reduction"]): boolean => {
  const weight = (sequences: number) => REDUCTIONS[name](1, { tokens: 1, sequences }, 1)
  return weight(1) !== weight(2)
}

const shown = (bound: number): string => String(Number(bound.toPrecision(6)))
