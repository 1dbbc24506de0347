/** Hostile, broken and costly programs end in the error that they should, within their budget. */

import { describe, expect, it } from "vitest"

import { evaluate } from "../../src/python/evaluate.ts"
import { costlyPrograms } from "./costly-programs.ts"
import { hostilePrograms } from "./hostile-programs.ts"

/** Fewer steps than by default, for the sake of time; bench/hostile.ts runs all of them at the default budget. */
const budget = { steps: 40_000 }
/** For endless loops around one operation, which are many. */
const short = { steps: 12_000 }

/**
 * What a program did that it must not do at this budget:
 * end without an error, go beyond its budget, or take so long that steps mean nothing.
 */
const faults = (
  source: string,
  kinds: ReadonlyArray<string> | null,
  budget: { readonly steps: number }
): ReadonlyArray<string> => {
  const start = process.cpuUsage()
  const outcome = evaluate(source, { budget })
  const seconds = process.cpuUsage(start).user / 1e6
  const got = outcome.ok ? `the value ${outcome.repr.slice(0, 80)}` : outcome.error.kind
  const expected = kinds === null ? !outcome.ok && got !== "InternalError" : kinds.includes(got)
  const within = outcome.steps <= budget.steps && outcome.output.length <= 65_536
  // At a third of a microsecond a step, 40,000 steps take 13 ms. The rest is for a busy machine and for code not yet compiled.
  if (expected && within && seconds < 0.5) return []
  return [`${source.slice(-100)}: got ${got} after ${outcome.steps} steps and ${seconds} s`]
}

describe("hostile and broken programs", () => {
  it("number at least 200, all different", () => {
    expect(new Set(hostilePrograms.map(({ source }) => source)).size).toBe(hostilePrograms.length)
    expect(hostilePrograms.length).toBeGreaterThanOrEqual(200)
  })

  it("each end in the typed error they should, within their budget, and leave the process small", () => {
    const before = process.memoryUsage().rss
    expect(hostilePrograms.flatMap(({ source, kind }) => faults(source, kind.split("|"), budget))).toEqual([])
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20)
  })

  it("cannot make one step dear: any operation on something large is charged by its size", () => {
    const before = process.memoryUsage().rss
    expect(costlyPrograms.flatMap((source) => faults(source, null, short))).toEqual([])
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20)
  })

  it("give the same outcome again, to the step", () => {
    for (const { source } of hostilePrograms.filter((_, i) => i % 20 === 0))
      expect(evaluate(source, { budget })).toEqual(evaluate(source, { budget }))
  })

  it("do not depend on how much of the host's stack is in use", () => {
    const sources = [
      "it = iter([1])\nfor i in range(5000): it = map(abs, it)\nnext(it)",
      "it = iter([1])\nfor i in range(5000): it = (x for x in it)\nlist(it)",
      "def f(n): return [f(n + 1) for _ in (1,)]\nf(0)",
      `x = ${"(".repeat(150)}1${")".repeat(150)}`
    ]
    const deeper = (frames: number, run: () => unknown): unknown => (frames === 0 ? run() : deeper(frames - 1, run))
    for (const source of sources) expect(deeper(2000, () => evaluate(source))).toEqual(evaluate(source))
    expect(evaluate(sources[0]!)).toMatchObject({ ok: false, error: { kind: "RecursionError" } })
  })
})
