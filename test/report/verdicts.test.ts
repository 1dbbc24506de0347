/** Verdicts over seeds: what they are, what they need, and by simulation how often they are wrong. */

import { describe, expect, test } from "vitest"

import { draws } from "../../src/random/philox.ts"
import type { Claim, Observation, Part, Test } from "../../src/report/claims/Claim.ts"
import { judge, judgePart } from "../../src/report/claims/verdict.ts"
import { askedWords, seenWords, verdictLine } from "../../src/report/claims/words.ts"
import { studyOf } from "./fixtures/made-study.ts"

const seeds = (values: ReadonlyArray<number>, error = 0): ReadonlyArray<Observation> =>
  values.map((value, seed) => ({ seed, value, error, nodes: [] }))
const part = (test: Test, values: ReadonlyArray<number>, more: Partial<Part> = {}): Part => ({
  measure: "m",
  unit: test.kind === "most" || test.kind === "count" ? "seeds" : "points",
  test,
  observations: seeds(values),
  leftOut: [],
  ...more
})
const claim = (parts: ReadonlyArray<Part>, more: Partial<Claim> = {}): Claim => ({
  id: "X1",
  statement: "It is so.",
  criterion: "c",
  needs: "n",
  seeds: 3,
  evidence: () => ({ parts }),
  ...more
})
const verdictsOf = (...claims: ReadonlyArray<Claim>) => judge(claims, studyOf()).map(({ verdict }) => verdict)

const ones = (n: number) => Array.from({ length: n }, () => 1)
const zeros = (n: number) => Array.from({ length: n }, () => 0)

const above = { kind: "above", margin: 0 } as const
const most = { kind: "most", chance: 0.5 } as const

describe("a claim about a mean", () => {
  test.each([
    ["clearly above", above, [0.1, 0.12, 0.11, 0.1, 0.13], "supported"],
    ["clearly below", above, [-0.1, -0.12, -0.11, -0.1, -0.13], "refuted"],
    ["too varied", above, [0.1, -0.12, 0.11, 0.2, 0.03], "inconclusive"],
    ["equal to the margin", { kind: "above", margin: 0.11 }, [0.1, 0.12, 0.11, 0.1, 0.12], "inconclusive"],
    ["below a margin", { kind: "below", margin: 0.02 }, [-0.1, 0, -0.05, -0.06, -0.04], "supported"],
    ["equivalent", { kind: "within", margin: 0.05 }, [0.01, -0.01, 0, 0.02, -0.01], "supported"],
    ["not equivalent", { kind: "within", margin: 0.05 }, [0.11, 0.12, 0.1, 0.13, 0.1], "refuted"],
    ["no difference is not equivalence", { kind: "within", margin: 0.05 }, [0.2, -0.2, 0.1, -0.1, 0], "inconclusive"]
  ] as const)("%s", (_, asked, values, verdict) => {
    expect(verdictsOf(claim([part(asked, values)]))).toEqual([verdict])
  })

  test("is not certain because three seeds agree: what their problems leave counts too", () => {
    expect(verdictsOf(claim([part(above, [0.05, 0.05, 0.05])]))).toEqual(["inconclusive"])
    expect(verdictsOf(claim([part(above, [1, 1, 1, 1, 1, 1])]))).toEqual(["supported"])
    expect(judge([claim([part(above, [1, 1, 1, 1, 1])])], studyOf())[0]!.why()).toMatch(/^About 6 seeds would settle it/)
    const judged = judge([claim([part(above, [], { observations: seeds([0.05, 0.05, 0.05], 0.05) })])], studyOf())[0]!
    expect(judged.verdict).toBe("inconclusive")
    expect(judged.why()).toMatch(
      /^About \d+ seeds would settle it, if the truth is what was seen; more problems would help too\.$/
    )
  })
})

