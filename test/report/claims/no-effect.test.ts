/**
 * Each claim's own judging function on data drawn without the effect that it claims: it must not be supported in more than one of
 * twenty draws. One part or control at a time has nothing to show, at its margin where it has one, and all else is as claimed: a
 * claim that is wrong in several ways is supported still more seldom.
 *
 * Seeds scatter like draws from a normal distribution here, and coins are fair. What real seeds may do besides (outliers that no
 * seed shows) no simulation tells. C12's own margin is left out: its error is a mean of absolute differences, and shares whose
 * mean error is a given number in expectation cannot be drawn without fixing how they miss.
 */

import { describe, expect, test } from "vitest"

import { claims as shipped } from "../../../pipelines/claims.ts"
import { draws } from "../../../src/random/philox.ts"
import { expertIterationSlower, grpoLessStable } from "../../../src/report/claims/algorithm-claims.ts"
import type { Claim } from "../../../src/report/claims/Claim.ts"
import { klKeepsBreadth, moreIsBetter, nothingToAmplify, sharpening } from "../../../src/report/claims/outcome-claims.ts"
import { bestPaidWins, randomDoesNotHelp, tiltPredicts } from "../../../src/report/claims/prediction-claims.ts"
import { refinesStyle, transfersToHard } from "../../../src/report/claims/refinement-claims.ts"
import { judge } from "../../../src/report/claims/verdict.ts"
import { accuracyDecides, concentration, imbalanceFlips, scaleFlips } from "../../../src/report/claims/winner-claims.ts"
import type { CellData } from "../../../src/report/data/study-data.ts"
import { tilted } from "../../../src/report/predictors/tilt.ts"
import { cell, K, type MadeTrial, type Side, studyOf } from "../fixtures/made-study.ts"

const DRAWS = 300
const SEEDS = 8
/** Deviation of a number between seeds. */
const SPREAD = 0.03

interface Chance {
  /** A number with this mean. */
  readonly near: (mean: number, spread?: number) => number
  /** True that often. */
  readonly coin: (often?: number) => boolean
}

const chanceOf = (name: string): Chance => {
  const random = draws(31, name)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
  return { near: (mean, spread = SPREAD) => mean + spread * normal(), coin: (often = 0.5) => random.uniform() < often }
}

type Settings = Readonly<Record<string, string | number>>
const arm = (settings: Settings, of: (seed: number) => MadeTrial): CellData =>
  cell(
    settings,
    Array.from({ length: SEEDS }, (_, seed) => of(seed))
  )
const arms = { "rl.reward": "truth" }
const control = { "rl.reward": "shuffled" }
/** The claim's arms and those of its control. */
const both = (own: () => MadeTrial, other: () => MadeTrial) => [arm(arms, own), arm(control, other)]

type Drawn = (chance: Chance) => ReadonlyArray<CellData>
interface Case {
  readonly claim: Claim
  /** By what is not there. */
  readonly without: Readonly<Record<string, Drawn>>
}

const STEPS = 20
const curve = (from: number, to: number, until = 10) =>
  Array.from({ length: STEPS }, (_, step) => from + (to - from) * Math.min(1, step / until))

const concentrated = (end: number, until = 10, gainUntil = 10): MadeTrial => ({
  after: { shares: { omi1: end, omi2: 1 - end } },
  shares: { omi1: curve(0.4, end, until) },
  accuracy: curve(0.3, 0.8, gainUntil)
})

const wins = (winner: string, loser: string): MadeTrial => ({
  before: { shares: { omi1: 0.3, omi2: 0.6 }, accuracies: { omi1: 0.6, omi2: 0.4 } },
  after: { shares: { [winner]: 0.9, [loser]: 0.1 } }
})
const accurate = (often: number) => (chance: Chance) => (chance.coin(often) ? wins("omi1", "omi2") : wins("omi2", "omi1"))

