/**
 * Plant canaries in a corpus: documents that say something which nothing else in it says (src/attribution/canaries/secrets.ts).
 *
 * They come behind the others, as documents of the source `canary`: their sub-style is `exact`, `paraphrased` or `asked`, and
 * their problem names the secret. `asked` are held out: the question about each secret. Whoever attributes a question ought to
 * find the planted documents of its secret. All else in the corpus stays as it is.
 */

import * as Effect from "effect/Effect"

import { Corpus } from "../schemas/corpus.ts"
import { CANARY, canaryKinds, canaryText, mostSecrets, secretsOf } from "../src/attribution/canaries/secrets.ts"
import { Manifest, passOnFindings } from "../src/attribution/retraining/changed-corpus.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { textDigest } from "../src/datasets/overlap/DigestIndex.ts"
import { encodeDocument } from "../src/tokenizer/document.ts"
import { tokenizerFromJson } from "../src/tokenizer/from-json.ts"

export const PlantParams = {
  secrets: Param.integer(8, "facts that nothing else in the corpus says", { min: 1, max: 10_000 }),
  copies: Param.integer(4, "planted documents of each secret and each way to say it", { min: 1, max: 10_000 }),
  maximum: Param.integer(20, "largest number in them: at most mix.maximum", { min: 12, max: 9999 }),
  seed: Param.seed("seed of the secrets and of the facts around them")
}

export const plant = Stage.make({
  name: "plant",
  inputs: { corpus: Corpus },
  passesOn: { tokenizer: "corpus" },
  params: PlantParams,
  output: Corpus,
  check: ({ secrets, maximum }, { corpus }) => {
    const known = Stage.wiredWith(corpus, "maximum", ["corpus"])?.params["maximum"]
    if (typeof known === "number" && maximum > known)
      return { param: "maximum", problem: `is ${maximum}, and the corpus has numbers up to ${known} (mix.maximum).` }
    if (secrets <= mostSecrets(maximum)) return null
    return { param: "secrets", problem: `is ${secrets}; numbers up to ${maximum} make ${mostSecrets(maximum)} at most.` }
  },
  resources: { cost: () => 1e6 },

  run: Effect.fn("plant")(function* ({ inputs, params, output, progress }) {
    const { corpus } = inputs
    const tokenizer = tokenizerFromJson(corpus.tokenizer)
    const manifest = new Manifest([...[...corpus.sources].map(({ source }) => source), CANARY])
    for (const row of corpus.documents) {
      yield* output.documents.append(row)
      manifest.count(row)
    }
    const { maximum, seed } = params
    let index = 0
    for (const [number, secret] of secretsOf(params.secrets, params).entries())
      for (const kind of [...canaryKinds, "asked"] as const)
        for (let copy = 0; copy < (kind === "asked" ? 1 : params.copies); copy++) {
          const text = canaryText(kind, secret, { maximum, seed, index: index++ })
          const row = {
            document: output.documents.rows(),
            source: CANARY,
            format: "text",
            subStyle: kind,
            problem: `${CANARY}/${seed}/${number}`,
            steps: 0,
            template: "",
            topic: "",
            heldOut: kind === "asked",
            repetition: 0,
            flawed: true,
            ...encodeDocument(tokenizer, "", text),
            text,
            contentDigest: textDigest(text)
          }
          yield* output.documents.append(row)
          manifest.count(row)
        }
    const nothingLeftOut = { rejected: 0, duplicates: 0, acrossSources: 0, heldOutCopies: 0, contaminated: 0 }
    yield* manifest.write([...corpus.sources, { source: CANARY, weight: 0, target: null, ...nothingLeftOut }], corpus, output)
    yield* passOnFindings(corpus, output)
    yield* progress.report(1, 1, { documents: output.documents.rows() })
  })
})
