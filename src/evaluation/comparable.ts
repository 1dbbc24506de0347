/** Evaluations that cannot be compared, as far as it shows before anything is trained. */

import { type Objection, type WiredInput, wiredWith } from "../dag/Stage.ts"
import { builtInProblem, builtInSuites, type GrammarSettings } from "../mixing/built-in-suites.ts"
import { canonicalJson } from "../store/objects/digest.ts"

/** So many problems of each are made anew to look for one that both have; of more it is not known before they are there. */
const MOST = 2000

/**
 * Objects to two evaluations that certainly have no problem in common: on two suites, or on one whose problems the two corpora
 * made with other settings. Nothing is known of evaluations that another stage makes, nor of corpora.
 */
export const comparisonObjection = (before: WiredInput, after: WiredInput): Objection | null => {
  if (before.stage !== "evaluate" || after.stage !== "evaluate") return null
  const [suite, other] = [before.params["suite"], after.params["suite"]].map(String) as [string, string]
  if (suite !== other)
    return {
      param: "after",
      problem:
        `is an evaluation on the suite "${other}", and before one on "${suite}": they have no problem in common. ` +
        "Compare evaluations on one suite."
    }
  if (before.inputs["corpus"]?.identity === after.inputs["corpus"]?.identity) return null
  const [old, now] = [mixtureOf(before), mixtureOf(after)]
  if (old === null || now === null || !builtInSuites.includes(suite)) return null
  const both = Math.min(old.suiteSize, now.suiteSize, Number(before.params["problems"]), Number(after.params["problems"]))
  if (!(both > 0 && both <= MOST)) return null
  for (let i = 0; i < both; i++) if (builtInProblem(suite, old, i).problem === builtInProblem(suite, now, i).problem) return null
  const [was, is] = [old, now].map((settings) => builtInProblem(suite, settings, 0).question) as [string, string]
  const why = differing(old, now).join(", ")
  return {
    param: "after",
    problem:
      `is an evaluation on "${suite}" of another corpus than before (another ${why}), and they have no problem in common: ` +
      `the one begins with "${was}", the other with "${is}". Compare evaluations of one corpus.`
  }
}

type Mixture = GrammarSettings & { readonly suiteSize: number }

/** The settings of the mixture that an evaluation takes its problems from; null where another stage made them. */
const mixtureOf = ({ inputs }: WiredInput): Mixture | null => {
  const corpus = inputs["corpus"] === undefined ? null : wiredWith(inputs["corpus"], "suiteSize", ["corpus"])
  // Those of the stage mix, which declares them.
  return corpus?.stage === "mix" ? (corpus.params as unknown as Mixture) : null
}

const differing = (old: GrammarSettings, now: GrammarSettings): ReadonlyArray<string> =>
  (["seed", "maximum", "difficulty", "distractors"] as const).filter(
    (name) => canonicalJson(old[name]) !== canonicalJson(now[name])
  )
