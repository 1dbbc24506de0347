/** Verdicts over seeds: what they are, what they need, and by simulation how often they are wrong. */

import { describe, expect, test } from "vitest"

import { draws } from "../../src/random/philox.ts"
import { type Claim, FALLS, type Observation, type Part, RISES, type Test, WORTH } from "../../src/report/claims/Claim.ts"
import { beyond, size } from "../../src/report/claims/controls.ts"
import type { SeedNumbers as Numbers } from "../../src/report/claims/trials.ts"
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
    ["a rise that is too small to be one", RISES, [0.002, -0.003, 0.004, 0, 0.001], "refuted"],
    ["a fall that is too small to be one", FALLS, [0.002, -0.003, 0.004, 0, 0.001], "refuted"],
    ["small, and there without doubt", RISES, [0.01, 0.012, 0.009, 0.011, 0.01], "supported"],
    ["a rise that may be there", RISES, [0.01, -0.03, 0.05, 0.02, -0.01], "inconclusive"],
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
  test("is not changed by what is only told", () => {
    expect(verdictsOf(claim([part(above, good), part(above, [-1, -1, -1, -1, -1.1], { role: "told" })]))).toEqual(["supported"])
  })
})

describe("a control", () => {
  const good = [0.3, 0.33, 0.315, 0.3, 0.308]
  const less = (own: Part, values: ReadonlyArray<number>, error = 0) => [
    own,
    ...beyond(own, { where: "shuffled", observations: seeds(values, error), leftOut: [] })
  ]
  const judged = (parts: ReadonlyArray<Part>) => {
    const [one] = judge([claim(parts)], studyOf())
    return [one!.verdict, one!.why()]
  }
  const below = { kind: "below", margin: 0 } as const
  test.each<[string, Test, ReadonlyArray<number>, ReadonlyArray<number>, string]>([
    ["does nothing", above, good, [0, 0.01, -0.01, 0, 0], "supported"],
    ["does the same", above, good, good, "inconclusive"],
    ["does a small part of it, in every seed", above, good, [0.01, 0.0101, 0.0102, 0.01015, 0.00999], "supported"],
    ["does more, and less steadily", above, good, [0.9, 0.1, 0.7, -0.1, 0.8], "inconclusive"],
    ["is too noisy to tell", above, good, [0.9, -0.6, 0.5, -0.7, 0.3], "inconclusive"],
    ["goes the other way", above, good, good.map((x) => -x), "supported"],
    ["does nothing where something is to fall", below, good.map((x) => -x), [0, 0.01, -0.01, 0, 0], "supported"],
    ["falls as far", below, good.map((x) => -x), [-0.4, -0.3, -0.35, -0.28, -0.31], "inconclusive"],
    ["happens in no seed", most, ones(8), zeros(8), "supported"],
    ["happens in every seed", most, ones(8), ones(8), "inconclusive"],
    ["happens in half of them", most, ones(8), [1, 1, 1, 1, 0, 0, 0, 0], "inconclusive"],
    ["happens in two of ten", most, ones(10), [1, 1, ...zeros(8)], "supported"]
  ])("which %s", (_, test, own, others, expected) => {
    expect(judged(less(part(test, own), others))[0]).toBe(expected)
  })
  test("that was not run, or with too few seeds, or in other seeds, holds a claim back", () => {
    expect(judged(less(part(above, good), []))[1]).toBe("Its control was not run: m: less that shuffled.")
    expect(judged(less(part(above, good), [0, 0.01]))[1]).toBe(
      "Its control is to have at least 3 seeds; 2 tell something: m: less that shuffled."
    )
    const own = part(above, good)
    const elsewhere = beyond(own, { where: "shuffled", observations: seeds(zeros(9)).slice(5), leftOut: [] })
    expect(judged([own, ...elsewhere])[1]).toBe("No seed tells anything of its control: m: less that shuffled.")
  })
  test("refutes nothing, and keeps nothing from being refuted", () => {
    expect(judged(less(part(above, good), [0.9, 0.91, 0.93, 0.9, 0.95]))[0]).toBe("inconclusive")
    const down = part(
      above,
      good.map((x) => -x)
    )
    for (const control of [[], good]) expect(judged(less(down, control))[0]).toBe("refuted")
  })
  test("which must show something is a part like others: noise does not pass for it", () => {
    const must = (values: ReadonlyArray<number>) => part({ kind: "above", margin: 0.03 }, values, { role: "control" })
    const still = part({ kind: "below", margin: 0.03 }, [0.001, 0.002, -0.001, 0, 0.001])
    expect(judged([still, must([0.3, 0.33, 0.28, 0.31, 0.3])])[0]).toBe("supported")
    expect(judged([still, must([-0.2, 0.15, 0.05, -0.05, 0.02])])[0]).toBe("inconclusive")
    expect(judged([still, must([0.5, 0.4])])[1]).toContain("at least 3 seeds")
    expect(judged([still, must([0.01, 0.012, 0.009, 0.01, 0.011])])[1]).toBe("Its control does not bear it out: m.")
  })
})

