/** GSM-Hard (Gao et al. 2023, arXiv 2211.10435). */

import type { Source } from "../Dataset.ts"

export const gsmHard: Source = {
  name: "gsm-hard",
  about: "GSM8K test with one number of each problem made large, with programs",
  kind: "problems",
  answers: "numbers",
  hub: "reasoning-machines/gsm-hard",
  url: "https://github.com/reasoning-machines/pal",
  licence: "Apache-2.0 in the authors' repository, MIT on the hub; questions from GSM8K (MIT)",
  splits: {
    test: {
      role: "evaluation",
      layouts: [
        {
          globs: ["gsmhardv2.jsonl"],
          fields: {
            columns: ["input", "code", "target"],
            answer: "required",
            row: (f) => ({ question: f.text("input"), solution: f.text("code"), answer: f.scalar("target") })
          }
        }
      ]
    }
  }
}
