/**
 * The SQL types of the params that stages declare: a column has its type whatever the store holds. Written down here because
 * loading the stages for it would take longer than most queries; a test compares it with what they declare. A number that may
 * also be a word (`none`) is text; so are lists and weights, as JSON.
 */

type ParamType = "BIGINT" | "DOUBLE" | "BOOLEAN" | "VARCHAR"

const NAMES: Readonly<Record<ParamType, string>> = {
  BIGINT:
    "batchTokens completions context copies designSeed documents documentsPerSource evaluations half heldOut " +
    "imitationBatch imitationEpochs k klHorizon maxBadRows maxNewTokens maximum minSpan minibatches overlongBuffer " +
    "perQuestion problems prompts resamples roundSteps samples secrets seed snapshotEvery snapshots spans step steps " +
    "subsets suiteSize targets vocabulary",
  DOUBLE:
    "advantageEpsilon clipHigh clipLow criticLearningRate decay distractors entropyBonus epochs gamma gap " +
    "imitationLearningRate kl klLimit klTarget lambda learningRate maxLongDocuments maxLongPrompts overlongFactor promptWeight " +
    "temperature tokens topP valueCoefficient warmup weightDecay whitenEpsilon",
  BOOLEAN: "deduplicate reference secondMoments",
  VARCHAR:
    "acrossSources algorithm among asked baseline clipScore contaminated decoding design difficulty dualClip duplicates " +
    "dynamicSampling entropyReduction force formats klClamp klEstimateClamp klEstimator klGradient klPlace lacks " +
    "maskedSequences maskedTokens method mixing model parameters partition policyLoss preset ratio ratioClamp reduction " +
    "reward rewardProfile scale schedule singleton sources startFrom std stdOver subStyles suite suites tags tokenizer " +
    "truncated valueClip weights whiten whitenGuard"
}

/** By name, in the order of names. */
export const paramTypes: ReadonlyMap<string, ParamType> = new Map(
  (["BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR"] as const)
    .flatMap((type) => NAMES[type].split(" ").map((name) => [name, type] as const))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
)