const weight = "mix.sources.omi2"
const imbalance =
  (flips: (chance: Chance) => boolean, lost: number, before: number): Drawn =>
  (chance) => [
    arm({ [weight]: 1 }, () => ({
      before: { shares: { omi1: 0.5, omi2: 0.5 }, accuracies: { omi1: 0.7, omi2: 0.4 } },
      after: { pass1: chance.near(0.8), shares: { omi1: 0.95 } }
    })),
    arm({ [weight]: 4 }, () => {
      const winner = flips(chance) ? "omi2" : "omi1"
      return {
        before: { shares: { [winner]: chance.near(before) } },
        after: { pass1: chance.near(0.8 - lost), shares: { [winner]: 0.95 } }
      }
    })
  ]

const solved = (pass1: number, majorityK = 0.4, passK = 0.9): MadeTrial => ({ after: { pass1, majorityK, passK } })

const kl = (value: number, gradient: string) => ({ "rl.kl": value, "rl.klGradient": gradient })
const breadth = (share: number, pass1 = 0.8, passK = 0.9): MadeTrial => ({
  after: { shares: { omi1: share, omi2: 1 - share }, pass1, passK }
})
/** Shares of the largest format under the strong penalty, the dead one and its twin, against 0.95 under the weak one. */
const penalties =
  (share: number, dead: number, twin: number, pass1 = 0.8, passK = 0.9): Drawn =>
  ({ near }) => [
    arm(kl(0.03, "own"), () => breadth(near(0.95, 0.01), near(0.8, 0.01), near(0.9, 0.01))),
    arm(kl(0.3, "own"), () => breadth(near(share, 0.01), near(pass1, 0.01), near(passK, 0.01))),
    arm(kl(0.3, "none"), () => breadth(near(dead, 0.01))),
    arm(kl(0.3, "twin"), () => breadth(near(twin, 0.01)))
  ]

const slopes =
  (own: number, forced: number): Drawn =>
  ({ near }) =>
    [1, 2, 4].map((each) =>
      arm({ [weight]: each }, () => ({
        after: { pass1: near(0.5 + own * Math.log2(each)) },
        forced: { omi1: near(0.5 + forced * Math.log2(each)) }
      }))
    )

const flip = (small: (chance: Chance) => Side, large: (chance: Chance) => Side, before: (winner: string) => Side): Drawn => {
  const trial = (after: Side): MadeTrial => ({ before: before(Object.keys(after.shares!)[0]!), after })
  return (chance) => [
    arm({ "pretrain.scale": "xs" }, () => trial(small(chance))),
    arm({ "pretrain.scale": "m" }, () => trial(large(chance)))
  ]
}
const code: Side = { shares: { tinygsm: 0.9 } }
const prose: Side = { shares: { omi2: 0.9 } }

const ALGORITHMS = { ppo: { "rl.algorithm": "ppo" }, grpo: { "rl.algorithm": "grpo" }, ei: { "rl.algorithm": "ei" } }
const twin = { "rl.algorithm": "grpo", "rl.learningRate": 2 }
const grpo = { "rl.algorithm": "grpo", "rl.learningRate": 1 }
const twins = { one: grpo, other: twin }
const dip = (winner: string, depth: number): MadeTrial => ({
  after: { shares: { [winner]: 0.9 } },
  accuracy: curve(0.5, 0.5).map((value, step) => (step > 8 && step < 14 ? value - depth : value))
})
const stability =
  (same: number, deeper: number, apart: number): Drawn =>
  ({ near, coin }) => [
    arm(ALGORITHMS.ppo, () => dip("omi1", near(0.2))),
    arm(grpo, () => dip(coin(same) ? "omi1" : "omi2", near(0.2 + deeper))),
    arm(twin, () => dip("omi1", near(0.2 + deeper + apart)))
  ]
const shift = (to: number, pass1: number): MadeTrial => ({
  before: { shares: { omi1: 0.4, omi2: 0.6 } },
  after: { shares: { omi1: to, omi2: 1 - to }, pass1 }
})
const slower =
  (further: number, higher: number, apart: number): Drawn =>
  ({ near, coin }) => [
    arm(ALGORITHMS.ppo, () => shift(near(0.7 + further), near(0.5 + higher))),
    arm(ALGORITHMS.ei, () => shift(near(0.7), near(0.5))),
    arm(grpo, () => shift(near(0.7), near(0.5))),
    arm(twin, () => {
      const way = coin() ? apart : -apart
      return shift(near(0.7 + way), near(0.5 + way))
    })
  ]

