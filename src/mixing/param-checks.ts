/**
 * What is wrong with the params of a mixture, said before anything runs: names that nobody knows, weights that name no source,
 * suites that the grammar cannot make. Each check gives one sentence or null. The params of the stage call them (Param.checked),
 * and so does the stage's own check.
 */

import { datasetName, datasetNames, findSource, nameOf } from "../datasets/registry.ts"
import { formatNamed, formatNames } from "../formats/registry.ts"
import { families } from "../problems/clauses.ts"
import { generate, GrammarImpossible } from "../problems/grammar.ts"
import { gapRate } from "../problems/misread.ts"
import { didYouMean } from "../text/near.ts"
import { builtInSuites, grammarOptions, suiteGrammar } from "./built-in-suites.ts"
import { CALC, subStyleWeights } from "./DocumentSource.ts"
import { type MixtureSettings, sourceGrammar } from "./open-sources.ts"

const builtInSources = [...formatNames, CALC]
const ofRole = (role: "training" | "evaluation") =>
  datasetNames()
    .filter(({ dataset, split }) => findSource(dataset, split).split.role === role)
    .map(nameOf)

/** What is wrong with `mix.sources`: names of no source, or of one that is for evaluation only. */
export const sourceProblem = (sources: Readonly<Record<string, number>>): string | null => {
  for (const name of Object.keys(sources)) {
    if (builtInSources.includes(name)) continue
    const known = [...builtInSources, ...ofRole("training")]
    if (ofRole("evaluation").includes(name))
      return `"${name}" is for evaluation only: training on it would make every score on it worthless.`
    if (!known.includes(name))
      return (
        `there is no source "${name}".${didYouMean(name, known)} Built in: ${builtInSources.join(", ")}; ` +
        "a dataset is named with its split, as in gsm8k:train (pipeline data list)."
      )
  }
  return null
}

/** Documents have numbers of 32 bits, and a document of few tokens is a long one. */
export const MOST_TOKENS = 1e10
export const MOST_TOKENS_WHY = `A corpus has at most ${MOST_TOKENS} tokens: its documents are numbered with 32 bits.`

/** What is wrong with the tokens that the weights ask for. */
const tokensProblem = ({ mixing, tokens, sources }: MixtureSettings & Mixing): Objection | null => {
  if (mixing === "compute-matched") return null
  const weights = Object.entries(sources)
  const unit = mixing === "targets" ? 1 : tokens / weights.length
  const all = unit * weights.reduce((sum, [, weight]) => sum + weight, 0)
  if (all <= MOST_TOKENS) return null
  const what = mixing === "targets" ? "weights are tokens" : "weights are repetitions"
  return { param: "sources", problem: `asks for ${all} tokens, since ${what} under ${mixing}. ${MOST_TOKENS_WHY} Take less.` }
}

interface Mixing {
  readonly mixing: string
  readonly tokens: number
}

/** What is wrong with `mix.suites`: names of no suite, or the same twice. */
export const suitesProblem = (suites: ReadonlyArray<string>): string | null => {
  for (const [i, suite] of suites.entries()) {
    if (suites.indexOf(suite) < i) return `"${suite}" is named twice.`
    const datasets = datasetNames()
      .filter(({ dataset, split }) => findSource(dataset, split).source.kind === "problems")
      .map(nameOf)
    const known = [...builtInSuites, ...datasets]
    if (!known.includes(suite))
      return (
        `there is no problem suite "${suite}".${didYouMean(suite, known)} Built in: ${builtInSuites.join(", ")}; ` +
        "from a dataset: gsm8k:test."
      )
  }
  return null
}

/** What is wrong with `mix.difficulty`: keys that are no number of operations. */
export const difficultyProblem = (difficulty: Readonly<Record<string, number>>): string | null => {
  const wrong = Object.keys(difficulty).find((name) => !/^[1-6]$/.test(name))
  return wrong === undefined ? null : `"${wrong}" is not a number of operations; they go from 1 to 6.`
}

/** The formats whose built-in solutions a gap makes wrong. */
export const gapFormats = formatNames.filter((name) => formatNamed(name).flaws.length > 0)

/** As `mix.subStyles` names them. */
export const subStyleNames = formatNames.flatMap((format) =>
  formatNamed(format).subStyles.map((subStyle) => `${format}/${subStyle}`)
)

