/** A bank of retrainings as it is read: its groups, what was trained on, and what came of it. */

import * as Effect from "effect/Effect"

import type { RetrainingBank } from "../../../schemas/retrainings.ts"
import type { Objection, Reader, WiredInput } from "../../dag/Stage.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import { AttributionInputError } from "../AttributionInputError.ts"
import type { Attributed, AttributedText } from "../methods/Method.ts"
import { type Askable, askedTexts, type Documents } from "./asked-texts.ts"
import type { Measured } from "./lds.ts"

/** Measurements with what they are of. */
export interface Bank extends Measured {
  readonly groups: ReadonlyArray<string>
  /** Training documents by their numbers in the corpus, and the group of each as an index into `groups`. */
  readonly documents: Int32Array
  readonly groupOf: Int32Array
}

/** Reads a bank whole: some megabytes. */
export const readBank = (bank: Reader<typeof RetrainingBank>): Bank => {
  const groups = [...bank.documentGroups].map(({ groupName }) => groupName)
  const places = new Map(groups.map((name, i) => [name, i]))
  const weights = Array.from({ length: bank.retrainings.rows }, () => new Uint8Array(groups.length))
  for (const { retraining, groupName, weight } of bank.groupWeights) weights[retraining]![places.get(groupName)!] = weight
  const outcomes = weights.map(() => new Float64Array(bank.heldOutTargets.rows))
  for (const { retraining, target, logProb } of bank.outcomes) outcomes[retraining]![target] = logProb
  const grouped = [...bank.groupedDocuments]
  return {
    groups,
    documents: Int32Array.from(grouped, ({ document }) => document),
    groupOf: Int32Array.from(grouped, ({ groupName }) => places.get(groupName)!),
    weights,
    outcomes
  }
}

/** Targets and training documents of a bank as the methods see them, the documents in parts by their group. */
export const attributedTexts = (
  corpus: Documents & { readonly firstTokens: ReadonlyMap<string, number> },
  { heldOutTargets, groupedDocuments }: Reader<typeof RetrainingBank>,
  { groupOf, groups }: Pick<Bank, "groupOf" | "groups">
): Attributed => {
  // Control tokens are of fine-tuning: before it, a format is begun by its first token.
  const begun = { openings: corpus.firstTokens, tagged: false }
  const texts = (rows: ReadonlyArray<{ readonly document: number; readonly groupName: string }>, asked: Askable) =>
    askedTexts(
      corpus,
      Int32Array.from(rows, ({ document }) => document),
      asked,
      begun
    ).map(({ tokens, promptTokens }, i): AttributedText => {
      const { document, groupName } = rows[i]!
      return { tokens, promptTokens, source: corpus.source(document), group: groupName }
    })
  const targets = [...heldOutTargets]
  return {
    targets: texts(targets, targets.some(({ asked }) => asked === "opening") ? "opening" : "solution"),
    documents: texts([...groupedDocuments], "solution"),
    partOf: groupOf,
    parts: groups.length
  }
}

/** Fails unless two banks ask the same of models of the same groups; `field` names the second. */
export const requireSameQuestions = (
  one: Reader<typeof RetrainingBank>,
  other: Reader<typeof RetrainingBank>,
  field: string
): Effect.Effect<void, AttributionInputError> => {
  const differ = (["documentGroups", "groupedDocuments", "heldOutTargets"] as const).find(
    (table) => canonicalJson([...one[table]]) !== canonicalJson([...other[table]])
  )
  return differ === undefined
    ? Effect.void
    : Effect.fail(
        new AttributionInputError({
          field,
          detail: `its table ${differ} differs: it asks something else, or of another corpus. Put banks of one kind together.`
        })
      )
}

/** The same for two measurements of one thing: each model of the one has the groups that it has in the other. */
export const requireTwins = Effect.fnUntraced(function* (
  truth: Reader<typeof RetrainingBank>,
  again: Reader<typeof RetrainingBank>
) {
  yield* requireSameQuestions(truth, again, "again")
  if (canonicalJson([...truth.groupWeights]) !== canonicalJson([...again.groupWeights]))
    yield* Effect.fail(
      new AttributionInputError({
        field: "again",
        detail: "its models were trained on other groups than those of truth. Take the same changes, with another seed."
      })
    )
})

/**
 * Objects to banks that are not two measurements of one thing: of another corpus, with other params, or with one seed. Nothing is
 * known of banks that another stage makes.
 */
export const twinsObjection = (corpus: WiredInput, truth: WiredInput, again: WiredInput): Objection | null => {
  if (truth.stage !== "retrain" || again.stage !== "retrain") return null
  for (const [param, bank] of Object.entries({ truth, again }))
    if (bank.inputs["corpus"]?.identity !== corpus.identity)
      return { param, problem: "is a bank of another corpus than the one given: its documents are others. Retrain on that one." }
  for (const name of Object.keys(truth.params)) {
    const [one, other] = [truth, again].map(({ params }) => canonicalJson(params[name])) as [string, string]
    if (name !== "seed" && one !== other)
      return { param: "again", problem: `has retrain.${name} ${other}, and truth ${one}: they may differ in their seeds alone.` }
  }
  if (truth.params["seed"] === again.params["seed"])
    return { param: "again", problem: "has the seed of truth, so that it is the same bank: give it another retrain.seed." }
  if (truth.params["design"] !== "halves")
    return { param: "truth", problem: `has retrain.design "${String(truth.params["design"])}": the score is over "halves".` }
  return null
}
