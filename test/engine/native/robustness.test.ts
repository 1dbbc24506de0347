/** The native engine under `robustness`, and what only it has: the choice of an instruction set, compilation, the cache. */

import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Effect, Exit } from "effect"
import { afterAll, afterEach, describe, expect, it } from "vitest"

import { type Isa, isaFor, isasFor, machineIsas, modesOf } from "../../../src/engine/cpu.ts"
import { Engine } from "../../../src/engine/Engine.ts"
import { compileLibrary } from "../../../src/engine/native/compile.ts"
import { layer } from "../../../src/engine/native/NativeEngine.ts"
import { significantText } from "../../../src/engine/native/source.ts"
import { engineLayer, numericsOf, resolveEngine, whyAuto } from "../../../src/engine/select.ts"
import { generateRequest } from "../fixtures.ts"
import { huge, robustness } from "../robustness.ts"

const best = machineIsas()[0]!

robustness({
  name: "native",
  layer: (options) => layer({ ...options, isa: best, numericsClass: "test" }),
  modes: modesOf([best]),
  threadCounts: [2, 3, 5],
  refused: (engine, model, prompts) => [
    engine.createModel(huge, { seed: 1 }),
    model.generate(generateRequest(prompts, { samplesPerPrompt: 2 ** 30, maxNewTokens: 200 }))
  ],
  outOfMemory: "out of memory",
  dropped: { before: 20, models: 100, bytes: 60e6 }
})

const scratch: Array<string> = []
const temporary = () => {
  const directory = mkdtempSync(join(tmpdir(), "engine-test-"))
  scratch.push(directory)
  return directory
}
afterAll(() => scratch.forEach((directory) => rmSync(directory, { recursive: true, force: true })))

