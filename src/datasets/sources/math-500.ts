/** MATH-500 (Lightman et al. 2023, arXiv 2305.20050), 500 problems of MATH (Hendrycks et al. 2021). */

import { lastBoxed } from "../../answers/boxed.ts"
import { canonicalAnswer } from "../answers.ts"
import type { Source } from "../Dataset.ts"

export const math500: Source = {
  name: "math-500",
  about: "500 problems of the MATH test set",
  kind: "problems",
  answers: "mathematics",
  hub: "HuggingFaceH4/MATH-500",
  url: "https://github.com/openai/prm800k",
  licence: "stated MIT, disputed by the holder of the problem texts",
  splits: {
    test: {
      role: "evaluation",
      layouts: [
        {
          globs: ["test.jsonl"],
          fields: {
            columns: ["problem", "solution", "answer", "unique_id"],
            answer: "required",
            row: (f) => ({
              id: f.text("unique_id"),
              question: f.text("problem"),
              solution: f.text("solution"),
              answer: canonicalAnswer(f.scalar("answer")) === null ? lastBoxed(f.text("solution")) : f.scalar("answer")
            })
          }
        }
      ]
    }
  }
}
