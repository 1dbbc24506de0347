/** The paper's claims on numbers made for them: which seeds count, what is measured, what makes each hold and fail. */

import { describe, expect, test } from "vitest"

import { expertIterationSlower, grpoLessStable } from "../../src/report/claims/algorithm-claims.ts"
import type { Claim } from "../../src/report/claims/Claim.ts"
import { klKeepsBreadth, moreIsBetter, nothingToAmplify, sharpening } from "../../src/report/claims/outcome-claims.ts"
import { bestPaidWins, randomDoesNotHelp, tiltPredicts } from "../../src/report/claims/prediction-claims.ts"
import { refinesStyle, transfersToHard } from "../../src/report/claims/refinement-claims.ts"
import { changeOf, overSeeds, pairsOf, trialsOf } from "../../src/report/claims/trials.ts"
import { judge } from "../../src/report/claims/verdict.ts"
import { accuracyDecides, concentration, imbalanceFlips, scaleFlips } from "../../src/report/claims/winner-claims.ts"
import type { CellData } from "../../src/report/data/study-data.ts"
import { leaderOf, tilted } from "../../src/report/predictors/tilt.ts"
import { cell, K, type MadeTrial, studyOf } from "./fixtures/made-study.ts"

const ppo = { "rl.algorithm": "ppo" }
const grpo = { "rl.algorithm": "grpo" }
const ei = { "rl.algorithm": "ei" }
const SCALE = ["pretrain.scale"]

/** So many seeds, each a little different, as seeds are. */
const seeds = (n: number, of: (wobble: number, seed: number) => MadeTrial): ReadonlyArray<MadeTrial> =>
  Array.from({ length: n }, (_, seed) => of(0.01 * Math.sin(3 * seed + 1), seed))

const judged = (claim: Claim, ...cells: ReadonlyArray<CellData>) => judge([claim], studyOf(...cells))[0]!
const verdict = (claim: Claim, ...cells: ReadonlyArray<CellData>) => judged(claim, ...cells).verdict

describe("trials", () => {
  test("are those evaluated on both sides, chosen by settings: one value, one of several, or anything", () => {
    const data = studyOf(
      cell({ "rl.algorithm": "ppo", "rl.kl": 0 }, [{}, null]),
      cell({ "rl.algorithm": "ppo", "rl.kl": 1 }, [{}]),
      cell({ "rl.algorithm": "grpo" }, [{}])
    )
    const count = (where: Parameters<typeof trialsOf>[1]) => trialsOf(data, where).length
    expect([count({}), count(ppo), count({ "rl.kl": [0, 1] }), count({ "rl.kl": 2 }), count({ "rl.lambda": 1 })]).toEqual([
      3, 2, 2, 0, 0
    ])
  })

  test("of one seed count once, as their mean; a seed that lacks an arm is left out by name", () => {
    const data = studyOf(cell({ ...ppo, "pretrain.scale": "xs" }, [{ after: { pass1: 0.3 } }, { after: { pass1: 0.4 } }]), {
      ...cell({ ...ppo, "pretrain.scale": "s" }, [{ after: { pass1: 0.5 } }, null])
    })
    const { observations, leftOut } = overSeeds(trialsOf(data, ppo), (trial) => changeOf(trial, "pass@1"))
    expect(observations.map(({ seed, value }) => [seed, value])).toEqual([[0, expect.closeTo(0.2, 12)]])
    // Of both arms the evaluations on each side of RL, and the run between them.
    expect(observations[0]!.nodes.map((id) => id.split("-")[0])).toEqual([
      "evaluate",
      "evaluate",
      "rl",
      "evaluate",
      "evaluate",
      "rl"
    ])
    expect(leftOut).toEqual(["seed 1 has 1 of 2 arms"])
  })

  test.each([Number.NaN, Infinity])("of a seed whose number of an arm is %d are left out by name", (pass1) => {
    const data = studyOf(
      cell({ ...ppo, "pretrain.scale": "xs" }, [{ after: { pass1: 0.3 } }, { after: { pass1 } }]),
      cell({ ...ppo, "pretrain.scale": "s" }, [{ after: { pass1: 0.5 } }, { after: { pass1: 0.5 } }])
    )
    const { observations, leftOut } = overSeeds(trialsOf(data, ppo), (trial) => changeOf(trial, "pass@1"))
    expect([observations.map(({ seed }) => seed), leftOut]).toEqual([[0], ["seed 1 has numbers of 1 of 2 arms"]])
  })

  test("are paired within a seed and what they are said to share", () => {
    const data = studyOf(
      cell({ ...ppo, "pretrain.scale": "xs" }, [{}, {}]),
      cell({ ...ppo, "pretrain.scale": "s" }, [{}, {}]),
      cell({ ...grpo, "pretrain.scale": "s" }, [{}, {}])
    )
    expect(pairsOf(data, grpo, ppo, SCALE).map(({ one, other }) => [one.seed, one.cell.name, other.cell.name])).toEqual([
      [0, "grpo s", "ppo s"],
      [1, "grpo s", "ppo s"]
    ])
    expect(pairsOf(data, grpo, ppo, [])).toHaveLength(4)
  })

  test("take the error of a change from the comparison by problem where there is one", () => {
    const row = { metric: "pass@k", k: 1, decoding: "sampled", slice: "all", before: 0, after: 0, difference: 0, p: null }
    const change = (made: MadeTrial) => changeOf(trialsOf(studyOf(cell({}, [made])), {})[0]!, "pass@1")!.error
    expect(change({ differences: [{ ...row, low: -0.0196, high: 0.0196 }] })).toBeCloseTo(0.01, 4)
    expect(change({ differences: [{ ...row, slice: "steps=1", low: -0.0196, high: 0.0196 }] })).toBeCloseTo(
      Math.hypot(0.01, 0.01) / 1.96,
      4
    )
  })
})

