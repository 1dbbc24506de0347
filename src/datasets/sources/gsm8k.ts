/**
 * GSM8K (Cobbe et al. 2021, arXiv 2110.14168). A solution ends with `#### 72`; marks such as `<<48/2=24>>` stay in its text, as
 * in the paper's data.
 */

import { gsmLine } from "../../formats/answers/lines.ts"
import type { FieldMap, Layout, Source } from "../Dataset.ts"

const gsm8kFields: FieldMap = {
  columns: ["question", "answer"],
  answer: "required",
  row: (f) => ({ question: f.text("question"), solution: f.text("answer"), answer: gsmLine(f.text("answer"))?.text ?? null })
}

const gsm8kLayouts = (split: string): ReadonlyArray<Layout> => [
  { globs: [`main/${split}-*.parquet`], fields: gsm8kFields },
  { globs: [`${split}.jsonl`], fields: gsm8kFields },
  { globs: [`grade_school_math/data/${split}.jsonl`], fields: gsm8kFields }
]

export const gsm8k: Source = {
  name: "gsm8k",
  about: "8,792 grade-school word problems with worked solutions",
  kind: "problems",
  answers: "numbers",
  hub: "openai/gsm8k",
  url: "https://github.com/openai/grade-school-math",
  licence: "MIT",
  splits: {
    train: { role: "training", layouts: gsm8kLayouts("train") },
    test: { role: "evaluation", layouts: gsm8kLayouts("test") },
    "example-solutions": {
      role: "evaluation",
      layouts: [
        {
          globs: ["example_model_solutions.jsonl", "grade_school_math/data/example_model_solutions.jsonl"],
          fields: {
            columns: ["question", "ground_truth"],
            answer: "required",
            row: (f) => ({
              question: f.text("question"),
              solution: f.text("ground_truth"),
              answer: gsmLine(f.text("ground_truth"))?.text ?? null
            })
          }
        }
      ]
    }
  }
}
