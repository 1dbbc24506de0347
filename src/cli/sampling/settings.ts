/**
 * What `sample` asks a model for. Each setting is a flag of the command and a command of its prompt line, read by the same rules:
 * `--force omi2` and `/force omi2`.
 */

import { SAMPLING_RANGE } from "../../engine/Engine.ts"
import { decimalFrom } from "../../text/decimal.ts"
import { didYouMean } from "../../text/near.ts"

export interface Settings {
  /** The format that completions are forced into; empty: none. */
  readonly force: string
  /** The snapshot taken after so many updates; null: the model as it ended. */
  readonly step: number | null
  /** 0 is greedy. */
  readonly temperature: number
  readonly n: number
  readonly seed: number
  /** Null: as many as the context has room for. */
  readonly maxTokens: number | null
}

/** What a model has to choose from. */
export interface Choices {
  /** Formats that can be forced; null: no corpus is at hand that would say how completions begin in one. */
  readonly formats: ReadonlyArray<string> | null
  /** Steps of its snapshots. */
  readonly steps: ReadonlyArray<number>
}

export const DEFAULTS: Settings = { force: "", step: null, temperature: 1, n: 8, seed: 0, maxTokens: null }

/** Completions of one question, at most. */
const MOST_COMPLETIONS = 10_000

/** A value that was read, or why it is none: words that go on after its name, `must be a whole number`. */
type Outcome = { readonly changed: Partial<Settings> } | { readonly problem: string }

interface Setting {
  readonly value: string
  readonly description: string
  /** The words that it takes, as far as any model has them. */
  readonly choices?: ReadonlyArray<string>
  /** What it is when nothing is said. */
  readonly reset: Partial<Settings>
  /** `choices`: null while it is not known what there is to choose from. */
  readonly read: (text: string, choices: Choices | null) => Outcome
}

const whole = (text: string, least: number, most: number, made: (value: number) => Partial<Settings>): Outcome => {
  const value = decimalFrom(text)
  if (value !== undefined && Number.isInteger(value) && value >= least && value <= most) return { changed: made(value) }
  return { problem: `must be a whole number from ${least} to ${most}; got "${text}".` }
}

/** By name, in the order in which help lists them. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  force: {
    value: "FORMAT",
    description: "begin each completion as this format begins (default: the model is free)",
    reset: { force: DEFAULTS.force },
    read: (force, choices) => {
      if (choices === null || choices.formats?.includes(force) === true) return { changed: { force } }
      const { formats } = choices
      if (formats === null) return { problem: `${force} cannot be had: ${WITHOUT_CORPUS}` }
      return { problem: `must be one of ${formats.join(", ")}; got "${force}".${didYouMean(force, formats)}` }
    }
  },
  step: {
    value: "STEP",
    description: "the snapshot taken after so many updates (default: the model as it ended)",
    reset: { step: DEFAULTS.step },
    read: (text, choices) => {
      const outcome = whole(text, 0, Number.MAX_SAFE_INTEGER, (step) => ({ step }))
      if (choices === null || "problem" in outcome || choices.steps.includes(Number(text))) return outcome
      if (choices.steps.length === 0) return { problem: `${text} cannot be had: ${WITHOUT_SNAPSHOTS}` }
      return { problem: `must be a step of which the model keeps a snapshot, ${choices.steps.join(", ")}; got "${text}".` }
    }
  },
  temperature: {
    value: "T",
    description: `of sampling, 0 for the one greedy completion (default ${DEFAULTS.temperature})`,
    reset: { temperature: DEFAULTS.temperature },
    read: (text) => {
      const { min, max } = SAMPLING_RANGE.temperature
      const temperature = decimalFrom(text)
      if (temperature === 0 || (temperature !== undefined && temperature >= min && temperature <= max))
        return { changed: { temperature } }
      return { problem: `must be 0 (greedy) or a number from ${min} to ${max}; got "${text}".` }
    }
  },
  n: {
    value: "N",
    description: `completions of each question (default ${DEFAULTS.n}); more of them begin with the same ones`,
    reset: { n: DEFAULTS.n },
    read: (text) => whole(text, 1, MOST_COMPLETIONS, (n) => ({ n }))
  },
  seed: {
    value: "N",
    description: `of sampling: the same settings give the same completions (default ${DEFAULTS.seed})`,
    reset: { seed: DEFAULTS.seed },
    read: (text) => whole(text, 0, 2 ** 32 - 1, (seed) => ({ seed }))
  },
  "max-tokens": {
    value: "N",
    description: "longest completion (default: as far as the model's context goes)",
    reset: { maxTokens: DEFAULTS.maxTokens },
    read: (text) => whole(text, 1, 2 ** 24, (maxTokens) => ({ maxTokens }))
  }
}

const WITHOUT_SNAPSHOTS = "the model keeps no snapshots. Train with snapshots (log-spaced) or snapshotEvery."

const WITHOUT_CORPUS =
  "this store has no corpus that the model was trained on, and only that says how completions begin in a format."

/** Settings as a line says them: what is not as usual, and always the temperature and the seed. */
export const settingsWords = ({ force, step, temperature, seed, maxTokens }: Settings): string =>
  [
    ...(step === null ? [] : [`after step ${step}`]),
    ...(force === "" ? [] : [`${force} forced`]),
    ...(temperature === 0 ? ["greedy"] : [`temperature ${temperature}`, `seed ${seed}`]),
    ...(maxTokens === null ? [] : [`at most ${maxTokens} tokens`])
  ].join(", ")

/** How many completions a question gets: greedy ones would all be the same. */
export const completionsOf = ({ n, temperature }: Settings): number => (temperature === 0 ? 1 : n)
