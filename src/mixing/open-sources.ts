/** The sources that a mixture names, opened: built-in formats by name, `calc`, and datasets as `name:split`. */

import * as Effect from "effect/Effect"

import type { External } from "../dag/Stage.ts"
import { datasetFingerprint } from "../datasets/locate/fingerprint.ts"
import { datasetRoots, locateDataset } from "../datasets/locate/locate.ts"
import { passedOver } from "../datasets/locate/passed-over.ts"
import { datasetName } from "../datasets/registry.ts"
import { append } from "../lists/large.ts"
import { families } from "../problems/clauses.ts"
import type { GrammarOptions } from "../problems/grammar.ts"
import { grammarOptions, type GrammarSettings } from "./built-in-suites.ts"
import { datasetSource, type DocumentSource, grammarSource } from "./DocumentSource.ts"

/** The mix stage's params, as far as sources and suites need them. */
export interface MixtureSettings {
  readonly sources: Readonly<Record<string, number>>
  readonly maximum: number
  readonly difficulty: Readonly<Record<string, number>>
  readonly distractors: number
  readonly gap: number
  /** `tinygsm:times`: clauses that never occur in the corpus of a format. */
  readonly lacks: ReadonlyArray<string>
  readonly subStyles: Readonly<Record<string, number>>
  readonly suites: ReadonlyArray<string>
  readonly suiteSize: number
  readonly maxBadRows: number
  readonly seed: number
}

/**
 * The sources in the order of their names, which the params have checked. Fails with GrammarImpossible where the gap cannot be
 * made.
 */
export const openSources = (settings: MixtureSettings): Effect.Effect<ReadonlyArray<DocumentSource>, unknown> =>
  Effect.try({
    try: () =>
      Object.keys(settings.sources)
        .toSorted()
        .map((name) => {
          const dataset = datasetName(name)
          if (dataset !== null) return datasetSource(dataset, settings.maxBadRows)
          return grammarSource(name, {
            grammar: sourceGrammar(name, settings),
            seed: settings.seed,
            gap: settings.gap,
            subStyles: settings.subStyles
          })
        }),
    catch: (cause) => cause
  })

/** The grammar of a format's corpus: that of the mixture, less the clauses that the format lacks. */
export const sourceGrammar = (
  format: string,
  settings: Omit<GrammarSettings, "seed"> & Pick<MixtureSettings, "lacks">
): GrammarOptions => {
  const lacking = settings.lacks.flatMap((entry) => (entry.startsWith(`${format}:`) ? [entry.slice(format.length + 1)] : []))
  const grammar = grammarOptions(settings)
  return lacking.length === 0 ? grammar : { ...grammar, families: families.filter((family) => !lacking.includes(family)) }
}

/** The dataset files behind a mixture, with their digests: they enter the key. */
export const sourceExternals = (
  settings: Pick<MixtureSettings, "sources" | "suites">
): Effect.Effect<ReadonlyArray<External>, unknown> =>
  Effect.tryPromise({
    try: async () => {
      const externals: Array<External> = []
      for (const name of new Set([...Object.keys(settings.sources), ...settings.suites])) {
        const dataset = datasetName(name)
        if (dataset === null) continue
        const { files } = await datasetFingerprint(dataset.dataset, dataset.split)
        append(
          externals,
          files.map(({ path, sha256, file }) => ({ name: `${name}/${path}`, sha256, file }))
        )
      }
      return externals
    },
    catch: (cause) => cause
  })

/** Files passed over that are named of a dataset. */
const PASSED_OVER_NAMED = 3

/**
 * A line for each file that lies where a mixture's datasets are looked for and is not read, with the reason: a typing error in
 * its name must not let another be read in silence.
 */
export const passedOverWords = (
  settings: Pick<MixtureSettings, "sources" | "suites">
): Effect.Effect<ReadonlyArray<string>, unknown> =>
  Effect.try({
    try: () =>
      [...new Set([...Object.keys(settings.sources), ...settings.suites])].flatMap((name) => {
        const dataset = datasetName(name)
        if (dataset === null) return []
        const files = passedOver(locateDataset(dataset.dataset, dataset.split, datasetRoots({}), true), {})
        const lines = files.slice(0, PASSED_OVER_NAMED).map(({ path, why }) => `${name}: ${path} ${why}`)
        const more = files.length - lines.length
        return more > 0 ? [...lines, `${name}: ${more} more files are passed over (pipeline data check ${name})`] : lines
      }),
    catch: (cause) => cause
  })
