/** What a claim's own code may return: each thing that is wrong with it is said, and the other claims are judged. */

import { describe, expect, test } from "vitest"

import type { Claim, Evidence, Observation, Part } from "../../src/report/claims/Claim.ts"
import { judge } from "../../src/report/claims/verdict.ts"
import { studyOf } from "./fixtures/made-study.ts"

const seeds = (values: ReadonlyArray<number>): ReadonlyArray<Observation> =>
  values.map((value, seed) => ({ seed, value, error: 0, nodes: [] }))
const good: Part = {
  measure: "m",
  unit: "points",
  test: { kind: "above", margin: 0 },
  observations: seeds([0.1, 0.12, 0.11, 0.1, 0.13]),
  leftOut: []
}
const claim = (evidence: unknown, more: Partial<Claim> = {}): Claim => ({
  id: "X1",
  statement: "It is so.",
  criterion: "c",
  needs: "n",
  seeds: 3,
  file: "/studies/mine.ts",
  evidence: evidence as () => Evidence,
  ...more
})
const fine = claim(() => ({ parts: [good] }), { id: "X2" })
const judged = (evidence: unknown) => {
  const [one, other] = judge([claim(evidence), fine], studyOf())
  // What is wrong with one claim is nothing to another.
  expect(other!.verdict).toBe("supported")
  return one!
}
const partWith = (changes: object) => () => ({ parts: [{ ...good, ...changes }] })
const most = { unit: "seeds", test: { kind: "most", chance: 0.5 } }
const ones = Array.from({ length: 8 }, () => 1)

describe("evidence that cannot be judged", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "a member misspelt",
      partWith({ rols: "told" }),
      /part 1 \(m\) has a member "rols", which says nothing\. Did you mean "role"/
    ],
    ["nothing", () => undefined, /returns undefined, not \{ parts \}/],
    ["null", () => null, /returns null/],
    ["a number", () => 3, /returns number/],
    ["no parts", () => ({}), /no `parts`/],
    ["parts that are no list", () => ({ parts: good }), /no `parts`/],
    ["a part that is none", () => ({ parts: [null] }), /part 1 is no part/],
    ["a part with a measure alone", () => ({ parts: [{ measure: "m" }] }), /part 1 \(m\) has the unit undefined/],
    ["a part without a measure", partWith({ measure: " " }), /part 1 has no `measure`/],
    ["an unknown unit", partWith({ unit: "apples" }), /the unit "apples"/],
    ["an unknown role", partWith({ role: "controll" }), /the role "controll"/],
    ["no test", partWith({ test: undefined }), /has no `test`/],
    ["an unknown test", partWith({ test: { kind: "equals", margin: 0 } }), /of kind "equals"; kinds are above/],
    ["a margin that is no number", partWith({ test: { kind: "above", margin: Number.NaN } }), /the margin NaN/],
    ["a margin that is missing", partWith({ test: { kind: "below" } }), /the margin undefined/],
    ["an infinite margin", partWith({ test: { kind: "below", margin: Infinity } }), /the margin Infinity/],
    ["an equivalence within less than nothing", partWith({ test: { kind: "within", margin: -0.1 } }), /one above 0/],
    ["a certain chance", partWith({ ...most, test: { kind: "most", chance: 1 } }), /the chance 1/],
    ["a least share above all", partWith({ ...most, test: { kind: "count", least: 1.1 } }), /the least 1\.1/],
    ["plain counts alone", partWith({ ...most, test: { kind: "count", least: 0.5 }, observations: seeds(ones) }), /plain counts/],
    ["observations that are no list", partWith({ observations: {} }), /no `observations`/],
    ["an observation without a seed", partWith({ observations: [{ value: 1, error: 0, nodes: [] }] }), /without a seed/],
    ["an observation without nodes", partWith({ observations: [{ seed: 0, value: 1, error: 0 }] }), /no `nodes` for seed 0/],
    [
      "one seed thrice",
      partWith({ observations: seeds([1, 2, 3]).map((each) => ({ ...each, seed: 7 })) }),
      /seed 7 more than once/
    ],
    ["rows of no table", partWith({ rows: [{ table: "secrets", where: "true" }] }), /`rows`/],
    ["seeds left out that are no texts", partWith({ leftOut: [3] }), /`leftOut`/],
    ["a promise", async () => ({ parts: [good] }), /must be a plain function, not an async one/],
    ["a promise that fails", async () => Promise.reject(new Error("later")), /not an async one/],
    ["no reason why it does not apply", () => ({ notApplicable: "" }), /and not why/],
    [
      "a text that is thrown",
      () => {
        throw "boom"
      },
      /its own code failed, boom\.$/
    ]
  ])("%s", (_, evidence, problem) => {
    const { verdict, why, parts } = judged(evidence)
    expect([verdict, parts]).toEqual(["not applicable", []])
    expect(why()).toMatch(/^Claim X1 of \/studies\/mine\.ts cannot be judged: /)
    expect(why()).toMatch(problem)
  })
})

describe("a number that is none", () => {
  test.each<[string, object, string]>([
    ["NaN", { value: Number.NaN }, "seed 0 has NaN for a value"],
    ["Infinity", { value: Infinity }, "seed 0 has Infinity for a value"],
    ["a text", { value: "1" }, 'seed 0 has "1" for a value'],
    ["an error that is NaN", { error: Number.NaN }, "seed 0 has NaN for a standard error"],
    ["an error below 0", { error: -1 }, "seed 0 has -1 for a standard error"]
  ])("leaves its seed out by name: %s", (_, wrong, said) => {
    const observations = good.observations.map((each, i) => (i === 0 ? { ...each, ...wrong } : each))
    const { verdict, parts } = judged(partWith({ observations }))
    expect([verdict, parts[0]!.n, parts[0]!.part.leftOut]).toEqual(["supported", 4, [said]])
  })
  test("is neither for nor against a count", () => {
    const { verdict, parts } = judged(partWith({ ...most, observations: seeds([Number.NaN, 0.5, ...ones]) }))
    expect([verdict, parts[0]!.part.leftOut]).toEqual([
      "supported",
      ["seed 0 has NaN for a value", "seed 1 has 0.5, neither 0 nor 1"]
    ])
    const all = judged(partWith({ ...most, observations: seeds(ones.map(() => Number.NaN)) }))
    expect([all.verdict, all.why()]).toEqual(["inconclusive", "Needs n."])
  })
})

describe("a control that says nothing", () => {
  const control = (values: ReadonlyArray<number>, leftOut: ReadonlyArray<string> = []) => ({
    ...good,
    measure: "shuffled",
    role: "control",
    observations: seeds(values),
    leftOut
  })
  test.each([
    ["was not run", control([]), "Its control was not run: shuffled."],
    ["tells in no seed", control([], ["seed 0 cannot tell"]), "No seed tells anything of its control: shuffled."],
    ["tells in one", control([0]), "Its control is to have at least 3 seeds; one tells something: shuffled."]
  ])("holds a claim back: it %s", (_, part, why) => {
    const found = judged(() => ({ parts: [good, part] }))
    expect([found.verdict, found.why()]).toEqual(["inconclusive", why])
  })
  test("does not save one that its own parts refute", () => {
    const against = { ...good, observations: good.observations.map((each) => ({ ...each, value: -each.value })) }
    expect(judged(() => ({ parts: [against, control([])] })).verdict).toBe("refuted")
  })
})
