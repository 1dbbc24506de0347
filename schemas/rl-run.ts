import { Column } from "../src/store/Column.ts"
import { Kind } from "../src/store/Kind.ts"
import { Table } from "../src/store/Table.ts"
import { Checkpoint } from "./checkpoint.ts"

export const Rollouts = Table.make("rollouts", "One sampled completion a row", {
  step: Column.int32("RL step, from 0"),
  prompt: Column.int32("number of the prompt inside the step"),
  sample: Column.int32("number of the sample inside its group"),
  problem: Column.utf8("id of the problem"),
  difficulty: Column.int32("operations needed to solve it"),
  question: Column.utf8("the question"),
  text: Column.utf8("the completion"),
  tokens: Column.list(Column.int32(), "completion tokens, end of text included"),
  logProbs: Column.list(Column.float32(), "log-probability when sampled"),
  scoredLogProbs: Column.list(Column.float32(), "log-probability by scoring, the old one of the ratio"),
  referenceLogProbs: Column.nullable(
    Column.list(Column.float32(), "log-probability under the reference policy, where a KL term needs it")
  ),
  format: Column.utf8("class of the completion"),
  subStyle: Column.utf8("variant inside the format"),
  attempted: Column.utf8("branch of the verifier entered first"),
  answered: Column.utf8("branch that gave the answer"),
  answer: Column.nullable(Column.utf8("answer in canonical form")),
  gold: Column.utf8("the right answer"),
  correct: Column.bool("whether the answer is right"),
  reward: Column.float32("what the algorithm was given"),
  advantage: Column.float32("mean advantage over the completion's tokens"),
  truncated: Column.bool("cut at the length limit"),
  used: Column.bool("took part in the update"),
  policyDigest: Column.utf8("first 16 digits of the SHA-256 of the sampling policy's parameters")
})

export const Updates = Table.make(
  "updates",
  "RL, a row a step",
  {
    step: Column.int32("RL step, from 0"),
    reward: Column.float64("mean reward of the rollouts"),
    accuracy: Column.float64("share of right answers"),
    entropy: Column.float64("mean entropy per token, in nats"),
    kl: Column.nullable(Column.float64("mean k3 estimate of KL to the reference per token, in nats")),
    approximateKl: Column.float64("mean k3 estimate of KL from new to old policy per token"),
    clipFraction: Column.float64("share of tokens on the clipped side of the objective"),
    zeroSignalGroups: Column.float64("share of groups whose rewards are all equal"),
    completionLength: Column.float64("mean tokens of a completion"),
    truncated: Column.float64("share cut at the length limit"),
    loss: Column.float64("the objective's mean over updates of the step"),
    gradientNorm: Column.float64("mean global norm before clipping"),
    valueLoss: Column.nullable(Column.float64("critic's loss")),
    explainedVariance: Column.nullable(Column.float64("1 - var(return - value) / var(return)")),
    learningRate: Column.float64("of this step"),
    klCoefficient: Column.float64("in force"),
    distinct: Column.float64("share of distinct completions among those of one prompt"),
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
    completions: Column.int32("how many")
  }
)

export const RlRun = Kind.extend(Checkpoint, "rl-run", "A policy after RL, with everything it sampled on the way", {
  tables: { rollouts: Rollouts, updates: Updates, formatShares: FormatShares }
})
