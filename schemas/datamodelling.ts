/** What the stage lds writes: how well methods of attribution predict what retraining does. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

const METHOD = "a method of attribution, such as same-source or tracin; ceiling: the measurements of another seed"

const Lds = Table.make("lds", "Linear datamodelling score of a method on a held-out document, a row each", {
  method: Column.utf8(METHOD),
  target: Column.int32("the held-out document, as in heldOutTargets"),
  source: Column.utf8("its source"),
  lds: Column.float64("Spearman correlation over the retrainings: sums of scores against log-probabilities"),
  permuted: Column.nullable(Column.float64("the same with the sums dealt out to the groups at random; null for the ceiling"))
})

const LdsMeans = Table.make("ldsMeans", "Linear datamodelling score of a method over all targets, a row each", {
  method: Column.utf8(METHOD),
  targets: Column.int32("held-out documents that the mean is over"),
  retrainings: Column.int32("retrainings that the correlations are over"),
  mean: Column.float64("mean of lds"),
  low: Column.float64("lower end of its 95 % interval, by bootstrap over targets"),
  high: Column.float64("upper end"),
  permuted: Column.nullable(Column.float64("mean of the control; null for the ceiling"))
})

const GroupScores = Table.make("groupScores", "What a method gives to a group for a held-out document, a row each", {
  method: Column.utf8("the method"),
  target: Column.int32("the held-out document"),
  groupName: Column.utf8("the group"),
  score: Column.float64("sum over the documents of the group")
})

export const Datamodelling = Kind.make("datamodelling", "How well methods of attribution predict what retraining does", {
  tables: { lds: Lds, ldsMeans: LdsMeans, groupScores: GroupScores }
})
