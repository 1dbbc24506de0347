/** What the stage mix writes: documents, their manifest, the tokenizer, and the problems that RL and evaluation draw on. */

import * as Schema from "effect/Schema"

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

/** A standard `tokenizer.json`, plain JSON. */
export const TokenizerDocument = Schema.Record(Schema.String, Schema.Json)

const Documents = Table.make("documents", "One document of a mixture a row, with where it came from", {
  document: Column.int32("number of the document in the corpus, from 0"),
  source: Column.utf8("name of the source in the mixture"),
  format: Column.utf8("solution format, or text where there is none"),
  subStyle: Column.utf8("variant inside the format"),
  problem: Column.utf8("id of the problem, or file and row of a dataset"),
  steps: Column.int32("operations needed to solve it; 0 where unknown"),
  template: Column.utf8("clauses of the problem in order, as gain>half; empty where unknown"),
  topic: Column.utf8("the thing that the problem counts, as apples; empty where unknown"),
  heldOut: Column.bool("kept out of training, for validation and for calibrating attribution"),
  repetition: Column.int32("0 for the first time a source document is used"),
  flawed: Column.bool("the solution is wrong on purpose: a gap of its source"),
  promptTokens: Column.int32("leading tokens that are the prompt; 0 for plain text"),
  tokens: Column.list(Column.int32(), "token ids, end of text included"),
  text: Column.utf8("prompt and solution"),
  contentDigest: Column.utf8("first 16 digits of the SHA-256 of the text")
})

const Sources = Table.make("sources", "What exactly is in a mixture, a row a source", {
  source: Column.utf8("name of the source"),
  weight: Column.float64("weight, repeats or tokens asked for"),
  target: Column.nullable(Column.float64("training tokens asked for; null where whole repetitions of a dataset were")),
  documents: Column.int32("training documents"),
  distinctDocuments: Column.int32("training documents without repetitions"),
  tokens: Column.float64("training tokens, exactly"),
  share: Column.float64("share of the training tokens"),
  heldOutDocuments: Column.int32("documents kept out"),
  heldOutTokens: Column.float64("tokens kept out"),
  rejected: Column.int32("rows read that could not be used"),
  duplicates: Column.int32("documents equal to an earlier one of the source, left out unless mix.duplicates is keep"),
  acrossSources: Column.int32(
    "distinct documents equal to one of a source named before, left out only where mix.acrossSources is drop"
  ),
  heldOutCopies: Column.int32("documents left out because they are equal to a held-out one of any source"),
  contaminated: Column.int32("documents left out because they contain an evaluation question; 0 unless mix.contaminated is drop")
})

const SharedDocuments = Table.make(
  "sharedDocuments",
  "How many documents two sources of a mixture have in common, a row a pair",
  {
    source: Column.utf8("name of the source"),
    earlier: Column.utf8("name of a source before it"),
    documents: Column.int32(
      "distinct documents of the source, as far as it was read, that are equal to one of the earlier source"
    )
  }
)

const Contamination = Table.make(
  "contamination",
  "How many questions of a suite are in a source, by runs of 13 words; a row a source and suite",
  {
    source: Column.utf8("name of the source"),
    suite: Column.utf8("problem suite"),
    evaluation: Column.bool("whether scores on the suite mean something only if training never saw its questions"),
    documents: Column.int32("distinct training documents looked at, those left out for this reason included"),
    documentsHit: Column.int32("documents that share a run of words with a question"),
    questions: Column.int32("questions of the suite"),
    shortQuestions: Column.int32("questions of fewer words than a run, which are looked for as a whole"),
    questionsHit: Column.int32("questions that share a run of words with a document"),
    share: Column.float64("share of the questions that do"),
    wholeQuestions: Column.int32("questions whose every run of words occurs in the source")
  }
)

const Overlaps = Table.make("overlaps", "A question of a suite that a source contains in part or whole, a row each", {
  source: Column.utf8("name of the source"),
  suite: Column.utf8("problem suite"),
  problem: Column.utf8("id of the question"),
  document: Column.utf8("problem id of the first document that contains a run of it"),
  words: Column.utf8("the words in a row shared with that document"),
  short: Column.bool("whether the question is shorter than a run"),
  runsSeen: Column.int32("distinct runs of the question found in the source"),
  runs: Column.int32("distinct runs of the question")
})

const Suites = Table.make("suites", "What problems the corpus carries, a row a suite", {
  suite: Column.utf8("problem suite"),
  evaluation: Column.bool("whether scores on the suite mean something only if training never saw its questions"),
  problems: Column.int32("problems that can be asked and graded"),
  distinctQuestions: Column.int32("different questions among them"),
  wanted: Column.nullable(Column.int32("problems asked for, mix.suiteSize; null for a dataset, of which all are taken")),
  rejected: Column.int32("rows of the dataset that cannot be used or graded"),
  longestPrompt: Column.int32("tokens of the longest prompt, separator included")
})

const Lengths = Table.make(
  "lengths",
  "How many prompts of a suite and documents of a source are too long for a context, a row each and usual context",
  {
    of: Column.utf8("prompts or documents"),
    name: Column.utf8("suite of the prompts, source of the training documents"),
    context: Column.int32("tokens of a context"),
    texts: Column.float64("prompts or training documents"),
    tooLong: Column.float64("prompts that leave no room for an answer in the context; documents longer than it"),
    longest: Column.int32("tokens of the longest")
  }
)

const Rejections = Table.make("rejections", "A row of a dataset that could not be used; the first 20 of each", {
  source: Column.utf8("source or suite of the mixture"),
  file: Column.utf8("file of the dataset"),
  row: Column.int32("index of the record in its file, from 0"),
  field: Column.utf8("field at fault; empty where it is the record as a whole"),
  problem: Column.utf8("what is wrong with it")
})

const Problems = Table.make("problems", "Questions with known answers, for RL and evaluation", {
  suite: Column.utf8("train, train-easy, unseen-values, unseen-template, harder, test, ..."),
  problem: Column.utf8("id, stable across runs"),
  question: Column.utf8("the question"),
  answer: Column.utf8("the right answer in canonical form"),
  promptTokens: Column.int32("tokens of the question with the separator behind it"),
  steps: Column.int32("operations needed; 0 where unknown"),
  distractor: Column.bool("whether the question holds an irrelevant sentence")
})

/** A problem of a suite: a row of `problems`, whatever tokens its prompt has. */
export type SuiteProblem = Omit<Table.Row<typeof Problems>, "promptTokens">

export const Corpus = Kind.make("corpus", "A mixture of documents with their provenance, its tokenizer and its problems", {
  tables: {
    documents: Documents,
    sources: Sources,
    sharedDocuments: SharedDocuments,
    contamination: Contamination,
    overlaps: Overlaps,
    problems: Problems,
    suites: Suites,
    lengths: Lengths,
    rejections: Rejections
  },
  documents: { tokenizer: TokenizerDocument }
})