describe("a claim about a count", () => {
  test.each([
    ["all of eight", [1, 1, 1, 1, 1, 1, 1, 1], "supported"],
    ["seven of eight is not enough by itself", [1, 1, 1, 0, 1, 1, 1, 1], "inconclusive"],
    ["five of five is not: a fair coin does it once in 32", [1, 1, 1, 1, 1], "inconclusive"],
    ["none of eight", [0, 0, 0, 0, 0, 0, 0, 0], "refuted"],
    ["half", [0, 1, 0, 1, 0, 1, 0, 1], "inconclusive"]
  ] as const)("%s", (_, values, verdict) => {
    expect(verdictsOf(claim([part(most, values)]))).toEqual([verdict])
  })
  test("says how many seeds would settle it", () => {
    expect(judge([claim([part(most, [1, 1, 1, 1, 1])])], studyOf())[0]!.why()).toMatch(/^About 6 seeds would settle it/)
    expect(judge([claim([part(most, [1, 0, 1, 0])])], studyOf())[0]!.why()).toMatch(/^Too close to its margin/)
  })
  test("a plain count can hold a claim back, refutes it where few do, and never shows it", () => {
    const enough = part({ kind: "count", least: 7 / 8 }, [1, 1, 1, 1, 1, 1, 1, 0])
    const few = part({ kind: "count", least: 7 / 8 }, [1, 1, 1, 1, 0, 0, 0, 0])
    const shown = part(most, [1, 1, 1, 1, 1, 1, 1, 1])
    expect(verdictsOf(claim([shown, enough]))).toEqual(["supported"])
    expect(verdictsOf(claim([shown, few]))).toEqual(["refuted"])
    const hardly = part({ kind: "count", least: 7 / 8 }, [1, 1, 1, 1, 1, 1, 0, 0])
    expect(verdictsOf(claim([shown, hardly]))).toEqual(["inconclusive"])
  })
})

describe("a claim of several parts", () => {
  const good = [0.1, 0.12, 0.11, 0.1, 0.13]
  test("needs all of them, and falls with one", () => {
    expect(verdictsOf(claim([part(above, good), part(above, good)]))).toEqual(["supported"])
    expect(verdictsOf(claim([part(above, good), part(above, [0.1, -0.1, 0, 0.1, -0.1])]))).toEqual(["inconclusive"])
    expect(
      verdictsOf(
        claim([
          part(above, good),
          part(
            above,
            good.map((x) => -x)
          )
        ])
      )
    ).toEqual(["refuted"])
  })
  test("is not supported where its control shows the same; what is only told changes nothing", () => {
    const control = (values: ReadonlyArray<number>) => part(above, values, { role: "control", measure: "shuffled" })
    expect(verdictsOf(claim([part(above, good), control([0, 0.01, -0.01, 0, 0])]))).toEqual(["supported"])
    const [judged] = judge([claim([part(above, good), control(good)])], studyOf())
    expect([judged!.verdict, judged!.why()]).toEqual(["inconclusive", "Its control shows the same: shuffled."])
    expect(verdictsOf(claim([part(above, good), part(above, [-1, -1, -1, -1, -1.1], { role: "told" })]))).toEqual(["supported"])
  })
})

describe("a part without seeds that tell", () => {
  const seven = { kind: "count", least: 7 / 8 } as const
  const silent = part(most, [], { tied: 10 })
  test.each([
    ["no flip: both ends go one way", [silent, part(seven, ones(10)), part(seven, zeros(10))], "refuted"],
    ["the same at three seeds", [{ ...silent, tied: 3 }, part(seven, ones(3)), part(seven, zeros(3))], "refuted"],
    ["one of ten", [silent, part(seven, [...zeros(9), 1]), part(seven, ones(10))], "refuted"],
    ["six of eight are not that few", [part(most, ones(6)), part(seven, [...ones(6), 0, 0])], "inconclusive"],
    ["a mean below", [part(most, []), part(above, [-0.1, -0.12, -0.11, -0.1, -0.13])], "refuted"],
    ["a mean above shows nothing alone", [part(most, []), part(above, [0.1, 0.12, 0.11, 0.1, 0.13])], "inconclusive"],
    ["two seeds refute no claim that is to have three", [part(most, []), part(above, [-0.1, -0.1001])], "inconclusive"]
  ] as const)("keeps no claim open that another refutes: %s", (_, parts, verdict) => {
    expect(verdictsOf(claim(parts))).toEqual([verdict])
  })
})

