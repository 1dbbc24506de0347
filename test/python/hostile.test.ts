import { describe, expect, it } from "vitest"

import { evaluate } from "../../src/python/evaluate.ts"
import { hostilePrograms } from "./hostile-programs.ts"

describe("hostile and broken programs", () => {
  it("number at least 200, all different", () => {
    expect(new Set(hostilePrograms.map(({ source }) => source)).size).toBe(hostilePrograms.length)
    expect(hostilePrograms.length).toBeGreaterThanOrEqual(200)
  })

  it("each end in the typed error they should, within their budget", () => {
    const wrong: Array<string> = []
    for (const { source, kind } of hostilePrograms) {
      const outcome = evaluate(source)
      const got = outcome.ok ? `the value ${outcome.repr.slice(0, 80)}` : outcome.error.kind
      if (!kind.split("|").includes(got)) {
        const message = outcome.ok ? "" : outcome.error.message.slice(0, 100)
        wrong.push(`${source.slice(0, 100)}: expected ${kind}, got ${got} ${message}`)
      }
      expect(outcome.steps).toBeLessThanOrEqual(100_000)
      expect(outcome.output.length).toBeLessThanOrEqual(65_536)
    }
    expect(wrong).toEqual([])
  })

  it("give the same outcome again, to the step", () => {
    for (const { source } of hostilePrograms.filter((_, i) => i % 7 === 0)) expect(evaluate(source)).toEqual(evaluate(source))
  })

  it("leave the process small and take no longer than a program may", () => {
    const slow: Array<string> = []
    const before = process.memoryUsage().rss
    for (const { source } of hostilePrograms) {
      const start = process.cpuUsage()
      evaluate(source)
      const { user } = process.cpuUsage(start)
      if (user > 2_000_000) slow.push(`${source.slice(0, 80)}: ${Math.round(user / 1000)} ms`)
    }
    expect(slow).toEqual([])
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20)
  })
})
