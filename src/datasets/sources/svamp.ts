/** SVAMP (Patel et al. 2021, arXiv 2103.07191). The hub's copy is cut into train and test; both are for evaluation here. */

import type { FieldMap, Source } from "../Dataset.ts"

const svampFields: FieldMap = {
  columns: ["ID", "Body", "Question", "Answer"],
  answer: "required",
  row: (f) => {
    const body = f.text("Body").trim()
    return {
      id: f.text("ID"),
      question: `${body}${/[.!?,]$/.test(body) ? "" : "."} ${f.text("Question").trim()}`,
      solution: "",
      answer: f.scalar("Answer")
    }
  }
}

export const svamp: Source = {
  name: "svamp",
  about: "1,000 short word problems, rewordings that trip shallow solvers",
  kind: "problems",
  answers: "numbers",
  hub: "ChilleD/SVAMP",
  url: "https://github.com/arkilpatel/SVAMP",
  licence: "MIT",
  splits: {
    test: {
      role: "evaluation",
      layouts: [
        { globs: ["SVAMP.json"], fields: svampFields },
        { globs: ["data/train-*.parquet", "data/test-*.parquet"], fields: svampFields }
      ]
    }
  }
}