describe("near-ties of numbers whose own error nobody knows", () => {
  test.each<[string, ReadonlyArray<number>, string]>([
    ["a ten-millionth apart", [0.1, 0.1000001, 0.1000002], "inconclusive"],
    ["a thousandth of their distance apart", [0.1, 0.1001, 0.1002], "inconclusive"],
    ["the same, small", [0.001, 0.001000001, 0.001000003], "inconclusive"],
    ["the same in six seeds", [0.1, 0.1000001, 0.1000002, 0.1000003, 0.1000004, 0.1000006], "supported"],
    ["apart as seeds are", [0.1, 0.12, 0.105], "supported"]
  ])("%s count as tosses", (_, values, expected) => {
    expect(verdictsOf(claim([part(above, values)]))).toEqual([expected])
  })
  test("have the error of the others, where that is known", () => {
    const mixed = [0.1, 0.1000001, 0.1000002].map((value, seed) => ({ seed, value, error: seed === 0 ? 0.08 : 0, nodes: [] }))
    expect(verdictsOf(claim([part(above, [], { observations: mixed })]))).toEqual(["inconclusive"])
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
    let [mean, count, equal, gone] = [0, 0, 0, 0]
    for (let draw = 0; draw < DRAWS; draw++) {
      const values = Array.from({ length: n }, normal)
      if (verdictsOf(claim([part(above, values)]))[0] === "supported") mean++
      const tossed = Array.from({ length: n }, () => (coin.uniform() < 0.5 ? 0 : 1))
      if (verdictsOf(claim([part(most, tossed)]))[0] === "supported") count++
      // The true difference is the margin itself: the worst case of equivalence.
      const apart = values.map((value) => 0.05 + 0.02 * value)
      if (verdictsOf(claim([part({ kind: "within", margin: 0.05 }, apart)]))[0] === "supported") equal++
      // The true rise is just worth the name: that there is none must not be said.
      const small = values.map((value) => WORTH + 0.02 * value)
      if (verdictsOf(claim([part(RISES, small)]))[0] === "refuted") gone++
    }
    expect(Math.max(mean, count, equal, gone) / DRAWS).toBeLessThanOrEqual(0.05)
    expect(gone).toBeGreaterThan(0)
    expect(mean).toBeGreaterThan(0)
  })

  test.each([3, 5, 8])("on %i seeds 'supported' comes in one of twenty draws where a control does the same", (n) => {
    const normal = normals(`control-${n}`)
    const coin = draws(7, `control-coin-${n}`)
    const many = (of: () => number) => Array.from({ length: n }, of)
    const share = (of: () => ReadonlyArray<Part>) => {
      let wrong = 0
      for (let draw = 0; draw < DRAWS / 2; draw++) if (verdictsOf(claim(of()))[0] === "supported") wrong++
      return wrong / (DRAWS / 2)
    }
    const less = (own: Part, values: ReadonlyArray<number>, of = (given: Numbers) => given) => [
      own,
      ...beyond(own, { where: "control", ...of({ observations: seeds(values), leftOut: [] }) })
    ]
    for (const effect of [0.5, 1.5, 3]) {
      const drawn = () => effect + normal()
      expect(share(() => less(part(above, many(drawn)), many(drawn)))).toBeLessThanOrEqual(0.05)
      const noisier = () => effect + 6 * normal()
      expect(share(() => less(part(above, many(drawn)), many(noisier)))).toBeLessThanOrEqual(0.05)
      const fallen = () => -effect + normal()
      expect(share(() => less(part({ kind: "below", margin: 0 }, many(fallen)), many(fallen)))).toBeLessThanOrEqual(0.05)
      // Twins that differ by as much, whichever way.
      const eitherWay = () => (coin.uniform() < 0.5 ? 1 : -1) * (effect + normal())
      expect(share(() => less(part(above, many(drawn)), many(eitherWay), size))).toBeLessThanOrEqual(0.05)
    }
    for (const often of [0.6, 0.8, 0.95]) {
      const tossed = () => (coin.uniform() < often ? 1 : 0)
      expect(share(() => less(part(most, many(tossed)), many(tossed)))).toBeLessThanOrEqual(0.05)
    }
    // Where something must rise and does not.
    const still = () => [
      part(
        { kind: "below", margin: 0.03 },
        many(() => 0.003 * normal())
      ),
      part(
        { kind: "above", margin: 0.03 },
        many(() => 0.03 + 0.06 * normal()),
        { role: "control" }
      )
    ]
    expect(share(still)).toBeLessThanOrEqual(0.05)
  })

  test("the seeds that a claim with its control is said to need settle it in four of five studies", () => {
    const normal = normals("control-power")
    const exact = (mean: number, signs: ReadonlyArray<number>) => signs.map((z) => mean + 0.1 * z)
    const own = part(above, exact(0.12, [-1, 1, -1, 1, 0]))
    const control = exact(0.04, [1, -1, -1, 1, 0])
    const parts = (a: Part, values: ReadonlyArray<number>) => [
      a,
      ...beyond(a, { where: "control", observations: seeds(values), leftOut: [] })
    ]
    const [, said] = /^About (\d+) seeds/.exec(judge([claim(parts(own, control))], studyOf())[0]!.why())!
    const many = (mean: number) => Array.from({ length: Number(said) }, () => mean + 0.1 * normal())
    let settled = 0
    for (let draw = 0; draw < DRAWS / 2; draw++)
      if (verdictsOf(claim(parts(part(above, many(0.12)), many(0.04))))[0] === "supported") settled++
    expect(settled / (DRAWS / 2)).toBeGreaterThan(0.76)
    expect(settled / (DRAWS / 2)).toBeLessThan(0.97)
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
    expect(askedWords(RISES, "points")).toBe("above 0; refuted where +2.0 points are excluded")
    expect(askedWords(FALLS, "points")).toBe("below 0; refuted where −2.0 points are excluded")
    expect(askedWords({ kind: "within", margin: 0.05 }, "points")).toBe("within ±5.0 points")
    expect(askedWords({ kind: "count", least: 7 / 8 }, "seeds")).toBe("in at least 87.5 % of seeds")
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
