/** The sources that a mixture names, opened: built-in formats by name, `calc`, and datasets. */
import { Effect, Schema } from "effect"
import type { External } from "../dag/Stage.ts"
import { formatNames } from "../formats/registry.ts"
import type { Difficulty, GrammarOptions } from "../problems/grammar.ts"
import { didYouMean } from "../text/near.ts"
import { CALC, type DocumentSource, grammarSource } from "./DocumentSource.ts"

/** The mix stage's params, as far as sources and suites need them. */
export interface MixtureSettings {
  readonly sources: Readonly<Record<string, number>>
  readonly maximum: number
  readonly difficulty: Readonly<Record<string, number>>
  readonly distractors: number
  readonly gap: number
  readonly suites: ReadonlyArray<string>
  readonly suiteSize: number
  readonly seed: number
}

export class SourceUnknown extends Schema.TaggedError<SourceUnknown>()("SourceUnknown", { source: Schema.String, near: Schema.String }) {
  override get message() {
    return `mix.sources: there is no source "${this.source}".${this.near} Built in: ${[...formatNames, CALC].join(", ")}.`
  }
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
    if (name === CALC || formatNames.includes(name)) {
      const gap = name === "tinygsm" ? settings.gap : 0
      sources.push(grammarSource(name, grammarOptions(settings), settings.seed, gap))
    } else return yield* new SourceUnknown({ source: name, near: didYouMean(name, [...formatNames, CALC]) })
  }
  return sources
})

/** The dataset files behind a mixture, with their digests: they enter the key. */
export const sourceExternals = (_settings: MixtureSettings): Effect.Effect<ReadonlyArray<External>> => Effect.succeed([])
