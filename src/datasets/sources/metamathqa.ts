/** MetaMathQA (Yu et al. 2023, arXiv 2309.12284). */

import { answerSentence } from "../../formats/answers/lines.ts"
import type { Source } from "../Dataset.ts"

export const metamath: Source = {
  name: "metamathqa",
  about: "395,000 augmentations of GSM8K and MATH train, in prose",
  kind: "problems",
  answers: "mathematics",
  hub: "meta-math/MetaMathQA",
  licence: "MIT",
  splits: {
    train: {
      role: "training",
      layouts: [
        {
          globs: ["MetaMathQA-395K.json"],
          fields: {
            columns: ["query", "response"],
            answer: "optional",
            row: (f) => ({
              question: f.text("query"),
              solution: f.text("response"),
              answer: answerSentence(f.text("response"))?.text ?? null
            })
          }
        }
      ]
    }
  }
}
