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
  test("a plain count can hold a claim back and never show it", () => {
    const enough = part({ kind: "count", least: 7 / 8 }, [1, 1, 1, 1, 1, 1, 1, 0])
    const few = part({ kind: "count", least: 7 / 8 }, [1, 1, 1, 1, 0, 0, 0, 0])
    const shown = part(most, [1, 1, 1, 1, 1, 1, 1, 1])
    expect(verdictsOf(claim([shown, enough]))).toEqual(["supported"])
    expect(verdictsOf(claim([shown, few]))).toEqual(["inconclusive"])
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
    expect(why(broken)![1]).toContain("The claim's own code failed: no such thing")
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
