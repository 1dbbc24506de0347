/** What RL keeps, loses and finds: crossings of pass@k with their controls, seed by seed. */

import { describe, expect, test } from "vitest"

import type { CrossingRow } from "../../../src/report/data/study-data.ts"
import { coverageSection } from "../../../src/report/sections/coverage-section.ts"
import { cell, type MadeTrial, studyOf } from "../fixtures/made-study.ts"

const crossing = (k: number | null, low: number | null = k, high: number | null = k): CrossingRow => ({
  k,
  low,
  high,
  samples: 64
})
/** A table's rows, each as its cells' texts. */
const rowsOf = (...trials: ReadonlyArray<MadeTrial>) =>
  coverageSection(studyOf(cell({ scale: "xs" }, trials)))
    .text.split("<tr>")
    .slice(2)
    .map((row) => [...row.matchAll(/<td[^>]*>([^<]*)/g)].map(([, text]) => text!.trim()))

describe("a crossing of pass@k", () => {
  const words = (row: CrossingRow, after: number) =>
    rowsOf({ before: { passK: 0.8 }, after: { passK: after }, crossing: row })[0]![2]
  test.each([
    [crossing(4, 2, 9), 0.7, "k = 4 [2, 9]"],
    [crossing(4, 2, null), 0.7, "k = 4 [2, none]"],
    [crossing(null, 3, null), 0.9, "none up to 64 [3, none]"],
    [crossing(null), 0.9, "none up to 64"],
    // Worse at every k: nothing crosses.
    [crossing(1, 1, 5), 0.7, "below from k = 1 on [1, 5]"],
    [crossing(1, 1, 5), 0.9, "k = 1, above again at 64 [1, 5]"]
  ])("is said with its interval: %o, pass@64 from 0.8 to %s", (row, after, expected) => expect(words(row, after)).toBe(expected))

  test("of several seeds is their median with the least and the most, and each seed is there", () => {
    const ks = [16, null, 4]
    const rows = rowsOf(...ks.map((k) => ({ after: { passK: 0.7 }, crossing: crossing(k) })))
    expect(rows.map(([, seed]) => seed)).toEqual(["all 3", "0", "1", "2"])
    expect(rows.map((row) => row[2])).toEqual(["k = 16 (seeds: 4 to none)", "k = 16 [16, 16]", "none up to 64", "k = 4 [4, 4]"])
  })
  test("of seeds worse at every k is none", () => {
    const worse = { before: { passK: 0.8 }, after: { passK: 0.7 }, crossing: crossing(1) }
    expect(rowsOf(worse, worse)[0]![2]).toBe("below from k = 1 on")
  })
})

describe("the guess curve's crossing", () => {
  const words = (before: Readonly<Record<number, number>>, after: Readonly<Record<number, number>>) =>
    rowsOf({ before: { guessed: before }, after: { guessed: after }, crossing: crossing(4) })[0]![3]
  // Every number is known to a point either way, a difference of two to 1.4.
  test.each([
    ["clear at once", { 1: 0.1, 2: 0.3 }, { 1: 0.05, 2: 0.2 }, "k = 1 [1, 1]"],
    ["clear later", { 1: 0.1, 2: 0.2, 4: 0.4 }, { 1: 0.2, 2: 0.19, 4: 0.3 }, "k = 2 [2, 4]"],
    ["perhaps earlier", { 1: 0.1, 2: 0.2, 4: 0.4 }, { 1: 0.101, 2: 0.19, 4: 0.3 }, "k = 2 [1, 4]"],
    ["never for sure", { 1: 0.1, 2: 0.2 }, { 1: 0.2, 2: 0.195 }, "k = 2 [2, none]"],
    ["never", { 1: 0.1, 2: 0.2 }, { 1: 0.2, 2: 0.3 }, "none up to 2"]
  ])("has an interval by problems: %s", (_, before, after, expected) => expect(words(before, after)).toBe(expected))
})

test("stands beside what guessing solves, and problems kept, lost and found beside those of the same policy", () => {
  const [row] = rowsOf({ crossing: crossing(4) })
  // 80 kept, 5 lost, 5 found of 100; the same policy loses 4 of 99.
  expect(row!.slice(3)).toEqual(["none up to 64 [64, none]", "30.0 → 30.0", "80.0", "5.0", "5.0", "4.0", "5.1"])
})

test("is not there where nothing was evaluated before and after", () => {
  expect(coverageSection(studyOf()).text).toBe("")
})