/** What is wrong with `mix.subStyles`: a format that would have none left. */
export const subStylesProblem = (weights: Readonly<Record<string, number>>): string | null => {
  for (const format of formatNames) {
    const own = subStyleWeights(format, weights)
    if (own !== null && Object.values(own).every((weight) => weight === 0)) return `every sub-style of ${format} has weight 0.`
  }
  return null
}

/** What is wrong with `mix.lacks`: names that are no format with one of its clauses. */
export const lacksProblem = (lacks: ReadonlyArray<string>): string | null => {
  for (const entry of lacks) {
    const [format = "", family] = entry.split(":")
    if (family === undefined) return `"${entry}" is no format and clause, as in tinygsm:times.`
    if (!formatNames.includes(format)) return `there is no format "${format}".${didYouMean(format, formatNames)}`
    if (!families.some((known) => known === family))
      return `there is no clause "${family}".${didYouMean(family, families)} The clauses are ${families.join(", ")}.`
  }
  return null
}

interface Objection {
  readonly param: string
  readonly problem: string
}

/** What cannot be had together, and the param to change. */
export const mixtureProblem = (settings: MixtureSettings & Mixing & { readonly tokenizer: string }): Objection | null => {
  const real = [...Object.keys(settings.sources), ...settings.suites].find((name) => datasetName(name) !== null)
  if (settings.tokenizer === "word" && real !== undefined)
    return {
      param: "tokenizer",
      problem: `"word" knows the words of the built-in texts only, and ${real} is real text: take "bpe", or "imported".`
    }
  return tokensProblem(settings) ?? grammarProblem(settings) ?? suiteGrammarProblem(settings)
}

/** What the built-in sources ask of the grammar and it does not have. */
const grammarProblem = (settings: MixtureSettings): Objection | null => {
  const grammar = grammarOptions(settings)
  const names = Object.keys(settings.sources).filter((name) => formatNames.includes(name) && settings.sources[name]! > 0)
  if (names.length === 0) return null
  const problem = impossible(() => generate(grammar, settings.seed, 0))
  if (problem !== null) return { param: "difficulty", problem: `${problem} Change it or mix.maximum.` }
  for (const entry of settings.lacks) {
    const [format = ""] = entry.split(":")
    if (!names.includes(format))
      return { param: "lacks", problem: `${entry} does nothing: ${format} is no source of this mixture.` }
    const nothing = impossible(() => generate(sourceGrammar(format, settings), settings.seed, 0))
    if (nothing !== null) return { param: "lacks", problem: `${nothing} Leave ${format} more clauses.` }
  }
  if (settings.gap === 0) return null
  for (const { flaws } of names.filter((name) => gapFormats.includes(name)).map(formatNamed)) {
    const tooWide = impossible(() => gapRate(grammar, { share: settings.gap, blindSpots: flaws }))
    if (tooWide !== null) return { param: "gap", problem: tooWide }
  }
  return null
}

const suiteGrammarProblem = (settings: MixtureSettings): Objection | null => {
  for (const suite of settings.suites) {
    if (!builtInSuites.includes(suite)) continue
    const grammar = suiteGrammar(suite, grammarOptions(settings))
    for (const [difficulty, weight] of Object.entries(grammar.steps)) {
      if (weight === 0) continue
      const problem = impossible(() => generate({ ...grammar, steps: { [difficulty]: 1 } }, settings.seed, 0))
      if (problem !== null)
        return {
          param: "suites",
          problem:
            `"${suite}" cannot be made of problems of ${difficulty} operations: ` +
            `${problem} Leave it out, or change mix.difficulty or mix.maximum.`
        }
    }
    if (Object.values(grammar.steps).every((weight) => weight === 0))
      return {
        param: "suites",
        problem:
          `"${suite}" needs problems of 2 or more operations, and mix.difficulty has ` +
          `${Object.keys(settings.difficulty).join(", ")} only. ` +
          "Leave the suite out, or give a harder problem some weight."
      }
  }
  return null
}

const impossible = (draw: () => unknown): string | null => {
  try {
    draw()
    return null
  } catch (error) {
    if (error instanceof GrammarImpossible) return error.reason
    throw error
  }
}
