/**
 * C12: the policy after RL is the one before, tilted.
 *
 * With a reward r and a KL penalty beta the optimum is pi(y) proportional to pi_0(y) exp(r(y)/beta). If format i has the share
 * a_i before RL and the part p_i of its completions is right, a reward of 0 or 1 gives it the mass
 *
 *   a_i (1 - p_i + p_i e^(1/beta))
 *
 * so the shares after RL follow from those before, with nothing fitted (Echo Chamber, section 3.6). PPO has the penalty in its
 * reward, as the formula has it; GRPO's is in the loss beside advantages divided by a deviation, another quantity.
 */

import { exp } from "../../elementary/elementary.ts"
import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import type { PolicyEstimates } from "../data/policy-estimates.ts"
import type { Claim } from "./Claim.ts"
import { overSeeds, type Trial, trialsOf, type Where } from "./trials.ts"

/**
 * Shares of the formats that the tilt predicts, completions in none apart. `accuracies` are those before RL, or those after where
 * the growth of accuracy inside a format is to be taken in. e^(1/beta) is divided out, so that a small beta does not overflow.
 *
 * @internal Tests hold it against the formula.
 */
export const tilted = (
  { shares }: PolicyEstimates,
  { accuracies }: PolicyEstimates,
  beta: number
): ReadonlyMap<string, number> => {
  const masses = [...shares]
    .filter(([format]) => format !== INVALID)
    .map(([format, { value: share }]) => {
      const right = accuracies.get(format)?.value ?? 0
      return [format, share * ((1 - right) * exp(-1 / beta) + right)] as const
    })
  const total = masses.reduce((sum, [, mass]) => sum + mass, 0)
  return new Map(masses.map(([format, mass]) => [format, total > 0 ? mass / total : Number.NaN]))
}

/** The mean over formats of the difference between predicted and observed shares; completions in no format apart. */
const errorOf = (predicted: ReadonlyMap<string, number>, { shares }: PolicyEstimates): number => {
  const observed = [...shares].filter(([format]) => format !== INVALID)
  const total = observed.reduce((sum, [, { value }]) => sum + value, 0)
  const formats = [...new Set([...predicted.keys(), ...observed.map(([format]) => format)])]
  const error = (format: string) => Math.abs((predicted.get(format) ?? 0) - (shares.get(format)?.value ?? 0) / total)
  return formats.reduce((sum, format) => sum + error(format), 0) / formats.length
}

/** The KL coefficient as a beta where the penalty is in the reward; null where it is elsewhere, or off. */
const betaOf = ({ cell, series }: Trial): number | null => {
  const coefficient = series?.klCoefficient ?? null
  return coefficient !== null && coefficient > 0 && cell.settings.get("rl.algorithm") === "ppo" ? coefficient : null
}

export interface TiltChoices {
  /** Arms with a KL penalty that is felt. */
  readonly arms: Where
  /** Mean error of a share that still counts as predicted. */
  readonly margin?: number
  readonly seeds: number
}

/** C12: shares after RL follow from shares and accuracies before it. */
export const tiltPredicts = ({ arms, margin = 0.05, seeds }: TiltChoices): Claim => ({
  id: "C12",
  statement: "The shares of the formats after RL follow from their shares and accuracies before it, with nothing fitted.",
  criterion:
    `The mean error of a predicted share is below ${Math.round(margin * 100)} points, and below that of "RL changes nothing". ` +
    "Prediction: share x (1 - accuracy + accuracy e^(1/beta)).",
  needs: "PPO with a KL penalty, evaluated before and after with samples",
  seeds,
  evidence: (data) => {
    const trials = trialsOf(data, arms).filter((trial) => betaOf(trial) !== null)
    const error = (trial: Trial) => errorOf(tilted(trial.before, trial.before, betaOf(trial)!), trial.after)
    const ofNothing = ({ before, after }: Trial) => errorOf(unchanged(before), after)
    const late = (trial: Trial) => errorOf(tilted(trial.before, trial.after, betaOf(trial)!), trial.after)
    return {
      parts: [
        {
          measure: "mean error of a share predicted from before RL",
          unit: "points",
          test: { kind: "below", margin },
          ...overSeeds(trials, (trial) => ({ value: error(trial), error: 0 }))
        },
        {
          measure: "that error, less the error of predicting no change",
          unit: "points",
          test: { kind: "below", margin: 0 },
          ...overSeeds(trials, (trial) => ({ value: error(trial) - ofNothing(trial), error: 0 }))
        },
        {
          measure: "that error, less the error with the accuracies after RL",
          unit: "points",
          test: { kind: "above", margin: 0 },
          role: "told",
          ...overSeeds(trials, (trial) => ({ value: error(trial) - late(trial), error: 0 }))
        }
      ]
    }
  }
})

/** The shares as they are, completions in no format apart. */
const unchanged = ({ shares }: PolicyEstimates): ReadonlyMap<string, number> => {
  const own = [...shares].filter(([format]) => format !== INVALID)
  const total = own.reduce((sum, [, { value }]) => sum + value, 0)
  return new Map(own.map(([format, { value }]) => [format, value / total]))
}
