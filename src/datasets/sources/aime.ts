/** AIME, in the three copies that the paper's evaluation reads; each names its columns differently. */

import type { Source } from "../Dataset.ts"

export const aime: Source = {
  name: "aime",
  about: "American Invitational Mathematics Examination; answers are integers from 0 to 999",
  kind: "problems",
  answers: "numbers",
  hub: "Maxwell-Jia/AIME_2024",
  licence: "problem texts (c) Mathematical Association of America",
  splits: {
    "2024": {
      role: "evaluation",
      layouts: [
        {
          globs: ["aime_2024_problems.parquet"],
          fields: {
            columns: ["ID", "Problem", "Solution", "Answer"],
            answer: "required",
            row: (f) => ({
              id: f.text("ID"),
              question: f.text("Problem"),
              solution: f.text("Solution"),
              answer: f.scalar("Answer")
            })
          }
        }
      ]
    },
    "1983-2024": {
      role: "evaluation",
      layouts: [
        {
          hub: "gneubig/aime-1983-2024",
          globs: ["AIME_Dataset_1983_2024.csv"],
          fields: {
            columns: ["ID", "Question", "Answer"],
            answer: "required",
            row: (f) => ({
              id: f.text("ID"),
              question: f.text("Question"),
              solution: "",
              answer: f.scalar("Answer")
            })
          }
        }
      ]
    },
    "2022-2024": {
      role: "evaluation",
      layouts: [
        {
          hub: "AI-MO/aimo-validation-aime",
          globs: ["data/train-*.parquet"],
          fields: {
            columns: ["id", "problem", "solution", "answer"],
            answer: "required",
            row: (f) => ({
              id: String(f.scalar("id")),
              question: f.text("problem"),
              solution: f.text("solution"),
              answer: f.scalar("answer")
            })
          }
        }
      ]
    }
  }
}