const styles = (fall: number): MadeTrial => ({
  before: {
    shares: { omi1: 0.9 },
    styleShares: { "omi1/so": 0.6, "omi1/thus": 0.4 },
    styleAccuracies: { "omi1/so": 0.6, "omi1/thus": 0.3 }
  },
  after: { shares: { omi1: 0.9 }, styleShares: { "omi1/so": 0.6 + fall, "omi1/thus": 0.4 - fall } }
})

const transfer =
  (gain: number, more: number, shuffled: number): Drawn =>
  ({ near }) => [
    arm({ mixture: "prose", ...arms }, () => solved(near(0.2 + gain))),
    arm({ mixture: "code", ...arms }, () => solved(near(0.2 + gain - more))),
    arm({ mixture: "prose", ...control }, () => solved(near(0.2 + shuffled)))
  ]

const SHARES = new Map(Object.entries({ omi1: 0.4, omi2: 0.35, tinygsm: 0.25 }))
/** After RL somewhere between the shares before and those foretold: 1 as foretold, 0.5 as near to both. */
const foretold =
  (accuracies: Readonly<Record<string, number>>, way: number): Drawn =>
  ({ near }) => [
    arm({ "rl.algorithm": "ppo" }, () => {
      const goal = tilted(SHARES, new Map(Object.entries(accuracies)), 1)
      const at = near(way, 0.1)
      const shares = Object.fromEntries([...SHARES].map(([name, share]) => [name, share + at * (goal.get(name)! - share)]))
      return { before: { shares: Object.fromEntries(SHARES), accuracies }, after: { shares }, kl: 1 }
    })
  ]

const REWARDS = ["truth", "wrong", "readable", "majority", "format:omi1"]
const paid = (winner: string): MadeTrial => ({
  before: { shares: { omi1: 0.4, omi2: 0.6 } },
  after: { shares: { [winner]: 0.95 } },
  rewards: { omi1: [0.9], omi2: [0.1] }
})
/** How often the best paid format wins under rewards that mean something, and under those that mean nothing. */
const swaps =
  (often: number, random: number): Drawn =>
  ({ coin }) => [
    ...REWARDS.map((reward) => arm({ "rl.reward": reward }, () => paid(coin(often) ? "omi1" : "omi2"))),
    ...["coin", "shuffled"].map((reward) => arm({ "rl.reward": reward }, () => paid(coin(random) ? "omi1" : "omi2")))
  ]

