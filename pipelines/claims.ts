/**
 * Claims: the paper, claim by claim. Every study of claims in one run, with the nodes that they share computed once; each claim
 * is judged on the nodes of its own study, and all of them on one scoreboard. What a claim's control is stands in the page of its
 * study, and `plan claims` prints it beside each criterion. There are 2,711 nodes, 639 with `--quick`; `plan claims --cost` says
 * how long they take: more than an hour with `--quick` and some hours without, on two cores.
 *
 * Settings, criteria and numbers of seeds were chosen by runs with seeds from 0 to 215, so that no claim is judged by those: the
 * first seed is 300. A count of seeds needs twelve to be told from a coin beside fourteen other claims, even where all of them
 * agree, and more where some are left out because their arms disagree (concentration); means need fewer, but for those that one
 * seed in ten turns round (mixture-sweep).
 */

import { firstSeed, Param, Study } from "../src/dag/Study.ts"
import { ofStudy } from "../src/report/claims/Claim.ts"
import algorithms, { claims as ofAlgorithms } from "./algorithms.ts"
import concentration, { claims as ofConcentration } from "./concentration.ts"
import easyToHard, { claims as ofEasyToHard } from "./easy-to-hard.ts"
import klSweep, { claims as ofKlSweep } from "./kl-sweep.ts"
import mixtureSweep, { claims as ofMixtureSweep } from "./mixture-sweep.ts"
import rewardSwap, { claims as ofRewardSwap } from "./reward-swap.ts"
import scaleFlip, { claims as ofScaleFlip } from "./scale-flip.ts"

export const claims = [
  ...ofStudy("concentration", ofConcentration),
  ...ofStudy("mixture-sweep", ofMixtureSweep),
  ...ofStudy("kl-sweep", ofKlSweep),
  ...ofStudy("algorithms", ofAlgorithms),
  ...ofStudy("easy-to-hard", ofEasyToHard),
  ...ofStudy("reward-swap", ofRewardSwap),
  ...ofStudy("scale-flip", ofScaleFlip)
].toSorted((a, b) => a.id.charCodeAt(0) - b.id.charCodeAt(0) || Number(a.id.slice(1)) - Number(b.id.slice(1)))

export default Study.all(
  "claims",
  "The paper's claims, each with a verdict, an interval over seeds and a control",
  {
    quick: Param.boolean(false, "three seeds of everything and no model of size m, for a first look"),
    firstSeed: firstSeed(300)
  },
  ({ quick, firstSeed: first }) => {
    const seeds = (many: number) => ({ seeds: quick ? 3 : many, firstSeed: first })
    return [
      { study: concentration, given: seeds(24) },
      { study: mixtureSweep, given: seeds(16) },
      { study: klSweep, given: seeds(8) },
      { study: algorithms, given: seeds(12) },
      { study: easyToHard, given: seeds(5) },
      { study: rewardSwap, given: seeds(8) },
      { study: scaleFlip, given: { ...seeds(8), scales: quick ? ["xs", "s"] : ["xs", "m"] } }
    ]
  }
)
