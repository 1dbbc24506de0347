/** What the stages attribute and attribute-rollouts write: which sources completions come from, by three methods. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

const Attributions = Table.make("attributions", "How much of a completion a method gives to a source, a row each", {
  method: Column.utf8("classifier, infinity-gram, overlap"),
  target: Column.int32("row of the table of completions, scores or rollouts"),
  problem: Column.utf8("id of the problem"),
  format: Column.utf8("class of the completion"),
  source: Column.utf8("source of the mixture, or none"),
  score: Column.float64("posterior or coverage")
})

const SourceShares = Table.make("sourceShares", "Share of a policy's output given to each source", {
  method: Column.utf8("classifier, infinity-gram, overlap"),
  source: Column.utf8("source of the mixture, or none"),
  observed: Column.float64("share as counted"),
  corrected: Column.float64("share after solving q = C^T pi for the classifier's errors; as counted elsewhere"),
  trained: Column.float64("share of the training tokens")
})

const Confusion = Table.make("confusion", "A method's confusion on held-out documents", {
  method: Column.utf8("classifier, infinity-gram"),
  actual: Column.utf8("source the document is from"),
  predicted: Column.utf8("source the method names"),
  share: Column.float64("share of the actual source's documents"),
  documents: Column.int32("how many")
})

const MatchedSpans = Table.make("matchedSpans", "Longest verbatim matches of a completion in the training documents", {
  target: Column.int32("row of the table of completions, scores or rollouts"),
  start: Column.int32("first token of the span in the completion"),
  length: Column.int32("tokens"),
  document: Column.int32("a training document that holds it"),
  source: Column.utf8("its source"),
  count: Column.int32("occurrences in the corpus"),
  text: Column.utf8("the span")
})

export const Attribution = Kind.make("attribution", "What in the pretraining data a policy's outputs come from", {
  tables: { attributions: Attributions, sourceShares: SourceShares, confusion: Confusion, matchedSpans: MatchedSpans }
})
