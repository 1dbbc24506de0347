/** What the stage recall writes: which planted documents methods of attribution find. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

const Recalls = Table.make("canaryRecalls", "How many planted documents a method finds for a question, a row each", {
  method: Column.utf8("the method"),
  problem: Column.utf8("the secret, as in documents"),
  kind: Column.utf8("how the planted documents say it: exact or paraphrased"),
  planted: Column.int32("documents that were planted"),
  k: Column.int32("documents that the method may name"),
  recall: Column.float64("share of those planted among them, of what could be; ties by their share of the places")
})

export const CanaryRecalls = Kind.make("canary-recalls", "Which planted documents methods of attribution find", {
  tables: { canaryRecalls: Recalls }
})
