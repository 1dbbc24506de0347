/** The sources that a mixture names, opened: built-in formats by name, `calc`, and datasets as `name:split`. */
import { Effect, Schema } from "effect"

import type { External } from "../dag/Stage.ts"
import type { DatasetRow } from "../datasets/Dataset.ts"
import { datasetFingerprint } from "../datasets/fingerprint.ts"
import { openDataset } from "../datasets/load.ts"
import { formatNames } from "../formats/registry.ts"
import type { Difficulty, GrammarOptions } from "../problems/grammar.ts"
import { didYouMean } from "../text/near.ts"
import { CALC, datasetSource, type DocumentSource, grammarSource } from "./DocumentSource.ts"

/** The mix stage's params, as far as sources and suites need them. */
export interface MixtureSettings {
  readonly sources: Readonly<Record<string, number>>
  readonly maximum: number
  readonly difficulty: Readonly<Record<string, number>>
  readonly distractors: number
  readonly gap: number
  readonly suites: ReadonlyArray<string>
  readonly suiteSize: number
  readonly maxBadRows: number
  readonly seed: number
}

export class SourceUnknown extends Schema.TaggedError<SourceUnknown>()("SourceUnknown", {
  source: Schema.String,
  near: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `mix.sources: there is no source "${this.source}".${this.near} Built in: ${[...formatNames, CALC].join(", ")}; a dataset is named with its split, as in gsm8k:train.`
  }
}

/** A dataset without a single row to train on. */
export class SourceEmpty extends Schema.TaggedError<SourceEmpty>()("SourceEmpty", {
  source: Schema.String,
  rejected: Schema.Int
}) {
  readonly badInput = true
  override get message() {
    return `mix.sources: "${this.source}" has no usable row (${this.rejected} could not be used). Look at its files, or leave it out.`
  }
}

/** A source or suite that is a dataset: `gsm8k:train`. */
export const datasetName = (name: string): { readonly dataset: string; readonly split: string } | null => {
  const [dataset, split, ...rest] = name.split(":")
  return dataset !== undefined && split !== undefined && rest.length === 0 ? { dataset, split } : null
}

export const grammarOptions = (settings: MixtureSettings): GrammarOptions => ({
  maximum: settings.maximum,
  steps: settings.difficulty as Partial<Record<Difficulty, number>>,
  distractors: settings.distractors,
  split: "train"
})

export const openSources = Effect.fnUntraced(function* (settings: MixtureSettings) {
  const sources: Array<DocumentSource> = []
  for (const name of Object.keys(settings.sources).toSorted()) {
    const dataset = datasetName(name)
    if (dataset !== null) {
      const { rows, bad } = yield* readRows(name, "training", settings.maxBadRows)
      if (rows.length === 0) return yield* new SourceEmpty({ source: name, rejected: bad })
      sources.push(datasetSource(name, rows, bad))
    } else if (name === CALC || formatNames.includes(name)) {
      const gap = name === "tinygsm" ? settings.gap : 0
      sources.push(
        yield* Effect.try({
          try: () => grammarSource(name, grammarOptions(settings), settings.seed, gap),
          catch: (cause) => cause
        })
      )
    } else return yield* new SourceUnknown({ source: name, near: didYouMean(name, [...formatNames, CALC]) })
  }
  return sources
})

/** Every row of `name:split`. */
export const readRows = (name: string, purpose: "training" | "evaluation", maxBadRows: number) =>
  Effect.tryPromise({
    try: async () => {
      const { dataset, split } = datasetName(name)!
      const open = openDataset(dataset, split, { purpose, maxBadRows })
      const rows: Array<DatasetRow> = []
      for await (const batch of open.batches()) rows.push(...batch.rows)
      return { rows, bad: open.report.bad }
    },
    catch: (cause) => cause
  })

/** The dataset files behind a mixture, with their digests: they enter the key. */
export const sourceExternals = (settings: MixtureSettings): Effect.Effect<ReadonlyArray<External>, unknown> =>
  Effect.tryPromise({
    try: async () => {
      const externals: Array<External> = []
      for (const name of new Set([...Object.keys(settings.sources), ...settings.suites])) {
        const dataset = datasetName(name)
        if (dataset === null) continue
        const { files } = await datasetFingerprint(dataset.dataset, dataset.split)
        externals.push(...files.map(({ path, sha256 }) => ({ name: `${name}/${path}`, sha256 })))
      }
      return externals
    },
    catch: (cause) => cause
  })
