/** That the committed binaries are what the kernels give, and that nothing in them spills. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { build, compilerOf, producerOf } from "../../../src/engine/cuda/build.ts"
import { binaries, kernelImage } from "../../../src/engine/cuda/image.ts"

const [ptx, cubin] = [readFileSync(binaries.ptx), readFileSync(binaries.cubin)]
const compiler = compilerOf(producerOf(ptx))
if (compiler === undefined)
  console.warn(
    `SKIPPED: engine.ptx and engine.sm_80.cubin are not built again. There is no nvcc of ${producerOf(ptx)} here: ` +
      "pip install -r test/engine/cuda/requirements.txt into build/nvcc, as .ci/run does."
  )

/** The kernels that a source declares. */
const kernels = ["layernorm", "product"].flatMap((name) => {
  const text = readFileSync(new URL(`../../../src/engine/cuda/kernels/${name}.cu`, import.meta.url), "utf8")
  return [...text.matchAll(/^(?:KERNEL|PRODUCT)\((\w+),/gm)].map(([, kernel]) => kernel!)
})

describe("a card", () => {
  it("gets machine code where there is some for it, else PTX that ends in a zero, and nothing where it is too old", () => {
    expect([[7, 5] as const, [8, 0] as const, [8, 9] as const].map(kernelImage)).toEqual([undefined, cubin, cubin])
    for (const capability of [[9, 0] as const, [12, 0] as const])
      expect(kernelImage(capability)).toEqual(Buffer.concat([ptx, Buffer.of(0)]))
  })
})

describe("engine.ptx", () => {
  it("has every kernel, and names the compiler that made it", () => {
    const entries = [...ptx.toString("latin1").matchAll(/^\.visible \.entry (\w+)\(/gm)].map(([, kernel]) => kernel)
    expect(entries.toSorted()).toEqual(kernels.toSorted())
    expect(entries.length).toBe(9)
    expect(producerOf(ptx)).toMatch(/^release \d+\.\d+, V[\d.]+$/)
  })

  it("holds no path of the machine that made it, and neither does the cubin", () => {
    for (const bytes of [ptx, cubin])
      expect(bytes.toString("latin1")).not.toMatch(/\/(?:tmp|home|Users|root|work)\/|engine\.cu\b/)
  })
})

describe.skipIf(compiler === undefined)("built again (skipped without the nvcc that made the committed files)", () => {
  const once = compiler === undefined ? undefined : build(compiler)

  it("the PTX and the cubin are the committed bytes", () => {
    const message = "It was built from an earlier source. Build it anew and commit it: pnpm build:cuda"
    expect(once!.ptx.equals(ptx), message).toBe(true)
    expect(once!.cubin.equals(cubin), message).toBe(true)
  })

  it("every kernel keeps its numbers in registers: no stack, no spills, few enough for two blocks of a product at once", () => {
    const report = once!.report
    expect([...report.matchAll(/Compiling entry function '(\w+)'/g)].map(([, kernel]) => kernel).toSorted()).toEqual(
      kernels.toSorted()
    )
    const frames = [...report.matchAll(/(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/g)]
    expect(frames.map(([, ...bytes]) => bytes)).toEqual(kernels.map(() => ["0", "0", "0"]))
    for (const [, registers] of report.matchAll(/Used (\d+) registers/g)) expect(Number(registers)).toBeLessThanOrEqual(128)
  })
})
