/** A trained model with its curves: what pretraining and fine-tuning write, and RL extends. */

import * as Schema from "effect/Schema"

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"
import { TokenizerDocument } from "./corpus.ts"

const ModelSpecDocument = Schema.Struct({
  vocabularySize: Schema.Int,
  width: Schema.Int,
  layers: Schema.Int,
  heads: Schema.Int,
  hidden: Schema.Int,
  context: Schema.Int,
  tied: Schema.Boolean,
  valueHead: Schema.Boolean
})

/** How completions begin: with a format's control token, chosen by the model (`free`), or straight away (`none`). */
const PromptingDocument = Schema.Struct({
  tags: Schema.Literals(["none", "native"])
})

const tensor = {
  name: Column.utf8("Hugging Face name"),
  dtype: Column.utf8("element type of the bytes"),
  shape: Column.list(Column.int32(), "[out, in]"),
  data: Column.largeBinary("little-endian, row-major"),
  elements: Column.int32("number of elements"),
  mean: Column.float64("mean"),
  std: Column.float64("standard deviation, divisor n"),
  maxAbs: Column.float64("largest absolute value"),
  l2: Column.float64("Euclidean norm")
}

export const Weights = Table.make("weights", "A model's parameters, a row a tensor", tensor, { rowsPerBatch: 1 })

export const Snapshots = Table.make(
  "snapshots",
  "Parameters along the way, a row a tensor and step",
  { step: Column.int32("update after which they were taken"), ...tensor },
  { rowsPerBatch: 1 }
)

export const SecondMoments = Table.optional(
  Table.make(
    "secondMoments",
    "AdamW's second moments beside the snapshots and at the end, a row a tensor and step",
    { step: Column.int32("update after which they were taken"), ...tensor },
    { rowsPerBatch: 1 }
  )
)

export const TrainingState = Table.optional(
  Table.make(
    "trainingState",
    "Exact state of pretraining at the end of its stable phase, which a longer one goes on from; a row a vector and tensor",
    {
      step: Column.int32("updates done"),
      vector: Column.utf8("parameters, firstMoments or secondMoments (of AdamW)"),
      ...tensor
    },
    { rowsPerBatch: 1 }
  )
)

export const Policies = Table.optional(
  Table.make("policies", "The policies that a stage passed through, by the digests of their parameters; a row a step", {
    step: Column.int32("updates, of RL steps, behind it; 0: what the stage started from"),
    digest: Column.utf8("first 16 digits of the SHA-256 of its parameters"),
    parent: Column.nullable(
      Column.utf8("digest of the policy that it was made from; null: drawn at random, or taken over as another stage left it")
    ),
    snapshot: Column.bool("whether the table snapshots holds its parameters")
  })
)

export const TrainingBatches = Table.optional(
  Table.make("batches", "Which documents supervised training saw in which update, a row an update", {
    step: Column.int32("update, from 0"),
    documents: Column.list(Column.int32(), "numbers of the documents in the corpus, in the order of the batch")
  })
)

const Training = Table.make(
  "training",
  "Supervised training, a row an update",
  {
    step: Column.int32("update, from 0"),
    tokens: Column.float64("tokens seen, this update included"),
    loss: Column.float64("mean cross-entropy per weighted target, in nats"),
    learningRate: Column.float64("of this update"),
    gradientNorm: Column.float64("global norm before clipping")
  },
  { metrics: true }
)

const HeldOut = Table.make("heldOut", "Loss on held-out documents during training, a row a step and source", {
  step: Column.int32("updates done"),
  source: Column.utf8("source of the documents"),
  loss: Column.float64("mean cross-entropy per target, in nats"),
  targets: Column.int32("targets that the mean is over"),
  documents: Column.int32("documents that the mean is over"),
  cut: Column.int32("those of them that are longer than the context: of these only the beginnings")
})

const Probes = Table.make("probes", "Accuracy during training with each format forced, a row a step and format", {
  step: Column.int32("updates done"),
  format: Column.utf8("format forced by its first token, or free"),
  problems: Column.int32("problems tried, those without room included: they are not solved"),
  withoutRoom: Column.int32("problems whose prompt leaves no room for an answer in the context"),
  accuracy: Column.float64("share answered rightly, greedy"),
  share: Column.float64("share of completions that are in the format")
})

const CutDocuments = Table.make(
  "cutDocuments",
  "How many documents of supervised training were longer than the context and lost their ends, a row a source",
  {
    source: Column.utf8("source of the documents"),
    documents: Column.int32("documents trained on"),
    cut: Column.int32("those longer than the context"),
    tokens: Column.float64("their tokens in whole, each document once"),
    lostTokens: Column.float64("tokens behind the context, never seen"),
    longest: Column.int32("tokens of the longest document"),
    context: Column.int32("tokens of the context")
  }
)

export const Checkpoint = Kind.make("checkpoint", "A trained model", {
  tables: {
    weights: Weights,
    training: Training,
    heldOut: HeldOut,
    probes: Probes,
    snapshots: Snapshots,
    secondMoments: SecondMoments,
    trainingState: TrainingState,
    policies: Policies,
    batches: TrainingBatches,
    cutDocuments: CutDocuments
  },
  documents: { spec: ModelSpecDocument, tokenizer: TokenizerDocument, prompting: PromptingDocument }
})
