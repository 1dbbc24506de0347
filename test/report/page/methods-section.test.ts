/** The table of methods of attribution, of numbers that were made up. */

import { describe, expect, it } from "vitest"

import type { JudgedMethod } from "../../../src/report/judged-methods.ts"
import { methodsSection } from "../../../src/report/sections/methods-section.ts"

const about = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 })
const unknown = { exact: null, paraphrased: null, flaws: null, gain: null, cpuSeconds: null }
const methods: ReadonlyArray<JudgedMethod> = [
  { ...unknown, method: "ceiling", lds: [{ partition: "steps", score: about(0.8), permuted: null, random: null }] },
  { ...unknown, method: "same-source", lds: [{ partition: "steps", score: about(0.4), permuted: about(0), random: null }] },
  {
    method: "tracin",
    lds: [
      { partition: "steps", score: about(0.6), permuted: about(0.02), random: about(0.1) },
      { partition: "topics", score: about(0.3), permuted: about(0), random: null }
    ],
    exact: about(0.9),
    paraphrased: about(0.5),
    flaws: about(0.7),
    gain: about(0.2),
    cpuSeconds: 1.234
  }
]
/** The rows of the table, their cells as text. */
const rowsOf = (html: string): ReadonlyArray<ReadonlyArray<string>> =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, text]) => text!.trim())
  )

describe("the table of methods", () => {
  const [head, ...rows] = rowsOf(methodsSection(methods).text)

  it("has the columns of each partition, and a row a method as long as its head", () => {
    expect(head!.filter((title) => title.startsWith("LDS"))).toEqual(["LDS, steps", "LDS, topics"])
    expect(rows.map((row) => [row[0], row.length])).toEqual([
      ["ceiling", head!.length],
      ["same-source", head!.length],
      ["tracin", head!.length]
    ])
  })

  it("gives a score with its interval, its part of the ceiling and its controls, and a dash for what was not measured", () => {
    expect(rows[2]!.slice(1, 5)).toEqual(["0.60 (0.50, 0.70)", "0.75", "0.02 (-0.08, 0.12)", "0.10 (0.00, 0.20)"])
    expect(rows[2]!.slice(5, 9)).toEqual(["0.30 (0.20, 0.40)", "–", "0.00 (-0.10, 0.10)", "–"])
    expect(rows[0]!.slice(1, 5)).toEqual(["0.80 (0.70, 0.90)", "–", "–", "–"])
    expect(rows[1]!.slice(5)).toEqual(Array.from({ length: 9 }, () => "–"))
    expect(rows[2]!.slice(9)).toEqual([
      "0.90 (0.80, 1.00)",
      "0.50 (0.40, 0.60)",
      "0.70 (0.60, 0.80)",
      "0.20 (0.10, 0.30)",
      "1.23"
    ])
  })

  it("is not there where no method was judged", () => {
    expect(methodsSection([]).text).toBe("")
  })
})
