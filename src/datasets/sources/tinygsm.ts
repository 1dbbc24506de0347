/** TinyGSM (Liu et al. 2023, arXiv 2312.09241). Its answer is what the function returns; none is stated. */

import type { Source } from "../Dataset.ts"

export const tinygsm: Source = {
  name: "tinygsm",
  about: "about 12 million synthetic word problems with Python functions by GPT-3.5; answers never verified",
  kind: "problems",
  answers: "numbers",
  hub: "TinyGSM/TinyGSM",
  licence: "MIT",
  splits: {
    train: {
      role: "training",
      layouts: [
        {
          globs: ["data/*.parquet"],
          fields: {
            columns: ["question", "code"],
            answer: "none",
            row: (f) => ({ question: f.text("question"), solution: f.text("code"), answer: null })
          }
        }
      ]
    }
  }
}
