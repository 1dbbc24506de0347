/** Verdicts of the report's claims, on numbers made for them. */

import { describe, expect, test } from "vitest"

import type { Trained } from "../../src/report/claims/cell-groups.ts"
import { verdictOf } from "../../src/report/claims/Claim.ts"
import { all, changeOf, difference, isPositive, points } from "../../src/report/claims/comparisons.ts"
import {
  expertIterationSlower,
  grpoLessStable,
  klKeepsBreadth,
  moreIsBetter,
  sharpening
} from "../../src/report/claims/outcome-claims.ts"
import { claims } from "../../src/report/claims/registry.ts"
import { concentration, imbalance, mostAccurate, scaleFlip } from "../../src/report/claims/winner-claims.ts"
import type { Curve } from "../../src/report/data/curves.ts"
import { largestFirst } from "../../src/report/data/ordering.ts"
import type { PolicyEstimates } from "../../src/report/data/policy-estimates.ts"
import type { CellData, StudyData } from "../../src/report/data/study-data.ts"
import type { ParamValue } from "../../src/report/data/varying-params.ts"

const estimate = (value: number, half = 0.03) => ({ value, low: value - half, high: value + half, seeds: 1 })
const curve = (values: ReadonlyArray<number>): Curve => values.map((mean, x) => ({ x, mean, low: mean, high: mean }))

interface Side {
  readonly pass1?: number
  readonly pass8?: number
  readonly majority8?: number
  readonly shares?: Readonly<Record<string, number>>
  readonly accuracies?: Readonly<Record<string, number>>
}
const estimates = ({ pass1 = 0.2, pass8 = 0.5, majority8 = 0.3, shares = {}, accuracies = {} }: Side): PolicyEstimates => ({
  pass1: estimate(pass1),
  passAtK: new Map([
    [1, estimate(pass1)],
    [8, estimate(pass8)]
  ]),
  majorityAtK: new Map([[8, estimate(majority8)]]),
  shares: new Map(Object.entries(shares).map(([name, value]) => [name, estimate(value)])),
  accuracies: new Map(Object.entries(accuracies).map(([name, value]) => [name, estimate(value)])),
  byDifficulty: new Map()
})

const cell = (
  params: Readonly<Record<string, ParamValue>>,
  before: Side,
  after: Side,
  curves: {
    readonly shares?: Readonly<Record<string, ReadonlyArray<number>>>
    readonly accuracy?: ReadonlyArray<number>
    readonly klCoefficient?: number | null
  } = {}
): Trained => {
  const [winner] = Object.entries(after.shares ?? {}).toSorted(([, a], [, b]) => b - a)[0] ?? [null]
  const varyingParams = Object.entries(params).map(([name, value]) => ({ name, value }))
  return {
    name: Object.values(params).join(" "),
    varyingParams,
    suite: "unseen-values",
    members: [{ seed: 0, rl: null, start: null, before: null, after: null }],
    before: estimates(before),
    after: estimates(after),
    winner,
    dominance: null,
    problems: [],
    curves: {
      name: "",
      varyingParams,
      steps: 100,
      klCoefficient: curves.klCoefficient ?? null,
      updates: new Map([["accuracy", curve(curves.accuracy ?? [])]]),
      shares: new Map(Object.entries(curves.shares ?? {}).map(([name, values]) => [name, curve(values)])),
      accuracies: new Map()
    },
    attributedBefore: [],
    attributedAfter: [],
    completions: [],
    differences: []
  }
}
const record = {
  run: "r",
  study: "s",
  startedAt: "",
  settings: {},
  command: [],
  engine: "",
  status: "succeeded",
  nodes: [],
  byId: new Map()
} as const
const studyOf = (...cells: ReadonlyArray<CellData>): StudyData => ({
  record,
  description: "",
  bases: [],
  cells,
  confusion: [],
  costs: [],
  problems: []
})
const holds = (findings: ReadonlyArray<{ readonly holds: boolean | null }>) => findings.map((finding) => finding.holds)

