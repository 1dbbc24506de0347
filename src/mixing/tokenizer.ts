import { formatNames } from "../formats/registry.ts"
import { trainBpe } from "../tokenizer/bpe-train.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import { wordTokenizer } from "../tokenizer/WordTokenizer.ts"
import type { DocumentSource } from "./DocumentSource.ts"

/** Documents of each source that a BPE vocabulary is learnt from. */
const TRAINING_DOCUMENTS = 10_000

/** The tokenizer of a mixture: word level over everything the grammar can say, or BPE trained on the sources' first documents. */
export const corpusTokenizer = (
  sources: ReadonlyArray<DocumentSource>,
  settings: { readonly tokenizer: "word" | "bpe"; readonly maximum: number; readonly vocabulary: number }
): Tokenizer => {
  if (settings.tokenizer === "word") return wordTokenizer({ maximum: settings.maximum })
  return trainBpe(texts(sources), { vocabularySize: settings.vocabulary, tags: formatNames })
}

function* texts(sources: ReadonlyArray<DocumentSource>): Generator<string> {
  for (const source of sources)
    for (let i = 0; i < Math.min(source.size, TRAINING_DOCUMENTS); i++) {
      const { question, solution } = source.at(i)
      if (question !== "") yield question
      yield solution
    }
}