describe("C1, concentration", () => {
  const claim = concentration({ arms: ppo, control: { "rl.reward": "shuffled" }, seeds: 3 })
  const steps = 60
  const rising = (to: number, until: number, from = 0.4) =>
    Array.from({ length: steps }, (_, i) => from + (to - from) * Math.min(1, i / until))
  const run =
    (to: number, until: number, gainUntil: number, from = 0.4) =>
    (wobble: number): MadeTrial => ({
      after: { shares: { omi1: to, omi2: 1 - to } },
      shares: { omi1: rising(Math.min(1, to + wobble / 10), until, from) },
      accuracy: rising(0.8, gainUntil + 100 * wobble, 0.3)
    })
  test("holds where one format takes over while accuracy rises", () => {
    const shuffled = cell({ "rl.algorithm": "grpo", "rl.reward": "shuffled" }, seeds(5, run(0.5, 20, 25)))
    expect(verdict(claim, cell(ppo, seeds(5, run(0.98, 20, 25))), shuffled)).toBe("supported")
    expect(judged(claim, cell(ppo, seeds(5, run(0.98, 20, 25)))).why()).toMatch(/^Its control was not run: the winner's/)
  })
  test("fails where no format gets there, or accuracy rises afterwards", () => {
    expect(verdict(claim, cell(ppo, seeds(5, run(0.7, 20, 25))))).toBe("refuted")
    expect(verdict(claim, cell(ppo, seeds(5, run(0.98, 10, 59))))).toBe("refuted")
  })
  test("does not apply to runs that begin concentrated", () => {
    expect(judged(claim, cell(ppo, seeds(3, run(0.98, 20, 25, 0.85)))).why()).toContain("begins with a format")
  })
  test("is held back by a control that concentrates too", () => {
    const shuffled = cell({ "rl.algorithm": "grpo", "rl.reward": "shuffled" }, seeds(5, run(0.98, 20, 25)))
    expect(judged(claim, cell(ppo, seeds(5, run(0.98, 20, 25))), shuffled).why()).toContain("Its control does not bear it out")
  })
})

describe("a lead of less than two points", () => {
  const c2 = accuracyDecides({ arms: ppo, seeds: 3 })
  const of = (accuracies: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) =>
    cell(
      ppo,
      Array.from({ length: 10 }, () => ({ before: { shares: { omi1: 0.3, omi2: 0.6 }, accuracies }, after: { shares: after } }))
    )
  test.each([
    ["accuracies exactly equal", { omi1: 0.5, omi2: 0.5 }, { omi1: 0.9, omi2: 0.1 }, "not applicable"],
    ["the same in another order", { omi2: 0.5, omi1: 0.5 }, { omi2: 0.9, omi1: 0.1 }, "not applicable"],
    ["accuracies all but equal", { omi1: 0.5001, omi2: 0.5 }, { omi1: 0.9, omi2: 0.1 }, "not applicable"],
    ["a winner by a hair", { omi1: 0.6, omi2: 0.5 }, { omi1: 0.501, omi2: 0.499 }, "inconclusive"],
    ["two points are enough", { omi1: 0.52, omi2: 0.5 }, { omi1: 0.51, omi2: 0.49 }, "supported"]
  ] as const)("makes nothing the most accurate, nor a winner: %s", (_, accuracies, after, expected) => {
    expect(verdict(c2, of(accuracies, after))).toBe(expected)
  })
})

describe("C2, the most accurate wins", () => {
  const claim = accuracyDecides({ arms: ppo, seeds: 3 })
  const made = (winner: string, accuracies: Readonly<Record<string, number>>): MadeTrial => ({
    before: { shares: { omi1: 0.3, omi2: 0.69, tinygsm: 0.01 }, accuracies: { tinygsm: 0.9, ...accuracies } },
    after: { shares: { [winner]: 0.95 } }
  })
  const first = { omi1: 0.6, omi2: 0.4 }
  test("among formats that are used, in seeds where it is not the most frequent too", () => {
    expect(
      verdict(
        claim,
        cell(
          ppo,
          seeds(8, () => made("omi1", first))
        )
      )
    ).toBe("supported")
    expect(
      verdict(
        claim,
        cell(
          ppo,
          seeds(8, () => made("omi2", first))
        )
      )
    ).toBe("refuted")
    const apart = judged(claim, cell(ppo, [...seeds(3, () => made("omi1", first)), made("omi2", { omi1: 0.2, omi2: 0.4 })]))
    expect(apart.parts[0]!.n).toBe(3)
  })
  test("does not apply where both are one format", () => {
    expect(
      verdict(
        claim,
        cell(
          ppo,
          seeds(3, () => made("omi2", { omi1: 0.2, omi2: 0.4 }))
        )
      )
    ).toBe("not applicable")
  })
  test("counts a seed by the majority of its arms, and leaves out one that is split", () => {
    const arms = (winners: ReadonlyArray<string>) => winners.map((winner, i) => cell({ ...ppo, arm: i }, [made(winner, first)]))
    expect(judged(claim, ...arms(["omi1", "omi1", "omi2"])).parts[0]!.estimate).toBe(1)
    expect(judged(claim, ...arms(["omi1", "omi2"])).parts[0]!.part.leftOut).toEqual(["the arms of seed 0 are split"])
  })
})

describe("C3, imbalance", () => {
  const weight = "mix.sources.omi2"
  const claim = imbalanceFlips({ balanced: { [weight]: 1 }, imbalanced: { [weight]: 4 }, sharing: ["rl.algorithm"], seeds: 3 })
  const before = { shares: { omi1: 0.5, omi2: 0.4 }, accuracies: { omi1: 0.7, omi2: 0.4 } }
  const balanced = (n: number) =>
    cell(
      { ...ppo, [weight]: 1 },
      seeds(n, (wobble) => ({ before, after: { pass1: 0.95 + wobble, shares: { omi1: 0.98 } } }))
    )
  const imbalanced = (n: number, winner: string, pass1: number) =>
    cell(
      { ...ppo, [weight]: 4 },
      seeds(n, (wobble) => ({ after: { pass1: pass1 - wobble, shares: { [winner]: 0.98 } } }))
    )
  test("holds where the worse format wins and the policy ends worse", () => {
    expect(verdict(claim, balanced(8), imbalanced(8, "omi2", 0.85))).toBe("supported")
  })
  test("fails where the winner stays, or where it flips and nothing is lost", () => {
    expect(verdict(claim, balanced(8), imbalanced(8, "omi1", 0.85))).toBe("refuted")
    expect(verdict(claim, balanced(8), imbalanced(8, "omi2", 0.99))).toBe("refuted")
  })
  test("is held back where RL did not raise the format that wins: it had nearly all before", () => {
    const still = cell(
      { ...ppo, [weight]: 4 },
      seeds(8, (wobble) => ({
        before: { shares: { omi1: 0.02, omi2: 0.98 } },
        after: { pass1: 0.85 - wobble, shares: { omi1: 0.02, omi2: 0.98 } }
      }))
    )
    const found = judged(claim, balanced(8), still)
    expect(found.parts.map(({ holds }) => holds)).toEqual([true, true])
    expect(found.why()).toMatch(/^Its control does not bear it out: control: share of the format that wins with the imbalanced/)
    expect(found.told.map(({ estimate }) => estimate)).toEqual([0])
  })
  test("needs both mixtures", () => {
    expect(judged(claim, balanced(8)).why()).toMatch(/^Needs RL on a balanced and an imbalanced/)
  })
})

describe("C4, sharpening", () => {
  const claim = sharpening({ arms: ppo, control: { "rl.reward": "shuffled" }, k: K, seeds: 3 })
  const run = (pass1: number, majorityK: number, passK: number) => (wobble: number) => ({
    before: { pass1: 0.3, majorityK: 0.5, passK: 0.9 },
    after: { pass1: pass1 + wobble, majorityK: majorityK + wobble, passK: passK + wobble / 4 }
  })
  test.each([
    ["all as claimed", 0.6, 0.7, 0.85, "supported"],
    ["pass@k stays", 0.6, 0.7, 0.9, "supported"],
    ["pass@k rises", 0.6, 0.7, 0.97, "refuted"],
    ["pass@1 falls", 0.2, 0.7, 0.85, "refuted"],
    ["majority stays", 0.6, 0.5, 0.85, "refuted"]
  ])("%s", (_, pass1, majorityK, passK, expected) => {
    const shuffled = cell({ "rl.algorithm": "grpo", "rl.reward": "shuffled" }, seeds(5, run(0.3, 0.5, 0.9)))
    expect(verdict(claim, cell(ppo, seeds(5, run(pass1, majorityK, passK))), shuffled)).toBe(expected)
  })
  test("needs that many samples", () => {
    expect(judged(sharpening({ arms: ppo, k: 128, seeds: 3 }), cell(ppo, seeds(5, run(0.6, 0.7, 0.8)))).why()).toContain(
      "at least 128 samples"
    )
  })
})

describe("C5, KL keeps breadth", () => {
  const kl = (value: number, gradient = "own") => ({ ...grpo, "rl.kl": value, "rl.klGradient": gradient })
  const claim = klKeepsBreadth({
    weak: { "rl.kl": 0.01, "rl.klGradient": "own" },
    strong: { "rl.kl": 1, "rl.klGradient": "own" },
    dead: {
      alive: { "rl.kl": 1, "rl.klGradient": "own" },
      dead: { "rl.kl": 1, "rl.klGradient": "none" },
      twin: { "rl.kl": 1, "rl.klGradient": "none, again" }
    },
    sharing: ["rl.algorithm"],
    k: K,
    seeds: 3
  })
  const run = (share: number, pass1: number, passK: number) => (wobble: number) => ({
    after: { shares: { omi1: share + wobble, omi2: 1 - share - wobble, invalid: 0.1 }, pass1: pass1 + wobble / 2, passK }
  })
  const weak = cell(kl(0.01), seeds(5, run(0.97, 0.8, 0.88)))
  test.each([
    ["as claimed", 0.6, 0.79, 0.95, "supported"],
    ["no second format", 0.97, 0.8, 0.88, "inconclusive"],
    ["pass@1 is lost", 0.6, 0.5, 0.95, "refuted"],
    ["pass@k is lost", 0.6, 0.79, 0.6, "refuted"]
  ])("%s", (_, share, pass1, passK, expected) => {
    expect(
      verdict(
        claim,
        weak,
        cell(
          kl(1),
          seeds(5, (wobble) => run(share, pass1, passK)(wobble * 0.9))
        ),
        cell(kl(1, "none"), seeds(5, run(0.97, 0.8, 0.88))),
        cell(kl(1, "none, again"), seeds(5, run(0.97, 0.8, 0.88)))
      )
    ).toBe(expected)
  })
  const strong = cell(
    kl(1),
    seeds(5, (wobble) => run(0.6, 0.79, 0.95)(wobble * 0.9))
  )
  test("is not shown where a penalty without gradient keeps as much alive", () => {
    const twins = ["none", "none, again"].map((gradient) => cell(kl(1, gradient), seeds(5, run(0.6, 0.79, 0.95))))
    expect(verdict(claim, weak, strong, ...twins)).not.toBe("supported")
  })
  test("is held back where two runs alike but for a digit differ by as much", () => {
    const dead = cell(kl(1, "none"), seeds(5, run(0.97, 0.8, 0.88)))
    const twin = cell(kl(1, "none, again"), seeds(5, run(0.5, 0.8, 0.88)))
    expect(judged(claim, weak, strong, dead, twin).why()).toMatch(/^Its control does not bear it out: .*alike but for a digit/)
  })
})

describe("C6, more of the target", () => {
  const weight = "mix.sources.omi1"
  const claim = moreIsBetter({ weight, arms: ppo, seeds: 3 })
  const sweep = (gain: number, weights: ReadonlyArray<number>) =>
    weights.map((w) =>
      cell(
        { ...ppo, [weight]: w },
        seeds(5, (wobble) => ({ after: { pass1: 0.5 + gain * Math.log2(w) + wobble * (w === 2 ? 1 : -0.5) } }))
      )
    )
  test("is a slope for each doubling, of each seed", () => {
    const found = judged(claim, ...sweep(0.05, [1, 2, 4, 8]))
    expect(found.verdict).toBe("supported")
    expect(found.parts[0]!.estimate).toBeCloseTo(0.05, 2)
    expect(verdict(claim, ...sweep(-0.05, [1, 2, 4, 8]))).toBe("refuted")
    // By less than 2 points for certain is not at all.
    expect(verdict(claim, ...sweep(0, [1, 2, 4, 8]))).toBe("refuted")
  })
  test("needs three weights above 0", () => {
    expect(judged(claim, ...sweep(0.05, [1, 2])).why()).toContain("three weights at least")
    expect(verdict(claim, ...sweep(0.05, [0, 1, 2]))).toBe("inconclusive")
  })
})

describe("C6's control, another format forced", () => {
  const weight = "mix.sources.omi2"
  const claim = moreIsBetter({ weight, arms: ppo, others: ["tinygsm", "omi1"], seeds: 3 })
  const sweep = (own: number, forced: number | null) =>
    [1, 2, 4, 8].map((w) =>
      cell(
        { ...ppo, [weight]: w },
        seeds(5, (wobble) => {
          const end = 0.4 + (forced ?? 0) * Math.log2(w) + wobble * (w === 2 ? 1 : -0.5)
          return {
            after: { pass1: 0.5 + own * Math.log2(w) + wobble * (w === 2 ? 1 : -0.5) },
            forced: forced === null ? {} : { tinygsm: end, omi1: end - 0.1 }
          }
        })
      )
    )
  test.each([
    ["gains nothing", 0, "supported", ""],
    ["gets worse", -0.03, "supported", ""],
    ["gains as well", 0.05, "inconclusive", "Its control does not bear it out"],
    ["was not run", null, "inconclusive", "No seed tells anything of its control"]
  ])("which %s", (_, forced, expected, why) => {
    const found = judged(claim, ...sweep(0.05, forced))
    expect(found.verdict).toBe(expected)
    expect(found.why()).toContain(why)
  })
})

describe("C7, the scale flip", () => {
  const claim = scaleFlips({ small: { "pretrain.scale": "xs" }, large: { "pretrain.scale": "m" }, seeds: 8 })
  const of = (scale: string, winners: ReadonlyArray<string>) =>
    cell(
      { "pretrain.scale": scale },
      winners.map((winner) => ({ after: { shares: { [winner]: 0.9 } } }))
    )
  const times = (n: number, winner: string) => Array.from({ length: n }, () => winner)
  test("holds where small goes to code and large to prose, in seven of eight at both ends", () => {
    expect(verdict(claim, of("xs", times(8, "tinygsm")), of("m", times(8, "omi2")))).toBe("supported")
    expect(verdict(claim, of("xs", [...times(7, "tinygsm"), "omi2"]), of("m", times(8, "omi2")))).toBe("supported")
  })
  test("is open where large models go to either", () => {
    expect(verdict(claim, of("xs", times(8, "tinygsm")), of("m", [...times(6, "omi2"), ...times(2, "omi1")]))).toBe(
      "inconclusive"
    )
  })
  test("is held back where the formats before RL are as unequal already", () => {
    const with_ = (scale: string, winner: string) =>
      cell(
        { "pretrain.scale": scale },
        times(8, winner).map((format) => ({ before: { shares: { [format]: 0.7 } }, after: { shares: { [format]: 0.9 } } }))
      )
    expect(judged(claim, with_("xs", "tinygsm"), with_("m", "omi2")).why()).toMatch(
      /^Its control does not bear it out: .*before RL/
    )
  })
  test("fails where it goes the other way, and where size says nothing", () => {
    expect(verdict(claim, of("xs", times(8, "omi2")), of("m", times(8, "tinygsm")))).toBe("refuted")
    for (const winner of ["omi2", "tinygsm"])
      expect(verdict(claim, of("xs", times(8, winner)), of("m", times(8, winner)))).toBe("refuted")
    expect(judged(claim, of("xs", ["omi2"]), of("m", ["omi2"])).why()).toContain("at least 8 seeds; one tells something here")
  })
})

describe("C8 and C9, the algorithms", () => {
  const dip = (depth: number) => Array.from({ length: 40 }, (_, i) => (i < 20 ? 0.5 : i < 30 ? 0.5 - depth : 0.6))
  const arm = (settings: Readonly<Record<string, string>>, winner: string, depth: number, n = 8) =>
    cell(
      { ...settings, "pretrain.scale": "xs" },
      seeds(n, (wobble) => ({ after: { shares: { [winner]: 0.9 } }, accuracy: dip(depth + wobble / 2) }))
    )
  test("GRPO falls deeper on the way to the same winner", () => {
    const claim = grpoLessStable({ ppo, grpo, sharing: SCALE, seeds: 3 })
    expect(verdict(claim, arm(ppo, "omi1", 0.02), arm(grpo, "omi1", 0.2))).toBe("supported")
    expect(verdict(claim, arm(ppo, "omi1", 0.2), arm(grpo, "omi1", 0.02))).toBe("refuted")
    expect(verdict(claim, arm(ppo, "omi1", 0.02), arm(grpo, "omi2", 0.2))).toBe("refuted")
  })
  test("is not shown where two arms that are alike differ as much", () => {
    const one = { ...grpo, twin: "a" }
    const other = { ...grpo, twin: "b" }
    const claim = grpoLessStable({ ppo, grpo: one, twins: { one, other }, sharing: SCALE, seeds: 3 })
    expect(judged(claim, arm(ppo, "omi1", 0.02), arm(one, "omi1", 0.2), arm(other, "omi1", 0.01)).why()).toContain(
      "alike but for a digit"
    )
  })
  test("Expert Iteration moves the shares less and ends lower", () => {
    const claim = expertIterationSlower({ ppo, ei, sharing: SCALE, seeds: 3 })
    const varied = (settings: Readonly<Record<string, string>>, share: number, pass1: number, by: number) =>
      cell(
        { ...settings, "pretrain.scale": "xs" },
        seeds(5, (wobble) => ({
          before: { shares: { omi1: 0.5, omi2: 0.5 } },
          after: { shares: { omi1: share + by * wobble, omi2: 1 - share - by * wobble }, pass1: pass1 + by * wobble }
        }))
      )
    expect(verdict(claim, varied(ppo, 0.95, 0.8, 1), varied(ei, 0.7, 0.6, 0.3))).toBe("supported")
    expect(verdict(claim, varied(ppo, 0.95, 0.6, 1), varied(ei, 0.7, 0.8, 0.3))).toBe("refuted")
    const twins = { one: { ...grpo, twin: "a" }, other: { ...grpo, twin: "b" } }
    const controlled = expertIterationSlower({ ppo, ei, twins, sharing: SCALE, seeds: 3 })
    const alike = (share: number, pass1: number) => [
      varied(ppo, 0.95, 0.8, 1),
      varied(ei, 0.7, 0.6, 0.3),
      varied(twins.one, 0.9, 0.7, 1),
      varied(twins.other, share, pass1, 0.3)
    ]
    expect(verdict(controlled, ...alike(0.9, 0.7))).toBe("supported")
    // Either way round: what two such arms differ by has no direction.
    for (const share of [0.6, 0.58])
      expect(judged(controlled, ...alike(share, 0.7)).why()).toMatch(/shift of .*alike but for a digit/)
    for (const pass1 of [0.3, 1.1])
      expect(judged(controlled, ...alike(0.9, pass1)).why()).toMatch(/pass@1 after RL.*alike but for a digit/)
  })
})

describe("C10, refinement inside a format", () => {
  const claim = refinesStyle({ arms: ppo, seeds: 3 })
  const run = (after: Readonly<Record<string, number>>, accuracies: Readonly<Record<string, number>>) =>
    cell(
      ppo,
      seeds(5, (wobble) => ({
        before: {
          styleShares: { "omi1/so": 0.4, "omi1/thus": 0.3, "omi1/comments": 0.3, "omi2/so": 1 },
          styleAccuracies: accuracies
        },
        after: {
          shares: { omi1: 0.98 },
          styleShares: { ...after, "omi1/so": after["omi1/so"]! + wobble, "omi1/comments": after["omi1/comments"]! + wobble / 5 }
        }
      }))
    )
  const apart = { "omi1/so": 0.6, "omi1/thus": 0.605, "omi1/comments": 0.45, "omi2/so": 0.1 }
  test("holds where the least accurate sub-style of the winner goes, and the others drift either way", () => {
    expect(verdict(claim, run({ "omi1/so": 0.46, "omi1/thus": 0.5, "omi1/comments": 0.04 }, apart))).toBe("supported")
    expect(verdict(claim, run({ "omi1/so": 0.3, "omi1/thus": 0.3, "omi1/comments": 0.4 }, apart))).toBe("refuted")
  })
  test("says nothing where the sub-styles are about equally accurate, or there is one alone", () => {
    const equal = { "omi1/so": 0.6, "omi1/thus": 0.61, "omi1/comments": 0.59 }
    expect(judged(claim, run({ "omi1/so": 1, "omi1/thus": 0, "omi1/comments": 0 }, equal)).parts[0]!.n).toBe(0)
    expect(
      judged(
        claim,
        cell(
          ppo,
          seeds(3, () => ({ after: { shares: { omi1: 1 } } }))
        )
      ).why()
    ).toMatch(/^Needs RL on policies/)
  })
  test("is held back where that sub-style goes as well with shuffled rewards, whatever format wins there", () => {
    const controlled = refinesStyle({ arms: ppo, control: { "rl.reward": "shuffled" }, seeds: 3 })
    const gone = { "omi1/so": 0.46, "omi1/thus": 0.5, "omi1/comments": 0.04 }
    const paid = (after: Readonly<Record<string, number>>) => ({
      ...run(after, apart),
      settings: new Map([["rl.reward", "shuffled"]])
    })
    expect(verdict(controlled, run(gone, apart), paid({ "omi1/so": 0.4, "omi1/thus": 0.3, "omi1/comments": 0.3 }))).toBe(
      "supported"
    )
    expect(judged(controlled, run(gone, apart), paid({ ...gone, "omi1/comments": 0.02 })).why()).toContain("does not bear it out")
    expect(judged(controlled, run(gone, apart)).why()).toContain("control was not run")
  })
})

describe("C11, easy to hard", () => {
  const force = "evaluate.force"
  const prose = "mix.sources.omi2"
  const claim = transfersToHard({
    withProse: { [force]: "", [prose]: 1 },
    without: { [force]: "", [prose]: 0 },
    forced: { [force]: "omi1", [prose]: 1 },
    sharing: [],
    seeds: 3
  })
  const run = (omi2: number, gain: number, by = 1, forced = "") =>
    cell(
      { [force]: forced, [prose]: omi2 },
      seeds(5, (wobble) => ({ before: { pass1: 0.3 }, after: { pass1: 0.3 + gain + by * wobble } }))
    )
  test("holds where harder problems gain, and gain more with prose", () => {
    expect(verdict(claim, run(1, 0.4), run(0, 0.1, 0.2), run(1, 0.05, 1, "omi1"))).toBe("supported")
    expect(verdict(claim, run(1, -0.2), run(0, -0.4, 0.2))).toBe("refuted")
    expect(verdict(claim, run(1, 0.1), run(0, 0.4, 0.2))).toBe("refuted")
  })
  test("is held back where shuffled rewards gain as well", () => {
    const reward = "rl.reward"
    const controlled = transfersToHard({
      withProse: { [reward]: "truth", [prose]: 1 },
      without: { [reward]: "truth", [prose]: 0 },
      forced: { [force]: "omi1" },
      shuffled: { [reward]: "shuffled", [prose]: 1 },
      sharing: [],
      seeds: 3
    })
    const paid = (name: string, omi2: number, gain: number, by = 1) => {
      const made = run(omi2, gain, by)
      return { ...made, settings: new Map([...made.settings, [reward, name] as const]) }
    }
    const arms = [paid("truth", 1, 0.4), paid("truth", 0, 0.1, 0.2)]
    expect(verdict(controlled, ...arms, paid("shuffled", 1, -0.2))).toBe("supported")
    expect(judged(controlled, ...arms, paid("shuffled", 1, 0.45, 0.5)).why()).toMatch(
      /^Its control does not bear it out: .*shuffled/
    )
    expect(judged(controlled, ...arms).why()).toMatch(/^Its control was not run/)
  })
  test("tells what is gained with one format forced, and judges nothing by it", () => {
    const found = judged(claim, run(1, 0.4), run(0, 0.1, 0.2), run(1, -0.3, 1, "omi1"))
    expect([found.verdict, found.told.map(({ estimate }) => estimate < 0)]).toEqual(["supported", [true]])
  })
})

describe("C12, the tilt", () => {
  const before = {
    shares: { omi1: 0.478, omi2: 0.129, tinygsm: 0.33, invalid: 0.063 },
    accuracies: { omi1: 0.341, omi2: 0.378, tinygsm: 0.265 }
  }
  const byFormat = (numbers: Readonly<Record<string, number>>) => new Map(Object.entries(numbers))
  const shares = (beta: number) => tilted(byFormat(before.shares), byFormat(before.accuracies), beta)
  test("is the formula, and does not overflow where the penalty is weak", () => {
    const mass = (share: number, right: number) => share * (1 - right + right * Math.exp(1 / 0.5))
    const [a, b, c] = [mass(0.478, 0.341), mass(0.129, 0.378), mass(0.33, 0.265)]
    expect(shares(0.5).get("omi1")).toBeCloseTo(a / (a + b + c), 12)
    expect([...shares(1e-4).values()].every(Number.isFinite)).toBe(true)
    expect(shares(1e9).get("omi2")).toBeCloseTo(0.129 / 0.937, 6)
    expect(shares(0.3).has("invalid")).toBe(false)
  })
  const claim = tiltPredicts({ arms: { ...ppo, "rl.kl": [0.3, 1] }, seeds: 3 })
  const run = (kl: number, after: Readonly<Record<string, number>>) =>
    cell(
      { ...ppo, "rl.kl": kl },
      seeds(5, (wobble) => ({
        before,
        after: { ...before, shares: { ...after, omi1: after["omi1"]! + wobble, omi2: after["omi2"]! - wobble } },
        kl
      }))
    )
  test("holds where the shares go where it says, and fails where they do not", () => {
    expect(verdict(claim, run(0.3, Object.fromEntries(shares(0.3))))).toBe("supported")
    expect(verdict(claim, run(0.3, { omi1: 0.02, omi2: 0.96, tinygsm: 0.02 }))).toBe("refuted")
    expect(verdict(claim, run(0.3, { omi1: 0.478, omi2: 0.129, tinygsm: 0.33 }))).toBe("refuted")
  })
  test("is held back where accuracies of other formats predict as well", () => {
    // Formats as accurate as one another: whose accuracy it is makes no difference, and nothing moves.
    const level = { ...before, accuracies: { omi1: 0.3, omi2: 0.3, tinygsm: 0.3 } }
    const still = cell(
      { ...ppo, "rl.kl": 0.3 },
      seeds(5, () => ({ before: level, after: level, kl: 0.3 }))
    )
    const [asked] = judged(claim, still).controls
    expect(asked!.estimate).toBeCloseTo(0, 6)
    const wrong = judged(claim, run(0.3, Object.fromEntries(shares(0.3)))).controls[0]!
    expect(wrong.estimate).toBeLessThan(-0.02)
  })
  test("tells of GRPO with the coefficient times the deviation inside its groups", () => {
    const grouped = tiltPredicts({ arms: ppo, grouped: { ...grpo, "rl.kl": 1 }, seeds: 3 })
    const arm = (beta: number, deviation: number, gradient = "own") =>
      cell(
        { ...grpo, "rl.kl": 1, "rl.klGradient": gradient },
        seeds(5, () => ({
          before,
          after: { ...before, shares: Object.fromEntries(shares(beta)) },
          kl: 1,
          groupStd: Array.from({ length: 20 }, (_, step) => (step < 5 ? deviation : 9))
        }))
      )
    const miss = (made: CellData) => judged(grouped, made).told.find(({ part }) => part.measure.startsWith("GRPO: mean"))!
    expect(miss(arm(0.45, 0.45)).estimate).toBeCloseTo(0, 9)
    expect(miss(arm(1, 0.45)).estimate).toBeGreaterThan(0.01)
    expect(miss(arm(0.45, 0.45, "none")).n).toBe(0)
    expect(miss(arm(0.45, 0)).n).toBe(0)
  })
  test("says nothing of runs without a penalty, or with one that is not in the reward", () => {
    const without = cell(
      { ...ppo, "rl.kl": 0.3 },
      seeds(5, () => ({ before, after: before, kl: 0 }))
    )
    expect(judged(claim, without).why()).toMatch(/^Needs PPO with a KL penalty/)
  })
})

describe("Q1 and Q2, rewards", () => {
  const arm = (reward: string, paid: Readonly<Record<string, number>>, winner: string) =>
    cell(
      { "rl.reward": reward },
      seeds(8, (wobble) => ({
        before: { pass1: 0.5, shares: { omi1: 0.5, omi2: 0.45, tinygsm: 0.01 } },
        after: { pass1: 0.1 + wobble, shares: { [winner]: 0.95 } },
        rewards: Object.fromEntries(
          Object.entries(paid).map(([format, r]) => [
            format,
            [r, Number.NaN, r, r, r, ...Array.from({ length: 20 }, () => 1 - r)]
          ])
        )
      }))
    )
  const claim = bestPaidWins({ arms: { "rl.reward": ["truth", "wrong", "readable"] }, seeds: 3 })
  const truth = { omi1: 0.6, omi2: 0.3, tinygsm: 0.9 }
  const wrong = { omi1: 0.2, omi2: 0.6, tinygsm: 0 }

  test("the leader is the best paid of the formats that are used, at the beginning", () => {
    const [trial] = trialsOf(studyOf(arm("truth", truth, "omi1")), {})
    expect(leaderOf(trial!)).toEqual({ format: "omi1", lead: expect.closeTo(0.3, 12) })
  })
  test("holds where the leader wins under every reward, fails where it does not", () => {
    const found = judged(claim, arm("truth", truth, "omi1"), arm("wrong", wrong, "omi2"))
    expect([found.verdict, found.parts[0]!.estimate]).toEqual(["supported", 1])
    expect(verdict(claim, arm("truth", truth, "omi2"), arm("wrong", wrong, "omi1"))).toBe("refuted")
  })
  test("leaves out rewards under which no format leads", () => {
    const level = arm("readable", { omi1: 0.9, omi2: 0.85 }, "omi2")
    expect(verdict(claim, arm("truth", truth, "omi1"), arm("wrong", wrong, "omi2"), level)).toBe("supported")
    expect(judged(claim, level).why()).toMatch(/^Needs RL with several rewards/)
  })
  test("is held back where random rewards crown what they pay most by chance, or the most frequent format always wins", () => {
    const controlled = bestPaidWins({ arms: { "rl.reward": ["truth", "wrong"] }, control: { "rl.reward": "coin" }, seeds: 3 })
    const arms = [arm("truth", truth, "omi1"), arm("wrong", wrong, "omi2")]
    expect(verdict(controlled, ...arms, arm("coin", { omi1: 0.5, omi2: 0.53 }, "omi1"))).toBe("supported")
    // None that pays any format most is none to be compared with.
    expect(judged(controlled, ...arms, arm("coin", { omi1: 0.5, omi2: 0.5 }, "omi1")).why()).toMatch(
      /^No seed tells anything of its control: .*random/
    )
    expect(judged(controlled, ...arms, arm("coin", { omi1: 0.53, omi2: 0.5 }, "omi1")).why()).toMatch(
      /does not bear it out: .*random/
    )
    const coin = arm("coin", { omi1: 0.5, omi2: 0.53 }, "omi1")
    expect(judged(controlled, arm("truth", truth, "omi1"), coin).why()).toMatch(/does not bear it out: .*most frequent/)
  })
  test("a reward that means nothing must not help, and truth must", () => {
    const random = randomDoesNotHelp({ arms: { "rl.reward": ["coin"] }, seeds: 3 })
    expect(verdict(random, arm("coin", {}, "omi1"))).toBe("supported")
    const controlled = randomDoesNotHelp({ arms: { "rl.reward": "coin" }, meaningful: { "rl.reward": "truth" }, seeds: 3 })
    const helped = cell(
      { "rl.reward": "truth" },
      seeds(8, (wobble) => ({ before: { pass1: 0.5 }, after: { pass1: 0.8 + wobble } }))
    )
    expect(verdict(controlled, arm("coin", {}, "omi1"), helped)).toBe("supported")
    expect(judged(controlled, arm("coin", {}, "omi1"), arm("truth", truth, "omi1")).why()).toMatch(
      /^Its control does not bear it out/
    )
  })
})

describe("C13, nothing to amplify", () => {
  const claim = nothingToAmplify({ arms: { "mix.sources.omi1": 0 }, seeds: 3 })
  const run = (gain: number) =>
    cell(
      { "mix.sources.omi1": 0 },
      seeds(5, (wobble) => ({ before: { pass1: 0.04 }, after: { pass1: 0.04 + gain + wobble / 4 } }))
    )
  test("holds where nothing is gained, fails where something is", () => {
    expect(verdict(claim, run(0))).toBe("supported")
    expect(verdict(claim, run(-0.03))).toBe("supported")
    expect(verdict(claim, run(0.1))).toBe("refuted")
  })
  test("is held back where the same RL amplifies nothing with formats that can be used", () => {
    const controlled = nothingToAmplify({
      arms: { "mix.sources.omi1": 0 },
      usable: { "mix.sources.omi1": 1 },
      seeds: 3
    })
    const usable = (gain: number) =>
      cell(
        { "mix.sources.omi1": 1 },
        seeds(5, (wobble) => ({ before: { pass1: 0.4 }, after: { pass1: 0.4 + gain + wobble / 4 } }))
      )
    expect(verdict(controlled, run(0), usable(0.3))).toBe("supported")
    expect(judged(controlled, run(0), usable(0)).why()).toMatch(/^Its control does not bear it out/)
  })
})
