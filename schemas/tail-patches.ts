/** What the stage tail-patch writes: what an update on the documents that a method names does for a target. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

const Gains = Table.make("tailPatches", "What one more update on the documents that a method names does, a row each", {
  method: Column.utf8("the method; chance: documents drawn at random"),
  target: Column.int32("number of the held-out document in the corpus"),
  source: Column.utf8("its source"),
  k: Column.int32("documents of the update"),
  gain: Column.float64("how much likelier the target's solution is after it: difference of log-probabilities, in nats")
})

export const TailPatches = Kind.make("tail-patches", "What updates on the documents that methods name do", {
  tables: { tailPatches: Gains }
})
