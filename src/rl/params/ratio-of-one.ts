/**
 * What does nothing while every ratio is 1.
 *
 * With one gradient step on what was just sampled (`epochs` 1, `minibatches` 1) the policy is the one that sampled: the ratio of
 * new to old probability is exactly 1 on every token. Ranges and bounds of it then bind nothing, losses that differ only in what
 * they do with it have one gradient, and the critic's values are the old ones. What a user sets of these is refused by name; what
 * a preset brings is remarked on, since a preset is chosen for more than that.
 */

import { ALGORITHMS } from "../algorithms/registry.ts"
import { POLICY_LOSSES, RATIO_BOUNDS } from "../objective/policy-loss.ts"
import type { Settings, SettingParams } from "./settings.ts"

type OnPolicy = Exclude<Settings, { readonly algorithm: "ei" }>
type Steps = { readonly epochs: number; readonly minibatches: number }

/** What may depend on the ratio, of any algorithm; each is a setting of the same name. */
const RATIO_SETTINGS = ["policyLoss", "ratio", ...RATIO_BOUNDS, "valueClip"] as const
type RatioSetting = (typeof RATIO_SETTINGS)[number]

/** The settings that change nothing of what is learnt; none where the ratio moves. */
const inertSettings = (settings: OnPolicy, { epochs, minibatches }: Steps): ReadonlyArray<RatioSetting> => {
  if (epochs * minibatches > 1) return []
  return [
    ...(losesItsName(settings) ? (["policyLoss"] as const) : []),
    ...(oneAdvantageASequence(settings) ? (["ratio"] as const) : []),
    ...RATIO_BOUNDS,
    ...(settings.algorithm === "ppo" ? (["valueClip"] as const) : [])
  ]
}

/** Whether the loss has the gradient that the plain one, -A logp, has: asked of the loss itself. */
const losesItsName = (settings: OnPolicy): boolean => {
  const { gradient } = POLICY_LOSSES[settings.policyLoss]
  return [-1, 1].every((advantage) => gradient(1, advantage, settings) === -advantage)
}

/**
 * Whether the tokens of a completion have one advantage, so that sharing the gradient among them, as a sequence's ratio does,
 * changes nothing. With KL on each token, discounts or a critic they have several.
 */
const oneAdvantageASequence = (settings: OnPolicy): boolean => {
  switch (settings.algorithm) {
    case "grpo":
      return true
    case "reinforce":
      return settings.gamma === 1 && (settings.kl === 0 || settings.klPlace === "score")
    case "ppo":
      return false
  }
}

const WHY = "with one gradient step a batch (epochs 1, minibatches 1): the policy is still the one that sampled"
const HELP = "Set minibatches or epochs above 1."

/** What is set and does nothing: parameter and problem. */
export function* ratioOfOneProblems(
  settings: OnPolicy,
  given: SettingParams & Steps
): Iterable<readonly [param: string, problem: string]> {
  for (const name of inertSettings(settings, given)) if (given[name] !== null) yield [name, `does nothing ${WHY}. ${HELP}`]
}

/**
 * A sentence where a preset is known for what does nothing here: where it differs from `standard` in such a setting, and its loss
 * looks at it.
 */
export const ratioOfOneRemark = (settings: Settings, given: SettingParams & Steps): ReadonlyArray<string> => {
  if (settings.algorithm === "ei") return []
  const { standard } = ALGORITHMS[settings.algorithm].presets
  const usual: Readonly<Record<string, unknown>> = standard
  const own: Readonly<Record<string, unknown>> = settings
  // A loss that never looks at the ratio loses nothing where it is 1.
  const { uses } = POLICY_LOSSES[settings.policyLoss]
  const felt = new Set<string>([...uses, "valueClip", ...(uses.length > 0 ? ["policyLoss"] : [])])
  const lost = inertSettings(settings, given).filter(
    (name) => given[name] === null && own[name] !== usual[name] && felt.has(name)
  )
  if (lost.length === 0) return []
  const shown = new Intl.ListFormat("en-GB").format(lost.map((name) => `${name} ${String(own[name])}`))
  return [`${shown} of preset "${given.preset}" ${lost.length === 1 ? "does" : "do"} nothing ${WHY}. ${HELP}`]
}