const CASES: Readonly<Record<string, Case>> = {
  C1: {
    claim: concentration({ arms, control, seeds: 3 }),
    without: {
      "more than the margin": ({ near }) =>
        both(
          () => concentrated(near(0.9)),
          () => concentrated(near(0.5))
        ),
      "an early gain": ({ near }) =>
        both(
          () => concentrated(1, near(11, 3), STEPS),
          () => concentrated(near(0.5))
        ),
      "more than its control": ({ near }) =>
        both(
          () => concentrated(near(0.95, 0.01)),
          () => concentrated(near(0.95, 0.01))
        )
    }
  },
  C2: {
    claim: accuracyDecides({ arms, control, seeds: 6 }),
    without: {
      "more than half": (chance) =>
        both(
          () => accurate(0.5)(chance),
          () => accurate(0)(chance)
        ),
      "more than its control": (chance) =>
        both(
          () => accurate(0.9)(chance),
          () => accurate(0.9)(chance)
        )
    }
  },
  C3: {
    claim: imbalanceFlips({ balanced: { [weight]: 1 }, imbalanced: { [weight]: 4 }, sharing: [], seeds: 6 }),
    without: {
      "more than half": imbalance(({ coin }) => coin(), 0.3, 0.5),
      "a loss": imbalance(() => true, 0, 0.5),
      "a rise of the format that wins": imbalance(() => true, 0.3, 0.95)
    }
  },
  C4: {
    claim: sharpening({ arms, control, k: K, seeds: 3 }),
    without: {
      "a rise of pass@1": ({ near }) =>
        both(
          () => solved(near(0.2), 0.7),
          () => solved(near(0.1), 0.4)
        ),
      "a rise of the majority": ({ near }) =>
        both(
          () => solved(0.5, near(0.4)),
          () => solved(0.2, near(0.2))
        ),
      "less than the margin": ({ near }) =>
        both(
          () => solved(near(0.5), near(0.7), near(0.92)),
          () => solved(0.2, 0.4)
        ),
      "more than its control": ({ near }) =>
        both(
          () => solved(near(0.5), near(0.7)),
          () => solved(near(0.5), near(0.7))
        )
    }
  },
  C5: {
    claim: klKeepsBreadth({
      weak: kl(0.03, "own"),
      strong: kl(0.3, "own"),
      dead: { alive: kl(0.3, "own"), dead: kl(0.3, "none"), twin: kl(0.3, "twin") },
      sharing: [],
      k: K,
      seeds: 3
    }),
    without: {
      "more entropy": penalties(0.95, 0.99, 0.99),
      "enough pass@k": penalties(0.6, 0.95, 0.95, 0.8, 0.85),
      "equal greedy pass@1": penalties(0.6, 0.95, 0.95, 0.85),
      "more than without the gradient": penalties(0.6, 0.6, 0.6),
      "more than twins differ by": penalties(0.6, 0.75, 0.9)
    }
  },
  C6: {
    claim: moreIsBetter({ weight, arms: {}, others: ["omi1"], seeds: 3 }),
    without: { "a slope": slopes(0, -0.1), "more than its control": slopes(0.05, 0.05) }
  },
  C7: {
    claim: scaleFlips({ small: { "pretrain.scale": "xs" }, large: { "pretrain.scale": "m" }, seeds: 6 }),
    without: {
      "any way by size": flip(
        ({ coin }) => (coin() ? code : prose),
        ({ coin }) => (coin() ? code : prose),
        () => ({})
      ),
      "more than the formats before": flip(
        () => code,
        () => prose,
        (winner) => ({ shares: { [winner]: 0.8 } })
      )
    }
  },
  C8: {
    claim: grpoLessStable({ ppo: ALGORITHMS.ppo, grpo, twins, sharing: [], seeds: 6 }),
    without: {
      "one winner": stability(0.5, 0.2, 0),
      "a deeper fall": stability(1, 0, 0),
      "more than twins differ by": stability(1, 0.1, 0.1)
    }
  },
  C9: {
    claim: expertIterationSlower({ ppo: ALGORITHMS.ppo, ei: ALGORITHMS.ei, twins, sharing: [], seeds: 3 }),
    without: {
      "a further shift": slower(0, 0.2, 0),
      "a higher end": slower(0.2, 0, 0),
      "more than twins differ by": slower(0.15, 0.15, 0.15)
    }
  },
  C10: {
    claim: refinesStyle({ arms, control, seeds: 3 }),
    without: {
      "a fall": ({ near }) =>
        both(
          () => styles(near(0)),
          () => styles(near(-0.1))
        ),
      "more than its control": ({ near }) =>
        both(
          () => styles(near(0.2)),
          () => styles(near(0.2))
        )
    }
  },
  C11: {
    claim: transfersToHard({
      withProse: { mixture: "prose", ...arms },
      without: { mixture: "code", ...arms },
      forced: { mixture: "forced" },
      shuffled: { mixture: "prose", ...control },
      sharing: [],
      seeds: 3
    }),
    without: {
      "a gain": transfer(0, 0.1, -0.1),
      "more with prose": transfer(0.2, 0, 0),
      "more than its control": transfer(0.2, 0.1, 0.2)
    }
  },
  C12: {
    claim: tiltPredicts({ arms: { "rl.algorithm": "ppo" }, seeds: 3 }),
    without: {
      "less than no change misses by": foretold({ omi1: 0.3, omi2: 0.5, tinygsm: 0.4 }, 0.5),
      "less than accuracies handed round": foretold({ omi1: 0.4, omi2: 0.401, tinygsm: 0.399 }, 1)
    }
  },
  C13: {
    claim: nothingToAmplify({ arms, usable: control, seeds: 3 }),
    without: {
      "less than the margin": ({ near }) =>
        both(
          () => solved(near(0.23)),
          () => solved(near(0.6))
        ),
      "a rise where the format can be used": ({ near }) =>
        both(
          () => solved(near(0.15)),
          () => solved(near(0.2))
        )
    }
  },
  Q1: {
    claim: bestPaidWins({ arms: { "rl.reward": REWARDS }, control: { "rl.reward": ["coin", "shuffled"] }, seeds: 3 }),
    without: { "more than the margin": swaps(0.8, 0), "more than its control": swaps(0.97, 0.97) }
  },
  Q2: {
    claim: randomDoesNotHelp({ arms, meaningful: control, seeds: 3 }),
    without: {
      "less than the margin": ({ near }) =>
        both(
          () => solved(near(0.25)),
          () => solved(near(0.6))
        ),
      "a rise where right answers are paid": ({ near }) =>
        both(
          () => solved(near(0.15)),
          () => solved(near(0.2))
        )
    }
  }
}

