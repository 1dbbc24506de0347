/** The tokenizer that a corpus carries: made from the sources of its mixture, or that of a model from elsewhere. */

import * as Effect from "effect/Effect"

import type { External } from "../dag/Stage.ts"
import type { DigestIndex } from "../datasets/overlap/DigestIndex.ts"
import { formatNames } from "../formats/registry.ts"
import { modelFolder } from "../hugging-face/find-model.ts"
import { readTokenizer, tokenizerExternals } from "../hugging-face/read-model.ts"
import { bpeSeparator, pieceCounter, trainBpeFromCounts } from "../tokenizer/bpe/train.ts"
import { tokenizerFromJson } from "../tokenizer/from-json.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import { wordTokenizer } from "../tokenizer/word/WordTokenizer.ts"
import type { DocumentSource } from "./DocumentSource.ts"
import { heldOutDigests, trainingDocuments } from "./mixture.ts"
import type { Selection } from "./Selection.ts"

/** Documents of each source that a BPE vocabulary is learnt from. */
export const TRAINING_DOCUMENTS = 10_000

/** Tokens of a BPE vocabulary where a mixture says nothing of it. */
export const DEFAULT_VOCABULARY = 4096

/** Kinds of tokenizers that a mixture may have. */
export const tokenizerKinds = ["word", "bpe", "imported"] as const

interface OfModel {
  readonly tokenizer: (typeof tokenizerKinds)[number]
  /** Name of an imported model; means something where the kind is `imported`. */
  readonly model: string
}

/** The files that a mixture has its tokenizer from, with their digests: they enter the key. */
export const vocabularyExternals = ({ tokenizer, model }: OfModel): Effect.Effect<ReadonlyArray<External>, unknown> =>
  tokenizer === "imported"
    ? Effect.tryPromise({ try: async () => tokenizerExternals(modelFolder(model), model), catch: (cause) => cause })
    : Effect.succeed([])

/** The context of the imported model that a mixture is for; null where models are still to be made for it. */
export const contextOfModel = ({ tokenizer, model }: OfModel): number | null =>
  tokenizer === "imported" ? readTokenizer(modelFolder(model)).context : null

/**
 * The tokenizer of a mixture: word level over everything the grammar can say, BPE trained on the sources' first training
 * documents, those held out left aside, or that of an imported model. It does not depend on how many tokens the mixture has, so
 * that nested mixtures share their vocabulary.
 */
export const corpusTokenizer = async (
  sources: ReadonlyArray<DocumentSource>,
  settings: OfModel & {
    readonly maximum: number
    readonly vocabulary: number
    readonly heldOut: number
  },
  selection: (heldOut: DigestIndex) => Selection
): Promise<Tokenizer> => {
  if (settings.tokenizer === "word") return wordTokenizer({ maximum: settings.maximum })
  if (settings.tokenizer === "imported") return tokenizerFromJson(readTokenizer(modelFolder(settings.model)).document)
  const counter = pieceCounter()
  const heldOut = await heldOutDigests(sources, settings, { separator: bpeSeparator })
  for (const source of sources) {
    let left = TRAINING_DOCUMENTS
    for await (const batch of trainingDocuments(source, settings, selection(heldOut))) {
      for (const { question, solution } of batch.slice(0, left)) {
        if (question !== "") counter.add(question)
        counter.add(solution)
      }
      left -= batch.length
      if (left <= 0) break
    }
  }
  return trainBpeFromCounts(counter.counts, { vocabularySize: settings.vocabulary, tags: formatNames })
}