describe("verdicts", () => {
  const finding = (holds: boolean | null) => ({ where: "", numbers: "", holds })
  test("follow from the comparisons that can tell", () => {
    expect(verdictOf([])).toBe("cannot be judged")
    expect(verdictOf([finding(null)])).toBe("cannot be judged")
    expect(verdictOf([finding(true), finding(null)])).toBe("holds")
    expect(verdictOf([finding(false), finding(null)])).toBe("does not hold")
    expect(verdictOf([finding(true), finding(false)])).toBe("holds in part")
  })
  test("of several conditions: false wins over unknown, unknown over true", () => {
    expect([all(true, true), all(true, null), all(null, false)]).toEqual([true, null, false])
  })
  test("a run without RL speaks to no claim", () => {
    for (const claim of claims) expect(claim.findings(studyOf())).toEqual([])
    expect(claims.map(({ id }) => id)).toEqual(["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"])
  })
})

describe("differences", () => {
  test("of independent estimates add their half widths in squares", () => {
    const change = difference(estimate(0.5, 0.03), estimate(0.4, 0.04))
    expect(change.value).toBeCloseTo(0.1, 12)
    expect(change.low).toBeCloseTo(0.05, 12)
    expect(change.high).toBeCloseTo(0.15, 12)
    expect(isPositive(change)).toBe(true)
    expect(points(change)).toBe("+10.0 points [+5.0, +15.0]")
  })
  test("paired by problem where the study compared the two", () => {
    const paired = {
      ...cell({ scale: "xs" }, { pass1: 0.2 }, { pass1: 0.3 }),
      differences: [
        {
          metric: "pass@1",
          k: 1,
          decoding: "greedy",
          slice: "steps=1",
          before: 0,
          after: 1,
          difference: 1,
          low: 0.9,
          high: 1,
          p: 0
        },
        {
          metric: "pass@1",
          k: 1,
          decoding: "greedy",
          slice: "all",
          before: 0.2,
          after: 0.3,
          difference: 0.1,
          low: 0.07,
          high: 0.13,
          p: 0
        }
      ]
    }
    expect(changeOf(paired, "pass@1", 1)).toEqual({ value: 0.1, low: 0.07, high: 0.13 })
  })
})

