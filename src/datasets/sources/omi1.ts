/** OpenMathInstruct-1 (Toshniwal et al. 2024, arXiv 2402.10176). The paper reads only `correct_solutions/train.jsonl`. */

import type { FieldMap, Source } from "../Dataset.ts"

const omi1Fields: FieldMap = {
  columns: ["question", "generated_solution", "expected_answer"],
  answer: "optional",
  row: (f) => ({
    question: f.text("question"),
    solution: f.text("generated_solution"),
    answer: f.scalar("expected_answer")
  })
}
const omi1Correct: FieldMap = {
  ...omi1Fields,
  columns: [...omi1Fields.columns, "is_correct"],
  keep: { why: "is_correct is false", test: (f) => f.boolean("is_correct") }
}

export const omi1: Source = {
  name: "omi1",
  about: "OpenMathInstruct-1: solutions by Mixtral with Python blocks to questions of GSM8K and MATH train",
  kind: "problems",
  answers: "mathematics",
  hub: "nvidia/OpenMathInstruct-1",
  licence: "NVIDIA licence (custom; commercial use and redistribution with the licence)",
  splits: {
    train: { role: "training", layouts: [{ globs: ["correct_solutions/train.jsonl"], fields: omi1Correct }] },
    "train-incorrect": { role: "training", layouts: [{ globs: ["incorrect_solutions/train.jsonl"], fields: omi1Fields }] },
    validation: { role: "evaluation", layouts: [{ globs: ["correct_solutions/validation.jsonl"], fields: omi1Correct }] }
  }
}
