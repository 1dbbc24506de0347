/**
 * OpenMathInstruct-2 (Toshniwal et al. 2024, arXiv 2410.01560). Beside the shards of `train` lie subsets of it, which
 * `data/*.parquet` reads again.
 */

import type { FieldMap, Source } from "../Dataset.ts"

const omi2Fields: FieldMap = {
  columns: ["problem", "generated_solution", "expected_answer"],
  answer: "optional",
  row: (f) => ({
    question: f.text("problem"),
    solution: f.text("generated_solution"),
    answer: f.scalar("expected_answer")
  })
}
const omi2Subset = (size: string) =>
  ({ role: "training", layouts: [{ globs: [`data/train_${size}-*.parquet`], fields: omi2Fields }] }) as const

export const omi2: Source = {
  name: "omi2",
  about: "OpenMathInstruct-2: 14 million solutions in prose by Llama-3.1-405B to original and augmented questions",
  kind: "problems",
  answers: "mathematics",
  hub: "nvidia/OpenMathInstruct-2",
  licence: "CC BY 4.0",
  splits: {
    train: {
      role: "training",
      layouts: [
        {
          globs: ["data/train-*.parquet"],
          excluded: { globs: ["data/train_*.parquet"], why: "subsets of train: their rows are in it already" },
          fields: omi2Fields
        }
      ]
    },
    "train-1M": omi2Subset("1M"),
    "train-2M": omi2Subset("2M"),
    "train-5M": omi2Subset("5M"),
    // What the authors' code reads: `data/*.parquet`, about 22 million rows, 8 million of them twice.
    "train-with-duplicates": { role: "training", layouts: [{ globs: ["data/*.parquet"], fields: omi2Fields }] }
  }
}