describe("claims", () => {
  test("C1: PPO gets to 90 % early, with half of the gain", () => {
    const rise = Array.from({ length: 20 }, (_, i) => Math.min(1, 0.4 + 0.1 * i))
    const early = Array.from({ length: 20 }, (_, i) => (i < 5 ? 0.2 : 0.5))
    const late = Array.from({ length: 20 }, (_, i) => (i < 15 ? 0.2 : 0.5))
    const run = (algorithm: string, accuracy: ReadonlyArray<number>) =>
      cell({ algorithm }, {}, { shares: { tinygsm: 1 } }, { shares: { tinygsm: rise }, accuracy })
    expect(holds(concentration.findings(studyOf(run("ppo", early), run("ppo", late), run("grpo", early))))).toEqual([true, false])
  })

  test("C2: the winner was clearly the most accurate, clearly not, or too close to tell", () => {
    const run = (tinygsm: number) =>
      cell(
        { algorithm: "ppo" },
        { shares: { tinygsm: 0.3, omi2: 0.7 }, accuracies: { tinygsm, omi2: 0.3 } },
        { shares: { tinygsm: 0.9, omi2: 0.1 } }
      )
    expect(holds(mostAccurate.findings(studyOf(run(0.5), run(0.1), run(0.31))))).toEqual([true, false, null])
  })

  test("C3 and C6: mixtures that differ in one weight, in the order of the weight", () => {
    const run = (weight: ParamValue, winner: string, pass1: number) =>
      cell(
        { "sources.omi1": weight, algorithm: "ppo" },
        { shares: { tinygsm: 0.3, omi1: 0.7 }, accuracies: { tinygsm: 0.5, omi1: 0.2 } },
        { pass1, shares: { [winner]: 0.9 } }
      )
    const flips = studyOf(run(8, "omi1", 0.3), run(4, "tinygsm", 0.6))
    expect(holds(imbalance.findings(flips))).toEqual([true])
    expect(holds(moreIsBetter.findings(flips))).toEqual([false])
    const stays = studyOf(run(8, "tinygsm", 0.7), run(4, "tinygsm", 0.6))
    expect(holds(imbalance.findings(stays))).toEqual([false])
    expect(holds(moreIsBetter.findings(stays))).toEqual([true])
    expect(moreIsBetter.findings(stays)[0]?.numbers).toBe("sources.omi1 4: 60.0 %; sources.omi1 8: 70.0 %")
  })

  test("C4: pass@1 and majority up, pass@k not", () => {
    const run = (after: Side) => cell({ algorithm: "ppo" }, { pass1: 0.2, majority8: 0.3, pass8: 0.6 }, after)
    const findings = sharpening.findings(
      studyOf(
        run({ pass1: 0.4, majority8: 0.5, pass8: 0.55 }),
        run({ pass1: 0.4, majority8: 0.5, pass8: 0.8 }),
        run({ pass1: 0.22, majority8: 0.5, pass8: 0.55 })
      )
    )
    expect(holds(findings)).toEqual([true, false, null])
  })

  test("C5: a stronger KL penalty keeps formats and pass@k", () => {
    const run = (kl: number, tinygsm: number, pass8: number) =>
      cell({ kl, algorithm: "ppo" }, {}, { pass1: 0.5, pass8, shares: { tinygsm, omi2: 1 - tinygsm } })
    expect(holds(klKeepsBreadth.findings(studyOf(run(0.01, 0.7, 0.7), run(0, 0.99, 0.6))))).toEqual([true])
    expect(holds(klKeepsBreadth.findings(studyOf(run(0.01, 0.99, 0.7), run(0, 0.7, 0.6))))).toEqual([false])
  })

  test("C7: sizes are compared from small to large, whatever order the study has", () => {
    const run = (scale: string, winner: string) => cell({ scale, algorithm: "ppo" }, {}, { shares: { [winner]: 0.9 } })
    expect(holds(scaleFlip.findings(studyOf(run("m", "omi2"), run("xs", "tinygsm"))))).toEqual([true])
    expect(holds(scaleFlip.findings(studyOf(run("m", "tinygsm"), run("xs", "omi2"))))).toEqual([false])
    expect(scaleFlip.findings(studyOf(run("m", "omi2")))).toEqual([])
    const [finding] = scaleFlip.findings(studyOf(run("mine", "omi2"), run("m", "omi2"), run("xs", "tinygsm")))
    expect(finding).toMatchObject({
      holds: true,
      numbers: "xs: tinygsm (90 %); m: omi2 (90 %); left out: scale mine (not a named size)"
    })
  })

  test("C8 and C9 compare algorithms on one policy", () => {
    const steady = Array.from({ length: 20 }, (_, i) => 0.2 + 0.02 * i)
    const falling = steady.map((value, i) => (i >= 10 && i < 14 ? 0.1 : value))
    const run = (algorithm: string, accuracy: ReadonlyArray<number>, share: number, pass1: number) =>
      cell({ scale: "xs", algorithm }, {}, { pass1, shares: { tinygsm: share } }, { accuracy })
    const study = studyOf(run("ppo", steady, 0.95, 0.6), run("grpo", falling, 0.9, 0.55), run("ei", steady, 0.6, 0.4))
    expect(holds(grpoLessStable.findings(study))).toEqual([true])
    expect(holds(expertIterationSlower.findings(study))).toEqual([true])
    expect(holds(expertIterationSlower.findings(studyOf(run("ppo", steady, 0.6, 0.4), run("ei", steady, 0.95, 0.6))))).toEqual([
      false
    ])
  })

  test("C8: the largest fall is from an earlier peak, over a tenth of the run", () => {
    const run = (algorithm: string, accuracy: ReadonlyArray<number>) =>
      cell({ algorithm }, {}, { shares: { tinygsm: 1 } }, { accuracy })
    const falls = (ppo: ReadonlyArray<number>, grpo: ReadonlyArray<number>) =>
      grpoLessStable.findings(studyOf(run("ppo", ppo), run("grpo", grpo)))[0]?.numbers.split("; ")[1]
    expect(falls([0.1, 0.2, 0.3], [0.1, 0.5, 0.2, 0.6, 0.5])).toBe("largest fall 0.0 points under PPO, 30.0 under GRPO")
    // Twenty points: pairs are averaged, so that the lone dip of 0.4 counts for 0.2.
    const dip = Array.from({ length: 20 }, (_, i) => (i === 10 ? 0.1 : 0.5))
    expect(falls([0.1, 0.2, 0.3], dip)).toBe("largest fall 0.0 points under PPO, 20.0 under GRPO")
  })

  test("a number that is not there makes a comparison untold, not false", () => {
    const run = (kl: number, tinygsm: number) => {
      const all = cell({ kl }, {}, { shares: { tinygsm, omi2: 1 - tinygsm } })
      return { ...all, after: { ...all.after, pass1: null } }
    }
    expect(holds(klKeepsBreadth.findings(studyOf(run(0, 0.9), run(1, 0.6))))).toEqual([null])
    expect(holds(klKeepsBreadth.findings(studyOf(run(0, 0.6), run(1, 0.9))))).toEqual([false])
  })
})

