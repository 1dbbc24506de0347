/** Figures of claims: nothing that decides is left out, axes say what their numbers are, and no two series look alike. */

import { expect, test } from "vitest"

import type { Claim, Part } from "../../../src/report/claims/Claim.ts"
import { judge } from "../../../src/report/claims/verdict.ts"
import type { Figure } from "../../../src/report/draw/Figure.ts"
import { seriesStyle } from "../../../src/report/draw/palette.ts"
import { standAlone } from "../../../src/report/draw/stand-alone.ts"
import { claimFigures } from "../../../src/report/figures/claim-figures.ts"
import { studyOf } from "../fixtures/made-study.ts"

const part = (measure: string, values: ReadonlyArray<number>, more: Partial<Part> = {}): Part => ({
  measure,
  unit: "points",
  test: { kind: "above", margin: 0 },
  observations: values.map((value, seed) => ({ seed, value, error: 0, nodes: [] })),
  leftOut: [],
  ...more
})
const figureOf = (...parts: ReadonlyArray<Part>): Figure => {
  const claim: Claim = { id: "A1", statement: "s", criterion: "c", needs: "n", seeds: 2, evidence: () => ({ parts }) }
  return claimFigures(judge([claim], studyOf()))[0]!
}
const labels = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)

test("a part that no seed says anything to has its place, and says so", async () => {
  const figure = figureOf(
    part("seeds in which it flips", [], { unit: "seeds", test: { kind: "most", chance: 0.5 } }),
    part("a", [0.1, 0.2])
  )
  expect(figure.panels.map(({ title }) => title)[0]).toBe("seeds in which it flips: no seed says anything to it")
  expect(labels(await standAlone(figure)).join(" ")).toContain("no seed says anything to it")
})

test("a claim that no seed says anything to has no figure, and why", () => {
  const { panels, missing } = figureOf(part("a", []))
  expect(panels).toEqual([])
  expect(missing).toBe("Needs n.")
})

test("percentage points are not written as percent", async () => {
  const found = labels(await standAlone(figureOf(part("a", [-0.1, 0.3, 0.1]))))
  expect(found).toContain("percentage points")
  expect(found.filter((text) => text.endsWith("%"))).toEqual([])
  expect(found).toEqual(expect.arrayContaining(["+20", "0"]))
})

test("36 series have 36 styles", () => {
  const styles = Array.from({ length: 36 }, (_, i) => JSON.stringify(seriesStyle(`series ${i}`, i)))
  expect(new Set(styles).size).toBe(36)
})

test("a panel that begins a row stands at the left, whatever the row above lacks", async () => {
  const { panels } = figureOf(part("a", [0.1, 0.2]), part("b", [0.1, 0.2]), part("c", [0.1, 0.2]), part("d", [0.1, 0.2]))
  const figure: Figure = {
    ...figureOf(part("a", [0.1, 0.2])),
    columns: 3,
    panels: panels.map((panel, i) => ({ ...panel, first: i % 2 === 0 }))
  }
  const lefts = [...(await standAlone(figure)).matchAll(/<svg x="([\d.]+)"/g)].map(([, x]) => x)
  expect(lefts).toHaveLength(4)
  expect([lefts[2], lefts[3]]).toEqual([lefts[0], lefts[1]])
})