describe("what would settle an open claim", () => {
  const why = (parts: ReadonlyArray<Part>, others = 0) =>
    judge(
      [
        claim(parts),
        ...Array.from({ length: others }, (_, i) => claim([part(above, [0.1, -0.1, 0.05, -0.06, 0])], { id: `Y${i}` }))
      ],
      studyOf()
    )[0]!.why()
  const worse = part(above, [-0.04, -0.07, -0.03, -0.06, -0.05], {
    observations: seeds([-0.04, -0.07, -0.03, -0.06, -0.05], 0.058)
  })
  const clear = part(above, [0.3, 0.32, 0.31, 0.35, 0.33])
  test.each<[string, string, number]>([
    ["a part that speaks against it, among three", why([clear, worse, clear]), 5],
    ["the same on a scoreboard of fourteen", why([clear, worse, clear], 13), 5],
    ["all of eight, on a scoreboard of fifteen", why([part(most, ones(8))], 14), 8],
    ["six of six, on a scoreboard of fifteen", why([part(most, ones(6))], 14), 6],
    ["three that agree", why([part(above, [0.1, 0.1, 0.1])]), 3],
    ["a mean that all but passes", why([part(above, [0.05, 0.12, 0.02, 0.09, 0.06])], 12), 5],
    [
      "seeds that say nothing must be run too",
      why([part(most, ones(5), { leftOut: ["seed 5 cannot tell", "seed 6 cannot tell"] })]),
      7
    ]
  ])("is more seeds than were run: %s", (_, said, run) => {
    const [, seeds] = /^About (\d+) seeds would settle it/.exec(said)!
    expect(Number(seeds)).toBeGreaterThan(run)
  })
  test.each([
    ["exactly at its margin", [part({ kind: "within", margin: 0.05 }, [0.05, 0.05, 0.05, 0.05])]],
    ["half of the seeds", [part(most, [1, 0, 1, 0])]],
    ["zero against a margin of zero", [part(above, zeros(8))]]
  ])("is nothing that anybody runs: %s", (_, parts) => {
    expect(why(parts)).toBe("Too close to its margin to be settled by a thousand seeds.")
  })
})

describe("seeds that stand in few places", () => {
  test.each([
    ["nine of ten alike", [...Array.from({ length: 9 }, () => 0.01), -0.01], "inconclusive"],
    ["alike but for a millionth", [...Array.from({ length: 9 }, (_, i) => 0.01 + i * 1e-7), -0.01], "inconclusive"],
    ["two alike of three", [0.1, 0.1, 0.101], "inconclusive"],
    ["spread as seeds are", [0.1, 0.12, 0.101], "supported"],
    ["ten alike", Array.from({ length: 10 }, () => 0.01), "supported"]
  ])("count as tosses: %s", (_, values, verdict) => {
    // Among thirteen claims, as on the scoreboard of the paper, but for three seeds.
    const others = values.length < 10 ? [] : Array.from({ length: 12 }, (_, i) => claim([part(above, [])], { id: `Y${i}` }))
    const open = others.map((each) => ({ ...each, evidence: () => ({ parts: [part(above, [0.1, -0.12, 0.11, 0.2, 0.03])] }) }))
    expect(verdictsOf(claim([part(above, values)]), ...open)[0]).toBe(verdict)
  })
})