describe("values of a param that are no numbers", () => {
  const permutations = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
    items.length < 2
      ? [items]
      : items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]))
  const run = (kl: ParamValue, tinygsm: number, pass8: number, klCoefficient: number | null = null) =>
    cell({ kl, algorithm: "ppo" }, {}, { pass1: 0.5, pass8, shares: { tinygsm, omi2: 1 - tinygsm } }, { klCoefficient })

  test("do not make C5's verdict hang on the order of the cells: null is the number in force, text is left out by name", () => {
    const cells = [
      run(0, 0.99, 0.6),
      run(null, 0.8, 0.65, 0.001),
      run("strong", 0.5, 0.1),
      run(0.3, 0.6, 0.7),
      run(1, 0.55, 0.75)
    ]
    const found = permutations(cells).map((order) => klKeepsBreadth.findings(studyOf(...order)))
    expect(found).toHaveLength(120)
    for (const findings of found) expect(findings).toEqual(found[0])
    expect(found[0]).toEqual([
      {
        where: "ppo",
        numbers:
          "kl 0: entropy 0.06, pass@8 60.0 %, pass@1 50.0 %; kl 1: entropy 0.69, pass@8 75.0 %, pass@1 50.0 %; " +
          "left out: kl strong (no coefficient is known)",
        holds: true
      }
    ])
  })

  test("may be an end of C5's comparison where the run recorded the coefficient, and are left out where it did not", () => {
    const [weak, unknown, strong] = [run(null, 0.9, 0.6, 0), run(null, 0.8, 0.65), run(0.3, 0.6, 0.7)]
    for (const order of permutations([weak, strong]))
      expect(klKeepsBreadth.findings(studyOf(...order))).toMatchObject([
        { holds: true, numbers: expect.stringMatching(/^kl null \(the preset's 0\): entropy .*; kl 0\.3: /) }
      ])
    expect(klKeepsBreadth.findings(studyOf(unknown, strong))).toEqual([])
    // One coefficient written in two ways is no comparison.
    expect(klKeepsBreadth.findings(studyOf(run(null, 0.9, 0.6, 0.3), strong))).toEqual([])
  })

  test("do not make the claims about mixtures hang on the order of the cells", () => {
    const mixed = (weight: ParamValue, winner: string, pass1: number) =>
      cell(
        { "sources.omi1": weight },
        { shares: { tinygsm: 0.3, omi1: 0.7 }, accuracies: { tinygsm: 0.5, omi1: 0.2 } },
        { pass1, shares: { [winner]: 0.9 } }
      )
    const cells = [mixed(0, "tinygsm", 0.6), mixed("most", "tinygsm", 0.1), mixed(4, "tinygsm", 0.65), mixed(null, "omi1", 0.9)]
    const orders = permutations(cells).map((order) => studyOf(...order))
    for (const claim of [imbalance, moreIsBetter])
      for (const study of orders) expect(claim.findings(study)).toEqual(claim.findings(orders[0]!))
    expect(moreIsBetter.findings(orders[0]!)).toEqual([
      {
        where: "",
        numbers: "sources.omi1 0: 60.0 %; sources.omi1 4: 65.0 %; left out: sources.omi1 most, sources.omi1 null (not a number)",
        holds: true
      }
    ])
  })

  test("and formats whose share is no number, do not change the order of the others", () => {
    const shares: ReadonlyArray<readonly [string, number]> = [
      ["invalid", 0.9],
      ["omi1", Number.NaN],
      ["omi2", 0.2],
      ["tinygsm", 0.7]
    ]
    for (const order of permutations(shares))
      expect(order.toSorted(largestFirst).map(([name]) => name)).toEqual(["tinygsm", "omi2", "omi1", "invalid"])
  })
})
