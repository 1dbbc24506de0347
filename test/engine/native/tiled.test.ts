/**
 * The product of bf16 operands (kernels/tiled.c) on each unit of this machine: against float64 over the rounded operands, and
 * with AVX512-BF16 to the bit against what its instruction is stated to do.
 */

import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import koffi from "koffi"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { type Isa, machineIsas } from "../../../src/engine/cpu.ts"
import { codeFlags } from "../../../src/engine/native/flags.ts"
import { sourceFolder } from "../../../src/engine/native/source.ts"

const directory = mkdtempSync(join(tmpdir(), "engine-tiled-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Product = (
  m: number,
  n: number,
  k: number,
  a: Float32Array,
  b: Float32Array,
  turned: number,
  c: Float32Array,
  add: number
) => void

/** `kernel_product` as a compiler makes it for a unit. */
const productOf = (isa: Isa, compiler: string): Product => {
  const library = join(directory, `${isa}-${compiler}.so`)
  const sources = ["kernels/tiled.c", "machine/memory.c"].map((name) => join(sourceFolder, name))
  const shim = fileURLToPath(new URL("tiled.c", import.meta.url))
  execFileSync(compiler, [...codeFlags(isa), "-fPIC", "-shared", `-I${sourceFolder}`, shim, ...sources, "-o", library])
  const loaded = koffi.load(library)
  expect(loaded.func("int kernel_supports(int mode)")(2)).toBe(1)
  return loaded.func(
    "void kernel_product(size_t m, size_t n, size_t k, const float *a, const float *b, int turned, _Inout_ float *c, int add)"
  ) as Product
}

const SMALLEST = 2 ** -126

/** As both units take a number in, and AVX512-BF16 gives a sum out: what lies below the normal numbers is 0. */
const flushed = (x: number): number => (Math.abs(x) < SMALLEST ? 0 : x)

/** A float rounded to bf16, ties to even. */
const bf16 = (x: number): number => {
  const word = new Uint32Array(Float32Array.of(flushed(x)).buffer)
  if (Number.isNaN(x)) return x
  word[0] = ((word[0]! + 0x7fff + ((word[0]! >>> 16) & 1)) & 0xffff0000) >>> 0
  return flushed(new Float32Array(word.buffer)[0]!)
}

/** Reproducible numbers between -1 and 1. */
const numbers = (count: number, seed: number, scale: (i: number) => number = () => 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => scale(i) * Math.sin(seed + 78.233 * i + (i * i) / 7))

interface Case {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Float32Array
  readonly b: Float32Array
  readonly c: Float32Array
}

/** Each element of c + a b by `add`, which takes in the two products of a pair. */
const byPairs = ({ a, b, c, k, m, n }: Case, add: (sum: number, even: number, odd: number) => number): Float64Array => {
  const [left, right] = [Array.from(a, bf16), Array.from(b, bf16)]
  return Float64Array.from({ length: m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n]
    const product = (l: number) => (l < k ? left[row * k + l]! * right[l * n + column]! : 0)
    let sum = c[at]!
    for (let l = 0; l < Math.ceil(k / 32) * 32; l += 2) sum = add(sum, product(l), product(l + 1))
    return sum
  })
}

const exactly = (sum: number, even: number, odd: number): number => sum + even + odd

/**
 * VDPBF16PS: a sum with the odd product, then one with the even, each rounded once. A double holds a product exactly, and a sum
 * to far more bits than decide how it is rounded.
 */
const asStated = (sum: number, even: number, odd: number): number =>
  flushed(Math.fround(flushed(Math.fround(flushed(sum) + odd)) + even))

const sizes = [
  [1, 32, 1],
  [2, 32, 3],
  [7, 64, 31],
  [8, 32, 32],
  [9, 96, 33],
  [16, 32, 63],
  [17, 32, 65],
  [31, 64, 127],
  [33, 32, 255],
  [45, 32, 257],
  [130, 160, 141],
  [300, 32, 515],
  [5, 32, 1029]
] as const

const made = (m: number, n: number, k: number, scale?: (i: number) => number): Case => ({
  m,
  n,
  k,
  a: numbers(m * k, 1, scale),
  b: numbers(k * n, 2, scale),
  c: numbers(m * n, 3)
})

