/** What the stage evaluate writes: graded completions, and numbers over them. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"
import { Asked } from "./asked.ts"
import { endingColumns, gradeColumns } from "./grade.ts"

export const Scores = Table.make(
  "scores",
  "One evaluated completion a row",
  {
    suite: Column.utf8("set of problems"),
    decoding: Column.utf8("greedy or sampled"),
    problem: Column.utf8("id of the problem"),
    difficulty: Column.int32("operations needed to solve it"),
    sample: Column.int32("number of the sample, 0 for greedy"),
    question: Column.utf8("the question"),
    text: Column.utf8("the completion"),
    tokens: Column.list(Column.int32(), "completion tokens"),
    logProb: Column.float64("sum of the tokens' log-probabilities"),
    ...gradeColumns,
    gold: Column.utf8("the right answer"),
    ...endingColumns
  },
  { numbered: true }
)

export const Evaluations = Table.make("evaluations", "Summary numbers with 95 % intervals, a row a number", {
  suite: Column.utf8("set of problems"),
  metric: Column.utf8(
    "pass@1, pass@k, guessed pass@k (the same samples, references of other problems), majority@k, share, accuracy, " +
      "share of right, truncated, cut by context, no room, format entropy, distinct, distinct right"
  ),
  k: Column.int32("k of pass@k, guessed pass@k and majority@k; 0 elsewhere"),
  decoding: Column.utf8("greedy or sampled"),
  profile: Column.utf8("corrected or paper"),
  slice: Column.utf8("all, or what the number is restricted to: format=omi2, steps=3, style=omi1/comments"),
  value: Column.float64("the estimate"),
  low: Column.float64("lower end of the 95 % interval"),
  high: Column.float64("upper end"),
  interval: Column.utf8("how the interval was made"),
  n: Column.int32("problems or completions it rests on")
})

export const Evaluation = Kind.make("evaluation", "What a policy answers to a suite of problems, and how well", {
  tables: { scores: Scores, evaluations: Evaluations, asked: Asked }
})
