/** What the stage rl writes: a checkpoint, every rollout, and the curves of the run. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"
import { Asked } from "./asked.ts"
import { Checkpoint } from "./checkpoint.ts"
import { endingColumns, gradeColumns } from "./grade.ts"

export const Rollouts = Table.make(
  "rollouts",
  "One sampled completion a row",
  {
    step: Column.int32("RL step, from 0"),
    prompt: Column.int32("number of the prompt inside the step"),
    sample: Column.int32("number of the sample inside its group"),
    round: Column.int32("0 for the step's own prompts; under dynamic sampling, the round of new prompts it came with"),
    problem: Column.utf8("id of the problem"),
    difficulty: Column.int32("operations needed to solve it"),
    question: Column.utf8("the question"),
    text: Column.utf8("the completion"),
    tokens: Column.list(Column.int32(), "completion tokens that were sampled, end of text included; a forced opening is none"),
    logProbs: Column.list(Column.float32(), "log-probability when sampled"),
    scoredLogProbs: Column.list(Column.float32(), "log-probability by scoring, the old one of the ratio"),
    referenceLogProbs: Column.nullable(
      Column.list(Column.float32(), "log-probability under the reference policy, where a KL term needs it")
    ),
    ...gradeColumns,
    gold: Column.utf8("the right answer"),
    reward: Column.float32("what the algorithm was given: what rl.reward pays, less the overlong punishment"),
    advantage: Column.float32("mean advantage over the completion's tokens"),
    ...endingColumns,
    used: Column.bool("took part in the update"),
    policyDigest: Column.utf8("first 16 digits of the SHA-256 of the sampling policy's parameters")
  },
  { numbered: true }
)

const ofUpdate = (description: string) => Column.nullable(Column.float64(`${description}; null where nothing was updated`))

export const Updates = Table.make(
  "updates",
  "RL, a row a step",
  {
    step: Column.int32("RL step, from 0"),
    reward: Column.float64("mean reward of the rollouts, as the algorithm was given it"),
    rewardStd: Column.nullable(Column.float64("standard deviation of the rewards, divisor n")),
    groupRewardStd: Column.float64("mean over groups of the standard deviation of the rewards inside a group, divisor n"),
    accuracy: Column.float64("share of right answers, whatever is rewarded, by the profile that rl.rewardProfile names"),
    rewardAccuracy: Column.float64("share of completions that the reward pays what truth would, before any overlong punishment"),
    entropy: Column.float64("mean entropy per token, in nats"),
    kl: Column.nullable(Column.float64("mean k3 estimate of KL to the reference per token, in nats")),
    approximateKl: ofUpdate("mean k3 estimate of KL from new to old policy per token"),
    approximateKl1: ofUpdate("mean k1 estimate of it, log old - log new"),
    clipFraction: ofUpdate("share of tokens on the clipped side of the objective, where the gradient is 0"),
    clipFractionBelow: ofUpdate("share of tokens with a ratio below the clip range"),
    clipFractionAbove: ofUpdate("share of tokens with a ratio above it"),
    ratioMin: ofUpdate("smallest ratio of new to old probability of a token"),
    ratioMax: ofUpdate("largest ratio"),
    samplerGap: Column.float64("mean absolute difference of a token's log-probability when sampled and when scored"),
    samplerGapMax: Column.float64("largest such difference"),
    zeroSignalGroups: Column.float64("share of groups whose rewards are all equal"),
    groups: Column.float64("groups sampled, those of dynamic sampling's rounds included"),
    rounds: Column.float64("rounds of new prompts that dynamic sampling drew"),
    completionLength: Column.float64("mean tokens of a completion"),
    completionLengthMin: Column.float64("fewest"),
    completionLengthMax: Column.float64("most"),
    endedLength: Column.nullable(Column.float64("mean tokens of the completions that ended by themselves")),
    truncated: Column.float64("share that ended without an end of text"),
    cutByContext: Column.float64("share cut where the policy's context ends, before rl.maxNewTokens"),
    loss: ofUpdate("the objective's mean over gradient steps"),
    gradientNorm: ofUpdate("mean global norm before clipping"),
    gradientSteps: Column.float64("gradient steps of the policy"),
    valueLoss: Column.nullable(Column.float64("critic's loss")),
    valueClipFraction: Column.nullable(Column.float64("share of tokens where clipping switches the critic's gradient off")),
    explainedVariance: Column.nullable(Column.float64("1 - var(return - value) / var(return)")),
    learningRate: Column.float64("of the step's last gradient step; 0 where there was none"),
    klCoefficient: Column.float64("in force"),
    distinct: Column.float64("share of distinct completions among those of one prompt"),
    distinctRight: Column.float64("distinct right completions of a prompt"),
    formatEntropy: Column.float64("entropy of the format shares, in nats"),
    tokensTrained: Column.float64("completion tokens that took part")
  },
  { metrics: true }
)

export const FormatShares = Table.make(
  "formatShares",
  "How much of the policy's output is in each format, a row a step and format",
  {
    step: Column.int32("RL step, from 0"),
    format: Column.utf8("registered format or invalid"),
    share: Column.float64("share of the step's rollouts classified so"),
    firstTokenShare: Column.nullable(Column.float64("exact probability of the format's first token, mean over prompts")),
    accuracy: Column.nullable(Column.float64("share right among them; null where there are none")),
    shareOfRight: Column.nullable(Column.float64("share among the right completions; null where there are none")),
    meanReward: Column.nullable(Column.float64("mean reward of them, as the algorithm was given it; null where there are none")),
    completions: Column.int32("how many")
  }
)

const Endings = Table.make("endings", "How an RL run ended, one row", {
  ending: Column.utf8("finished, or diverged: the weights are then those of the last good policy"),
  updatedThrough: Column.int32("RL steps that the policy in the weights has behind it"),
  problem: Column.nullable(Column.utf8("what went wrong, at which step"))
})

export const RlRun = Kind.extend(Checkpoint, "rl-run", "A policy after RL, with everything it sampled on the way", {
  tables: { rollouts: Rollouts, updates: Updates, formatShares: FormatShares, endings: Endings, asked: Asked }
})
