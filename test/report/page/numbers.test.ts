/** Numbers as people read them: whatever a computation gave, no text says more than that it is unknown. */

import { describe, expect, test } from "vitest"

import { bytesWords } from "../../../src/cli/printing/text-table.ts"
import type { Claim, Part, Test } from "../../../src/report/claims/Claim.ts"
import { judge, judgePart } from "../../../src/report/claims/verdict.ts"
import { askedWords, bareNumber, inPoints, pWords, seenWords, verdictLine } from "../../../src/report/claims/words.ts"
import { claimFigures } from "../../../src/report/figures/claim-figures.ts"
import { byteWords, decimals, percent, percentWithSpread, plainNumber, spreadWords } from "../../../src/report/page/numbers.ts"
import { claimsSection } from "../../../src/report/sections/claims-section.ts"
import { duration } from "../../../src/text/duration.ts"
import { studyOf } from "../fixtures/made-study.ts"

const NUMBERS = [
  [Number.NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, Number.MAX_VALUE, 5e-324, -5e-324, 1e15, 1e21],
  [-0.0004, 0.0004, 0.9999, 0.99996, 999.6, 999_999, 1e6, 0.07 * 100, 1 / 3, 59.6, 119.7, 3599.7]
].flat()
/** Neither words of the language for a number that is none, nor a 0 below 0, nor digits without end. */
const UNFIT = /NaN|Infinity|∞|undefined|null|[-−](0|0\.0+)(?![\d.])|\d{17}|\d[\d,]{22}/

describe("every way to write a number", () => {
  const UNITS = ["percent", "points", "nats", "seeds"] as const
  const tests = (value: number): ReadonlyArray<Test> => [
    { kind: "above", margin: value },
    { kind: "below", margin: value },
    { kind: "within", margin: Math.abs(value) },
    { kind: "most", chance: value },
    { kind: "count", least: value }
  ]
  test.each(NUMBERS.map((value) => [value]))("of %d says what it is, or a dash", (value) => {
    const estimate = { value, low: value, high: value, seeds: 1 }
    const texts = [
      ...[0, 1, 2, 3].flatMap((digits) => [decimals(value, digits), percent(value, digits)]),
      ...[plainNumber, inPoints].map((words) => words(value)),
      ...[spreadWords, percentWithSpread].map((words) => words(estimate)),
      byteWords(Math.abs(value)),
      ...UNITS.map((unit) => bareNumber(value, unit)),
      ...UNITS.flatMap((unit) => tests(value).map((asked) => askedWords(asked, unit)))
    ]
    for (const text of texts) expect(text).not.toMatch(UNFIT)
  })

  test.each([
    [percent(0.07, 0), "7"],
    [percent(1e308), "1.0e+308 x 100"],
    [percent(-0.0001), "0.0"],
    [inPoints(0.07), "7 points"],
    [inPoints(0.025), "2.5 points"],
    [byteWords(999_999), "1.00 MB"],
    [byteWords(999_400), "999 kB"],
    [byteWords(12), "12 B"],
    [byteWords(2.5e15), "2,500 TB"],
    [plainNumber(999.6), "1,000"],
    [plainNumber(1e308), "1.0e+308"],
    [askedWords({ kind: "within", margin: 0.05 }, "percent"), "within ±5.0 %"],
    [askedWords({ kind: "above", margin: -0.05 }, "points"), "above −5.0 points"],
    [bareNumber(-0.2, "points"), "−20.0"],
    [pWords(1e-9), "p < 0.001"],
    [duration(59.7), "1 min 00 s"],
    [duration(119.7), "2 min 00 s"],
    [duration(3599.7), "1 h 00 min"],
    [duration(9.97), "10 s"],
    [bytesWords(999_999), "1.0 MB"]
  ])("is exact at the ends: %s", (text, expected) => {
    expect(text).toBe(expected)
  })
})

describe("a claim on numbers that are none", () => {
  const of = (value: unknown, error: unknown, unit: Part["unit"], asked: Test, seeds: number): Claim => ({
    id: "X1",
    statement: "It is so.",
    criterion: "c.",
    needs: "n",
    seeds: 3,
    evidence: () => ({
      parts: [
        {
          measure: "m",
          unit,
          test: asked,
          observations: Array.from({ length: seeds }, (_, seed) => ({ seed, value, error, nodes: [] }) as never),
          leftOut: []
        }
      ]
    })
  })
  const record = studyOf().record
  const VALUES = [...NUMBERS, null, undefined, "0.3", 1, 0.5]
  test.each([0, 1, 2, 3, 6])("has no such number in its sentences, table and figure, with %i seeds", (seeds) => {
    for (const value of VALUES)
      for (const error of [0, 0.01, undefined, Number.NaN, 1e308])
        for (const unit of ["percent", "points", "nats"] as const)
          for (const asked of [
            { kind: "above", margin: 0 },
            { kind: "within", margin: 0.05 }
          ] as const) {
            const judged = judge([of(value, error, unit, asked, seeds)], studyOf())
            const [figure] = claimFigures(judged)
            const shown = judged[0]!.parts.map(seenWords)
            // What a seed's number is instead of one stands by its name.
            const said = [judged[0]!.why(), verdictLine(judged[0]!)].map((text) => text.replaceAll(/has "?\S+ for a \w+/g, ""))
            const page = claimsSection(judged, record).text.replaceAll(/seed \d has \S+ for a/g, "")
            for (const text of [...said, ...shown, figure!.title, page.replaceAll(/<[^>]*>/g, "")])
              expect(text).not.toMatch(UNFIT)
            expect(JSON.stringify(figure!.panels.map(({ spec }) => spec))).not.toMatch(/"domain":\[(null|[^\]]*null)/)
          }
  })

  test("and no seed with an error says so, not what a run must have", () => {
    const [judged] = judge([of(0.3, undefined, "points", { kind: "above", margin: 0 }, 3)], studyOf())
    expect(judged!.verdict).toBe("not applicable")
    expect(judged!.why()).toMatch(/part 1 \(m\) has no number: seed 0 has undefined for a standard error; seed 1 .*; seed 2/)
  })

  test("leaves an empty panel the scale of what could be there", () => {
    const domainOf = (part: Partial<Part>) => {
      const judged = { ...judge([of(0, 0, "points", { kind: "above", margin: 0 }, 0)], studyOf())[0]! }
      const whole: Part = {
        measure: "m",
        unit: "seeds",
        test: { kind: "most", chance: 0.5 },
        observations: [],
        leftOut: [],
        ...part
      }
      const beside = judgePart({ ...whole, observations: [{ seed: 0, value: 1, error: 0, nodes: [] }], unit: "nats" })
      const [figure] = claimFigures([{ ...judged, parts: [judgePart(whole), beside] }])
      return JSON.stringify(figure!.panels[0]!.spec).match(/"domain":(\[-?[\d.]+,[\d.]+\])/)![1]
    }
    expect(domainOf({})).toBe("[-0.05,1.05]")
    expect(domainOf({ unit: "percent", test: { kind: "above", margin: 0.9 } })).toBe("[-0.05,1.05]")
    expect(domainOf({ unit: "points", test: { kind: "above", margin: 0 } })).toBe("[-1.1,1.1]")
  })
})