/** Numbers that a kernel could get wrong, by name; row i of A is multiplied by column j of B. */
const special: Readonly<Record<string, Case>> = {
  "numbers of very different sizes": made(19, 32, 77, (i) => 2 ** ((i % 61) - 30)),
  "operands below the normal numbers": { ...made(9, 32, 33, (i) => 2 ** -((i % 9) + 122)), c: new Float32Array(9 * 32) },
  "products below the normal numbers": { ...made(9, 32, 33, () => 2 ** -66), c: new Float32Array(9 * 32) },
  "a sum that was below the normal numbers": { ...made(9, 32, 2, () => 0), c: new Float32Array(9 * 32).fill(2 ** -130) },
  "huge numbers whose sums are finite": made(9, 32, 33, (i) => (i % 2 === 0 ? 2 ** 60 : 2 ** 55)),
  "huge numbers whose sums are not": made(9, 32, 33, () => 2 ** 70),
  "what rounds up to infinity": {
    ...made(9, 32, 33),
    a: new Float32Array(9 * 33).fill(3.4e38),
    b: new Float32Array(33 * 32).fill(1)
  },
  ties: { ...made(9, 32, 33), a: numbers(9 * 33, 4).map((x) => Math.fround(Math.round(x * 256) / 256 + 2 ** -9)) },
  "infinity and what is no number": {
    ...made(9, 32, 33),
    a: numbers(9 * 33, 1).map((x, i) => (i % 97 === 5 ? Infinity : i % 97 === 50 ? NaN : x))
  },
  "zeros of both signs": { ...made(9, 32, 33, (i) => (i % 2 === 0 ? 0 : -0)), c: new Float32Array(9 * 32).fill(-0) }
}

const compilers = [process.env["CC"] || "cc", "clang-22"].filter((compiler) => {
  try {
    execFileSync(compiler, ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})

for (const isa of ["amx", "avx512bf16"] as const)
  for (const compiler of compilers)
    describe.skipIf(!machineIsas().includes(isa))(`products of bf16 with ${isa}, by ${compiler} (skipped without ${isa})`, () => {
      let product: Product
      beforeAll(() => {
        product = productOf(isa, compiler)
      })
      const run = ({ a, b, c, k, m, n }: Case, turned: number, add: number): Float32Array => {
        const result = c.slice()
        product(m, n, k, a, b, turned, result, add)
        return result
      }

      /** Within what rounding each of the sums may cost. */
      const check = (given: Case) => {
        const expected = byPairs(given, exactly)
        const sizesOfTerms = byPairs(
          { ...given, a: given.a.map(Math.abs), b: given.b.map(Math.abs), c: given.c.map(Math.abs) },
          exactly
        )
        for (const turned of [0, 1]) {
          const found = run(given, turned, 1)
          expect(found.length).toBe(expected.length)
          found.forEach((value, i) => {
            const bound = (given.k + 32) * 2 ** -24 * sizesOfTerms[i]! + 2 * given.k * SMALLEST
            expect(Math.abs(value - expected[i]!), `number ${i}: ${value} for ${expected[i]}`).toBeLessThanOrEqual(bound)
          })
        }
      }

      for (const [m, n, k] of sizes) it(`[${m}, ${k}] x [${k}, ${n}] is what float64 says`, () => check(made(m, n, k)))

      for (const name of [
        "numbers of very different sizes",
        "operands below the normal numbers",
        "products below the normal numbers",
        "a sum that was below the normal numbers",
        "huge numbers whose sums are finite",
        "ties",
        "zeros of both signs"
      ])
        it(`${name}: what float64 says`, () => check(special[name]!))

      it("sums beyond all floats are infinite, and what is no number stays none", () => {
        const beyond = (values: Iterable<number>) => Array.from(values, (value) => (Number.isFinite(value) ? 0 : value))
        for (const name of ["what rounds up to infinity", "infinity and what is no number"]) {
          const expected = beyond(byPairs(special[name]!, exactly))
          expect(expected.some((value) => value !== 0)).toBe(true)
          for (const turned of [0, 1]) expect(beyond(run(special[name]!, turned, 1)), name).toEqual(expected)
        }
        expect(run(special["huge numbers whose sums are not"]!, 0, 1)).toContain(Infinity)
      })

      it("what was there before counts only where it is asked for", () => {
        const given = made(21, 64, 300)
        const blank = { ...given, c: new Float32Array(given.c.length) }
        expect(run({ ...given, c: given.c.map(() => NaN) }, 0, 0)).toEqual(run(blank, 0, 1))
      })

      it("a row is the same bits alone, whatever the operands were made from", () => {
        const given = made(150, 64, 290)
        const whole = run(given, 0, 1)
        expect(run(given, 1, 1)).toEqual(whole)
        for (const row of [0, 1, 7, 8, 31, 77, 127, 128, 149]) {
          const alone = {
            ...given,
            m: 1,
            a: given.a.slice(row * 290, (row + 1) * 290),
            c: given.c.slice(row * 64, (row + 1) * 64)
          }
          expect(run(alone, 0, 1), `row ${row}`).toEqual(whole.slice(row * 64, (row + 1) * 64))
        }
      })

      if (isa === "avx512bf16")
        it("every bit is that of VDPBF16PS as it is stated", () => {
          const cases = [...sizes.map(([m, n, k]) => made(m, n, k)), ...Object.values(special)]
          for (const given of cases)
            for (const turned of [0, 1]) expect(Array.from(run(given, turned, 1))).toEqual(Array.from(byPairs(given, asStated)))
        })
    })