describe("a claim that cannot be judged", () => {
  test("says what it needs, which seeds it lacks, why it does not apply, what broke", () => {
    const why = (made: Claim) => judge([made], studyOf()).map(({ verdict, why }) => [verdict, why()])[0]
    expect(why(claim([]))).toEqual(["inconclusive", "Needs n."])
    expect(why(claim([part(above, [0.1, 0.1]), part(above, [])]))).toEqual(["inconclusive", "Needs n."])
    expect(why(claim([part(above, [0.1, 0.1])]))![1]).toBe("It is to be judged with at least 3 seeds; 2 tell something here.")
    expect(why(claim([part(above, [0.1])]))![1]).toContain("one tells something here")
    expect(why(claim([], { evidence: () => ({ notApplicable: "Because." }) }))).toEqual(["not applicable", "Because."])
    const broken = claim([], {
      evidence: () => {
        throw new Error("no such thing")
      }
    })
    expect(why(broken)![0]).toBe("not applicable")
    expect(why(broken)![1]).toMatch(/^Claim X1 cannot be judged: its own code failed, no such thing \(test\/report\/verdicts/)
  })
})

describe("a scoreboard", () => {
  const barely = [0.05, 0.12, 0.02, 0.09, 0.06]
  test("asks more of each claim the more of them there are (Holm)", () => {
    expect(verdictsOf(claim([part(above, barely)]))).toEqual(["supported"])
    const others = Array.from({ length: 12 }, (_, i) => claim([part(above, [0.1, -0.12, 0.11, 0.2, 0.03])], { id: `X${i + 2}` }))
    expect(verdictsOf(claim([part(above, barely)]), ...others)[0]).toBe("inconclusive")
  })
  test("judges each claim by the data of its own study", () => {
    const asked: Array<string | undefined> = []
    judge([claim([], { study: "a" }), claim([], { id: "X2" })], (each) => (asked.push(each.study), studyOf()))
    expect(asked).toEqual(["a", undefined])
  })
})

/** Standard normal draws (Box and Muller). */
const normals = (name: string) => {
  const random = draws(11, name)
  return () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
}

describe("by simulation", () => {
  const DRAWS = 1000
  test.each([3, 5, 8])("on %i seeds without an effect 'supported' comes in at most one of twenty draws", (n) => {
    const normal = normals(`null-${n}`)
    const coin = draws(5, `coin-${n}`)
    let [mean, count, equal] = [0, 0, 0]
    for (let draw = 0; draw < DRAWS; draw++) {
      const values = Array.from({ length: n }, normal)
      if (verdictsOf(claim([part(above, values)]))[0] === "supported") mean++
      const tossed = Array.from({ length: n }, () => (coin.uniform() < 0.5 ? 0 : 1))
      if (verdictsOf(claim([part(most, tossed)]))[0] === "supported") count++
      // The true difference is the margin itself: the worst case of equivalence.
      const apart = values.map((value) => 0.05 + 0.02 * value)
      if (verdictsOf(claim([part({ kind: "within", margin: 0.05 }, apart)]))[0] === "supported") equal++
    }
    expect(Math.max(mean, count, equal) / DRAWS).toBeLessThanOrEqual(0.05)
    expect(mean).toBeGreaterThan(0)
  })

  test.each([
    ["the margin itself, shown to be too little", 7 / 8, 8],
    ["at three seeds", 7 / 8, 3],
    ["half, of ten", 0.5, 10]
  ])("a count at %s is refuted in at most one of twenty draws", (_, least, n) => {
    const random = draws(17, `count-${n}-${least}`)
    let wrong = 0
    for (let draw = 0; draw < DRAWS; draw++) {
      const values = Array.from({ length: n }, () => (random.uniform() < least ? 1 : 0))
      const beside = part(
        above,
        Array.from({ length: n }, (_, i) => 0.1 + 0.01 * i)
      )
      if (verdictsOf(claim([beside, part({ kind: "count", least }, values)]))[0] === "refuted") wrong++
    }
    expect(wrong / DRAWS).toBeLessThanOrEqual(0.05)
  })

  test("so many seeds as are said to refute a count do so in four of five", () => {
    const random = draws(23, "needed-few")
    const seven = { kind: "count", least: 7 / 8 } as const
    const needed = judgePart(part(seven, [1, 0, 1, 0])).needed(0.025 / 2)!
    let settled = 0
    for (let draw = 0; draw < DRAWS; draw++) {
      const values = Array.from({ length: needed }, () => (random.uniform() < 0.5 ? 1 : 0))
      const beside = part(
        above,
        Array.from({ length: needed }, (_, i) => 0.1 + 0.01 * i)
      )
      if (verdictsOf(claim([beside, part(seven, values)]))[0] === "refuted") settled++
    }
    expect(settled / DRAWS).toBeGreaterThan(0.77)
    expect(settled / DRAWS).toBeLessThan(0.95)
  })

  test("thirteen claims on ten tosses of a small amount: one of twenty scoreboards at most shows anything", () => {
    const random = draws(29, "tosses")
    let wrong = 0
    for (let draw = 0; draw < DRAWS; draw++) {
      const tossed = () => Array.from({ length: 10 }, () => (random.uniform() < 0.5 ? 0.01 : -0.01))
      const claims = Array.from({ length: 13 }, (_, i) => claim([part(above, tossed())], { id: `X${i}` }))
      if (verdictsOf(...claims).some((verdict) => verdict !== "inconclusive")) wrong++
    }
    expect(wrong / DRAWS).toBeLessThanOrEqual(0.05)
  })

  test("of a scoreboard of four claims without an effect, one of twenty at most has any verdict but inconclusive", () => {
    const normal = normals("family")
    let wrong = 0
    for (let draw = 0; draw < DRAWS; draw++) {
      const claims = Array.from({ length: 4 }, (_, i) => claim([part(above, Array.from({ length: 5 }, normal))], { id: `X${i}` }))
      if (verdictsOf(...claims).some((verdict) => verdict !== "inconclusive")) wrong++
    }
    expect(wrong / DRAWS).toBeLessThanOrEqual(0.065)
  })

  test.each([
    ["a mean", { mean: 0.1, deviation: 0.1 }, above],
    ["an equivalence", { mean: 0.01, deviation: 0.05 }, { kind: "within", margin: 0.06 }]
  ] as const)("the seeds that %s is said to need settle it in four of five studies", (_, { mean, deviation }, asked) => {
    const normal = normals(asked.kind)
    // Values with exactly this mean and this deviation.
    const exact = [-1, 1, -1, 1, 0].map((z) => mean + z * deviation)
    const needed = judgePart(part(asked, exact)).needed(0.025)!
    let settled = 0
    for (let draw = 0; draw < DRAWS; draw++) {
      const values = Array.from({ length: needed }, () => mean + deviation * normal())
      if (verdictsOf(claim([part(asked, values)]))[0] === "supported") settled++
    }
    expect(settled / DRAWS).toBeGreaterThan(0.76)
    expect(settled / DRAWS).toBeLessThan(0.93)
  })

  test("so do those that a count is said to need", () => {
    const random = draws(3, "needed-count")
    const needed = judgePart(part(most, [1, 1, 1, 1, 0])).needed(0.025)!
    let settled = 0
    for (let draw = 0; draw < DRAWS; draw++)
      if (
        verdictsOf(
          claim([
            part(
              most,
              Array.from({ length: needed }, () => (random.uniform() < 0.8 ? 1 : 0))
            )
          ])
        )[0] === "supported"
      )
        settled++
    expect(settled / DRAWS).toBeGreaterThan(0.77)
    expect(settled / DRAWS).toBeLessThan(0.93)
  })
})

describe("in words", () => {
  test("what is asked and what was seen", () => {
    expect(askedWords({ kind: "above", margin: 0.9 }, "points")).toBe("above +90.0 points")
    expect(askedWords({ kind: "above", margin: 0.9 }, "percent")).toBe("above 90.0 %")
    expect(askedWords({ kind: "within", margin: 0.05 }, "points")).toBe("within ±5.0 points")
    expect(askedWords({ kind: "count", least: 7 / 8 }, "seeds")).toBe("in at least 88 % of seeds")
    expect(seenWords(judgePart(part(most, [1, 1, 0])))).toBe("2 of 3 seeds [9, 99] %")
    expect(seenWords(judgePart(part(above, [])))).toBe("no seed tells")
    expect(seenWords(judgePart(part(above, [0.1])))).toBe("+10.0 points over 1 seed")
    expect(seenWords(judgePart({ ...part(above, [-0.1, -0.3]), unit: "nats" }))).toMatch(
      /^−0\.200 nats \[−1\.471, \+1\.071\] over 2 seeds$/
    )
    const [judged] = judge([claim([part(above, [0.1, 0.12, 0.11])])], studyOf())
    expect(verdictLine(judged!)).toBe("X1 supported: It is so. (m: +11.0 points [+8.5, +13.5] over 3 seeds)")
  })
})