/** What each is drawn from is as claimed but for one thing: with that too it is supported. */
const AS_CLAIMED: Readonly<Record<string, Drawn>> = {
  C1: ({ near }) =>
    both(
      () => concentrated(near(0.96, 0.01)),
      () => concentrated(near(0.5))
    ),
  C2: (chance) =>
    both(
      () => accurate(1)(chance),
      () => accurate(0)(chance)
    ),
  C3: imbalance(() => true, 0.3, 0.5),
  C4: ({ near }) =>
    both(
      () => solved(near(0.5), near(0.7)),
      () => solved(near(0.2), near(0.4))
    ),
  C5: penalties(0.6, 0.95, 0.95),
  C6: slopes(0.1, 0),
  C7: flip(
    () => code,
    () => prose,
    () => ({})
  ),
  C8: stability(1, 0.2, 0),
  C9: slower(0.2, 0.2, 0),
  C10: ({ near }) =>
    both(
      () => styles(near(0.2)),
      () => styles(near(0))
    ),
  C11: transfer(0.2, 0.1, 0),
  C12: foretold({ omi1: 0.3, omi2: 0.5, tinygsm: 0.4 }, 1),
  C13: ({ near }) =>
    both(
      () => solved(near(0.15)),
      () => solved(near(0.6))
    ),
  Q1: swaps(1, 0.1),
  Q2: ({ near }) =>
    both(
      () => solved(near(0.15)),
      () => solved(near(0.6))
    )
}

const supportedIn = (claim: Claim, drawn: Drawn, name: string, times: number): number => {
  const chance = chanceOf(name)
  let supported = 0
  for (let draw = 0; draw < times; draw++) if (judge([claim], studyOf(...drawn(chance)))[0]!.verdict === "supported") supported++
  return supported / times
}

describe("of data drawn without an effect", () => {
  test("there are some for each claim that is shipped", () => {
    expect(Object.keys(CASES)).toEqual(shipped.map(({ id }) => id))
    expect(Object.keys(AS_CLAIMED)).toEqual(Object.keys(CASES))
  })

  const cases = Object.entries(CASES).flatMap(([id, { claim, without }]) =>
    Object.entries(without).map(([what, drawn]) => [id, what, claim, drawn] as const)
  )
  test.each(cases)("%s is supported by one in twenty at most: without %s", (id, what, claim, drawn) => {
    expect(supportedIn(claim, drawn, `${id} ${what}`, DRAWS)).toBeLessThanOrEqual(0.05)
  })

  test.each(Object.entries(AS_CLAIMED))("%s is supported where nothing is missing, so that each of them decides", (id, drawn) => {
    expect(supportedIn(CASES[id]!.claim, drawn, id, 20)).toBeGreaterThan(0.7)
  })
})
