/** Elementary functions: as near to the true value as promised, and the same bits in TypeScript and in C. */

import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import koffi from "koffi"
import { afterAll, describe, expect, it } from "vitest"

import { cos, exp, expm1, log, log1p, sin } from "../../src/elementary/elementary.ts"
import { codeFlags } from "../../src/engine/native/flags.ts"
import { sourceFolder } from "../../src/engine/native/source.ts"
import { draws } from "../../src/random/philox.ts"

const random = draws(20_261_129, "elementary")
const between = (low: number, high: number, count = 4000) =>
  Array.from({ length: count }, () => low + (high - low) * random.uniform())

/** Units in the last place between two numbers. */
const unitsApart = (a: number, b: number): number => {
  if (Object.is(a, b) || a === b) return 0
  const bits = new BigInt64Array(new Float64Array([a, b]).buffer)
  return Number(bits[0]! > bits[1]! ? bits[0]! - bits[1]! : bits[1]! - bits[0]!)
}

const elementary = { cos, exp, expm1, log, log1p, sin }

const CASES = [
  ["exp", "exponential_of", [...between(-745, 709), ...between(-1, 1), 0, -0, 1, -1, 709.7, -744, 1e-300]],
  ["expm1", "exponential_minus_one_of", [...between(-40, 40), ...between(-0.35, 0.35), 0, 1e-12, -1e-12, 0.35, -0.35]],
  ["log", "logarithm_of", [...between(0, 10), ...between(0.9, 1.1), ...between(0, 1e300), 1, 2, 1e-310, 5e-324, 1.7e308]],
  ["sin", "sine_of", [...between(-10, 10), ...between(0, 200_000), 0, 1, Math.PI, 22]],
  ["cos", "cosine_of", [...between(-10, 10), ...between(0, 200_000), 0, 1, Math.PI / 2, 11]]
] as const

describe.each(CASES)("%s", (name, _, points) => {
  it("is within two units in the last place, or beside 0 within what the argument's own rounding makes of it", () => {
    for (const x of points) {
      const [own, theirs] = [elementary[name](x), Math[name](x)]
      // Near a zero of sine and cosine what counts is the distance.
      if (unitsApart(own, theirs) > 3) expect(Math.abs(own - theirs), `${name}(${x})`).toBeLessThan(4e-16)
    }
  })
})

describe("at the ends", () => {
  it.each([
    ["exp", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ["exp", Number.NEGATIVE_INFINITY, 0],
    ["exp", 0, 1],
    ["expm1", 0, 0],
    ["log", 0, Number.NEGATIVE_INFINITY],
    ["log", 1, 0],
    ["log", -1, Number.NaN],
    ["log", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ["log1p", 0, 0],
    ["log1p", -1, Number.NEGATIVE_INFINITY],
    ["sin", 0, 0],
    ["cos", 0, 1]
  ] as const)("%s(%d) is %d", (name, x, value) => expect(elementary[name](x)).toBe(value))

  it("log1p is within three units of the system's", () => {
    for (const x of [...between(-0.9, 3), ...between(-1e-6, 1e-6)])
      expect(unitsApart(elementary.log1p(x), Math.log1p(x)), String(x)).toBeLessThanOrEqual(3)
  })
})

describe("in C", () => {
  const folder = mkdtempSync(join(tmpdir(), "elementary-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const cc = process.env["CC"] ?? "cc"
  const compiler = (() => {
    try {
      execFileSync(cc, ["--version"], { stdio: "ignore" })
      return true
    } catch {
      return false
    }
  })()

  it.skipIf(!compiler)("have the same bits, and powers are products (skipped without a C compiler)", () => {
    const library = join(folder, "elementary.so")
    writeFileSync(join(folder, "empty.c"), "")
    execFileSync(cc, [...codeFlags("portable"), "-fPIC", "-shared", join(sourceFolder, "machine/elementary.c"), "-o", library])
    const loaded = koffi.load(library)
    for (const [name, called, points] of CASES) {
      const inC = loaded.func(`double ${called}(double x)`) as (x: number) => number
      const different = points.filter((x) => !Object.is(inC(x), elementary[name](x)))
      expect(different, name).toEqual([])
    }
    const power = loaded.func("double whole_power_of(double x, double n)") as (x: number, n: number) => number
    for (const [x, n] of [
      [0.9, 1],
      [0.999, 12_345],
      [0.95, 0],
      [2, 10],
      [0.999, 2 ** 31]
    ] as const)
      expect(Math.abs(power(x, n) - x ** n)).toBeLessThanOrEqual(1e-12 * x ** n)
  })
})
