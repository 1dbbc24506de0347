import { describe, expect, it } from "vitest"

import { evaluate } from "../../src/python/evaluate.ts"
import { hostilePrograms } from "./hostile-programs.ts"

describe("hostile and broken programs", () => {
  it("number at least 200, all different", () => {
    expect(new Set(hostilePrograms.map(({ source }) => source)).size).toBe(hostilePrograms.length)
    expect(hostilePrograms.length).toBeGreaterThanOrEqual(200)
  })

  it("each end in the typed error they should, within their budget, and leave the process small", () => {
    const wrong: Array<string> = []
    const before = process.memoryUsage().rss
    for (const { source, kind } of hostilePrograms) {
      const start = process.cpuUsage()
      const outcome = evaluate(source)
      const seconds = process.cpuUsage(start).user / 1e6
      const got = outcome.ok ? `the value ${outcome.repr.slice(0, 80)}` : outcome.error.kind
      const within = outcome.steps <= 100_000 && outcome.output.length <= 65_536
      if (!kind.split("|").includes(got) || !within || seconds > 3)
        wrong.push(`${source.slice(0, 100)}: expected ${kind}, got ${got} after ${outcome.steps} steps and ${seconds} s`)
    }
    expect(wrong).toEqual([])
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20)
  })

  it("give the same outcome again, to the step", () => {
    for (const { source } of hostilePrograms.filter((_, i) => i % 20 === 0)) expect(evaluate(source)).toEqual(evaluate(source))
  })
})