describe("native engine: choice and compilation", () => {
  const environment = { ...process.env }
  afterEach(() => {
    process.env = { ...environment }
  })

  it("instruction sets follow the CPU's feature flags", () => {
    expect(isasFor(new Set())).toEqual(["portable"])
    expect(isasFor(new Set(["avx2", "fma"]))).toEqual(["avx2", "portable"])
    expect(isasFor(new Set(["avx2"]))).toEqual(["portable"])
    expect(isasFor(new Set(["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"]))).toEqual([
      "avx512",
      "avx2",
      "portable"
    ])
  })

  const classic = ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"]
  it("of which two have a unit for bf16", () => {
    expect(isasFor(new Set([...classic, "avx512_bf16"]))).toEqual(["avx512bf16", "avx512", "avx2", "portable"])
    expect(isasFor(new Set([...classic, "avx512_bf16", "amx_tile", "amx_bf16"]))[0]).toBe("amx")
    expect(isasFor(new Set(["avx2", "fma", "avx512_bf16"]))).toEqual(["avx2", "portable"])
  })

  const chosen: ReadonlyArray<readonly [ReadonlyArray<Isa>, string]> = [
    [["amx", "avx512bf16", "avx512", "avx2", "portable"], "f32 avx512, bf16x3 amx, bf16 amx"],
    [["avx512bf16", "avx512", "avx2", "portable"], "f32 avx512, bf16 avx512bf16"],
    [["avx512", "avx2", "portable"], "f32 avx512"],
    [["avx2", "portable"], "f32 avx2"],
    [["portable"], "f32 portable"],
    [["amx"], "f32 amx, bf16x3 amx, bf16 amx"],
    [["avx512bf16"], "f32 avx512bf16, bf16 avx512bf16"]
  ]
  for (const [at, expected] of chosen)
    it(`with ${at.join(", ")}: ${expected}`, () => {
      expect(
        modesOf(at)
          .map((mode) => `${mode} ${isaFor(mode, at)}`)
          .join(", ")
      ).toBe(expected)
    })

  it("the numerics class of bf16 names the unit, since units add in another order", () => {
    const ofUnit = (isa: Isa) => numericsOf({ name: "native", mode: "bf16", isa })
    expect(ofUnit("amx")).toMatch(/^bf16\/amx\/[0-9a-f]{16}$/)
    expect(ofUnit("avx512bf16")).toMatch(/^bf16\/avx512bf16\/[0-9a-f]{16}$/)
  })

  it.skipIf(!machineIsas().includes("avx512bf16"))("AVX512-BF16 can be forced, and put out of reach", () => {
    const choose = (isa: string, mode: "auto" | "bf16" | "bf16x3") => {
      process.env["ECHO_CHAMBER_ISA"] = isa
      return Effect.runSync(Effect.result(resolveEngine({ engine: "native", mode })))
    }
    expect(choose("avx512bf16", "bf16")).toMatchObject({ success: { isa: "avx512bf16", mode: "bf16" } })
    expect(choose("avx512bf16", "auto")).toMatchObject({ success: { isa: "avx512bf16", mode: "f32" } })
    expect(choose("avx512", "auto")).toMatchObject({ success: { isa: "avx512", mode: "f32" } })
    expect(String(choose("avx512", "bf16"))).toContain("bf16 needs a CPU with AMX or AVX512-BF16")
    expect(String(choose("avx512bf16", "bf16x3"))).toContain("bf16x3 needs a CPU with AMX")
  })

  it("`auto` says why it takes a mode where there are others", () => {
    const why = (isa: string) => {
      process.env["ECHO_CHAMBER_ISA"] = isa
      return Effect.runSync(Effect.flatMap(resolveEngine({ engine: "auto", mode: "auto" }), whyAuto))
    }
    expect(why("portable")).toBe("")
    if (machineIsas().includes("avx512bf16")) expect(why("avx512bf16")).toContain("--mode bf16")
    if (machineIsas().includes("amx")) expect(why("amx")).toContain("faster on tiles")
  })

  it("the numerics class names engine and mode, and does not depend on the instruction set", () => {
    const choose = () => Effect.runSync(resolveEngine({ engine: "native", mode: "f32" }))
    const usual = choose()
    process.env["ECHO_CHAMBER_ISA"] = "portable"
    const forced = choose()
    expect(forced.isa).toBe("portable")
    expect(forced.numericsClass).toBe(usual.numericsClass)
    expect(usual.numericsClass).toMatch(/^f32\/[0-9a-f]{16}$/)
  })

  it("a forced instruction set that does not exist is refused with the list of those that do", () => {
    process.env["ECHO_CHAMBER_ISA"] = "mmx"
    const exit = Effect.runSyncExit(resolveEngine({ engine: "auto", mode: "auto" }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("amx, avx512bf16, avx512, avx2, portable")
  })

  it("a bf16 mode without a unit for it is refused", () => {
    process.env["ECHO_CHAMBER_ISA"] = "portable"
    const exit = Effect.runSyncExit(resolveEngine({ engine: "native", mode: "bf16" }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("needs a CPU with AMX")
  })

  it("without a compiler and an empty cache it says what to install", async () => {
    process.env["ECHO_CHAMBER_CACHE"] = temporary()
    process.env["CC"] = "no-such-compiler"
    const chosen = Effect.runSyncExit(resolveEngine({ engine: "native", mode: "f32" }))
    expect(Exit.isFailure(chosen) && String(chosen.cause)).toContain("apt-get install gcc")
    const compiled = await Effect.runPromiseExit(compileLibrary("portable"))
    expect(Exit.isFailure(compiled) && String(compiled.cause)).toContain('"no-such-compiler" was not found')
  })

  it("a compiler that fails is quoted, and leaves nothing in the cache", async () => {
    const directory = temporary()
    process.env["ECHO_CHAMBER_CACHE"] = directory
    const exit = await Effect.runPromiseExit(compileLibrary("portable", { flags: ["-fno-such-flag"] }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("-fno-such-flag")
    expect(readdirSync(directory)).toEqual([])
  })

  it("half a library that a killed compilation left is removed by a later one, a fresh one may have a writer", async () => {
    const directory = temporary()
    process.env["ECHO_CHAMBER_CACHE"] = directory
    for (const name of ["partial-1-old.so", "partial-2-fresh.so"]) writeFileSync(join(directory, name), "")
    const twoHoursAgo = new Date(Date.now() - 7_200_000)
    utimesSync(join(directory, "partial-1-old.so"), twoHoursAgo, twoHoursAgo)
    await Effect.runPromiseExit(compileLibrary("portable", { flags: ["-fno-such-flag"] }))
    expect(readdirSync(directory)).toEqual(["partial-2-fresh.so"])
  })

  it("comments and layout are not part of the source digest, code is", () => {
    expect(significantText("int a; /* one\n two */\n  int b; // three\n")).toBe("int a; int b;")
    expect(significantText('f("http://x")')).toBe('f("http://x")')
  })

  it("the chosen engine comes to life with its mode, instruction set and thread count", async () => {
    const choice = Effect.runSync(resolveEngine({ engine: "auto", mode: "auto" }))
    const info = await Effect.runPromise(
      Engine.use((engine) => Effect.succeed(engine.info)).pipe(Effect.provide(engineLayer(choice, { threads: 3 })))
    )
    expect(info).toEqual({ ...choice, threads: 3 })
  })
})
