/**
 * What retrain, outcome and pool write: models that come from changed corpora, as what each says of the same held-out documents.
 */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

const DocumentGroups = Table.make("documentGroups", "A group of training documents of a corpus, a row each", {
  groupName: Column.utf8("name in its partition: omi1, omi1/2, omi1/apples"),
  source: Column.utf8("source of its documents"),
  documents: Column.int32("training documents, repetitions included"),
  tokens: Column.float64("their tokens")
})

const GroupedDocuments = Table.make("groupedDocuments", "Which group a training document is in, a row each", {
  document: Column.int32("number of the document in the corpus"),
  groupName: Column.utf8("its group")
})

const Retrainings = Table.make("retrainings", "A model trained on a changed corpus, a row each", {
  retraining: Column.int32("from 0"),
  groups: Column.int32("groups that it has"),
  documents: Column.int32("documents trained on"),
  tokens: Column.float64("tokens trained on"),
  updates: Column.nullable(Column.int32("updates of pretraining; null: of a policy that is asked, not known here")),
  loss: Column.nullable(Column.float64("mean cross-entropy of their last tenth, in nats; null as well"))
})

const GroupWeights = Table.make("groupWeights", "How often a retraining has a group, a row each where it has it", {
  retraining: Column.int32("the retraining"),
  groupName: Column.utf8("the group"),
  weight: Column.int32("how often each of its documents is trained on")
})

const HeldOutTargets = Table.make("heldOutTargets", "A held-out document that the models are asked about, a row each", {
  target: Column.int32("from 0"),
  document: Column.int32("number of the document in the corpus"),
  asked: Column.utf8("solution: how likely its solution is; opening: how likely a solution is to begin in its format"),
  source: Column.utf8("its source"),
  groupName: Column.utf8("the group that it would be in, were it trained on"),
  tokens: Column.int32("tokens that the log-probability is a sum over; of a plain text all but the first")
})

const Outcomes = Table.make("outcomes", "What a retrained model says of a held-out document, a row each", {
  retraining: Column.int32("the retraining"),
  target: Column.int32("the held-out document"),
  logProb: Column.float64("log-probability of what is asked, after the prompt, in nats")
})

export const RetrainingBank = Kind.make("retrainings", "What models say that were trained on changed corpora", {
  tables: {
    documentGroups: DocumentGroups,
    groupedDocuments: GroupedDocuments,
    retrainings: Retrainings,
    groupWeights: GroupWeights,
    heldOutTargets: HeldOutTargets,
    outcomes: Outcomes
  }
})
