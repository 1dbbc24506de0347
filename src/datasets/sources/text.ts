/**
 * Running text about mathematics: FineMath (Allal et al. 2025, arXiv 2502.02737) and Algebraic-Stack (Azerbayev et al. 2023,
 * arXiv 2310.10631).
 */

import type { FieldMap, Source } from "../Dataset.ts"

const runningText: FieldMap = {
  columns: ["text"],
  answer: "none",
  row: (f) => ({ question: "", solution: f.text("text"), answer: null })
}

export const finemath: Source = {
  name: "finemath",
  about: "FineMath-3+: 21 million web pages about mathematics",
  kind: "text",
  answers: "mathematics",
  hub: "HuggingFaceTB/finemath",
  licence: "ODC-By 1.0 (and the terms of Common Crawl)",
  splits: {
    train: { role: "training", layouts: [{ globs: ["finemath-3plus/*.parquet"], fields: runningText }] },
    "train-4plus": { role: "training", layouts: [{ globs: ["finemath-4plus/*.parquet"], fields: runningText }] }
  }
}

export const algebraicStack: Source = {
  name: "algebraic-stack",
  about: "mathematical code in 17 languages (Proof-Pile-2)",
  kind: "text",
  answers: "mathematics",
  hub: "EleutherAI/proof-pile-2",
  licence: "none stated for the set; its sources are permissively licensed code",
  splits: {
    train: {
      role: "training",
      layouts: [
        { globs: ["algebraic-stack/train/*.jsonl.zst"], fields: runningText },
        { globs: ["algebraic-stack/train/*.jsonl.gz"], fields: runningText }
      ]
    },
    validation: {
      role: "evaluation",
      layouts: [{ globs: ["algebraic-stack/validation/*.jsonl.zst"], fields: runningText }]
    },
    test: { role: "evaluation", layouts: [{ globs: ["algebraic-stack/test/*.jsonl.zst"], fields: runningText }] }
  }
}
