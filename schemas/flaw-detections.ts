/** What the stage flaws writes: whether methods of attribution tell flawed documents from right ones. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

const Detections = Table.make(
  "flawDetections",
  "How well a method sees for a right solution which documents are flawed, a row each",
  {
    method: Column.utf8("the method"),
    target: Column.int32("number of the held-out document in the corpus"),
    source: Column.utf8("its source, and that of the documents"),
    flawed: Column.int32("flawed documents"),
    documents: Column.int32("documents that were looked at"),
    auc: Column.float64("chance that a flawed document gets a lower score than a right one; 0.5: the method sees nothing")
  }
)

export const FlawDetections = Kind.make(
  "flaw-detections",
  "Whether methods of attribution tell flawed documents from right ones",
  {
    tables: { flawDetections: Detections }
  }
)
