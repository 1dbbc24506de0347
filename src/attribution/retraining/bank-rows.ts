/** The tables of a bank that say what it is about: groups, their documents, and what its models are asked. */

import * as Effect from "effect/Effect"

import type { RetrainingBank } from "../../../schemas/retrainings.ts"
import type { Writer } from "../../dag/Stage.ts"
import type { Table } from "../../store/schema/Table.ts"
import type { Askable, Documents } from "./asked-texts.ts"
import type { CorpusGroups } from "./corpus-groups.ts"

type Output = Writer<typeof RetrainingBank>

/** Writes `documentGroups` and `groupedDocuments`: what the groups of the whole corpus are. */
export const writeGroups = Effect.fnUntraced(function* (
  output: Output,
  corpus: Documents,
  { names, training, of }: CorpusGroups
) {
  for (const [group, groupName] of names.entries()) {
    const own = training.filter((_, i) => of[i] === group)
    const tokens = own.reduce((sum, document) => sum + corpus.lengths[document]!, 0)
    yield* output.documentGroups.append({ groupName, source: corpus.source(own[0]!), documents: own.length, tokens })
  }
  for (const [i, document] of training.entries()) yield* output.groupedDocuments.append({ document, groupName: names[of[i]!]! })
})

/** Writes `heldOutTargets`: documents that models are asked about, with so many tokens each. */
export const writeTargets = Effect.fnUntraced(function* (
  output: Output,
  corpus: Documents,
  { nameOf }: CorpusGroups,
  targets: Int32Array,
  asked: Askable,
  tokens: ReadonlyArray<number>
) {
  for (const [target, document] of targets.entries()) {
    const row = { target, document, asked, source: corpus.source(document), groupName: nameOf(document), tokens: tokens[target]! }
    yield* output.heldOutTargets.append(row)
  }
})

/** Writes what one model came to: which groups it had, and what it says of each target. */
export const writeRetraining = Effect.fnUntraced(function* (
  output: Output,
  { names }: CorpusGroups,
  weights: ArrayLike<number>,
  logProbs: Float64Array,
  row: Omit<Table.Row<(typeof RetrainingBank)["tables"]["retrainings"]>, "retraining" | "groups">
) {
  const retraining = output.retrainings.rows()
  for (const [target, logProb] of logProbs.entries()) yield* output.outcomes.append({ retraining, target, logProb })
  let groups = 0
  for (const [group, groupName] of names.entries()) {
    const weight = weights[group]!
    if (weight === 0) continue
    groups++
    yield* output.groupWeights.append({ retraining, groupName, weight })
  }
  yield* output.retrainings.append({ retraining, groups, ...row })
})
